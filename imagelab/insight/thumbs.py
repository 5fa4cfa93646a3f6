"""Pictures made small, and bytes that are no pictures told apart from those that are."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from imagelab import pictures
from imagelab.errors import PictureError
from imagelab.pictures import MOST_PIXELS
from imagelab.request import Generation

if TYPE_CHECKING:
    from PIL.Image import Image

    from imagelab.records.store import Store

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def thumbnail(data: bytes, side: int = 256) -> bytes:
    """Make a small WebP of a picture: its longer edge is ``side`` pixels, never enlarged.

    At 256 pixels it takes about 9 kB, and over 11 only what is noisier than any picture.

    Raises:
        PictureError: the bytes are no PNG, JPEG, WebP, GIF or SVG, are damaged, or far too large.

    """
    picture = small(data, side)
    most = most_bytes(side)
    for quality in (80, 68, 54, 40, 28, 16):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=4)
        if out.tell() <= most:
            break
    return out.getvalue()


def kept(store: Store, generation: Generation, side: int = 256) -> bytes:
    """Give the thumbnail of a generation, made once and then kept beside the pictures.

    Raises:
        PictureError: there is no picture, or it can no longer be read.

    """

    def make() -> bytes:
        return thumbnail(generation.bytes, side)

    if generation.picture is None:
        return make()
    return store.derived(generation.picture, f"{side}.webp", make)


def most_bytes(side: int) -> int:
    """Say how many bytes a thumbnail of this size takes at most."""
    return 11_000 * side * side // (256 * 256)


def whole(data: bytes) -> Image:
    """Decode a picture at its own size, in RGB or RGBA.

    Raises:
        PictureError: as for ``thumbnail``.

    """
    if pictures.is_markup(data):
        return pictures.drawn(data)
    return small(data, MOST_PIXELS)  # no side is as long, and nothing is enlarged


def small(data: bytes, side: int) -> Image:
    """Decode a picture, in RGB or RGBA, its longer edge at most ``side`` pixels.

    Raises:
        PictureError: as for ``thumbnail``.

    """
    from PIL import Image

    if pictures.is_markup(data):
        return pictures.drawn(data, side)
    broken = (OSError, SyntaxError, ValueError, EOFError, struct.error)
    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError(f"{picture.width} x {picture.height} pixels")
            picture.draft("RGB", (2 * side, 2 * side))
            kind = "RGBA" if picture.has_transparency_data else "RGB"
            small = picture.convert(kind)
            small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
            return small
    except (*broken, *bombs) as cause:
        raise PictureError(
            f"These {len(data):,} bytes are no picture that can be shown: {pictures.said(cause)}. "
            "If a provider sent them, fresh=True asks for another picture."
        ) from cause
