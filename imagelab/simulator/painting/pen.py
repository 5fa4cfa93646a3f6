"""The pen a subject is drawn with: local coordinates, feet at (0, 0), about one unit high."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.curves import (
    Colour,
    Outline,
    Points,
    as_points,
    luma,
    mirror,
    mix,
    oval,
    smooth,
)

Flow = Callable[[Points], NDArray[np.float64]]
"""Where hair points: radians for each of n local points (0 right, pi/2 down)."""


class Pen:
    """Draws in a subject's own coordinates: x right, y down, the top of it near y = -1."""

    def __init__(
        self,
        canvas: Canvas,
        place: tuple[float, float],
        size: float,
        rng: np.random.Generator,
        *,
        colour: Colour | None = None,
        flip: bool = False,
        tilt: float = 0.0,
        snowy: bool = False,
        word: str = "",
        place_name: str = "",
        riding: bool = False,
    ) -> None:
        self.canvas = canvas
        self.place = np.array(place)
        self.size = size
        self.rng = rng
        self.colour = colour
        self.flip = flip
        self.tilt = tilt
        self.snowy = snowy
        self.word = word
        self.place_name = place_name
        self.riding = riding
        self.level = canvas.detail.level

    def hue(self, usual: Colour) -> Colour:
        """Return the colour the prompt gave to this subject, else the usual one."""
        return self.colour or usual

    def turned(self, tilt: float, about: tuple[float, float] = (0.0, 0.0)) -> Pen:
        """Return a pen turned by `tilt` radians round a local point."""
        pivot = np.array(self.spot(*about))
        pen = copy(self)
        pen.tilt = self.tilt + (-tilt if self.flip else tilt)
        pen.place = pivot - (pen._turn(np.array([about])) * self.size)[0]
        return pen

    def moved(self, x: float, y: float, scale: float = 1.0, colour: Colour | None = None) -> Pen:
        """Return a pen whose origin is the local point (x, y), drawing `scale` times as large."""
        pen = copy(self)
        pen.place, pen.size, pen.colour = np.array(self.spot(x, y)), self.size * scale, colour
        return pen

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a local point."""
        px, py = self.at([(x, y)])[0].tolist()
        return px, py

    def at(self, outline: Outline) -> Points:
        """Return an outline's points in pixels."""
        return self.place + self._turn(as_points(outline)) * self.size

    def _turn(self, points: Points) -> Points:
        x, y = points[:, 0] * (-1 if self.flip else 1), points[:, 1]
        c, s = math.cos(self.tilt), math.sin(self.tilt)
        return np.column_stack([x * c - y * s, x * s + y * c])

    # -- marks ----------------------------------------------------------------------------

    def shape(
        self,
        outline: Outline,
        colour: Colour,
        *,
        depth: float = 0.6,
        ink: float = 1.0,
        straight: bool = False,
    ) -> None:
        """Fill a smooth (or straight-edged) outline; depth 0 is flat."""
        points = self.at(outline if straight else smooth(outline))
        if depth > 0:
            self.canvas.solid(points, colour, depth=depth, ink=ink)
        else:
            self.canvas.fill(points, colour, ink=ink)

    def both(self, outline: Outline, colour: Colour, *, depth: float = 0.6, ink: float = 1) -> None:
        """Fill a smooth outline and its mirror image."""
        self.shape(outline, colour, depth=depth, ink=ink)
        self.shape(mirror(outline), colour, depth=depth, ink=ink)

    def round(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: Colour,
        *,
        turn: float = 0.0,
        depth: float = 0.6,
        ink: float = 1.0,
    ) -> None:
        """Fill an ellipse."""
        self.shape(oval(x, y, rx, ry, turn), colour, depth=depth, ink=ink, straight=True)

    def box(
        self, x: float, y: float, w: float, h: float, colour: Colour, *, depth: float = 0.0,
        ink: float = 1.0,
    ) -> None:  # fmt: skip
        """Fill a rectangle with its upper left corner at (x, y)."""
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        self.shape(corners, colour, depth=depth, ink=ink, straight=True)

    def line(
        self,
        path: Outline,
        width: float,
        colour: Colour,
        *,
        taper: float = 0.0,
        straight: bool = False,
    ) -> None:
        """Draw a stroke `width` local units wide."""
        points = as_points(path) if straight else smooth(path, closed=False)
        self.canvas.line(self.at(points), max(1.0, width * self.size), colour, taper=taper)

    def limb(
        self, path: Sequence[tuple[float, float, float]], colour: Colour, *, depth: float = 0.6,
        ink: float = 0.9,
    ) -> None:  # fmt: skip
        """Fill a limb along (x, y, width) knots: a leg, an arm, a neck, a trunk."""
        knots = smooth([(x, y) for x, y, _ in path], closed=False, steps=5)
        at = np.linspace(0, len(path) - 1, len(knots))
        half = np.interp(at, np.arange(len(path)), [w / 2 for *_, w in path])[:, None]
        step = np.gradient(knots, axis=0)
        step /= np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
        across = np.column_stack([-step[:, 1], step[:, 0]]) * half
        end = knots[-1:] + step[-1:] * half[-1] * 0.7
        start = knots[:1] - step[:1] * half[0] * 0.5
        outline = np.vstack([start, knots + across, end, (knots - across)[::-1]])
        self.shape(outline, colour, depth=depth, ink=ink, straight=True)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Let a light bloom at a local point."""
        px, py = self.spot(x, y)
        self.canvas.glow(px, py, radius * self.size, colour, strength)

    def eye(self, x: float, y: float, r: float, iris: Colour) -> None:
        """Draw an eye: rim, iris, pupil and the light in it."""
        ink = self.canvas.hand == "ink"
        self.round(x, y, r * 1.22, r * 1.12, (28, 22, 24), depth=0, ink=0.0 if not ink else 1)
        if ink:
            self.round(x, y, r, r * 0.9, (250, 250, 250), depth=0)
            self.round(x, y, r * 0.6, r * 0.75, (10, 10, 10), depth=0, ink=0)
        elif self.level:
            self.round(x, y, r, r * 0.92, iris, depth=0, ink=0)
            self.round(x, y + r * 0.05, r * 0.52, r * 0.72, (18, 14, 18), depth=0, ink=0)
        self.round(x - r * 0.3, y - r * 0.35, r * 0.27, r * 0.27, (255, 255, 255), depth=0, ink=0)

    def fur(self, outline: Outline, flow: Flow, length: float, amount: float = 1.0) -> None:
        """Comb hair over an outline, each hair taking its colour from what lies under it."""
        small = min(1.0, self.size / (0.5 * self.canvas.unit)) ** 2.4
        count = int(self.canvas.detail.strokes * amount * small)
        if not count or self.canvas.hand in ("flat", "neon"):
            return
        spots, local = self._inside(smooth(outline), count)
        if not len(spots):
            return
        angle = flow(local) + self.rng.normal(0, 0.28, len(local))
        reach = length * self.size * self.rng.uniform(0.4, 1.05, len(local))
        turned = self._turn(np.column_stack([np.cos(angle), np.sin(angle)]))
        (left, top), (right, low) = spots.min(0).tolist(), spots.max(0).tolist()
        under = np.asarray(self.canvas.image.crop((left, top, right + 1, low + 1)))
        pixels = under[spots[:, 1] - top, spots[:, 0] - left].astype(np.float32)
        shade = self.rng.normal(1.0, 0.11, (len(spots), 1))
        colours = np.clip(pixels * shade + 3, 0, 255).astype(np.uint8)
        width = 0.0046 * self.size if self.level == 1 else 0.0034 * self.size
        self.canvas.strokes(spots.astype(float), spots + turned * reach[:, None], width, colours)

    def _inside(self, outline: Points, count: int) -> tuple[NDArray[np.int64], Points]:
        """Return about `count` random pixels inside a local outline, and their local points."""
        low, high = outline.min(0), outline.max(0)
        side = 128
        mask = Image.new("L", (side, side), 0)
        flat = ((outline - low) / (high - low) * (side - 1)).tolist()
        ImageDraw.Draw(mask).polygon([(x, y) for x, y in flat], fill=1)
        inside = np.asarray(mask)
        share = max(float(inside.mean()), 0.05)
        cells = self.rng.random((int(count / share), 2))
        grid = (cells * side).astype(np.int64)
        cells = cells[inside[grid[:, 1], grid[:, 0]] > 0]
        local = low + cells * (high - low)
        spots = self.at(local).round().astype(np.int64)
        w, h = self.canvas.w, self.canvas.h
        seen = (spots[:, 0] >= 0) & (spots[:, 0] < w) & (spots[:, 1] >= 0) & (spots[:, 1] < h)
        return spots[seen], local[seen]

    def snowcap(self, path: Outline, thick: float) -> None:
        """Lay snow along an edge, where the weather has any."""
        if self.snowy:
            top = as_points(path)
            under = top[::-1] + np.array([0.0, thick])
            under[::2, 1] += thick * 0.6
            self.shape(np.vstack([top - [0, thick * 0.3], under]), (240, 245, 252), depth=0.3)

    def glass(self, x: float, y: float, w: float, h: float, *, lit: bool = True) -> None:
        """Draw a window, shining when it is dark outside."""
        dark = luma(self.canvas.sun.ambient) < 0.72
        if lit and dark:
            points = self.at([(x, y), (x + w, y), (x + w, y + h), (x, y + h)])
            self.canvas.fill(points, (255, 210, 124), ink=0.6)
            self.canvas.lamp(points, (255, 208, 116))
            self.glow(x + w / 2, y + h / 2, 0.13, (255, 180, 90), 0.35)
        else:
            self.box(x, y, w, h, mix((126, 158, 188), (40, 52, 80), 0.4), ink=0.6)
