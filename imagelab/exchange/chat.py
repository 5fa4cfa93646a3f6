"""Pictures through chat completions, where a gateway has no images endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pybase64

from imagelab.exchange.body import MOST_TEXT, Read, bounded

OPTIONS = {
    "quality": "quality",
    "size": "size",
    "background": "background",
    "output_format": "outputFormat",
    "output_compression": "outputCompression",
    "moderation": "moderation",
    "input_fidelity": "inputFidelity",
}
"""What the gateway's ``providerOptions`` call the settings of a picture."""

THERE_BUT_FOR_THE_MODEL = ("model_not_found", "DeploymentNotFound")
"""Codes of a 404 that comes from an endpoint which is there."""


def is_missing(status: int, code: object, said: str) -> bool:
    """Tell whether an answer means that there is no images endpoint; nothing was billed then."""
    if status not in (404, 405) or code in THERE_BUT_FOR_THE_MODEL:
        return False
    return "<html" in said.lower() or "model" not in said.lower()


def request(wanted: Mapping[str, Any], pictures: Sequence[str] = ()) -> dict[str, Any]:
    """Write the parameters of the images endpoint as a chat: the prompt is the message.

    ``pictures`` are those of an edit, as data URLs.
    """
    options = {there: wanted[here] for here, there in OPTIONS.items() if here in wanted}
    content: str | list[dict[str, Any]] = wanted["prompt"]
    if pictures:
        shown = [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
        content = [{"type": "text", "text": wanted["prompt"]}, *shown]
    return {
        "model": wanted["model"],
        "messages": [{"role": "user", "content": content}],
        "modalities": ["image"],
        "stream": False,
        "extra_body": {"providerOptions": {"openai": options}} if options else None,
    }


class Body:
    """The body of a chat's answer, part by part. ``edits``: pictures went along."""

    def __init__(self, *, edits: bool = False) -> None:
        self._bytes = bytearray()
        self._edits = edits

    def take(self, part: bytes) -> None:
        """Take in what has come."""
        self._bytes += part
        bounded(len(self._bytes), MOST_TEXT)

    def read(self) -> Read:
        """Read the answer, once all of it has come."""
        return read(bytes(self._bytes), edits=self._edits)


def read(body: bytes, *, edits: bool = False) -> Read:
    """Read a chat's answer as the images endpoint would have given it."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return Read({}, body, "The answer is not JSON")
    if not isinstance(answer, dict):
        return Read({}, body, "The answer is not an object")
    usage = answer.get("usage")
    said = {"usage": _usage(usage, edits)} if usage else {}
    said |= {"error": answer["error"]} if answer.get("error") else {}
    try:
        address = answer["choices"][0]["message"]["images"][0]["image_url"]["url"]
        return Read(said, picture_in(address), None)
    except (LookupError, TypeError, ValueError, AttributeError):
        words = "The answer holds no picture in choices[0].message.images"
        return Read(said, body, f"{words}{_instead(answer)}")


def picture_in(address: str) -> bytes:
    """Decode a picture that an address carries in itself.

    Raises:
        ValueError: it is no data URL of a picture.

    """
    head, comma, letters = address.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError("no data URL of a picture")
    return pybase64.b64decode(letters, validate=True)


def _instead(answer: Mapping[str, Any]) -> str:
    """Give what the model said where it should have drawn."""
    try:
        words = answer["choices"][0]["message"]["content"]
    except (LookupError, TypeError):
        return ""
    return f" but words: {words!r}" if isinstance(words, str) and words else ""


def _usage(usage: Any, edits: bool) -> Any:
    """Write a chat's usage as that of a picture: all that went out is the picture's.

    Where nobody says how much of an edit's input were pictures, all of it is taken to be: at a
    gateway that names no price for those, the cost is then unknown rather than too low.
    """
    if not isinstance(usage, Mapping) or "prompt_tokens" not in usage:
        return usage
    came, went = usage["prompt_tokens"], _part(usage, "completion_tokens_details")
    details = _part(usage, "prompt_tokens_details")
    seen = details.get("image_tokens", came if edits else 0)
    words = came - seen if isinstance(came, int) and isinstance(seen, int) else None
    cached = details.get("cached_tokens")
    image = went.get("image_tokens")
    return {
        **usage,
        "input_tokens": came,
        "input_tokens_details": {
            "text_tokens": words,
            "image_tokens": seen,
            **({"cached_tokens_details": {"text_tokens": cached}} if cached else {}),
        },
        "output_tokens": usage.get("completion_tokens"),
        **({} if image is None else {"output_tokens_details": {"image_tokens": image}}),
    }


def _part(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = usage.get(name)
    return part if isinstance(part, Mapping) else {}
