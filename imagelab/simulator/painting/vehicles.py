"""What moves people: boat, car, bicycle, rocket, hot-air balloon."""

from __future__ import annotations

import numpy as np

from imagelab.simulator.painting.curves import Colour, light, luma, mirrored, mix, oval
from imagelab.simulator.painting.pen import Pen


def boat(pen: Pen) -> None:
    """Draw a sailing boat; its waterline is at y = 0."""
    hull = pen.hue((172, 66, 54)) if pen.colour is None or luma(pen.colour) < 0.9 else pen.colour
    sail: Colour = (248, 240, 224)
    pen.line([(0.02, -0.12), (0.02, -1.0)], 0.018, (104, 76, 56), straight=True)
    pen.shape([(0.045, -0.16), (0.05, -0.97), (0.05, -0.97), (0.3, -0.6), (0.42, -0.22),
        (0.42, -0.22)], sail, depth=0.8)  # fmt: skip
    pen.shape([(-0.005, -0.9), (-0.005, -0.9), (-0.02, -0.2), (-0.36, -0.2), (-0.36, -0.2),
        (-0.2, -0.5)], light(sail, -0.08), depth=0.8)  # fmt: skip
    if pen.level:
        for y in (-0.36, -0.52, -0.68):
            pen.line([(0.05, y), (0.36 + (y + 0.36) * 0.62, y - 0.01)], 0.006, light(sail, -0.22),
                straight=True)  # fmt: skip
    pen.shape(
        [(0.02, -0.995), (0.14, -0.97), (0.02, -0.94)], (206, 64, 56), depth=0.3, straight=True
    )
    pen.shape([(-0.46, -0.15), (-0.46, -0.15), (0.0, -0.12), (0.5, -0.17), (0.5, -0.17),
        (0.36, 0.02), (-0.34, 0.02)], hull, depth=0.9)  # fmt: skip
    pen.shape([(-0.46, -0.155), (0.0, -0.125), (0.5, -0.175), (0.49, -0.135), (0.0, -0.09),
        (-0.45, -0.115)], light(hull, 0.55), depth=0.2, ink=0.5)  # fmt: skip
    for x in (-0.2, -0.04, 0.12):
        pen.round(x, -0.055, 0.02, 0.02, (250, 232, 180), depth=0.3, ink=0.6)


def car(pen: Pen) -> None:
    """Draw a small rounded car from the side; it is twice as long as high."""
    paint = pen.hue((204, 62, 54))
    body = [(-0.98, -0.3), (-0.94, -0.52), (-0.7, -0.57), (-0.48, -0.9), (-0.1, -0.98),
        (0.28, -0.94), (0.52, -0.6), (0.86, -0.52), (0.99, -0.36), (0.98, -0.2), (0.9, -0.14),
        (-0.92, -0.14)]  # fmt: skip
    pen.shape(body, paint, depth=1.0)
    for outline in ([(-0.5, -0.6), (-0.38, -0.84), (-0.08, -0.89), (-0.06, -0.6)], [(0.02, -0.6),
        (0.02, -0.89), (0.23, -0.86), (0.4, -0.6)]):  # fmt: skip
        pen.shape(outline, (120, 158, 184), depth=0.6, straight=True)
        (x, y), (_, y2) = outline[0], outline[2]
        pen.line([(x + 0.1, y - 0.02), (x + 0.2, y2 + 0.04)], 0.03, (206, 228, 238), straight=True)
    pen.line([(-0.02, -0.6), (-0.02, -0.2)], 0.01, light(paint, -0.35), straight=True)
    pen.line([(-0.94, -0.42), (0.0, -0.45), (0.95, -0.42)], 0.016, light(paint, 0.4))
    pen.line([(-0.22, -0.5), (-0.1, -0.5)], 0.024, light(paint, -0.4), straight=True)
    pen.round(0.93, -0.4, 0.05, 0.065, (255, 240, 190), depth=0.4)
    pen.glow(0.98, -0.4, 0.22, (255, 232, 170), 0.5)
    pen.round(-0.95, -0.42, 0.03, 0.06, (214, 50, 44), depth=0.4)
    pen.shape([(-0.99, -0.2), (0.99, -0.2), (1.0, -0.13), (-1.0, -0.13)], (120, 124, 134),
        depth=0.5, straight=True)  # fmt: skip
    for x in (-0.56, 0.58):
        pen.round(x, -0.19, 0.225, 0.215, light(paint, -0.55), depth=0, ink=0.6)
        _wheel(pen, x, -0.17, 0.18)


def _wheel(pen: Pen, x: float, y: float, r: float) -> None:
    pen.round(x, y, r, r, (40, 40, 48), depth=0.7)
    pen.round(x, y, r * 0.56, r * 0.56, (196, 200, 208), depth=0.7)
    for n in range((0, 5, 8, 8, 10)[pen.level]):
        t = 2 * np.pi * n / 8
        pen.line([(x, y), (x + r * 0.5 * np.cos(t), y + r * 0.5 * np.sin(t))], 0.016,
            (120, 124, 134), straight=True)  # fmt: skip
    pen.round(x, y, r * 0.16, r * 0.16, (70, 72, 82), depth=0.4)


def bicycle(pen: Pen) -> None:
    """Draw a bicycle from the side."""
    frame = pen.hue((222, 72, 62))
    tyre: Colour = (48, 46, 54)
    back, front, r = (-0.48, -0.33), (0.5, -0.33), 0.32
    spokes = (6, 12, 20, 24, 28)[pen.level]
    for x, y in (back, front):
        for n in range(spokes):
            t = 2 * np.pi * n / spokes
            pen.line([(x, y), (x + r * np.cos(t), y + r * np.sin(t))], 0.005, (176, 180, 188),
                straight=True)  # fmt: skip
        ring = oval(x, y, r, r, n=60)
        pen.line(np.vstack([ring, ring[:2]]), 0.034, tyre, straight=True)
        pen.line(np.vstack([*[oval(x, y, r * 0.92, r * 0.92, n=60)], [[x + r * 0.92, y]]]), 0.01,
            (200, 204, 210), straight=True)  # fmt: skip
        pen.round(x, y, 0.03, 0.03, (120, 124, 132), depth=0.5)
    crank, seat, head = (-0.08, -0.32), (-0.2, -0.78), (0.36, -0.8)
    for path in ([back, crank], [back, seat], [crank, seat], [crank, head], [(-0.18, -0.72),
        (0.355, -0.74)], [(0.34, -0.86), front]):  # fmt: skip
        pen.line(path, 0.034, frame, straight=True)
        if pen.level:
            lifted = [(x - 0.004, y - 0.007) for x, y in path]
            pen.line(lifted, 0.008, light(frame, 0.5), straight=True)
    pen.line(
        [(0.34, -0.84), (0.33, -0.93), (0.42, -0.97), (0.5, -0.9), (0.45, -0.86)],
        0.026,
        (70, 66, 72),
    )
    pen.line([seat, (-0.225, -0.87)], 0.026, (120, 124, 132), straight=True)
    pen.shape([(-0.36, -0.91), (-0.2, -0.9), (-0.08, -0.88), (-0.1, -0.86), (-0.24, -0.85),
        (-0.34, -0.86)], (74, 50, 40), depth=0.6)  # fmt: skip
    pen.round(*crank, 0.085, 0.085, (150, 154, 162), depth=0.5)
    pen.round(*crank, 0.045, 0.045, (70, 72, 80), depth=0.4)
    pen.line([crank, (-0.02, -0.16)], 0.02, (90, 92, 100), straight=True)
    pen.box(-0.08, -0.17, 0.11, 0.025, (60, 60, 68))
    for x, y in (back, front):
        turn = np.linspace(3.5, 5.9, 16)
        guard = np.column_stack([x + (r + 0.045) * np.cos(turn), y + (r + 0.045) * np.sin(turn)])
        pen.line(guard, 0.02, light(frame, -0.15), straight=True)
    pen.round(0.46, -0.78, 0.04, 0.045, (255, 238, 180), depth=0.4)
    pen.glow(0.5, -0.78, 0.16, (255, 230, 160), 0.35)


def rocket(pen: Pen) -> None:
    """Draw a rocket rising on its flame."""
    body = pen.hue((238, 236, 232))
    fin: Colour = (214, 66, 58) if pen.colour is None else light(body, -0.4)
    for wide, tall, colour in ((0.13, 0.42, (246, 140, 50)), (0.085, 0.3, (255, 206, 90)),
        (0.045, 0.18, (255, 246, 214))):  # fmt: skip
        pen.shape(mirrored([(0, -0.2), (wide, -0.18), (wide * 0.7, -0.18 + tall * 0.5),
            (0, -0.18 + tall)]), colour, depth=0, ink=0.7)  # fmt: skip
    pen.glow(0, 0.0, 0.34, (255, 170, 80), 0.75)
    pen.both(
        [(0.1, -0.46), (0.27, -0.26), (0.28, -0.12), (0.28, -0.12), (0.11, -0.22)], fin, depth=0.7
    )
    pen.shape(mirrored([(0, -1.0), (0.07, -0.9), (0.145, -0.68), (0.155, -0.42), (0.11, -0.2),
        (0, -0.19)]), body, depth=1.1)  # fmt: skip
    pen.shape(mirrored([(0, -1.0), (0.07, -0.9), (0.112, -0.79), (0, -0.765)]), fin, depth=1.0)
    pen.shape(mirrored([(0, -0.27), (0.125, -0.285), (0.11, -0.2), (0, -0.185)]),
        light(fin, -0.2), depth=0.8)  # fmt: skip
    for y, r in ((-0.62, 0.068), (-0.43, 0.04)):
        pen.round(0, y, r, r, (116, 124, 140), depth=0.6)
        pen.round(0, y, r * 0.72, r * 0.72, (70, 140, 200), depth=0.7)
        pen.round(-r * 0.25, y - r * 0.28, r * 0.2, r * 0.16, (236, 248, 255), depth=0, ink=0)
    pen.limb([(0, -0.4, 0.03), (0, -0.14, 0.03)], light(fin, 0.05), depth=0.5)


def balloon(pen: Pen) -> None:
    """Draw a hot-air balloon in panels of two colours."""
    first = pen.hue((224, 82, 62))
    second: Colour = (248, 208, 108) if pen.colour is None else mix(first, (255, 250, 236), 0.72)
    outer = [(0.0, -1.0), (0.2, -0.97), (0.35, -0.84), (0.385, -0.66), (0.3, -0.46),
        (0.15, -0.28), (0.075, -0.2), (0.0, -0.195)]  # fmt: skip
    for x in (-0.06, 0.06):
        pen.line([(x * 1.2, -0.2), (x, -0.1)], 0.006, (92, 74, 60), straight=True)
    pen.shape(mirrored(outer), first, depth=0, ink=1)
    panels = (0.78, 0.5, 0.2)
    for n, t in enumerate(panels):
        colour = second if n % 2 == 0 else first
        pen.shape(mirrored(np.asarray(outer) * [t, 1]), colour, depth=0, ink=0.6)
    pen.canvas.veil(pen.at(mirrored(outer)), 1.1)
    band = mirrored(
        [(0, -0.64), (0.2, -0.635), (0.381, -0.64), (0.362, -0.57), (0.2, -0.565), (0, -0.57)]
    )
    if pen.level:
        pen.shape(band, light(first, -0.35), depth=0.3, ink=0.4, straight=True)
    pen.shape([(-0.065, -0.11), (0.065, -0.11), (0.055, 0.0), (-0.055, 0.0)], (158, 106, 62),
        depth=0.6, straight=True)  # fmt: skip
    for y in np.linspace(-0.09, -0.02, (1, 3, 4, 4, 5)[pen.level]).tolist():
        pen.line([(-0.06, y), (0.06, y)], 0.006, (112, 72, 42), straight=True)
    pen.round(0, -0.17, 0.015, 0.025, (255, 226, 150), depth=0, ink=0)
    pen.glow(0, -0.19, 0.12, (255, 200, 110), 0.4)
