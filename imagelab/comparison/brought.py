"""What a replay brings along: stars, remarks and votes of the rows that are asked for again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from imagelab.insight import replaying
from imagelab.insight.archive import Archive
from imagelab.records import notes, votes
from imagelab.records.ledger import Ledger
from imagelab.request import Generation
from imagelab.vote import Vote


def bring(ledger: Ledger, recorded: Archive, generations: Iterable[Generation]) -> None:
    """Keep what was said of recorded rows, under the generations that replay them here."""
    rows = replaying.replayed(recorded, generations)
    notes.take_over(
        ledger,
        {here: recorded.notes[row] for here, row in rows.items() if row in recorded.notes},
    )
    # Where several replay one row, since fewer were recorded, votes are about the first.
    first = {row: here for here, row in reversed(rows.items())}
    about_these = [vote for vote in recorded.votes if first.keys() >= set(vote.pair)]
    votes.cast(ledger, [_moved(vote, first, recorded.digest) for vote in about_these])


def _moved(vote: Vote, rows: Mapping[int, int], digest: str) -> Vote:
    # It may be in this very ledger, about rows of the first asking or of another ZIP's replay.
    token = f"replay:{digest}:{vote.token}"
    return replace(vote, left=rows[vote.left], right=rows[vote.right], token=token)
