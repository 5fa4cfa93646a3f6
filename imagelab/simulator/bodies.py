"""What goes over the wire: answers as OpenAI's Images API words them.

Bodies, the order of their keys and the sentences in them are those that were captured from
the real service, where a capture exists; the rest follows its usual shape.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import formatdate
from typing import Literal

from imagelab.catalog.models import Model

ORGANIZATION = "org-imagelab-simulated"
"""The organisation that every answer names."""

USER_ERROR = "image_generation_user_error"
REQUEST_ERROR = "invalid_request_error"


@dataclass(frozen=True)
class Reply:
    """One whole answer: HTTP status, body, and the headers that are its own."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def http_date(moment: float) -> str:
    """Return a Unix time as HTTP writes it; parts of a second are rounded up."""
    return formatdate(math.ceil(moment), usegmt=True)


# --- success ---------------------------------------------------------------------------------


def success(
    pictures: Sequence[str],
    usage: Mapping[str, object] | None,
    *,
    created: int,
    background: str,
    output_format: str,
    quality: str,
    size: str,
    more: Mapping[str, object] | None = None,
) -> Reply:
    """Return the answer that carries ``pictures``, each as base64.

    ``more`` holds what only some answers have.
    """
    content: dict[str, object] = {
        "created": created,
        "background": background,
        "data": [{"b64_json": one} for one in pictures],
        "output_format": output_format,
        "quality": quality,
        "size": size,
    }
    if usage is not None:
        content["usage"] = usage
    return as_json(200, {**content, **(more or {})})


def model(one: Model) -> dict[str, object]:
    """Return a model as ``GET /v1/models/{id}`` gives it."""
    born = 0 if one.released is None else datetime.combine(one.released, time(), UTC).timestamp()
    return {
        "id": one.id,
        "object": "model",
        "created": int(born),
        "owned_by": "system",
        "shutdown_date": None if one.shutdown is None else one.shutdown.isoformat(),
    }


def models(some: Iterable[Model]) -> Reply:
    """Return the answer of ``GET /v1/models``."""
    return as_json(200, {"object": "list", "data": [model(one) for one in some]})


# --- errors ----------------------------------------------------------------------------------


def error(
    status: int,
    message: str,
    *,
    kind: str | None = REQUEST_ERROR,
    code: str | None = None,
    param: str | None = None,
    moderation: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Return an error in OpenAI's shape. ``kind`` is the field that it calls ``type``."""
    content: dict[str, object] = {"message": message, "type": kind, "param": param, "code": code}
    if moderation is not None:
        content["moderation_details"] = dict(moderation)
    return as_json(status, {"error": content}, headers)


def as_json(status: int, content: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return any JSON as an answer."""
    return Reply(status, json.dumps(content).encode(), dict(headers or {}))


def listed(values: Iterable[str]) -> str:
    """Return values as the service lists them.

    >>> listed(["a", "b", "c"])
    "'a', 'b', and 'c'"
    """
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


def invalid_value(param: str, value: object, allowed: Iterable[str]) -> Reply:
    """Return the refusal of a value that is none of those allowed."""
    message = f"Invalid value: '{value}'. Supported values are: {listed(allowed)}."
    return error(400, message, code="invalid_value", param=param)


def not_supported(model_id: str, param: str) -> Reply:
    """Return the refusal of a parameter that this model does not have."""
    message = f"The model '{model_id}' does not support the '{param}' parameter."
    return error(400, message, kind=USER_ERROR, code="invalid_value", param=param)


def not_recorded() -> Reply:
    """Return the refusal of a question where answers come from a record, which holds none."""
    return error(404, "What is replayed here holds no verdict of a judge.", code="not_recorded")


def missing(param: str) -> Reply:
    """Return the refusal of a body without a parameter that it needs."""
    message = f"Missing required parameter: '{param}'."
    return error(400, message, code="missing_required_parameter", param=param)


def broken_image(number: int) -> Reply:
    """Return the refusal of a picture that cannot be opened, counted from 0."""
    message = (
        f"Invalid image file or mode for image {number}, please check your image file. "
        "If you believe this is an error, contact us at help.openai.com and include the request ID."
    )
    return error(400, message, kind=USER_ERROR, code="invalid_image_file")


def too_many_pixels(number: int, size: tuple[int, int], most: int) -> Reply:
    """Return the refusal of a picture that would not fit into memory."""
    message = (
        f"Invalid image file for image {number}: {size[0]}x{size[1]} pixels are more than the "
        f"{most:,} that are supported."
    )
    return error(400, message, kind=USER_ERROR, code="invalid_image_file")


def no_such_file(file_id: str, *, status: int = 404, param: str = "id") -> Reply:
    """Return what is said of a file that is not there."""
    return error(status, f"No such File object: {file_id}", param=param)


def no_such_model(model_id: str) -> Reply:
    """Return what the images endpoint says of a model that is unknown, or shut down."""
    return error(400, f"The model '{model_id}' does not exist.", kind=USER_ERROR)


def model_not_found(model_id: str) -> Reply:
    """Return what the other endpoints say of a model that is unknown."""
    message = f"The model `{model_id}` does not exist or you do not have access to it."
    return error(404, message, code="model_not_found")


def retired(model_id: str, status: int) -> Reply:
    """Return what is said of a model that was shut down: by the images 400, by others 404."""
    if status == 400:
        return no_such_model(model_id)
    message = (
        f"The model `{model_id}` has been deprecated, learn more here: "
        "https://platform.openai.com/docs/deprecations"
    )
    return error(404, message, code="model_not_found")


def not_a_chat_model() -> Reply:
    """Return what chat completions say to the name of an image model."""
    message = (
        "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
        "Did you mean to use v1/completions?"
    )
    return error(404, message, param="model")


def no_such_address(method: str, path: str) -> Reply:
    """Return the answer to anything that is not served."""
    return error(404, f"Invalid URL ({method} {path})")


def bad_key(message: str = "Incorrect API key provided: sk-…") -> Reply:
    """Return the refusal of a key. It never repeats the key that came."""
    return error(401, message, code="invalid_api_key")


def unverified(model_id: str) -> Reply:
    """Return what an organisation hears that may not use this model yet."""
    message = (
        f"Your organization must be verified to use the model `{model_id}`. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify "
        "Organization. If you just verified, it can take up to 15 minutes for access to propagate."
    )
    return error(403, message)


def no_quota() -> Reply:
    """Return what an account without credit hears: a 429 that waiting does not help."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return error(429, message, kind="insufficient_quota", code="insufficient_quota")


def billing_limit() -> Reply:
    """Return what an account at its hard limit hears: a 400, not a 429."""
    return error(
        400,
        "Billing hard limit has been reached",
        kind=USER_ERROR,
        code="billing_hard_limit_reached",
    )


def moderated(stage: Literal["input", "output"], request_id: str) -> Reply:
    """Return the safety system's refusal, of the prompt or of the finished picture."""
    message = (
        "Your request was rejected by the safety system. If you believe this is an error, contact "
        f"us at help.openai.com and include the request ID {request_id}. "
        "safety_violations=[violence]."
    )
    details = {"moderation_stage": stage, "categories": ["violence"]}
    return error(400, message, kind=USER_ERROR, code="moderation_blocked", moderation=details)


def server_error(status: int, text: str | None = None) -> Reply:
    """Return a 5xx; ``text`` makes ``error`` a bare string, as outages do."""
    if text is not None:
        return as_json(status, {"error": text})
    message = (
        "The server had an error while processing your request. Sorry about that! "
        "You can retry your request."
    )
    return error(status, message, kind="server_error")


def rate_limited(
    model_id: str,
    *,
    bucket: Literal["input-images", "tokens"],
    numbers: str,
    wait: str | None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Return a 429: ``numbers`` is "Limit 5, Used 5, Requested 1", ``wait`` such as "12s"."""
    named = "tokens per min (TPM)" if bucket == "tokens" else "input-images per min"
    again = "" if wait is None else f" Please try again in {wait}."
    message = (
        f"Rate limit reached for {model_id} (for limit gpt-image) in organization {ORGANIZATION} "
        f"on {named}: {numbers}.{again} "
        "Visit https://platform.openai.com/account/rate-limits to learn more."
    )
    return error(429, message, kind=bucket, code="rate_limit_exceeded", headers=headers)
