"""The Files API as its clients meet it: upload, list, look at, fetch and delete."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from imagelab.simulator import bodies, multipart
from imagelab.simulator.bodies import Reply, error, invalid_value
from imagelab.simulator.files import MOST_BYTES, PURPOSES, File, Files
from imagelab.simulator.multipart import UNSAID
from imagelab.simulator.wanted import Upload

_MOST_SECONDS, _LEAST_SECONDS = 2_592_000, 3600
_SIGNATURES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
}


def upload(files: Files, raw: bytes, content_type: str) -> Reply:
    """Keep a file that came in a form; ``POST /v1/files``."""
    if not multipart.is_form(content_type):
        return error(400, "Expected a multipart/form-data request.", param="file")
    try:
        form = multipart.read(raw, content_type)
    except ValueError:
        return error(400, "We could not parse the form in your request.")
    fields, parts = form.tree(), {one.param: one for one in form.uploads}
    for name in ("file", "purpose"):
        if name not in (*fields, *parts):
            return bodies.missing(name)
    if fields.get("purpose") not in PURPOSES:
        return invalid_value("purpose", fields.get("purpose"), PURPOSES)
    if "file" not in parts:
        return error(400, "Invalid 'file': expected a file.", code="invalid_type", param="file")
    if len(parts["file"].data) > MOST_BYTES:
        return error(413, "The file is too large.", code="file_too_large", param="file")
    expires = _expiry(fields.get("expires_after"))
    if isinstance(expires, Reply):
        return expires
    return bodies.as_json(200, _body(files.add(_file(parts["file"], fields["purpose"], expires))))


def _file(part: Upload, purpose: str, expires_after: int | None) -> File:
    mime = part.mime
    if mime == UNSAID:  # as the SDK sends bare bytes; their beginning tells more
        found = (kind for start, kind in _SIGNATURES.items() if part.data.startswith(start))
        mime = next(found, UNSAID)
    made = File(part.filename, purpose, mime, part.data)
    if expires_after is None:
        return made
    return File(
        part.filename, purpose, mime, part.data, made.created_at + expires_after, made.created_at
    )


def _expiry(asked: Any) -> int | Reply | None:
    if asked is None:
        return None
    seconds = asked.get("seconds", "") if isinstance(asked, dict) else ""
    anchored = isinstance(asked, dict) and asked.get("anchor") == "created_at"
    if anchored and seconds.isdigit() and _LEAST_SECONDS <= int(seconds) <= _MOST_SECONDS:
        return int(seconds)
    message = (
        "Invalid 'expires_after': expected anchor 'created_at' and seconds from "
        f"{_LEAST_SECONDS} to {_MOST_SECONDS}."
    )
    return error(400, message, code="invalid_value", param="expires_after")


def _body(file: File) -> dict[str, Any]:
    return {
        "object": "file",
        "id": file.id,
        "purpose": file.purpose,
        "filename": file.filename,
        "bytes": len(file.data),
        "created_at": file.created_at,
        "expires_at": file.expires_at,
        "status": "processed",
        "status_details": None,
    }


def listing(files: Files, request: Request) -> Reply:
    """Return the files, newest first; ``GET /v1/files``."""
    asked = request.query_params
    kept = files.list(asked.get("purpose"))
    if asked.get("order") == "asc":
        kept.reverse()
    if after := asked.get("after"):
        places = [place for place, file in enumerate(kept) if file.id == after]
        kept = kept[places[0] + 1 :] if places else []
    limit = asked.get("limit", "10000")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 10_000):
        message = f"Invalid 'limit': expected a value between 1 and 10000, but got {limit}."
        return error(400, message, code="invalid_value", param="limit")
    page = kept[: int(limit)]
    body = {
        "object": "list",
        "data": [_body(file) for file in page],
        "has_more": len(kept) > len(page),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }
    return bodies.as_json(200, body)


def one(files: Files, request: Request) -> Reply:
    """Return what is known of a file, or forget it; ``GET`` and ``DELETE /v1/files/{id}``."""
    file_id = request.path_params["file_id"]
    file = files.get(file_id)
    if file is None:
        return bodies.no_such_file(file_id)
    if request.method == "DELETE":
        files.delete(file_id)
        return bodies.as_json(200, {"object": "file", "id": file_id, "deleted": True})
    return bodies.as_json(200, _body(file))


def content(files: Files, request: Request) -> Reply:
    """Return a file's bytes; ``GET /v1/files/{id}/content``."""
    file_id = request.path_params["file_id"]
    file = files.get(file_id)
    if file is None:
        return bodies.no_such_file(file_id)
    return Reply(200, file.data, {"content-type": UNSAID})
