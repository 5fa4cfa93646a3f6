"""How alike two pictures are: structural similarity, mean difference, and a map of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from imagelab.insight.thumbs import whole

if TYPE_CHECKING:
    from PIL.Image import Image

Levels = NDArray[np.float32]
Box = tuple[int, int, int, int]

REMEMBERED = 16
_known: dict[tuple[str, str], Likeness] = {}


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Two pictures compared, pixel by pixel.

    ``ssim`` is the structural similarity of Wang et al. (2004), of the luminance in Gaussian
    windows of 11 pixels: 1 for equal pictures. ``mean_difference`` is in levels, of 255, over
    all pixels and colours. ``fitted`` says how pictures of two sizes were laid on each other,
    and is empty where they are of one. ``map`` is a grey PNG of the first picture's size: the
    largest difference of any colour at each pixel.
    """

    ssim: float
    mean_difference: float
    fitted: str = ""
    map: bytes = field(default=b"", repr=False)


def likeness(first: bytes, second: bytes) -> Likeness:
    """Compare two pictures; what was compared before is remembered.

    Transparent pictures are compared on white and on black, and the larger difference counts.

    Raises:
        PictureError: one of them is no picture that can be read.

    >>> likeness(low.bytes, high.bytes)                     # doctest: +SKIP
    Likeness(ssim=0.87, mean_difference=9.4, fitted='')
    """
    pair = (hashlib.sha256(first).hexdigest(), hashlib.sha256(second).hexdigest())
    if pair not in _known:
        found = _compare(whole(first), whole(second))
        while len(_known) >= REMEMBERED:
            _known.pop(next(iter(_known)))
        _known[pair] = found
    return _known[pair]


def fitting(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Say how a second picture is fitted into the first; nothing where both are of one size."""
    if first == second:
        return ""
    left, top, right, bottom = _place(first, second)
    words = f"{_by(second)} fitted into {_by(first)}"
    if (right - left, bottom - top) == first:
        return words
    return f"{words}; the numbers are of the {_by((right - left, bottom - top))} that both cover"


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"


def _place(first: tuple[int, int], second: tuple[int, int]) -> Box:
    """Find where the second picture lies, whole and in the middle, inside the first."""
    scale = min(first[0] / second[0], first[1] / second[1])
    width, height = (max(1, round(side * scale)) for side in second)
    left, top = (first[0] - width) // 2, (first[1] - height) // 2
    return left, top, left + width, top + height


def _compare(first: Image, second: Image) -> Likeness:
    from PIL import Image

    box = _place(first.size, second.size)
    size = (box[2] - box[0], box[3] - box[1])
    shared, fitted = first.crop(box), second
    if second.size != size:
        fitted = second.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    compared = [_measured(one, other) for one, other in _on_paper(shared, fitted)]
    worst = np.maximum.reduce([apart for _, _, apart in compared])
    return Likeness(
        ssim=round(min(ssim for ssim, _, _ in compared), 4),
        mean_difference=round(max(mean for _, mean, _ in compared), 3),
        fitted=fitting(first.size, second.size),
        map=_drawn(worst, first.size, box),
    )


def _on_paper(first: Image, second: Image) -> Iterator[tuple[Image, Image]]:
    """Lay transparent pictures on white and on black; opaque ones are as they are."""
    from PIL import Image

    if first.mode == second.mode == "RGB":
        yield first, second
        return
    for colour in ("white", "black"):
        paper = Image.new("RGBA", first.size, colour)
        laid = [Image.alpha_composite(paper, one.convert("RGBA")) for one in (first, second)]
        yield laid[0].convert("RGB"), laid[1].convert("RGB")


def _measured(first: Image, second: Image) -> tuple[float, float, NDArray[np.uint8]]:
    one, other = np.asarray(first, np.int16), np.asarray(second, np.int16)
    apart = np.abs(one - other)
    similar = structural_similarity(
        np.asarray(first.convert("L"), np.float32), np.asarray(second.convert("L"), np.float32)
    )
    return similar, float(apart.mean()), apart.max(axis=2).astype(np.uint8)


def structural_similarity(first: Levels, second: Levels) -> float:
    """Give the mean SSIM of two grey pictures of one size, in levels of 255.

    Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment (IEEE TIP 13, 2004), with its
    constants: a Gaussian window of 11 pixels, sigma 1.5, K 0.01 and 0.03. Pictures smaller
    than the window are continued by their edge.
    """
    if min(first.shape) < WINDOW.size:
        edge = WINDOW.size // 2
        first, second = np.pad(first, edge, "edge"), np.pad(second, edge, "edge")
    mean_one, mean_other = _smooth(first), _smooth(second)
    product = mean_one * mean_other
    squares = mean_one * mean_one + mean_other * mean_other
    spread = _smooth(first * first + second * second) - squares
    together = _smooth(first * second) - product
    small, large = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * product + small) * (2 * together + large)
    return float((likeness / ((squares + small) * (spread + large))).mean(dtype=np.float64))


WINDOW: Levels = np.exp(-(np.arange(-5, 6, dtype=np.float32) ** 2) / (2 * 1.5**2))
WINDOW /= WINDOW.sum()


def _smooth(levels: Levels) -> Levels:
    """Weigh every pixel's neighbours, down and across; the edge, half a window wide, falls off."""
    for _ in range(2):
        across = levels.shape[0] - WINDOW.size + 1
        total = np.zeros((across, levels.shape[1]), np.float32)
        for at, weight in enumerate(WINDOW):
            total += weight * levels[at : at + across]
        levels = total.T
    return levels


def _drawn(apart: NDArray[np.uint8], size: tuple[int, int], box: Box) -> bytes:
    from PIL import Image

    drawn = Image.new("L", size)
    drawn.paste(Image.fromarray(apart), box)
    out = io.BytesIO()
    drawn.save(out, "PNG", compress_level=3)
    return out.getvalue()
