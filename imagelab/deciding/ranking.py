"""The ranking of levels by votes: strengths, win rates and their intervals."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from imagelab.deciding import agreement
from imagelab.deciding.agreement import Share
from imagelab.deciding.field import Field
from imagelab.deciding.strengths import Counts, Fit, bound, bounds, fit
from imagelab.errors import InputError
from imagelab.naming import told_apart
from imagelab.request import dollars_kept
from imagelab.vote import Vote

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray
    from pandas import DataFrame

    from imagelab.deciding.strengths import Array

LONGEST = 72
"""How many letters of a level's name a table or a sentence shows."""

MODEL = "Bradley-Terry with ties after Davidson (1970), 95 % profile intervals"


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval; an end that nothing bounds is infinite (or 0, or 1)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.0%} ({self.low:.0%} to {self.high:.0%})"


@dataclass(frozen=True)
class Ranking:
    """What the votes say of each level, pooled and by prompt, and of those who voted.

    The model is Bradley-Terry with ties after Davidson. ``frame`` has one row per level, the
    strongest first: the log strength (their mean is 0), the win rate against an average other
    level (a tie counts half), both with the ends of their 95 % intervals, and the counts. A
    level that never lost has no upper end: its strength reaches to infinity.

    >>> comparison.ranking(by="quality").frame      # doctest: +SKIP
    >>> comparison.ranking(by="quality").rounds     # doctest: +SKIP
    >>> comparison.ranking(by="quality").alpha      # doctest: +SKIP
    0.71
    """

    field: Field
    votes: tuple[Vote, ...]

    @cached_property
    def counts(self) -> Counts:
        """Wins and ties by level."""
        return self.field.counts(self.votes)

    @cached_property
    def counts_by_round(self) -> dict[str, Counts]:
        """Wins and ties by level, for every prompt that was voted on."""
        return self.field.counts_by_round(self.votes)

    @cached_property
    def fit(self) -> Fit:
        """The strengths, with what follows from them."""
        return fit(self.counts)

    @cached_property
    def frame(self) -> DataFrame:
        """One row per level, the strongest first."""
        return table(self.field.levels, self.fit).sort_values(
            "strength", ascending=False, kind="stable"
        )

    @cached_property
    def rounds(self) -> DataFrame:
        """One row per prompt (and other settings that were equal) and level."""
        import pandas as pd

        counted = self.counts_by_round
        names = [name for name in self.field.rounds if name in counted]
        parts = {name: table(self.field.levels, fit(counted[name])) for name in names}
        return pd.concat(parts, names=["prompt"]) if parts else pd.DataFrame()

    @property
    def matrix(self) -> DataFrame:
        """How often the level of the row beat that of the column."""
        import pandas as pd

        levels = list(self.field.levels)
        return pd.DataFrame(self.counts.wins.astype(int), levels, levels)

    @property
    def raters(self) -> DataFrame:
        """One row per rater: votes, ties, skips, share of left, consistency, seconds."""
        return agreement.raters(self.votes)

    @property
    def alpha(self) -> float | None:
        """How far raters agree: Krippendorff's alpha, or ``None`` where nobody can tell."""
        levels = {number: entry.level for number, entry in self.field.entries.items()}
        return agreement.alpha(self.votes, levels)

    @property
    def side_bias(self) -> Share:
        """How often the left picture won, of the votes that were no ties."""
        return agreement.side_bias(self.votes)

    @property
    def consistency(self) -> Share:
        """How often raters said the same of a pair that they saw again."""
        return agreement.consistency(self.votes)

    @property
    def trust(self) -> str:
        """What is known of the raters, in a sentence or two."""
        people = len({vote.rater for vote in self.votes})
        words = [f"{people} rater{'s' * (people != 1)}"]
        if self.alpha is not None:
            words.append(f"agreement (Krippendorff's alpha) {self.alpha:.2f}")
        left, same = self.side_bias, self.consistency
        if left.value is not None:
            low, high = left.interval
            words.append(f"left won {left.value:.0%} ({low:.0%} to {high:.0%}; 50 % is fair)")
        if same.value is not None:
            words.append(f"the same said again {same.part} of {same.whole} times")
        words += self._judges()
        return ", ".join(words) + "."

    def _judges(self) -> list[str]:
        """Say of judges whose votes count how far they agree with the people whose votes do."""
        judges = sorted({vote.rater for vote in self.votes if vote.source == "judge"})
        people = [vote for vote in self.votes if vote.source != "judge"]
        levels = {number: entry.level for number, entry in self.field.entries.items()}
        words = []
        for name in judges:
            own = [vote for vote in self.votes if vote.rater == name and vote.source == "judge"]
            pairs = agreement.with_people([*people, *own], levels)
            same = Share(sum(a == b for a, b in pairs), len(pairs))
            low, high = same.interval
            words.append(
                f"{name} counts though no person's vote here tells how far it agrees"
                if same.value is None
                else f"{name} agrees with {same.part} of {same.whole} votes of people "
                f"({low:.0%} to {high:.0%})"
            )
        return words

    def __repr__(self) -> str:
        order = " > ".join(str(level) for level in self.frame.index)
        return f"Ranking({order}; {self.counts.votes} vote{'s' * (self.counts.votes != 1)})"

    @property
    def words(self) -> str:
        """How it was made, and from what."""
        return f"{MODEL}. {self.counts.votes} votes, {self.trust}"

    @property
    def table(self) -> DataFrame:
        """The table as people read it; ``frame`` has the numbers."""
        import pandas as pd

        rows = [_as_read(row) for row in self.frame.to_dict("records")]
        names = dict(zip(self.field.levels, told_apart(self.field.levels, LONGEST), strict=True))
        return pd.DataFrame(rows, index=[names[level] for level in self.frame.index])

    def _repr_html_(self) -> str:
        import html

        shown = self.table.to_html(border=0, escape=True)
        return dollars_kept(f"{shown}<p>{html.escape(self.words)}</p>")


def rank(field: Field, votes: Sequence[Vote]) -> Ranking:
    """Rank the levels of a field.

    Raises:
        InputError: there is no vote about its pictures that says anything.

    """
    counting = tuple(vote for vote in votes if field.is_duel(vote) and not vote.undone)
    ranking = Ranking(field, counting)
    if not ranking.counts.votes:
        raise InputError(
            f"There are no votes by {' and '.join(field.by)} yet"
            f"{' but skips' * bool(counting)}: vote with comparison.vote(...)."
        )
    return ranking


def _as_read(row: Mapping[Hashable, Any]) -> dict[str, str]:
    """Write a row down; an end that nothing bounds is said in words."""
    low, high = (f"{row[end]:.2f}" if math.isfinite(row[end]) else "" for end in ("low", "high"))
    words = f"{low} to {high}" if low and high else f"{low} or more" if low else f"{high} or less"
    return {
        "strength (95 %)": f"{row['strength']:.2f} ({words if low or high else 'any'})",
        "win rate (95 %)": str(Estimate(row["win_rate"], row["win_low"], row["win_high"])),
        "won, tied, lost": f"{row['wins']}, {row['ties']}, {row['losses']}",
    }


def table(levels: Sequence[str], made: Fit) -> DataFrame:
    """Write the estimates of every level as a table, in the order of the levels."""
    import pandas as pd

    rows = [_row(made, at) for at in range(len(levels))]
    return pd.DataFrame(rows, index=pd.Index(levels, name="level"))


def _row(made: Fit, level: int) -> dict[str, float | int]:
    strong, rate = strength(made, level), win_rate(made, level)
    counts = made.counts
    wins, losses = int(counts.wins[level].sum()), int(counts.wins[:, level].sum())
    ties = int(counts.ties[level].sum())
    return {
        "strength": strong.value,
        "low": strong.low,
        "high": strong.high,
        "win_rate": rate.value,
        "win_low": rate.low,
        "win_high": rate.high,
        "wins": wins,
        "ties": ties,
        "losses": losses,
        "votes": wins + ties + losses,
    }


def strength(made: Fit, level: int) -> Estimate:
    """Estimate the log strength of a level, the mean of all being 0."""
    import numpy as np

    size = len(made.strengths)
    along = np.zeros(len(made.point))
    along[:size] = -1 / size
    along[level] += 1
    low, high = bounds(made, along)
    below, above = bounded(made.counts)
    return Estimate(
        float(made.strengths[level]),
        float(low.strengths[level]) if below[level] else -np.inf,
        float(high.strengths[level]) if above[level] else np.inf,
    )


def win_rate(made: Fit, level: int) -> Estimate:
    """Estimate the share of points of a level against an average other one."""
    import numpy as np

    weights = np.ones(len(made.strengths)) / (len(made.strengths) - 1)
    return _share(made, level, weights)


def against(made: Fit, level: int, other: int) -> Estimate:
    """Estimate the share of points that a level takes from another one."""
    import numpy as np

    weights = np.zeros(len(made.strengths))
    weights[other] = 1.0
    return _share(made, level, weights)


def _share(made: Fit, level: int, weights: Array) -> Estimate:
    """Estimate a weighted mean of shares, along the direction in which it grows fastest.

    Of a level from which no chain of victories leads here nothing bounds the share above: it
    may be all. What it takes of the others is bounded all the same.
    """
    weights = weights.copy()
    weights[level] = 0.0
    reaches = reaching(made.counts)
    below, above = weights * reaches[level], weights * reaches[:, level]
    return Estimate(
        float(made.odds.score[level] @ weights),
        _end(made, level, below, -made.reach),
        _end(made, level, above, made.reach) + float(weights.sum() - above.sum()),
    )


def _end(made: Fit, level: int, weights: Array, z: float) -> float:
    if not weights.any():
        return 0.0
    there = made
    for _ in range(2):  # a share is no straight line: its direction is taken anew at the end
        there = bound(made, _growth(there, level, weights), z)
    return float(there.odds.score[level] @ weights)


def _growth(made: Fit, level: int, weights: Array) -> Array:
    import numpy as np

    odds = made.odds
    lead = (odds.win - odds.win.T)[level]
    steep = (1 - odds.tie[level] - lead**2) / 4 * weights
    along = np.zeros(len(made.point))
    along[: len(steep)] = -steep
    along[level] += steep.sum()
    if made.ties:
        along[-1] = -(lead * odds.tie[level] * weights).sum() / 2
    return along


def reaching(counts: Counts) -> NDArray[bool_]:
    """Tell from which level a chain of victories (or ties) leads to which."""
    import numpy as np

    reaches = (counts.wins + counts.ties > 0) | np.eye(len(counts.wins), dtype=bool)
    for _ in range(len(reaches).bit_length()):
        reaches = (reaches.astype(int) @ reaches.astype(int)) > 0
    return reaches


def bounded(counts: Counts) -> tuple[NDArray[bool_], NDArray[bool_]]:
    """Tell of every level whether votes bound its strength below, and above.

    Nothing bounds it above if no level outside its circle beat or tied it: it never lost, or
    only to others that never lost to the rest. Nothing bounds it below if its circle beat nobody.
    """
    import numpy as np

    reaches = reaching(counts)
    together = reaches & reaches.T
    if together.all():
        return together[0], together[0]
    below: NDArray[bool_] = np.any(reaches & ~together, axis=1)
    above: NDArray[bool_] = np.any(reaches.T & ~together, axis=1)
    return below, above
