"""Putting a picture together: the place, the subjects in it, the weather before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imagelab.simulator.painting.canvas import Canvas
from imagelab.simulator.painting.curves import light, mix, times
from imagelab.simulator.painting.pen import Pen
from imagelab.simulator.painting.places import LAND, SNOW_NEAR
from imagelab.simulator.painting.scene import Scene
from imagelab.simulator.painting.settings import SETTINGS
from imagelab.simulator.painting.subjects import SUBJECTS, Subject
from imagelab.simulator.painting.waters import WATERS
from imagelab.simulator.painting.weather import before, behind
from imagelab.simulator.painting.words import Idea, Item

PLACES = {**LAND, **WATERS, **SETTINGS}
RIDERS = frozenset({"person", "astronaut", "robot"})
MOUNTS = frozenset({"horse", "deer", "cow", "elephant", "bicycle", "whale", "sheep"})
ALOFT = frozenset({"over", "above", "flying"})


def compose(canvas: Canvas, idea: Idea, take: int) -> Scene:
    """Paint the idea onto the canvas and return its scene."""
    items = _figures(idea)
    scene = Scene(canvas, idea, _place(idea, items), take)
    if canvas.cover is None:
        PLACES[scene.place](scene)
        behind(scene)
    canvas.near = 1.0
    if idea.style == "photo" and canvas.detail.level and canvas.cover is None:
        canvas.blur(0.007)
    _people(scene, items)
    if canvas.cover is None:
        before(scene)
    return scene


def _figures(idea: Idea) -> list[Item]:
    """Return the things to draw, the first one the largest; never nothing but a place."""
    items = list(idea.items)
    if len(items) == 1 and items[0].name == "person" and items[0].count == 1:
        items = [replace(items[0], name="portrait")] if not idea.place else items
    if not items and not (idea.place or idea.time or idea.weather):
        items = [Item("emblem", " ".join(idea.words)[:80], idea.mood)]
    return items


def _place(idea: Idea, items: list[Item]) -> str:
    if idea.place == "city" and items and SUBJECTS[items[0].name].home == "table":
        return "table"
    home = SUBJECTS[items[0].name].home if items else "hills"
    if home == "studio" and (idea.weather or idea.time):
        home = "meadow"
    if home == "moon" and len(items) > 1:
        home = "moon" if items[1].name != "whale" else "space"
    return idea.place or home


def _people(scene: Scene, items: list[Item]) -> None:
    """Place the first subject in the middle, one upon the other or side by side."""
    if len(items) >= 2 and items[1].atop and _carries(items[0].name, items[1].name):
        _mounted(scene, items[0], items[1])
        items = items[2:]
        spots = [0.82]
    else:
        spots = {0: [], 1: [0.5], 2: [0.36, 0.72], 3: [0.5, 0.2, 0.82]}[min(3, len(items))]
    order = sorted(range(len(items)), key=lambda n: -n)
    for n in order:
        share = (1.0, 0.72, 0.6)[n] if len(items) > 1 else 1.0
        _group(scene, items[n], spots[min(n, len(spots) - 1)], share, alone=len(items) == 1)


def _carries(upper: str, lower: str) -> bool:
    return lower in MOUNTS or lower in ("book", "house", "car", "castle")


def _group(scene: Scene, item: Item, x: float, share: float, *, alone: bool) -> None:
    """Draw as many of an item as the prompt counts, smaller the more there are."""
    count = max(1, min(5, item.count))
    rng = scene.rng("group" + item.name)
    share *= (1.0, 1.0, 0.74, 0.6, 0.52, 0.46)[count]
    own = _size(scene, SUBJECTS[item.name], share) * SUBJECTS[item.name].width / scene.w
    reach = max(0.1, min(0.95 - own, 0.26 * count)) if alone else 0.24
    for n in range(count):
        shift = 0.0 if count == 1 else (n / (count - 1) - 0.5) * reach
        drop = 0.0 if count == 1 else float(rng.uniform(-0.04, 0.02))
        _stand(scene, item, x + shift, share, drop, n)


def _size(scene: Scene, subject: Subject, share: float) -> float:
    """Return a subject's height in pixels: as large as it may be without leaving the frame."""
    size = scene.unit * subject.size * share
    return min(size, scene.w * 0.94 / subject.width) if subject.width < 2.5 else scene.w * 0.42


def _foot(scene: Scene, subject: Subject, size: float) -> float:
    """Return the height in pixels where a subject stands, swims or hovers."""
    if scene.canvas.cover is not None:
        return scene.h * 0.5 + size * 0.5
    realm, place = subject.realm, scene.place
    if realm == "bust":
        return scene.h * 0.98
    if place == "space" or realm == "sky" or place == "underwater":
        return scene.h * (0.38 if realm == "sky" and place != "space" else 0.5) + size * 0.5
    if realm == "deep" or (realm == "water" and place not in ("sea", "lake", "beach", "coast")):
        return scene.h * 0.46 + size * 0.5 if place != "underwater" else scene.h * 0.5 + size * 0.5
    if realm == "water":
        return scene.horizon + (scene.h - scene.horizon) * 0.42
    if place == "coast":
        return scene.h * 0.835
    if place in ("sea", "lake"):
        return scene.h * 0.88
    return scene.h * (0.9 if subject.size > 0.35 else 0.92)


def _stand(scene: Scene, item: Item, x: float, share: float, drop: float, number: int) -> None:
    subject = SUBJECTS[item.name]
    rng = scene.rng(f"pose{item.name}{number}")
    size = _size(scene, subject, share * float(rng.uniform(0.95, 1.05)))
    wander = 0.045 if subject.width < 1.5 and item.count == 1 else 0.015
    wander *= scene.canvas.cover is None
    at = scene.w * (x + float(rng.uniform(-wander, wander)))
    foot = _foot(scene, subject, size) + drop * scene.h
    _footing(scene, subject, at, foot, size)
    tilt = float(rng.uniform(-0.12, 0.12)) if subject.realm in ("sky", "deep") else 0.0
    pen = Pen(
        scene.canvas, (at, foot), size, rng, colour=item.colour, flip=bool(rng.random() < 0.5),
        tilt=tilt, snowy=scene.snow, word=item.word, place_name=scene.place,
    )  # fmt: skip
    subject.draw(pen)
    _splash(scene, subject, at, foot, size)


def _grounded(scene: Scene, subject: Subject) -> bool:
    return subject.realm in ("ground", "space") and scene.place not in ("space", "underwater")


def _footing(scene: Scene, subject: Subject, x: float, foot: float, size: float) -> None:
    """Give a standing subject its shadow, and an island in open water."""
    if not _grounded(scene, subject) or scene.canvas.cover is not None:
        return
    if scene.place in ("sea", "lake"):
        rng = scene.rng("islet")
        t = np.linspace(0, 2 * np.pi, 30, endpoint=False)
        reach = size * subject.width * 0.62 * (1 + 0.07 * rng.standard_normal(30))
        islet = np.column_stack([x + np.cos(t) * reach,
            foot + 0.03 * scene.h + np.sin(t) * scene.h * 0.06])  # fmt: skip
        scene.canvas.solid(islet, (118, 112, 104), depth=0.8)
    half = size * subject.width * 0.5
    lean = -0.12 * half * np.sign(scene.canvas.sun.x)
    scene.canvas.shadow(x + lean, foot - 0.004 * scene.h, half * 1.12, size * 0.07, 0.62)


def _splash(scene: Scene, subject: Subject, x: float, foot: float, size: float) -> None:
    """Close the water round what swims, and the snow round what stands in it."""
    if scene.canvas.cover is not None:
        return
    rng = scene.rng("splash")
    if subject.width == 2.1 and scene.place in ("sea", "lake", "beach", "coast"):
        _submerge(scene, x, foot - 0.2 * size, size)
        foot -= 0.2 * size
    if subject.realm == "water" and scene.place in ("sea", "lake", "beach",
        "coast") and subject.width < 2.5:  # fmt: skip
        _waterline(scene, x, foot, size * subject.width * 0.5, rng)
    elif scene.snow and _grounded(scene, subject) and scene.level:
        for _ in range(scene.count(26)):
            at, r = (
                x + rng.normal(0, 0.34) * size * subject.width,
                scene.unit * rng.uniform(0.004, 0.012),
            )
            y = foot + rng.uniform(0.0, 0.012) * scene.h
            scene.canvas.puff(
                at, y, r * 1.5, mix(SNOW_NEAR, (214, 224, 242), float(rng.random())), 0.8
            )


def _submerge(scene: Scene, x: float, level: float, size: float) -> None:
    """Draw water over what of a swimmer lies below its surface."""
    blue = light(mix(scene.tint("sea", (44, 112, 150)), scene.air.middle, 0.3), -0.12)
    xs = np.linspace(x - 1.2 * size, x + 1.2 * size, 40)
    surface = level + np.sin(xs / scene.unit * 26) * 0.004 * scene.unit
    below = [(x + 1.2 * size, level + 0.3 * size), (x - 1.2 * size, level + 0.3 * size)]
    lit = times(blue, scene.canvas.sun.ambient)
    scene.canvas.soft([*zip(xs.tolist(), surface.tolist(), strict=True), *below], lit, 0.78)


def _waterline(scene: Scene, x: float, foot: float, half: float, rng: np.random.Generator) -> None:
    blue = mix(scene.tint("sea", scene.tint("lake", (44, 112, 150))), scene.air.middle, 0.3)
    for n in range(scene.count(40)):
        y = foot + rng.uniform(-0.012, 0.06) * scene.unit
        reach = half * rng.uniform(0.12, 0.5)
        at = x + rng.uniform(-0.95, 0.95) * half
        colour = light(blue, 0.6) if n % 3 == 0 else light(blue, -0.12)
        path = [(at - reach, y), (at, y - 0.004 * scene.unit), (at + reach, y)]
        scene.canvas.line(path, scene.unit * 0.005, colour)


def _mounted(scene: Scene, upper: Item, lower: Item) -> None:
    """Draw one subject sitting on another."""
    below, above = SUBJECTS[lower.name], SUBJECTS[upper.name]
    rng = scene.rng("pose" + lower.name)
    astride = upper.name in RIDERS and lower.name in MOUNTS
    share = 0.86 if astride else 0.98
    size = _size(scene, below, share if lower.name != "book" else 0.86)
    foot = _foot(scene, below, size) + (0.02 * scene.h if astride else 0.0)
    x = scene.w * (0.5 + float(rng.uniform(-0.03, 0.03)))
    _footing(scene, below, x, foot, size)
    pen = Pen(
        scene.canvas, (x, foot), size, rng, colour=lower.colour, flip=bool(rng.random() < 0.5),
        snowy=scene.snow, word=lower.word, place_name=scene.place,
    )  # fmt: skip
    below.draw(pen)
    rider = pen.moved(*below.seat, 0.78 if astride else 1.0, upper.colour)
    if not astride:
        rider.size = min(scene.unit * above.size * 0.82, scene.h * 0.6)
    else:
        rider.place = np.array(rider.spot(0, 0.34))
    rider.riding, rider.word, rider.rng = astride, upper.word, scene.rng("pose" + upper.name)
    above.draw(rider)
    _splash(scene, below, x, foot, size)
