"""A question to a judge as a chat, and the chat's answer: written and read in one place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pybase64

from imagelab import question
from imagelab.catalog import judges
from imagelab.errors import InputError, PictureError
from imagelab.exchange.answers import Blot
from imagelab.exchange.body import MOST_TEXT, bounded
from imagelab.pictures import MIME, look
from imagelab.request import ImageRequest, plain
from imagelab.usage import Usage

MOST_LETTERS = 20_000
"""How much is kept of an answer that is none."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came for a question: the judge's words, or what is wrong with them.

    ``refused`` are its words where it would not judge; ``problem`` says why there is no verdict,
    and ``answer`` holds all that was said where that is no chat.
    """

    text: str
    usage: Usage = field(default_factory=Usage)
    raw_usage: str | None = None
    refused: str | None = None
    problem: str | None = None
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    request_id: str | None = None
    seconds: float = 0.0


class Body:
    """The body of an answer, part by part; ``blot`` takes out what must not be kept."""

    def __init__(self, blot: Blot = str) -> None:
        self._bytes = bytearray()
        self._blot = blot

    def take(self, part: bytes) -> None:
        """Take in what has come."""
        self._bytes += part
        bounded(len(self._bytes), MOST_TEXT)

    def read(self) -> Answered:
        """Read the answer, once all of it has come."""
        return read(bytes(self._bytes), self._blot)


def chat(request: ImageRequest, model: str, pictures: Sequence[bytes]) -> dict[str, Any]:
    """Write a question in the words of the SDK; ``model`` is its name on the wire.

    The bound on tokens is sent along: it is what the money was held for.
    """
    judge = judges.of(request.model)
    content: list[dict[str, Any]] = [{"type": "text", "text": request.prompt}]
    for name, data in zip(question.NAMES, pictures, strict=True):
        content.append({"type": "text", "text": name})
        shown = {"url": address(data), "detail": "high"}
        content.append({"type": "image_url", "image_url": shown})
    form = {"name": "verdict", "strict": True, "schema": dict(question.FORM)}
    return {
        "model": model,
        "messages": [{"role": "user", "content": content}],
        "response_format": {"type": "json_schema", "json_schema": form},
        "max_completion_tokens": judge.out,
        **({"reasoning_effort": judge.effort} if judge.effort else {}),
    }


def address(data: bytes) -> str:
    """Write a picture as a data URL.

    Raises:
        PictureError: the bytes are no picture.

    """
    mime = MIME.get(look(data).format)
    if mime is None:
        raise PictureError("A judge cannot look at such a file.")
    return f"data:{mime};base64,{pybase64.b64encode(data).decode()}"


def read(body: bytes, blot: Blot = str) -> Answered:
    """Read a chat's answer; one that holds no verdict says what is wrong with it.

    A server may echo what must not be kept: every word is blotted before it is cut.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return Answered(text=_kept(body, blot), problem="The answer is no JSON object")
    usage = answer.get("usage")
    known: dict[str, Any] = {
        "usage": usage_of(usage),
        "raw_usage": None if usage is None else blot(json.dumps(usage)),
    }
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
    except (LookupError, TypeError, AttributeError):
        return Answered(
            text=_kept(body, blot),
            problem="The answer holds no choices[0].message",
            answer=answer,
            **known,
        )
    ended = choice.get("finish_reason")
    if isinstance(refusal, str) and refusal:
        words = blot(plain(refusal))[:MOST_LETTERS]
        return Answered(text=words, refused=words, **known)
    text = blot(plain(content))[:MOST_LETTERS] if isinstance(content, str) else ""
    if ended == "content_filter":
        return Answered(text=text, refused="its content filter ended the answer", **known)
    return Answered(text=text, problem=_problem(text, ended), **known)


def _problem(text: str, ended: object) -> str | None:
    try:
        question.said(text)
    except InputError as wrong:
        if ended == "length":
            return "The answer was cut at the most tokens that it may take"
        return str(wrong).rstrip(".")
    return None


def _kept(body: bytes, blot: Blot) -> str:
    return blot(plain(body.decode("utf-8", "replace")))[:MOST_LETTERS]


def usage_of(usage: object) -> Usage:
    """Read a chat's usage: pictures that went in are text tokens, and no picture came out.

    Where either sum is missing, the cost stays unknown.
    """
    if not isinstance(usage, Mapping):
        return Usage()
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    came, went = usage.get("prompt_tokens"), usage.get("completion_tokens")
    # Read by the one reader of counts, which knows what is no count.
    found = Usage.from_wire(
        {
            "input_tokens": came,
            "input_tokens_details": {
                "text_tokens": came,
                "cached_tokens_details": {"text_tokens": cached},
            },
            "output_tokens": went,
            "output_tokens_details": {"text_tokens": went, "image_tokens": 0},
        }
    )
    known = found.text_input_tokens is not None and found.text_output_tokens is not None
    return found if known else Usage()
