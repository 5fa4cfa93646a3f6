"""What a view leaves in a notebook for ever: static pictures, and a contact sheet."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagelab.insight import stills

if TYPE_CHECKING:
    from PIL.Image import Image


def leave(board: stills.Board, thumbnails: Mapping[int, bytes], sheet: Image | None) -> None:
    """Display what is seen after a live view where it lives no more.

    Static pictures hide themselves while the view before them lives; the sheet stands where
    a front end strips styles, and on code hosts.
    """
    show(written(board, thumbnails, hide_live=True, sheet_follows=sheet is not None))
    if sheet is not None:
        words = f"Contact sheet: {stills.counted(board.pictures)}"
        show({**drawn(board, sheet), "text/plain": words})


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
) -> dict[str, str]:
    """Write a comparison as HTML and as plain text."""
    pictures = stills.html(board, thumbnails, hide_live=hide_live, sheet_follows=sheet_follows)
    return {"text/html": pictures, "text/plain": stills.text(board)}


def drawn(board: stills.Board, sheet: Image) -> dict[str, str]:
    """Encode a contact sheet, small enough that a notebook stays light."""
    most = 20_000 + 11_000 * board.pictures
    data, picture = b"", sheet.convert("RGB")
    for quality, scale in ((82, 1.0), (70, 1.0), (70, 0.75), (60, 0.5), (50, 0.35)):
        out, size = io.BytesIO(), (round(sheet.width * scale), round(sheet.height * scale))
        picture.resize(size, reducing_gap=3.0).save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) <= most:
            break
    return {"image/jpeg": base64.b64encode(data).decode()}
