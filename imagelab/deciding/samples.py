"""Whether levels differ more than two samples of one level do: a permutation test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagelab.deciding.field import Field
from imagelab.deciding.strengths import Counts, fit
from imagelab.vote import Vote

if TYPE_CHECKING:
    from imagelab.deciding.strengths import Array

PERMUTATIONS = 1999
STILL = 0.5
"""The prior of single pictures is tighter: each is seen only a few times."""


@dataclass(frozen=True)
class SamplesTest:
    """The chance that levels which do not differ look as different as these; see ``compare``.

    ``least`` is the smallest chance that so few pictures could show at all.
    """

    chance: float
    least: float

    @property
    def words(self) -> str:
        """What it says, in a sentence."""
        if self.least > 0.05:
            return (
                "Whether levels differ more than two samples of one level do, so few pictures "
                "cannot tell: compare more prompts or more samples."
            )
        if self.chance <= 0.05:
            return f"Levels differ more than two samples of one level do (p = {self.chance:.3f})."
        return (
            "Levels differ no more than two samples of one level may do "
            f"(p = {self.chance:.2f}): the luck of the draw is not ruled out."
        )


def compare(field: Field, votes: Sequence[Vote]) -> SamplesTest | None:
    """Test whether the level matters more than which sample of it one happened to see.

    Every picture gets a strength of its own within its round. If levels did not matter, their
    names could be dealt to the pictures of a round in any way: the spread between levels is
    compared with that of 1,999 other deals, always the same ones. ``None`` where no level has
    two samples.
    """
    import numpy as np

    if field.samples < 2:
        return None
    by_round: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        if field.is_duel(vote) and vote.winner != "skip" and not vote.undone:
            by_round[field.entries[vote.left].round].append(vote)
    made = [_strengths(field, by_round[name]) for name in field.rounds if name in by_round]
    if not made:
        return None
    values = np.concatenate([strong - strong.mean() for strong, _ in made])
    random = np.random.default_rng(1)
    dealt = [random.permuted(np.tile(names, (PERMUTATIONS, 1)), axis=1) for _, names in made]
    seen = _spread(values, np.concatenate([names for _, names in made])[None, :])[0]
    deals = _spread(values, np.concatenate(dealt, axis=1))
    most = max(deals.max(), seen)
    return SamplesTest(_chance(deals, seen), _chance(deals, most))


def _chance(deals: Array, reached: float) -> float:
    return float((1 + (deals >= reached - 1e-9).sum()) / (1 + len(deals)))


def _strengths(field: Field, there: Sequence[Vote]) -> tuple[Array, Array]:
    """Give the strength and the level of every picture of a round that was voted on."""
    import numpy as np

    numbers = sorted({number for vote in there for number in vote.pair})
    place = {number: at for at, number in enumerate(numbers)}
    wins, ties = np.zeros((len(place), len(place))), np.zeros((len(place), len(place)))
    for vote in there:
        one, other = place[vote.left], place[vote.right]
        if vote.winner == "tie":
            ties[one, other] += 1
            ties[other, one] += 1
        else:
            won = (one, other) if vote.winner == "left" else (other, one)
            wins[won] += 1
    strong = fit(Counts(wins, ties), ridge=STILL).strengths
    return strong, np.array([field.entries[number].level for number in numbers])


def _spread(values: Array, deals: Array) -> Array:
    """Add up, over levels, how far their pictures lie from the middle of their rounds."""
    import numpy as np

    spread = np.zeros(len(deals))
    for level in np.unique(deals):
        dealt = deals == level
        spread += (dealt * values).sum(axis=1) ** 2 / dealt.sum(axis=1)
    return spread
