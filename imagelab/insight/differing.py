"""What one value of a factor costs more than another, picture by picture and in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagelab import showing
from imagelab.catalog.money import show as dollars
from imagelab.catalog.money import usd, usd_or_none
from imagelab.errors import InputError
from imagelab.request import Generation
from imagelab.sweep import Cell

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same picture asked for with the first value of a factor and with another."""

    factors: Mapping[str, str]
    value: str
    was_nano: int | None
    new_nano: int | None

    @property
    def known(self) -> bool:
        """Whether both costs are known."""
        return self.was_nano is not None and self.new_nano is not None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What other values of a factor cost beside its first; in a cell it shows itself.

    Sums are of the pairs whose costs are both known; ``unknown`` counts the others. What brought
    no picture and no bill has no cost to compare: nobody knows what the picture costs there.

    >>> comparison.difference().usd             # doctest: +SKIP
    {'gpt-image-2.5-flare': -0.0395}
    """

    by: str
    first: str
    pairs: tuple[Pair, ...]
    simulated: bool = False

    def _known(self, value: str) -> list[tuple[int, int]]:
        return [
            (pair.was_nano, pair.new_nano)
            for pair in self.pairs
            if pair.value == value and pair.was_nano is not None and pair.new_nano is not None
        ]

    @property
    def values(self) -> tuple[str, ...]:
        """The values that are compared with the first."""
        return tuple(dict.fromkeys(pair.value for pair in self.pairs))

    @property
    def nano(self) -> dict[str, int]:
        """Nano-dollars that each value costs more than the first, or less where below zero."""
        return {value: sum(new - was for was, new in self._known(value)) for value in self.values}

    @property
    def usd(self) -> dict[str, float]:
        """Dollars that each value costs more than the first, or less where below zero."""
        return {value: usd(nano) for value, nano in self.nano.items()}

    @property
    def ratio(self) -> dict[str, float | None]:
        """How many times what the first costs; None where that is nothing, or not known."""
        sums = {value: self._sums(value) for value in self.values}
        return {value: new / was if was else None for value, (was, new) in sums.items()}

    def _sums(self, value: str) -> tuple[int, int]:
        known = self._known(value)
        return sum(was for was, _ in known), sum(new for _, new in known)

    @property
    def unknown(self) -> int:
        """How many pairs have a cost that is not known, or that was of no picture."""
        return sum(not pair.known for pair in self.pairs)

    @property
    def frame(self) -> DataFrame:
        """One row per picture and value: what varies beside, both costs, and the difference."""
        import pandas as pd

        names = dict.fromkeys(name for pair in self.pairs for name in pair.factors)
        columns: dict[str, Any] = {
            name: pd.array([pair.factors.get(name) for pair in self.pairs], "string")
            for name in names
        }
        columns[self.by] = pd.array([pair.value for pair in self.pairs], "string")
        was = [usd_or_none(pair.was_nano) for pair in self.pairs]
        columns["first_usd"] = pd.array(was, "Float64")
        columns["cost_usd"] = pd.array([usd_or_none(p.new_nano) for p in self.pairs], "Float64")
        columns["difference_usd"] = columns["cost_usd"] - columns["first_usd"]
        return pd.DataFrame(columns)

    def __str__(self) -> str:
        told = "; ".join(self._said(value) for value in self.values)
        told += " in simulated money" * self.simulated
        return f"{told}; {self.unknown} unknown, in no sum" if self.unknown else told

    def _said(self, value: str) -> str:
        was, new = self._sums(value)
        if not self._known(value):
            return f"{value} beside {self.first}: cost unknown"
        more = new - was
        change = f"{dollars(abs(more))} {'more' if more > 0 else 'less'}" if more else "the same"
        share = f" ({more / was:+.0%})" if was and more else ""
        return f"{value} costs {dollars(new)}, {change} than {self.first}{share}"

    def __repr__(self) -> str:
        return f"Difference({self})"

    def _repr_html_(self) -> str:
        return showing.show(str(self), self.frame)


def differ(
    cells: Sequence[Cell], generations: Mapping[int, Generation], by: str = "model"
) -> Difference:
    """Compare costs between the values of one factor, for pictures that are alike otherwise.

    Raises:
        InputError: that factor does not vary here; the message names those that do.

    """
    varying = _varying(cells)
    if by not in varying:
        raise InputError(
            f"{by!r} does not vary here. What varies is {', '.join(varying) or 'nothing'}."
        )
    first, *others = varying[by]
    alike: dict[tuple[tuple[str, str], ...], dict[str, int | None]] = {}
    for cell in cells:
        rest = tuple((name, value) for name, value in cell.factors.items() if name != by)
        alike.setdefault(rest, {})[cell.factors[by]] = _price(generations.get(cell.position))
    shown = {name for name in varying if name != by}
    pairs = [
        Pair(
            factors={name: value for name, value in rest if name in shown},
            value=other,
            was_nano=costs[first],
            new_nano=costs[other],
        )
        for rest, costs in alike.items()
        for other in others
        if first in costs and other in costs
    ]
    simulated = any(one.simulated for one in generations.values())
    return Difference(by=by, first=first, pairs=tuple(pairs), simulated=simulated)


def _price(generation: Generation | None) -> int | None:
    """Give what a picture cost; one that failed or was refused cost nothing, and tells no price."""
    return None if generation is None or generation.billed == "no" else generation.cost_nano


def _varying(cells: Sequence[Cell]) -> dict[str, tuple[str, ...]]:
    values: dict[str, dict[str, None]] = {}
    for cell in cells:
        for name, value in cell.factors.items():
            values.setdefault(name, {})[value] = None
    return {name: tuple(seen) for name, seen in values.items() if len(seen) > 1}
