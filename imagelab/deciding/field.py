"""The field of a contest: which pictures stand for which level, and which may meet.

Two pictures may meet if they differ in the factors that are compared and agree in all others:
they are of the same *round*, one prompt as a rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from imagelab.catalog import models
from imagelab.deciding.strengths import Counts, nothing
from imagelab.errors import InputError
from imagelab.request import Generation
from imagelab.sweep import FACTORS, Cell
from imagelab.vote import Vote

MOST_LEVELS = 50

By = str | Sequence[str] | None
"""The factors that are compared: one, several, or ``None`` for what varies most plainly."""


@dataclass(frozen=True)
class Entry:
    """One picture in the contest: its level, by number, its round, and the prompt to show."""

    generation: Generation
    level: int
    round: str
    prompt: str


@dataclass(frozen=True)
class Field:
    """All pictures that may meet, by the id of their generation."""

    by: tuple[str, ...]
    levels: tuple[str, ...]
    entries: Mapping[int, Entry]

    @cached_property
    def rounds(self) -> tuple[str, ...]:
        """The rounds in which two levels can meet, in the order of the sweep."""
        found: dict[str, set[int]] = defaultdict(set)
        for entry in self.entries.values():
            found[entry.round].add(entry.level)
        return tuple(name for name, levels in found.items() if len(levels) > 1)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Every two pictures that may meet: of one round and of different levels."""
        by_round: dict[str, list[int]] = defaultdict(list)
        for number, entry in self.entries.items():
            by_round[entry.round].append(number)
        return tuple(
            (min(pair), max(pair))
            for numbers in by_round.values()
            for pair in combinations(numbers, 2)
            if self.entries[pair[0]].level != self.entries[pair[1]].level
        )

    @property
    def samples(self) -> int:
        """The most pictures that stand for one level in one round."""
        seen: dict[tuple[str, int], int] = defaultdict(int)
        for entry in self.entries.values():
            seen[entry.round, entry.level] += 1
        return max(seen.values(), default=0)

    def is_duel(self, vote: Vote) -> bool:
        """Whether a vote is about two pictures that may meet here."""
        left, right = self.entries.get(vote.left), self.entries.get(vote.right)
        if left is None or right is None:
            return False
        return left.round == right.round and left.level != right.level

    def counts(self, votes: Iterable[Vote]) -> Counts:
        """Count who beat whom, in all rounds together."""
        return sum(self.counts_by_round(votes).values(), nothing(len(self.levels)))

    def counts_by_round(self, votes: Iterable[Vote]) -> dict[str, Counts]:
        """Count who beat whom, for every round that was voted on.

        Skips, votes taken back and votes on other pictures do not count.
        """
        found: Counter[tuple[str, int, int, bool]] = Counter()
        for vote in votes:
            if not vote.undone and vote.winner != "skip" and self.is_duel(vote):
                left, right = self.entries[vote.left], self.entries[vote.right]
                if vote.winner == "right":
                    left, right = right, left
                found[left.round, left.level, right.level, vote.winner == "tie"] += 1
        made: dict[str, Counts] = {}
        for (where, one, other, tied), times in found.items():
            counts = made.setdefault(where, nothing(len(self.levels)))
            (counts.ties if tied else counts.wins)[one, other] += times
            if tied:
                counts.ties[other, one] += times
        return made


def field_of(
    cells: Sequence[Cell],
    generations: Mapping[int, Generation],
    factors: Mapping[str, Sequence[str]],
    by: By = None,
) -> Field:
    """Set up a contest between the levels of one factor or several.

    ``factors`` are those that vary, with their values; ``generations`` the good pictures by
    position.

    Raises:
        InputError: no such factor varies, there are fewer than 2 levels or more than 50, or no
            two pictures differ only in this.

    """
    names = checked(by, factors)
    places = [cell for cell in cells if cell.position in generations]
    levels = tuple(dict.fromkeys(_level(cell, names) for cell in _sorted(places, names, factors)))
    if not 2 <= len(levels) <= MOST_LEVELS:
        raise InputError(
            f"A contest by {' and '.join(names)} is between 2 and {MOST_LEVELS} levels; there are "
            f"pictures of {len(levels)}{f' ({levels[0]})' if len(levels) == 1 else ''}."
        )
    entries: dict[int, Entry] = {}
    for cell in places:
        generation = generations[cell.position]
        level = levels.index(_level(cell, names))
        entry = Entry(generation, level, _round(cell, names, factors), prompt_of(cell, names))
        entries.setdefault(generation.id, entry)
    made = Field(names, levels, entries)
    if not made.pairs:
        raise InputError(
            f"No two pictures differ in {' and '.join(names)} alone, so none can meet. "
            f"Factors that vary here: {', '.join(factors)}; give several as a list."
        )
    return made


def checked(by: object, factors: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Name the factors to compare; ``None`` is the quality, or the only one that varies."""
    if not factors:
        raise InputError(
            "All pictures here were asked for alike, so there is nothing to compare: ask for "
            "several tiers, models or prompts first."
        )
    if by is None:
        varied = [name for name in factors if name not in ("prompt", "sample")] or list(factors)
        by = "quality" if "quality" in factors else varied[0] if len(varied) == 1 else None
        if by is None:
            raise InputError(f"Say what to compare: by= one or several of {_list(factors)}.")
    names = (by,) if isinstance(by, str) else tuple(by) if isinstance(by, list | tuple) else ()
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"by is a factor or a list of them, not {by!r}: by='quality'.")
    for name in names:
        if name not in factors:
            meant = models.closest(name, list(factors))
            hint = f" Did you mean {meant}?" if meant else ""
            raise InputError(
                f"{name!r} does not vary in this comparison.{hint} There are {_list(factors)}."
            )
    return tuple(dict.fromkeys(names))


def _list(factors: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(factors)


def _level(cell: Cell, names: Sequence[str]) -> str:
    return " · ".join(cell.factors.get(name, "") or "-" for name in names)


def _sorted(
    cells: Sequence[Cell], names: Sequence[str], factors: Mapping[str, Sequence[str]]
) -> list[Cell]:
    """Put levels in the order of their factors' values, the first factor slowest."""
    return sorted(
        cells, key=lambda c: [list(factors[name]).index(c.factors.get(name, "")) for name in names]
    )


def _round(cell: Cell, names: Sequence[str], factors: Mapping[str, Sequence[str]]) -> str:
    """Name what two pictures that meet have in common: every other setting, and the prompt."""
    settings = [n for n in factors if n in FACTORS and n not in names and n != "prompt"]
    words = [cell.factors.get(name, "") for name in settings]
    return " · ".join(filter(None, [prompt_of(cell, names), *words]))


def prompt_of(cell: Cell, names: Sequence[str]) -> str:
    """Give the prompt without what is compared: empty where prompts are compared."""
    if "prompt" in names:
        return ""
    compared = {name: f"{{{name}}}" for name in names if name not in (*FACTORS, "sample")}
    if not compared:
        return cell.factors["prompt"]
    return cell.template.format_map({**cell.factors, **compared})
