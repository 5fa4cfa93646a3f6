"""What a run made: pictures by factor, to look at, to index and to add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imagelab.catalog.money import show
from imagelab.errors import InputError, PictureError
from imagelab.insight import costs, layout, stills
from imagelab.pipeline import Session
from imagelab.request import Generation
from imagelab.sweep import Cell

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image

    from imagelab.records.ledger import Came
    from imagelab.views.grid import Grid

Axis = str | Sequence[str] | None


class Comparison:
    """The pictures of one run, each in its cell; in a notebook it shows itself as a grid.

    >>> comparison = lab.compare(["a fox", "an owl"], quality=["low", "high"])  # doctest: +SKIP
    >>> comparison["a fox", "high"].cost_usd                                    # doctest: +SKIP
    0.16641
    >>> comparison.costs("quality")                                             # doctest: +SKIP
    """

    def __init__(
        self,
        session: Session,
        cells: Sequence[Cell],
        generations: Mapping[int, Generation],
        *,
        came: Mapping[int, Came] = {},
        left: Mapping[int, str] = {},
    ) -> None:
        self._session = session
        self.cells = tuple(cells)
        self.generations = dict(generations)
        self.came = dict(came)
        self.left = dict(left)
        """Cells that were not asked for, by position, and why."""

    # -- as a collection ------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Generation]:
        """Walk the generations in the order of the sweep; cells not asked for are passed over."""
        return (self.generations[c.position] for c in self.cells if c.position in self.generations)

    def __getitem__(self, chosen: int | str | tuple[str, ...]) -> Generation | Comparison:
        """Choose by position, or by values of factors in any order.

        One picture gives its ``Generation``; several give a smaller ``Comparison``.

        Raises:
            InputError: no picture has these values; the message names those there are.

        """
        if isinstance(chosen, int):
            return self._at(chosen)
        values = (chosen,) if isinstance(chosen, str) else tuple(str(one) for one in chosen)
        cells = [cell for cell in self.cells if set(values) <= set(cell.factors.values())]
        if not cells:
            known = "; ".join(f"{name}: {', '.join(v)}" for name, v in self.factors.items())
            raise InputError(
                f"No picture has {' and '.join(map(repr, values))}. There are {known}."
            )
        if len(cells) == 1:
            return self._at(self.cells.index(cells[0]))
        return Comparison(self._session, cells, self.generations, came=self.came, left=self.left)

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

    # -- as tables ------------------------------------------------------------------------

    @property
    def frame(self) -> DataFrame:
        """One row per cell: the columns of ``lab.log``, the factors, and where it came from."""
        found = {row["id"]: row for row in self._session.ledger.rows(one.id for one in self)}
        cells = [cell for cell in self.cells if cell.position in self.generations]
        rows = [found[self.generations[cell.position].id] for cell in cells]
        table = costs.log_frame(rows)
        for name in dict.fromkeys(name for cell in cells for name in cell.factors):
            if name not in table.columns:
                table[name] = [cell.factors.get(name) for cell in cells]
        table["came"] = [self.came.get(cell.position, "ledger") for cell in cells]
        return table

    def costs(self, by: str | Sequence[str] | None = "quality") -> DataFrame:
        """Add up what these pictures cost, whenever they were paid; see ``Lab.costs``."""
        return costs.costs(self.frame.drop_duplicates("id"), by)

    # -- as pictures ----------------------------------------------------------------------

    def grid(self, rows: Axis = None, columns: Axis = None) -> Grid:
        """Show the live grid with these factors down and across."""
        from imagelab.views.grid import Grid

        board = self._board(rows, columns)
        sheet = self._small_sheet(board)
        return Grid(board, self._thumbnails(), original=self._original, sheet=sheet)

    def sheet(self, side: int = 320, *, rows: Axis = None, columns: Axis = None) -> Image:
        """Put all the pictures, labels and prices on one contact sheet (Pillow).

        ``side`` is the longest edge of each picture on it, in pixels.
        """
        return stills.sheet(self._board(rows, columns), self._pictures(), side=side)

    def page(self, title: str = "Comparison") -> str:
        """Write one HTML page that opens anywhere, with the pictures and the cost table."""
        table = self.costs("quality").to_html(border=0, float_format=lambda x: f"{x:.4f}")
        thumbnails = self._thumbnails(side=512)
        return stills.page(self._board(), thumbnails, title=title, costs_html=table)

    def _board(self, rows: Axis = None, columns: Axis = None) -> layout.Board:
        return layout.lay_out(
            self.cells, self.generations, rows=rows, columns=columns, left=self.left
        )

    def _small_sheet(self, board: layout.Board) -> Image:
        """Draw the sheet that a notebook keeps for places where nothing else is shown."""
        return stills.sheet(board, self._pictures(), side=160)

    def _pictures(self) -> dict[int, bytes]:
        return {
            cell.position: self.generations[cell.position].bytes
            for cell in self.cells
            if cell.position in self.generations
            and self.generations[cell.position].status == "done"
        }

    def _thumbnails(self, side: int = 256) -> dict[int, bytes]:
        return {at: stills.thumbnail(data, side) for at, data in self._pictures().items()}

    def _original(self, position: int) -> tuple[bytes, str, str]:
        """Give a picture's bytes, MIME type and file name, when somebody opens it."""
        generation = self.generations[position]
        return generation.bytes, generation.mime, generation.path.name

    def _ipython_display_(self) -> None:
        from imagelab.views.grid import show as show_grid

        board = self._board()
        show_grid(board, self._thumbnails(), self._original, self._small_sheet(board))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from imagelab.views.grid import bundle

        board = self._board()
        return bundle(board, self._thumbnails(), self._small_sheet(board))

    def __repr__(self) -> str:
        costs_nano = [one.cost_nano for one in {one.id: one for one in self}.values()]
        known = sum(cost for cost in costs_nano if cost is not None)
        more = " and more" if None in costs_nano else ""
        return f"Comparison({len(self)} pictures, {show(known)}{more})"
