"""Two pictures made to look alike in everything but what they show."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 92
ALIKE = 0.01
"""Proportions that differ by less are the same shape, rounded to whole pixels."""


def disguised(one: Image, other: Image) -> tuple[bytes, bytes]:
    """Redraw two pictures as JPEG files that tell nothing else of where they come from.

    Same kind of file, no metadata, the same number of bytes, and where they have one shape the
    same number of pixels. Transparent parts lie on a chequered ground.
    """
    shape, its = one.width / one.height, other.width / other.height
    if abs(shape / its - 1) < ALIKE and one.size != other.size:
        size = min(one.size, other.size)
        one, other = one.resize(size), other.resize(size)
    drawn = jpeg(one), jpeg(other)
    longest = max(map(len, drawn))
    # What follows a JPEG's end mark is passed over by all that read it.
    return drawn[0].ljust(longest, b"\0"), drawn[1].ljust(longest, b"\0")


def jpeg(picture: Image) -> bytes:
    """Redraw a picture as a JPEG file without a remark."""
    out = io.BytesIO()
    _on_ground(picture).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def _on_ground(picture: Image) -> Image:
    """Lay a picture on a fresh one, transparent parts on grey squares: no remark comes along."""
    from PIL import Image

    ground = Image.new("RGB", picture.size)
    if picture.mode != "RGBA":
        ground.paste(picture)
        return ground
    tile = Image.new("RGB", (2, 2), "#c4c4c4")
    tile.putpixel((0, 0), (154, 154, 154))
    tile.putpixel((1, 1), (154, 154, 154))
    squares = tile.resize((32, 32), Image.Resampling.NEAREST)
    for x in range(0, picture.width, 32):
        for y in range(0, picture.height, 32):
            ground.paste(squares, (x, y))
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
