"""Animals on four legs, seen from the side: horse, deer, cow, sheep, elephant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imagelab.simulator.painting.curves import Colour, Points, light, luma, mix
from imagelab.simulator.painting.pen import Pen

HORSE_BODY = [
    (-0.37, -0.56), (-0.345, -0.65), (-0.24, -0.695), (-0.06, -0.66), (0.08, -0.665), (0.18, -0.71),
    (0.27, -0.64), (0.285, -0.53), (0.22, -0.42), (0.04, -0.385), (-0.14, -0.395), (-0.27, -0.42),
    (-0.35, -0.47),
]  # fmt: skip
HORSE_NECK = [
    (0.06, -0.67), (0.16, -0.8), (0.235, -0.94), (0.29, -0.985), (0.35, -0.93), (0.35, -0.82),
    (0.325, -0.7), (0.3, -0.56), (0.2, -0.5), (0.1, -0.56),
]  # fmt: skip
HORSE_HEAD = [
    (0.255, -0.955), (0.31, -1.0), (0.38, -0.965), (0.45, -0.87), (0.505, -0.795), (0.51, -0.755),
    (0.47, -0.73), (0.42, -0.76), (0.36, -0.8), (0.29, -0.82),
]  # fmt: skip


def horse(pen: Pen) -> None:
    """Draw a horse at a walk."""
    coat = pen.hue((138, 82, 50))
    mane = light(coat, -0.62) if luma(coat) > 0.22 else light(coat, 0.35)
    _legs(pen, coat, 0.075, light(mane, -0.2))
    pen.shape([(-0.35, -0.63), (-0.44, -0.6), (-0.5, -0.44), (-0.47, -0.2), (-0.47, -0.2),
               (-0.42, -0.3), (-0.4, -0.45), (-0.35, -0.55)], mane, depth=0.6)  # fmt: skip
    pen.shape(HORSE_BODY, coat, depth=1.0)
    pen.fur(HORSE_BODY, _backward, 0.018, 0.5)
    _legs(pen, coat, 0.08, light(mane, -0.2), near=True)
    pen.shape(HORSE_NECK, coat, depth=0.8, ink=0.6)
    pen.shape(HORSE_HEAD, coat, depth=0.8)
    pen.shape([(0.46, -0.84), (0.505, -0.795), (0.51, -0.755), (0.47, -0.73), (0.435, -0.755)],
              light(coat, -0.4), depth=0.4, ink=0.3)  # fmt: skip
    pen.fur(HORSE_NECK, _backward, 0.018, 0.25)
    _mane(pen, mane)
    pen.shape([(0.275, -0.97), (0.29, -1.07), (0.29, -1.07), (0.33, -0.985)], coat, depth=0.4)
    _profile_eye(pen, 0.372, -0.9)
    pen.round(0.487, -0.775, 0.008, 0.012, (30, 20, 20), depth=0, ink=0)


def _backward(points: Points) -> NDArray[np.float64]:
    return np.pi - 0.4 + points[:, 1] * 0


def _profile_eye(pen: Pen, x: float, y: float, r: float = 0.014) -> None:
    pen.round(x, y, r * 1.2, r, (26, 20, 22), depth=0, ink=0)
    pen.round(x + r * 0.25, y - r * 0.3, r * 0.35, r * 0.35, (250, 250, 250), depth=0, ink=0)


def _legs(pen: Pen, coat: Colour, width: float, hoof: Colour, *, near: bool = False) -> None:
    """Draw the two legs on the far side, or the two on the near one."""
    swing = (1.0, -0.55) if near else (-0.8, 0.9)
    colour = coat if near else light(coat, -0.34)
    for x, step in ((0.2, swing[0]), (-0.28, swing[1])):
        foot = x + step * 0.11
        hind = x < 0
        knee = x + step * 0.075 + (0.05 if hind else 0.012)
        pen.limb([(x, -0.52, width * (2.1 if hind else 1.7)), (x + step * 0.03, -0.4, width * 1.5),
                  (knee, -0.27, width * 0.95), (foot, -0.12, width * 0.6),
                  (foot, -0.05, width * 0.72)],
                 colour, depth=0.7)  # fmt: skip
        pen.shape([(foot - width * 0.36, -0.065), (foot + width * 0.36, -0.065),
                   (foot + width * 0.62, 0), (foot - width * 0.5, 0)], hoof, depth=0.5,
                       straight=True)  # fmt: skip


def _mane(pen: Pen, colour: Colour) -> None:
    locks = (5, 10, 18, 24, 30)[pen.level]
    for t in np.linspace(0, 1, locks).tolist():
        x, y = 0.3 - 0.22 * t, -1.0 + 0.31 * t - 0.03 * np.sin(3 * t)
        drop = 0.14 + 0.04 * pen.rng.random()
        path = [
            (x, y),
            (x - 0.035, y + drop * 0.5),
            (x - 0.012 + 0.03 * pen.rng.random(), y + drop),
        ]
        pen.line(path, 0.55 / max(locks, 9), light(colour, float(pen.rng.uniform(-0.1, 0.14))),
            taper=0.8)  # fmt: skip


def deer(pen: Pen) -> None:
    """Draw a stag that looks up."""
    coat = pen.hue((168, 112, 68))
    pale: Colour = mix(coat, (250, 240, 224), 0.75)
    slim = pen.moved(0, 0, 0.86, pen.colour)
    _legs(slim, coat, 0.055, light(coat, -0.7))
    pen.shape([(-0.3, -0.58), (-0.36, -0.55), (-0.35, -0.45), (-0.29, -0.48)], pale, depth=0.4)
    body = np.asarray(HORSE_BODY) * [0.86, 0.82] + [0, -0.02]
    pen.shape(body, coat, depth=1.0)
    pen.fur(body, _backward, 0.016, 0.5)
    _legs(slim, coat, 0.058, light(coat, -0.7), near=True)
    neck = [(0.1, -0.57), (0.19, -0.7), (0.225, -0.82), (0.27, -0.84), (0.31, -0.76), (0.3, -0.62),
            (0.26, -0.5), (0.17, -0.46)]  # fmt: skip
    pen.shape(neck, coat, depth=0.7, ink=0.6)
    pen.shape([(0.27, -0.66), (0.302, -0.68), (0.29, -0.56), (0.25, -0.48), (0.23, -0.52)], pale,
              depth=0.3, ink=0.3)  # fmt: skip
    _antlers(pen)
    pen.shape([(0.2, -0.83), (0.25, -0.88), (0.31, -0.86), (0.38, -0.8), (0.41, -0.77),
               (0.38, -0.745), (0.31, -0.755), (0.24, -0.77)], coat, depth=0.7)  # fmt: skip
    pen.shape([(0.22, -0.85), (0.15, -0.9), (0.11, -0.9), (0.14, -0.85), (0.2, -0.82)],
        light(coat, -0.1), depth=0.4)  # fmt: skip
    pen.round(0.405, -0.775, 0.014, 0.012, (34, 26, 28), depth=0, ink=0)
    _profile_eye(pen, 0.3, -0.825, 0.012)


def _antlers(pen: Pen) -> None:
    horn: Colour = (206, 182, 148)
    for shift, colour in ((0.035, light(horn, -0.3)), (0.0, horn)):
        beam = [(0.235 + shift, -0.86), (0.19 + shift, -0.97), (0.22 + shift, -1.08),
                (0.3 + shift, -1.15)]  # fmt: skip
        pen.line(beam, 0.02, colour, taper=0.6)
        for x, y, tx, ty in ((0.195, -0.96, 0.28, -1.01), (0.2, -1.03, 0.12, -1.1),
            (0.235, -1.1, 0.22, -1.18)):  # fmt: skip
            pen.line([(x + shift, y), (tx + shift, ty)], 0.015, colour, taper=0.7, straight=True)


def sheep(pen: Pen) -> None:
    """Draw a woolly sheep."""
    wool = pen.hue((240, 234, 222))
    face: Colour = (58, 50, 52)
    for x in (-0.2, -0.12, 0.13, 0.21):
        pen.limb([(x, -0.3, 0.08), (x, -0.02, 0.06)], light(face, 0.05), depth=0.5)
    t, curl = np.linspace(0, 2 * np.pi, 26, endpoint=False), np.arange(26) % 2
    across, down = 0.34 * np.cos(t) * (1 + 0.06 * curl), 0.25 * np.sin(t) * (1 + 0.08 * curl)
    outline = np.column_stack([across, down - 0.45])
    pen.shape(outline, wool, depth=1.0)
    for _ in range((4, 14, 34, 50, 60)[pen.level]):
        turn, r = pen.rng.uniform(0, 6.28), pen.rng.random() ** 0.5
        cx, cy = float(0.28 * r * np.cos(turn)), float(-0.45 + 0.2 * r * np.sin(turn))
        pen.line([(cx - 0.03, cy), (cx, cy + 0.025), (cx + 0.03, cy)], 0.008,
            light(wool, -0.16 + 0.2 * (cy < -0.5)))  # fmt: skip
    pen.shape([(0.26, -0.62), (0.36, -0.66), (0.44, -0.56), (0.45, -0.44), (0.4, -0.4),
        (0.31, -0.48)], face, depth=0.7)  # fmt: skip
    pen.shape(
        [(0.28, -0.62), (0.2, -0.6), (0.17, -0.54), (0.26, -0.55)], light(face, 0.1), depth=0.4
    )
    pen.round(0.31, -0.65, 0.07, 0.05, wool, depth=0.5)
    pen.round(0.375, -0.55, 0.018, 0.018, (250, 250, 246), depth=0, ink=0)
    pen.round(0.38, -0.55, 0.01, 0.012, (20, 18, 20), depth=0, ink=0)


def cow(pen: Pen) -> None:
    """Draw a spotted cow."""
    coat = pen.hue((244, 240, 234))
    spot: Colour = (52, 44, 46) if luma(coat) > 0.4 else light(coat, 0.6)
    low = pen.moved(0, 0, 0.92)
    _legs(low, coat, 0.09, (70, 60, 58))
    body = np.asarray(HORSE_BODY) * [1.12, 0.96]
    pen.line([(-0.4, -0.6), (-0.45, -0.45), (-0.43, -0.28)], 0.022, light(coat, -0.2))
    pen.shape(body, coat, depth=1.0)
    for x, y, rx, ry in ((-0.22, -0.56, 0.12, 0.09), (0.06, -0.5, 0.1, 0.07),
        (-0.05, -0.6, 0.05, 0.04)):  # fmt: skip
        pen.shape([(x - rx, y), (x - rx * 0.3, y - ry), (x + rx, y - ry * 0.6), (x + rx * 0.7,
            y + ry * 0.8), (x - rx * 0.5, y + ry)], spot, depth=0.3, ink=0.5)  # fmt: skip
    pen.round(-0.2, -0.37, 0.07, 0.05, (236, 170, 170), depth=0.5)
    _legs(low, coat, 0.092, (70, 60, 58), near=True)
    for side in (-1, 1):
        pen.limb(
            [(0.36 + side * 0.06, -0.82, 0.03), (0.36 + side * 0.1, -0.9, 0.012)], (214, 196, 168)
        )
        pen.round(0.36 + side * 0.12, -0.76, 0.06, 0.03, coat, turn=-side * 0.3, depth=0.4)
    pen.shape([(0.28, -0.82), (0.36, -0.85), (0.44, -0.82), (0.46, -0.7), (0.43, -0.58),
        (0.36, -0.55), (0.29, -0.58), (0.26, -0.7)], coat, depth=0.7)  # fmt: skip
    pen.round(0.36, -0.59, 0.085, 0.055, (236, 176, 170), depth=0.5)
    for side in (-1, 1):
        pen.eye(0.36 + side * 0.052, -0.72, 0.017, (60, 40, 34))
        pen.round(0.36 + side * 0.03, -0.59, 0.012, 0.01, (120, 70, 70), depth=0, ink=0)


def elephant(pen: Pen) -> None:
    """Draw an elephant with its trunk raised a little."""
    hide = pen.hue((136, 138, 150))
    for x, colour in (
        (-0.22, light(hide, -0.3)),
        (0.2, light(hide, -0.3)),
        (-0.3, hide),
        (0.1, hide),
    ):
        pen.limb([(x, -0.42, 0.2), (x, -0.2, 0.15), (x, -0.03, 0.15)], colour, depth=0.7)
    body = [(-0.44, -0.5), (-0.4, -0.72), (-0.2, -0.84), (0.06, -0.83), (0.26, -0.74), (0.3, -0.5),
            (0.16, -0.34), (-0.2, -0.32), (-0.4, -0.38)]  # fmt: skip
    pen.line([(-0.43, -0.6), (-0.5, -0.45), (-0.48, -0.34)], 0.025, light(hide, -0.2), taper=0.3)
    pen.shape(body, hide, depth=1.0)
    pen.fur(body, _backward, 0.012, 0.25)
    pen.limb([(0.42, -0.7, 0.17), (0.52, -0.5, 0.12), (0.53, -0.28, 0.085), (0.6, -0.16, 0.07),
        (0.68, -0.2, 0.055)], hide, depth=0.7)  # fmt: skip
    pen.shape([(0.2, -0.8), (0.34, -0.9), (0.48, -0.84), (0.53, -0.68), (0.45, -0.54),
        (0.3, -0.52), (0.2, -0.62)], hide, depth=0.9)  # fmt: skip
    pen.limb(
        [(0.43, -0.53, 0.05), (0.5, -0.42, 0.04), (0.6, -0.4, 0.012)], (246, 240, 226), depth=0.5
    )
    pen.shape([(0.24, -0.84), (0.1, -0.88), (0.02, -0.74), (0.05, -0.56), (0.16, -0.48),
        (0.27, -0.58), (0.3, -0.72)], light(hide, -0.08), depth=0.8)  # fmt: skip
    _profile_eye(pen, 0.41, -0.73, 0.015)
