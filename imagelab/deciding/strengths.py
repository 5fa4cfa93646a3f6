"""Strengths of levels from counts of duels: Bradley-Terry with ties after Davidson (1970).

Level i beats level j with the odds of its strength, and they tie in proportion to the geometric
mean of both strengths. In logarithms, with a tie parameter d::

    i wins : j wins : tie  =  exp(a_i) : exp(a_j) : exp(d + (a_i + a_j) / 2)

Without a tie in the counts it is plain Bradley-Terry. A weak normal prior (``RIDGE``) keeps
strengths finite where a level never lost; intervals follow the profile of the likelihood, which
has no upper end there. Doi: 10.1080/01621459.1970.10481082.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Array = NDArray[float64]

RIDGE = 0.05
"""One over the prior's variance: strengths within about ±9 of each other, in log odds."""

Z95 = 1.959963984540054
"""How many standard errors a 95 % interval reaches to each side where votes are many."""

SMALL, MOST_STEPS = 1e-6, 200
"""Newton doubles the good digits: after a step of a millionth a trillionth is left."""


@dataclass(frozen=True, eq=False)
class Counts:
    """How often level i beat level j (``wins[i, j]``), and how often they tied (symmetric)."""

    wins: Array
    ties: Array

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.wins + other.wins, self.ties + other.ties)

    @property
    def votes(self) -> int:
        """How many duels were decided or tied."""
        return int(self.wins.sum() + self.ties.sum() / 2)

    @cached_property
    def met(self) -> Array:
        """How often each two levels met."""
        met: Array = self.wins + self.wins.T + self.ties
        return met

    @cached_property
    def scores(self) -> Array:
        """The points of each level: one for a win, a half for a tie."""
        scores: Array = self.wins.sum(axis=1) + self.ties.sum(axis=1) / 2
        return scores


def nothing(levels: int) -> Counts:
    """Give counts without a vote."""
    import numpy as np

    return Counts(np.zeros((levels, levels)), np.zeros((levels, levels)))


@dataclass(frozen=True, eq=False)
class Odds:
    """What strengths say of every duel: chances to win and to tie, for each two levels."""

    win: Array
    tie: Array

    @property
    def score(self) -> Array:
        """The share of points that i takes from j: wins, and half of the ties."""
        score: Array = self.win + self.tie / 2
        return score


@dataclass(frozen=True, eq=False)
class Fit:
    """Log strengths (their mean is 0), the tie parameter, and how far to trust them.

    ``ties`` tells whether the counts held any tie; without, ``d`` plays no part.
    """

    counts: Counts
    point: Array
    ties: bool
    ridge: float

    @property
    def strengths(self) -> Array:
        """The log strength of each level."""
        return self.point[: len(self.counts.wins)]

    @property
    def nu(self) -> float:
        """Davidson's tie parameter: 0 where nothing tied."""
        import numpy as np

        return float(np.exp(self.point[-1])) if self.ties else 0.0

    @cached_property
    def odds(self) -> Odds:
        """The chances of every duel."""
        return odds_of(self.point, self.ties)

    @cached_property
    def information(self) -> Array:
        """The curvature of the penalised likelihood, negated."""
        return _curvature(self.counts, self.odds, self.ties, self.ridge)

    @cached_property
    def covariance(self) -> Array:
        """The inverse of the information: of the strengths, and last of the tie parameter."""
        import numpy as np

        return np.linalg.inv(self.information).astype(np.float64)

    @property
    def reach(self) -> float:
        """How many standard errors a 95 % interval reaches: Student's quantile.

        One degree of freedom a vote, less what was estimated. With the normal one, of 20 votes'
        intervals 92.4 % held the truth and not 95 % (``tests/bench/deciding.py``).
        """
        free = max(2, self.counts.votes - (len(self.point) - 1))
        bend = (5 * Z95**5 + 16 * Z95**3 + 3 * Z95) / (96 * free**2)
        return Z95 + (Z95**3 + Z95) / (4 * free) + bend  # Fisher and Cornish, 1960

    @cached_property
    def height(self) -> float:
        """The penalised log likelihood."""
        return _height(self.counts, self.point, self.ties, self.ridge)


def fit(counts: Counts, *, ridge: float = RIDGE, start: Array | None = None) -> Fit:
    """Find the strengths that make the counts most likely, weakly held together by a prior.

    The likelihood is concave, so Newton's steps, halved where they go too far, find its top.
    """
    import numpy as np

    ties = bool(counts.ties.any())
    point = np.zeros(len(counts.wins) + ties)
    if start is not None and len(start) == len(point):
        point = start
    return _climb(Fit(counts, point, ties, ridge), None)


def held_at(top: Fit, along: Array, value: float) -> Fit:
    """Find the likeliest point among those where its product with ``along`` is ``value``."""
    move = top.covariance @ along
    start = top.point + move * (value - along @ top.point) / (along @ move)
    return _climb(replace(top, point=start), along)


def root(top: Fit, along: Array, value: float) -> float:
    """Say how far a value is from the estimate, in standard errors: the signed root.

    It is the square root of twice the loss of log likelihood, positive where the estimate is
    above the value, and normal to a good approximation where the counts are few, too.
    """
    size = float(_loss(top, held_at(top, along, value)) ** 0.5)
    return size if along @ top.point >= value else -size


def bounds(top: Fit, along: Array) -> tuple[Fit, Fit]:
    """Give the likeliest points at the two ends of the 95 % interval in a direction."""
    z = top.reach
    return bound(top, along, -z), bound(top, along, z)


def bound(top: Fit, along: Array, z: float) -> Fit:
    """Walk outwards until the signed root is ``z``; it is nearly a straight line."""
    middle = float(along @ top.point)
    error = float((along @ top.covariance @ along) ** 0.5)
    near, root_near, far = middle, 0.0, middle + z * error
    there = top
    for _ in range(50):
        there = held_at(top, along, far)
        root_far = _loss(top, there) ** 0.5 * (1 if z > 0 else -1)
        if abs(root_far - z) < 1e-7 or root_far == root_near:
            break
        slope = (far - near) / (root_far - root_near)
        near, root_near, far = far, root_far, far + slope * (z - root_far)
    return there


def _loss(top: Fit, there: Fit) -> float:
    return max(0.0, 2 * (top.height - there.height))


def odds_of(point: Array, ties: bool) -> Odds:
    """Work out the chances of every duel from strengths and the tie parameter."""
    import numpy as np

    strengths = point[:-1] if ties else point
    half = (strengths[:, None] - strengths[None, :]) / 2
    top = np.abs(half)  # so that nothing overflows
    win, lose = np.exp(half - top), np.exp(-half - top)
    tie = np.exp(point[-1] - top) if ties else np.zeros_like(half)
    whole = win + lose + tie
    return Odds(win / whole, tie / whole)


def _climb(at: Fit, along: Array | None) -> Fit:
    """Take Newton's steps to the top; with ``along`` only at right angles to it."""
    import numpy as np

    for _ in range(MOST_STEPS):
        step = _step(at, along)
        share = 1.0
        new = replace(at, point=at.point + step)
        while new.height < at.height - 1e-9 and share > 1e-6:
            share /= 2
            new = replace(at, point=at.point + share * step)
        at = new
        if np.abs(step).max() < SMALL:
            break
    return at


def _step(at: Fit, along: Array | None) -> Array:
    import numpy as np

    slope = _slope(at)
    if along is None:
        return np.linalg.solve(at.information, slope).astype(np.float64)
    step, across = np.linalg.solve(at.information, np.stack([slope, along], axis=1)).T
    straight: Array = step - across * (along @ step) / (along @ across)
    return straight


def _height(counts: Counts, point: Array, ties: bool, ridge: float) -> float:
    import numpy as np

    size = len(counts.wins)
    strengths = point[:size]
    half = np.abs(strengths[:, None] - strengths[None, :]) / 2
    tie = np.exp(point[-1] - half) if ties else 0.0
    whole = (strengths[:, None] + strengths[None, :]) / 2 + half + np.log1p(np.exp(-2 * half) + tie)
    gain = counts.scores @ strengths - (counts.met * whole).sum() / 2
    if ties:
        gain += counts.ties.sum() / 2 * point[-1]
    return float(gain - ridge / 2 * point @ point - strengths.sum() ** 2 / 2)


def _slope(at: Fit) -> Array:
    import numpy as np

    counts, odds, point = at.counts, at.odds, at.point
    slope = counts.scores - (counts.met * odds.score).sum(axis=1)
    if at.ties:
        slope = np.append(slope, (counts.ties - counts.met * odds.tie).sum() / 2)
    slope = slope - at.ridge * point
    slope[: len(counts.wins)] -= at.strengths.sum()  # only differences are seen: the mean is 0
    whole: Array = slope
    return whole


def _curvature(counts: Counts, odds: Odds, ties: bool, ridge: float) -> Array:
    import numpy as np

    size = len(counts.wins)
    lead = odds.win - odds.win.T
    spread = counts.met * (1 - odds.tie - lead**2) / 4
    curve = np.zeros((size + ties, size + ties))
    curve[:size, :size] = np.diag(spread.sum(axis=1)) - spread + 1  # the 1: see _slope
    if ties:
        curve[:size, -1] = curve[-1, :size] = -(counts.met * lead * odds.tie).sum(axis=1) / 2
        curve[-1, -1] = (counts.met * odds.tie * (1 - odds.tie)).sum() / 2
    whole: Array = curve + ridge * np.eye(len(curve))
    return whole
