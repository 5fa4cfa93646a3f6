"""Masks and markups: where to edit a picture, and what was drawn over it.

A mask on the wire is a png as large as the first image, transparent (alpha 0) where it may be
edited. What people draw is white on black, so that is taken too.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from imagelab import pictures
from imagelab.catalog import abilities
from imagelab.errors import InputError
from imagelab.pictures import Reference
from imagelab.references.taking import Given, take

if TYPE_CHECKING:
    from PIL.Image import Image

_REMEDY = (
    "give a png that is transparent where the picture may be edited, or a black and white "
    "drawing (or an array of true and false) that is white there"
)


def take_mask(given: object, first: Reference, *, label: str | None = None) -> Given:
    """Take in a mask for a picture, and make it legal to send.

    Transparent parts (alpha 0) may be edited, all else is to stay. A mask without alpha that is
    grey, or true and false, is a drawing: white is to be edited, black is to stay.

    Raises:
        InputError: it is no mask, edits nothing, is of another size than the picture, or has
            too many bytes even when nothing but its alpha is written.

    """
    whole = take(given, label=label)
    taken = _as_mask(whole, first)
    size, most = len(taken.data), abilities.limits().mask_bytes
    if size >= most:
        raise InputError(
            f"The mask has {size / 2**20:.1f} MB, and a mask must stay below {most / 2**20:.0f} "
            "MB: draw it with hard edges (noise and soft greys are what takes room), or make the "
            "first image and the mask smaller."
        )
    return taken


def _as_mask(whole: Given, first: Reference) -> Given:
    """Give the bytes of a mask: as they came where they may go so, else its alpha alone."""
    mask = pictures.opened(whole.data)
    _check_size("mask", whole.reference, first)
    if not mask.has_transparency_data:
        return _named(_png_of(_from_drawing(mask)), whole)
    alpha = mask.convert("RGBA").getchannel("A")
    if alpha.getextrema()[0] == 255:
        raise InputError(f"The mask is opaque everywhere, so nothing would be edited: {_REMEDY}.")
    small = len(whole.data) < abilities.limits().mask_bytes
    if whole.reference.format == "png" and small and "A" in mask.getbands():
        return whole
    return _named(_png_of(alpha), whole)


def take_markup(given: object, first: Reference, *, label: str | None = None) -> Given:
    """Take in a markup: a transparent png with what was drawn over a picture.

    Raises:
        InputError: it covers all of the picture, shows nothing, or is of another size.

    """
    whole = take(given, label=label)
    _check_size("markup", whole.reference, first)
    drawn = pictures.opened(whole.data)
    least, most = (
        drawn.convert("RGBA").getchannel("A").getextrema()
        if drawn.has_transparency_data
        else (255, 255)
    )
    if least == 255:
        raise InputError(
            "The markup has no transparent pixels, so it would hide the picture: draw on a "
            "transparent png of the picture's size."
        )
    if most == 0:
        raise InputError("The markup is transparent everywhere: draw something on it.")
    if whole.reference.format == "png" and "A" in drawn.getbands():
        return whole
    return _named(_png(drawn.convert("RGBA")), whole)


def _check_size(what: str, mask: Reference, first: Reference) -> None:
    if (mask.width, mask.height) != (first.width, first.height):
        raise InputError(
            f"The {what} is {mask.size}, and the first image {first.size}: they must be of the "
            f"same size. With Pillow: {what}.resize(({first.width}, {first.height}))."
        )


def _from_drawing(mask: Image) -> Image:
    """Turn white on black into alpha: what was drawn white is to be edited."""
    from PIL import ImageChops, ImageOps

    if mask.mode not in ("1", "L"):
        red, green, blue = mask.convert("RGB").split()
        apart = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
        # jpeg leaves a little colour at the edges of black and white.
        if any(any(one.histogram()[24:]) for one in apart):
            raise InputError(f"The mask has colours and no alpha channel: {_REMEDY}.")
    grey = mask.convert("L")
    if grey.getextrema()[1] == 0:
        raise InputError(f"The mask is black everywhere, so nothing would be edited: {_REMEDY}.")
    return ImageOps.invert(grey)


def _png_of(alpha: Image) -> bytes:
    """Write a mask that holds nothing but its alpha."""
    from PIL import Image

    mask = Image.new("RGBA", alpha.size)
    mask.putalpha(alpha)
    quick = _png(mask, optimize=False)
    # Pressing noise takes half a minute, and never halves it: what is refused is not pressed.
    far_too_large = len(quick) >= 2 * abilities.limits().mask_bytes
    return quick if far_too_large else _png(mask)


def _png(picture: Image, *, optimize: bool = True) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=optimize)
    return out.getvalue()


def _named(data: bytes, before: Given) -> Given:
    reference = Reference.of(data)
    return Given(reference=reference, data=data, label=before.label, source=before.source)
