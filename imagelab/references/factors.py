"""Images and masks that vary in a sweep, each value under a name that people can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from imagelab.errors import InputError
from imagelab.references.gathering import Along
from imagelab.references.masks import take_markup, take_mask
from imagelab.references.reading import FORMS
from imagelab.references.taking import Given, is_several, take_all

NOTHING = {"mask": "no mask", "markup": "no markup"}
"""What a place of a sweep without one is called."""

LONGEST_NAME = 60


class Choices:
    """The pictures that a sweep sends along: ``axes`` names the values of each factor.

    A list is one value after the other; a value that is itself a list is one edit of several
    images. A mapping gives the values names of its own.

    Raises:
        InputError: one of them is no picture, or there is none.

    """

    def __init__(self, images: object, *, mask: object = None, markup: object = None) -> None:
        if images is None and not (mask is None and markup is None):
            raise InputError("A mask or markup belongs to an edit: give images too.")
        self._images = {} if images is None else _images(images)
        self._beside = {
            name: _beside(name, given)
            for name, given in (("mask", mask), ("markup", markup))
            if given is not None
        }
        self._taken: dict[tuple[str, str, str], Given] = {}

    @property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """The names of the values of each factor that is there."""
        found = {"images": self._images, **self._beside}
        return {name: tuple(values) for name, values in found.items() if values}

    def along(self, point: Mapping[str, str]) -> Along | None:
        """Give the pictures of one place of the sweep, by the names of its values.

        Raises:
            InputError: the mask or markup does not fit the first image there.

        """
        if "images" not in point:
            return None
        images = self._images[point["images"]]
        beside = {name: self._fitting(name, point) for name in self._beside}
        return Along(images=images, **beside)

    def _fitting(self, name: str, point: Mapping[str, str]) -> Given | None:
        given = self._beside[name][point[name]]
        if given is None:
            return None
        at = (name, point["images"], point[name])
        if at not in self._taken:
            take = take_mask if name == "mask" else take_markup
            first = self._images[point["images"]][0].reference
            self._taken[at] = take(given, first, label=point[name])
        return self._taken[at]


def _images(given: object) -> dict[str, tuple[Given, ...]]:
    if isinstance(given, Mapping):
        return {_name(name): take_all(one) for name, one in _some("images", given).items()}
    several = list(given) if is_several(given) else [given]
    if not several:
        raise InputError(f"images has no values: give {FORMS}, or a list of them.")
    taken = [take_all(one) for one in several]
    names = [" + ".join(one.label for one in some if one.label) for some in taken]
    return dict(zip(_apart(names, "image"), taken, strict=True))


def _beside(name: str, given: object) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return {_name(label): one for label, one in _some(name, given).items()}
    several = list(given) if is_several(given) else [given]
    if not several:
        raise InputError(f"{name} has no values: give at least one, or leave it out.")
    names = [NOTHING[name] if one is None else _file_name(one) for one in several]
    return dict(zip(_apart(names, name), several, strict=True))


def _some(name: str, given: Mapping[Any, object]) -> Mapping[Any, object]:
    if not given:
        raise InputError(f"{name} has no values: give at least one, or leave it out.")
    return given


def _name(given: object) -> str:
    if isinstance(given, str) and given.strip():
        return given
    raise InputError(f"The name of a picture in a sweep is a text, not {given!r}.")


def _file_name(given: object) -> str:
    from pathlib import PurePath

    return PurePath(given).name if isinstance(given, str | PurePath) else ""


def _apart(names: Iterable[str], otherwise: str) -> list[str]:
    """Name what has no name by its number, and number what has the name of another."""
    found: list[str] = []
    for number, name in enumerate(names, 1):
        bare = name or f"{otherwise} {number}"
        bare = bare if len(bare) <= LONGEST_NAME else f"{bare[: LONGEST_NAME - 1]}…"
        same, free = 1, bare
        while free in found:
            same += 1
            free = f"{bare} ({same})"
        found.append(free)
    return found
