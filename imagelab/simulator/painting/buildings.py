"""Houses and towers: house, castle, lighthouse, windmill, bridge."""

from __future__ import annotations

import numpy as np

from imagelab.simulator.painting.curves import Colour, blob, light, luma, mix
from imagelab.simulator.painting.pen import Pen

STONE: Colour = (176, 166, 160)


def _dark_outside(pen: Pen) -> bool:
    return luma(pen.canvas.sun.ambient) < 0.8


def _courses(pen: Pen, x: float, y: float, w: float, h: float, colour: Colour, rows: int) -> None:
    """Draw scattered bricks or boards on a wall."""
    count = (0, rows * 2, rows * 5, rows * 7, rows * 9)[pen.level]
    for _ in range(count):
        bx = x + w * float(pen.rng.uniform(0.03, 0.85))
        by = y + h * (int(pen.rng.integers(rows)) + 0.5) / rows
        shade = light(colour, float(pen.rng.uniform(-0.2, 0.1)))
        pen.line([(bx, by), (bx + w * 0.1, by)], 0.007, shade, straight=True)


def lighthouse(pen: Pen) -> None:
    """Draw a banded lighthouse on a rock, its lamp lit."""
    band = pen.hue((206, 58, 50))
    rock = blob(pen.rng, 0, 0.02, 0.4, 0.11, 0.18)
    pen.shape(rock, (104, 98, 104), depth=1.0, straight=True)
    pen.box(0.13, -0.17, 0.2, 0.15, (236, 230, 220), depth=0.4)
    pen.shape([(0.11, -0.165), (0.35, -0.165), (0.3, -0.25), (0.17, -0.25)], light(band, -0.2),
        depth=0.4, straight=True)  # fmt: skip
    pen.glass(0.19, -0.12, 0.05, 0.06)
    tower = [(-0.125, -0.03), (0.125, -0.03), (0.075, -0.76), (-0.075, -0.76)]
    pen.shape(tower, (244, 240, 232), depth=1.0, straight=True)
    for n in range(3):
        low, high = -0.1 - n * 0.235, -0.215 - n * 0.235
        a, b = (0.125 - 0.05 * (-y - 0.03) / 0.73 for y in (low, high))
        pen.shape(
            [(-a, low), (a, low), (b, high), (-b, high)], band, depth=1.0, ink=0.7, straight=True
        )
    for y in (-0.28, -0.5, -0.66):
        pen.glass(-0.018, y, 0.036, 0.06)
    _courses(pen, -0.1, -0.7, 0.2, 0.66, (220, 210, 204), 10)
    pen.shape([(-0.11, -0.75), (0.11, -0.75), (0.11, -0.785), (-0.11, -0.785)], (58, 56, 66),
        depth=0.5, straight=True)  # fmt: skip
    for x in np.linspace(-0.105, 0.105, (4, 7, 9, 9, 9)[pen.level]).tolist():
        pen.line([(x, -0.785), (x, -0.835)], 0.007, (58, 56, 66), straight=True)
    pen.line([(-0.11, -0.835), (0.11, -0.835)], 0.009, (58, 56, 66), straight=True)
    _lantern(pen)
    pen.shape([(-0.09, -0.895), (0.09, -0.895), (0.03, -0.97), (0.0, -1.0), (-0.03, -0.97)],
        light(band, -0.15), depth=0.7, straight=True)  # fmt: skip


def _lantern(pen: Pen) -> None:
    lamp: Colour = (255, 224, 140)
    pen.box(-0.06, -0.89, 0.12, 0.105, lamp, ink=0.7)
    canvas = pen.canvas
    if canvas.hand in ("paint", "flat"):
        corners = pen.at([(-0.06, -0.89), (0.06, -0.89), (0.06, -0.785), (-0.06, -0.785)])
        canvas.lamp(corners, lamp)
    for x in (-0.02, 0.02):
        pen.line([(x, -0.89), (x, -0.785)], 0.006, (58, 56, 66), straight=True)
    pen.glow(0, -0.84, 0.16, (255, 214, 130), 0.8)
    if _dark_outside(pen):
        for side in (-1, 1):
            canvas.beam(pen.at([(0, -0.84), (side * 1.6, -1.06), (side * 1.6, -0.74)]),
                (255, 226, 160), 0.5)  # fmt: skip


def house(pen: Pen) -> None:
    """Draw a cottage with a chimney that smokes."""
    wall = pen.hue((236, 222, 198))
    roof: Colour = (164, 74, 60) if pen.colour is None or luma(wall) > 0.5 else (84, 74, 84)
    pen.box(0.16, -0.98, 0.09, 0.3, (150, 92, 78), depth=0.5)
    _smoke(pen, 0.205, -1.0)
    pen.box(-0.38, -0.5, 0.76, 0.5, wall, depth=0.5)
    _courses(pen, -0.36, -0.48, 0.72, 0.46, light(wall, -0.15), 9)
    pen.shape(
        [(-0.46, -0.47), (0.46, -0.47), (0.3, -0.86), (-0.3, -0.86)], roof, depth=0.7, straight=True
    )
    rows = (2, 5, 8, 9, 10)[pen.level]
    for n in range(rows):
        y = -0.49 - 0.34 * n / rows
        half = 0.44 - 0.15 * n / rows
        pen.line([(-half, y), (half, y)], 0.008, light(roof, -0.25), straight=True)
    pen.shape([(-0.09, -0.0), (-0.09, -0.24), (0, -0.3), (0.09, -0.24), (0.09, 0)], (112, 72, 50),
        depth=0.5, straight=True)  # fmt: skip
    pen.round(0.06, -0.12, 0.012, 0.012, (236, 200, 110), depth=0.3)
    for x in (-0.31, 0.17):
        pen.box(x - 0.015, -0.365, 0.17, 0.17, light(wall, 0.3))
        pen.glass(x, -0.35, 0.14, 0.14)
        pen.line([(x + 0.07, -0.35), (x + 0.07, -0.21)], 0.01, light(wall, 0.3), straight=True)
        pen.line([(x, -0.28), (x + 0.14, -0.28)], 0.01, light(wall, 0.3), straight=True)
    if pen.snowy:
        pen.shape([(-0.48, -0.49), (-0.3, -0.9), (0.3, -0.9), (0.48, -0.49), (0.36, -0.56),
            (0.2, -0.5), (0.05, -0.57), (-0.12, -0.51), (-0.3, -0.57)], (242, 246, 252),
            depth=0.5)  # fmt: skip
        pen.box(0.15, -1.01, 0.11, 0.04, (242, 246, 252))


def _smoke(pen: Pen, x: float, y: float) -> None:
    if pen.canvas.cover is not None:
        return
    for n in range((2, 4, 6, 7, 8)[pen.level]):
        r = 0.03 + 0.012 * n
        pen.round(x + 0.02 * n + 0.02 * np.sin(n * 2.0), y - 0.05 * n, r, r * 0.8,
            (226, 226, 230), depth=0.4, ink=0.5)  # fmt: skip


def castle(pen: Pen) -> None:
    """Draw a castle with pointed towers and flags."""
    wall = pen.hue(STONE)
    roof: Colour = (74, 92, 150) if pen.colour is None else light(wall, -0.55)
    for x, w, tall in ((-0.14, 0.13, 0.86), (0.15, 0.14, 0.94), (0.0, 0.17, 0.76)):
        _tower(pen, x, w, tall, light(wall, -0.12), roof)
    pen.box(-0.42, -0.36, 0.84, 0.36, wall, depth=0.4)
    _merlons(pen, -0.42, -0.36, 0.84, 11, wall)
    _courses(pen, -0.4, -0.34, 0.8, 0.32, light(wall, -0.16), 8)
    for x in (-0.42, 0.42):
        _tower(pen, x, 0.18, 0.6, wall, roof)
    pen.shape([(-0.09, 0), (-0.09, -0.17), (-0.05, -0.235), (0, -0.255), (0.05, -0.235),
        (0.09, -0.17), (0.09, 0)], (62, 46, 44), depth=0.4, straight=True)  # fmt: skip
    for x in (-0.045, 0.0, 0.045):
        pen.line([(x, -0.22), (x, 0)], 0.007, (104, 80, 64), straight=True)
    for x in (-0.24, -0.16, 0.16, 0.24):
        pen.glass(x - 0.015, -0.25, 0.03, 0.075)


def _merlons(pen: Pen, x: float, y: float, w: float, count: int, colour: Colour) -> None:
    step = w / (2 * count - 1)
    for n in range(count):
        pen.box(x + 2 * n * step, y - 0.04, step, 0.045, colour, ink=0.6)


def _tower(pen: Pen, x: float, w: float, tall: float, wall: Colour, roof: Colour) -> None:
    top = -tall * 0.72
    pen.box(x - w / 2, top, w, -top, wall, depth=1.0)
    _courses(pen, x - w / 2, top, w, -top, light(wall, -0.16), 12)
    pen.box(x - w * 0.6, top - 0.03, w * 1.2, 0.05, light(wall, 0.06), depth=0.4)
    pen.shape([(x - w * 0.64, top - 0.03), (x + w * 0.64, top - 0.03), (x, -tall - 0.06)], roof,
        depth=0.9, straight=True)  # fmt: skip
    if pen.snowy:
        pen.shape([(x - w * 0.4, top - 0.12), (x - w * 0.1, top - 0.1), (x + w * 0.3, top - 0.14),
            (x, -tall - 0.06)], (242, 246, 252), depth=0.3, straight=True)  # fmt: skip
    pen.line([(x, -tall - 0.05), (x, -tall - 0.14)], 0.008, (70, 60, 60), straight=True)
    pen.shape([(x, -tall - 0.14), (x + 0.09, -tall - 0.125), (x + 0.06, -tall - 0.11), (x + 0.09,
        -tall - 0.09), (x, -tall - 0.09)], (206, 64, 56), depth=0.3, straight=True)  # fmt: skip
    pen.glass(x - 0.018, top + 0.08, 0.036, 0.075)
    if tall < 0.8:
        pen.glass(x - 0.018, top + 0.24, 0.036, 0.07)


def windmill(pen: Pen) -> None:
    """Draw a windmill with four sails."""
    body = pen.hue((232, 220, 200))
    pen.shape([(-0.2, 0), (0.2, 0), (0.125, -0.6), (-0.125, -0.6)], body, depth=1.0, straight=True)
    _courses(pen, -0.15, -0.56, 0.3, 0.54, light(body, -0.14), 12)
    pen.shape([(-0.15, -0.59), (0.15, -0.59), (0.11, -0.7), (0, -0.75), (-0.11, -0.7)],
        (128, 74, 58), depth=0.8)  # fmt: skip
    pen.box(-0.055, -0.16, 0.11, 0.16, (104, 70, 52), depth=0.4)
    for y in (-0.3, -0.46):
        pen.glass(-0.028, y, 0.056, 0.07)
    turn = float(pen.rng.uniform(0.2, 1.2))
    for n in range(4):
        sail = pen.turned(turn + n * np.pi / 2, (0, -0.62))
        sail.line([(0, -0.62), (0, -1.06)], 0.018, (92, 66, 52), straight=True)
        sail.shape([(0.012, -0.72), (0.12, -0.73), (0.12, -1.05), (0.012, -1.05)],
            (248, 240, 224), depth=0.4, straight=True)  # fmt: skip
        for y in np.linspace(-0.78, -1.0, (1, 4, 6, 7, 7)[pen.level]).tolist():
            sail.line([(0.012, y), (0.12, y)], 0.007, (150, 116, 88), straight=True)
    pen.round(0, -0.62, 0.03, 0.03, (80, 58, 48), depth=0.6)


def bridge(pen: Pen) -> None:
    """Draw a suspension bridge over the whole width."""
    steel = pen.hue((192, 78, 58))
    dark = light(steel, -0.3)
    for x in (-0.75, 0.75):
        for shift, colour in ((0.055, dark), (0.0, steel)):
            pen.box(x - 0.035 + shift, -0.98, 0.05, 0.98, colour, depth=0.6)
        for y in (-0.9, -0.66, -0.4):
            pen.box(x - 0.035, y, 0.11, 0.04, steel, depth=0.3)
    xs = np.linspace(-1.9, 1.9, (30, 50, 80, 90, 100)[pen.level])
    sag = -0.34 - 0.62 * np.where(abs(xs) <= 0.75, (xs / 0.75) ** 2,
        np.maximum(0, 1 - (abs(xs) - 0.75) / 1.1))  # fmt: skip
    pen.line(np.column_stack([xs, sag]), 0.018, steel, straight=True)
    for x, y in zip(xs[::2].tolist(), sag[::2].tolist(), strict=True):
        pen.line([(x, y), (x, -0.27)], 0.006, light(steel, -0.1), straight=True)
    pen.shape([(-2, -0.29), (2, -0.29), (2, -0.22), (-2, -0.22)], steel, depth=0.4, straight=True)
    pen.shape([(-2, -0.22), (2, -0.22), (2, -0.19), (-2, -0.19)], dark, depth=0, straight=True)
    for x in np.linspace(-1.8, 1.8, 13).tolist():
        if _dark_outside(pen):
            pen.glow(x, -0.33, 0.06, (255, 214, 140), 0.5)
    _pier(pen)


def _pier(pen: Pen) -> None:
    for x in (-0.75, 0.75):
        pen.box(x - 0.09, -0.05, 0.2, 0.07, mix(STONE, (90, 90, 100), 0.4), depth=0.5)
