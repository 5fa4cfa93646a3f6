"""What a request spent: tokens by kind, as the provider counted them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MOST_TOKENS = 2**31 - 1
"""No picture takes as many: a higher count is a mistake, and its true number is unknown."""


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
    def from_wire(cls, body: object, author: object = None) -> Self:
        """Read the ``usage`` object of an answer; whatever is missing or odd stays unknown.

        ``author`` is its ``svg_usage``: what the text model spent that wrote an svg. Where there
        was an author, ``author_model`` is a text, empty if nobody says which.
        """
        wrote = _author(author)
        if not isinstance(body, Mapping):
            return cls(**wrote)
        came = _part(body, "input_tokens_details")
        went = _part(body, "output_tokens_details")
        cached = _part(came, "cached_tokens_details")
        text_out = _count(went, "text_tokens")
        total_out = _count(body, "output_tokens")
        image_in, image_out = _count(came, "image_tokens"), _count(went, "image_tokens")
        # Where only a sum is given, the input is all words and the output all picture.
        words = _rest(_count(body, "input_tokens"), image_in)
        rest = _rest(total_out, text_out)
        text_in = _count(came, "text_tokens")
        return cls(
            text_input_tokens=words if text_in is None else text_in,
            image_input_tokens=image_in,
            text_cached_tokens=_count(cached, "text_tokens"),
            image_cached_tokens=_count(cached, "image_tokens"),
            image_output_tokens=rest if image_out is None else image_out,
            text_output_tokens=text_out,
            **wrote,
        )

    @property
    def total(self) -> int | None:
        """All tokens that were counted, in and out; ``None`` where none were."""
        went_in = (self.text_input_tokens, self.image_input_tokens)
        came_out = (self.image_output_tokens, self.text_output_tokens)
        counts = [count for count in (*went_in, *came_out) if count is not None]
        return sum(counts) if counts else None

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


def _author(body: object) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        return {}
    model = body.get("model")
    return {
        "author_model": model if isinstance(model, str) else "",
        "author_input_tokens": _count(body, "input_tokens"),
        "author_output_tokens": _count(body, "output_tokens"),
    }


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _rest(whole: int | None, part: int | None) -> int | None:
    return None if whole is None else max(0, whole - (part or 0))


def _count(body: Mapping[str, Any], name: str) -> int | None:
    count = body.get(name)
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if 0 <= count <= MOST_TOKENS else None
