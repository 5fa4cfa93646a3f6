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
    votes.cast(
        ledger,
        [_moved(vote, first) for vote in recorded.votes if first.keys() >= set(vote.pair)],
    )


def _moved(vote: Vote, rows: Mapping[int, int]) -> Vote:
    # It may have been cast in this very ledger, about the rows of the first asking.
    token = f"replay:{vote.token}"
    return replace(vote, left=rows[vote.left], right=rows[vote.right], token=token)
