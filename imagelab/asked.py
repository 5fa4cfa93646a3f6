"""What is asked: one picture, as a frozen value that is validated at birth and keyed by content."""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from imagelab.catalog import abilities, models, settings
from imagelab.catalog.arguments import made_by_name
from imagelab.errors import InputError
from imagelab.frozen import FrozenMapping
from imagelab.pictures import Reference

SETTINGS = (
    "model",
    "quality",
    "size",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "input_fidelity",
    "complexity",
    "frame_count",
    "frame_duration_ms",
)
"""The settings of a request beside its prompt, in the order people read them."""


@made_by_name
@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """One picture, as it is asked for.

    A setting that is ``None`` is not sent, and the provider decides. What the catalogue
    knows to be impossible is an ``InputError`` at birth, naming what is allowed; a model
    that it does not know passes here, and only its provider can judge it.

    >>> ImageRequest(prompt="a red fox in snow", model="gpt-image-1", quality="high").size
    '1024x1024'
    """

    prompt: str
    model: str
    quality: str = "low"
    size: str = "1024x1024"
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    input_fidelity: str | None = None
    complexity: str | None = None
    frame_count: int | None = None
    frame_duration_ms: int | None = None
    images: tuple[Reference, ...] = ()
    mask: Reference | None = None
    markup: Reference | None = None
    svg: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] | None = None
    operation: Literal["generate", "edit", "judge"] = "generate"
    partial_images: int | None = field(default=None, compare=False)
    safety_identifier: str | None = field(default=None, compare=False)
    parents: tuple[int, ...] = field(default=(), compare=False)
    """Generations of this ledger whose pictures go along; the key knows only the pictures."""

    def __post_init__(self) -> None:
        if self.images:
            object.__setattr__(self, "operation", "edit")
        for name in ("svg", "extra"):
            if (given := getattr(self, name)) is not None and not isinstance(given, FrozenMapping):
                object.__setattr__(self, name, FrozenMapping(given, name=name))
        if wrong := self.problems():
            raise InputError(" ".join(wrong))

    def problems(self) -> list[str]:
        """Say everything that makes this request illegal, in sentences; empty when legal."""
        if self.operation == "judge":
            return []  # no picture is asked for
        if several := _several(self):
            return several
        known = models.find(self.model)
        if no_text := settings.text_problem(self.prompt):
            return [no_text]
        if halves := _halves(self):
            return halves
        beside = [] if self._is_plain else self._problems_beside(known)
        if known is None:
            return beside
        return beside + settings.problems(
            known,
            prompt=self.prompt,
            quality=self.quality,
            size=self.size,
            background=self.background,
            output_format=self.output_format,
            output_compression=self.output_compression,
            moderation=self.moderation,
        )

    @property
    def _is_plain(self) -> bool:
        """Whether nothing is asked but words and the oldest settings: the way of most requests."""
        return bool(_beside(self.__dict__) == _NOTHING)

    def _problems_beside(self, known: models.Model | None) -> list[str]:
        return [
            *abilities.problems(
                known,
                images=len(self.images),
                mask=self.mask is not None,
                markup=self.markup is not None,
                input_fidelity=self.input_fidelity,
                complexity=self.complexity,
                frame_count=self.frame_count,
                frame_duration_ms=self.frame_duration_ms,
                svg=self.svg,
                partial_images=self.partial_images,
                output_format=self.output_format,
            ),
            *_odd(self.extra, self.safety_identifier),
        ]

    def parameters(self) -> dict[str, Any]:
        """Give what decides the picture: absent settings are absent, references are hashes."""
        own = self.__dict__
        given = {name: own[name] for name in ("prompt", *SETTINGS) if own[name] is not None}
        if self._is_plain:
            return given
        for name in ("mask", "markup"):
            if (one := getattr(self, name)) is not None:
                given[name] = one.sha256
        if self.images:
            given["images"] = [one.sha256 for one in self.images]
        if self.svg is not None:
            given["svg"] = dict(self.svg)
        # As it will be written if the parameter gets a name here: then its key stays.
        extra = {_unlike_ours(name): value for name, value in (self.extra or {}).items()}
        return {**given, **extra}

    def sent(self) -> dict[str, Any]:
        """Give what is sent beside the pictures, under the names of the API."""
        named = {name: getattr(self, name) for name in ("prompt", *SETTINGS, "safety_identifier")}
        given = {name: value for name, value in named.items() if value is not None}
        if self.svg is not None:
            given["svg"] = dict(self.svg)
        if self.partial_images is not None:
            given |= {"stream": True, "partial_images": self.partial_images}
        return {**given, **(self.extra or {})}

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every picture that goes along, the mask or markup last."""
        return (*self.images, *(one for one in (self.mask, self.markup) if one is not None))

    def key(self, provider: str) -> str:
        """Digest what makes two requests the same: provider, operation and parameters.

        Tagged with its version, so that another way of counting can never be mistaken
        for this one.
        """
        return key_of(provider, self.operation, self.parameters())


_BESIDE = (
    "images",
    "input_fidelity",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "mask",
    "markup",
    "svg",
    "extra",
    "partial_images",
    "safety_identifier",
)
_NOTHING = ((), *[None] * (len(_BESIDE) - 1))
_beside = operator.itemgetter(*_BESIDE)

_OURS = ("provider", "operation")
"""What a key says that is no parameter of the API."""


def _several(request: ImageRequest) -> list[str]:
    """Say of a setting that is a list that one picture has one, and where lists belong."""
    found = []
    for name in SETTINGS:
        value = getattr(request, name)
        if isinstance(value, list | tuple) and name == "size":
            found.append(f"size is {value!r}: write it as '1024x1024', or compare several sizes.")
        elif isinstance(value, list | tuple):
            found.append(
                f"{name} is several: one picture has one. Compare them with "
                f"lab.compare(prompt, {name}={list(value)!r})."
            )
    return found


def _unlike_ours(name: str) -> str:
    return f"extra.{name}" if name in _OURS else name


def _halves(request: ImageRequest) -> list[str]:
    """Say where half of a character stands, which no text that is sent can hold."""
    given = {name: getattr(request, name) for name in (*SETTINGS, "safety_identifier")}
    given |= {
        name: json.dumps(dict(value), ensure_ascii=False)
        for name in ("svg", "extra")
        if (value := getattr(request, name)) is not None
    }
    return [
        f"{name} holds half of a character (a lone surrogate), which cannot be sent: mend it."
        for name, value in given.items()
        if isinstance(value, str) and settings.is_broken(value)
    ]


_NO_PARAMETERS = {
    "image": "leave it out",
    "stream": "leave it out",
    "n": "leave it out",
    "extra_body": "give what stands in it as parameters of extra itself",
    "extra_headers": "leave it out: a picture has no headers of its own",
    "extra_query": "leave it out: a picture has no query of its own",
    "timeout": "give it to the lab, as Lab(..., timeout=seconds)",
}
"""What would change how a request is sent, or how much it costs, behind the back of its hold."""


def _odd(extra: Mapping[str, Any] | None, safety_identifier: object) -> list[str]:
    """Say what is wrong with what is passed on unread."""
    found = []
    named = {one.name for one in fields(ImageRequest)} - {*_OURS, "parents"}
    for name in extra or {}:
        # A server that is not so strict may read another way of writing it as the same.
        meant = str(name).strip().lower()
        if meant in named or meant in _NO_PARAMETERS:
            remedy = _NO_PARAMETERS.get(meant, "give it by its own name")
            found.append(f"extra holds {name!r}, which is no unknown parameter: {remedy}.")
    if safety_identifier is not None and (
        not isinstance(safety_identifier, str) or not safety_identifier.strip()
    ):
        found.append(
            f"safety_identifier is {safety_identifier!r}, which is no text: give the hash of a "
            "user's name."
        )
    return found


def key_of(provider: str, operation: str, parameters: Mapping[str, object]) -> str:
    """Digest a request's content; see ``ImageRequest.key``."""
    content = {"provider": provider, "operation": operation, **parameters}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"v1:{hashlib.sha256(text.encode()).hexdigest()}"
