"""Reads the body of a request and checks it, in the order in which the real service does."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from imagelab.catalog import models, sizes
from imagelab.catalog.models import Model
from imagelab.catalog.prices import Lane
from imagelab.simulator import bodies, multipart, rules, shape, uploads
from imagelab.simulator.bodies import Reply
from imagelab.simulator.files import Files
from imagelab.simulator.manners import Manners
from imagelab.simulator.uploads import Incoming, Opened
from imagelab.simulator.wanted import Author, Operation, Wanted

DEFAULT_MODEL = "gpt-image-1"
"""What a request without a model gets."""

DEFAULT_AUTHOR = "gpt-5.6-terra"
"""Who writes an SVG where the request names nobody. Not known of the real service."""

_AUTO_PIXELS = 1_572_864
"""The area of pictures whose size the server chose, as measured on 2.x."""

_NOT_IN_THE_PICTURE = ("stream", "partial_images", "user", "n", "safety_identifier")


WHICH = "x-imagelab-which"
"""The header that tells a replay which of equal requests this is: sample and take, as ``2/1``."""

BILL = "imagelab_bill"
"""The field in which a replay tells what its picture cost then: nano-dollars and their price."""

_WHICH = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,8})")


@dataclass(frozen=True)
class Asked:
    """A request as it came: what for, the body, and the type it is said to have.

    ``model`` stands for the body's where the address names one; a batch's requests travel in
    a ``lane`` of their own. ``which`` is the sample and take that a replay was told.
    """

    operation: Operation
    raw: bytes
    content_type: str = "application/json"
    model: str | None = None
    lane: Lane = "standard"
    which: tuple[int, int] | None = None


def which(told: str | None) -> tuple[int, int] | None:
    """Read the sample and take that a header names; None where it names none.

    >>> which("2/1")
    (2, 1)
    """
    found = _WHICH.fullmatch(told or "")
    return (int(found[1]), int(found[2])) if found else None


def check(
    asked: Asked,
    files: Files,
    manners: Manners,
    *,
    retire: bool = False,
    today: date | None = None,
) -> Wanted | Reply:
    """Return the request in a body, or the error that the service would answer.

    With ``retire`` a model is unknown from its shutdown day on, in UTC, as of ``today``.
    """
    body, incoming = _read(asked, files)
    if isinstance(body, Reply):
        return body
    problem = shape.problem(body, asked.operation)
    if problem or isinstance(incoming, Reply):
        return problem or incoming  # type: ignore[return-value]
    problem = uploads.problem(incoming) if asked.operation == "edit" else None
    if problem:
        return problem
    named = asked.model or body.get("model", DEFAULT_MODEL)
    model = served(manners.model(named) or "", retire=retire, today=today)
    if model is None:
        return manners.unknown(named)
    if asked.model:
        body["model"] = asked.model
    if asked.lane == "batch" and body.get("stream"):
        return bodies.error(400, "Batch requests cannot stream.", param="stream")
    problem = rules.problem(model, body) or uploads.model_problem(incoming, model, body)
    opened = uploads.opened(incoming)
    if problem or isinstance(opened, Reply):
        return problem or opened  # type: ignore[return-value]
    return replace(_resolved(model, body, asked.operation, opened), lane=asked.lane)


def told(asked: Asked, files: Files) -> dict[str, Any] | Reply:
    """Return what decides the picture of a request, files by their SHA-256; nothing is judged."""
    body, incoming = _read(asked, files)
    if isinstance(body, Reply):
        return body
    return incoming if isinstance(incoming, Reply) else _of_picture(body) | incoming.digests()


def served(model_id: str, *, retire: bool = False, today: date | None = None) -> Model | None:
    """Return the model of this id (a snapshot's, and behind ``openai/``, too) if it is served."""
    model = models.find(model_id)
    if model is None or model_id.removeprefix("openai/") not in (model.id, *model.snapshots):
        return None
    day = today or datetime.now(UTC).date()
    return None if retire and models.state(model, day) == "retired" else model


def _read(asked: Asked, files: Files) -> tuple[dict[str, Any] | Reply, Incoming | Reply]:
    """Return the parameters and the files of a body, in either of its forms."""
    if asked.operation == "edit" and multipart.is_form(asked.content_type):
        try:
            form = multipart.read(asked.raw, asked.content_type)
        except ValueError:
            return bodies.error(400, "We could not parse the form in your request."), Incoming()
        fields = form.tree()
        for name in ("image", *uploads.OVERLAYS):
            if name in fields:
                return shape.wrong_type(name, "a file", fields[name]), Incoming()
        return shape.typed(fields, "edit"), uploads.from_form(form)
    body = shape.parsed(asked.raw)
    if isinstance(body, Reply) or asked.operation == "generation":
        return body, Incoming()
    incoming = uploads.from_json(body, files)
    return {name: body[name] for name in body if name not in uploads.IN_JSON}, incoming


# --- a good request --------------------------------------------------------------------------


def _resolved(
    model: Model, body: Mapping[str, Any], operation: Operation, opened: Opened
) -> Wanted:
    picture = _of_picture(body) | opened.digests()
    canonical = json.dumps(picture, sort_keys=True, separators=(",", ":"))
    size = body.get("size", "auto")
    tier = body.get("quality", "auto")
    form = body.get("output_format", "png")
    transparent = body.get("background") == "transparent"
    return Wanted(
        body=picture,
        key=hashlib.sha256(f"{operation}:{canonical}".encode()).hexdigest(),
        model=model,
        prompt=body["prompt"],
        n=body.get("n", 1),
        size=_size_of_auto(model, opened) if size == "auto" else size,
        size_is_auto=size == "auto",
        tier=_tier_of_auto(model) if tier == "auto" else tier,
        background="transparent" if transparent else "opaque",
        output_format=form,
        compression=body.get("output_compression"),
        operation=operation,
        references=opened.references,
        mask=opened.mask,
        markup=opened.markup,
        fidelity=body.get("input_fidelity", "low"),
        stream=body.get("stream", False),
        partials=body.get("partial_images", 0),
        frames=body.get("frame_count", 9) if form == "gif" else 1,
        frame_ms=_frame_ms(body.get("frame_duration_ms", 200)),
        author=_author(body.get("svg")) if form == "svg" else None,
        safety_identifier=body.get("safety_identifier") or body.get("user") or None,
    )


def _of_picture(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in _NOT_IN_THE_PICTURE}


def _size_of_auto(model: Model, opened: Opened) -> str:
    """Return what "auto" becomes: near the first picture's shape in an edit, else a square."""
    width, height = opened.references[0].size if opened.references else (1, 1)
    ratio = width / height
    if model.sizes == "fixed":
        listed = [sizes.parsed(one) or (1, 1) for one in sizes.rule_of(model).listed]
        edges = min(listed, key=lambda one: abs(math.log(one[0] / one[1] / ratio)))
        return f"{edges[0]}x{edges[1]}"
    ratio = min(max(ratio, 1 / 3), 3)
    across, down = math.sqrt(_AUTO_PIXELS * ratio), math.sqrt(_AUTO_PIXELS / ratio)
    return f"{round(across)}x{round(down)}"


def _tier_of_auto(model: Model) -> str:
    """Return what "auto" becomes: high on the first family, low as measured on 2.x."""
    return "high" if model.architecture == "gpt-image-1" else "low"


def _frame_ms(asked: int) -> int:
    """Return how long a frame is shown: whole hundredths of a second, and not too long."""
    return min(655_350, max(10, round(asked / 10) * 10))


def _author(svg: Mapping[str, Any] | None) -> Author:
    asked = svg or {}
    effort = (asked.get("reasoning") or {}).get("effort")
    return Author(asked.get("model") or DEFAULT_AUTHOR, effort or "medium")
