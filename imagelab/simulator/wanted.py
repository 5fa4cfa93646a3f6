"""A checked request, with everything in it resolved: what is to be drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from imagelab.catalog.models import Model
from imagelab.catalog.prices import Lane

Operation = Literal["generation", "edit", "judge"]


@dataclass(frozen=True)
class Upload:
    """A file that came with a request: its name, the type it was said to have, its bytes."""

    param: str
    filename: str
    mime: str
    data: bytes

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Reference:
    """A picture that goes into an edit; ``size`` is its width and height when upright."""

    upload: Upload
    size: tuple[int, int]


@dataclass(frozen=True)
class Author:
    """Who writes an SVG, and with how much reasoning."""

    model: str
    effort: str


@dataclass(frozen=True)
class Wanted:
    """One request. ``body`` is what makes the picture, files in it by their SHA-256.

    Two requests with equal ``key`` ask for the same picture.
    """

    body: Mapping[str, object]
    key: str
    model: Model
    prompt: str
    n: int
    size: str
    size_is_auto: bool
    tier: str
    background: str
    output_format: str
    compression: int | None
    operation: Operation = "generation"
    references: tuple[Reference, ...] = ()
    mask: Upload | None = None
    markup: Upload | None = None
    fidelity: str = "low"
    stream: bool = False
    partials: int = 0
    frames: int = 1
    frame_ms: int = 200
    author: Author | None = None
    safety_identifier: str | None = None
    lane: Lane = "standard"

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return pixels_of(self.size)


def pixels_of(size: str) -> tuple[int, int]:
    """Return width and height of a size written as WIDTHxHEIGHT."""
    width, _, height = size.partition("x")
    return int(width), int(height)
