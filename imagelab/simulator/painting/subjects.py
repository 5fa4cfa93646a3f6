"""Every subject the painter can draw, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from imagelab.simulator.painting import (
    buildings,
    emblem,
    fliers,
    people,
    sitters,
    things,
    vehicles,
    walkers,
)
from imagelab.simulator.painting.pen import Pen

Realm = Literal["ground", "water", "sky", "deep", "bust", "space"]


@dataclass(frozen=True)
class Subject:
    """How to draw a subject and where it belongs.

    `size` is its height as a share of the picture's shorter side, `width` its width in its
    own heights, `home` the place it is shown in unless the prompt names one, `seat` the
    local point another subject sits on.
    """

    draw: Callable[[Pen], None]
    realm: Realm
    home: str
    size: float = 0.6
    width: float = 0.8
    seat: tuple[float, float] = (0.0, -0.8)


def _sitter(kind: sitters.Sitter, home: str, size: float = 0.6) -> Subject:
    return Subject(partial(sitters.draw, kind=kind), "ground", home, size)


SUBJECTS: dict[str, Subject] = {
    "fox": _sitter(sitters.FOX, "forest"),
    "cat": _sitter(sitters.CAT, "studio"),
    "dog": _sitter(sitters.DOG, "meadow"),
    "wolf": _sitter(sitters.WOLF, "forest", 0.62),
    "rabbit": _sitter(sitters.RABBIT, "meadow", 0.52),
    "bear": _sitter(sitters.BEAR, "forest", 0.66),
    "panda": _sitter(sitters.PANDA, "forest", 0.62),
    "polarbear": _sitter(sitters.POLARBEAR, "mountains", 0.62),
    "mouse": _sitter(sitters.MOUSE, "meadow", 0.42),
    "tiger": _sitter(sitters.TIGER, "forest", 0.64),
    "horse": Subject(walkers.horse, "ground", "meadow", 0.62, 1.1, (-0.04, -0.68)),
    "deer": Subject(walkers.deer, "ground", "forest", 0.56, 0.9, (-0.04, -0.58)),
    "sheep": Subject(walkers.sheep, "ground", "meadow", 0.48, 1.1, (0.0, -0.68)),
    "cow": Subject(walkers.cow, "ground", "meadow", 0.54, 1.1, (-0.04, -0.66)),
    "elephant": Subject(walkers.elephant, "ground", "hills", 0.64, 1.3, (-0.1, -0.82)),
    "owl": Subject(fliers.owl, "ground", "forest", 0.58, 0.9),
    "bird": Subject(fliers.bird, "ground", "meadow", 0.48, 1.2),
    "penguin": Subject(fliers.penguin, "ground", "mountains", 0.56, 0.8),
    "butterfly": Subject(fliers.butterfly, "sky", "meadow", 0.42, 1.2),
    "fish": Subject(fliers.fish, "deep", "underwater", 0.46, 1.6),
    "whale": Subject(fliers.whale, "water", "sea", 0.42, 2.1, (0.1, -0.78)),
    "person": Subject(people.person, "ground", "hills", 0.6, 0.5),
    "portrait": Subject(people.portrait, "bust", "studio", 0.8, 0.9),
    "astronaut": Subject(people.astronaut, "space", "moon", 0.62, 0.7),
    "robot": Subject(people.robot, "ground", "city", 0.6, 0.7),
    "snowman": Subject(people.snowman, "ground", "forest", 0.56, 0.8),
    "lighthouse": Subject(buildings.lighthouse, "ground", "coast", 0.72, 0.6),
    "house": Subject(buildings.house, "ground", "hills", 0.46, 0.95, (0.0, -0.86)),
    "castle": Subject(buildings.castle, "ground", "mountains", 0.6, 1.1),
    "windmill": Subject(buildings.windmill, "ground", "meadow", 0.6, 0.9),
    "bridge": Subject(buildings.bridge, "water", "lake", 0.5, 3.0),
    "boat": Subject(vehicles.boat, "water", "sea", 0.5, 1.0),
    "car": Subject(vehicles.car, "ground", "city", 0.32, 2.0, (0.0, -0.97)),
    "bicycle": Subject(vehicles.bicycle, "ground", "city", 0.5, 1.6, (-0.22, -0.9)),
    "rocket": Subject(vehicles.rocket, "sky", "space", 0.62, 0.6),
    "balloon": Subject(vehicles.balloon, "sky", "mountains", 0.52, 0.8),
    "cup": Subject(things.cup, "ground", "table", 0.42, 1.4),
    "teapot": Subject(things.teapot, "ground", "table", 0.44, 1.3),
    "apple": Subject(things.apple, "ground", "table", 0.42, 0.85),
    "book": Subject(things.book, "ground", "table", 0.62, 1.2, (0.0, -0.41)),
    "lamp": Subject(things.lamp, "ground", "table", 0.52, 0.7),
    "mushroom": Subject(things.mushroom, "ground", "forest", 0.44, 0.95),
    "heart": Subject(things.heart, "ground", "studio", 0.5, 0.9),
    "planet": Subject(things.planet, "sky", "space", 0.62, 1.2),
    "tree": Subject(things.tree, "ground", "hills", 0.7, 0.7),
    "palmtree": Subject(things.palm, "ground", "beach", 0.66, 0.9),
    "flower": Subject(things.flower, "ground", "meadow", 0.6, 0.7),
    "sunflower": Subject(things.sunflower, "ground", "meadow", 0.62, 0.7),
    "emblem": Subject(emblem.draw, "ground", "studio", 0.62, 0.9),
}
