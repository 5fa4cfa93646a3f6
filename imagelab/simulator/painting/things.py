"""Things: cup, teapot, apple, book, lamp, mushroom, heart, planet; and plants on their own."""

from __future__ import annotations

import numpy as np

from imagelab.simulator.painting.curves import Colour, light, luma, mirrored, mix, oval, smooth
from imagelab.simulator.painting.flora import broadleaf, conifer
from imagelab.simulator.painting.pen import Pen


def cup(pen: Pen) -> None:
    """Draw a steaming cup on its saucer."""
    china = pen.hue((236, 226, 210))
    drink: Colour = (92, 54, 34) if pen.word != "tea" else (190, 110, 48)
    pen.round(0, -0.04, 0.68, 0.11, light(china, -0.1), depth=0.7)
    pen.round(0, -0.055, 0.42, 0.06, light(china, -0.22), depth=0.4, ink=0.5)
    t = np.linspace(-1.35, 1.45, 22)
    handle = np.column_stack([0.42 + 0.17 * np.cos(t), -0.42 + 0.16 * np.sin(t)])
    pen.line(handle, 0.066, light(china, -0.08), straight=True)
    pen.shape(mirrored([(0, -0.68), (0.44, -0.68), (0.44, -0.5), (0.38, -0.26), (0.24, -0.09),
        (0, -0.07)]), china, depth=1.1)  # fmt: skip
    pen.round(0, -0.68, 0.445, 0.1, light(china, 0.35), depth=0.2)
    pen.round(0, -0.668, 0.405, 0.082, drink, depth=0.5)
    if pen.level:
        foam = mix(drink, (250, 228, 190), 0.7)
        pen.shape([(0, -0.62), (-0.13, -0.68), (-0.08, -0.72), (0, -0.7), (0.08, -0.72),
            (0.13, -0.68)], foam, depth=0, ink=0.4)  # fmt: skip
        pen.line([(-0.32, -0.5), (-0.3, -0.36), (-0.24, -0.24)], 0.03, light(china, 0.6), taper=0.6)
    _steam(pen)


def _steam(pen: Pen) -> None:
    if pen.canvas.cover is not None:
        return
    for n in range((2, 3, 5, 6, 6)[pen.level]):
        x = -0.16 + 0.34 * n / 4
        sway = 0.05 + 0.03 * float(pen.rng.random())
        path = [(x, -0.76), (x + sway, -0.86), (x - sway, -0.98), (x + sway * 0.7, -1.1)]
        points = pen.at(smooth(path, closed=False))
        pen.canvas.mist(points, 0.075 * pen.size, (255, 252, 246), 0.4)


def teapot(pen: Pen) -> None:
    """Draw a round teapot."""
    china = pen.hue((92, 140, 150))
    t = np.linspace(-1.4, 1.4, 20)
    pen.line(np.column_stack([-0.42 - 0.2 * np.cos(t), -0.44 + 0.22 * np.sin(t)]), 0.07,
        light(china, -0.1), straight=True)  # fmt: skip
    pen.limb(
        [(0.38, -0.3, 0.2), (0.56, -0.44, 0.12), (0.66, -0.66, 0.085)],
        light(china, -0.05),
        depth=0.8,
    )
    pen.shape(mirrored([(0, -0.78), (0.2, -0.76), (0.44, -0.56), (0.46, -0.3), (0.28, -0.05),
        (0, -0.03)]), china, depth=1.2)  # fmt: skip
    pen.round(0, -0.75, 0.22, 0.06, light(china, 0.14), depth=0.6)
    pen.round(0, -0.84, 0.055, 0.055, light(china, 0.05), depth=0.9)
    if pen.level:
        pen.line(
            [(-0.32, -0.52), (-0.34, -0.36), (-0.28, -0.22)], 0.035, light(china, 0.6), taper=0.6
        )
        for x in np.linspace(-0.34, 0.34, 7).tolist():
            pen.round(x, -0.42 + 0.06 * x * x, 0.028, 0.028, (250, 240, 220), depth=0.3, ink=0.6)


def apple(pen: Pen) -> None:
    """Draw an apple with a leaf."""
    skin = pen.hue((206, 54, 48))
    body = mirrored([(0, -0.72), (0.1, -0.78), (0.3, -0.76), (0.42, -0.56), (0.38, -0.26),
        (0.2, -0.02), (0.06, -0.01), (0, -0.03)])  # fmt: skip
    pen.shape(body, skin, depth=1.3)
    pen.fur(body, lambda p: np.pi / 2 + p[:, 0], 0.05, 0.25)
    pen.round(0, -0.71, 0.12, 0.035, light(skin, -0.5), depth=0.2, ink=0.5)
    pen.limb([(0, -0.7, 0.03), (0.03, -0.84, 0.028), (0.08, -0.92, 0.034)], (98, 68, 46), depth=0.5)
    pen.shape([(0.05, -0.82), (0.18, -0.97), (0.4, -0.96), (0.4, -0.96), (0.28, -0.82),
        (0.14, -0.79)], (98, 156, 70), depth=0.8)  # fmt: skip
    pen.line([(0.07, -0.83), (0.22, -0.89), (0.36, -0.95)], 0.01, (62, 110, 50), taper=0.5)
    pen.shape([(-0.28, -0.62), (-0.2, -0.69), (-0.14, -0.66), (-0.22, -0.56), (-0.27, -0.46)],
        light(skin, 0.62), depth=0, ink=0)  # fmt: skip


def book(pen: Pen) -> None:
    """Draw two closed books, one upon the other; the top is at y = -0.42."""
    cover = pen.hue((58, 94, 148))
    for y, w, shift, colour in ((0.0, 0.8, 0.03, light(mix(cover, (160, 60, 50), 0.75), 0)),
        (-0.21, 0.72, -0.03, cover)):  # fmt: skip
        x = shift - w / 2
        pen.box(x + 0.02, y - 0.17, w - 0.04, 0.14, (244, 234, 212), depth=0.4)
        for n in range((1, 3, 5, 6, 7)[pen.level]):
            line = y - 0.155 + n * 0.02
            pen.line(
                [(x + 0.06, line), (x + w - 0.03, line)], 0.005, (196, 180, 152), straight=True
            )
        pen.box(x, y - 0.21, w, 0.045, colour, depth=0.4)
        pen.box(x, y - 0.035, w, 0.037, light(colour, -0.15), depth=0.3)
        pen.shape([(x, y - 0.21), (x + 0.07, y - 0.21), (x + 0.09, y - 0.1), (x + 0.07, y), (x,
            y), (x - 0.03, y - 0.1)], light(colour, -0.06), depth=0.8)  # fmt: skip
        for band in (0.06, 0.15):
            pen.line(
                [(x - 0.015, y - band), (x + 0.08, y - band)], 0.014, (230, 190, 100), straight=True
            )


def lamp(pen: Pen) -> None:
    """Draw a lit table lamp."""
    shade = pen.hue((244, 206, 136))
    pen.round(0, -0.03, 0.2, 0.05, (92, 76, 70), depth=0.7)
    pen.limb([(0, -0.06, 0.04), (0, -0.2, 0.09), (0, -0.34, 0.04), (0, -0.55, 0.03)],
        (128, 104, 88), depth=0.8)  # fmt: skip
    pen.shape(
        [(-0.34, -0.5), (0.34, -0.5), (0.19, -0.96), (-0.19, -0.96)],
        shade,
        depth=0.4,
        straight=True,
    )
    pen.canvas.lamp(pen.at([(-0.3, -0.52), (0.3, -0.52), (0.18, -0.93), (-0.18, -0.93)]),
        light(shade, 0.35))  # fmt: skip
    pen.round(0, -0.5, 0.34, 0.035, light(shade, 0.6), depth=0, ink=0.7)
    pen.glow(0, -0.66, 0.55, (255, 206, 128), 0.65)


def mushroom(pen: Pen) -> None:
    """Draw a spotted toadstool."""
    cap = pen.hue((208, 56, 46))
    pen.shape(mirrored([(0, -0.55), (0.11, -0.52), (0.1, -0.25), (0.16, -0.04), (0, 0)]),
        (242, 232, 214), depth=0.9)  # fmt: skip
    pen.shape(
        mirrored([(0, -0.42), (0.1, -0.43), (0.17, -0.34), (0, -0.35)]), (228, 216, 196), depth=0.4
    )
    pen.round(0, -0.5, 0.42, 0.07, (232, 214, 190), depth=0.4)
    pen.shape(mirrored([(0, -1.0), (0.2, -0.95), (0.4, -0.74), (0.47, -0.53), (0.3, -0.49),
        (0, -0.52)]), cap, depth=1.2)  # fmt: skip
    for x, y, r in ((-0.05, -0.85, 0.07), (0.2, -0.75, 0.055), (-0.27, -0.66, 0.055),
        (0.05, -0.62, 0.045), (0.34, -0.58, 0.035), (-0.14, -0.56, 0.025)):  # fmt: skip
        pen.round(x, y, r, r * 0.78, (250, 244, 232), depth=0.5, ink=0.6)


def heart(pen: Pen) -> None:
    """Draw a heart."""
    pen.shape(mirrored([(0, -0.74), (0.12, -0.9), (0.33, -0.92), (0.46, -0.74), (0.4, -0.48),
        (0.18, -0.2), (0, -0.02), (0, -0.02)]), pen.hue((214, 50, 64)), depth=1.3)  # fmt: skip
    pen.round(-0.25, -0.74, 0.07, 0.05, (255, 226, 222), turn=-0.6, depth=0, ink=0)


def planet(pen: Pen) -> None:
    """Draw a banded planet with a ring."""
    ball = pen.hue((222, 164, 108))
    ring = mix(ball, (250, 236, 206), 0.55)
    _half_ring(pen, ring, back=True)
    disc = oval(0, -0.5, 0.36, 0.36, n=60)
    pen.shape(disc, ball, depth=0, straight=True)
    for n, y in enumerate(np.linspace(-0.78, -0.24, (3, 6, 9, 10, 12)[pen.level]).tolist()):
        half = float(np.sqrt(max(0.001, 0.36**2 - (y + 0.5) ** 2))) * 0.985
        wavy = [(-half, y), (-half * 0.3, y + 0.02), (half * 0.4, y + 0.005), (half, y + 0.012)]
        pen.line(wavy, 0.028, light(ball, (-0.2, 0.2, -0.1)[n % 3]))
    pen.canvas.veil(pen.at(disc), 1.5)
    _half_ring(pen, ring, back=False)


def _half_ring(pen: Pen, colour: Colour, *, back: bool) -> None:
    t = np.linspace(np.pi, 2 * np.pi, 30) if back else np.linspace(0, np.pi, 30)
    for n, r in enumerate(np.linspace(0.47, 0.62, (2, 4, 6, 7, 8)[pen.level]).tolist()):
        x, y = r * np.cos(t), r * 0.26 * np.sin(t)
        path = np.column_stack([x * 0.95 - y * 0.3, -0.5 + x * -0.3 + y * 0.95])
        pen.line(
            path, 0.12 / (2, 4, 6, 7, 8)[pen.level], light(colour, -0.12 * (n % 2)), straight=True
        )


def tree(pen: Pen) -> None:
    """Draw one great tree, a fir if the word says so."""
    x, y = pen.spot(0, 0)
    green = pen.hue((76, 126, 70))
    if pen.word in ("pine", "fir", "spruce", "christmas"):
        conifer(pen.canvas, x, y, pen.size, green, pen.rng, snow=pen.snowy)
    else:
        broadleaf(pen.canvas, x, y, pen.size, green, pen.rng, snow=pen.snowy)


def palm(pen: Pen) -> None:
    """Draw a palm."""
    pen.limb(
        [(-0.06, 0, 0.075), (0.02, -0.3, 0.05), (0.03, -0.72, 0.038)], (150, 112, 78), depth=0.8
    )
    if pen.level:
        for y in np.linspace(-0.05, -0.66, 9).tolist():
            x = 0.03 - 0.09 * (1 + y / 0.72) ** 2
            pen.line([(x - 0.02, y), (x + 0.024, y - 0.012)], 0.008, (108, 78, 54), straight=True)
    green = pen.hue((66, 136, 84))
    turns = np.linspace(-3.5, 0.35, (7, 9, 11, 12, 13)[pen.level])
    for n, turn in enumerate(sorted(turns.tolist(), key=lambda t: np.sin(t))):
        _frond(pen, turn, light(green, (-0.22, 0.12, -0.04)[n % 3]))
    for x, y in ((0.0, -0.7), (0.06, -0.69), (0.03, -0.67)):
        pen.round(x, y, 0.03, 0.032, (112, 76, 48), depth=0.8)


def _frond(pen: Pen, turn: float, colour: Colour) -> None:
    t = np.linspace(0, 1, 9)
    x = 0.03 + 0.42 * np.cos(turn) * t
    y = -0.73 + 0.26 * np.sin(turn) * t + 0.26 * t**2.2
    rib = np.column_stack([x, y])
    drop = 0.085 * np.sin(np.pi * t) + 0.01
    notch = np.where(np.arange(9) % 2, 1.0, 0.55)
    hem = np.column_stack([x, y + drop * notch + 0.02])
    pen.shape(np.vstack([rib, hem[::-1]]), colour, depth=0.4, ink=0.7, straight=True)
    pen.line(rib, 0.01, light(colour, 0.25), taper=0.6)


def flower(pen: Pen) -> None:
    """Draw a big blossom on its stem."""
    petal = pen.hue((232, 98, 128))
    _stem(pen)
    rings = ((8, 0.3, -0.1), (7, 0.23, 0.05), (6, 0.15, 0.2))[: (1, 2, 3, 3, 3)[pen.level]]
    for count, reach, shade in rings:
        for n in range(count):
            _petal(pen, 2 * np.pi * (n + 0.5 * shade * 10) / count, reach, light(petal, shade))
    _heart_of_flower(pen, 0.07, (248, 200, 80))


def sunflower(pen: Pen) -> None:
    """Draw a sunflower."""
    petal = pen.hue((248, 196, 48))
    _stem(pen)
    for shade, shift, count in ((-0.14, 0.0, 18), (0.06, 0.5, 16)):
        for n in range(count):
            _petal(pen, 2 * np.pi * (n + shift) / count, 0.31, light(petal, shade), slim=0.5)
    _heart_of_flower(pen, 0.14, (104, 62, 38))


def _stem(pen: Pen) -> None:
    green: Colour = (84, 138, 74)
    pen.limb([(0, 0, 0.035), (0.03, -0.3, 0.03), (0, -0.66, 0.025)], green, depth=0.6)
    for side in (-1, 1):
        pen.shape([(0.02, -0.18), (side * 0.16, -0.33), (side * 0.32, -0.33),
            (side * 0.32, -0.33), (side * 0.2, -0.2)], light(green, -0.08 * side),
            depth=0.7)  # fmt: skip


def _petal(pen: Pen, turn: float, reach: float, colour: Colour, slim: float = 1.0) -> None:
    leaf = smooth([(0.03, 0), (reach * 0.55, -0.085 * slim), (reach * 0.95, -0.05 * slim),
        (reach, 0), (reach * 0.95, 0.05 * slim), (reach * 0.55, 0.085 * slim)])  # fmt: skip
    c, s = np.cos(turn), np.sin(turn)
    pen.shape(leaf @ np.array([[c, s], [-s, c]]) + [0, -0.68], colour, depth=0.6, straight=True)


def _heart_of_flower(pen: Pen, r: float, colour: Colour) -> None:
    pen.round(0, -0.68, r, r, colour, depth=0.8)
    for _ in range((0, 20, 60, 80, 100)[pen.level]):
        t, far = pen.rng.uniform(0, 6.28), r * pen.rng.random() ** 0.5 * 0.9
        dot = light(colour, float(pen.rng.uniform(-0.5, 0.4)))
        pen.round(float(far * np.cos(t)), float(-0.68 + far * np.sin(t)), 0.007, 0.007, dot,
            depth=0, ink=0)  # fmt: skip
    if luma(colour) < 0.4:
        pen.round(0, -0.68, r * 0.45, r * 0.45, light(colour, -0.4), depth=0.4, ink=0.6)
