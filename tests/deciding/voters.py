"""Voters whose strengths are known: simulated duels, to test statistics against the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imagelab.deciding.stopping import MARGIN, claims, leader, teaching
from imagelab.deciding.strengths import Counts, Fit, fit, odds_of

NU = 0.6
"""How readily these voters tie: of two equal pictures in 23 % of the duels."""


@dataclass(frozen=True)
class Ended:
    """How a simulated contest ended: after how many votes, settled or not, and rightly or not."""

    votes: int
    settled: bool
    right: bool


class Voters:
    """A crowd that follows Davidson's model with known log strengths."""

    def __init__(self, strengths: Any, random: np.random.Generator, nu: float = NU) -> None:
        self.strengths = np.asarray(strengths, dtype=float)
        self.odds = odds_of(np.append(self.strengths, np.log(nu)), True)
        self.random = random
        size = len(self.strengths)
        self.wins, self.ties = np.zeros((size, size)), np.zeros((size, size))

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(self.wins.copy(), self.ties.copy())

    def vote(self, one: int, other: int) -> None:
        """Cast one vote between two levels."""
        luck = self.random.random()
        if luck < self.odds.win[one, other]:
            self.wins[one, other] += 1
        elif luck < self.odds.win[one, other] + self.odds.tie[one, other]:
            self.ties[one, other] += 1
            self.ties[other, one] += 1
        else:
            self.wins[other, one] += 1

    def vote_at_random(self, votes: int) -> Counts:
        """Cast votes between levels drawn by lot."""
        ones, others = np.triu_indices(len(self.strengths), 1)
        for at in self.random.integers(len(ones), size=votes):
            self.vote(ones[at], others[at])
        return self.counts

    def true_score(self, level: int) -> float:
        """Give the true share of points against an average other level."""
        return float((self.odds.score[level].sum() - 0.5) / (len(self.strengths) - 1))


def contest(voters: Voters, *, by_lot: float, every: int = 1, most: int = 5000) -> Ended:
    """Vote until the rule stops: a share of pairs by lot, the others where they teach most.

    The rule is looked at after ``every`` so many votes.
    """
    ones, others = np.triu_indices(len(voters.strengths), 1)
    made: Fit = fit(voters.counts)
    said = claims(made)
    for votes in range(most):
        if votes % every == 0 and all(claim.settled for claim in said):
            return Ended(votes, True, _is_right(voters, made))
        at = int(voters.random.integers(len(ones)))
        if voters.random.random() >= by_lot:
            taught = teaching(made, said)[ones, others]
            at = int(voters.random.choice(np.flatnonzero(taught >= taught.max() * (1 - 1e-9))))
        voters.vote(int(ones[at]), int(others[at]))
        if (votes + 1) % every == 0:
            made = fit(voters.counts, start=made.point)
            said = claims(made)
    return Ended(most, False, _is_right(voters, made))


def _is_right(voters: Voters, made: Fit) -> bool:
    """Compare every settled claim, and the name of the best, with the truth."""
    strengths, best = voters.strengths, int(voters.strengths.argmax())
    close = voters.odds.score[best] <= 0.5 + MARGIN + 1e-9
    right = bool(close[leader(made)])
    for claim in claims(made):
        if claim.settled:
            true = strengths[claim.level] < strengths[best]
            right &= bool(true if claim.says == "worse" else close[claim.level])
    return right
