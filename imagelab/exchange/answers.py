"""What a provider's error means: its class in our tree, whether it was billed, the remedy.

The shapes and codes are those that were seen from the Images API; a code that is not known
falls back on its HTTP status.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.errors import (
    ASK_AGAIN,
    ExchangeError,
    KeyRefusedError,
    ModelGoneError,
    OutcomeUnknownError,
    QuotaError,
    RateLimitError,
    RefusedError,
    RejectedError,
    UnreachableError,
)
from imagelab.request import plain

MODERATION = {
    "moderation_blocked",
    "content_policy_violation",
    # Azure's own words
    "content_filter",
    "contentFilter",
    "ContentFilter",
    "ResponsibleAIPolicyViolation",
}

QUOTA = {
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "credit_balance_exhausted",
    "organization_usage_limit_exceeded",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
}

# Raised before a single byte of the request went out, under either HTTP library.
NEVER_SENT = {
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
    "InvalidURL",
    "LocalProtocolError",
}

CLIENT_CLOSED = 499
"""What a proxy says where it takes us for gone: what stands behind it may have gone on."""

MOST_WORDS = 2000
"""How much of what a provider says is told on."""

Blot = Callable[[str], str]


def of_status(error: Any, blot: Blot) -> ExchangeError:
    """Translate an answer whose HTTP status is an error."""
    # Some versions of the SDK hand on whatever stands in the code's place.
    code, status = error.code if isinstance(error.code, str) else None, error.status_code
    said = said_by(error, blot)
    kind, remedy = _meaning(_telling(code, error.body), status, said)
    if kind is ModelGoneError and _is_wrong_address(error.body, said):
        remedy = "Pictures are asked for elsewhere: check base_url, which usually ends in /v1."
    details = {
        "code": None if code is None else blot(plain(code)),
        "http_status": status,
        "request_id": error.request_id and blot(error.request_id),
    }
    message = f"{said} {remedy}"
    if kind is RefusedError:
        return RefusedError(message, stage=_stage(error.body), **details)
    if kind is RateLimitError:
        wait = seconds_until_retry(error.response.headers)
        return RateLimitError(message, seconds_until_retry=wait, **details)
    return kind(message, **details)


def _is_wrong_address(body: object, said: str) -> bool:
    """Tell a path that is not there from a model that is not: the API answers for models itself."""
    return not isinstance(body, Mapping) or "Invalid URL" in said


def _telling(code: str | None, body: object) -> str | None:
    """Take the type for the code where only the type tells: an account out of credit does so."""
    kind = _words(body.get("type")) if isinstance(body, Mapping) else None
    return kind if code is None and kind in QUOTA else code


def of_reading(error: Any, blot: Blot) -> ExchangeError:
    """Translate an error that answers a mere question; none of them costs anything."""
    said, status = said_by(error, blot), error.status_code
    if status in (401, 403):
        kind: type[ExchangeError] = KeyRefusedError
        remedy = "Check the key: it must be one that may read this."
    else:
        kind, remedy = RejectedError, "Nothing was billed."
    return kind(f"{said} {remedy}", http_status=status, request_id=error.request_id)


def of_silence(error: Exception, address: str) -> ExchangeError:
    """Say that a mere question was not answered."""
    kind = type(error.__cause__ or error).__name__
    return UnreachableError(
        f"Nothing can be read at {address} ({kind}), and nothing was billed. Check the address "
        "and the network, then ask again."
    )


_OF_LIMITS = ("rate_limit_exceeded", "tokens", "requests", "input-images", "images")
_OF_REQUESTS = ("invalid_request_error", "image_generation_user_error")


def of_frame(
    body: object, *, partial: bytes | None, request_id: str | None, blot: Blot
) -> ExchangeError:
    """Translate an error that was told inside a stream, by whether a picture had begun to come."""
    told = body if isinstance(body, Mapping) else {"message": body}
    code, kind = (_words(told.get(name)) for name in ("code", "type"))
    message = blot(plain(_words(told.get("message")) or str(body))).strip()[:MOST_WORDS]
    said = f"The provider broke off the stream: {message.rstrip('.')}."
    details = {"code": code and blot(plain(code)), "request_id": request_id}
    found, remedy = _meaning(code, _status_of(code, kind), message)
    if found is RefusedError:
        stage = _stage(body)
        begun = stage == "unknown" and partial is not None
        return RefusedError(f"{said} {remedy}", stage="output" if begun else stage, **details)
    if partial is not None:
        # A picture was being made: whatever the reason, it may be on the bill.
        found, remedy = _meaning(None, 500, "")
    error = found(f"{said} {remedy}", **details)  # type: ignore[arg-type]
    error.partial = partial
    return error


def _status_of(code: str | None, kind: str | None) -> int:
    """Guess the HTTP status of an error that came without one: 500 where nothing tells."""
    if code in _OF_LIMITS or kind in _OF_LIMITS or kind == "insufficient_quota":
        return 402 if kind == "insufficient_quota" else 429
    return 400 if kind in _OF_REQUESTS else 500


def _words(value: object) -> str | None:
    return value if isinstance(value, str) else None


def of_unfinished(partial: bytes | None, request_id: str | None) -> ExchangeError:
    """Say that a stream ended before the finished picture."""
    came = "after a partial picture, which is kept" if partial else "before any picture"
    error = OutcomeUnknownError(
        f"The stream ended {came}. It may have been billed. {ASK_AGAIN}",
        request_id=request_id,
    )
    error.partial = partial
    return error


def _meaning(code: str | None, status: int, said: str) -> tuple[type[ExchangeError], str]:
    """Find the class and the remedy; the code tells more than the status, where there is one."""
    if code in MODERATION or "safety system" in said:
        return RefusedError, "Change the prompt; sending the same words again is pointless."
    if code in QUOTA or status == 402:
        return QuotaError, "Add credit or raise the limit with the provider, then run it again."
    if status == 401:
        return KeyRefusedError, "Check the API key: the one given was not accepted."
    if status == 403:
        return KeyRefusedError, "The key is known but has no right to this model or place."
    if code == "DeploymentNotFound":
        return RejectedError, (
            "Name what your resource has deployed: deployments={'gpt-image-2': 'its name'}."
        )
    if status == 404 or "does not exist" in said:
        return ModelGoneError, (
            "The model is retired or not open to this key: imagelab.models() shows what followed."
        )
    if status == 429:
        return RateLimitError, "It was not billed; ask for fewer pictures at a time."
    if status in (408, CLIENT_CLOSED) or status >= 500:
        return OutcomeUnknownError, (f"It may have been billed all the same. {ASK_AGAIN}")
    if status < 400:
        return RejectedError, (
            "It points elsewhere, and the key is not carried there: give the address that it "
            "points to as base_url."
        )
    return RejectedError, "It was not billed; change the request, sending it again cannot help."


def said_by(error: Any, blot: Blot) -> str:
    """Take the provider's own words, whatever shape the body has."""
    body = error.body
    message = body.get("message") if isinstance(body, Mapping) else body
    # Blotted before they are cut: half a key is a secret too.
    words = blot(plain(str(message or "")).strip()) or f"HTTP {error.status_code}"
    words = f"The provider answered {error.status_code}: {words[:MOST_WORDS]}"
    return words if words.endswith((".", "!", "?")) else words + "."


def _stage(body: object) -> str:
    details = body.get("moderation_details") if isinstance(body, Mapping) else None
    stage = details.get("moderation_stage") if isinstance(details, Mapping) else None
    return stage if isinstance(stage, str) else "unknown"


def seconds_until_retry(headers: Mapping[str, str]) -> float | None:
    """Read how long the provider asks to wait: milliseconds, seconds or a date."""
    import time
    from email.utils import parsedate_to_datetime

    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value) * unit
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except ValueError:
            continue
    return None


def of_late(timeout: float, request_id: str | None = None) -> ExchangeError:
    """Say that the time for the whole answer was over before all of it had come."""
    return OutcomeUnknownError(
        f"The answer was not whole after {timeout:g} seconds. It may have been billed. Give the "
        f"lab a longer timeout for slow tiers. {ASK_AGAIN}",
        request_id=request_id,
    )


def of_break(
    error: Exception, *, where: str | None, timeout: float, request_id: str | None
) -> ExchangeError:
    """Translate a call that broke off, by whether anything was sent before.

    ``where`` is the address, as long as nothing of an answer had come from it.
    """
    cause = error.__cause__ or error
    name = type(cause).__name__
    if where and name in NEVER_SENT:
        return UnreachableError(
            f"Nobody answers at {where} ({str(cause) or name}). Nothing was sent or billed: check "
            "the address and the network, then run it again."
        )
    if "Timeout" in name:
        return of_late(timeout, request_id)
    part = "before an answer came" if where else "in the middle of the answer"
    return OutcomeUnknownError(
        f"The connection broke {part} ({name}). It may have been billed. {ASK_AGAIN}",
        request_id=request_id,
    )
