"""A recorded comparison as a provider: what was asked before is answered as it was answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.insight.archive import Archive
from imagelab.records.rows import generation_of
from imagelab.request import REPLAY, SETTINGS, key_of
from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply

Answer = Callable[[bytes, str], Reply]
"""Gives the whole answer to a request's body, under the id of the request."""


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

    def answer(raw: bytes, request_id: str) -> Reply:
        body = _body(raw)
        key = key_of(REPLAY, "generate", body)
        if key not in rows:
            return _not_there(body, archive)
        row = rows[key][given[key] % len(rows[key])]
        given[key] += 1
        return _reply(row, archive, request_id)

    return answer


def _body(raw: bytes) -> dict[str, Any]:
    """Read what decides the picture; how it travels (streams, users) is left out."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    known = body if isinstance(body, dict) else {}
    return {name: known[name] for name in ("prompt", *SETTINGS) if known.get(name) is not None}


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
