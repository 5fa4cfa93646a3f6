"""People and their likenesses: person, portrait, astronaut, robot, snowman."""

from __future__ import annotations

import numpy as np

from imagelab.simulator.painting.curves import Colour, light, mirrored, mix
from imagelab.simulator.painting.pen import Pen

SKINS: list[Colour] = [(244, 208, 178), (224, 172, 132), (178, 122, 84), (122, 80, 58)]
HAIRS: list[Colour] = [(44, 34, 36), (92, 58, 40), (158, 98, 52), (206, 160, 92), (120, 44, 36)]
CLOTHES: list[Colour] = [
    (44, 92, 138),
    (178, 62, 58),
    (232, 174, 74),
    (58, 124, 104),
    (112, 76, 132),
]
LONG_HAIRED = frozenset({"woman", "girl", "queen", "mother", "women", "dancer"})


def portrait(pen: Pen) -> None:
    """Draw head and shoulders."""
    rng = pen.rng
    skin, hair = SKINS[int(rng.integers(4))], HAIRS[int(rng.integers(5))]
    cloth = pen.hue(CLOTHES[int(rng.integers(5))])
    long = pen.word in LONG_HAIRED or (pen.word in ("person", "portrait",
        "face") and rng.random() < 0.5)  # fmt: skip
    if long:
        pen.shape(mirrored([(0, -1.0), (0.2, -0.97), (0.29, -0.76), (0.28, -0.5), (0.33, -0.28),
            (0.2, -0.2), (0, -0.24)]), light(hair, -0.2), depth=0.8)  # fmt: skip
    pen.shape(mirrored([(0, -0.34), (0.12, -0.33), (0.34, -0.24), (0.46, -0.1), (0.5, 0.06),
        (0, 0.06)]), cloth, depth=1.0)  # fmt: skip
    pen.shape([(-0.085, -0.5), (0.085, -0.5), (0.095, -0.34), (0.06, -0.25), (-0.06, -0.25),
        (-0.095, -0.34)], light(skin, -0.16), depth=0.5)  # fmt: skip
    pen.both(
        [(0.0, -0.2), (0.09, -0.35), (0.16, -0.31), (0.05, -0.12)], light(cloth, 0.18), depth=0.4
    )
    pen.shape(mirrored([(0, -0.94), (0.15, -0.9), (0.2, -0.74), (0.18, -0.58), (0.1, -0.46),
        (0, -0.42)]), skin, depth=0.9)  # fmt: skip
    for side in (-1, 1):
        pen.round(side * 0.195, -0.68, 0.028, 0.05, skin, depth=0.5)
        pen.round(side * 0.11, -0.59, 0.045, 0.03, mix(skin, (226, 104, 92), 0.16), depth=0, ink=0)
    _face(pen, skin, hair)
    crown = [(0, -0.8), (-0.09, -0.82), (-0.17, -0.74), (-0.205, -0.62), (-0.235, -0.76),
        (-0.19, -0.94), (-0.02, -1.03), (0.17, -0.97), (0.235, -0.8), (0.21, -0.64),
        (0.17, -0.76), (0.1, -0.85)]  # fmt: skip
    pen.shape(crown, hair, depth=0.8)
    pen.fur(crown, lambda p: np.pi / 2 + p[:, 0] * -3.0, 0.05, 0.4)
    if pen.word in ("king", "queen"):
        points = [(-0.2, -0.92), (-0.22, -1.1), (-0.1, -1.0), (0, -1.13), (0.1, -1.0),
            (0.22, -1.1), (0.2, -0.92)]  # fmt: skip
        pen.shape(points, (238, 192, 70), depth=0.7, straight=True)


def _face(pen: Pen, skin: Colour, hair: Colour) -> None:
    for side in (-1, 1):
        x = side * 0.078
        pen.round(x, -0.672, 0.036, 0.022, (250, 246, 242), depth=0, ink=0.5)
        pen.round(x, -0.672, 0.019, 0.021, (84, 62, 50), depth=0, ink=0)
        pen.round(x, -0.672, 0.01, 0.012, (16, 14, 16), depth=0, ink=0)
        pen.round(x - 0.006, -0.679, 0.005, 0.005, (255, 255, 255), depth=0, ink=0)
        pen.line([(x - 0.04, -0.682), (x, -0.699), (x + 0.04, -0.682)], 0.01, light(hair, -0.3))
        pen.line([(x - 0.045, -0.732), (x, -0.745), (x + 0.045, -0.732)], 0.014, hair)
    pen.line([(0.012, -0.66), (0.028, -0.585), (0.0, -0.572)], 0.009, light(skin, -0.34))
    lip = mix(skin, (182, 60, 70), 0.62)
    pen.shape([(-0.058, -0.51), (-0.02, -0.522), (0, -0.516), (0.02, -0.522), (0.058, -0.51),
        (0, -0.486)], lip, depth=0.3, ink=0.5)  # fmt: skip


def person(pen: Pen) -> None:
    """Draw a whole figure in a coat, standing or astride."""
    rng = pen.rng
    skin, hair = SKINS[int(rng.integers(4))], HAIRS[int(rng.integers(5))]
    cloth = pen.hue(CLOTHES[int(rng.integers(5))])
    trousers = light(mix(cloth, (60, 60, 84), 0.7), -0.3)
    _lower(pen, trousers, (54, 42, 40), 0.085)
    pen.limb([(-0.11, -0.71, 0.08), (-0.17, -0.55, 0.07), (-0.16, -0.4, 0.055)],
        light(cloth, -0.2), depth=0.6)  # fmt: skip
    hem = -0.3 if not pen.riding else -0.36
    pen.shape(mirrored([(0, -0.77), (0.08, -0.765), (0.135, -0.7), (0.125, -0.52), (0.17, hem),
        (0, hem + 0.02)]), cloth, depth=0.9)  # fmt: skip
    pen.round(-0.16, -0.37, 0.03, 0.035, skin, depth=0.4)
    pen.limb([(0.12, -0.71, 0.08), (0.19, -0.56, 0.07),
        (0.24 if pen.riding else 0.16, -0.42, 0.055)], light(cloth, -0.08), depth=0.6)  # fmt: skip
    pen.round(0.26 if pen.riding else 0.16, -0.39, 0.03, 0.035, skin, depth=0.4)
    pen.box(-0.032, -0.81, 0.064, 0.06, light(skin, -0.15))
    pen.shape(mirrored([(0, -0.995), (0.07, -0.97), (0.085, -0.9), (0.06, -0.81), (0, -0.79)]),
        skin, depth=0.7)  # fmt: skip
    pen.shape([(0.09, -0.9), (0.04, -0.945), (-0.05, -0.93), (-0.085, -0.86), (-0.105, -0.93),
        (-0.06, -1.01), (0.05, -1.02), (0.1, -0.96)], hair, depth=0.7)  # fmt: skip
    for x in (-0.03, 0.035):
        pen.round(x, -0.89, 0.01, 0.012, (34, 26, 26), depth=0, ink=0)
    pen.shape(mirrored([(0, -0.79), (0.075, -0.785), (0.08, -0.75), (0, -0.735)]),
        light(mix(cloth, (250, 200, 90), 0.6), 0), depth=0.4)  # fmt: skip


def _lower(pen: Pen, cloth: Colour, boot: Colour, width: float) -> None:
    """Draw legs: both standing, or the near one bent round a mount."""
    if pen.riding:
        path = [(0.0, -0.38, width * 1.35), (0.17, -0.24, width * 1.15), (0.13, -0.02, width)]
        pen.limb(path, cloth, depth=0.7)
        pen.shape([(0.08, -0.06), (0.17, -0.06), (0.27, 0.02), (0.26, 0.05), (0.09, 0.05)], boot,
            depth=0.6)  # fmt: skip
        return
    for side in (-1, 1):
        x = side * width * 0.8
        pen.limb([(x, -0.4, width * 1.25), (x, -0.2, width), (x, -0.04, width * 0.9)], cloth,
            depth=0.7)  # fmt: skip
        pen.shape([(x - 0.05, -0.06), (x + 0.05, -0.06), (x + 0.06 + side * 0.03, 0.0),
            (x - 0.06 + side * 0.03, 0.0)], boot, depth=0.6)  # fmt: skip


def astronaut(pen: Pen) -> None:
    """Draw an astronaut, standing, floating or astride."""
    suit = pen.hue((238, 238, 240))
    grey, trim = light(suit, -0.28), (226, 108, 54)
    pen.shape(mirrored([(0, -0.8), (0.19, -0.79), (0.22, -0.6), (0.19, -0.4), (0, -0.39)]),
        light(suit, -0.4), depth=0.7)  # fmt: skip
    _lower(pen, suit, grey, 0.125)
    pen.limb([(-0.14, -0.68, 0.12), (-0.24, -0.56, 0.115), (-0.25, -0.42, 0.095)],
        light(suit, -0.1), depth=0.7)  # fmt: skip
    pen.round(-0.25, -0.38, 0.055, 0.06, grey, depth=0.6)
    pen.shape(mirrored([(0, -0.73), (0.13, -0.72), (0.175, -0.6), (0.155, -0.42), (0.14, -0.34),
        (0, -0.33)]), suit, depth=1.0)  # fmt: skip
    reach = 0.36 if pen.riding else 0.27
    pen.limb([(0.14, -0.68, 0.12), (0.25, -0.57, 0.115), (reach, -0.45, 0.095)],
        light(suit, -0.03), depth=0.7)  # fmt: skip
    pen.round(reach + 0.01, -0.42, 0.055, 0.06, grey, depth=0.6)
    pen.box(-0.08, -0.6, 0.16, 0.1, light(suit, -0.14), depth=0.5)
    for n, colour in enumerate(((214, 62, 54), (70, 150, 214), (240, 196, 70))):
        pen.round(-0.045 + n * 0.045, -0.55, 0.015, 0.015, colour, depth=0.4, ink=0.5)
    pen.line([(-0.15, -0.43), (0, -0.415), (0.15, -0.43)], 0.022, trim)
    pen.round(0, -0.84, 0.178, 0.17, suit, depth=1.0)
    visor = mirrored([(0, -0.95), (0.1, -0.94), (0.142, -0.85), (0.11, -0.76), (0, -0.74)])
    pen.shape(visor, (36, 44, 78), depth=1.2)
    pen.shape([(-0.105, -0.88), (-0.06, -0.925), (0.01, -0.93), (-0.05, -0.9), (-0.085, -0.84)],
        (250, 196, 110), depth=0, ink=0)  # fmt: skip
    if pen.level:
        pen.line([(0.05, -0.775), (0.1, -0.82), (0.115, -0.87)], 0.012, (110, 160, 230), taper=0.5)
        pen.line([(-0.125, -0.3), (-0.06, -0.29)], 0.008, grey, straight=True)


def robot(pen: Pen) -> None:
    """Draw a friendly robot."""
    metal = pen.hue((142, 172, 190))
    dark, glow = light(metal, -0.55), (110, 236, 246)
    for side in (-1, 1):
        pen.limb(
            [(side * 0.1, -0.32, 0.075), (side * 0.1, -0.05, 0.075)], light(metal, -0.25), depth=0.8
        )
        pen.round(side * 0.11, -0.02, 0.1, 0.04, dark, depth=0.6)
        pen.limb([(side * 0.2, -0.6, 0.07), (side * 0.31, -0.48, 0.065),
            (side * 0.29, -0.3, 0.06)], light(metal, -0.22), depth=0.8)  # fmt: skip
        pen.round(side * 0.29, -0.27, 0.05, 0.05, dark, depth=0.8)
        pen.round(side * 0.215, -0.61, 0.055, 0.055, dark, depth=0.8)
    pen.shape(mirrored([(0, -0.67), (0.17, -0.66), (0.205, -0.6), (0.19, -0.36), (0.14, -0.29),
        (0, -0.28)]), metal, depth=1.1)  # fmt: skip
    pen.box(-0.1, -0.58, 0.2, 0.14, dark, depth=0.4)
    for n in range(3):
        pen.round(-0.055 + n * 0.055, -0.51, 0.018, 0.018, ((240, 96, 80), (248, 206, 84),
            glow)[n], depth=0.3, ink=0.5)  # fmt: skip
    pen.limb([(0, -0.66, 0.07), (0, -0.71, 0.07)], dark)
    pen.line([(0, -0.93), (0.0, -1.02)], 0.016, dark, straight=True)
    pen.round(0, -1.03, 0.028, 0.028, (246, 96, 76), depth=0.6)
    pen.shape(mirrored([(0, -0.95), (0.17, -0.945), (0.21, -0.88), (0.205, -0.76), (0.16, -0.7),
        (0, -0.695)]), light(metal, 0.12), depth=1.0)  # fmt: skip
    pen.shape(mirrored([(0, -0.9), (0.14, -0.895), (0.165, -0.83), (0.14, -0.755), (0, -0.75)]),
        (28, 34, 52), depth=0.5)  # fmt: skip
    for side in (-1, 1):
        pen.round(side * 0.07, -0.835, 0.034, 0.038, glow, depth=0, ink=0.6)
        pen.round(side * 0.07 - 0.01, -0.848, 0.011, 0.011, (255, 255, 255), depth=0, ink=0)
        pen.glow(side * 0.07, -0.835, 0.12, glow, 0.45)
    pen.line([(-0.04, -0.785), (0, -0.772), (0.04, -0.785)], 0.011, glow)


def snowman(pen: Pen) -> None:
    """Draw a snowman with hat and scarf."""
    snow: Colour = (244, 247, 252)
    scarf = pen.hue((208, 62, 56))
    for side in (-1, 1):
        pen.line(
            [(side * 0.18, -0.52), (side * 0.34, -0.64), (side * 0.42, -0.62)], 0.018, (92, 66, 50)
        )
        pen.line([(side * 0.34, -0.64), (side * 0.37, -0.72)], 0.013, (92, 66, 50), straight=True)
    for y, r in ((-0.2, 0.25), (-0.5, 0.19), (-0.74, 0.145)):
        pen.round(0, y, r, r * 0.95, snow, depth=1.1)
    for y in (-0.58, -0.49, -0.4):
        pen.round(0, y, 0.018, 0.018, (40, 38, 44), depth=0.5)
    pen.shape(
        [(-0.14, -0.65), (0.14, -0.65), (0.16, -0.6), (0, -0.57), (-0.16, -0.6)], scarf, depth=0.6
    )
    pen.shape(
        [(0.06, -0.6), (0.13, -0.61), (0.16, -0.42), (0.09, -0.41)], light(scarf, -0.12), depth=0.5
    )
    for x in (-0.05, 0.05):
        pen.round(x, -0.78, 0.017, 0.019, (34, 32, 38), depth=0)
    pen.shape(
        [(0.0, -0.745), (0.0, -0.715), (0.16, -0.71), (0.16, -0.71)], (238, 130, 44), depth=0.5
    )
    for x in (-0.06, -0.03, 0, 0.03, 0.06):
        pen.round(x, -0.675 - abs(x) * 0.3, 0.009, 0.009, (34, 32, 38), depth=0, ink=0)
    pen.shape([(-0.19, -0.86), (0.19, -0.86), (0.19, -0.83), (-0.19, -0.83)], (48, 44, 54),
        depth=0.5, straight=True)  # fmt: skip
    pen.box(-0.115, -1.03, 0.23, 0.18, (48, 44, 54), depth=0.8)
    pen.box(-0.116, -0.9, 0.232, 0.035, scarf, depth=0.4)
