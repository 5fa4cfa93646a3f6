"""Curves, noise and colour arithmetic: the painter's small mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour: TypeAlias = tuple[int, int, int]
Floats: TypeAlias = NDArray[np.float32]
Points: TypeAlias = NDArray[np.float64]  # n by 2: x, y
Outline: TypeAlias = Sequence[tuple[float, float]] | Points


def as_points(outline: Outline) -> Points:
    """Return an outline as an n by 2 array."""
    return np.asarray(outline, dtype=np.float64).reshape(-1, 2)


def smooth(outline: Outline, *, closed: bool = True, steps: int = 7) -> Points:
    """Return a Catmull-Rom curve through the points; a point given twice becomes a corner."""
    p = as_points(outline)
    if closed:
        a, b, c, d = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        q = np.vstack([p[:1], p, p[-1:]])
        a, b, c, d = q[:-3], q[1:-2], q[2:-1], q[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (v[:, None, :] for v in (a, b, c, d))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    flat = curve.reshape(-1, 2)
    return flat if closed else np.vstack([flat, p[-1:]])


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0.0, n: int = 36) -> Points:
    """Return an ellipse round (x, y), turned by `turn` radians."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    px, py = rx * np.cos(t), ry * np.sin(t)
    return np.column_stack(
        [x + px * np.cos(turn) - py * np.sin(turn), y + px * np.sin(turn) + py * np.cos(turn)]
    )


def blob(
    rng: np.random.Generator, x: float, y: float, rx: float, ry: float, rough: float = 0.2
) -> Points:
    """Return an uneven round outline, as of a bush or a stone."""
    n = 11
    t = np.linspace(0, 2 * np.pi, n, endpoint=False) + rng.uniform(0, 0.4, n)
    r = 1 + rough * rng.uniform(-1, 1, n)
    return smooth(np.column_stack([x + rx * r * np.cos(t), y + ry * r * np.sin(t)]), steps=4)


def mirrored(outline: Outline) -> Points:
    """Return the outline's right half followed by its mirror image, closing round x = 0."""
    p = as_points(outline)
    back = p[::-1].copy()
    back[:, 0] *= -1
    return np.vstack([p, back])


def mirror(outline: Outline) -> Points:
    """Return the outline reflected at x = 0."""
    p = as_points(outline).copy()
    p[:, 0] *= -1
    return p


def ridge(
    rng: np.random.Generator, n: int, roughness: float = 0.55, waves: int = 2
) -> NDArray[np.float64]:
    """Return n heights in 0..1 of a fractal skyline; a lower roughness is a smoother hill."""
    x = np.linspace(0, 1, n)
    total = np.zeros(n)
    weight, cells = 1.0, waves
    while cells < n and weight > 0.02:
        knots = rng.random(cells + 1)
        total += weight * np.interp(x, np.linspace(0, 1, cells + 1), knots)
        weight, cells = weight * roughness, cells * 2
    total -= total.min()
    return total / max(float(total.max()), 1e-6)


def wave(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Return n heights in -1..1 of a rolling line made of three sines."""
    x = np.linspace(0, 2 * np.pi, n)
    total = sum(np.sin(x * k + rng.uniform(0, 7)) / k for k in (1.0, 1.7, 3.1))
    return np.asarray(total) / 1.9


def noise(rng: np.random.Generator, size: tuple[int, int], cells: int, octaves: int = 4) -> Floats:
    """Return fractal noise in 0..1, shape (height, width), `cells` lumps across the width."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    for _ in range(octaves):
        rows = max(2, round(cells * height / width))
        grid = Image.fromarray(rng.random((rows, max(cells, 2)), np.float32))
        total += weight * np.asarray(grid.resize(size, Image.Resampling.BICUBIC))
        norm += weight
        weight, cells = weight * 0.5, cells * 2
        if cells > width:
            break
    field: Floats = np.clip((total / norm - 0.5) * 1.6 + 0.5, 0, 1)
    return field


def blurred(field: Floats, radius: float) -> Floats:
    """Return a small field after a Gaussian blur, without the steps an 8-bit blur leaves."""
    rows, columns = field.shape
    reach = round(max(radius, 0.5) * 4)
    return np.asarray(_spread(rows, reach) @ field @ _spread(columns, reach).T, np.float32)


@lru_cache(maxsize=512)
def _spread(n: int, reach: int) -> Floats:
    """Return the n by n matrix that spreads each sample over a bell of `reach` / 4 samples."""
    at = np.arange(n, dtype=np.float32)
    return np.asarray(
        np.exp(-(((at[:, None] - at) * 4 / reach) ** 2) / 2) * (4 / reach / 2.5066), np.float32
    )


@lru_cache(maxsize=1)
def _grain_tile() -> NDArray[np.int16]:
    tile = np.random.default_rng(20).standard_normal((509, 509)) * 64
    return np.asarray(tile, np.int16)


def grain(height: int, width: int) -> NDArray[np.int16]:
    """Return film grain of standard deviation 64, shape (height, width)."""
    tile = _grain_tile()
    across = np.tile(tile, (1, width // 509 + 1))[:, :width]
    return np.tile(across, (height // 509 + 1, 1))[:height]


def mix(a: Colour, b: Colour, t: float) -> Colour:
    """Return the colour `t` of the way from a to b."""
    t = min(1.0, max(0.0, t))
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )


def times(a: Colour, b: Colour) -> Colour:
    """Return a lit by b: the channel-wise product."""
    return (a[0] * b[0] // 255, a[1] * b[1] // 255, a[2] * b[2] // 255)


def light(colour: Colour, t: float) -> Colour:
    """Return a lighter (t > 0) or darker (t < 0) shade of the colour."""
    if t >= 0:
        return mix(colour, (255, 250, 240), t)
    return mix(colour, (18, 16, 38), -t)


def luma(colour: Colour) -> float:
    """Return the colour's brightness in 0..1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def vivid(colour: Colour) -> Colour:
    """Return the colour as a glowing tube shows it: bright and saturated, its hue kept."""
    low, high = min(colour), max(colour)
    if high - low < 26:
        return ((92, 224, 255), (196, 128, 255), (255, 110, 190), (225, 240, 255))[
            min(3, high // 64)
        ]
    r, g, b = (round(30 + 225 * ((v - low) / (high - low)) ** 0.8) for v in colour)
    return (r, g, b)
