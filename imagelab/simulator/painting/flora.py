"""Trees and plants of a landscape, drawn straight on the canvas in pixels."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.curves import Colour, blob, light, mix, times

SNOW: Colour = (238, 243, 251)
Tip: TypeAlias = tuple[float, float, float, float]
"""A bough of a fir: x of the stem, y of its tips, reach to the left and to the right."""


def conifer(
    canvas: Canvas, x: float, y: float, tall: float, colour: Colour, rng: np.random.Generator,
    *, snow: bool = False, fine: bool = True, ink: float = 0.7,
) -> None:  # fmt: skip
    """Draw a fir standing at (x, y), `tall` pixels high."""
    boughs = 7 if fine and canvas.detail.level else 4
    wide = tall * rng.uniform(0.2, 0.26)
    jag = rng.uniform(0.75, 1.2, (boughs * 2, 2))
    trunk = tall * 0.025
    canvas.fill([(x - trunk, y), (x + trunk, y), (x + trunk, y - tall * 0.2),
                 (x - trunk, y - tall * 0.2)], light((84, 62, 50), -0.2), ink=0)  # fmt: skip
    left, right, tips = _fir_sides(x, y, tall, wide, boughs, jag)
    canvas.fill(left + right[::-1], colour, ink=ink)
    if not fine or canvas.hand == "neon":
        if snow and canvas.hand != "neon":
            _fir_snow(canvas, tips[: boughs // 2 + 1], tall * 0.03, ink)
        return
    side = left if canvas.sun.x < 0 else right
    middle = [(x + (p[0] - x) * 0.12, p[1]) for p in side]
    canvas.fill(side + middle[::-1], mix(light(colour, 0.1), canvas.sun.key, 0.1), ink=0)
    if snow:
        _fir_snow(canvas, tips, tall * 0.032, ink)
    elif canvas.detail.level >= 2:
        _needles(canvas, tips, tall, colour, rng)


def _fir_sides(
    x: float, y: float, tall: float, wide: float, boughs: int, jag: np.ndarray
) -> tuple[list[tuple[float, float]], list[tuple[float, float]], list[Tip]]:
    left, right = [(x, y - tall)], [(x, y - tall)]
    tips: list[Tip] = []
    for n in range(boughs):
        reach = wide * ((n + 1.1) / boughs) ** 0.85
        foot = y - tall * (0.9 - 0.82 * (n + 1) / boughs)
        left_reach, right_reach = reach * jag[2 * n, 0], reach * jag[2 * n + 1, 0]
        left += [
            (x - left_reach, foot + jag[2 * n, 1] * tall * 0.02),
            (x - left_reach * 0.45, foot - tall * 0.025),
        ]
        right += [
            (x + right_reach, foot + jag[2 * n + 1, 1] * tall * 0.02),
            (x + right_reach * 0.45, foot - tall * 0.025),
        ]
        tips.append((x, foot, left_reach, right_reach))
    return left, right, tips


def _fir_snow(canvas: Canvas, tips: list[Tip], thick: float, ink: float) -> None:
    for x, foot, leftward, rightward in tips:
        top = foot - thick * 3.4
        for side, reach in ((-1, leftward), (1, rightward)):
            bough = [(x + side * reach * 0.08, top - thick), (x + side * reach * 0.98, foot),
                     (x + side * reach * 0.8, foot + thick * 0.5),
                     (x + side * reach * 0.55, foot - thick * 0.7),
                     (x + side * reach * 0.3, foot - thick * 0.3),
                     (x + side * reach * 0.1, foot - thick * 1.2)]  # fmt: skip
            lit = side * canvas.sun.x > 0
            canvas.fill(bough, SNOW if lit else (196, 208, 230), ink=0.3 * ink)


def _needles(
    canvas: Canvas, tips: list[Tip], tall: float, colour: Colour,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    starts, ends = [], []
    for x, foot, leftward, rightward in tips:
        at = rng.uniform(-1, 1, 9)
        px = x + np.where(at < 0, at * leftward, at * rightward) * 0.92
        py = foot - tall * 0.04 * (1 - abs(at)) - tall * 0.012
        starts += list(zip(px, py, strict=True))
        ends += list(zip(px + at * tall * 0.02, py + tall * 0.035, strict=True))
    shades = [times(light(colour, v), canvas.sun.ambient) for v in rng.uniform(-0.3, 0.3,
        len(starts))]  # fmt: skip
    canvas.strokes(np.array(starts), np.array(ends), tall * 0.008, np.array(shades, np.uint8))


def broadleaf(
    canvas: Canvas, x: float, y: float, tall: float, colour: Colour, rng: np.random.Generator,
    *, snow: bool = False, fine: bool = True,
) -> None:  # fmt: skip
    """Draw a round-crowned tree standing at (x, y), `tall` pixels high."""
    bark = (96, 72, 58)
    lean = rng.uniform(-0.04, 0.04) * tall
    trunk = [(x - tall * 0.035, y), (x + tall * 0.035, y),
             (x + lean + tall * 0.015, y - tall * 0.6),
             (x + lean - tall * 0.015, y - tall * 0.6)]  # fmt: skip
    body = canvas.solid if fine else canvas.fill
    body(trunk, bark)
    for side in (-1, 1):
        canvas.line([(x + lean * 0.6, y - tall * 0.36), (x + side * tall * 0.14, y - tall * 0.56)],
                    tall * 0.022, bark, taper=0.5)  # fmt: skip
    clumps = ((0, -0.78, 0.2), (-0.17, -0.63, 0.16), (0.17, -0.62, 0.165), (-0.07, -0.58, 0.16),
              (0.1, -0.82, 0.13), (-0.13, -0.8, 0.13), (0.06, -0.66, 0.18))  # fmt: skip
    shades = rng.uniform(-0.12, 0.16, len(clumps))
    for n, (dx, dy, r) in enumerate(clumps[: 7 if fine and canvas.detail.level else 3]):
        crown = blob(rng, x + lean + dx * tall, y + dy * tall, r * tall * 1.1, r * tall, 0.14)
        body(crown, light(colour, float(shades[n])), ink=0.8)
    if not fine and canvas.detail.level and canvas.hand in ("paint", "flat"):
        lit = blob(
            rng, x + lean + canvas.sun.x * tall * 0.1, y - tall * 0.78, tall * 0.17, tall * 0.13
        )
        canvas.fill(lit, mix(light(colour, 0.14), canvas.sun.key, 0.1), ink=0)
    if fine and canvas.detail.level >= 1 and canvas.hand in ("paint", "ink"):
        _leaves(canvas, x + lean, y, tall, colour, rng)
    if snow:
        cap = blob(rng, x + lean, y - tall * 0.9, tall * 0.17, tall * 0.06, 0.2)
        canvas.fill(cap, SNOW, ink=0.5)


def _leaves(
    canvas: Canvas, x: float, y: float, tall: float, colour: Colour, rng: np.random.Generator
) -> None:
    count = int(260 * canvas.detail.density)
    turn, r = rng.uniform(0, 6.28, count), np.sqrt(rng.random(count)) * 0.3 * tall
    starts = np.column_stack([x + np.cos(turn) * r, y - 0.7 * tall + np.sin(turn) * r * 0.78])
    lit = -(np.cos(turn) * -canvas.sun.x + np.sin(turn) * -canvas.sun.y) * r / (0.3 * tall)
    shades = [
        times(light(colour, float(v)), canvas.sun.ambient)
        for v in np.clip(lit * 0.4 + rng.normal(0, 0.12, count), -0.6, 0.6)
    ]
    ends = starts + rng.normal(0, tall * 0.014, (count, 2))
    canvas.strokes(starts, ends, tall * 0.013, np.array(shades, np.uint8))


def grass(
    canvas: Canvas, low: float, high: float, colour: Colour, rng: np.random.Generator,
    *, amount: float = 1.0, tall: float = 0.035,
) -> None:  # fmt: skip
    """Draw blades between two heights in pixels, longer in front."""
    count = int(1500 * canvas.detail.density * amount)
    if canvas.detail.level == 0 or canvas.hand in ("flat", "neon"):
        count //= 5
    near = np.sort(rng.random(count) ** 0.7)
    starts = np.column_stack([rng.random(count) * canvas.w, low + near * (high - low)])
    reach = canvas.unit * tall * (0.3 + near) * rng.uniform(0.5, 1.2, count)
    ends = starts + np.column_stack([rng.normal(0, 0.35, count) * reach, -reach])
    shades = [times(light(colour, float(v)), canvas.sun.ambient) for v in rng.normal(0.02, 0.18,
        count)]  # fmt: skip
    canvas.strokes(starts, ends, 0.0022 * canvas.unit, np.array(shades, np.uint8).reshape(-1, 3))


def flowers(
    canvas: Canvas, low: float, high: float, colours: list[Colour], rng: np.random.Generator,
    amount: float = 1.0,
) -> None:  # fmt: skip
    """Scatter blossoms between two heights in pixels."""
    count = int(150 * canvas.detail.density * amount)
    near = np.sort(rng.random(400)[:count])
    spots = np.column_stack([rng.random(400)[:count] * canvas.w, low + near * (high - low)])
    radii = canvas.unit * (0.002 + 0.006 * near)
    for n, colour in enumerate(colours):
        canvas.dots(spots[n :: len(colours)], radii[n :: len(colours)], colour)


def reeds(canvas: Canvas, y: float, colour: Colour, rng: np.random.Generator) -> None:
    """Draw dark blades in the very front, out of both lower corners."""
    for side in (0, 1):
        for _ in range(int(4 + 16 * canvas.detail.density)):
            x = canvas.w * (side + (1 - 2 * side) * rng.random() ** 1.6 * 0.2)
            tall = canvas.unit * rng.uniform(0.06, 0.17)
            lean = rng.normal(0, 0.3) * tall
            path = [(x, y + 8), (x + lean * 0.3, y - tall * 0.55), (x + lean, y - tall)]
            canvas.line(path, canvas.unit * 0.007, light(colour, float(rng.uniform(-0.1, 0.2))),
                        taper=0.9)  # fmt: skip
