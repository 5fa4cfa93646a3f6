"""Vector pictures: a painted one, traced into shapes of few colours."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from imagelab.simulator.painting.curves import blurred
from imagelab.simulator.painting.mark import TEXT

_ACROSS = 120
_COLOURS = 14
_LEAST_POINTS = 10


def svg(picture: Image.Image, title: str) -> bytes:
    """Return an SVG document of the picture's size, marked SIMULATED."""
    width, height = picture.size
    shrink = _ACROSS / max(picture.size)
    size = (max(8, round(width * shrink)), max(8, round(height * shrink)))
    small = picture.convert("RGB").resize(size, Image.Resampling.BOX)
    vivid = ImageEnhance.Color(small.filter(ImageFilter.MedianFilter(3))).enhance(1.2)
    flat = vivid.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    layers = "\n".join(_layers(flat))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {size[0] - 1} {size[1] - 1}" preserveAspectRatio="none" role="img">',
        f"<title>{escape(_clean(title)[:200])}</title>",
        layers,
        _mark(size),
        "</svg>",
    ]
    return "\n".join(lines).encode()


def _clean(title: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(letter for letter in title if letter.isprintable())


def _layers(flat: Image.Image) -> list[str]:
    """Return a path for every colour, each covered by those that follow, from dark to bright."""
    palette = np.array(flat.getpalette()[: 3 * _COLOURS]).reshape(-1, 3)  # type: ignore[index]
    order = np.argsort(palette @ (0.299, 0.587, 0.114))
    rank = np.argsort(order)[np.asarray(flat)]
    paths = []
    for level in range(int(rank.min()), int(rank.max()) + 1):
        red, green, blue = palette[order[level]]
        outline = _outline(rank >= level)
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        paths.append(f'<path fill="{colour}" fill-rule="evenodd" d="{outline}"/>')
    return paths


def _outline(inside: NDArray[np.bool_]) -> str:
    """Return the outlines of a mask as path data."""
    from contourpy import LineType, contour_generator

    heights = blurred(np.pad(inside, 3).astype(np.float32), 0.9)
    rings = contour_generator(z=heights, line_type=LineType.Separate).lines(0.5)
    kept = [np.asarray(ring)[:-1:2] - 3 for ring in rings if len(ring) >= _LEAST_POINTS]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in np.clip(ring, -1, _ACROSS)) + "Z"
        for ring in kept
    )


def _mark(size: tuple[int, int]) -> str:
    unit = min(size)
    wide, high = unit * 0.23, unit * 0.05
    x, y = size[0] - wide - unit * 0.03, size[1] - high - unit * 0.03
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
        f'rx="{high / 2:.1f}" fill="#12141c" fill-opacity="0.82"/>'
        f'<text x="{x + wide / 2:.1f}" y="{y + high * 0.72:.1f}" text-anchor="middle" '
        f'font-family="sans-serif" font-size="{high * 0.68:.1f}" fill="#fff">{TEXT}</text>'
    )
