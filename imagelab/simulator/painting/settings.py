"""The places made by people or out of this world: city, table, studio, space, moon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from imagelab.simulator.painting.curves import Colour, blob, light, luma, mix, noise, oval, ridge
from imagelab.simulator.painting.scene import Scene

FACADES: list[Colour] = [(150, 116, 108), (116, 124, 148), (170, 150, 130), (96, 104, 128),
    (140, 130, 140)]  # fmt: skip


def city(scene: Scene) -> None:
    """Paint a skyline in three depths, and the street in front."""
    scene.sky()
    base = scene.horizon + 0.01 * scene.h
    rows = (2, 3, 3, 3, 3)[scene.level]
    for n in range(rows):
        _row_of_houses(scene, n, rows, base)
        if scene.level and n < rows - 1:
            scene.haze(base - 0.3 * scene.h, base + 0.02 * scene.h, 0.26)
    road: Colour = (236, 240, 246) if scene.snow else (92, 94, 106)
    scene.ground(base, light(road, -0.25), road, bumps=0.0)
    wet = bool(scene.idea.weather & {"rain", "storm"})
    if scene.level:
        _kerb(scene, base)
    if wet or luma(scene.canvas.sun.ambient) < 0.7:
        _reflections(scene, base)


def _row_of_houses(scene: Scene, n: int, rows: int, base: float) -> None:
    rng = scene.rng(f"houses{n}")
    near = (n + 1) / rows
    x = -0.04 * scene.w
    while x < scene.w * 1.02:
        wide = scene.unit * rng.uniform(0.09, 0.17) * (0.8 + 0.4 * near)
        tall = scene.h * rng.uniform(0.2, 0.56) * (1.25 - 0.55 * near)
        colour = scene.far(FACADES[int(rng.integers(5))], 0.66 * (1 - near) + 0.1)
        _tower_block(scene, x, base, wide, tall, colour, near, rng)
        x += wide * rng.uniform(0.92, 1.08)


def _tower_block(
    scene: Scene, x: float, base: float, wide: float, tall: float, colour: Colour, near: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    canvas, top = scene.canvas, base - tall
    corners = [(x, base), (x, top), (x + wide, top), (x + wide, base)]
    canvas.ramp(corners, light(colour, 0.04), mix(colour, scene.air.low, 0.16), ink=0.8)
    side = [(x + wide * 0.72, base), (x + wide * 0.72, top), (x + wide, top), (x + wide, base)]
    if scene.canvas.sun.x < 0 and scene.level:
        canvas.fill(side, light(colour, -0.16), ink=0)
    kind = rng.integers(4)
    if kind == 0:
        canvas.line(
            [(x + wide / 2, top), (x + wide / 2, top - tall * 0.14)], scene.unit * 0.004, colour
        )
    elif kind == 1:
        canvas.fill([(x + wide * 0.15, top), (x + wide * 0.5, top - wide * 0.45),
            (x + wide * 0.85, top)], light(colour, -0.08), ink=0.7)  # fmt: skip
    elif kind == 2:
        canvas.fill([(x + wide * 0.2, top), (x + wide * 0.2, top - wide * 0.2), (x + wide * 0.8,
            top - wide * 0.2), (x + wide * 0.8, top)], colour, ink=0.7)  # fmt: skip
    if near > 0.4:
        _windows(scene, x, top, wide, tall, colour, rng)


def _windows(
    scene: Scene, x: float, top: float, wide: float, tall: float, colour: Colour,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    columns = (3, 4, 5, 6, 6)[scene.level]
    rows = max(2, int(tall / wide * columns * 0.62))
    dark = luma(scene.canvas.sun.ambient) < 0.8
    lit = rng.random((rows, columns)) < (0.5 if dark else 0.12)
    w, h = wide / (columns * 1.7), tall / (rows * 1.9)
    for r in range(rows):
        for c in range(columns):
            left, high = x + wide * (c + 0.22) / columns, top + tall * (r + 0.3) / rows
            corners = [(left, high), (left + w, high), (left + w, high + h), (left, high + h)]
            if lit[r, c] and dark:
                warm: Colour = ((255, 214, 130), (255, 190, 110), (220, 232, 255))[(r + c) % 3]
                if scene.canvas.hand in ("ink", "neon"):
                    scene.canvas.fill(corners, warm, ink=0.4)
                scene.canvas.lamp(corners, warm)
            elif scene.canvas.hand != "neon":
                scene.canvas.fill(corners, light(colour, -0.22 if not lit[r, c] else 0.3), ink=0)


def _kerb(scene: Scene, base: float) -> None:
    canvas, stone = scene.canvas, (168, 166, 168)
    low = base + 0.035 * scene.h
    canvas.ramp([(-4, base), (scene.w + 4, base), (scene.w + 4, low), (-4, low)], stone,
        light(stone, -0.12))  # fmt: skip
    canvas.fill([(-4, low), (scene.w + 4, low), (scene.w + 4, low + 0.008 * scene.h), (-4,
        low + 0.008 * scene.h)], light(stone, -0.4), ink=0)  # fmt: skip
    for n in range(7):
        x, y = scene.w * (n - 0.2) / 6, scene.h * 0.965
        dash = [(x, y), (x + 0.08 * scene.w, y), (x + 0.075 * scene.w, y + 0.01 * scene.h),
            (x - 0.008 * scene.w, y + 0.01 * scene.h)]  # fmt: skip
        canvas.fill(dash, (226, 222, 206), ink=0.5)
    for x in (0.07, 0.93):
        _street_lamp(scene, x * scene.w, low, scene.unit * 0.34)


def _street_lamp(scene: Scene, x: float, y: float, tall: float) -> None:
    canvas, iron = scene.canvas, (48, 50, 60)
    inward = 1 if x < scene.w / 2 else -1
    canvas.line([(x, y), (x, y - tall * 0.9), (x + inward * tall * 0.06, y - tall),
        (x + inward * tall * 0.16, y - tall)], scene.unit * 0.008, iron)  # fmt: skip
    bulb = oval(x + inward * tall * 0.17, y - tall * 0.97, tall * 0.035, tall * 0.03)
    canvas.fill(bulb, (255, 232, 176), ink=0.6)
    canvas.lamp(bulb, (255, 236, 190))
    if luma(canvas.sun.ambient) < 0.85:
        canvas.glow(
            x + inward * tall * 0.17, y - tall * 0.97, scene.unit * 0.11, (255, 210, 140), 0.7
        )


def _reflections(scene: Scene, base: float) -> None:
    """Paint the lights of the street upside down on wet ground."""
    rng = scene.rng("wet")
    colours: list[Colour] = [(255, 206, 130), (255, 120, 150), (120, 200, 255), (190, 150, 255)]
    for _ in range(scene.count(46)):
        x, y = rng.random() * scene.w, base + rng.uniform(0.05, 0.26) * scene.h
        tall, half = scene.unit * rng.uniform(0.02, 0.09), scene.unit * rng.uniform(0.003, 0.012)
        colour = mix(colours[int(rng.integers(4))], scene.air.low, 0.4)
        scene.canvas.soft(oval(x, y, half, tall, n=14), colour, 0.4)


def table(scene: Scene) -> None:
    """Paint a wooden table before a window."""
    canvas = scene.canvas
    wall = scene.tint("sky", scene.idea.mood or (214, 196, 172))
    full = [(-4, -4), (scene.w + 4, -4), (scene.w + 4, scene.horizon + 4), (-4, scene.horizon + 4)]
    canvas.ramp(full, light(wall, 0.12), light(wall, -0.2), ink=0)
    _window(scene)
    wood = scene.tint("table", (150, 98, 62))
    top = scene.horizon
    body = [(-4, top), (scene.w + 4, top), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)]
    canvas.ramp(body, light(wood, 0.22), light(wood, -0.22))
    rng = scene.rng("grain")
    for _ in range(scene.count(150)):
        near = rng.random()
        x, y = rng.random() * scene.w, top + near**1.3 * (scene.h - top)
        reach = scene.unit * rng.uniform(0.05, 0.3)
        path = [(x - reach, y), (x, y + rng.normal(0, 2)), (x + reach, y)]
        canvas.line(path, scene.unit * (0.0012 + 0.003 * near), light(wood,
            float(rng.uniform(-0.3, 0.14))))  # fmt: skip
    for n in range(1, (1, 3, 4, 4, 4)[scene.level]):
        y = top + (n / 4) ** 1.4 * (scene.h - top)
        canvas.line([(-4, y), (scene.w + 4, y)], scene.unit * 0.004, light(wood, -0.4))


def _window(scene: Scene) -> None:
    canvas, rng = scene.canvas, scene.rng("window")
    wide, tall = scene.unit * 0.4, scene.unit * 0.46
    x = (
        scene.w * (0.2 if scene.sun_x < 0.5 else 0.8)
        + rng.uniform(-0.02, 0.02) * scene.w
        - wide / 2
    )
    y = scene.horizon - tall - 0.14 * scene.h
    frame: Colour = (238, 230, 216)
    edge = 0.03 * scene.unit
    canvas.fill([(x - edge, y - edge), (x + wide + edge, y - edge), (x + wide + edge,
        y + tall + edge), (x - edge, y + tall + edge)], frame)  # fmt: skip
    glass = [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]
    canvas.fill(glass, scene.air.middle, ink=0.5)
    canvas.glass(glass, scene.air.middle, scene.air.low)
    if scene.level:
        for _ in range(scene.count(10)):
            r = scene.unit * rng.uniform(0.03, 0.07)
            bx, by = x + rng.uniform(0.1, 0.9) * wide, y + tall - r * rng.uniform(0.2, 0.9)
            leaf = blob(rng, bx, min(by, y + tall - r), min(r, wide * 0.1), r, 0.15)
            canvas.fill(leaf, scene.far((108, 150, 112), 0.4), ink=0.4)
    for bar in ([(x + wide / 2, y), (x + wide / 2, y + tall)], [(x, y + tall * 0.45), (x + wide,
        y + tall * 0.45)]):  # fmt: skip
        canvas.line(bar, scene.unit * 0.014, frame)
    canvas.fill([(x - 2 * edge, y + tall + edge), (x + wide + 2 * edge, y + tall + edge),
        (x + wide + 2 * edge, y + tall + 2 * edge), (x - 2 * edge, y + tall + 2 * edge)],
        light(frame, -0.08))  # fmt: skip
    canvas.glow(x + wide / 2, y + tall / 2, scene.unit * 0.42, scene.air.low, 0.26)
    across = scene.w * (0.75 if scene.sun_x < 0.5 else 0.25)
    canvas.shaft(np.array([(x + wide / 2, y), (across - wide * 0.7, scene.h),
        (across + wide * 0.4, scene.h)]), (255, 244, 214), 0.16)  # fmt: skip


def studio(scene: Scene) -> None:
    """Paint a plain, softly lit backdrop."""
    rng = scene.rng("backdrop")
    tones: list[Colour] = [(230, 196, 158), (146, 192, 196), (232, 172, 154), (166, 174, 216),
        (186, 200, 150)]  # fmt: skip
    tone = scene.tint("sky", scene.idea.mood or tones[int(rng.integers(5))])
    if scene.idea.mood:
        tone = light(tone, 0.35)
    w, h = scene.w + 4, scene.h + 4
    scene.canvas.ramp(
        [(-4, -4), (w, -4), (w, h), (-4, h)], light(tone, 0.1), light(tone, -0.14), ink=0
    )
    disc = scene.unit * 0.36
    x, y = scene.w * 0.5, scene.h * 0.46
    scene.canvas.fill(oval(x, y, disc, disc, n=70), light(tone, 0.34), ink=0.5)
    scene.canvas.glow(x, y, disc * 0.9, light(tone, 0.6), 0.28)
    for _ in range(scene.count(24)):
        t, far = rng.uniform(0, 6.28), disc * rng.uniform(1.02, 1.3)
        r = scene.unit * rng.uniform(0.002, 0.008)
        spot = oval(x + far * np.cos(t), y + far * np.sin(t), r, r, n=12)
        scene.canvas.fill(spot, mix(tone, (200, 140, 90), 0.5), ink=0.5)
    top = scene.horizon
    floor = light(tone, -0.2)
    scene.canvas.ramp([(-4, top), (w, top), (w, h), (-4, h)], light(floor, 0.16),
        light(floor, -0.08), ink=0.8)  # fmt: skip


def space(scene: Scene) -> None:
    """Paint stars and nebulae."""
    canvas = scene.canvas
    hue = scene.tint("space", scene.idea.mood or [(92, 60, 150), (40, 90, 160), (150, 56, 110),
        (30, 120, 130)][int(scene.rng("hue").integers(4))])  # fmt: skip
    if canvas.hand != "ink":
        canvas.image.paste(_nebula(scene, hue))
    rng = scene.rng("stars")
    count = scene.count(520)
    spots, size = rng.random((900, 2)) * [scene.w, scene.h], rng.random(900) ** 4
    canvas.dots(spots[:count], np.maximum(0.6, scene.unit * (0.0007 + 0.0032 * size[:count])),
        (250, 248, 240), lit=False)  # fmt: skip
    for (x, y), s in zip(spots[:count].tolist(), size[:count].tolist(), strict=True):
        if s > 0.5:
            canvas.puff(x, y, scene.unit * 0.013, light(hue, 0.7), 0.7, lit=False)
    _far_moon(scene, hue)


def _nebula(scene: Scene, hue: Colour) -> Image.Image:
    w, h = 220, max(8, round(220 * scene.h / scene.w))
    one = noise(scene.rng("nebula"), (w, h), 3, 6 if scene.level else 3)
    two = noise(scene.rng("dust"), (w, h), 4, 6 if scene.level else 3)
    cloud = np.clip((one - 0.42) * 2.4, 0, 1)[..., None]
    dust = np.clip((two - 0.5) * 2.6, 0, 1)[..., None]
    deep = np.array((9, 9, 26), np.float32)
    pixels = deep * (1 - cloud * 0.8) + np.array(hue, np.float32) * cloud * 0.85
    pixels += np.array(mix(hue, (255, 170, 120), 0.6), np.float32) * dust * cloud * 0.75
    if scene.canvas.hand == "neon":
        pixels *= 0.45
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return image.resize((scene.w, scene.h), Image.Resampling.BICUBIC)


def _far_moon(scene: Scene, hue: Colour) -> None:
    rng = scene.rng("moon")
    r = scene.unit * rng.uniform(0.05, 0.085)
    x, y = scene.w * (0.14 if rng.random() < 0.5 else 0.86), scene.h * rng.uniform(0.14, 0.26)
    stone = light(mix(hue, (200, 180, 170), 0.6), 0.1)
    scene.canvas.solid(oval(x, y, r, r, n=50), stone, depth=1.3)
    for _ in range((0, 3, 6, 7, 8)[scene.level]):
        t, far, c = rng.uniform(0, 6.28), r * rng.random() ** 0.5 * 0.75, r * rng.uniform(0.07, 0.2)
        scene.canvas.fill(oval(x + far * np.cos(t), y + far * np.sin(t), c, c * 0.9, n=16),
            light(stone, -0.22), ink=0.5)  # fmt: skip


def moon(scene: Scene) -> None:
    """Paint the grey ground of the moon, the earth above it."""
    space(scene)
    canvas, rng = scene.canvas, scene.rng("earth")
    r = scene.unit * 0.13
    x, y = scene.w * (1 - scene.sun_x), scene.h * 0.24
    canvas.solid(oval(x, y, r, r, n=60), (58, 118, 190), depth=0.6)
    for _ in range((2, 5, 8, 9, 10)[scene.level]):
        t, far, c = rng.uniform(0, 6.28), r * rng.random() ** 0.5 * 0.62, r * rng.uniform(0.12, 0.3)
        land = blob(rng, x + far * np.cos(t), y + far * np.sin(t), c, c * 0.6, 0.35)
        canvas.fill(land, (96, 150, 96) if rng.random() < 0.6 else (236, 242, 248), ink=0.5)
    canvas.veil(oval(x, y, r, r, n=60), 1.3)
    canvas.glow(x, y, r * 1.5, (90, 150, 230), 0.4)
    grey: Colour = scene.tint("moon", (158, 156, 164))
    xs = np.linspace(-4, scene.w + 4, 80)
    edge = scene.h * 0.76 - ridge(scene.rng("dunes"), 80, 0.4, 3) * 0.06 * scene.h
    canvas.ramp([*zip(xs, edge, strict=True), (scene.w + 4, scene.h + 4), (-4, scene.h + 4)],
        light(grey, 0.1), light(grey, -0.4))  # fmt: skip
    for _ in range(scene.count(22)):
        near = rng.random()
        cx, cy = rng.random() * scene.w, scene.h * (0.79 + 0.2 * near)
        c = scene.unit * (0.012 + 0.04 * near)
        canvas.fill(oval(cx, cy, c, c * 0.32), light(grey, -0.32), ink=0.6)
        canvas.fill(oval(cx, cy + c * 0.07, c * 0.86, c * 0.22), light(grey, -0.12), ink=0)


SETTINGS: dict[str, Callable[[Scene], None]] = {
    "city": city, "table": table, "studio": studio, "space": space, "moon": moon,
}  # fmt: skip
