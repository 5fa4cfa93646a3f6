"""When votes are enough, and which two levels to show next. Values in, choices out.

The question is which level is best, and which others are as good. Of each level but the leader
something is claimed: that it is *worse* (the leader wins more than half), or that it is *close*
(the leader takes less than 60 % of the points). A claim's z says how many standard errors the
votes stand from its opposite, and

    sure = 1 - exp(-z * z / 2)

which is Chernoff's bound on the chance of an error. All is settled when every claim is 95 % sure:
at 2.45 standard errors and not at the usual 1.64, since somebody looks after every vote, and who
looks often finds something by chance. ``tests/bench`` measures how often what is settled is right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imagelab.deciding.strengths import Fit, root

if TYPE_CHECKING:
    from imagelab.deciding.strengths import Array

MARGIN = 0.10
"""A level is as good as the leader if the leader takes at most this much more than half."""

SURE = 0.95
Z_SURE = math.sqrt(-2 * math.log(1 - SURE))

LEAST_VOTES = 10
"""Fewer settle nothing, however clear they are: they are about too few pictures."""

MOST_TO_GO = 10_000
"""Past this a guess says only that it is hopeless."""

RULE = (
    "It stops when of every level it is 95 % sure whether it is worse than the best, or so close "
    "that the best would take less than 60 % of the duels against it (a tie counts half)."
)


Said = Literal["worse", "close"]


@dataclass(frozen=True)
class Claim:
    """What the votes say of one level against the leader, and how sure that is."""

    level: int
    says: Said
    z: float
    sure: float
    settled: bool


def leader(fit: Fit) -> int:
    """Name the strongest level; the first of equals."""
    return int(fit.strengths.argmax())


def claims(fit: Fit) -> list[Claim]:
    """Say of every level but the leader what the votes say best."""
    best = leader(fit)
    levels = range(len(fit.strengths))
    return [_claim(fit, best, level) for level in levels if level != best]


def sureness(made: list[Claim]) -> float:
    """Say how sure the weakest of some claims is."""
    return min((claim.sure for claim in made), default=1.0)


def _claim(fit: Fit, best: int, level: int) -> Claim:
    along = difference(fit, best, level)
    margin = margin_of(fit.nu)
    says: Said = "worse" if along @ fit.point > margin / 2 else "close"
    z = root(fit, along, 0.0) if says == "worse" else -root(fit, along, margin)
    sure, votes = sure_of(z), fit.counts.votes
    return Claim(level, says, z, sure, sure >= SURE and votes >= LEAST_VOTES)


def sure_of(z: float) -> float:
    """Turn a distance in standard errors into how sure a claim is."""
    return 1 - math.exp(-z * z / 2) if z > 0 else 0.0


def margin_of(nu: float) -> float:
    """Give the lead in log odds at which the leader takes exactly the margin above half."""
    root_ = math.sqrt((MARGIN * nu) ** 2 + 1 - 4 * MARGIN**2)
    return 2 * math.log((MARGIN * nu + root_) / (1 - 2 * MARGIN))


def difference(fit: Fit, one: int, other: int) -> Array:
    """Give the direction in which one level's lead over another grows."""
    import numpy as np

    along = np.zeros(len(fit.point))
    along[one], along[other] = 1.0, -1.0
    return along


def teaching(fit: Fit, made: list[Claim]) -> Array:
    """Say how much a vote on each two levels teaches about the claims that are still open.

    It is the share by which the expected information of one vote makes the variance of each
    open claim smaller, summed over them.
    """
    import numpy as np

    size = len(fit.strengths)
    spread = fit.covariance[:size, :size]
    lead = fit.odds.win - fit.odds.win.T
    told = (1 - fit.odds.tie - lead**2) / 4
    apart = spread.diagonal()[:, None] + spread.diagonal()[None, :] - 2 * spread
    gain = np.zeros((size, size))
    best = leader(fit)
    for claim in made:
        if not claim.settled:
            sees = spread[best] - spread[claim.level]
            variance = apart[best, claim.level]
            gain += (sees[:, None] - sees[None, :]) ** 2 / variance
    taught: Array = gain * told / (1 + told * apart)
    return taught


def votes_to_go(fit: Fit) -> int:
    """Guess how many more votes settle what is open, if things stay as they look now."""
    open_claims = [claim for claim in claims(fit) if not claim.settled]
    least = LEAST_VOTES - fit.counts.votes
    return max(least, min(MOST_TO_GO, sum(_to_go(fit, claim) for claim in open_claims)), 0)


def _to_go(fit: Fit, claim: Claim) -> int:
    best = leader(fit)
    along = difference(fit, best, claim.level)
    variance = float(along @ fit.covariance @ along)
    lead = fit.odds.win - fit.odds.win.T
    told = float((1 - fit.odds.tie - lead**2)[best, claim.level]) / 4
    times = (Z_SURE / max(claim.z, 0.25)) ** 2
    more = (times - 1) / (variance * max(told, 1e-6))
    return min(MOST_TO_GO, max(1, math.ceil(more)))
