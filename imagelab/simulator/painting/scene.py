"""A scene: canvas, air and chance, shared by all that paint a place."""

from __future__ import annotations

import numpy as np
from PIL import Image

from imagelab.simulator.painting.air import Air, air_of, light_of, paint_sky
from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.curves import Colour, light, mix, noise, ridge, times
from imagelab.simulator.painting.words import Idea

HORIZONS: dict[str, float] = {
    "forest": 0.66, "meadow": 0.62, "hills": 0.64, "mountains": 0.7, "desert": 0.64,
    "beach": 0.56, "coast": 0.66, "sea": 0.6, "lake": 0.58, "city": 0.76, "space": 1.0,
    "underwater": 1.0, "table": 0.68, "studio": 0.74, "moon": 0.8,
}  # fmt: skip


class Scene:
    """Everything a place needs to paint itself; chance comes by name, so tiers agree."""

    def __init__(self, canvas: Canvas, idea: Idea, place: str, take: int) -> None:
        self.canvas, self.idea, self.place, self.take = canvas, idea, place, take
        self.w, self.h, self.unit = canvas.w, canvas.h, canvas.unit
        self.level, self.density = canvas.detail.level, canvas.detail.density
        chance = self.rng("air")
        self.air: Air = air_of(idea, place, chance)
        side = chance.uniform(0.12, 0.34)
        self.sun_x = float(side if chance.random() < 0.5 else 1 - side)
        canvas.sun = light_of(self.air, self.sun_x)
        self.line = HORIZONS[place] + float(chance.uniform(-0.025, 0.025)) * (
            place not in ("space", "underwater")
        )
        self.horizon = self.line * self.h
        self.snow = "snow" in idea.weather and place not in ("space", "underwater", "table")
        self.autumn = "autumn" in idea.weather

    def rng(self, name: str) -> np.random.Generator:
        """Return fresh chance for one named part of the picture; the same in every tier."""
        return np.random.default_rng(self.idea.seed(self.take, name))

    def count(self, full: int) -> int:
        """Return how many of `full` things this tier paints; one at least."""
        return max(1, round(full * self.density))

    def far(self, colour: Colour, distance: float) -> Colour:
        """Return a colour seen through `distance` (0..1) of air."""
        hazy = 1.35 if self.idea.weather & {"fog", "rain"} else 1.0
        air = self.air.low if self.canvas.hand != "ink" else (250, 247, 238)
        return mix(colour, _unlit(air, self.canvas.sun.ambient), min(0.94, distance * hazy))

    def tint(self, name: str, usual: Colour) -> Colour:
        """Return the colour the prompt gave to a part of the place, else the usual one."""
        return self.idea.tints.get(name, usual)

    def sky(self) -> None:
        """Paint the sky down to the horizon."""
        amount = 0.62 if "sunny" not in self.idea.weather else 0.2
        if self.idea.weather & {"clouds", "storm", "rain"}:
            amount = 1.25
        paint_sky(self.canvas, self.air, min(1.0, self.line + 0.02), self.sun_x, self.rng("sky"),
                  amount)  # fmt: skip

    def ground(self, top: float, near: Colour, far: Colour, *, bumps: float = 0.012) -> None:
        """Paint the ground from `top` (pixels) to the lower edge, softly rolling."""
        xs = np.linspace(-4, self.w + 4, 60)
        rolling = ridge(self.rng("ground"), 60, 0.3, 3) * bumps * self.h
        outline = [*zip(xs, top - rolling, strict=True), (self.w + 4, self.h + 4), (-4, self.h + 4)]
        self.canvas.ramp(outline, far, near)

    def dapple(self, top: float, colour: Colour, strength: float = 0.5, cells: int = 5) -> None:
        """Lay drifting patches of light or shade over the ground."""
        if self.canvas.hand in ("flat", "neon", "ink") or self.level == 0:
            return
        field = noise(self.rng("dapple"), (160, 120), cells, 4)[::3]
        mask = np.clip((field - 0.45) * 3, 0, 1) * 255 * strength
        mask *= np.linspace(0.2, 1, mask.shape[0])[:, None]
        box = (0, round(top), self.w, self.h)
        self.canvas.wash(Image.fromarray(mask.astype(np.uint8)), times(colour,
            self.canvas.sun.ambient), box)  # fmt: skip

    def haze(self, top: float, bottom: float, strength: float,
        colour: Colour | None = None) -> None:  # fmt: skip
        """Lay a band of mist between two heights in pixels."""
        if self.canvas.cover is not None:
            return
        y = np.linspace(0, np.pi, 40)
        band = np.sin(y)[:, None] ** 1.3 * 255 * strength
        if self.level:
            band = band * (0.55 + 0.75 * noise(self.rng("haze"), (60, 40), 3, 3))
        mask = Image.fromarray(np.clip(band, 0, 255).astype(np.uint8))
        box = (0, round(top), self.w, round(bottom))
        self.canvas.wash(mask, colour or light(self.air.low, 0.15), box)


def _unlit(colour: Colour, ambient: Colour) -> Colour:
    """Undo the ambient light on a colour that the canvas is going to light again."""
    r, g, b = (min(255, v * 255 // max(a, 60)) for v, a in zip(colour, ambient, strict=True))
    return (r, g, b)
