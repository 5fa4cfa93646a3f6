"""Pictures side by side: grid, zoom, wipe, contact sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagelab.actions import CellActions
from imagelab.catalog.arguments import check_number, named
from imagelab.comparison.pictures import Axis, Pictures
from imagelab.errors import PictureError
from imagelab.insight import layout, stills
from imagelab.insight.thumbs import kept
from imagelab.records import notes
from imagelab.request import Generation, in_notebook

if TYPE_CHECKING:
    from PIL.Image import Image

    from imagelab.views.grid import Grid
    from imagelab.views.wipe import Wipe
    from imagelab.views.zoom import Zoom


class Shown(Pictures):
    """Pictures that show themselves."""

    @named()
    def grid(
        self,
        rows: Axis = None,
        columns: Axis = None,
        *,
        tabs: Axis = (),
        sort: str = "",
        where: str = "",
    ) -> Grid:
        """Show the live grid with these factors down, across and as tabs.

        ``sort`` is a column of ``lab.log`` or a factor (``"-cost_usd"``: the dearest first),
        ``where`` a search such as ``"fox quality:high cost_usd>0.05 star"``. All of them can
        be set on the grid as well, which also tells what is ``selected`` in it.

        >>> grid = comparison.grid(rows="prompt", columns="quality", tabs="size")  # doctest: +SKIP
        >>> grid.selected, grid.selection                                      # doctest: +SKIP
        ([0, 3], (Generation(...), Generation(...)))

        Raises:
            InputError: there is no such factor or column; the message names those there are.

        """
        board = self._board(rows, columns, tabs=tabs)
        how = replace(board.arrangement, sort=sort, where=where)
        return self._grid(layout.arrange(board.everything, how))

    def _grid(self, board: layout.Board) -> Grid:
        from imagelab.views._pictures import EAGER, FIRST
        from imagelab.views.grid import Grid

        few = len(board.everything) <= EAGER
        seen = [at for at in self._pictured() if few] or [
            tile.position for tile in board.tiles if tile.shown
        ][:FIRST]
        return Grid(
            board,
            {at: self._thumbnail(at) for at in seen},
            original=self._original,
            thumbnail=self._thumbnail,
            generations=self.generations,
            sheet=lambda: self._small_sheet(board),
            came=self.came,
            actions=CellActions(self._session, self.cells, self.generations, self.came),
        )

    @named()
    def zoom(
        self,
        *which: int | slice | str | Sequence[str],
        level: float = 0.0,
        x: float = 0.5,
        y: float = 0.5,
    ) -> Zoom:
        """Look at two to six pictures at original resolution, zoomed and moved as one.

        ``which`` are positions, values or slices as in ``comparison[...]``; none means all.
        ``level`` is screen pixels per pixel, 0 to fit; ``x`` and ``y`` say what is in the
        middle, from 0 to 1. All three are traits of the view: read them, set them.

        Raises:
            InputError: that chooses fewer than two pictures, or more than six.

        >>> comparison.zoom("a red fox in snow", level=4)    # doctest: +SKIP
        Zoom(low, medium, high)
        """
        from imagelab.views.zoom import Zoom

        chosen = self._chosen(which)
        self._look_at(chosen)
        return Zoom(*chosen, level=level, x=x, y=y)

    @named()
    def wipe(
        self,
        a: int | str | Sequence[str] = 0,
        b: int | str | Sequence[str] = 1,
        *,
        mode: str = "wipe",
    ) -> Wipe:
        """Lay two pictures on each other: ``mode`` is wipe, onion, flicker or difference.

        ``a`` and ``b`` choose one picture each, as in ``comparison[...]``. The view's ``ssim``
        and ``mean_difference`` say how far apart the originals are.

        Raises:
            InputError: one of them chooses several pictures, or none.

        >>> comparison.wipe(("a red fox in snow", "low"), ("a red fox in snow", "high")).ssim
        0.585                                           # doctest: +SKIP
        """
        from imagelab.views.wipe import Wipe

        both = self._one(a), self._one(b)
        self._look_at(both)
        return Wipe(*both, mode=mode)

    @named()
    def sheet(self, side: int = 320, *, rows: Axis = None, columns: Axis = None) -> Image:
        """Put all the pictures, labels and prices on one contact sheet (Pillow).

        ``side`` is the longest edge of each picture on it, in pixels. A notebook shows and
        saves it as one JPEG; ``save`` writes any format that Pillow writes.
        """
        from imagelab.insight.sheets import Sheet

        check_number("side", side, 16, 4096, whole=True)
        return Sheet.of(stills.sheet(self._board(rows, columns), self._shown(), side=side))

    def _board(self, rows: Axis = None, columns: Axis = None, *, tabs: Axis = ()) -> layout.Board:
        columns = columns if columns is not None or rows is not None else self._columns
        noted = notes.read(self._session.ledger, (one.id for one in self))
        return layout.lay_out(
            self.cells,
            self.generations,
            rows=rows,
            columns=columns,
            tabs=tabs or (),
            left=self.left,
            notes={
                at: (noted[one.id].star, noted[one.id].remark)
                for at, one in self.generations.items()
                if one.id in noted
            },
        )

    def _small_sheet(self, board: layout.Board) -> Image:
        """Draw the sheet that a notebook keeps for places where nothing else is shown."""
        return stills.sheet(board, self._thumbnails(), side=224)

    def _shown(self, *, pass_over: type[PictureError] | tuple[()] = ()) -> dict[int, bytes]:
        """Give the pictures by position, and what is left of those that were cut."""
        there = {cell.position: self.generations.get(cell.position) for cell in self.cells}
        left = {at: one.partial_bytes for at, one in there.items() if one and one.partial}
        found: dict[int, bytes] = {at: data for at, data in left.items() if data}
        for at, one in self._done().items():
            try:
                found[at] = one.bytes
            except pass_over:  # a picture that is gone does not hide the others
                continue
        return found

    def _thumbnails(self, side: int | None = None) -> dict[int, bytes]:
        return {at: self._thumbnail(at, side) for at in self._pictured()}

    def _thumbnail(self, position: int, side: int | None = None) -> bytes:
        """Make a picture small, or what is left of one that was cut."""
        one, side = self.generations[position], side or self._session.thumbnail_side
        if one.status != "done" and (left := one.partial_bytes):
            return stills.thumbnail(left, side)
        return kept(self._session.store, one, side)

    def _pictured(self) -> list[int]:
        """Give the positions that have something to show."""
        there = [cell.position for cell in self.cells if cell.position in self.generations]
        done = self._done()
        return [at for at in there if at in done or self.generations[at].partial_bytes]

    def _original(self, position: int) -> tuple[bytes, str, str]:
        """Give a picture's bytes, MIME type and file name, when somebody opens it."""
        generation = self.generations[position]
        self._look_at([generation])
        return generation.bytes, generation.mime, generation.path.name

    def _look_at(self, seen: Iterable[Generation]) -> None:
        notes.look_at(self._session.ledger, (one.id for one in seen))

    def _ipython_display_(self) -> None:
        board = self._board()
        if not in_notebook():
            from IPython.display import display

            display({"text/plain": f"{self!r}\n{stills.text(board)}"}, raw=True)
            return
        self._grid(board)._ipython_display_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from imagelab.views.grid import bundle

        board = self._board()
        return bundle(board, self._thumbnails(), self._small_sheet(board))
