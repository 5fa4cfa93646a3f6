"""What follows from votes and costs: places, prices of a win, the level to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from imagelab.catalog.money import usd_or_none
from imagelab.deciding import samples
from imagelab.deciding.field import Field
from imagelab.deciding.ranking import Estimate, Ranking, against, win_rate
from imagelab.deciding.stopping import Claim, claims, leader, votes_to_go
from imagelab.deciding.strengths import Fit, fit
from imagelab.vote import Vote

if TYPE_CHECKING:
    from pandas import DataFrame

Place = Literal["best", "leads", "as good", "worse", "open"]
"""Where a level stands: the best (it only leads while others are open), within the margin of it,
clearly below it, or not settled."""


ALIKE = 0.02
"""Prices that differ by a smaller share are as good as equal: a prompt's words cost a little."""


@dataclass(frozen=True, kw_only=True)
class LevelVerdict:
    """What is known of one level. Money in nano-dollars; unknown is ``None``."""

    level: str
    place: Place
    win_rate: Estimate
    against_best: Estimate | None
    cost_nano: int | None
    nano_per_win: int | None
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True)
class Findings:
    """What follows from the votes and the costs of a field; a verdict puts it in words."""

    field: Field
    votes: tuple[Vote, ...]
    costs: Mapping[str, int | None]
    simulated: bool

    @cached_property
    def ranking(self) -> Ranking:
        """The strengths and what is known of the raters."""
        return Ranking(self.field, self.votes)

    @property
    def fit(self) -> Fit:
        """The strengths that the votes make likeliest."""
        return self.ranking.fit

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What is said of each level but the leader, and how sure it is."""
        return tuple(claims(self.fit))

    @property
    def settled(self) -> bool:
        """Whether of every level it is known how it stands to the best."""
        return all(claim.settled for claim in self.claims)

    @property
    def to_go(self) -> int:
        """How many more votes would settle it, if things stay as they look: a guess."""
        return votes_to_go(self.fit)

    @cached_property
    def levels(self) -> tuple[LevelVerdict, ...]:
        """Every level, in the order of the comparison."""
        places = _places(self.fit)
        return tuple(self._level(at, places[at]) for at in range(len(self.field.levels)))

    @property
    def best(self) -> str:
        """The level that leads."""
        return self.field.levels[leader(self.fit)]

    @cached_property
    def choice(self) -> str | None:
        """The cheapest level that is not clearly worse than the best.

        ``None`` while that is not settled, or where nobody knows what such a level costs.
        """
        return _choice(self.fit, self.field.levels, self.costs)

    @cached_property
    def differs(self) -> dict[str, str]:
        """The prompts whose own votes settle it otherwise, and what they say."""
        names = self.field.rounds if len(self.field.rounds) > 1 else ()
        said = {name: self._otherwise(name) for name in names}
        return {name: words for name, words in said.items() if words is not None}

    @cached_property
    def samples(self) -> samples.SamplesTest | None:
        """Whether levels differ more than samples of one level; ``None`` with one sample each."""
        return samples.compare(self.field, self.votes)

    @cached_property
    def frame(self) -> DataFrame:
        """One row per level; money in dollars."""
        import pandas as pd

        rows = [
            {
                "place": one.place,
                "win_rate": one.win_rate.value,
                "low": one.win_rate.low,
                "high": one.win_rate.high,
                "against_best": one.against_best.value if one.against_best else None,
                "cost_usd": usd_or_none(one.cost_nano),
                "usd_per_win": usd_or_none(one.nano_per_win),
                "wins": one.wins,
                "ties": one.ties,
                "losses": one.losses,
            }
            for one in self.levels
        ]
        return pd.DataFrame(rows, index=pd.Index(self.field.levels, name="level"))

    def _level(self, at: int, place: Place) -> LevelVerdict:
        made, name = self.fit, self.field.levels[at]
        counts = made.counts
        return LevelVerdict(
            level=name,
            place=place,
            win_rate=win_rate(made, at),
            against_best=None if place in ("best", "leads") else against(made, at, leader(made)),
            cost_nano=self.costs[name],
            nano_per_win=self._per_win(at),
            wins=int(counts.wins[at].sum()),
            ties=int(counts.ties[at].sum()),
            losses=int(counts.wins[:, at].sum()),
        )

    def _per_win(self, at: int) -> int | None:
        """Divide what a level costs above the cheapest by the share it wins of it above half.

        ``None`` unless it surely wins more than half, and is dearer: nothing has no price.
        """
        cheapest = _cheapest(range(len(self.field.levels)), self.field.levels, self.costs)
        cost = self.costs[self.field.levels[at]]
        if cheapest is None or cheapest == at or cost is None:
            return None
        rate = against(self.fit, at, cheapest)
        extra = cost - (self.costs[self.field.levels[cheapest]] or 0)
        dearer = extra > cost * ALIKE
        return round(extra / (rate.value - 0.5)) if dearer and rate.low > 0.5 else None

    def _otherwise(self, name: str) -> str | None:
        """Say what the votes of one round settle otherwise, if they do."""
        counts = self.ranking.counts_by_round.get(name)
        if self.choice is None or counts is None:
            return None
        made = fit(counts)
        levels, place = self.field.levels, _places(made)
        if place[levels.index(self.choice)] == "worse":
            return f"{levels[leader(made)]} beats {self.choice}"
        own = _choice(made, levels, self.costs)
        return f"{own} would do" if own not in (None, self.choice) else None


def costs_of(field: Field) -> dict[str, int | None]:
    """Give what a picture of each level costs on average; unknown if any of them is."""
    found: dict[str, int | None] = {}
    for at, name in enumerate(field.levels):
        costs = [e.generation.cost_nano for e in field.entries.values() if e.level == at]
        known = [cost for cost in costs if cost is not None]
        found[name] = round(sum(known) / len(known)) if len(known) == len(costs) else None
    return found


def _places(made: Fit) -> list[Place]:
    found: list[Place] = ["best"] * len(made.strengths)
    for claim in claims(made):
        found[claim.level] = (
            "open" if not claim.settled else "worse" if claim.says == "worse" else "as good"
        )
    if "open" in found:
        found[leader(made)] = "leads"
    return found


def _choice(made: Fit, levels: Sequence[str], costs: Mapping[str, int | None]) -> str | None:
    places = _places(made)
    if "open" in places:  # what is open may yet turn out to be the best
        return None
    good = [at for at, place in enumerate(places) if place != "worse"]
    cheapest = _cheapest(good, levels, costs)
    if cheapest is None:
        return None
    least = costs[levels[cheapest]] or 0
    near = [at for at in good if (costs[levels[at]] or 0) - least <= least * ALIKE]
    return levels[max(near, key=lambda at: float(made.strengths[at]))]


def _cheapest(
    among: Sequence[int] | range, levels: Sequence[str], costs: Mapping[str, int | None]
) -> int | None:
    priced = [(cost, at) for at in among if (cost := costs[levels[at]]) is not None]
    return min(priced)[1] if len(priced) == len(among) and priced else None
