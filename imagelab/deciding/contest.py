"""A contest of one rater: which two pictures come next, how far it is, how sure already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagelab.deciding.field import Field
from imagelab.deciding.stopping import claims, sureness, teaching, votes_to_go
from imagelab.deciding.strengths import Fit, fit
from imagelab.vote import Vote

if TYPE_CHECKING:
    from numpy.random import Generator

RANDOM_SHARE = 0.15
"""The share of pairs drawn by lot: they keep the choice honest where the model is wrong."""

REPEAT_SHARE = 0.05
"""The share of pairs shown again, sides swapped: they tell how consistent a rater is."""

APART = 6
"""How many votes lie at least between a pair and its repetition."""

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a contest is. ``to_go`` is a guess, ``None`` where nothing more can be shown."""

    votes: int
    own: int
    unseen: int
    sure: float
    settled: bool
    to_go: int | None


@dataclass(frozen=True)
class Turn:
    """Two pictures to choose from, made alike; ``prompt`` is empty where prompts are compared."""

    number: int
    left: bytes
    right: bytes
    prompt: str


class Contest:
    """Chooses the next pair for one rater, from all votes so far.

    Everybody's votes count; a rater sees no pair of pictures twice but for the few repetitions.
    ``gone`` are generations whose pictures can no longer be shown.
    """

    def __init__(self, field: Field, votes: Sequence[Vote], rater: str, random: Generator) -> None:
        self.field, self.rater = field, rater
        self.votes = [vote for vote in votes if field.is_duel(vote) and not vote.undone]
        self.gone: set[int] = set()
        self._random = random

    @property
    def own(self) -> list[Vote]:
        """The rater's own votes here, oldest first."""
        return [vote for vote in self.votes if vote.rater == self.rater]

    def standing(self) -> Standing:
        """Say how far it is, and how sure already."""
        made, unseen = self._fit(), len(self._unseen())
        sure = sureness(claims(made))
        settled = all(claim.settled for claim in claims(made))
        return Standing(
            votes=made.counts.votes,
            own=len(self.own),
            unseen=unseen,
            sure=sure,
            settled=settled,
            to_go=min(unseen, votes_to_go(made)) if unseen else None,
        )

    def choose(self) -> Pair | None:
        """Give the next two pictures, left and right; ``None`` where all pairs were seen."""
        unseen = self._unseen()
        if not unseen:
            return None
        if (again := self._again()) and self._random.random() < REPEAT_SHARE:
            last = again[self._random.integers(len(again))]
            return last.right, last.left
        by_lot = self._random.random() < RANDOM_SHARE
        pair = self._any(unseen) if by_lot else self._freshest(self._telling(unseen))
        return pair if self._random.random() < 0.5 else (pair[1], pair[0])

    def spread(self, most: int) -> list[Pair]:
        """Draw pairs for a rater elsewhere: at most so many, levels and rounds in turn."""
        entries, used = self.field.entries, Counter[object]()
        unseen = self._unseen()
        left = [unseen[at] for at in self._random.permutation(len(unseen))]

        def marks(pair: Pair) -> tuple[object, object]:
            one, other = entries[pair[0]], entries[pair[1]]
            return (min(one.level, other.level), max(one.level, other.level)), one.round

        def often(pair: Pair) -> tuple[int, int, int]:
            levels, where = marks(pair)
            return used[levels], used[where], used[pair[0]] + used[pair[1]]

        drawn: list[Pair] = []
        while left and len(drawn) < most:
            pair = min(left, key=often)
            left.remove(pair)
            used.update([*marks(pair), *pair])
            drawn.append(pair if self._random.random() < 0.5 else (pair[1], pair[0]))
        return [drawn[at] for at in self._random.permutation(len(drawn))]

    def _fit(self) -> Fit:
        return fit(self.field.counts(self.votes))

    def _unseen(self) -> list[Pair]:
        seen = {vote.pair for vote in self.own}
        there = [pair for pair in self.field.pairs if pair not in seen]
        return [pair for pair in there if not self.gone.intersection(pair)] if self.gone else there

    def _again(self) -> list[Vote]:
        """Find own votes that lie long enough ago and were not repeated yet."""
        seen = Counter(vote.pair for vote in self.own)
        old = [vote for vote in self.own[:-APART] if vote.winner != "skip"]
        return [v for v in old if seen[v.pair] == 1 and not self.gone.intersection(v.pair)]

    def _telling(self, unseen: Sequence[Pair]) -> list[Pair]:
        """Keep the pairs of those two levels that teach most."""
        import numpy as np

        made, entries = self._fit(), self.field.entries
        taught = teaching(made, claims(made))
        gain = np.array([taught[entries[a].level, entries[b].level] for a, b in unseen])
        most = gain.max() * (1 - 1e-9)
        return [pair for pair, teaches in zip(unseen, gain, strict=True) if teaches >= most]

    def _freshest(self, pairs: Sequence[Pair]) -> Pair:
        """Take one whose round and pictures were seen least, and not the round seen last."""
        entries = self.field.entries
        rounds = Counter(entries[vote.left].round for vote in self.votes)
        seen = Counter(number for vote in self.votes for number in vote.pair)
        last = entries[self.votes[-1].left].round if self.votes else None

        def used(pair: Pair) -> tuple[bool, int, int]:
            where = entries[pair[0]].round
            return where == last, rounds[where], seen[pair[0]] + seen[pair[1]]

        least = min(map(used, pairs))
        return self._any([pair for pair in pairs if used(pair) == least])

    def _any(self, pairs: Sequence[Pair]) -> Pair:
        return pairs[int(self._random.integers(len(pairs)))]
