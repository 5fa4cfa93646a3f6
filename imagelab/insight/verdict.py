"""The verdict: which level is worth its price, as far as the votes can tell."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from imagelab.catalog.money import show
from imagelab.deciding.field import Field
from imagelab.deciding.findings import ALIKE, Findings, costs_of
from imagelab.deciding.ranking import LONGEST, MODEL
from imagelab.insight import drawing, plots
from imagelab.naming import cut, told_apart
from imagelab.request import dollars_kept, in_notebook
from imagelab.vote import Vote

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

SHOWN_PROMPTS, SHOWN_LEVELS = 8, 5
"""How many prompts and levels a sentence names."""


class Verdict(Findings):
    """Which level is worth its price: in a cell a few sentences, a table and a chart.

    ``choice`` is the cheapest level that is not clearly worse than the best, or ``None`` while
    there are too few votes to name it; ``to_go`` guesses how many more would settle it;
    ``differs`` names the prompts whose own votes say otherwise. ``frame`` is the table, ``plot``
    the chart, ``ranking`` what both rest on.

    >>> comparison.verdict()                     # doctest: +SKIP
    >>> comparison.verdict().choice              # doctest: +SKIP
    'medium'
    """

    @property
    def sentences(self) -> list[str]:
        """The verdict in words: the first sentence is the answer."""
        said = [self._answer(), *self._worth(), *self._by_prompt()]
        if self.samples is not None and self.ranking.counts.votes:
            said.append(self.samples.words)
        elif self.ranking.counts.votes:
            said.append(
                "With one picture of each level per prompt, levels cannot be told apart from the "
                "luck of the draw: samples=2 or more can."
            )
        if self.votes:
            said.append(f"From {self.ranking.trust}")
        if self.simulated:
            said.append(
                "The pictures are SIMULATED: this shows how a verdict works, and says nothing of "
                "the models' quality."
            )
        return said

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the win rates with their intervals, the price beside each level."""
        return plots.win_rates(self, ax=ax)

    def _answer(self) -> str:
        votes = self.ranking.counts.votes
        if not votes:
            by = " and ".join(self.field.by)
            return f"No votes by {by} yet, so no verdict: comparison.vote(...) asks for them."
        if not self.settled:
            known = [c for c in self.claims if c.settled and c.says == "worse"]
            worse = self._listed([self.field.levels[claim.level] for claim in known])
            partly = (
                f" Known already: {worse} {_are(len(known))} worse than {self._named(self.best)}."
            )
            return (
                f"Too few votes to say: {votes} so far, {_guess(self.to_go)} would settle it."
                f"{partly if known else ''}"
            )
        if self.choice is None:
            return self._unpriced()
        if self.choice == self.best:
            return f"Take {self._named(self.choice)}: the best of them{self._price()}."
        met = self._met(self.choice, self.best)
        names = f"Take {self._named(self.choice)}: as good as {self._named(self.best)}"
        return f"{names}{self._price()}. {met}"

    def _unpriced(self) -> str:
        good = [one for one in self.levels if one.place != "worse"]
        unknown = self._listed([one.level for one in good if one.cost_nano is None])
        names = self._listed([one.level for one in good if one.level != self.best])
        as_good = f", and as good {_are(len(good) - 1)} {names}" if names else ""
        best = self._named(self.best)
        return f"{best} is the best{as_good}. What a picture costs is unknown of: {unknown}."

    def _price(self) -> str:
        """Compare the price of the choice with that of the best, or with those of the others."""
        mine, best = self.costs[self.choice or ""] or 0, self.costs[self.best] or 0
        others = [cost for cost in self.costs.values() if cost is not None]
        if max(others) - min(others) <= max(others) * ALIKE:
            return ", and all cost much the same"
        if self.choice != self.best and mine < best:
            return f" at {_part(mine / best)} of its price ({show(mine)} for {show(best)})"
        cheaper = ", and no cheaper one is as good" if mine > min(others) else ""
        return f", at {show(mine)} a picture{cheaper}"

    def _met(self, one: str, other: str) -> str:
        counts, levels = self.ranking.counts, self.field.levels
        a, b = levels.index(one), levels.index(other)
        won, lost, tied = counts.wins[a, b], counts.wins[b, a], counts.ties[a, b]
        met = int(won + lost + tied)
        if not met:
            return ""
        duels = f"In {met} duel{'s' * (met != 1)} with {self._named(other)}"
        return f"{duels} it won {int(won)}, tied {int(tied)} and lost {int(lost)}."

    def _worth(self) -> list[str]:
        """Say what the best costs per extra win where it is not the choice."""
        if self.choice is None:
            return []
        dear = [one for one in self.levels if one.nano_per_win and one.place in ("best", "as good")]
        return [
            f"An extra win of {self._named(one.level)} over the cheapest level costs "
            f"{show(one.nano_per_win)}."
            for one in dear[:2]
        ]

    def _by_prompt(self) -> list[str]:
        if not self.differs:
            return []
        names = list(self.differs.items())
        shown = "; ".join(f"{self._named(name)}: {words}" for name, words in names[:SHOWN_PROMPTS])
        more = f"; and {len(names) - SHOWN_PROMPTS} more" if len(names) > SHOWN_PROMPTS else ""
        return [f"It differs for {shown}{more}."]

    @cached_property
    def _names(self) -> dict[str, str]:
        """What levels are called in words and tables."""
        levels = self.field.levels
        return dict(zip(levels, told_apart(levels, LONGEST), strict=True))

    def _named(self, name: str) -> str:
        """Write a level or a prompt into a sentence: one of several words in quotation marks."""
        whole = self._names.get(name) or cut(name, LONGEST)
        return f"'{whole}'" if " " in whole else whole

    def _listed(self, levels: Sequence[str]) -> str:
        names = [self._named(level) for level in levels]
        if len(names) > SHOWN_LEVELS:
            names = [*names[: SHOWN_LEVELS - 1], f"{len(names) - SHOWN_LEVELS + 1} more"]
        return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))

    # -- on the screen ------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"Verdict({self._answer()})"

    @property
    def text(self) -> str:
        """Words and table, for terminals."""
        said = "\n".join(self.sentences)
        return f"{said}\n\n{self.table.to_string()}" if self.votes else said

    @property
    def table(self) -> DataFrame:
        """The table as people read it; ``frame`` has the numbers."""
        import pandas as pd

        rows = [
            {
                "place": one.place,
                "win rate (95 %)": str(one.win_rate),
                "against the best": str(one.against_best or "-"),
                "per picture": show(one.cost_nano),
                "per extra win": "-" if one.nano_per_win is None else show(one.nano_per_win),
                "won, tied, lost": f"{one.wins}, {one.ties}, {one.losses}",
            }
            for one in self.levels
        ]
        return pd.DataFrame(rows, index=list(self._names.values()))

    @property
    def page(self) -> str:
        """Words and table, as HTML."""
        first, *rest = map(html.escape, self.sentences)
        table = self.table.to_html(border=0, escape=True) if self.votes else ""
        words = "".join(f"<p>{one}</p>" for one in rest)
        how = f"<p><small>{html.escape(self.how)}</small></p>" if self.votes else ""
        return dollars_kept(f"<p><b>{first}</b></p>{table}{words}{how}")

    @property
    def how(self) -> str:
        """What the columns of the table mean, and by which model they were found."""
        return (
            f"{MODEL}. Win rate: against an average other level, a tie counting half. As good: the "
            "best takes less than 60 % against it; worse: the best takes more than half; both 95 % "
            "sure. Per extra win: the dollars above the cheapest level, by duels won beyond half."
        )

    @property
    def chart(self) -> bytes:
        """The chart as a PNG file."""
        return drawing.png(drawing.let_go(self.plot()), 110)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if not in_notebook():
            display({"text/plain": self.text}, raw=True)
            return
        display({"text/html": self.page, "text/plain": self.text}, raw=True)
        if self.ranking.counts.votes:
            drawn = base64.b64encode(self.chart).decode()
            display({"image/png": drawn, "text/plain": "Win rates with intervals"}, raw=True)


def decide(field: Field, votes: Sequence[Vote], *, simulated: bool) -> Verdict:
    """Give the verdict on a field; without votes it says that there are none."""
    counting = tuple(vote for vote in votes if field.is_duel(vote) and not vote.undone)
    return Verdict(field, counting, costs_of(field), simulated)


def _guess(votes: int) -> str:
    if votes > 1000:
        return "more than 1,000 more"
    return f"about {votes if votes < 20 else round(votes, -1)} more"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _part(share: float) -> str:
    """Say a share of a price as people do."""
    for name, value in (
        ("half", 1 / 2),
        ("a third", 1 / 3),
        ("a quarter", 1 / 4),
        ("a tenth", 0.1),
    ):
        if abs(share / value - 1) < 0.06:
            return name
    return f"{share:.0%}"
