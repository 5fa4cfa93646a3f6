"""Birds, a butterfly, and those that swim: owl, bird, penguin, fish, whale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imagelab.simulator.painting.curves import (
    Colour,
    Points,
    light,
    mirrored,
    mix,
)
from imagelab.simulator.painting.pen import Pen


def _feathers_down(points: Points) -> NDArray[np.float64]:
    return np.pi / 2 + points[:, 0] * 0.8


def owl(pen: Pen) -> None:
    """Draw an owl on a branch."""
    coat = pen.hue((142, 104, 72))
    pale = mix(coat, (246, 232, 206), 0.72)
    pen.limb(
        [(-0.5, -0.02, 0.07), (-0.1, -0.045, 0.075), (0.5, 0.0, 0.05)], (92, 70, 56), depth=0.8
    )
    body = mirrored([(0, -0.9), (0.18, -0.88), (0.27, -0.72), (0.29, -0.45), (0.2, -0.14),
        (0.08, -0.03), (0, -0.02)])  # fmt: skip
    pen.both([(0.1, -0.88), (0.2, -1.0), (0.2, -1.0), (0.25, -0.82)], light(coat, -0.15), depth=0.4)
    pen.shape(body, coat, depth=1.0)
    belly = mirrored([(0, -0.58), (0.14, -0.54), (0.18, -0.36), (0.12, -0.12), (0, -0.06)])
    pen.shape(belly, pale, depth=0.5, ink=0.5)
    pen.fur(body, _feathers_down, 0.035, 0.9)
    for row in range((2, 4, 6, 7, 8)[pen.level]):
        y = -0.5 + row * 0.36 / (2, 4, 6, 7, 8)[pen.level]
        for x in np.linspace(-0.11, 0.11, 4 + row % 2).tolist():
            pen.line([(x - 0.02, y), (x, y + 0.022), (x + 0.02, y)], 0.011, light(coat, -0.15))
    pen.both([(0.24, -0.66), (0.31, -0.5), (0.29, -0.26), (0.2, -0.08), (0.2, -0.3), (0.2, -0.5)],
        light(coat, -0.24), depth=0.8)  # fmt: skip
    for side in (-1, 1):
        pen.round(side * 0.105, -0.72, 0.115, 0.12, pale, depth=0.5, ink=0.6)
        pen.eye(side * 0.1, -0.72, 0.06, (246, 178, 40))
        for n in (-1, 0, 1):
            pen.limb([(side * 0.09 + n * 0.03, -0.06, 0.022),
                (side * 0.09 + n * 0.032, 0.0, 0.016)], (226, 170, 70))  # fmt: skip
    pen.shape(
        [(-0.03, -0.68), (0.03, -0.68), (0.0, -0.58), (0.0, -0.58)], (228, 160, 56), depth=0.5
    )


def bird(pen: Pen) -> None:
    """Draw a songbird on a twig."""
    coat = pen.hue((74, 132, 186))
    breast = mix(coat, (248, 176, 110), 0.75) if pen.colour is None else mix(coat,
        (255, 244, 224), 0.7)  # fmt: skip
    pen.limb(
        [(-0.55, -0.04, 0.05), (0.0, -0.08, 0.055), (0.55, -0.02, 0.035)], (96, 74, 60), depth=0.8
    )
    for x in (0.0, 0.09):
        pen.line([(x, -0.24), (x + 0.01, -0.07)], 0.018, (120, 84, 60), straight=True)
    pen.shape([(-0.26, -0.42), (-0.5, -0.22), (-0.64, -0.06), (-0.6, -0.16), (-0.5, -0.34),
        (-0.3, -0.54)], light(coat, -0.3), depth=0.6)  # fmt: skip
    body = [(-0.3, -0.42), (-0.18, -0.66), (0.02, -0.8), (0.16, -0.95), (0.32, -0.92),
        (0.37, -0.76), (0.34, -0.5), (0.2, -0.26), (-0.04, -0.2), (-0.22, -0.28)]  # fmt: skip
    pen.shape(body, coat, depth=1.0)
    pen.shape([(0.36, -0.72), (0.34, -0.5), (0.2, -0.27), (-0.02, -0.22), (0.1, -0.42),
        (0.2, -0.62)], breast, depth=0.6, ink=0.3)  # fmt: skip
    pen.fur(body, lambda p: np.full(len(p), 2.5), 0.03, 0.7)
    pen.shape([(0.1, -0.62), (0.06, -0.44), (-0.12, -0.3), (-0.36, -0.24), (-0.42, -0.3),
        (-0.24, -0.48), (-0.06, -0.64)], light(coat, -0.18), depth=0.7)  # fmt: skip
    if pen.level:
        for n in range(4):
            pen.line([(0.02 - n * 0.07, -0.46 + n * 0.03), (-0.18 - n * 0.06, -0.3 + n * 0.01)],
                0.012, light(coat, -0.42), taper=0.5)  # fmt: skip
    pen.shape(
        [(0.355, -0.85), (0.47, -0.8), (0.47, -0.8), (0.36, -0.77)], (230, 160, 64), depth=0.4
    )
    pen.eye(0.255, -0.83, 0.03, (40, 28, 24))


def penguin(pen: Pen) -> None:
    """Draw a penguin."""
    coat = pen.hue((44, 50, 66))
    for side in (-1, 1):
        pen.round(side * 0.11, -0.01, 0.1, 0.035, (238, 158, 60), depth=0.5)
    pen.both([(0.2, -0.66), (0.34, -0.46), (0.38, -0.26), (0.3, -0.28), (0.22, -0.42)],
        light(coat, -0.1), depth=0.6)  # fmt: skip
    pen.shape(mirrored([(0, -0.98), (0.13, -0.95), (0.18, -0.82), (0.24, -0.62), (0.28, -0.32),
        (0.22, -0.06), (0, -0.01)]), coat, depth=1.0)  # fmt: skip
    pen.shape(mirrored([(0, -0.66), (0.12, -0.68), (0.18, -0.5), (0.2, -0.28), (0.14, -0.06),
        (0, -0.03)]), (246, 244, 238), depth=0.6, ink=0.5)  # fmt: skip
    pen.both([(0.015, -0.78), (0.06, -0.9), (0.13, -0.86), (0.12, -0.74), (0.05, -0.68)],
        (246, 244, 238), depth=0.3, ink=0.5)  # fmt: skip
    for side in (-1, 1):
        pen.eye(side * 0.066, -0.82, 0.022, (40, 32, 30))
    pen.shape(
        [(-0.045, -0.78), (0.045, -0.78), (0.0, -0.71), (0, -0.71)], (240, 164, 60), depth=0.5
    )


def butterfly(pen: Pen) -> None:
    """Draw a butterfly with open wings."""
    wing = pen.hue((238, 132, 44))
    rim: Colour = light(wing, -0.78)
    for outline, inner in ((UPPER, 0.8), (LOWER, 0.78)):
        pen.both(outline, rim, depth=0.4)
        middle = np.mean(outline, axis=0) * [0.8, 1]
        pen.both((np.asarray(outline) - middle) * inner + middle, wing, depth=0.6, ink=0.6)
        if pen.level:
            for n in range((0, 3, 5, 6, 6)[pen.level]):
                far = np.asarray(outline)[1 + n % (len(outline) - 2)]
                for side in (1, -1):
                    pen.line([(side * 0.03, middle[1]), (side * far[0] * 0.85,
                        (far[1] - middle[1]) * 0.85 + middle[1])], 0.012, rim, taper=0.6,
                        straight=True)  # fmt: skip
    for t in np.linspace(0.1, 0.9, (3, 6, 9, 10, 12)[pen.level]).tolist():
        for side in (1, -1):
            x, y = 0.57 - 0.1 * t, -0.93 + 0.36 * t
            pen.round(side * x, y, 0.013, 0.013, (250, 246, 236), depth=0, ink=0.4)
    pen.limb([(0, -0.68, 0.05), (0, -0.5, 0.06), (0, -0.24, 0.025)], (46, 36, 38), depth=0.7)
    for side in (1, -1):
        pen.line([(0, -0.68), (side * 0.06, -0.82), (side * 0.13, -0.88)], 0.011, (46, 36, 38))


UPPER = [(0.02, -0.6), (0.16, -0.84), (0.42, -0.99), (0.6, -0.95), (0.58, -0.74), (0.44, -0.55),
    (0.16, -0.48)]  # fmt: skip
LOWER = [(0.02, -0.52), (0.2, -0.5), (0.43, -0.48), (0.5, -0.32), (0.38, -0.14), (0.2, -0.12),
    (0.08, -0.32)]  # fmt: skip


def fish(pen: Pen) -> None:
    """Draw a fish with flowing fins."""
    skin = pen.hue((240, 128, 48))
    fin = light(skin, -0.16)
    fins = ([(-0.46, -0.5), (-0.66, -0.76), (-0.84, -0.78), (-0.74, -0.52),
             (-0.86, -0.24), (-0.66, -0.28)],
            [(-0.2, -0.7), (-0.08, -0.94), (0.2, -0.9), (0.28, -0.72)],
            [(-0.12, -0.3), (-0.06, -0.12), (0.1, -0.14), (0.1, -0.3)])  # fmt: skip
    for outline in fins:
        pen.shape(outline, fin, depth=0.6)
    if pen.level:
        for y in (-0.66, -0.58, -0.5, -0.42, -0.36):
            pen.line([(-0.52, -0.5), (-0.78, -0.5 + (y + 0.5) * 1.5)], 0.008, light(fin, -0.25),
                straight=True)  # fmt: skip
    body = [(0.58, -0.5), (0.42, -0.68), (0.12, -0.77), (-0.22, -0.7), (-0.5, -0.53),
        (-0.5, -0.46), (-0.22, -0.3), (0.12, -0.24), (0.42, -0.33)]  # fmt: skip
    pen.shape(body, skin, depth=1.1)
    for x in (0.18, -0.14):
        band = [(x + 0.04, -0.755), (x - 0.05, -0.5), (x + 0.02, -0.26), (x - 0.08, -0.28),
            (x - 0.13, -0.5), (x - 0.06, -0.735)]  # fmt: skip
        pen.shape(band, mix(skin, (252, 248, 240), 0.86), depth=0.4, ink=0.5)
    _scales(pen, skin)
    pen.shape([(0.1, -0.44), (-0.08, -0.34), (-0.12, -0.22), (0.06, -0.28)], fin, depth=0.5)
    pen.round(0.4, -0.55, 0.05, 0.05, (250, 248, 240), depth=0.2)
    pen.eye(0.405, -0.55, 0.034, (40, 30, 34))
    pen.line([(0.565, -0.47), (0.52, -0.455), (0.49, -0.46)], 0.01, light(skin, -0.5))


def _scales(pen: Pen, skin: Colour) -> None:
    rows = (0, 4, 7, 8, 9)[pen.level]
    for n in range(rows):
        y = -0.64 + 0.3 * n / max(rows - 1, 1)
        for x in np.arange(-0.34 + 0.03 * (n % 2), 0.3, 0.09 if pen.level == 1 else 0.06).tolist():
            pen.line([(x, y - 0.018), (x - 0.018, y), (x, y + 0.018)], 0.005, light(skin, -0.22))


def whale(pen: Pen) -> None:
    """Draw a whale, about twice as long as it is high, swimming."""
    skin = pen.hue((64, 104, 158))
    belly = mix(skin, (238, 242, 246), 0.72)
    pen.shape([(-0.74, -0.55), (-0.92, -0.72), (-1.12, -0.92), (-1.02, -0.98), (-0.86, -0.92),
        (-0.74, -0.82), (-0.7, -0.98), (-0.58, -1.06), (-0.5, -0.98), (-0.56, -0.8),
        (-0.62, -0.6)], light(skin, -0.12), depth=0.8)  # fmt: skip
    body = [(0.9, -0.36), (0.86, -0.56), (0.62, -0.74), (0.26, -0.8), (-0.14, -0.74),
        (-0.5, -0.66), (-0.76, -0.7), (-0.78, -0.58), (-0.56, -0.42), (-0.2, -0.2), (0.24, -0.1),
        (0.66, -0.14), (0.86, -0.24)]  # fmt: skip
    pen.shape(body, skin, depth=1.2)
    under = [(0.9, -0.34), (0.6, -0.33), (0.3, -0.34), (0.0, -0.34), (-0.36, -0.42),
        (-0.2, -0.21), (0.24, -0.11), (0.66, -0.15), (0.85, -0.24)]  # fmt: skip
    pen.shape(under, belly, depth=0.7, ink=0.7)
    for n in range((3, 6, 9, 10, 11)[pen.level]):
        y = -0.315 + 0.18 * n / (3, 6, 9, 10, 11)[pen.level]
        pen.line([(0.84 - n * 0.012, y), (0.4, y + 0.03), (-0.05 + n * 0.02, y - 0.01)], 0.008,
            light(belly, -0.25), taper=0.4)  # fmt: skip
    pen.shape([(0.3, -0.3), (0.18, -0.1), (-0.06, 0.04), (-0.14, 0.02), (-0.02, -0.12),
        (0.1, -0.3)], light(skin, -0.2), depth=0.8)  # fmt: skip
    for _ in range((0, 14, 46, 70, 90)[pen.level]):
        x, y = float(pen.rng.uniform(-0.5, 0.8)), float(pen.rng.uniform(-0.7, -0.45))
        pen.round(x, y, 0.006, 0.005, light(skin, 0.35), depth=0, ink=0.0)
    pen.line([(0.9, -0.37), (0.74, -0.38), (0.6, -0.345)], 0.009, light(skin, -0.5))
    pen.round(0.56, -0.42, 0.024, 0.02, (20, 22, 34), depth=0)
    pen.round(0.566, -0.426, 0.008, 0.007, (250, 250, 250), depth=0, ink=0)
    if pen.place_name != "underwater":
        _spout(pen)


def _spout(pen: Pen) -> None:
    water = (226, 240, 250)
    for n in range((2, 5, 9, 11, 13)[pen.level]):
        side = pen.rng.uniform(-1, 1)
        tall = 0.2 + 0.14 * pen.rng.random()
        path = [
            (0.4, -0.78),
            (0.4 + side * 0.07, -0.78 - tall),
            (0.4 + side * 0.22, -0.8 - tall * 0.62),
        ]
        pen.line(path, 0.022, light(water, 0.2 * (n % 2)), taper=0.7)
