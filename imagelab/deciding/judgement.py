"""What a judge said of pairs of pictures, and how far to trust it."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from imagelab import question, showing
from imagelab.catalog.money import show, usd
from imagelab.deciding import agreement
from imagelab.deciding.agreement import Share
from imagelab.deciding.field import Field
from imagelab.errors import InputError
from imagelab.request import Generation, dollars_kept
from imagelab.vote import Vote

if TYPE_CHECKING:
    from pandas import DataFrame

DRAWS = 2000
"""How often pairs are drawn anew for the interval of kappa."""


@dataclass(frozen=True)
class Asked:
    """One question: two generations as they stood, and the row of what came, if any."""

    left: int
    right: int
    row: Generation | None
    came: str = "sent"


@dataclass(frozen=True)
class Judgement:
    """What a judge said, question by question, and how far it agrees with people and itself.

    ``frame`` has one row per question, with the reason, in which picture A is the left one.
    Its votes are in the ledger under ``rater`` and count in no ranking or verdict but where
    ``raters=`` names it.

    >>> judgement = comparison.judge()              # doctest: +SKIP
    >>> judgement.agreement.value, judgement.kappa  # doctest: +SKIP
    (0.9, 0.81)
    >>> comparison.verdict(raters=["ann", judgement.rater])     # doctest: +SKIP
    """

    field: Field
    model: str
    rater: str
    asked: tuple[Asked, ...]
    votes: tuple[Vote, ...]
    people: tuple[Vote, ...]
    left: Mapping[int, str]
    simulated: bool

    @cached_property
    def frame(self) -> DataFrame:
        """One row per question: who stood where, what was said and why, what it cost."""
        import pandas as pd

        rows = [self._row(one) for one in self.asked if one.row is not None]
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        return table.astype(_COLUMNS)

    def _row(self, one: Asked) -> dict[str, Any]:
        assert one.row is not None, "asked"  # noqa: S101
        entries, levels, row = self.field.entries, self.field.levels, one.row
        left, right = (levels[entries[number].level] for number in (one.left, one.right))
        said = _said(row)
        winner = {"left": left, "right": right, "tie": "tie"}.get(said.winner if said else "")
        return {
            "prompt": entries[one.left].round,
            "left": left,
            "right": right,
            "winner": winner,
            "reason": said.reason if said else None,
            "status": row.status,
            "error": row.error,
            "cost_usd": row.cost_usd,
            "seconds": row.seconds,
            "came": one.came,
            "left_id": one.left,
            "right_id": one.right,
            "id": row.id,
        }

    # -- trust --------------------------------------------------------------------------------

    @cached_property
    def _beside(self) -> list[tuple[int, int]]:
        return agreement.with_people([*self.people, *self.votes], self._levels)

    @property
    def _levels(self) -> dict[int, int]:
        return {number: entry.level for number, entry in self.field.entries.items()}

    @property
    def agreement(self) -> Share:
        """How many votes of people it agrees with, of those on pairs that it judged."""
        return Share(sum(a == b for a, b in self._beside), len(self._beside))

    @property
    def kappa(self) -> float | None:
        """The same beyond chance (Cohen's kappa): 1 always, 0 as by chance, None if unknown."""
        return kappa(self._beside)

    @cached_property
    def kappa_interval(self) -> tuple[float, float] | None:
        """Where kappa lies, 95 %: pairs of pictures are drawn anew, with all that was said."""
        import numpy as np

        groups = self._by_pair()
        if self.kappa is None or len(groups) < 2:
            return None
        random = np.random.default_rng(0)
        drawn = random.integers(len(groups), size=(DRAWS, len(groups)))
        found = [kappa([one for at in row for one in groups[at]]) for row in drawn]
        known = [one for one in found if one is not None]
        if not known:
            return None
        low, high = np.quantile(known, (0.025, 0.975))
        return float(low), float(high)

    def _by_pair(self) -> list[list[tuple[int, int]]]:
        found: dict[tuple[int, int], list[Vote]] = defaultdict(list)
        for vote in (*self.people, *self.votes):
            found[vote.pair].append(vote)
        beside = (agreement.with_people(votes, self._levels) for votes in found.values())
        return [one for one in beside if one]

    @property
    def consistency(self) -> Share:
        """Of how many pairs it said the same in both orders."""
        said: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
        for vote in self.votes:
            said[vote.pair][vote.left] = agreement.said_of(vote)
        both = [tuple(words.values()) for words in said.values() if len(words) == 2]
        return Share(sum(a == b for a, b in both), len(both))

    @property
    def side_bias(self) -> Share:
        """How often the left picture won; every pair stands in both orders, so half is fair."""
        return agreement.side_bias(self.votes)

    # -- money --------------------------------------------------------------------------------

    @property
    def cost_nano(self) -> int:
        """Nano-dollars that these answers cost, whenever they were paid, where that is known."""
        return sum(row.cost_nano or 0 for row in self._rows())

    @property
    def cost_usd(self) -> float:
        """The same in dollars; ``unknown`` counts the answers that are not in it."""
        return usd(self.cost_nano)

    @property
    def unknown(self) -> int:
        """How many answers were billed, or perhaps billed, at a cost that nobody knows."""
        return sum(row.cost_nano is None for row in self._rows())

    def _rows(self) -> list[Generation]:
        return list({one.row.id: one.row for one in self.asked if one.row is not None}.values())

    # -- in words -----------------------------------------------------------------------------

    @property
    def sentences(self) -> list[str]:
        """What there is to know, in sentences: agreement with people first."""
        said = [self._answered(), self._agreed(), *self._steady(), self._used()]
        if self.simulated:
            said.append(
                "The judge is SIMULATED and prefers detail: this shows how judging works, and "
                "says nothing of any model."
            )
        return said

    def _answered(self) -> str:
        answered = sum(_said(one.row) is not None for one in self.asked if one.row is not None)
        more = " and more" if self.unknown else ""
        words = (
            f"{self.model} answered {answered} of {len(self.asked)} questions, each pair in both "
            f"orders, for {show(self.cost_nano)}{more}."
        )
        for reason, number in self._without():
            words += f" {number} without an answer: {reason.rstrip('.')}."
        return words

    def _without(self) -> list[tuple[str, int]]:
        """Count what brought no answer, by reason."""
        found: dict[str, int] = defaultdict(int)
        for reason in self.left.values():
            found[reason] += 1
        for one in self.asked:
            if one.row is not None and _said(one.row) is None:
                found[one.row.error or one.row.status] += 1
        return list(found.items())

    def _agreed(self) -> str:
        same = self.agreement
        if same.value is None:
            return (
                "No person has voted on these pairs, so nobody can tell whether it sees what "
                "people see: vote with comparison.vote(...), then look here again."
            )
        low, high = same.interval
        words = (
            f"It agrees with {same.part} of {same.whole} votes of people: {same.value:.0%} "
            f"({low:.0%} to {high:.0%})"
        )
        if self.kappa is None:
            return (
                f"{words}. People, or the judge, preferred the same level every time, so nobody "
                "can tell that from chance."
            )
        reach = self.kappa_interval
        between = "" if reach is None else f" ({reach[0]:.2f} to {reach[1]:.2f})"
        return f"{words}; beyond chance, Cohen's kappa {self.kappa:.2f}{between}."

    def _steady(self) -> list[str]:
        same, left, words = self.consistency, self.side_bias, []
        if same.value is not None:
            low, high = same.interval
            words.append(
                f"With sides swapped it said the same of {same.part} of {same.whole} pairs: "
                f"{same.value:.0%} ({low:.0%} to {high:.0%})."
            )
        if left.value is not None:
            low, high = left.interval
            words.append(f"Left won {left.value:.0%} ({low:.0%} to {high:.0%}; 50 % is fair).")
        return words

    def _used(self) -> str:
        return (
            f"Its votes are kept under {self.rater!r} and count only where you ask for them: "
            f"comparison.verdict(raters=[..., {self.rater!r}])."
        )

    @property
    def shortfall(self) -> str | None:
        """What is missing and why; ``None`` where every question has its answer."""
        without = [f"{number} without an answer: {reason}" for reason, number in self._without()]
        return " ".join(without) or None

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def __repr__(self) -> str:
        return f"Judgement({' '.join(self.sentences[:2])})"

    def _repr_html_(self) -> str:
        first, agreed, *rest = map(html.escape, self.sentences)
        shown = self.frame[["prompt", "left", "right", "winner", "reason", "cost_usd"]]
        table = showing.show("What it said; picture A is the left one:", shown)
        words = "".join(f"<p>{one}</p>" for one in rest)
        return dollars_kept(f"<p><b>{first}</b></p><p>{agreed}</p>") + table + dollars_kept(words)


_COLUMNS = {
    "prompt": "string",
    "left": "string",
    "right": "string",
    "winner": "string",
    "reason": "string",
    "status": "string",
    "error": "string",
    "cost_usd": "Float64",
    "seconds": "Float64",
    "came": "string",
    "left_id": "int64",
    "right_id": "int64",
    "id": "int64",
}


def _said(row: Generation) -> question.Said | None:
    if row.status != "done" or row.answer is None:
        return None
    try:
        return question.said(row.answer)
    except InputError:
        return None


def kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Measure agreement of two raters beyond chance, after Cohen (1960).

    >>> kappa([(1, 1), (1, 1), (-1, -1), (-1, 1)])
    0.5
    """
    if not pairs:
        return None
    number = len(pairs)
    same = sum(a == b for a, b in pairs) / number
    by_chance = sum(
        sum(a == step for a, _ in pairs) * sum(b == step for _, b in pairs) for step in (-1, 0, 1)
    ) / (number * number)
    if min(len({step for step, _ in pairs}), len({step for _, step in pairs})) == 1:
        return None  # who always says the same agrees by chance alone, or not at all
    return (same - by_chance) / (1 - by_chance)
