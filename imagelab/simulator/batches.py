"""The Batch API: files of requests that are worked off by and by, at half the price."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from imagelab.simulator import bodies, shape
from imagelab.simulator.bodies import Reply, error, invalid_value
from imagelab.simulator.files import File, Files
from imagelab.simulator.wanted import Operation

State = Literal[
    "validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling",
    "cancelled",
]  # fmt: skip

ENDPOINTS: dict[str, Operation] = {
    "/v1/images/generations": "generation",
    "/v1/images/edits": "edit",
}
MOST_ROWS = 50_000
MOST_BYTES = 200_000_000
OVER: tuple[State, ...] = ("failed", "completed", "expired", "cancelled")
_DAY_SECONDS = 86_400
_TIMES = (
    "in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at",
    "cancelling_at", "cancelled_at",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One request of a batch."""

    custom_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """One batch as it stands. ``times`` holds when it came into each state, in Unix time."""

    endpoint: str
    input_file_id: str
    metadata: Mapping[str, str] | None
    rows: tuple[Row, ...] = ()
    errors: tuple[Mapping[str, Any], ...] = ()
    status: State = "validating"
    completed: int = 0
    failed: int = 0
    output_file_id: str | None = None
    error_file_id: str | None = None
    output_seconds: int | None = None
    times: Mapping[str, int] = field(default_factory=dict)
    created_at: int = field(default_factory=lambda: int(time.time()))
    id: str = field(default_factory=lambda: f"batch_{uuid.uuid4().hex}")

    @property
    def operation(self) -> Operation:
        """What its requests ask for."""
        return ENDPOINTS[self.endpoint]

    def moved(self, status: State, **changes: Any) -> Batch:
        """Return it in another state, as of now."""
        times = {**self.times, f"{status}_at": int(time.time())}
        return replace(self, status=status, times=times, **changes)

    def answer(self) -> dict[str, Any]:
        """Return it as clients see it."""
        times = {"expires_at": self.created_at + _DAY_SECONDS, **self.times}
        problems = {"object": "list", "data": [dict(one) for one in self.errors]}
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "model": self.rows[0].body.get("model") if self.rows else None,
            "errors": problems if self.errors else None,
            "input_file_id": self.input_file_id,
            "completion_window": "24h",
            "status": self.status,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "created_at": self.created_at,
            **{name: times.get(name) for name in _TIMES},
            "request_counts": {
                "total": len(self.rows),
                "completed": self.completed,
                "failed": self.failed,
            },
            "metadata": None if self.metadata is None else dict(self.metadata),
        }


class Batches:
    """Keeps batches; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: dict[str, Batch] = {}

    def put(self, batch: Batch) -> Batch:
        """Keep a batch, new or changed, and return it."""
        with self._lock:
            self._batches[batch.id] = batch
        return batch

    def get(self, batch_id: str) -> Batch | None:
        """Return the batch of this id, or None."""
        with self._lock:
            return self._batches.get(batch_id)

    def list(self) -> list[Batch]:
        """Return all batches, newest first."""
        with self._lock:
            return list(reversed(self._batches.values()))


# --- what is asked for -----------------------------------------------------------------------


def read(raw: bytes, files: Files) -> Batch | Reply:
    """Return the batch that a body asks for, or the refusal of the body.

    What is wrong with the file of requests does not refuse the batch: it fails.
    """
    body = shape.parsed(raw)
    if isinstance(body, Reply):
        return body
    for name in ("input_file_id", "endpoint", "completion_window"):
        if name not in body:
            return bodies.missing(name)
    if body["endpoint"] not in ENDPOINTS:
        return invalid_value("endpoint", body["endpoint"], ENDPOINTS)
    if body["completion_window"] != "24h":
        return invalid_value("completion_window", body["completion_window"], ("24h",))
    file = files.get(str(body["input_file_id"]))
    if file is None or file.purpose != "batch":
        return error(400, f"Invalid input file: {body['input_file_id']}", param="input_file_id")
    expires = body.get("output_expires_after")
    seconds = expires.get("seconds") if isinstance(expires, dict) else None
    if expires is not None and not (isinstance(seconds, int) and 3600 <= seconds <= 2_592_000):
        message = "Invalid 'output_expires_after': expected seconds from 3600 to 2592000."
        return error(400, message, code="invalid_value", param="output_expires_after")
    batch = Batch(body["endpoint"], file.id, body.get("metadata"), output_seconds=seconds)
    rows, problems = _rows(file, body["endpoint"])
    return replace(batch, rows=rows, errors=problems)


def _rows(file: File, endpoint: str) -> tuple[tuple[Row, ...], tuple[dict[str, Any], ...]]:
    """Return the requests of a file, or what is wrong with it."""
    lines = [line for line in file.data.split(b"\n") if line.strip()]
    if not lines or len(lines) > MOST_ROWS or len(file.data) > MOST_BYTES:
        what = f"a file of 1 to {MOST_ROWS} requests and at most 200 MB is expected"
        return (), (_problem("invalid_file", f"The file cannot be taken: {what}.", None, None),)
    rows: list[Row] = []
    known: set[str] = set()
    problems: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        found = _row(line, endpoint, rows, known, number)
        if isinstance(found, Row):
            rows.append(found)
            known.add(found.custom_id)
        else:
            problems.append(found)
    return (() if problems else tuple(rows)), tuple(problems)


def _row(
    line: bytes, endpoint: str, before: list[Row], known: set[str], number: int
) -> Row | dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict) or not isinstance(row.get("body"), dict):
        return _problem("invalid_json_line", "This line is no request.", number, None)
    custom_id = row.get("custom_id")
    if not isinstance(custom_id, str) or not custom_id:
        message = "Missing required parameter: 'custom_id'."
        return _problem("missing_required_parameter", message, number, "custom_id")
    if custom_id in known:
        message = f"The custom_id '{custom_id}' is used more than once."
        return _problem("duplicate_custom_id", message, number, "custom_id")
    if row.get("method") != "POST" or row.get("url") != endpoint:
        message = f"The url of the request must be POST {endpoint}, that of the batch."
        return _problem("mismatched_url", message, number, "url")
    if before and row["body"].get("model") != before[0].body.get("model"):
        message = "All requests of a file must name the same model."
        return _problem("mismatched_model", message, number, "body.model")
    return Row(custom_id, row["body"])


def _problem(code: str, message: str, line: int | None, param: str | None) -> dict[str, Any]:
    return {"code": code, "message": message, "line": line, "param": param}


# --- what comes out --------------------------------------------------------------------------


def answered(row: Row, reply: Reply, request_id: str) -> bytes:
    """Return the line of a request that was answered, well or not."""
    response = {
        "status_code": reply.status,
        "request_id": request_id,
        "body": json.loads(reply.body),
    }
    return _line(row, response, None)


def expired(row: Row) -> bytes:
    """Return the line of a request whose time was over."""
    message = "This request could not be executed before the completion window expired."
    return _line(row, None, {"code": "batch_expired", "message": message})


def _line(row: Row, response: object, problem: object) -> bytes:
    line = {
        "id": f"batch_req_{uuid.uuid4().hex}",
        "custom_id": row.custom_id,
        "response": response,
        "error": problem,
    }
    return json.dumps(line).encode() + b"\n"


def kept(
    batch: Batch, lines: list[bytes], what: Literal["output", "error"], files: Files
) -> str | None:
    """Keep lines as a file, in another order than they were asked for, and return its id."""
    if not lines:
        return None
    name = f"{batch.id}_{what}.jsonl"
    made = File(name, "batch_output", "application/jsonl", b"".join(reversed(lines)))
    seconds = batch.output_seconds or 30 * _DAY_SECONDS
    return files.add(replace(made, expires_at=made.created_at + seconds)).id


def listing(some: list[Batch], *, after: str | None, limit: str) -> Reply:
    """Return a page of batches, newest first."""
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 100):
        message = f"Invalid 'limit': expected a value between 1 and 100, but got {limit}."
        return error(400, message, code="invalid_value", param="limit")
    places = [place for place, one in enumerate(some) if one.id == after]
    rest = some[places[0] + 1 :] if places else some
    page = rest[: int(limit)]
    body = {
        "object": "list",
        "data": [one.answer() for one in page],
        "has_more": len(rest) > len(page),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }
    return bodies.as_json(200, body)


def no_such_batch(batch_id: str) -> Reply:
    """Return what is said of a batch that is not there."""
    return error(404, f"No batch found with id '{batch_id}'.", param="batch_id")
