"""A question to a judge: which of two pictures is the better one? A value, and how it is read.

It travels and is kept as a request of the operation ``judge``: its prompt is what the judge
reads, its parents are the two generations, the left one first, and ``extra`` names the bytes
that it looks at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.errors import InputError
from imagelab.request import Generation, ImageRequest
from imagelab.vote import Winner

JUDGE = "judge"

SIDE = 768
"""The longer edge of the pictures that a judge gets, in pixels, where nothing else is asked."""

RUBRIC = (
    "You compare two pictures that an image model made. Say which one a demanding viewer would "
    "rather have: look first at whether it shows what was asked for, then at faults (anatomy, "
    "text, artefacts), then at detail, light and composition. Judge only what you see; the order "
    "of the pictures means nothing. Say tie only where you cannot tell."
)

FORM: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "description": "One or two sentences on what decided it."},
        "winner": {"type": "string", "enum": ["A", "B", "tie"]},
    },
    "required": ["reason", "winner"],
    "additionalProperties": False,
}
"""The form of an answer, as JSON Schema. The reason comes first: it is then one."""

NAMES = ("Picture A:", "Picture B:")

_WINNERS: Mapping[str, Winner] = {"A": "left", "B": "right", "tie": "tie"}


@dataclass(frozen=True)
class Looked:
    """One picture that a judge looks at: its bytes by hash, and the pixels that are sent."""

    picture: str
    size: tuple[int, int]


@dataclass(frozen=True)
class Said:
    """What a judge answered."""

    winner: Winner
    reason: str


def ask(
    model: str, left: Generation, right: Generation, *, prompt: str, rubric: str, side: int | None
) -> ImageRequest:
    """Write the question about two pictures; ``side`` is their longer edge, None for originals.

    ``prompt`` is what both were asked for; empty where prompts are what is compared.
    """
    words = f"{rubric.strip()}\n\nBoth were asked for with these words:\n{prompt}"
    pictures = [_looked(one, side) for one in (left, right)]
    return ImageRequest(
        prompt=words if prompt else rubric.strip(),
        model=model,
        quality="",
        size="",
        operation="judge",
        parents=(left.id, right.id),
        extra={"side": side, "left": pictures[0], "right": pictures[1]},
    )


def _looked(generation: Generation, side: int | None) -> list[Any]:
    """Name a picture, with the pixels that it has when it is sent."""
    width, height = generation.width or 1024, generation.height or 1024
    if side is not None and max(width, height) > side:
        scale = side / max(width, height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
    return [generation.picture, width, height]


def pictures_of(request: ImageRequest) -> tuple[Looked, Looked]:
    """Name the two pictures of a question, the left one first."""
    given = request.extra or {}
    left, right = (Looked(given[name][0], tuple(given[name][1:])) for name in ("left", "right"))
    return left, right


def side_of(request: ImageRequest) -> int | None:
    """Give the longer edge that the pictures are sent with; None for originals."""
    side = (request.extra or {}).get("side")
    return None if side is None else int(side)


def all_words(request: ImageRequest) -> str:
    """Give everything that is read beside the pictures, to be counted."""
    return "\n".join((request.prompt, *NAMES, json.dumps(FORM)))


def said(answer: str) -> Said:
    """Read an answer.

    Raises:
        InputError: it is not of the form that was asked for.

    """
    try:
        found = json.loads(answer)
        return Said(_WINNERS[found["winner"]], str(found["reason"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        raise InputError(f"This is no verdict of a judge: {answer[:200]!r}.") from None
