"""What falls and drifts in front of everything: snow, rain, lightning, fog, leaves."""

from __future__ import annotations

import numpy as np

from imagelab.simulator.painting.curves import Colour, light, mix
from imagelab.simulator.painting.places import LEAVES
from imagelab.simulator.painting.scene import Scene
from imagelab.simulator.painting.surface import INK


def behind(scene: Scene) -> None:
    """Paint the weather that lies behind the subject."""
    weather = scene.idea.weather
    if "storm" in weather and scene.place not in ("table", "studio", "space"):
        _lightning(scene)
    if "fog" in weather:
        scene.haze(scene.horizon - 0.35 * scene.h, scene.horizon + 0.25 * scene.h, 0.85)
    if weather & {"rain", "storm"}:
        scene.haze(scene.horizon - 0.2 * scene.h, scene.horizon + 0.15 * scene.h, 0.4)


def before(scene: Scene) -> None:
    """Paint the weather that falls in front of the subject."""
    weather = scene.idea.weather
    if scene.place in ("table", "studio", "space", "moon", "underwater"):
        return
    if "snow" in weather:
        _snowfall(scene)
    if weather & {"rain", "storm"}:
        _rainfall(scene)
    if "fog" in weather:
        scene.haze(scene.h * 0.62, scene.h * 1.12, 0.62)
    if "autumn" in weather:
        _leaf_fall(scene, LEAVES)
    if "blossom" in weather:
        _leaf_fall(scene, [(248, 200, 216), (252, 226, 232), (240, 168, 190)])


def _snowfall(scene: Scene) -> None:
    rng = scene.rng("flakes")
    full = 620
    spots, size = rng.random((full, 2)) * [scene.w, scene.h], rng.random(full)
    count = round(full * (0.06, 0.34, 1.0, 1.0, 1.0)[scene.level])
    radii = scene.unit * (0.0012 + 0.0045 * size[:count] ** 3)
    if scene.level == 0:
        radii = radii * 1.8
    scene.canvas.dots(spots[:count], radii, (252, 253, 255))
    if scene.level >= 2:  # a few near ones, out of focus
        for x, y in rng.random((16, 2)).tolist():
            r = scene.unit * rng.uniform(0.008, 0.017)
            scene.canvas.puff(x * scene.w, y * scene.h, r, (255, 255, 255), 0.62)


def _rainfall(scene: Scene) -> None:
    rng = scene.rng("drops")
    storm = "storm" in scene.idea.weather
    full = 1440
    count = scene.count((900 if storm else 700) // (3 if scene.idea.style == "oil" else 1))
    starts = rng.random((full, 2))[:count] * [scene.w * 1.2, scene.h] - [0.1 * scene.w, 0]
    reach = scene.unit * rng.uniform(0.02, 0.075, full)[:count] * (1.4 if storm else 1.0)
    slant = 0.42 if storm else 0.16
    ends = starts + np.column_stack([reach * slant, reach])
    tone = mix(light(scene.air.middle, 0.5), (226, 236, 248), 0.5)
    shade = rng.uniform(-0.25, 0.2, full)[:count]
    colours = np.array([light(tone, float(v)) for v in shade], np.uint8)
    scene.canvas.strokes(starts, ends, 0.0017 * scene.unit, colours)
    if scene.level and scene.place in ("city", "lake", "sea"):
        for x, y in rng.random((scene.count(60), 2)).tolist():
            at = scene.horizon + (0.08 + 0.9 * y) * (scene.h - scene.horizon)
            r = scene.unit * 0.012 * (0.4 + y)
            ring = [(x * scene.w - r, at), (x * scene.w, at + r * 0.28), (x * scene.w + r, at)]
            scene.canvas.line(ring, scene.unit * 0.0018, light(tone, 0.2))


def _lightning(scene: Scene) -> None:
    rng = scene.rng("bolt")
    x = scene.w * (0.2 if scene.sun_x > 0.5 else 0.8)
    ys = np.linspace(0.02, max(0.3, scene.line - 0.08), 11) * scene.h
    xs = x + np.cumsum(rng.normal(0, 0.022, 11)) * scene.w
    bright: Colour = (250, 246, 255) if scene.canvas.hand != "ink" else INK
    bolt = np.column_stack([xs, ys])
    side = np.column_stack([xs[5] + np.cumsum(rng.uniform(0.0, 0.035, 5)) * scene.w, ys[5:10]])
    for path, width in ((bolt, 0.007), (side, 0.004)):
        scene.canvas.spark(path, width * scene.unit, bright)
    scene.canvas.glow(float(xs[4]), float(ys[4]), scene.unit * 0.3, (170, 180, 255), 0.5)


def _leaf_fall(scene: Scene, colours: list[Colour]) -> None:
    rng = scene.rng("leaf")
    for n in range(scene.count(110)):
        x, y = rng.random() * scene.w, rng.random() ** 0.7 * scene.h
        r, turn = scene.unit * rng.uniform(0.004, 0.013), rng.uniform(0, 6.28)
        c, s = np.cos(turn), np.sin(turn)
        leaf = np.array([(-1, 0), (-0.2, -0.5), (1, 0), (-0.2, 0.5)]) * r
        scene.canvas.fill(leaf @ np.array([[c, s], [-s, c]]) + [x, y], colours[n % len(colours)],
            ink=0.5)  # fmt: skip
