"""How far to trust the raters: agreement, side bias, consistency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from imagelab.deciding.strengths import Z95
from imagelab.vote import Vote

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Share:
    """So many of so many, and the 95 % interval of the share (Wilson's)."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share; ``None`` where there is nothing to share."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies: from 0 to 1 while nobody knows."""
        if not self.whole:
            return 0.0, 1.0
        share, z2 = self.part / self.whole, Z95**2 / self.whole
        middle = (share + z2 / 2) / (1 + z2)
        reach = (share * (1 - share) * z2 + z2**2 / 4) ** 0.5 / (1 + z2)
        return max(0.0, middle - reach), min(1.0, middle + reach)


def side_bias(votes: Iterable[Vote]) -> Share:
    """Count how often the left picture won; sides are drawn by lot, so half is fair."""
    decided = [vote.winner for vote in votes if vote.winner in ("left", "right")]
    return Share(decided.count("left"), len(decided))


def consistency(votes: Iterable[Vote]) -> Share:
    """Count how often a rater who saw a pair again said the same of it, whatever the sides."""
    said: dict[tuple[str, tuple[int, int]], list[int]] = defaultdict(list)
    for vote in _in_order(votes):
        said[vote.rater, vote.pair].append(said_of(vote))
    again = [(a, b) for words in said.values() for a, b in pairwise(words)]
    return Share(sum(a == b for a, b in again), len(again))


def alpha(votes: Iterable[Vote], levels: Mapping[int, int] = {}) -> float | None:
    """Measure how far raters agree: Krippendorff's alpha, 1 where always, 0 as by chance.

    What was said of a pair is one of three steps (the one, a tie, the other), read as an
    interval scale. The one is the picture of the lower of ``levels``: chance must not hang on
    which of two pictures came first. ``None`` where no pair was seen by two raters, or where
    all said the same of every pair, so that nobody can tell agreement from chance.
    """
    import krippendorff
    import numpy as np

    said = {(vote.rater, vote.pair): said_of(vote, levels) for vote in _in_order(votes)}
    raters = {name: at for at, name in enumerate(sorted({rater for rater, _ in said}))}
    pairs = {pair: at for at, pair in enumerate(sorted({pair for _, pair in said}))}
    table = np.full((len(raters), len(pairs)), np.nan)
    for (rater, pair), word in said.items():
        table[raters[rater], pairs[pair]] = word
    shared = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    if not shared.size or len(np.unique(shared[~np.isnan(shared)])) < 2:
        return None
    return float(krippendorff.alpha(shared, level_of_measurement="interval"))


def with_people(votes: Sequence[Vote], levels: Mapping[int, int] = {}) -> list[tuple[int, int]]:
    """Set what a judge says of a pair beside each person's vote on it: steps as in ``alpha``.

    What it said in both orders is one word: the side that it took more often, or a tie.
    """
    judged: dict[tuple[int, int], int] = defaultdict(int)
    for vote in votes:
        if vote.source == "judge" and vote.winner != "skip" and not vote.undone:
            judged[vote.pair] += said_of(vote, levels)
    people = [vote for vote in _in_order(votes) if vote.source != "judge"]
    return [
        (said_of(vote, levels), (judged[vote.pair] > 0) - (judged[vote.pair] < 0))
        for vote in people
        if vote.pair in judged
    ]


def raters(votes: Sequence[Vote]) -> DataFrame:
    """One row per rater: votes, ties, skips, side, consistency, seconds."""
    import pandas as pd

    names = sorted({vote.rater for vote in votes})
    table = pd.DataFrame([_row([one for one in votes if one.rater == name]) for name in names])
    unknown = {"left_share": float, "consistency": float, "seconds": float}
    return table.set_index("rater").astype(unknown) if names else table


def _row(votes: Sequence[Vote]) -> dict[str, object]:
    import statistics

    seconds = [vote.seconds for vote in votes if vote.seconds is not None]
    said = [vote.winner for vote in votes]
    return {
        "rater": votes[0].rater,
        "source": ", ".join(sorted({vote.source for vote in votes})),
        "votes": len(said) - said.count("skip"),
        "ties": said.count("tie"),
        "skips": said.count("skip"),
        "left_share": side_bias(votes).value,
        "seen_again": consistency(votes).whole,
        "consistency": consistency(votes).value,
        "seconds": statistics.median(seconds) if seconds else None,
    }


def _in_order(votes: Iterable[Vote]) -> list[Vote]:
    """Sort by time: what comes out must not hang on the order in which votes were read."""
    counted = [vote for vote in votes if vote.winner != "skip" and not vote.undone]
    return sorted(counted, key=lambda v: (v.time, v.id or 0, v.rater, v.pair, v.left, v.winner))


def said_of(vote: Vote, levels: Mapping[int, int] = {}) -> int:
    """Say which of a pair won, whatever side it stood on: -1 the lower, 1 the higher, 0 a tie."""
    if vote.loser is None:
        return 0
    lower = min(vote.pair, key=lambda number: levels.get(number, number))
    return 1 if vote.loser == lower else -1
