"""The grid: pictures in rows and columns, prices under them, originals on a click."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Self

import traitlets

from imagelab.catalog.money import show as money
from imagelab.errors import PictureError
from imagelab.exchange.streams import Partial
from imagelab.insight import stills
from imagelab.request import Generation, in_notebook
from imagelab.sweep import Cell
from imagelab.views import lasting
from imagelab.views._view import View

if TYPE_CHECKING:
    from PIL.Image import Image

    from imagelab.runner import Progress

Original = tuple[bytes, str, str]
"""A picture as received: its bytes, MIME type and a file name to save it under."""

# What tells JavaScript about a tile; the rest of a tile is Python's own.
_SENT = (
    "row",
    "column",
    "status",
    "alt",
    "price",
    "seconds",
    "note",
    "label",
    "width",
    "height",
    "differs",
    "unfinished",
)


class Grid(View, stem="grid"):
    """Pictures side by side, from a board and thumbnails by position.

    ``original`` is called with a position when somebody opens that picture, and only then;
    ``stop`` is called when somebody presses Stop, and without it there is no such button.
    ``sheet`` is a contact sheet, shown where neither views nor styles work. ``came`` says of
    each position whether its picture was ``sent`` for or came from the ``ledger``, so that the
    live view tells what was paid now; nothing that is saved says it.
    ``selected`` is the position opened last, -1 before that.

    >>> Grid(lay_out(cells, generations), thumbnails)    # doctest: +SKIP
    Grid(2 rows x 3 columns, 6 pictures)
    """

    table = traitlets.Dict().tag(sync=True)
    totals = traitlets.Dict().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    selected = traitlets.Int(-1).tag(sync=True)

    def __init__(
        self,
        board: stills.Board,
        thumbnails: Mapping[int, bytes] = {},
        original: Callable[[int], Original] | None = None,
        *,
        sheet: Image | None = None,
        stop: Callable[[], None] | None = None,
        came: Mapping[int, str] = {},
    ) -> None:
        self._board = board
        self._original, self._stop, self._sheet = original, stop, sheet
        self._read: Callable[[Generation], bytes] | None = None
        self._landed: dict[int, Generation] = {}
        self._side = 256
        self._partials: int | None = None
        self.add_traits(**_traits(board, thumbnails))
        can = {"originals": original is not None, "stop": stop is not None, "run": False}
        super().__init__(
            table={**_table(board), **can}, totals=_totals(board), progress=_outcome(board, came)
        )
        self.on_msg(self._answer)

    @classmethod
    def live(
        cls,
        cells: Sequence[Cell],
        *,
        rows: str | Sequence[str] | None = None,
        columns: str | Sequence[str] | None = None,
        read: Callable[[Generation], bytes] = lambda generation: generation.bytes,
        stop: Callable[[], None] | None = None,
        side: int = 256,
    ) -> Self:
        """Make a grid of pictures still to come: hand it to a run as its display.

        ``read`` gives the bytes of a generation that is done, for thumbnails of ``side``
        pixels as they land and for originals. With ``stop`` the run goes on after its cell
        has returned, and the view is all that the cell shows.
        """
        grid = cls(stills.lay_out(cells, {}, rows=rows, columns=columns), stop=stop)
        grid._read, grid._side, grid._original = read, side, grid._landed_original
        grid._partials = max((cell.request.partial_images or 0 for cell in cells), default=0)
        grid.table = {**grid.table, "originals": True, "run": True}
        grid.progress = {"pictures": len(cells), "landed": 0, "finished": False}
        return grid

    @property
    def board(self) -> stills.Board:
        """What is shown, and where."""
        return self._board

    @property
    def thumbnails(self) -> dict[int, bytes]:
        """The thumbnails that have come so far, WebP bytes by position."""
        named = {tile.position: f"picture_{tile.position}" for tile in self._board.tiles}
        return {at: data for at, name in named.items() if (data := getattr(self, name))}

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Lay in what has landed, and say how far the run is. Called by a run, from its thread."""
        changed: dict[str, Any] = {}
        for position, partial in progress.partials.items():
            changed.update(self._begin(position, partial))
        for position, generation in landed.items():
            changed.update(self._land(position, generation))
        with self.hold_sync():
            for name, value in changed.items():
                setattr(self, name, value)
            self.totals = _totals(self._board)
            self.progress = _progress(progress)

    def _begin(self, position: int, partial: Partial) -> dict[str, Any]:
        """Show a picture that is not finished yet."""
        old = next((tile for tile in self._board.tiles if tile.position == position), None)
        if old is None or old.status != stills.WAITING:
            return {}
        try:
            small = stills.thumbnail(partial.data, self._side)
        except PictureError:
            return {}
        tile = old.with_partial(partial.index + 1, self._partials)
        self._board = self._board.with_tile(tile)
        return {f"picture_{position}": small, f"tile_{position}": _tile(tile)}

    def _land(self, position: int, generation: Generation) -> dict[str, Any]:
        """Take one outcome over into the board; give the traits that it changes."""
        old = next((tile for tile in self._board.tiles if tile.position == position), None)
        if old is None:
            return {}
        tile, small = old.with_generation(generation), b""
        if tile.shown and self._read is not None:
            try:
                small = stills.thumbnail(self._read(generation), self._side)
            except PictureError as problem:
                tile = replace(tile, note=str(problem))
            self._landed[position] = generation
        elif tile.unfinished and (left := generation.partial_bytes):
            small = stills.thumbnail(left, self._side)
        self._board = self._board.with_tile(tile)
        return {f"picture_{position}": small, f"tile_{position}": _tile(tile)}

    def _landed_original(self, position: int) -> Original:
        generation = self._landed.get(position)
        if generation is None or self._read is None:
            raise PictureError("This picture has not come yet: wait for the run to finish it.")
        suffix = {"jpeg": "jpg"}.get(generation.format, generation.format)
        name = f"{(generation.picture or 'picture')[:16]}.{suffix}"
        return self._read(generation), generation.mime, name

    def _answer(self, _: object, content: dict[str, Any], __: object) -> None:
        """Hear what the page asks: an original, or to stop."""
        if content.get("kind") == "stop" and self._stop is not None:
            self._stop()
        elif content.get("kind") == "original" and self._original is not None:
            self._send_original(int(content["position"]))

    def _send_original(self, position: int) -> None:
        reply: dict[str, Any] = {"kind": "original", "position": position}
        try:
            data, mime, name = self._original(position)  # type: ignore[misc]
        except Exception as problem:  # whatever it is, the person who clicked must read it
            self.send({**reply, "error": str(problem) or type(problem).__name__})
        else:
            self.send({**reply, "mime": mime, "name": name}, buffers=[data])

    def _ipython_display_(self) -> None:
        """Show the live view, and after it what is seen where no view lives."""
        if not in_notebook():
            lasting.show({"text/plain": stills.text(self._board)})
            return
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if bundle else ({"text/plain": repr(self)}, {})
        # Words of its own would stand above the pictures in a notebook that is not trusted yet.
        lasting.show({**data, "text/plain": ""}, metadata)
        if not self.table["run"]:
            lasting.leave(self._board, self.thumbnails, self._sheet)
        elif self._stop is not None:
            # Nothing else will stand in this output once the view is dead.
            lasting.show({"text/html": stills.ended(), "text/plain": "A run in progress."})

    def __repr__(self) -> str:
        rows, columns = len(self._board.rows), len(self._board.columns)
        pictures = stills.counted(self._board.pictures)
        return (
            f"{type(self).__name__}({_many(rows, 'row')} x {_many(columns, 'column')}, {pictures})"
        )


def show(
    board: stills.Board,
    thumbnails: Mapping[int, bytes],
    original: Callable[[int], Original] | None = None,
    sheet: Image | None = None,
    *,
    came: Mapping[int, str] = {},
) -> Grid:
    """Display a comparison for ever: a live grid, static pictures, and a contact sheet.

    The three are outputs of one cell. Where styles work only one of them is seen: the grid
    while its kernel lives, the pictures after that; code hosts show the sheet. A terminal
    gets one text.
    """
    grid = Grid(board, thumbnails, original, sheet=sheet, came=came)
    grid._ipython_display_()
    return grid


def bundle(
    board: stills.Board, thumbnails: Mapping[int, bytes], sheet: Image | None = None
) -> dict[str, str]:
    """Give a comparison as one MIME bundle, for front ends that ask for just one."""
    drawn = {} if sheet is None else lasting.drawn(board, sheet)
    return {**drawn, **lasting.written(board, thumbnails, hide_live=False)}


def line(html_text: str) -> None:
    """Display the one line that a finished run leaves, and hide the progress shown before it.

    ``html_text`` is HTML: escape what came from outside. A grid that follows stays.
    """
    plain = markup.unescape(re.sub(r"<[^>]*>", "", html_text)).strip()
    lasting.show({"text/html": stills.line(html_text), "text/plain": plain})


def _traits(board: stills.Board, thumbnails: Mapping[int, bytes]) -> dict[str, Any]:
    """Make one trait per tile and one per thumbnail, so that only what changes is sent."""
    made: dict[str, Any] = {}
    for tile in board.tiles:
        small = thumbnails.get(tile.position, b"")
        made[f"tile_{tile.position}"] = traitlets.Dict(_tile(tile)).tag(sync=True)
        made[f"picture_{tile.position}"] = traitlets.Bytes(small).tag(sync=True)
    return made


def _table(board: stills.Board) -> dict[str, Any]:
    return {
        "rows": list(board.rows),
        "columns": list(board.columns),
        "row_name": board.row_name,
        "column_name": board.column_name,
        "positions": [tile.position for tile in board.tiles],
        "abreast": board.widest,
        "common": board.common,
    }


def _totals(board: stills.Board) -> dict[str, Any]:
    return {
        "rows": list(board.row_totals),
        "columns": list(board.column_totals),
        "all": board.total,
        "shown": board.shown,
        "simulated": board.simulated,
        "badge": board.badge,
    }


def _tile(tile: stills.Tile) -> dict[str, Any]:
    whole = asdict(tile)
    return {name: whole[name] for name in _SENT}


def _outcome(board: stills.Board, came: Mapping[int, str]) -> dict[str, Any]:
    """Say of a run that is over what was paid for now; nothing where nobody knows."""
    if not came:
        return {}
    landed = [tile for tile in board.tiles if tile.position in came]
    costs = {
        tile.generation: tile.cost_nano or 0 for tile in landed if came[tile.position] == "sent"
    }
    return {
        "pictures": board.pictures,
        "landed": len(landed),
        "from_ledger": sum(came[tile.position] == "ledger" for tile in landed),
        "troubled": sum(not tile.shown for tile in landed),
        "spent": money(sum(costs.values())),
        "finished": True,
    }


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "pictures": progress.pictures,
        "landed": progress.landed,
        "from_ledger": progress.from_ledger,
        "troubled": progress.troubled,
        "spent": money(progress.spent_nano),
        "quoted": "" if progress.quoted_nano is None else money(progress.quoted_nano),
        "simulated": progress.simulated,
        "seconds_left": progress.seconds_left,
        "stopping": progress.stopping,
        "finished": progress.finished,
    }


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
