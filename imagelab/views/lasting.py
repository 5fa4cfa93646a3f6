"""What a view leaves in a notebook for ever: static pictures, and a contact sheet."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagelab.insight import stills

if TYPE_CHECKING:
    from PIL.Image import Image


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
    show(written(board, thumbnails, hide_live=True, sheet_follows=follows, wipe_open=wipe_open))
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


def drawn(board: stills.Board, sheet: Image) -> dict[str, str]:
    """Encode a contact sheet, small enough that a notebook stays light."""
    # With thumbnails of 11 kB: twelve pictures within 400 kB of notebook, sixty within 1.5 MB.
    most = min(20_000 + 11_000 * board.pictures, 90_000 + 5_200 * board.pictures)
    data, picture = b"", sheet.convert("RGB")
    for quality, scale in ((82, 1.0), (70, 1.0), (70, 0.75), (60, 0.5), (50, 0.35)):
        out, size = io.BytesIO(), (round(sheet.width * scale), round(sheet.height * scale))
        picture.resize(size, reducing_gap=3.0).save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) <= most:
            break
    return {"image/jpeg": base64.b64encode(data).decode()}
