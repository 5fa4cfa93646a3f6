"""For words the painter has no picture of: a sculpture of nested shapes, grown from the word."""

from __future__ import annotations

import numpy as np

from imagelab.simulator.painting.curves import Colour, Points, light, mix, oval, smooth
from imagelab.simulator.painting.pen import Pen

PALETTES: list[tuple[Colour, Colour, Colour]] = [
    ((220, 92, 74), (246, 198, 112), (54, 82, 120)),
    ((46, 128, 134), (240, 180, 96), (214, 92, 92)),
    ((98, 84, 168), (242, 158, 150), (250, 214, 140)),
    ((38, 92, 140), (126, 196, 190), (244, 206, 130)),
    ((176, 70, 108), (250, 190, 152), (70, 66, 122)),
    ((70, 132, 96), (236, 214, 150), (206, 104, 70)),
]


def draw(pen: Pen) -> None:
    """Draw the emblem: a plinth, and on it rings, petals or facets round a bright core."""
    rng = pen.rng
    one, two, three = PALETTES[int(rng.integers(len(PALETTES)))]
    if pen.colour:
        one, two, three = pen.colour, light(pen.colour, 0.5), light(pen.colour, -0.4)
    sides = int(rng.choice([3, 4, 5, 6, 8, 40]))
    petals = int(rng.integers(5, 10))
    _plinth(pen, three)
    rings = 3 + min(pen.level, 3)
    for n in range(rings):
        size = 0.4 * (1 - n / (rings + 0.4))
        colour = mix((one, two, three)[n % 3], (255, 255, 255), 0.05 * n)
        turn = float(rng.uniform(0, 0.5)) + n * np.pi / max(sides, 4)
        pen.shape(_ring(sides, size, turn), colour, depth=0.9, straight=sides > 4)
        if n == 0 and pen.level:
            _petals(pen, petals, light(two, 0.1), light(one, -0.12))
    pen.round(0, -0.56, 0.05, 0.05, light(two, 0.6), depth=0.8)
    pen.glow(0, -0.56, 0.12, light(two, 0.4), 0.3)
    _satellites(pen, [one, two, three])


def _ring(sides: int, size: float, turn: float) -> Points:
    return oval(0, -0.56, size, size, turn, n=sides)


def _petals(pen: Pen, petals: int, colour: Colour, shade: Colour) -> None:
    for n in range(petals):
        turn = 2 * np.pi * n / petals
        leaf = smooth([(0.06, 0), (0.16, -0.07), (0.335, 0), (0.335, 0), (0.16, 0.07)])
        c, s = np.cos(turn), np.sin(turn)
        turned = leaf @ np.array([[c, s], [-s, c]]) + [0, -0.56]
        pen.shape(turned, colour if n % 2 else mix(colour, shade, 0.35), depth=0.7, straight=True)


def _plinth(pen: Pen, colour: Colour) -> None:
    stone = mix(colour, (206, 198, 190), 0.55)
    pen.box(-0.03, -0.24, 0.06, 0.2, light(stone, -0.25), depth=0.6)
    pen.box(-0.2, -0.06, 0.4, 0.06, stone, depth=0.5)
    pen.box(-0.15, -0.1, 0.3, 0.045, light(stone, 0.12), depth=0.5)


def _satellites(pen: Pen, colours: list[Colour]) -> None:
    count = (2, 5, 9, 12, 15)[pen.level]
    for n in range(count):
        turn, far = pen.rng.uniform(0, 6.28), pen.rng.uniform(0.44, 0.56)
        r = float(pen.rng.uniform(0.012, 0.034))
        x, y = float(np.cos(turn) * far), float(np.sin(turn) * far * 0.9) - 0.56
        if y < -0.1:
            pen.round(x, y, r, r, colours[n % 3], depth=0.8)
