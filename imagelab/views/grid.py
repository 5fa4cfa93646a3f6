"""The grid: pictures in rows and columns, prices under them, originals on a click."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, Self

import traitlets

from imagelab.errors import ImageLabError, InputError, PictureError
from imagelab.exchange.streams import Partial
from imagelab.insight import stills
from imagelab.insight.board import Board, Tile
from imagelab.request import Generation, in_notebook
from imagelab.sweep import Cell
from imagelab.views import lasting
from imagelab.views._arranged import Arranged
from imagelab.views._pictures import EAGER, FIRST, Original, file_name
from imagelab.views._tiles import outcome_of, progress_of, tile_of, totals_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from imagelab.progress import Progress


class Actions(Protocol):
    """What a grid may have done about one of its pictures, by its position."""

    def note(self, position: int, star: bool, remark: str) -> None:
        """Keep what a person thinks of the picture."""

    def quote(self, position: int) -> str:
        """Say in a few words what a new take will cost."""

    def again(self, position: int, tell: Callable[[Mapping[int, Generation], str], None]) -> None:
        """Ask for a new take and return at once; ``tell`` hears what came, or why nothing."""

    def code(self, position: int) -> str:
        """Write the Python that made the picture."""


class Grid(Arranged, stem="grid", shared=("lightbox", "tiles", "arranging")):
    """Pictures side by side, from a board and thumbnails by position.

    ``original`` is called with a position when somebody opens that picture, and only then;
    ``thumbnail`` likewise when one comes into sight that did not travel with the view.
    ``stop`` is called when somebody presses Stop, and without it there is no such button.
    ``sheet`` is a contact sheet, or makes one; it is shown where neither views nor styles
    work. ``came`` says of each position whether its picture was ``sent`` for or came from
    the ``ledger``, so that the live view tells what was paid now; nothing that is saved says
    it. Without ``actions`` nothing can be noted, copied or asked for again.

    What can be read and set: ``rows``, ``columns`` and ``tabs`` (factors by name), ``tab``
    (the one that is open), ``sort`` (a column, ``"-cost_usd"`` for the dearest first),
    ``where`` (a search: ``"fox quality:high cost_usd>0.05 star"``), ``selected`` (positions)
    and ``opened`` (the position opened last, -1 before that). ``selection`` gives the
    generations that are selected.

    >>> Grid(lay_out(cells, generations), thumbnails)    # doctest: +SKIP
    Grid(2 rows x 3 columns, 6 pictures)
    """

    progress = traitlets.Dict().tag(sync=True)
    can = traitlets.Dict().tag(sync=True)
    selected = traitlets.List(traitlets.Int()).tag(sync=True)
    opened = traitlets.Int(-1).tag(sync=True)

    def __init__(
        self,
        board: Board,
        thumbnails: Mapping[int, bytes] = {},
        original: Callable[[int], Original] | None = None,
        *,
        thumbnail: Callable[[int], bytes] | None = None,
        generations: Mapping[int, Generation] = {},
        sheet: Image | Callable[[], Image] | None = None,
        stop: Callable[[], None] | None = None,
        came: Mapping[int, str] = {},
        actions: Actions | None = None,
    ) -> None:
        self._original, self._thumbnail, self._stop = original, thumbnail, stop
        self._sheet, self._actions = sheet, actions
        self._landed: Mapping[int, Generation] = generations
        self._live: dict[int, Generation] | None = None
        self._make: Callable[[Generation], bytes] | None = None
        self._came = dict(came)
        self._asking: set[int] = set()
        self._problems: dict[int, str] = {}
        self._partials: int | None = None
        self.add_traits(**_traits(board, thumbnails))
        able = {"originals": original is not None, "stop": stop is not None, "run": False}
        super().__init__(
            board,
            progress=outcome_of(board, came),
            can={
                **able,
                "thumbnails": thumbnail is not None,
                "act": actions is not None,
                "positions": [tile.position for tile in board.everything],
            },
        )

    @classmethod
    def live(
        cls,
        cells: Sequence[Cell],
        *,
        rows: str | Sequence[str] | None = None,
        columns: str | Sequence[str] | None = None,
        read: Callable[[Generation], bytes] = lambda generation: generation.bytes,
        small: Callable[[Generation], bytes] | None = None,
        stop: Callable[[], None] | None = None,
    ) -> Self:
        """Make a grid of pictures still to come: hand it to a run as its display.

        ``read`` gives the bytes of a generation that is done, for originals; ``small`` its
        thumbnail, which is made of these bytes otherwise. With ``stop`` the run goes on after
        its cell has returned, and the view is all that the cell shows.
        """
        landed: dict[int, Generation] = {}

        def one(position: int) -> Generation:
            if position not in landed:
                raise PictureError("This picture has not come yet: wait for the run to finish it.")
            return landed[position]

        def original(position: int) -> Original:
            return read(one(position)), one(position).mime, file_name(one(position))

        make = small or (lambda generation: stills.thumbnail(read(generation)))
        grid = cls(
            stills.lay_out(cells, {}, rows=rows, columns=columns),
            original=original,
            thumbnail=lambda position: make(one(position)),
            generations=landed,
            stop=stop,
        )
        grid._make, grid._live = make, landed
        grid._partials = max((cell.request.partial_images or 0 for cell in cells), default=0)
        grid.can = {**grid.can, "run": True}
        grid.progress = {"pictures": len(cells), "landed": 0, "finished": False}
        return grid

    # -- for Python -----------------------------------------------------------------------

    @property
    def thumbnails(self) -> dict[int, bytes]:
        """The thumbnails that travel with the view and have come, WebP bytes by position."""
        named = {tile.position: f"picture_{tile.position}" for tile in self._board.everything}
        return {at: data for at, name in named.items() if (data := getattr(self, name, b""))}

    @property
    def selection(self) -> tuple[Generation, ...]:
        """The generations of the cells that are selected; those without one are left out."""
        return tuple(self._landed[at] for at in self.selected if at in self._landed)

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Lay in what has landed, and say how far the run is. Called by a run, from its thread."""
        if self._live is not None:
            self._live.update(landed)
        self._lay_in(landed, progress.partials, progress=progress_of(progress))

    def _lay_in(
        self,
        landed: Mapping[int, Generation],
        partials: Mapping[int, Partial] = {},
        **changes: Any,
    ) -> None:
        pushed: dict[int, bytes] = {}
        with self._turn, self._settled():
            for position, partial in partials.items():
                changes |= self._begin(position, partial, pushed)
            for position, generation in landed.items():
                changes |= self._land(position, generation, pushed)
            with self.hold_sync():
                for name, value in changes.items():
                    setattr(self, name, value)
                self.totals = totals_of(self._board)
                if landed and (self.sort or self.where):
                    self._arrange()
        self._push(pushed)

    def _land(
        self, position: int, generation: Generation, pushed: dict[int, bytes]
    ) -> dict[str, Any]:
        """Take one outcome over into the board; give the traits that it changes."""
        old = self._board.tile(position)
        if old is None:
            return {}
        tile, data = old.with_generation(generation), b""
        if old.generation not in (None, generation.id):
            tile = replace(tile, star=False, remark="")  # those were of the take before
        if tile.shown:
            try:
                data = self._thumbnail_of(position, generation)
            except PictureError as problem:
                tile = replace(tile, note=str(problem))
        elif tile.unfinished and (left := generation.partial_bytes):
            data = stills.thumbnail(left)
        return self._changes(tile, data, pushed)

    def _begin(self, position: int, partial: Partial, pushed: dict[int, bytes]) -> dict[str, Any]:
        """Show a picture that is not finished yet."""
        old = self._board.tile(position)
        if old is None or old.status != stills.WAITING:
            return {}
        try:
            data = stills.thumbnail(partial.data)
        except PictureError:
            return {}
        return self._changes(old.with_partial(partial.index + 1, self._partials), data, pushed)

    def _changes(self, tile: Tile, data: bytes, pushed: dict[int, bytes]) -> dict[str, Any]:
        """Put a tile on the board, and give the traits that this changes."""
        position = tile.position
        self._board = self._board.with_tile(tile)
        changes: dict[str, Any] = {f"tile_{position}": self._told(tile)}
        if self.has_trait(f"picture_{position}"):
            changes[f"picture_{position}"] = data
        else:
            pushed[position] = data
        return changes

    def _thumbnail_of(self, position: int, generation: Generation) -> bytes:
        """Make what is shown of a picture that has just come."""
        if self._make is not None:
            return self._make(generation)
        return b"" if self._thumbnail is None else self._thumbnail(position)

    def _told(self, tile: Tile) -> dict[str, Any]:
        at = tile.position
        return tile_of(tile, asking=at in self._asking, problem=self._problems.get(at, ""))

    def _redraw(self, position: int) -> None:
        tile = self._board.tile(position)
        if tile is not None:
            setattr(self, f"tile_{position}", self._told(tile))

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> Any:
        known = {tile.position for tile in self._board.everything}
        wrong = [at for at in proposal.value if at not in known]
        if wrong and not self._is_from_page("selected"):
            raise InputError(f"There is no picture at {wrong[0]}: positions are {_range(known)}.")
        return [at for at in dict.fromkeys(proposal.value) if at in known]

    # -- for the page ---------------------------------------------------------------------

    def _on_stop(self, _: Mapping[str, Any]) -> None:
        if self._stop is not None:
            self._stop()

    def _on_note(self, asked: Mapping[str, Any]) -> None:
        """Keep a star and a remark, and show them."""
        position, star, remark = int(asked["position"]), bool(asked["star"]), str(asked["remark"])
        tile = self._board.tile(position)
        if self._actions is None or tile is None:
            return
        try:
            self._actions.note(position, star, remark)
        except ImageLabError as problem:
            self._say(position, str(problem))
            return
        with self._turn:
            self._board = self._board.with_tile(replace(tile, star=star, remark=remark))
            self._say(position, "")

    def _on_quote(self, asked: Mapping[str, Any]) -> None:
        if self._actions is not None:
            self._reply("quote", asked, self._actions.quote)

    def _on_code(self, asked: Mapping[str, Any]) -> None:
        if self._actions is not None:
            self._reply("code", asked, self._actions.code)

    def _reply(self, kind: str, asked: Mapping[str, Any], ask: Callable[[int], str]) -> None:
        reply: dict[str, Any] = {"kind": kind, "position": int(asked["position"])}
        try:
            self.send({**reply, "words": ask(reply["position"])})
        except ImageLabError as problem:
            self.send({**reply, "error": str(problem)})

    def _on_again(self, asked: Mapping[str, Any]) -> None:
        """Ask for a new take of one picture; the old one stays until it has come."""
        position = int(asked["position"])
        if self._actions is None or position in self._asking:
            return
        self._asking.add(position)
        self._say(position, "")

        def tell(landed: Mapping[int, Generation], problem: str) -> None:
            self._asking.discard(position)
            self._lay_in(landed)
            self._came |= dict.fromkeys(landed, "sent") if self._came else {}
            self.progress = outcome_of(self._board, self._came)
            self._say(position, problem)

        try:
            self._actions.again(position, tell)
        except ImageLabError as problem:
            tell({}, str(problem))

    def _say(self, position: int, problem: str) -> None:
        with self._turn:
            self._problems[position] = problem
            self._redraw(position)

    # -- on the screen --------------------------------------------------------------------

    def _ipython_display_(self) -> None:
        """Show the live view, and after it what is seen where no view lives."""
        board = self._whole()
        if not in_notebook():
            lasting.show({"text/plain": stills.text(board)})
            return
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if bundle else ({"text/plain": repr(self)}, {})
        # Words of its own would stand above the pictures in a notebook that is not trusted yet.
        lasting.show({**data, "text/plain": ""}, metadata)
        if not self.can["run"]:
            sheet = self._sheet() if callable(self._sheet) else self._sheet
            if board.pictures > EAGER:
                lasting.leave_many(board, sheet)
            else:
                lasting.leave(board, self.thumbnails, sheet)
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
    board: Board,
    thumbnails: Mapping[int, bytes],
    original: Callable[[int], Original] | None = None,
    sheet: Image | Callable[[], Image] | None = None,
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
    board: Board, thumbnails: Mapping[int, bytes], sheet: Image | None = None
) -> dict[str, str]:
    """Give a comparison as one MIME bundle, for front ends that ask for just one."""
    words = lasting.written(board, thumbnails, hide_live=False)
    return words if sheet is None else {**lasting.drawn(board, sheet, beside=words), **words}


def line(html_text: str) -> None:
    """Display the one line that a finished run leaves, and hide the progress shown before it.

    ``html_text`` is HTML: escape what came from outside. A grid that follows stays.
    """
    plain = markup.unescape(re.sub(r"<[^>]*>", "", html_text)).strip()
    lasting.show({"text/html": stills.line(html_text), "text/plain": plain})


def _traits(board: Board, thumbnails: Mapping[int, bytes]) -> dict[str, Any]:
    """Make one trait per tile, so that only what changes is sent, and one per thumbnail.

    Of very many pictures only the first have one: what a page does not show it does not get.
    """
    made: dict[str, Any] = {}
    few = len(board.everything) <= EAGER
    for number, tile in enumerate(board.everything):
        small = thumbnails.get(tile.position, b"")
        made[f"tile_{tile.position}"] = traitlets.Dict(tile_of(tile)).tag(sync=True)
        if few or small or number < FIRST:
            made[f"picture_{tile.position}"] = traitlets.Bytes(small).tag(sync=True)
    return made


def _range(positions: Iterable[int]) -> str:
    known = sorted(positions)
    return f"{known[0]} to {known[-1]}" if known else "none"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
