"""The pictures of a run: a collection, a table, and what it cost."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from imagelab import pricing
from imagelab.bookkeeping import costs
from imagelab.catalog.arguments import named
from imagelab.catalog.money import show, usd
from imagelab.errors import InputError, PictureError
from imagelab.insight import metrics
from imagelab.insight.differing import Difference, differ
from imagelab.pipeline import Session
from imagelab.records import measures
from imagelab.request import Generation
from imagelab.sweep import Cell

if TYPE_CHECKING:
    from pandas import DataFrame

    from imagelab.records.ledger import Came


Axis = str | Sequence[str] | None


MOST_REASONS = 3
"""How many reasons are told in words before the table is pointed to."""


class Pictures:
    """Pictures, each in its cell, to walk, to choose from and to add up."""

    def __init__(
        self,
        session: Session,
        cells: Sequence[Cell],
        generations: Mapping[int, Generation],
        *,
        came: Mapping[int, Came] = {},
        left: Mapping[int, str] = {},
        columns: Axis = None,
    ) -> None:
        self._session = session
        self._columns = columns
        self.cells = tuple(cells)
        self.generations = dict(generations)
        self.came = dict(came)
        self.left = dict(left)
        """Cells that were not asked for, by position, and why."""

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Generation]:
        """Walk the generations in the order of the sweep; cells not asked for are passed over."""
        return (self.generations[c.position] for c in self.cells if c.position in self.generations)

    def __getitem__(self, chosen: int | slice | str | Sequence[str]) -> Generation | Self:
        """Choose by position, by a slice of positions, or by values of factors in any order.

        One picture gives its ``Generation``; several, and a slice, a smaller ``Comparison``.

        Raises:
            InputError: no picture has these values; the message names those there are.

        """
        if isinstance(chosen, slice):
            return self._part(self.cells[chosen])
        if hasattr(chosen, "__index__"):
            return self._at(operator.index(chosen))
        if not isinstance(chosen, str | list | tuple):
            raise InputError(
                f"{chosen!r} chooses nothing here: give a position, a slice, or values such as "
                "comparison['a fox', 'high']."
            )
        values = (chosen,) if isinstance(chosen, str) else tuple(str(one) for one in chosen)
        cells = [cell for cell in self.cells if set(values) <= set(cell.factors.values())]
        if not cells:
            known = "; ".join(f"{name}: {', '.join(v)}" for name, v in self.factors.items())
            raise InputError(
                f"No picture has {' and '.join(map(repr, values))}. There are {known}."
            )
        if len(cells) == 1:
            return self._at(self.cells.index(cells[0]))
        return self._part(cells)

    def _part(self, cells: Sequence[Cell]) -> Self:
        if not cells:
            raise InputError(f"There are {len(self)} pictures; that slice holds none of them.")
        here = {cell.position for cell in cells}
        return type(self)(
            self._session,
            cells,
            {at: one for at, one in self.generations.items() if at in here},
            came={at: how for at, how in self.came.items() if at in here},
            left={at: why for at, why in self.left.items() if at in here},
            columns=self._columns,
        )

    def _at(self, index: int) -> Generation:
        try:
            position = self.cells[index].position
        except IndexError:
            raise InputError(f"There are {len(self)} pictures; {index} is none of them.") from None
        if position not in self.generations:
            raise PictureError(f"This picture was not asked for: {self.left.get(position)}")
        return self.generations[position]

    def _ipython_key_completions_(self) -> list[str]:
        return [value for values in self.factors.values() for value in values]

    @property
    def factors(self) -> dict[str, tuple[str, ...]]:
        """The factors that vary here, each with its values in order."""
        names = dict.fromkeys(name for cell in self.cells for name in cell.factors)
        values = {
            name: tuple(dict.fromkeys(cell.factors.get(name, "") for cell in self.cells))
            for name in names
        }
        return {name: found for name, found in values.items() if len(found) > 1}

    @property
    def frame(self) -> DataFrame:
        """One row per cell: the columns of ``lab.log``, the factors, and where it came from."""
        found = {row["id"]: row for row in self._session.ledger.rows(one.id for one in self)}
        cells = [cell for cell in self.cells if cell.position in self.generations]
        rows = [_as_asked(found[self.generations[cell.position].id], cell) for cell in cells]
        table = costs.log_frame(rows)
        for name in dict.fromkeys(name for cell in cells for name in cell.factors):
            if name not in table.columns:
                table[name] = [cell.factors.get(name) for cell in cells]
        table["came"] = [self.came.get(cell.position, "ledger") for cell in cells]
        return metrics.add_columns(table, measures.read(self._session.ledger))

    @named()
    def costs(
        self,
        by: str | Sequence[str] | None = "quality",
        *,
        over: costs.Over | None = None,
        values: costs.Value = "spent_usd",
        totals: bool | None = None,
    ) -> DataFrame:
        """Add up what these pictures cost, whenever they were paid; see ``Lab.costs``."""
        # Tiers have their own order; everything else comes as it was given.
        orders = {n: v for n, v in self.factors.items() if n not in ("quality", "sample")}
        paid = self.frame.drop_duplicates("id")
        return costs.costs(paid, by, orders, over=over, values=values, totals=totals)

    @property
    def saved_usd(self) -> float:
        """Dollars that these pictures did not cost again, since the ledger held them."""
        from_ledger = {
            one.id: one.cost_nano or 0
            for at, one in self.generations.items()
            if self.came.get(at) == "ledger"
        }
        return usd(sum(from_ledger.values()))

    @property
    def left_quote(self) -> pricing.Quote:
        """What the pictures that were not asked for would cost, at list price."""
        requests = {
            (cell.request.key(whose), cell.sample): (whose, cell.request)
            for cell in self.cells
            if cell.position in self.left
            for whose in [cell.provider or self._session.provider]
        }
        return pricing.total(
            pricing.quote_request(one, whose, book=self._session.book)
            for whose, one in requests.values()
        )

    @named()
    def difference(self, by: str = "model") -> Difference:
        """Say what the other values of a factor cost beside its first, picture by picture.

        >>> comparison.difference("quality").usd        # doctest: +SKIP
        {'high': 0.15552}

        Raises:
            InputError: that factor does not vary here; the message names those that do.

        """
        return differ(self.cells, self.generations, by)

    @property
    def shortfall(self) -> str | None:
        """What is missing and why, in a sentence or two; ``None`` where all pictures are there."""
        troubled = [one for one in self if one.status != "done"]
        words = []
        if self.left:
            reason = next(iter(self.left.values()))
            words.append(f"{len(self.left)} not asked for: {_ended(reason)}")
            words.append(f"They would cost {self.left_quote.money}.")
        reasons = Counter(one.error or one.status for one in troubled).most_common()
        for reason, number in reasons[:MOST_REASONS]:
            words.append(f"{number} without a good picture: {_ended(reason)}")
        if others := sum(number for _, number in reasons[MOST_REASONS:]):
            words.append(f"{others} more for other reasons: comparison.frame['error'] has them.")
        return " ".join([f"{self._counted()}.", *words]) if words else None

    def _counted(self) -> str:
        there, all_of_them = len(self._done()), len(self)
        if there < all_of_them:
            return f"{there} of {all_of_them} pictures"
        return f"{there} picture{'s' * (there != 1)}"

    def _asked(self) -> dict[int, Generation]:
        """Give what was asked for, by position, of the cells that are here."""
        there = {cell.position: self.generations.get(cell.position) for cell in self.cells}
        return {at: one for at, one in there.items() if one is not None}

    def _done(self) -> dict[int, Generation]:
        """Give the good pictures by position."""
        return {at: one for at, one in self._asked().items() if one.status == "done"}

    def _chosen(self, which: Sequence[int | slice | str | Sequence[str]]) -> list[Generation]:
        """Walk the pictures that any of these choose, each once."""
        found: dict[int, Generation] = {}
        for one in [self[each] for each in which] or [self]:
            several = one._done().values() if isinstance(one, Pictures) else [one]
            found.update({generation.id: generation for generation in several})
        return list(found.values())

    def _one(self, which: int | str | Sequence[str]) -> Generation:
        found = self[which]
        if isinstance(found, Generation):
            return found
        raise InputError(
            f"{which!r} chooses {len(found)} pictures, and each side of a wipe holds one: give a "
            "position or all its values, such as comparison.wipe(('a fox', 'low'), 3)."
        )

    def __repr__(self) -> str:
        costs_nano = [one.cost_nano for one in {one.id: one for one in self}.values()]
        known = sum(cost for cost in costs_nano if cost is not None)
        more = " and more" if None in costs_nano else ""
        return f"{type(self).__name__}({self._counted()}, {show(known)}{more})"


def _as_asked(row: Mapping[str, Any], cell: Cell) -> Mapping[str, Any]:
    """Name the provider as the cell does: the row of a replay names the recording, too."""
    return {**row, "provider": cell.factors.get("provider", row["provider"])}


def _ended(sentence: str) -> str:
    return f"{sentence.rstrip('.')}."
