"""What a view leaves in a notebook for ever: static pictures, and a contact sheet."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagelab.insight import stills
from imagelab.request import in_notebook
from imagelab.views._view import View

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SHEET_BYTES = 1_200_000
"""However many pictures there are, a notebook stays light."""

_ESCAPED = 1.02
"""How much longer HTML is in a notebook's JSON, where its quotes and line ends are escaped."""


def leave(
    board: stills.Board,
    thumbnails: Mapping[int, bytes],
    sheet: Image | None,
    *,
    wipe_open: bool = False,
) -> None:
    """Display what is seen after a live view where it lives no more.

    Static pictures hide themselves while the view before them lives; the sheet stands where
    a front end strips styles, and on code hosts.
    """
    follows = sheet is not None
    words = written(board, thumbnails, hide_live=True, sheet_follows=follows, wipe_open=wipe_open)
    show(words)
    if sheet is not None:
        name = f"Contact sheet: {stills.counted(board.pictures)}"
        show({**drawn(board, sheet, beside=words), "text/plain": name})


def show(data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
    """Display one MIME bundle as it is."""
    from IPython.display import display

    display(dict(data), raw=True, metadata=dict(metadata or {}))


def written(
    board: stills.Board,
    thumbnails: Mapping[int, bytes],
    *,
    hide_live: bool,
    sheet_follows: bool = False,
    wipe_open: bool = False,
) -> dict[str, str]:
    """Write a comparison as HTML and as plain text."""
    pictures = stills.html(
        board,
        thumbnails,
        hide_live=hide_live,
        sheet_follows=sheet_follows,
        wipe_open=wipe_open,
    )
    return {"text/html": pictures, "text/plain": stills.text(board)}


def drawn(board: stills.Board, sheet: Image, *, beside: Mapping[str, str]) -> dict[str, str]:
    """Encode a contact sheet: with what is ``beside`` it, it keeps a notebook light."""
    most = _room(board.pictures, len(beside.get("text/html", "")))
    data, picture = b"", sheet.convert("RGB")
    for quality, scale in ((82, 1.0), (70, 1.0), (70, 0.75), (60, 0.5), (50, 0.35), (40, 0.25)):
        out, size = io.BytesIO(), (round(sheet.width * scale), round(sheet.height * scale))
        picture.resize(size, reducing_gap=3.0).save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) <= most:
            break
    return {"image/jpeg": base64.b64encode(data).decode()}


def _room(pictures: int, html: int) -> int:
    """Say how many bytes a sheet may take.

    Twelve pictures stay within 400 kB of notebook, and sixty within 1.5 MB. Where thumbnails
    larger than usual were asked for, the sheet takes the least that it can do with.
    """
    notebook = min(45_000 + 28_000 * pictures, 110_000 + 22_600 * pictures)
    left = int((notebook - _ESCAPED * html) * 3 / 4)  # base64 writes three bytes as four letters
    return min(MOST_SHEET_BYTES, max(10_000 + 500 * pictures, left))


def leave_many(board: stills.Board, sheet: Image | None) -> None:
    """Display what is seen after a live view of very many pictures: one small sheet of them all."""
    words = {"text/html": stills.many(board), "text/plain": stills.text(board)}
    show(words)
    if sheet is not None:
        name = f"Contact sheet: {stills.counted(board.pictures)}"
        show({**drawn(board, sheet, beside=words), "text/plain": name})


def alive(view: View, words: str) -> None:
    """Display a view that leaves no pictures: ``words`` are seen once its kernel is gone."""
    if not in_notebook():
        show({"text/plain": repr(view)})
        return
    bundle = view._repr_mimebundle_()
    data, metadata = bundle if bundle else ({}, {})
    show({**data, "text/plain": ""}, metadata)
    show({"text/html": stills.ended(words), "text/plain": repr(view)})
