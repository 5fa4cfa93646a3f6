"""The painter: pictures worth looking at from words alone, offline and the same every time.

>>> picture = paint("a red fox in snow, watercolour", size=(1024, 1024), tier="medium")
>>> picture.size
(1024, 1024)
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from imagelab.errors import InputError
from imagelab.simulator.painting import editing, moving
from imagelab.simulator.painting import vectors as vectorised
from imagelab.simulator.painting.curves import grain
from imagelab.simulator.painting.mark import stamp
from imagelab.simulator.painting.surface import TIERS, Detail
from imagelab.simulator.painting.words import read

MOST_PIXELS = 5_000_000
"""Working pixels of the largest canvas; larger pictures are painted smaller and stretched."""


def paint(
    prompt: str,
    *,
    size: tuple[int, int] = (1024, 1024),
    tier: str = "low",
    take: int = 1,
    transparent: bool = False,
    marked: bool = True,
) -> Image.Image:
    """Return a picture of exactly `size` pixels (width, height), marked SIMULATED.

    The same arguments give the same pixels; another `take` gives another picture of the same
    prompt, another `tier` the same composition in more or less detail. The mode is RGB, or
    RGBA with the subject cut out when `transparent`. What is not `marked` is marked by
    `animate` or `vectors`.

    Raises:
        InputError: the tier is not one of low, medium, high, xhigh, max, or the size is empty.

    """
    detail = _detail(size, tier)
    picture = editing.painted(
        read(prompt), size, detail, take, cut=transparent, working=_working(size, detail)
    )
    if marked:
        stamp(picture)
    return picture


def edit(
    prompt: str,
    pictures: Sequence[Image.Image],
    *,
    size: tuple[int, int] = (1024, 1024),
    tier: str = "low",
    take: int = 1,
    mask: Image.Image | None = None,
    markup: Image.Image | None = None,
    faithful: bool = True,
    transparent: bool = False,
    marked: bool = True,
) -> Image.Image:
    """Return the first picture, changed by the prompt's words, marked SIMULATED.

    What the mask leaves transparent is painted anew, or what the strokes of a `markup`
    enclose; without either the composition stays, and the words change light, weather,
    subjects and style. Further pictures are set into the first. Not `faithful`, details of
    the pictures are lost; `transparent`, what lies behind their subject is.

    Raises:
        InputError: no picture, no such tier, or the size is empty.

    """
    if not pictures:
        raise InputError("An edit needs a picture to begin with.")
    _detail(size, tier)
    shrink = min(1.0, (MOST_PIXELS / (size[0] * size[1])) ** 0.5)
    inner = (max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink)))
    picture = editing.edited(
        prompt, list(pictures), inner, tier, take, mask=mask, markup=markup, faithful=faithful
    )
    picture = picture if inner == size else picture.resize(size, Image.Resampling.BICUBIC)
    if transparent:
        picture.putalpha(editing.cover_of(pictures[0], picture))
    if marked:
        stamp(picture)
    return picture


def unfinished(picture: Image.Image, share: float) -> Image.Image:
    """Return a picture as it looks while it is made, `share` (0 to 1) of the way to its end."""
    block = max(2, round(min(picture.size) / (14 + 90 * share**2)))
    rough = picture.reduce(block).resize(picture.size, Image.Resampling.BILINEAR)
    field = grain(picture.height, picture.width) // 64
    noise = Image.fromarray((field * 34 + 128).clip(0, 255).astype(np.uint8)).convert(rough.mode)
    rough = Image.blend(rough, noise, 0.42 * (1 - share))
    if rough.mode == "RGBA":
        rough.putalpha(picture.getchannel("A"))
    stamp(rough)
    return rough


def animate(picture: Image.Image, *, frames: int, frame_ms: int) -> bytes:
    """Return the picture as a looping GIF of so many frames, each shown for `frame_ms`."""
    return moving.gif(picture, frames, frame_ms)


def vectors(picture: Image.Image, *, title: str) -> bytes:
    """Return the picture traced into an SVG document with a title."""
    return vectorised.svg(picture, title)


def _detail(size: tuple[int, int], tier: str) -> Detail:
    if tier not in TIERS:
        raise InputError(f"The painter knows no tier {tier!r}; use one of {', '.join(TIERS)}.")
    if min(size) < 1:
        raise InputError(f"A picture needs at least 1x1 pixels, not {size[0]}x{size[1]}.")
    return TIERS[tier]


def encode(
    picture: Image.Image, output_format: str = "png", compression: int | None = None
) -> bytes:
    """Return the picture as the bytes of a png, jpeg or webp file.

    `compression` is 0 to 100: for jpeg and webp the quality kept (100 when None, as the API
    says); png is lossless and ignores it.

    Raises:
        InputError: the format is not one of png, jpeg, webp.

    """
    quality = 100 if compression is None else min(100, max(0, compression))
    target = io.BytesIO()
    if output_format == "png":
        picture.save(target, "PNG", compress_level=1)
    elif output_format in ("jpeg", "jpg"):
        picture.convert("RGB").save(target, "JPEG", quality=min(quality, 95))
    elif output_format == "webp":
        picture.save(target, "WEBP", quality=quality, method=1)
    else:
        raise InputError(f"No such format: {output_format!r}; use png, jpeg or webp.")
    return target.getvalue()


def _working(size: tuple[int, int], detail: Detail) -> tuple[int, int]:
    scale = detail.resolution * detail.oversample
    scale = min(scale, (MOST_PIXELS / (size[0] * size[1])) ** 0.5)
    return (max(16, round(size[0] * scale)), max(16, round(size[1] * scale)))
