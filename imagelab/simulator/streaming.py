"""Answers that come in parts: server-sent events, as the Images API frames them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply
from imagelab.simulator.faults import Fault
from imagelab.simulator.spending import Usage
from imagelab.simulator.wanted import Wanted

EVENTS = "text/event-stream; charset=utf-8"
"""The type of an answer that streams."""

DONE = b"data: [DONE]\n\n"
"""What some relays send at the end, and OpenAI does not."""

_NO_JSON = b'event: image_generation.completed\ndata: {"type": <html>\n\n'
_NAMES = {"generation": "image_generation", "edit": "image_edit"}


@dataclass(frozen=True)
class Sheet:
    """One picture as base64, and those that come while it is made."""

    partials: tuple[str, ...]
    final: str

    @property
    def size_in_bytes(self) -> int:
        """The size of the final picture's file."""
        return len(self.final) * 3 // 4


@dataclass(frozen=True)
class Frame:
    """One event, and the share of the answer's time after which it goes out."""

    data: bytes
    share: float
    partial: bool = False


def frames(
    wanted: Wanted, sheets: list[Sheet], usage: Usage | None, fault: Fault | None, request_id: str
) -> tuple[Frame, ...]:
    """Return the events of a whole answer, or of one that ends as ``fault`` says."""
    whole = tuple(_whole(wanted, sheets, usage))
    if fault is None:
        return whole
    partials = tuple(frame for frame in whole if frame.partial)
    if fault.kind == "cut_stream":
        return partials[: fault.partials]
    if fault.kind == "stream_error":
        return (*partials[: fault.partials], _error(bodies.server_error(500, fault.text)))
    if fault.kind == "moderated_output":
        return (*partials, _error(bodies.moderated("output", request_id)))
    if fault.kind == "fail":
        return (*partials, _error(bodies.server_error(fault.status, fault.text)))
    if fault.kind == "garbage":
        return (*partials, Frame(_NO_JSON, 1.0))
    return whole


def reply(frames: tuple[Frame, ...]) -> Reply:
    """Return the answer that carries the events."""
    body = b"".join(frame.data for frame in frames)
    return Reply(200, body, {"content-type": EVENTS})


def _whole(wanted: Wanted, sheets: list[Sheet], usage: Usage | None) -> Iterator[Frame]:
    steps = sum(len(sheet.partials) + 1 for sheet in sheets)
    step = 0
    for number, sheet in enumerate(sheets):
        for index, partial in enumerate(sheet.partials):
            step += 1
            body = _body(wanted, "partial_image", partial)
            yield Frame(_event({**body, "partial_image_index": index}), step / steps, partial=True)
        step += 1
        body = _body(wanted, "completed", sheet.final)
        if usage:
            share = usage.share(number, len(sheets))
            body["usage"] = share.body(details_of_output=False)
        if wanted.safety_identifier:
            body["safety_identifier"] = wanted.safety_identifier
        yield Frame(_event(body), step / steps)


def _body(wanted: Wanted, kind: str, picture: str) -> dict[str, Any]:
    return {
        "type": f"{_NAMES[wanted.operation]}.{kind}",
        "b64_json": picture,
        "created_at": int(time.time()),
        "size": wanted.size,
        "quality": wanted.tier,
        "background": wanted.background,
        "output_format": wanted.output_format,
    }


def _error(refusal: Reply) -> Frame:
    return Frame(_event({"type": "error", **json.loads(refusal.body)}), 1.0)


def _event(body: dict[str, Any]) -> bytes:
    return f"event: {body['type']}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode()
