"""The painter: pictures worth looking at from words alone, offline and the same every time.

>>> picture = paint("a red fox in snow, watercolour", size=(1024, 1024), tier="medium")
>>> picture.size
(1024, 1024)
"""

from __future__ import annotations

import io

from PIL import Image

from imagelab.errors import InputError
from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.compose import compose
from imagelab.simulator.painting.mark import stamp
from imagelab.simulator.painting.styles import finish, hand_of
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
) -> Image.Image:
    """Return a picture of exactly `size` pixels (width, height), marked SIMULATED.

    The same arguments give the same pixels; another `take` gives another picture of the same
    prompt, another `tier` the same composition in more or less detail. The mode is RGB, or
    RGBA with the subject cut out when `transparent`.

    Raises:
        InputError: the tier is not one of low, medium, high, xhigh, max, or the size is empty.

    """
    if tier not in TIERS:
        raise InputError(f"The painter knows no tier {tier!r}; use one of {', '.join(TIERS)}.")
    if min(size) < 1:
        raise InputError(f"A picture needs at least 1x1 pixels, not {size[0]}x{size[1]}.")
    detail = TIERS[tier]
    idea = read(prompt)
    canvas = Canvas(_working(size, detail), detail, hand_of(idea.style), cut=transparent)
    scene = compose(canvas, idea, take)
    picture = finish(canvas, size, idea.style, scene.rng("finish"))
    stamp(picture)
    return picture


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
