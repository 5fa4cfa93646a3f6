"""What a request spent: tokens by kind, as the provider counted them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MOST_TOKENS = 2**31 - 1
"""No picture takes as many: a higher count is a mistake, and its true number is unknown."""


_Counts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens by kind, as the provider returned them; ``None`` where it did not say."""

    text_input_tokens: int | None = None
    image_input_tokens: int | None = None
    text_cached_tokens: int | None = None
    image_cached_tokens: int | None = None
    image_output_tokens: int | None = None
    text_output_tokens: int | None = None
    author_model: str | None = None
    author_input_tokens: int | None = None
    author_output_tokens: int | None = None

    @classmethod
    def from_wire(cls, body: object, author: object = None, *, edits: bool = False) -> Self:
        """Read the ``usage`` object of an answer; whatever is missing or odd stays unknown.

        So do counts that contradict each other: nobody knows which of them is billed. ``edits``
        tells that pictures went in: a sum of words and pictures is then no count of either.
        ``author`` is its ``svg_usage``: what the text model spent that wrote an svg. Where there
        was an author, ``author_model`` is a text, empty if nobody says which.
        """
        wrote = _author(author)
        if not isinstance(body, Mapping):
            return cls(**wrote)
        try:
            return cls(**_paired(body, _went_in(body, edits=edits), _came_out(body)), **wrote)
        except _OddError:
            return cls(**wrote)

    @property
    def total(self) -> int | None:
        """All tokens that were counted, in and out; ``None`` where none were."""
        went_in = (self.text_input_tokens, self.image_input_tokens)
        came_out = (self.image_output_tokens, self.text_output_tokens)
        counts = [count for count in (*went_in, *came_out) if count is not None]
        return sum(counts) if counts else None

    @property
    def was_counted(self) -> bool:
        """Tell whether something that was made was counted, and so is surely on the bill."""
        return bool(self.image_output_tokens or self.text_output_tokens)

    def priced_kinds(self) -> dict[str, int | None]:
        """Give the counts under the names that prices use."""
        return {
            "text_in": self.text_input_tokens,
            "image_in": self.image_input_tokens,
            "text_cached": self.text_cached_tokens,
            "image_cached": self.image_cached_tokens,
            "image_out": self.image_output_tokens,
            "text_out": self.text_output_tokens,
        }


class _OddError(Exception):
    """What is told is no count, or contradicts what else is told."""


def _paired(body: Mapping[str, Any], came: _Counts, went: _Counts) -> _Counts:
    """Give what went in and what came out, unless they contradict the sum of both."""
    if came["text_input_tokens"] is not None and went["image_output_tokens"] is not None:
        spent = (came["text_input_tokens"], came["image_input_tokens"], *went.values())
        _agree(_count(body, "total_tokens"), *spent)
    return {**came, **went}


def _went_in(body: Mapping[str, Any], *, edits: bool) -> _Counts:
    """Read what went in: where only a sum is given it is all words, if no pictures went along."""
    parts = _part(body, "input_tokens_details")
    cached = _part(parts, "cached_tokens_details")
    whole = _count(body, "input_tokens")
    text, image = _count(parts, "text_tokens"), _count(parts, "image_tokens")
    text = _rest(whole, image) if text is None else text
    _agree(whole, text, image)
    # No prompt takes no tokens: zeros were filled in by somebody who did not count.
    counted = bool(text or image) and not (edits and image is None)
    return {
        "text_input_tokens": text if counted else None,
        "image_input_tokens": image,
        "text_cached_tokens": _count(cached, "text_tokens"),
        "image_cached_tokens": _count(cached, "image_tokens"),
    }


def _came_out(body: Mapping[str, Any]) -> _Counts:
    """Read what came out: where only a sum is given it is all picture."""
    parts = _part(body, "output_tokens_details")
    whole = _count(body, "output_tokens")
    text, image = _count(parts, "text_tokens"), _count(parts, "image_tokens")
    if image is None:
        image = _rest(whole, text)
    elif text is None:
        text = _rest(whole, image)
    _agree(whole, text, image)
    return {"image_output_tokens": image, "text_output_tokens": text}


def _author(body: object) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        return {}
    model = body.get("model")
    said = {"author_model": model if isinstance(model, str) else ""}
    try:
        came, went = _count(body, "input_tokens"), _count(body, "output_tokens")
        if came is not None and went is not None:
            _agree(_count(body, "total_tokens"), came, went)
    except _OddError:
        return said
    return {**said, "author_input_tokens": came, "author_output_tokens": went}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _agree(whole: int | None, *parts: int | None) -> None:
    if whole is not None and whole != sum(part or 0 for part in parts):
        raise _OddError


def _rest(whole: int | None, part: int | None) -> int | None:
    if whole is None:
        return None
    if whole < (part or 0):
        raise _OddError
    return whole - (part or 0)


def _count(body: Mapping[str, Any], name: str) -> int | None:
    """Read a count; ``None`` where none is told, and an error where it is no count."""
    count = body.get(name)
    if count is None:
        return None
    whole = isinstance(count, int) and not isinstance(count, bool)
    if not whole or not 0 <= count <= MOST_TOKENS:
        raise _OddError
    return int(count)
