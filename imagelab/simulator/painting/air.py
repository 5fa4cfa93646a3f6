"""The air of a scene: its hour and weather as colours, and the sky they make."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.curves import Colour, Floats, light, mix, noise, oval
from imagelab.simulator.painting.surface import Light
from imagelab.simulator.painting.words import Idea


@dataclass(frozen=True)
class Air:
    """Colours of the sky from top to horizon, of the sun or moon, and of the light it gives."""

    top: Colour
    middle: Colour
    low: Colour
    sun: Colour
    ambient: Colour
    key: Colour
    shade: Colour
    height: float
    bloom: float
    cloud: Colour
    stars: bool = False
    veiled: bool = False


HOURS: dict[str, Air] = {
    "dawn": Air((104, 118, 178), (238, 168, 160), (255, 222, 170), (255, 240, 206),
                (240, 214, 206), (255, 222, 176), (72, 58, 110), 0.16, 0.75, (250, 196, 186)),
    "morning": Air((104, 166, 218), (178, 214, 232), (252, 238, 212), (255, 250, 228),
                   (255, 248, 236), (255, 248, 220), (64, 74, 116), 0.5, 0.4, (255, 252, 246)),
    "day": Air((66, 138, 208), (132, 188, 228), (216, 234, 240), (255, 252, 236),
               (255, 255, 252), (255, 253, 238), (56, 62, 104), 0.74, 0.35, (255, 255, 255)),
    "golden": Air((112, 148, 190), (236, 202, 158), (255, 226, 166), (255, 244, 208),
                  (255, 234, 204), (255, 232, 176), (84, 60, 92), 0.4, 0.6, (255, 232, 204)),
    "sunset": Air((58, 52, 112), (214, 92, 98), (255, 182, 94), (255, 226, 150),
                  (236, 176, 156), (255, 198, 130), (56, 34, 82), 0.13, 0.9, (246, 136, 108)),
    "dusk": Air((30, 36, 82), (104, 84, 142), (240, 152, 124), (255, 206, 150),
                (152, 138, 182), (255, 186, 150), (30, 26, 64), 0.04, 0.6, (150, 104, 146),
                stars=True),
    "night": Air((9, 13, 38), (20, 32, 74), (52, 74, 122), (246, 244, 226),
                 (136, 146, 196), (214, 226, 255), (20, 22, 60), 0.76, 0.45, (52, 62, 104),
                 stars=True),
}  # fmt: skip


def air_of(idea: Idea, place: str, rng: np.random.Generator) -> Air:
    """Return the air the idea asks for; without an hour, a friendly one by chance."""
    usual = str(rng.choice(["morning", "golden", "day", "day"]))
    hour = idea.time or ("morning" if "snow" in idea.weather else usual)
    air = HOURS["day" if place in ("space", "moon", "underwater") else hour]
    weather = idea.weather
    if "storm" in weather:
        air = _clouded(air, (70, 80, 98), 0.72)
    elif weather & {"rain", "fog", "clouds"}:
        air = _clouded(air, (176, 186, 196), 0.55)
    elif "snow" in weather and idea.time is None:
        air = _clouded(air, (206, 216, 228), 0.3)
    sky = idea.tints.get("sky") or (idea.mood if not idea.items else None)
    if sky:
        air = replace(air, top=mix(light(sky, -0.25), air.top, 0.15), middle=sky,
                      low=light(sky, 0.45), cloud=light(sky, 0.6))  # fmt: skip
    elif idea.mood:
        air = replace(air, top=mix(air.top, idea.mood, 0.45),
                      middle=mix(air.middle, idea.mood, 0.4),
                      low=mix(air.low, light(idea.mood, 0.5), 0.3))  # fmt: skip
    return air


def _clouded(air: Air, grey: Colour, t: float) -> Air:
    level = (air.ambient[0] + air.ambient[1] + air.ambient[2]) / 765
    dim = mix((8, 10, 24), grey, 0.25 + 0.75 * level)
    return replace(
        air,
        top=mix(air.top, light(dim, -0.25), t),
        middle=mix(air.middle, dim, t),
        low=mix(air.low, light(dim, 0.25), t),
        cloud=mix(air.cloud, light(dim, -0.2 if t > 0.6 else 0.3), t),
        ambient=mix(air.ambient, light(dim, 0.35), t * 0.55),
        bloom=air.bloom * (1 - 0.7 * t),
        stars=air.stars and t < 0.5,
        veiled=t > 0.5,
    )


def light_of(air: Air, x: float) -> Light:
    """Return the light that falls on things with the sun at `x`, a share of the width."""
    side = -0.75 if x < 0.5 else 0.75
    return Light(side, -0.35 - 0.5 * air.height, air.key, air.shade, air.ambient)


def paint_sky(
    canvas: Canvas, air: Air, horizon: float, sun_x: float, rng: np.random.Generator,
    clouds: float,
) -> None:  # fmt: skip
    """Paint gradient, clouds, sun or moon and stars down to `horizon`, a share of the height."""
    w, h = canvas.w, round(canvas.h * horizon) + 2
    if canvas.hand == "ink":
        _ink_sky(canvas, air, horizon, sun_x, rng)
        return
    small = (200, max(8, round(200 * h / w)))
    sun = (sun_x, 1 - air.height)
    pixels = _gradient(small, air, sun)
    if clouds > 0 and canvas.hand != "flat":
        pixels = _with_clouds(pixels, small, air, rng, clouds, 3 if canvas.detail.level == 0 else 5)
    if canvas.hand == "flat":
        pixels = pixels.mean(1, keepdims=True).repeat(small[0], 1)
        pixels = pixels[np.arange(small[1]) // max(1, small[1] // 5) * max(1, small[1] // 5)]
    if canvas.hand == "neon":
        pixels = pixels * 0.24 + np.array((10, 4, 30), np.float32)
    sky = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    canvas.image.paste(sky.resize((w, h), Image.Resampling.BICUBIC))
    if air.stars:
        _stars(canvas, h, rng, 1.0 if air.top[2] < 60 else 0.35)
    _sun(canvas, air, sun[0] * w, sun[1] * h)


def _gradient(size: tuple[int, int], air: Air, sun: tuple[float, float]) -> Floats:
    w, h = size
    y = np.linspace(0, 1, h, dtype=np.float32)
    stops = np.array([air.top, air.middle, air.low], np.float32)
    rows = np.stack([np.interp(y, (0, 0.58, 1), stops[:, i]) for i in range(3)], -1)
    x = np.linspace(0, 1, w, dtype=np.float32)
    far = np.hypot((x[None] - sun[0]) * 1.1, (y[:, None] - sun[1]) * h / w)
    halo = (np.exp(-((far / 0.3) ** 2)) * air.bloom * 0.6)[..., None]
    field = np.broadcast_to(rows[:, None], (h, w, 3))
    return np.asarray(field * (1 - halo) + np.array(air.sun, np.float32) * halo, np.float32)


def _with_clouds(
    pixels: Floats, size: tuple[int, int], air: Air, rng: np.random.Generator, amount: float,
    octaves: int,
) -> Floats:  # fmt: skip
    w, h = size
    field = noise(rng, (w, h * 2), 4, octaves)[::2]  # wider than high
    cover = np.clip((field - (0.72 - 0.34 * amount)) * 4.2, 0, 1)
    up = np.roll(field, -max(2, h // 40), 0)
    lit = np.clip(0.55 + (field - up) * 5, 0, 1)[..., None]
    bright, dark = np.array(air.cloud, np.float32), np.array(mix(air.cloud, air.middle, 0.6))
    fade = np.linspace(1, 0.35, h, dtype=np.float32)[:, None]
    alpha = (cover * fade * 0.9)[..., None]
    return np.asarray(pixels * (1 - alpha) + (bright * lit + dark * (1 - lit)) * alpha, np.float32)


def _stars(canvas: Canvas, h: int, rng: np.random.Generator, share: float) -> None:
    count = 420
    spots = rng.random((count, 2)) * [canvas.w, h * 0.92]
    size = rng.random(count) ** 3
    seen = int(count * min(1.0, 0.16 + 0.55 * canvas.detail.density) * share)
    radii = (0.0007 + 0.0026 * size[:seen]) * canvas.unit
    canvas.dots(spots[:seen], np.maximum(radii, 0.6), (250, 246, 226), lit=False)
    for x, y in spots[:seen][size[:seen] > 0.82]:
        canvas.puff(x, y, 0.011 * canvas.unit, (196, 214, 255), 0.8, lit=False)


def _sun(canvas: Canvas, air: Air, x: float, y: float) -> None:
    night = air.top[2] < 60 and air.top[0] < 40
    if air.veiled or air.height < 0.08:
        return
    r = canvas.unit * (0.052 if night else 0.058)
    canvas.glow(x, y, r * (3.2 if night else 4.5), air.sun, air.bloom * 0.62)
    flat = oval(x, y, r, r, n=60)
    if canvas.hand == "neon":
        canvas.fill(flat, (255, 120, 170) if not night else (190, 220, 255), ink=1.1)
        return
    pale = mix(air.sun, (255, 255, 255), 0.35)
    canvas._plain([(a, b) for a, b in flat.tolist()], pale)
    if night and canvas.detail.level:
        for dx, dy, s in ((-0.3, -0.2, 0.24), (0.25, 0.3, 0.18), (0.2, -0.4, 0.13),
            (-0.2, 0.4, 0.12)):  # fmt: skip
            sea = oval(x + dx * r, y + dy * r, s * r, s * r * 0.9)
            canvas._plain([(a, b) for a, b in sea.tolist()], mix(pale, (168, 176, 196), 0.45))


def _ink_sky(
    canvas: Canvas, air: Air, horizon: float, sun_x: float, rng: np.random.Generator
) -> None:
    h = canvas.h * horizon
    if air.height > 0.08 and not air.veiled:
        r = canvas.unit * 0.055
        canvas.fill(oval(sun_x * canvas.w, (1 - air.height) * h, r, r, n=50), (255, 250, 240))
    if air.stars:
        _stars(canvas, round(h), rng, 0.16)
    lines = int(22 * canvas.detail.density) * (2 if air.stars else 1)
    for _ in range(lines):  # a few level strokes for the depth of the sky
        x, y = rng.random() * canvas.w, rng.random() ** 1.6 * h * 0.8
        reach = canvas.unit * rng.uniform(0.05, 0.22)
        canvas.line([(x, y), (x + reach / 2, y + rng.uniform(-2, 2)), (x + reach, y)], 1, (0, 0, 0))
