"""Fields and votes made by hand, for tests of what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from imagelab.deciding.field import Entry, Field, field_of
from imagelab.request import Generation
from imagelab.sweep import Sweep
from imagelab.vote import Vote, Winner
from tests.insight.making import all_came, came, cells_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def field(*, levels: int = 3, rounds: int = 2, samples: int = 1, **changes: Any) -> Field:
    """Make a field of numbered levels: sample s of level v in round r is 1000 r + 10 v + s + 1."""
    (cell,) = cells_of(Sweep("a fox"))
    entries: dict[int, Entry] = {}
    for r in range(rounds):
        for v in range(levels):
            for s in range(samples):
                number = 1000 * r + 10 * v + s + 1
                generation: Generation = came(cell, id=number, **changes)
                entries[number] = Entry(generation, v, f"prompt {r}", f"prompt {r}")
    return Field(("quality",), tuple(f"level {v}" for v in range(levels)), entries)


def field_by(sweep: Sweep, by: Any = None) -> Field:
    """Make the field of a sweep whose pictures have all come."""
    cells = cells_of(sweep)
    names = dict.fromkeys(name for cell in cells for name in cell.factors)
    values = {n: tuple(dict.fromkeys(cell.factors.get(n, "") for cell in cells)) for n in names}
    factors = {name: found for name, found in values.items() if len(found) > 1}
    return field_of(cells, all_came(cells), factors, by)


def vote(left: int, right: int, winner: Winner, at: int = 0, **changes: Any) -> Vote:
    """Make a vote, cast so many seconds after noon."""
    values: dict[str, Any] = {
        "rater": "ann",
        "left": left,
        "right": right,
        "winner": winner,
        "by": ("quality",),
        "source": "human",
        "seconds": 2.0,
        "time": NOON + timedelta(seconds=at),
        "id": at,
    }
    return Vote(**{**values, **changes})


def votes(said: Iterable[tuple[int, int, Winner]], **changes: Any) -> Sequence[Vote]:
    """Make votes in a row."""
    return [vote(*one, at=at, **changes) for at, one in enumerate(said)]
