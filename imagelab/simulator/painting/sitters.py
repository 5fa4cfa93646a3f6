"""Animals that sit and look at you: fox, cat, dog, wolf, rabbit, bear, panda, mouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imagelab.simulator.painting.curves import (
    Colour,
    Points,
    light,
    luma,
    mirror,
    mirrored,
    mix,
)
from imagelab.simulator.painting.pen import Pen

DARK: Colour = (46, 34, 36)
SNOW: Colour = (246, 240, 230)


@dataclass(frozen=True)
class Sitter:
    """How one kind of sitting animal differs from the others."""

    coat: Colour
    bib: Colour = SNOW
    sock: Colour | None = DARK
    ears: Literal["point", "cat", "drop", "round", "long"] = "point"
    ear_tip: Colour | None = DARK
    ear_inside: Colour = (92, 62, 60)
    tail: Literal["bush", "thin", "none", "puff"] = "bush"
    tail_tip: Colour | None = SNOW
    mask: bool = True
    muzzle: Colour | None = None
    iris: Colour = (214, 140, 44)
    eye: float = 0.026
    wide: float = 1.0
    patches: bool = False
    stripes: bool = False
    whiskers: bool = False
    nose: Colour = (34, 28, 32)


FOX = Sitter(coat=(216, 98, 36))
CAT = Sitter(
    coat=(142, 128, 120), sock=None, ears="cat", ear_tip=None, ear_inside=(216, 156, 150),
    tail="thin", tail_tip=None, mask=False, muzzle=SNOW, iris=(122, 178, 84), eye=0.036,
    stripes=True, whiskers=True, nose=(196, 112, 112),
)  # fmt: skip
DOG = Sitter(
    coat=(196, 142, 82), sock=None, ears="drop", ear_tip=None, tail="thin", tail_tip=None,
    mask=False, muzzle=(240, 224, 200), iris=(96, 62, 36), eye=0.03, wide=1.06,
)  # fmt: skip
WOLF = replace(FOX, coat=(128, 132, 142), sock=None, tail_tip=DARK, iris=(226, 186, 72))
RABBIT = Sitter(
    coat=(178, 154, 132), sock=None, ears="long", ear_tip=None, ear_inside=(232, 184, 176),
    tail="puff", tail_tip=None, mask=False, muzzle=SNOW, iris=(70, 44, 36), eye=0.034,
    whiskers=True, nose=(206, 130, 130), wide=0.94,
)  # fmt: skip
BEAR = Sitter(
    coat=(116, 78, 52), bib=(146, 104, 72), sock=None, ears="round", ear_tip=None, tail="none",
    tail_tip=None, mask=False, muzzle=(196, 158, 118), iris=(60, 38, 28), eye=0.022, wide=1.28,
    ear_inside=(84, 56, 42),
)  # fmt: skip
PANDA = replace(BEAR, coat=(240, 238, 232), bib=(246, 244, 240), sock=(40, 38, 44),
                muzzle=(250, 248, 244), patches=True, ear_inside=(40, 38, 44))  # fmt: skip
POLARBEAR = replace(BEAR, coat=(236, 234, 224), bib=SNOW, muzzle=SNOW, ear_inside=(190, 180, 176))
MOUSE = replace(CAT, coat=(158, 150, 152), ears="round", stripes=False, muzzle=SNOW,
                iris=(40, 32, 36), eye=0.03, wide=1.1)  # fmt: skip
TIGER = replace(CAT, coat=(226, 138, 48), ears="round", wide=1.2, eye=0.028,
                iris=(214, 178, 70), ear_inside=(70, 50, 46))  # fmt: skip


def draw(pen: Pen, kind: Sitter) -> None:
    """Draw a sitting animal of the given kind, its head a little on one side."""
    if pen.colour:
        kind = recoloured(kind, pen.colour)
    head = pen.turned(float(pen.rng.uniform(-0.09, 0.09)), (0, -0.52))
    _tail(pen, kind)
    _body(pen, kind)
    _comb(pen, BODY * [kind.wide, 1], 1.0)
    _legs(pen, kind)
    _ears(head, kind)
    _face(head, kind)


def recoloured(kind: Sitter, coat: Colour) -> Sitter:
    """Return the kind in another coat; its pale parts stay pale, its dark parts dark."""
    sock = kind.sock and (light(coat, -0.72) if luma(coat) > 0.2 else kind.sock)
    bib = mix(kind.bib, coat, 0.12) if luma(coat) > 0.25 else mix(coat, SNOW, 0.28)
    muzzle = kind.muzzle and mix(bib, kind.muzzle, 0.4)
    iris = (222, 186, 66) if luma(coat) < 0.3 else kind.iris
    return replace(kind, coat=coat, sock=sock, bib=bib, muzzle=muzzle, iris=iris)


BODY = mirrored(
    [(0.0, -0.62), (0.10, -0.57), (0.155, -0.44), (0.205, -0.26), (0.25, -0.11), (0.235, -0.01),
     (0.12, 0.0)]
)  # fmt: skip
BIB = mirrored(
    [(0.0, -0.6), (0.105, -0.53), (0.115, -0.42), (0.085, -0.36), (0.088, -0.315), (0.052, -0.29),
     (0.045, -0.245), (0.018, -0.235), (0, -0.195)]
)  # fmt: skip
HEAD = [
    (0.0, -0.812), (0.075, -0.815), (0.135, -0.765), (0.172, -0.69), (0.198, -0.635),
    (0.243, -0.592), (0.243, -0.592), (0.185, -0.565), (0.17, -0.545), (0.115, -0.525),
    (0.06, -0.492), (0.0, -0.478),
]  # fmt: skip
SOFT_HEAD = [
    (0.0, -0.825), (0.09, -0.815), (0.165, -0.75), (0.192, -0.66), (0.178, -0.575),
    (0.12, -0.515), (0.055, -0.49), (0.0, -0.484),
]  # fmt: skip
CHEEK = [
    (0.0, -0.515), (0.03, -0.575), (0.056, -0.625), (0.1, -0.648), (0.15, -0.638), (0.19, -0.618),
    (0.236, -0.591), (0.236, -0.591), (0.18, -0.568), (0.165, -0.55), (0.112, -0.532),
    (0.058, -0.5), (0.0, -0.485),
]  # fmt: skip
BUSH = [
    (0.1, -0.13), (0.22, -0.02), (0.36, 0.005), (0.5, -0.06), (0.575, -0.2), (0.565, -0.37),
    (0.5, -0.5), (0.435, -0.575), (0.435, -0.575), (0.445, -0.46), (0.42, -0.35), (0.36, -0.27),
    (0.26, -0.23), (0.16, -0.24),
]  # fmt: skip
BUSH_TIP = [
    (0.577, -0.3), (0.55, -0.41), (0.5, -0.5), (0.435, -0.575), (0.435, -0.575), (0.445, -0.46),
    (0.432, -0.385), (0.465, -0.36), (0.475, -0.31), (0.51, -0.335), (0.535, -0.28),
]  # fmt: skip


def _down(points: Points) -> NDArray[np.float64]:
    return np.pi / 2 - points[:, 0] * 1.6


def _comb(pen: Pen, outline: Points, amount: float) -> None:
    pen.fur(outline, _down, 0.034, amount)


def _tail(pen: Pen, kind: Sitter) -> None:
    if kind.tail == "bush":
        pen.shape(BUSH, light(kind.coat, -0.08), depth=0.95)
        if kind.tail_tip:
            pen.shape(BUSH_TIP, kind.tail_tip, depth=0.6, ink=0.6)
        pen.fur(BUSH, lambda p: -1.2 - (0.5 - p[:, 0]) * 2.4, 0.055, 0.55)
    elif kind.tail == "thin":
        path = [(0.15, -0.06), (0.34, -0.03), (0.44, -0.14), (0.41, -0.29), (0.46, -0.4)]
        pen.line(path, 0.062, light(kind.coat, -0.1), taper=0.35)
        if kind.stripes and pen.level:
            for x, y in ((0.4, -0.07), (0.44, -0.15), (0.42, -0.25)):
                pen.line([(x - 0.026, y), (x + 0.026, y - 0.01)], 0.016, light(kind.coat, -0.45))
    elif kind.tail == "puff":
        pen.round(0.25, -0.07, 0.07, 0.065, kind.bib, depth=0.5)


def _body(pen: Pen, kind: Sitter) -> None:
    wide = [kind.wide, 1]
    pen.shape(BODY * wide, kind.coat, depth=1.0)
    if kind.stripes and pen.level:
        for y in (-0.42, -0.33, -0.24, -0.15):
            side = [(0.23 + y * 0.12, y), (0.15, y + 0.012), (0.1, y + 0.035)]
            for path in (side, mirror(side)):
                pen.line(np.asarray(path) * wide, 0.02, light(kind.coat, -0.42), taper=0.85)
    pen.shape(BIB * wide, kind.bib, depth=0.45, ink=0.6)


def _legs(pen: Pen, kind: Sitter) -> None:
    thigh = [(0.13, -0.2), (0.215, -0.19), (0.262, -0.09), (0.245, -0.005), (0.15, 0.0),
             (0.115, -0.08)]  # fmt: skip
    pen.both(np.asarray(thigh) * [kind.wide, 1], light(kind.coat, -0.06), depth=0.8)
    _comb(pen, np.asarray(thigh) * [kind.wide, 1], 0.16)
    _comb(pen, mirror(np.asarray(thigh) * [kind.wide, 1]), 0.16)
    pen.both([(0.12, -0.035), (0.2, -0.045), (0.265, -0.015), (0.25, 0.012), (0.13, 0.012)],
             kind.sock or light(kind.coat, 0.06), depth=0.5)  # fmt: skip
    leg = [(0.02, -0.34), (0.1, -0.36), (0.118, -0.22), (0.1, -0.1), (0.108, -0.02), (0.075, 0.012),
           (0.03, 0.01), (0.018, -0.04), (0.022, -0.18)]  # fmt: skip
    pen.both(leg, kind.coat, depth=0.55, ink=0.8)
    if kind.sock:
        sock = [(0.0215, -0.17), (0.055, -0.2), (0.112, -0.185), (0.1, -0.1), (0.108, -0.02),
                (0.075, 0.014), (0.03, 0.012), (0.018, -0.04)]  # fmt: skip
        pen.both(sock, kind.sock, depth=0.5, ink=0.4)
    _comb(pen, np.asarray(leg), 0.14)
    _comb(pen, mirror(leg), 0.14)
    if pen.level:
        claw = light(kind.sock or kind.coat, -0.4)
        for x in (0.05, 0.075):
            for side in (1, -1):
                pen.line([(side * x, -0.012), (side * x, 0.006)], 0.006, claw, straight=True)


def _ears(pen: Pen, kind: Sitter) -> None:
    coat, tip = kind.coat, kind.ear_tip
    if kind.ears in ("point", "cat"):
        high = -1.02 if kind.ears == "point" else -0.955
        outer = [(0.03, -0.79), (0.09, -0.9), (0.155, high), (0.155, high), (0.192, -0.88),
                 (0.178, -0.7)]  # fmt: skip
        pen.both(outer, coat, depth=0.7)
        if tip:
            pen.both([(0.1, -0.918), (0.155, high), (0.155, high), (0.19, -0.888), (0.15, -0.93)],
                     tip, depth=0.3, ink=0)  # fmt: skip
        inner = [(0.075, -0.8), (0.115, -0.88), (0.15, high + 0.055), (0.15, high + 0.055),
                 (0.168, -0.86), (0.155, -0.75)]  # fmt: skip
        pen.both(inner, kind.ear_inside, depth=0.3, ink=0.4)
        if tip:  # the pale tuft in a fox's ear
            pen.both([(0.06, -0.77), (0.1, -0.86), (0.112, -0.8), (0.14, -0.83), (0.14, -0.74)],
                     kind.bib, depth=0.2, ink=0)  # fmt: skip
    elif kind.ears == "round":
        for side in (1, -1):
            colour = kind.ear_inside if kind.patches else coat
            pen.round(side * 0.14, -0.81, 0.068, 0.068, colour, depth=0.7)
            pen.round(side * 0.137, -0.803, 0.04, 0.042, kind.ear_inside, depth=0.3, ink=0.5)
    elif kind.ears == "long":
        pen.both([(0.02, -0.78), (0.04, -0.95), (0.1, -1.09), (0.15, -1.06), (0.145, -0.92),
                  (0.105, -0.77)], coat, depth=0.7)  # fmt: skip
        pen.both([(0.05, -0.8), (0.068, -0.94), (0.105, -1.05), (0.125, -1.0), (0.11, -0.88),
                  (0.085, -0.79)], kind.ear_inside, depth=0.3, ink=0.5)  # fmt: skip


def _face(pen: Pen, kind: Sitter) -> None:
    head = mirrored(HEAD if kind.mask else SOFT_HEAD)
    pen.shape(head, kind.coat, depth=0.9)
    if kind.mask:
        pen.both(CHEEK, kind.bib, depth=0.4, ink=0.5)
        bridge = mirrored([(0.0, -0.72), (0.05, -0.68), (0.04, -0.61), (0.024, -0.555),
                           (0.0, -0.54)])  # fmt: skip
        pen.shape(bridge, light(kind.coat, 0.03), depth=0.25, ink=0)
    if kind.stripes and pen.level:
        for x in (-0.045, 0, 0.045):
            pen.line([(x, -0.81), (x * 0.7, -0.735)], 0.016, light(kind.coat, -0.42), taper=0.8)
    if kind.muzzle:
        pen.shape(mirrored([(0.0, -0.625), (0.05, -0.61), (0.092, -0.56), (0.08, -0.505),
                            (0.0, -0.487)]), kind.muzzle, depth=0.5, ink=0.6)  # fmt: skip
    pen.fur(head, _away, 0.03, 0.62)
    if kind.ears == "drop":
        pen.both([(0.1, -0.82), (0.18, -0.8), (0.235, -0.7), (0.245, -0.56), (0.2, -0.51),
                  (0.165, -0.58), (0.15, -0.7)], light(kind.coat, -0.3), depth=0.7)  # fmt: skip
    _features(pen, kind)


def _away(points: Points) -> NDArray[np.float64]:
    return np.arctan2(points[:, 1] + 0.6, points[:, 0])


def _features(pen: Pen, kind: Sitter) -> None:
    for side in (1, -1):
        if kind.patches:
            pen.round(side * 0.085, -0.66, 0.05, 0.06, (38, 36, 42), turn=side * 0.5, depth=0.3)
        pen.eye(side * 0.086, -0.668, kind.eye, kind.iris)
        if kind.mask and pen.level:
            pen.line([(side * 0.066, -0.65), (side * 0.05, -0.62), (side * 0.043, -0.6)], 0.009,
                     light(kind.coat, -0.5), taper=0.8)  # fmt: skip
    pen.round(0, -0.553, 0.03, 0.021, kind.nose, depth=0.5)
    pen.round(-0.008, -0.56, 0.009, 0.005, light(kind.nose, 0.6), depth=0, ink=0)
    mouth = [(-0.05, -0.512), (-0.024, -0.503), (0, -0.518), (0.024, -0.503), (0.05, -0.512)]
    pen.line(mouth, 0.007, (66, 46, 46))
    pen.line([(0, -0.536), (0, -0.518)], 0.007, (66, 46, 46), straight=True)
    if kind.whiskers and pen.level:
        for side in (1, -1):
            for drop in (-0.012, 0.006, 0.026):
                path = [(side * 0.07, -0.545), (side * 0.17, -0.55 + drop),
                    (side * 0.26, -0.54 + 2.2 * drop)]  # fmt: skip
                pen.line(path, 0.004, (250, 248, 244))
