"""Static pictures of a comparison: thumbnails, HTML that needs no kernel, a contact sheet."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from imagelab.insight.contact import sheet
from imagelab.insight.layout import WAITING, Board, Tile, counted, lay_out
from imagelab.insight.thumbs import most_bytes, thumbnail

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "WAITING",
    "Board",
    "Tile",
    "counted",
    "ended",
    "html",
    "lay_out",
    "line",
    "many",
    "most_bytes",
    "render_report",
    "sheet",
    "text",
    "thumbnail",
]

PAGE_SIDE = 320
STATIC_SIDE = 224


def html(
    board: Board,
    thumbnails: Mapping[int, bytes],
    *,
    hide_live: bool = True,
    sheet_follows: bool = False,
    wipe_open: bool = False,
) -> str:
    """Write the pictures and captions as HTML that needs no kernel, script file or network.

    Below them two can be chosen and wiped; ``wipe_open`` opens that at once.

    ``thumbnails`` maps positions to WebP bytes. Nothing in it depends on the day, on
    seconds or on what the ledger held before. With ``hide_live`` it is made to stand between
    a live view and a contact sheet in one output: it hides itself while the live view is
    there, and hides the line a dead view leaves and the sheet that follows. With
    ``sheet_follows`` it leaves the place to that sheet where a front end strips styles, as
    JupyterLab does with notebooks that it does not trust yet.
    """
    side = _fitting(board, STATIC_SIDE)
    options = {"hide_live": hide_live, "sheet_follows": sheet_follows, "zoom": False}
    options["wipe_open"] = wipe_open
    return _render("static.html", board, thumbnails, side, **options)


def render_report(
    board: Board, thumbnails: Mapping[int, bytes], *, script: str, **values: object
) -> str:
    """Fill the report's template: the pictures, larger on a click, and ``values`` around them.

    ``script`` stands in it as it is, so that its digest is the one that the policy names.
    """
    from markupsafe import Markup

    own = Markup(script)  # noqa: S704 - a file of ours
    side = _fitting(board, PAGE_SIDE)
    return _render("report.html", board, thumbnails, side, zoom=True, script=own, **values)


def line(html_text: str) -> str:
    """Wrap the one line that a finished run leaves; it hides the progress view before it.

    ``html_text`` is put in as it is: hand over HTML, not text from outside.
    """
    from markupsafe import Markup

    words = Markup(html_text)  # noqa: S704 - said above
    return _templates().get_template("line.html").render(words=words)


RUN_ENDED = (
    "The live view of this run ended with its kernel. Its pictures and prices are kept; run the "
    "cell again to see them."
)


def ended(words: str = RUN_ENDED) -> str:
    """Say in plain words what is seen in place of a live view once its kernel is gone."""
    return _templates().get_template("ended.html").render(words=words)


def many(board: Board) -> str:
    """Say what a live view showed that had too many pictures to leave each of them behind.

    The contact sheet that follows is seen once the view is dead.
    """
    return _templates().get_template("many.html").render(board=board, counted=counted)


def text(board: Board) -> str:
    """Write the comparison as lines of plain text: labels and prices, no pictures.

    >>> print(text(board))    # doctest: +SKIP
    a red fox in snow: low $0.011, medium $0.042, high $0.167
    """
    lines = []
    for row, name in enumerate(board.rows):
        parts = []
        for tile in board.tiles:
            if tile.row == row:
                price = tile.price if tile.shown else tile.status
                parts.append(" ".join([board.columns[tile.column], tile.label, price]).strip())
        lines.append(f"{name}: {', '.join(' '.join(part.split()) for part in parts)}")
    total = f", {board.total}" if board.total else ""
    mark = f" ({board.badge})" if board.badge else ""
    return "\n".join([*lines, f"{counted(board.shown, board.pictures)}{total}{mark}"])


def _gallery(board: Board) -> bool:
    """Tell whether the rows stand side by side, since there is only one column."""
    return len(board.columns) == 1 and len(board.rows) > 1


def _fitting(board: Board, side: int) -> int:
    """Make pictures smaller where more than three stand abreast, so that they fit a page."""
    places = min(4, len(board.rows)) if _gallery(board) else len(board.columns)
    return max(96, min(side, 13 * side // 4 // max(1, places * board.widest)))


def _render(
    name: str, board: Board, thumbnails: Mapping[int, bytes], side: int, **values: object
) -> str:
    known = {tile.position for tile in board.tiles}
    uris = {at: _data_uri(data) for at, data in thumbnails.items() if at in known and data}

    def scaled(pixels: int, tile: Tile) -> int:
        return max(1, round(pixels * side / max(tile.width, tile.height)))

    return (
        _templates()
        .get_template(name)
        .render(
            board=board,
            uris=uris,
            side=side,
            gap=max(12, side // 14),
            counted=counted,
            gallery=_gallery,
            width=lambda tile: scaled(tile.width, tile),
            height=lambda tile: scaled(tile.height, tile),
            **values,
        )
    )


def _data_uri(data: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
