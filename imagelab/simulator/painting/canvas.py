"""The canvas: shapes in pixels, drawn as paint, as ink lines, as neon tubes or flat."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from imagelab.simulator.painting.curves import (
    Colour,
    Outline,
    Points,
    as_points,
    blurred,
    luma,
    mix,
    oval,
    times,
    vivid,
)
from imagelab.simulator.painting.surface import (
    INK,
    NIGHT,
    PAPER,
    Light,
    Surface,
    mask_of,
    pairs,
    ribbon,
)

RELIEF = 46
"""Samples across a shaded shape: enough for soft light, few enough for one thread."""


class Canvas(Surface):
    """A surface on which shapes are drawn in the hand that the style asks for."""

    def fill(self, outline: Outline, colour: Colour, *, ink: float = 1.0) -> None:
        """Fill an outline with one colour lit by the ambient light; `ink` scales its contour."""
        points = self._shaky(as_points(outline), ink)
        flat = pairs(points)
        if len(flat) < 3:
            return
        self._plain(flat, self._ground_colour(colour, ink))
        if ink and self.hand in ("ink", "neon"):
            self._contour(points, colour, ink)

    def solid(
        self, outline: Outline, colour: Colour, *, depth: float = 0.6, ink: float = 1.0
    ) -> None:
        """Fill an outline as a rounded body: lit on one side, shaded on the other."""
        points = self._shaky(as_points(outline), ink)
        self.fill(points, colour, ink=0.0 if self.hand in ("paint", "flat") else ink)
        depth *= self.detail.shading
        if self.hand == "neon" or depth <= 0:
            return
        box = self._box(points)
        least = max(8.0, (0.07 if self.detail.level == 0 else 0.016) * self.unit)
        if box is None or min(box[2] - box[0], box[3] - box[1]) < least:
            return
        tone = _relief(points, box, self.sun)
        if self.hand == "ink":
            self._hatch(points, box, tone * depth, colour)
        else:
            self._shade(points, box, tone * depth, times(colour, self.sun.ambient))

    def ramp(self, outline: Outline, top: Colour, bottom: Colour, *, ink: float = 1.0) -> None:
        """Fill an outline with a vertical gradient over its height."""
        points = as_points(outline)
        if self.hand in ("ink", "neon"):
            self.fill(points, mix(top, bottom, 0.4), ink=ink)
            return
        box = self._box(points)
        if box is None:
            return
        top, bottom = (times(c, self.sun.ambient) for c in (top, bottom))
        rows = 3 if self.hand == "flat" else 64
        t = np.linspace(0, 1, rows)[:, None]
        strip = np.array(top) * (1 - t) + np.array(bottom) * t
        paint = Image.fromarray(np.ascontiguousarray(strip[:, None, :].astype(np.uint8)))
        how = Image.Resampling.NEAREST if self.hand == "flat" else Image.Resampling.BILINEAR
        size = (box[2] - box[0], box[3] - box[1])
        self.image.paste(paint.resize((1, size[1]), how).resize(size), box, mask_of(points, box))
        self._covered(pairs(points))

    def line(self, path: Outline, width: float, colour: Colour, *, taper: float = 0.0) -> None:
        """Draw a stroke `width` pixels wide with round ends, thinning by `taper` to its end."""
        points = self._shaky(as_points(path), 1.0)
        if self.hand in ("ink", "neon") and width > 0.02 * self.unit:
            self.fill(ribbon(points, width, taper), colour)
            return
        if self.hand == "ink":
            colour, width = INK, max(1.0, min(width, 0.0035 * self.unit))
        elif self.hand == "neon":
            width = max(1.0, min(width, 0.006 * self.unit))
            colour = self._tube(colour, min(1.0, 0.25 + width / (0.005 * self.unit)))
        else:
            colour = times(colour, self.sun.ambient)
        if taper or width > 9:
            self._plain(pairs(ribbon(points, width, taper)), colour, tube=True)
            if not taper:
                for x, y in (points[0], points[-1]):
                    self._plain(pairs(oval(x, y, width / 2, width / 2, n=14)), colour, tube=True)
        else:
            self._thin(pairs(points), colour, max(1, round(width)))

    def dots(
        self, spots: Points, radii: NDArray[np.float64], colour: Colour, *, lit: bool = True
    ) -> None:
        """Draw round dots; `lit=False` leaves their colour untouched by the ambient light."""
        if self.hand == "ink":
            colour = PAPER if luma(colour) > 0.8 else INK
        elif lit:
            colour = times(colour, self.sun.ambient)
        draw = self._draw
        for (x, y), r in zip(spots.tolist(), radii.tolist(), strict=True):
            box = (x - r, y - r, x + r, y + r)
            draw.ellipse(box, fill=colour, outline=INK if self.hand == "ink" and r > 2 else None)
            if self._tubes:
                self._tubes.ellipse(box, fill=colour)
            if self._cover:
                self._cover.ellipse(box, fill=255)

    def strokes(
        self, starts: Points, ends: Points, width: float, colours: NDArray[np.uint8]
    ) -> None:
        """Draw many short straight strokes, one colour each (fur, grass, rain)."""
        ink = self.hand == "ink"
        every = 5 if ink else 1
        if self.hand == "neon":
            colours = (colours * np.float32(0.42)).astype(np.uint8)
        thin = 1 if ink else max(1, round(width))
        rows = np.hstack([starts, ends])[::every].tolist()
        for (x0, y0, x1, y1), colour in zip(rows, colours[::every].tolist(), strict=True):
            self._thin([(x0, y0), (x1, y1)], INK if ink else tuple(colour), thin)

    def veil(self, outline: Outline, depth: float) -> None:
        """Round off what is painted inside an outline: shade its dark side, light the other."""
        points = as_points(outline)
        box = self._box(points)
        if box is None or self.hand not in ("paint", "flat"):
            return
        tone = _relief(points, box, self.sun) * depth * self.detail.shading
        inside = mask_of(points, box)
        size = inside.size
        for part, colour in ((-tone, self.sun.shade), (tone, self.sun.key)):
            soft = Image.fromarray((np.clip(part, 0, 0.8) * 255).astype(np.uint8)).resize(size)
            self.image.paste(colour, box, ImageChops.multiply(soft, inside))

    def mist(self, path: Points, width: float, colour: Colour, strength: float) -> None:
        """Draw a soft, half transparent stroke, as of steam."""
        reach = np.array([width, width])
        box = self._box(np.vstack([path.min(0) - reach, path.max(0) + reach]))
        if box is None or self.hand == "flat":
            return
        if self.hand != "paint":
            self.line(path, 0.004 * self.unit, colour)
            return
        size = (max(4, (box[2] - box[0]) // 4), max(4, (box[3] - box[1]) // 4))
        mask = Image.new("L", size, 0)
        flat = pairs((path - np.array(box[:2])) / 4)
        ImageDraw.Draw(mask).line(flat, fill=round(255 * strength), width=max(1, round(width / 8)))
        self.wash(mask.filter(ImageFilter.GaussianBlur(width / 16)), colour, box)

    def glass(self, outline: Outline, top: Colour, bottom: Colour) -> None:
        """Fill an outline with a gradient of daylight, unlit by the ambient light."""
        if self.hand in ("paint", "flat"):
            was, self.sun = self.sun, Light()
            self.ramp(outline, top, bottom)
            self.sun = was

    def _shaky(self, points: Points, ink: float) -> Points:
        amount = self.detail.wobble * self.unit
        if self.hand == "ink" and ink:
            amount = max(amount, 0.0022 * self.unit)
        if amount <= 0 or len(points) < 3:
            return points
        knots = self._rng.uniform(-amount, amount, (max(4, len(points) // 4), 2))
        at = np.linspace(0, len(knots) - 1, len(points))
        where = np.arange(len(knots))
        shift = np.column_stack([np.interp(at, where, knots[:, i]) for i in (0, 1)])
        span = np.ptp(points, axis=0).min() / (0.2 * self.unit)
        shaken: Points = points + shift * min(1.0, 0.25 + float(span))
        return shaken

    def _ground_colour(self, colour: Colour, ink: float) -> Colour:
        if self.hand == "ink":
            dark = luma(colour) < 0.24 or not ink
            return mix(PAPER, INK, 0.85) if dark and luma(colour) < 0.4 else PAPER
        if self.hand == "neon":
            return mix(NIGHT, colour, 0.13) if ink else vivid(colour)
        return times(colour, self.sun.ambient)

    def _contour(self, points: Points, colour: Colour, ink: float) -> None:
        loop = pairs(np.vstack([points, points[:2]]))
        if self.hand == "ink":
            width = (0.0034, 0.003, 0.0028)[min(2, self.detail.level)] * ink * self.unit
            width *= 0.4 + 0.6 * self.near
            self._thin(loop, INK, max(1, round(width)))
            if self.detail.level >= 2 and ink >= 0.8:  # the hand goes over its line again
                self._thin(pairs(self._shaky(points, ink)), INK, max(1, round(width * 0.5)))
        else:
            width = 0.0056 * min(ink, 1.2) * (0.45 + 0.55 * self.near) * self.unit
            self._thin(loop, self._tube(colour, min(1.0, 0.2 + ink)), max(1, round(width)))

    def _tube(self, colour: Colour, strength: float) -> Colour:
        """Return a colour as a neon tube shows it, dimmer behind the subject."""
        return mix(NIGHT, vivid(colour), strength * (0.3 + 0.7 * self.near))

    def _shade(
        self,
        points: Points,
        box: tuple[int, int, int, int],
        tone: NDArray[np.float32],
        colour: Colour,
    ) -> None:
        if self.hand == "flat":
            tone = np.where(tone < -0.16, np.float32(-0.42), np.float32(0))
        up, down = np.clip(tone, 0, 1)[..., None], np.clip(-tone, 0, 1)[..., None]
        base = np.array(colour, np.float32)
        key = np.array(mix(self.sun.key, times(colour, self.sun.key), 0.35), np.float32)
        dark = np.array(mix(times(colour, self.sun.shade), self.sun.shade, 0.18), np.float32)
        small = base * (1 - up - down) + key * up + dark * down
        size = (box[2] - box[0], box[3] - box[1])
        paint = Image.fromarray(np.clip(small, 0, 255).astype(np.uint8))
        how = Image.Resampling.BICUBIC if self.detail.level else Image.Resampling.BILINEAR
        self.image.paste(paint.resize(size, how), box, mask_of(points, box))

    def _hatch(
        self,
        points: Points,
        box: tuple[int, int, int, int],
        tone: NDArray[np.float32],
        colour: Colour,
    ) -> None:
        size = (box[2] - box[0], box[3] - box[1])
        inside = mask_of(points, box)
        dark = np.clip((0.62 - luma(colour)) * 0.5 - tone * 0.95, 0, 1)
        gap = (0.022, 0.013, 0.0095, 0.0085, 0.0075)[self.detail.level] * self.unit
        for level, slant in ((0.12, 1), (0.34, -1))[: 1 + (self.detail.level > 0)]:
            where = Image.fromarray(((dark > level) * 255).astype(np.uint8))
            where = ImageChops.multiply(where.resize(size, Image.Resampling.BILINEAR), inside)
            where = where.point(lambda v: 255 if v > 127 else 0)
            lines = Image.new("L", size, 0)
            pen = ImageDraw.Draw(lines)
            for x in np.arange(-size[1], size[0] + size[1], gap):
                ends = [(x, 0), (x + slant * size[1], size[1])]
                pen.line(ends, fill=190, width=max(1, round(0.0014 * self.unit)))
            self.image.paste(INK, box, ImageChops.multiply(where, lines))


def _relief(points: Points, box: tuple[int, int, int, int], sun: Light) -> NDArray[np.float32]:
    """Return the shading of a pillow over the outline, -1 dark to 1 lit, at a small size."""
    w, h = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, RELIEF / max(w, h))
    size = (max(3, round(w * scale)), max(3, round(h * scale)))
    pad = max(3, round(0.16 * min(size)))
    fine = Image.new("L", ((size[0] + 2 * pad) * 3, (size[1] + 2 * pad) * 3), 0)
    local = ((points - np.array(box[:2])) * scale + pad) * 3
    ImageDraw.Draw(fine).polygon(pairs(local), fill=255)
    bare = np.asarray(fine.reduce(3), np.float32) / np.float32(255)
    tone = np.zeros((size[1], size[0]), np.float32)
    for radius, weight in ((0.2, 1.0), (0.06, 0.4)):
        reach = max(1.0, radius * math.sqrt(size[0] * size[1]))
        soft = blurred(bare, reach)
        slope = np.gradient(soft, axis=1) * sun.x + np.gradient(soft, axis=0) * sun.y
        lit = slope * -2.2 * reach
        tone += weight * lit[pad:-pad, pad:-pad]
    return np.clip(tone, -0.85, 0.75)
