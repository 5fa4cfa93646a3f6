"""The surface: the picture being painted, and the soft lights and washes laid on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from imagelab.simulator.painting.curves import Colour, Outline, Points, as_points, mix, times

Hand = Literal["paint", "flat", "ink", "neon"]
PAPER: Colour = (250, 247, 238)
INK: Colour = (38, 36, 44)
NIGHT: Colour = (13, 9, 28)


@dataclass(frozen=True)
class Detail:
    """What a tier buys: resolution, number of things, depth of shading, fineness of strokes."""

    level: int
    resolution: float
    oversample: float
    density: float
    shading: float
    wobble: float
    strokes: int


TIERS: dict[str, Detail] = {
    "low": Detail(0, 0.28, 2.0, 0.2, 0.42, 0.011, 0),
    "medium": Detail(1, 0.48, 1.8, 0.46, 0.75, 0.003, 700),
    "high": Detail(2, 1.0, 1.5, 1.0, 1.0, 0.0, 2800),
    "xhigh": Detail(3, 1.0, 1.6, 1.3, 1.05, 0.0, 4600),
    "max": Detail(4, 1.0, 1.8, 1.6, 1.1, 0.0, 7000),
}


@dataclass(frozen=True)
class Light:
    """Where the light comes from and what colour lit and shaded sides take."""

    x: float = -0.6
    y: float = -0.8
    key: Colour = (255, 250, 235)
    shade: Colour = (52, 50, 92)
    ambient: Colour = (255, 255, 255)


class Surface:
    """A picture under the brush, `unit` working pixels along its shorter side."""

    def __init__(self, size: tuple[int, int], detail: Detail, hand: Hand, *, cut: bool) -> None:
        self.w, self.h = size
        self.unit = min(size)
        self.detail = detail
        self.hand = hand
        self.sun = Light()
        self.near = 0.5  # how strong lines are: the place stays behind the subject
        base = {"ink": PAPER, "neon": NIGHT}.get(hand, (128, 128, 128))
        self.image = Image.new("RGB", size, base)
        self.cover = Image.new("L", size, 0) if cut else None
        self.tubes = Image.new("RGB", size) if hand == "neon" else None
        self.glows: list[tuple[float, float, float, Colour, float]] = []
        self._rng = np.random.default_rng(7)
        self._draw = ImageDraw.Draw(self.image)
        self._cover = ImageDraw.Draw(self.cover) if self.cover else None
        self._tubes = ImageDraw.Draw(self.tubes) if self.tubes else None

    def wash(self, mask: Image.Image, colour: Colour, box: tuple[int, int, int, int]) -> None:
        """Lay a colour through a soft mask (any size, stretched over `box`)."""
        if self.hand == "ink":
            return
        size = (max(1, box[2] - box[0]), max(1, box[3] - box[1]))
        if self.hand == "neon":
            mask = mask.point(lambda v: v // 4)
            colour = mix(NIGHT, colour, 0.5)
        self.image.paste(colour, box, mask.resize(size, Image.Resampling.BILINEAR))

    def shadow(self, x: float, y: float, rx: float, ry: float, strength: float = 0.5) -> None:
        """Lay a soft shadow on the ground."""
        if self.cover is not None:
            return
        small = Image.new("L", (64, 32), 0)
        ImageDraw.Draw(small).ellipse((10, 7, 53, 24), fill=round(255 * strength))
        box = (round(x - rx * 1.5), round(y - ry * 1.9), round(x + rx * 1.5), round(y + ry * 1.9))
        self.wash(small.filter(ImageFilter.GaussianBlur(4)), times(self.sun.shade, (120,) * 3), box)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Remember a light that the finished picture blooms with."""
        if self.hand in ("paint", "neon") and self.cover is None:
            self.glows.append((x / self.w, y / self.h, radius / self.unit, colour, strength))

    def lamp(self, outline: Outline, colour: Colour) -> None:
        """Fill an outline that shines by itself: the ambient light does not darken it."""
        if self.hand in ("paint", "flat"):
            self._plain(pairs(as_points(outline)), colour)

    def beam(self, outline: Outline, colour: Colour, strength: float) -> None:
        """Lay a beam of light that fades from the outline's first point on."""
        points = as_points(outline)
        box = self._box(points)
        if box is None or self.hand == "ink" or self.cover is not None:
            return
        size = (max(1, (box[2] - box[0]) // 4), max(1, (box[3] - box[1]) // 4))
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon(pairs((points - np.array(box[:2])) / 4), fill=255)
        soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(max(1, size[1] / 14))), np.float32)
        x, reach = np.arange(size[0]) * 4 + box[0], float(np.ptp(points[:, 0]))
        soft = soft * np.clip(1 - abs(x - points[0, 0]) / reach, 0, 1)[None] ** 1.4 * strength
        self.wash(Image.fromarray(soft.astype(np.uint8)), colour, box)

    def shaft(self, outline: Outline, colour: Colour, strength: float) -> None:
        """Lay a shaft of light that widens and fades downwards."""
        points = as_points(outline)
        box = self._box(points)
        if box is None or self.hand in ("ink", "flat") or self.detail.level == 0:
            return
        size = (max(2, (box[2] - box[0]) // 6), max(2, (box[3] - box[1]) // 6))
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon(pairs((points - np.array(box[:2])) / 6), fill=255)
        soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(max(1, size[0] / 14))), np.float32)
        soft = soft * np.linspace(1, 0, size[1], dtype=np.float32)[:, None] * strength
        self.wash(Image.fromarray(soft.astype(np.uint8)), colour, box)

    def soft(self, outline: Outline, colour: Colour, strength: float) -> None:
        """Fill an outline with a half transparent, soft-edged colour."""
        points = as_points(outline)
        box = self._box(points)
        if box is None or self.hand == "ink":
            return
        mask = mask_of(points, box).filter(ImageFilter.BoxBlur(2))
        self.wash(mask.point(lambda v: round(v * strength)), colour, box)

    def puff(
        self,
        x: float,
        y: float,
        radius: float,
        colour: Colour,
        strength: float,
        *,
        lit: bool = True,
    ) -> None:
        """Lay a round soft spot; `lit=False` leaves its colour untouched by the ambient light."""
        colour = times(colour, self.sun.ambient) if lit else colour
        box = (round(x - radius), round(y - radius), round(x + radius), round(y + radius))
        if self.hand == "flat" or box[2] - box[0] < 2:
            return
        self.wash(_PUFF.point(lambda v: round(v * strength)), colour, box)

    def spark(self, path: Points, width: float, colour: Colour) -> None:
        """Draw a line that shines by itself, thinning to its end."""
        self._plain(pairs(ribbon(path, width, 0.8)), colour, tube=True)

    def blur(self, radius: float) -> None:
        """Throw all that is painted so far out of focus."""
        small = self.image.reduce(4) if min(self.w, self.h) > 512 else self.image
        soft = small.filter(ImageFilter.GaussianBlur(radius * self.unit * small.width / self.w))
        self.image.paste(soft.resize(self.image.size, Image.Resampling.BILINEAR))

    def _plain(
        self, flat: list[tuple[float, float]], colour: Colour, *, tube: bool = False
    ) -> None:
        self._draw.polygon(flat, fill=colour)
        self._covered(flat)
        if self._tubes:
            self._tubes.polygon(flat, fill=colour if tube else (0, 0, 0))

    def _covered(self, flat: list[tuple[float, float]]) -> None:
        if self._cover:
            self._cover.polygon(flat, fill=255)

    def _thin(self, flat: list[tuple[float, float]], colour: Colour, width: int) -> None:
        self._draw.line(flat, fill=colour, width=width, joint="curve" if width > 3 else None)
        if self._tubes:
            self._tubes.line(flat, fill=colour, width=width)
        if self._cover:
            self._cover.line(flat, fill=255, width=width)

    def _box(self, points: Points) -> tuple[int, int, int, int] | None:
        x0, y0 = np.floor(points.min(0))
        x1, y1 = np.ceil(points.max(0)) + 1
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, self.w), min(y1, self.h)
        return (int(x0), int(y0), int(x1), int(y1)) if x1 - x0 >= 2 and y1 - y0 >= 2 else None


def _puff() -> Image.Image:
    disc = Image.new("L", (32, 32), 0)
    ImageDraw.Draw(disc).ellipse((7, 7, 24, 24), fill=255)
    return disc.filter(ImageFilter.GaussianBlur(3))


_PUFF = _puff()


def pairs(points: Points) -> list[tuple[float, float]]:
    """Return points as ImageDraw takes them."""
    return [(x, y) for x, y in points.tolist()]


def mask_of(points: Points, box: tuple[int, int, int, int]) -> Image.Image:
    """Return the part of `box` that lies inside an outline, as a mask."""
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
    ImageDraw.Draw(mask).polygon(pairs(points - np.array(box[:2])), fill=255)
    return mask


def ribbon(points: Points, width: float, taper: float) -> Points:
    """Return the outline of a stroke along the points."""
    step = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)
    across = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None]
    half = width / 2 * np.linspace(1, 1 - taper, len(points))[:, None]
    return np.vstack([points + across * half, (points - across * half)[::-1]])
