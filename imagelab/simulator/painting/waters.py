"""The places with water: sea, lake, beach, coast, and under the surface."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imagelab.simulator.painting.curves import Colour, blob, light, mix, ridge, times
from imagelab.simulator.painting.flora import conifer
from imagelab.simulator.painting.places import peaks, rolling, stones
from imagelab.simulator.painting.scene import Scene


def water(scene: Scene, top: float, *, bottom: float | None = None, calm: float = 1.0) -> None:
    """Paint water from `top` (pixels) down: gradient, ripples, and the sun's path on it."""
    bottom = scene.h + 4 if bottom is None else bottom
    blue = scene.tint("sea", scene.tint("lake", (44, 112, 150)))
    far = mix(scene.far(blue, 0.5), scene.air.middle, 0.2)
    canvas = scene.canvas
    canvas.ramp([(-4, top), (scene.w + 4, top), (scene.w + 4, bottom), (-4, bottom)], far,
                light(blue, -0.28), ink=0.6)  # fmt: skip
    rng = scene.rng("ripples")
    full = 1000
    near = rng.random(full) ** 1.5
    x = rng.random(full) * scene.w
    reach = scene.unit * (0.012 + 0.09 * near) * rng.uniform(0.4, 1.3, full)
    tone = rng.random(full)
    for n in range(scene.count(620)):
        y = top + 4 + near[n] * (bottom - top)
        bright = tone[n] > 0.5
        colour = mix(far, light(scene.air.low, 0.3), 0.5) if bright else light(blue, -0.3)
        _ripple(scene, x[n], y, reach[n], mix(blue, colour, 0.35 + 0.3 * near[n]), near[n] * calm)
    _sun_path(scene, top, bottom)


def _ripple(scene: Scene, x: float, y: float, reach: float, colour: Colour, near: float) -> None:
    lift = scene.unit * 0.006 * near
    path = [
        (x - reach, y),
        (x - reach * 0.4, y - lift),
        (x + reach * 0.2, y),
        (x + reach, y - lift),
    ]
    scene.canvas.line(path, scene.unit * (0.0016 + 0.0042 * near), colour)


def _sun_path(scene: Scene, top: float, bottom: float) -> None:
    if scene.air.veiled:
        return
    rng = scene.rng("glitter")
    colour = mix(scene.air.sun, (255, 255, 255), 0.2)
    for _ in range(scene.count(130)):
        t = rng.random() ** 1.3
        x = scene.sun_x * scene.w + rng.normal(0, 0.016 + 0.05 * t) * scene.w
        reach = scene.unit * (0.006 + 0.024 * t) * rng.uniform(0.5, 1.4)
        y = top + 3 + t * (bottom - top) * 0.8
        if scene.canvas.hand in ("paint", "flat"):
            half = scene.unit * (0.001 + 0.002 * t)
            scene.canvas.lamp(
                [(x - reach, y), (x, y - half), (x + reach, y), (x, y + half)], colour
            )
        else:
            scene.canvas.line([(x - reach, y), (x + reach, y)], 1, colour)


def waves(scene: Scene, top: float) -> None:
    """Paint breaking waves in rows, foam on their crests."""
    blue = scene.tint("sea", (36, 92, 128))
    rough = bool(scene.idea.weather & {"storm"})
    rows = (3, 5, 8, 9, 10)[scene.level]
    for n in range(rows):
        rng = scene.rng(f"wave{n}")
        near = (n + 1) / rows
        y = top + (near**1.4) * (scene.h - top) * 0.92
        xs = np.linspace(-4, scene.w + 4, 120)
        cycles = (9 - 5 * near) * (0.7 if rough else 1)
        phase = xs / scene.unit * cycles + rng.uniform(0, 6)
        swell = np.abs(np.sin(phase)) ** (0.7 if not rough else 0.55)
        swell += 0.25 * np.sin(phase * 2.7 + 1)
        crest = y - swell * scene.unit * (0.012 + 0.04 * near) * (1.6 if rough else 0.7)
        body = [*zip(xs, crest, strict=True), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)]
        shade = mix(scene.far(blue, 0.4 * (1 - near)), light(blue, -0.3), 0.4 * near)
        scene.canvas.ramp(body, light(shade, 0.16), light(shade, -0.3), ink=0.7)
        _foam(scene, xs, crest, near, rng)


def _foam(
    scene: Scene, xs: np.ndarray, crest: np.ndarray, near: float, rng: np.random.Generator
) -> None:
    white: Colour = (238, 246, 250)
    high = crest < np.percentile(crest, 34)
    for part in np.split(np.column_stack([xs, crest]), np.where(np.diff(high))[0] + 1):
        if len(part) > 3 and part[0, 1] < np.percentile(crest, 40):
            scene.canvas.line(part, scene.unit * (0.002 + 0.006 * near), white, taper=0.3)
    count = scene.count(round(70 * near))
    pick = rng.integers(0, len(xs), count)
    spots = np.column_stack([xs[pick], crest[pick]])
    spots += rng.normal(0, scene.unit * 0.012 * near, (count, 2))
    spots[:, 1] += scene.unit * 0.01
    scene.canvas.dots(spots, scene.unit * rng.uniform(0.0008, 0.0032, count) * (0.5 + near), white)


def sea(scene: Scene) -> None:
    """Paint the open sea."""
    scene.sky()
    water(scene, scene.horizon)
    if scene.idea.weather & {"storm"}:
        waves(scene, scene.horizon + 0.03 * scene.h)


def lake(scene: Scene) -> None:
    """Paint a lake under hills, with a wooded shore."""
    scene.sky()
    peaks(scene, scene.horizon, 0.3)
    rolling(scene, 2, scene.horizon + 0.005 * scene.h, 0.12, (84, 116, 112))
    rng = scene.rng("shore")
    for x in rng.random(scene.count(60)).tolist():
        tall = scene.unit * rng.uniform(0.05, 0.1)
        conifer(scene.canvas, x * scene.w, scene.horizon + 2, tall, scene.far((62, 98, 84), 0.34),
                rng, fine=False, ink=0.4, snow=scene.snow)  # fmt: skip
    water(scene, scene.horizon, calm=0.4)
    scene.haze(scene.horizon - 0.04 * scene.h, scene.horizon + 0.05 * scene.h, 0.4)


def beach(scene: Scene) -> None:
    """Paint sand, surf and sea."""
    scene.sky()
    shore = scene.horizon + 0.16 * scene.h
    water(scene, scene.horizon, bottom=shore + 0.1 * scene.h)
    sand = scene.tint("beach", (238, 212, 166))
    xs = np.linspace(-4, scene.w + 4, 60)
    for n, (colour, drop) in enumerate((((240, 248, 248), 0.0), (light(sand, -0.16), 0.012),
        (sand, 0.035))):  # fmt: skip
        edge = shore + drop * scene.h + np.sin(xs / scene.unit * 4 + 1) * 0.012 * scene.h
        edge += np.sin(xs / scene.unit * 9 + n) * 0.005 * scene.h
        body = [*zip(xs, edge, strict=True), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)]
        scene.canvas.ramp(body, colour, light(colour, -0.1))
    scene.dapple(shore + 0.05 * scene.h, light(sand, -0.25), 0.4)
    stones(scene, shore + 0.1 * scene.h, scene.h, 14)


def coast(scene: Scene) -> None:
    """Paint a headland over the sea, the subject on top of it."""
    scene.sky()
    top = scene.horizon - 0.06 * scene.h
    water(scene, top)
    if scene.idea.weather & {"storm"}:
        waves(scene, top + 0.03 * scene.h)
    elif scene.level:
        _islands(scene, top)
    _headland(scene)


def _islands(scene: Scene, top: float) -> None:
    rng = scene.rng("islands")
    for x in (0.1, 0.86):
        reach = scene.unit * rng.uniform(0.1, 0.2)
        xs = np.linspace(-1, 1, 30)
        hump = top + 2 - (1 - xs**2) ** 0.7 * ridge(rng, 30, 0.5, 2) * scene.unit * 0.05
        body = [*zip(x * scene.w + xs * reach, hump, strict=True)]
        scene.canvas.fill(body, scene.far((96, 110, 128), 0.5), ink=0.5)


def _headland(scene: Scene) -> None:
    rng = scene.rng("headland")
    xs = np.linspace(-4, scene.w + 4, 90)
    middle = scene.w * 0.5
    reach = scene.w * 0.47
    rise = np.clip(1 - (abs(xs - middle) / reach) ** 2.6, 0, 1)
    edge = scene.h * 1.03 - rise * scene.h * 0.24 - ridge(rng, 90, 0.6, 7) * 0.028 * scene.h * rise
    body = [*zip(xs, edge, strict=True), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)]
    rock: Colour = (112, 104, 108)
    scene.canvas.ramp(body, light(rock, 0.06), light(rock, -0.45))
    for _ in range(scene.count(60)):
        x = rng.uniform(0.08, 0.92)
        k = int(x * 89)
        y = edge[k] + rng.uniform(0.03, 0.2) * scene.h
        r = scene.unit * rng.uniform(0.015, 0.05)
        tone = light(rock, float(rng.uniform(-0.35, 0.2)))
        scene.canvas.solid(blob(rng, xs[k], y, r * 1.3, r * 0.7, 0.3), tone, depth=0.7, ink=0.6)
    turf = light((236, 240, 248) if scene.snow else scene.tint("meadow", (104, 136, 84)), -0.05)
    under = edge + (0.035 + 0.02 * np.sin(xs / scene.unit * 31)) * scene.h * np.clip(rise * 2, 0, 1)
    scene.canvas.ramp([*zip(xs, edge, strict=True), *zip(xs[::-1], under[::-1], strict=True)],
        light(turf, 0.12), light(turf, -0.15), ink=0.7)  # fmt: skip
    if scene.level and not scene.snow and scene.canvas.hand != "flat":
        pick = rng.integers(8, 82, scene.count(420))
        starts = np.column_stack([xs[pick] + rng.normal(0, 4, len(pick)),
            edge[pick] + rng.random(len(pick)) * 0.03 * scene.h])  # fmt: skip
        tips = starts + np.column_stack([rng.normal(0, 0.004, len(pick)),
            -rng.uniform(0.006, 0.02, len(pick))]) * scene.unit  # fmt: skip
        shades = [times(light(turf, float(v)),
            scene.canvas.sun.ambient) for v in rng.normal(0, 0.2, len(pick))]  # fmt: skip
        scene.canvas.strokes(starts, tips, 0.002 * scene.unit, np.array(shades, np.uint8))


def underwater(scene: Scene) -> None:
    """Paint the deep: shafts of light, rocks, coral, weed and bubbles."""
    canvas, rng = scene.canvas, scene.rng("deep")
    blue = scene.tint("underwater", scene.tint("sea", scene.idea.mood or (38, 124, 168)))
    full = [(-4, -4), (scene.w + 4, -4), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)]
    canvas.ramp(full, light(blue, 0.5), light(blue, -0.62), ink=0)
    for _ in range((3, 6, 9, 10, 11)[scene.level]):
        x, wide = rng.uniform(-0.1, 1.1) * scene.w, rng.uniform(0.03, 0.09) * scene.w
        lean = (rng.random() - 0.4) * 0.3 * scene.w
        _shaft(scene, x, wide, lean)
    for n in range((1, 2, 3, 3, 3)[scene.level]):
        xs = np.linspace(-4, scene.w + 4, 70)
        near = (n + 1) / 3
        bed = scene.h * (0.8 + 0.09 * n) - ridge(rng, 70, 0.45, 4) * 0.13 * scene.h
        sand = mix(mix((214, 196, 152), light(blue, -0.3), 0.72 - 0.4 * near), (20, 50, 90), 0.2)
        canvas.ramp([*zip(xs, bed, strict=True), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)],
            light(sand, 0.1), light(sand, -0.35), ink=0.7)  # fmt: skip
    _reef(scene)
    spots = rng.random((260, 2)) * [scene.w, scene.h * 0.9]
    count = scene.count(160)
    canvas.dots(spots[:count], scene.unit * (0.001 + 0.006 * rng.random(260)[:count] ** 4),
        light(blue, 0.75))  # fmt: skip


def _shaft(scene: Scene, x: float, wide: float, lean: float) -> None:
    top = np.array([(x + scene.w * 0.02, -0.1 * scene.h)])
    foot = [(x + lean - wide, 0.75 * scene.h), (x + lean + wide, 0.75 * scene.h)]
    scene.canvas.shaft(np.vstack([top, foot]), (236, 250, 255), 0.2)


def _reef(scene: Scene) -> None:
    rng = scene.rng("reef")
    corals: list[Colour] = [(238, 110, 110), (246, 170, 90), (190, 110, 190), (110, 190, 160),
        (250, 210, 120)]  # fmt: skip
    for n in range(scene.count(26)):
        x = rng.random() ** 1.4 * 0.42 * scene.w
        x = x if n % 2 else scene.w - x
        y, tall = scene.h * rng.uniform(0.9, 1.0), scene.unit * rng.uniform(0.05, 0.2)
        colour = mix(corals[int(rng.integers(5))], (30, 80, 120), 0.25)
        if n % 3 == 0:
            t = np.linspace(0, 1, 8)
            sway = np.column_stack([x + np.sin(t * 5 + n) * tall * 0.12, y - t * tall * 1.5])
            scene.canvas.line(sway, scene.unit * 0.018, mix((60, 150, 96), (30, 80, 120), 0.3),
                taper=0.8)  # fmt: skip
        elif n % 3 == 1:
            for lean in (-0.7, -0.3, 0.1, 0.5, 0.8):
                tip = (x + lean * tall * 0.6, y - tall * (1 - abs(lean) * 0.4))
                scene.canvas.line([(x, y), (x + lean * tall * 0.2, y - tall * 0.5), tip],
                    scene.unit * 0.014, colour, taper=0.3)  # fmt: skip
        else:
            scene.canvas.solid(blob(rng, x, y, tall * 0.5, tall * 0.36, 0.14), colour, depth=0.9)


WATERS: dict[str, Callable[[Scene], None]] = {
    "sea": sea, "lake": lake, "beach": beach, "coast": coast, "underwater": underwater,
}  # fmt: skip
