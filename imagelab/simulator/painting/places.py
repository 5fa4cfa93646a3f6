"""The places on land: what lies behind and around the subject."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imagelab.simulator.painting.curves import Colour, blob, light, mix, ridge
from imagelab.simulator.painting.flora import broadleaf, conifer, flowers, grass, reeds
from imagelab.simulator.painting.scene import Scene

SNOW_NEAR: Colour = (244, 247, 252)
SNOW_FAR: Colour = (214, 224, 242)
LEAVES: list[Colour] = [(206, 110, 44), (226, 158, 52), (180, 70, 46), (150, 120, 60)]


def _green(scene: Scene) -> Colour:
    usual = (196, 140, 70) if scene.autumn else (98, 142, 72)
    return scene.tint("meadow", usual)


def soil(scene: Scene, top: float, *, bumps: float = 0.012) -> None:
    """Paint snow, or grass, from `top` (pixels) down."""
    if scene.snow:
        white = scene.tint("snow", SNOW_NEAR)
        scene.ground(top, white, mix(SNOW_FAR, white, 0.4), bumps=bumps)
        scene.dapple(top, mix(white, (126, 150, 206), 0.62), 0.5)
        _drifts(scene, top)
        return
    green = _green(scene)
    scene.ground(top, light(green, -0.12), mix(light(green, 0.25), scene.air.low, 0.25),
        bumps=bumps)  # fmt: skip
    scene.dapple(top, light(green, -0.4), 0.55)
    grass(scene.canvas, top + 0.01 * scene.h, scene.h * 1.02, green, scene.rng("grass"))


def _drifts(scene: Scene, top: float) -> None:
    rng = scene.rng("drifts")
    rows = scene.count(7)
    for n in range(rows):
        y = top + (scene.h - top) * (0.12 + 0.8 * (n + rng.random()) / rows)
        x, reach = rng.random() * scene.w, scene.unit * rng.uniform(0.1, 0.3)
        path = [(x - reach, y), (x, y - 0.008 * scene.h), (x + reach, y)]
        scene.canvas.line(path, scene.unit * 0.004, mix(SNOW_FAR, (150, 172, 218), 0.35), taper=0.9)


def rolling(scene: Scene, layers: int, base: float, tall: float, colour: Colour) -> None:
    """Paint layers of hills behind the horizon, hazier with distance."""
    layers = max(1, min(layers, 1 + scene.level * 2))
    for n in range(layers):
        rng = scene.rng(f"hill{n}")
        far = 1 - (n + 1) / (layers + 0.6)
        xs = np.linspace(-4, scene.w + 4, 90)
        ys = base - (0.3 + ridge(rng, 90, 0.38, 3)) * tall * scene.h * (0.35 + 0.65 * far)
        outline = [
            *zip(xs, ys, strict=True),
            (scene.w + 4, base + tall * scene.h),
            (-4, base + tall * scene.h),
        ]
        shade = scene.far(colour, 0.2 + far * 0.62)
        scene.canvas.ramp(outline, light(shade, 0.06), mix(shade, scene.air.low, 0.35), ink=0.6)


def peaks(scene: Scene, base: float, tall: float) -> None:
    """Paint mountains: ridges with a lit and a shaded side, snow above."""
    stone = scene.tint("mountains", (112, 118, 142))
    for n in range(1 if scene.level == 0 else 2):
        rng = scene.rng(f"peaks{n}")
        far = (0.5, 0.16)[n] if scene.level else 0.3
        shade = scene.far(stone, far)
        height = tall * scene.h * (1.0 if n == 0 or not scene.level else 0.62)
        tops = rng.permutation(np.linspace(0.02, 0.98, 5 - n)) + rng.uniform(-0.06, 0.06, 5 - n)
        for k, x in enumerate(tops.tolist()):
            high = height * (0.98 if k == 0 else rng.uniform(0.5, 0.8))
            _peak(scene, x * scene.w, base, high, shade, rng)


def _peak(
    scene: Scene, x: float, base: float, high: float, colour: Colour, rng: np.random.Generator
) -> None:
    wide = high * rng.uniform(0.95, 1.25)
    steps = (9, 22, 44, 60, 80)[scene.level]
    rough = high * 0.035

    def flank(side: int) -> list[tuple[float, float]]:
        t = np.linspace(0, 1, 80)
        jag = (ridge(rng, 80, 0.66, 6) - 0.5) * rough * np.sin(t * np.pi) ** 0.4
        px, py = x + side * wide * (t + 0.08 * np.sin(t * 9)), base - high * (1 - t) + jag
        return [*zip(px.tolist(), py.tolist(), strict=True)][:: 80 // min(steps, 80)]

    left, right = flank(-1), flank(1)
    t, jagged = np.linspace(0, 1, 14), rng.uniform(-1, 1, 14)
    spine_x = x + high * 0.1 * np.sin(6 * t) * t + jagged * rough
    ridge_line = [*zip(spine_x.tolist(), (base - high * (1 - t * 1.05)).tolist(), strict=True)]
    lit_left = scene.canvas.sun.x < 0
    bright = mix(light(colour, 0.16), scene.canvas.sun.key, 0.12)
    dark = mix(light(colour, -0.16), scene.canvas.sun.shade, 0.16)
    foot = [(x + wide, base + 4), (x - wide, base + 4)]
    scene.canvas.fill([*left[::-1], *right, *foot], dark if lit_left else bright)
    scene.canvas.fill([*left[::-1], *ridge_line, (x - wide, base + 4)],
        bright if lit_left else dark, ink=0.4)  # fmt: skip
    _snowfield(scene, (x, base - high), left, right, ridge_line, high, rng)


def _snowfield(
    scene: Scene, top: tuple[float, float], left: list[tuple[float, float]],
    right: list[tuple[float, float]], middle: list[tuple[float, float]], high: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    depth = high * (0.62 if scene.snow else 0.34)
    white, blue = scene.far((250, 250, 252), 0.12), scene.far((176, 190, 222), 0.14)
    lit_left = scene.canvas.sun.x < 0
    for flank, lit in ((left, lit_left), (right, not lit_left)):
        edge = [p for p in flank if p[1] < top[1] + depth]
        spine = [p for p in middle if p[1] < top[1] + depth * 1.15]
        if len(edge) < 2 or len(spine) < 2:
            continue
        hem = _hem(edge[-1], spine[-1], high * 0.05, rng)
        scene.canvas.fill([*edge, *hem, *spine[::-1]], white if lit else blue, ink=0.35)


def _hem(
    start: tuple[float, float], end: tuple[float, float], deep: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return the jagged lower edge of a snowfield."""
    t = np.linspace(0, 1, 9)[1:-1]
    zigzag = np.where(np.arange(7) % 2, 1, -1) * deep * rng.uniform(0.4, 1.2, 7)
    xs, ys = start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + zigzag
    return [*zip(xs.tolist(), ys.tolist(), strict=True)]


def forest(scene: Scene) -> None:
    """Paint rows of trees, the farther the paler."""
    scene.sky()
    base = scene.horizon
    rolling(scene, 2, base, 0.16, (96, 120, 128))
    rows = (2, 3, 4, 4, 5)[scene.level]
    for n in range(rows):
        near = (n + 1) / rows
        _tree_row(scene, n, base + (near - 0.55) * 0.07 * scene.h, near, 12)
        if scene.level and n < 2:
            scene.haze(base - 0.3 * scene.h, base + 0.08 * scene.h, 0.22)
    soil(scene, base + 0.02 * scene.h)
    _framing_trees(scene, base)
    reeds(scene.canvas, scene.h, (226, 232, 242) if scene.snow else light(_green(scene), -0.45),
        scene.rng("reeds"))  # fmt: skip


def _tree_colour(scene: Scene, rng: np.random.Generator) -> Colour:
    if "forest" in scene.idea.tints:
        return scene.idea.tints["forest"]
    if scene.autumn:
        return LEAVES[int(rng.integers(len(LEAVES)))]
    if "blossom" in scene.idea.weather:
        return (238, 176, 196)
    return (58, 96, 84) if scene.snow else (64, 112, 78)


def _tree_row(
    scene: Scene, n: int, base: float, near: float, full: int, scale: float = 1.0
) -> None:
    rng = scene.rng(f"trees{n}")
    count = max(5, scene.count(full + 8 - 3 * n))
    slots = (np.arange(count) + rng.uniform(-0.4, 1.2, count)) / count
    for x in slots.tolist():
        if near > 0.7 and 0.3 < x < 0.7 and rng.random() < 0.8:
            continue  # the subject's clearing
        tall = scene.unit * rng.uniform(0.26, 0.44) * (0.7 + 0.5 * near) * scale
        colour = scene.far(_tree_colour(scene, rng), 0.72 * (1 - near) + 0.08)
        if scene.autumn or "blossom" in scene.idea.weather:
            broadleaf(scene.canvas, x * scene.w, base, tall * 0.9, colour, rng, fine=False)
        else:
            conifer(scene.canvas, x * scene.w, base, tall, colour, rng, snow=scene.snow,
                    fine=near > 0.6 and scale == 1, ink=0.35 + 0.4 * near)  # fmt: skip


def _framing_trees(scene: Scene, base: float) -> None:
    """Paint one or two big trees at the sides, cut by the frame."""
    rng = scene.rng("framing")
    spots = [(-0.01, 0.1), (0.99, 0.06), (0.13, 0.035), (0.88, 0.03)]
    for n, (x, down) in enumerate(spots[: (2, 3, 4, 4, 4)[scene.level]]):
        colour = light(_tree_colour(scene, rng), -0.22)
        tall = scene.unit * (0.82 if n < 2 else 0.52) * rng.uniform(0.88, 1.1)
        at = (x + rng.uniform(-0.03, 0.03)) * scene.w, base + down * scene.h
        if scene.autumn or "blossom" in scene.idea.weather:
            broadleaf(scene.canvas, *at, tall, colour, rng)
        else:
            conifer(scene.canvas, *at, tall, colour, rng, snow=scene.snow)


def meadow(scene: Scene) -> None:
    """Paint a flowering field under a wide sky."""
    scene.sky()
    rolling(scene, 3, scene.horizon, 0.16, (104, 136, 120))
    rng = scene.rng("copse")
    for x in rng.random(scene.count(9)).tolist():
        colour = scene.far(_tree_colour(scene, rng), 0.42)
        broadleaf(scene.canvas, x * scene.w, scene.horizon + 0.012 * scene.h,
                  scene.unit * rng.uniform(0.07, 0.13), colour, rng, fine=False)  # fmt: skip
    soil(scene, scene.horizon)
    if not scene.snow:
        colours: list[Colour] = [(246, 240, 230), (236, 92, 82), (250, 206, 82), (160, 120, 210)]
        flowers(scene.canvas, scene.horizon + 0.05 * scene.h, scene.h, colours,
            scene.rng("flowers"))  # fmt: skip
    reeds(scene.canvas, scene.h, light(_green(scene), -0.35), scene.rng("reeds"))


def hills(scene: Scene) -> None:
    """Paint layered hills with a few trees."""
    scene.sky()
    rolling(scene, 5, scene.horizon + 0.02 * scene.h, 0.22, (92, 130, 116))
    soil(scene, scene.horizon + 0.02 * scene.h, bumps=0.05)
    rng = scene.rng("grove")
    for _ in range(scene.count(8)):
        x = rng.random()
        x = x * 0.3 if x < 0.5 else 1 - (1 - x) * 0.3
        tall = scene.unit * rng.uniform(0.12, 0.24)
        conifer(scene.canvas, x * scene.w, scene.horizon + rng.uniform(0.03, 0.1) * scene.h, tall,
                scene.far(_tree_colour(scene, rng), 0.12), rng, snow=scene.snow)  # fmt: skip


def mountains(scene: Scene) -> None:
    """Paint a mountain range behind a row of firs."""
    scene.sky()
    base = scene.horizon
    peaks(scene, base + 0.02 * scene.h, 0.46)
    scene.haze(base - 0.16 * scene.h, base + 0.05 * scene.h, 0.5)
    rolling(scene, 2, base + 0.03 * scene.h, 0.09, (72, 104, 104))
    for n in range(2 if scene.level else 1):
        _tree_row(scene, n + 2, base + (0.02 + 0.03 * n) * scene.h, 0.62 + 0.12 * n, 34, 0.42)
    soil(scene, base + 0.03 * scene.h, bumps=0.03)


def desert(scene: Scene) -> None:
    """Paint dunes with sharp crests."""
    scene.sky()
    sand = scene.tint("desert", (226, 176, 112))
    for n in range((2, 4, 5, 6, 6)[scene.level]):
        rng = scene.rng(f"dune{n}")
        near = (n + 1) / 6
        top = scene.horizon + (near - 0.25) * 0.32 * scene.h
        xs = np.linspace(-4, scene.w + 4, 70)
        crest = top - ridge(rng, 70, 0.24, 2) * 0.12 * scene.h * (0.6 + near)
        body = [*zip(xs, crest, strict=True), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)]
        shade = scene.far(sand, 0.55 * (1 - near))
        scene.canvas.ramp(body, light(shade, 0.2), light(shade, -0.2))
        k = int(np.argmin(crest[10:60])) + 10
        slope = [(xs[k], crest[k]), *zip(xs[k:], crest[k:], strict=True), (scene.w + 4, scene.h),
                 (xs[k] + 0.2 * scene.w, scene.h), (xs[k] + 0.06 * scene.w,
                     crest[k] + 0.14 * scene.h)]  # fmt: skip
        scene.canvas.ramp(slope, mix(light(shade, -0.3), (120, 70, 90), 0.25),
            light(shade, -0.22), ink=0.5)  # fmt: skip


def stones(scene: Scene, low: float, high: float, full: int) -> None:
    """Scatter stones between two heights in pixels."""
    rng = scene.rng("stones")
    for _ in range(scene.count(full)):
        near, x = rng.random(), rng.random() * scene.w
        y, r = (
            low + near * (high - low),
            scene.unit * (0.006 + 0.022 * near) * rng.uniform(0.6, 1.3),
        )
        grey: Colour = mix((128, 122, 124), (176, 164, 150), rng.random())
        scene.canvas.solid(blob(rng, x, y, r * 1.4, r * 0.8, 0.22), grey, depth=0.8)


LAND: dict[str, Callable[[Scene], None]] = {
    "forest": forest, "meadow": meadow, "hills": hills, "mountains": mountains, "desert": desert,
}  # fmt: skip
