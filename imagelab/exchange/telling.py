"""Telling what came, in our words; a server that echoes the key is not believed in anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from imagelab.exchange.answers import MOST_WORDS, Blot
from imagelab.exchange.body import Read
from imagelab.request import ImageRequest, ImageResponse, Usage, plain
from imagelab.simulator.checks import BILL


def response(
    request: ImageRequest, read: Read, headers: Mapping[str, str], *, seconds: float, blot: Blot
) -> ImageResponse:
    """Make of an answer what is kept of it; ``blot`` takes out what must not be."""
    answer, data, problem, note = read
    usage, wrote = answer.get("usage"), answer.get("svg_usage")
    raw = _raw_usage(usage, wrote)
    if wrote is None and request.output_format == "svg":
        wrote = {}  # somebody wrote it, and nobody says who
    return ImageResponse(
        # A picture's bytes stay as received; what is none is a text that may hold the key.
        data=_blotted(data, blot) if problem else data,
        # Blotted before it is cut: half a key is a secret too.
        problem=problem and blot(plain(problem))[:MOST_WORDS],
        note=note,
        usage=Usage.from_wire(usage, wrote, edits=request.operation == "edit"),
        raw_usage=None if raw is None else blot(raw),
        request_id=request_id(headers, blot),
        size=_text(answer, "size", blot),
        quality=_text(answer, "quality", blot),
        background=_text(answer, "background", blot),
        output_format=_text(answer, "output_format", blot),
        seconds=seconds,
    )


def request_id(headers: Mapping[str, str], blot: Blot) -> str | None:
    """Give the provider's name for a request, where it gave one."""
    found = headers.get("x-request-id")
    return None if found is None else blot(found)


def _text(answer: Mapping[str, Any], name: str, blot: Blot) -> str | None:
    value = answer.get(name)
    return blot(plain(value)) if isinstance(value, str) else None


def _blotted(data: bytes, blot: Blot) -> bytes:
    return blot(data.decode("latin-1")).encode("latin-1")


def _raw_usage(usage: object, wrote: object) -> str | None:
    if wrote is not None:
        return json.dumps({"usage": usage, "svg_usage": wrote})
    return None if usage is None else json.dumps(usage)


def as_billed(answer: Mapping[str, Any]) -> tuple[int | None, str | None] | None:
    """Read what a replay says that a picture cost then; ``None`` where it does not say."""
    told = answer.get(BILL)
    if not isinstance(told, Mapping):
        return None
    cost, price = told.get("cost_nano"), told.get("price")
    is_amount = cost is None or (type(cost) is int and cost >= 0)
    return (cost, price if isinstance(price, str) else None) if is_amount else None
