"""A recorded comparison as a provider: what was asked before is answered as it was answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.insight.archive import Archive
from imagelab.records.rows import generation_of
from imagelab.request import REPLAY, SETTINGS, key_of
from imagelab.simulator import bodies, multipart, uploads
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import Asked
from imagelab.simulator.multipart import Form
from imagelab.sweep import WHOLE

Answer = Callable[[Asked, str], Reply]
"""Gives the whole answer to a request, under the id of the request."""

TRANSPORT = ("n", "stream", "partial_images", "user", "safety_identifier")
"""What says how a picture travels and for whom, and not which it is."""


def answers(archive: Archive) -> Answer:
    """Make what answers requests from a ZIP: found by their content, whoever served them then.

    Samples of one request are given one after another, and then from the first again: a
    replay cannot make a new picture. What went wrong then goes wrong again, in its kind.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(archive.rows, key=lambda row: (row["sample"], row["take"])):
        asked = generation_of(row, None).request
        rows.setdefault(key_of(REPLAY, asked.operation, asked.parameters()), []).append(row)
    given = dict.fromkeys(rows, 0)

    def answer(request: Asked, request_id: str) -> Reply:
        body = _body(request)
        key = key_of(REPLAY, "edit" if request.operation == "edit" else "generate", body)
        if key not in rows:
            return _not_there(body, archive)
        row = rows[key][given[key] % len(rows[key])]
        given[key] += 1
        return _reply(row, archive, request_id)

    return answer


def _body(request: Asked) -> dict[str, Any]:
    """Read what decides the picture; what went along is told by its hash, as in a key."""
    try:
        if multipart.is_form(request.content_type):
            body = _of_form(multipart.read(request.raw, request.content_type))
        else:
            body = json.loads(request.raw)
    except (ValueError, RecursionError):
        return {}
    known = body if isinstance(body, dict) else {}
    return {name: one for name, one in known.items() if one is not None and name not in TRANSPORT}


def _of_form(form: Form) -> dict[str, Any]:
    """Read a form as JSON would say it: numbers, and files by their hash."""
    body = {name: _number(name, text) for name, text in form.tree().items()}
    along = uploads.from_form(form)
    if isinstance(along, Reply):
        return {}
    beside = {"mask": along.mask, "markup": along.markup}
    files = {name: one.digest for name, one in beside.items() if one is not None}
    return {**body, "images": [one.digest for one in along.images], **files}


def _number(name: str, text: Any) -> Any:
    return int(text) if name in WHOLE and isinstance(text, str) else text


def _not_there(body: Mapping[str, Any], archive: Archive) -> Reply:
    settings = " ".join(str(body[name]) for name in SETTINGS if name in body)
    prompts = list(dict.fromkeys(cell.request.prompt for cell in archive.cells))
    some = ", ".join(repr(one[:60]) for one in prompts[:3]) + (", …" if len(prompts) > 3 else "")
    message = (
        f"This replay holds no picture of {str(body.get('prompt'))[:60]!r} with {settings}. "
        f"It holds {len(archive.rows)} requests, of the prompts {some}."
    )
    return bodies.error(400, message, code="not_in_replay")


def _reply(row: Mapping[str, Any], archive: Archive, request_id: str) -> Reply:
    status = row["status"]
    if status == "refused":
        return bodies.moderated("input" if row["billed"] == "no" else "output", request_id)
    if status == "failed":
        return bodies.error(
            400, f"Recorded: {row['error'] or 'it failed'}", code="replayed_failure"
        )
    if row["picture"] is None:
        return bodies.server_error(500)
    content: dict[str, Any] = {
        "created": row["created_us"] // 1_000_000,
        "data": [{"b64_json": base64.b64encode(archive.read(row["picture"])).decode()}],
    }
    told = {"background": "actual_background", "output_format": "actual_format"}
    told |= {"quality": "actual_quality", "size": "actual_size"}
    content |= {name: row[column] for name, column in told.items() if row[column] is not None}
    if usage := _usage(row["raw_usage"]):
        content["usage"] = usage
    return bodies.as_json(200, content)


def _usage(raw: str | None) -> Any:
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
