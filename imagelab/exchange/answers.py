"""What a provider's error means: its class in our tree, whether it was billed, the remedy.

The shapes and codes are those that were seen from the Images API; a code that is not known
falls back on its HTTP status.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from imagelab.errors import (
    ExchangeError,
    KeyRefusedError,
    OutcomeUnknownError,
    QuotaError,
    RateLimitError,
    RefusedError,
    RejectedError,
    UnreachableError,
)

MODERATION = {"moderation_blocked", "content_policy_violation"}

QUOTA = {
    "insufficient_quota",
    "billing_hard_limit_reached",
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

Blot = Callable[[str], str]


def of_status(error: Any, blot: Blot) -> ExchangeError:
    """Translate an answer whose HTTP status is an error."""
    code, status = error.code, error.status_code
    said = blot(_said(error))
    kind, remedy = _meaning(code, status, said)
    details = {
        "code": code if isinstance(code, str) else None,
        "http_status": status,
        "request_id": error.request_id,
    }
    message = f"{said} {remedy}".strip()
    if kind is RefusedError:
        return RefusedError(message, stage=_stage(error.body), **details)
    if kind is RateLimitError:
        wait = seconds_until_retry(error.response.headers)
        return RateLimitError(message, seconds_until_retry=wait, **details)
    return kind(message, **details)


def _meaning(code: object, status: int, said: str) -> tuple[type[ExchangeError], str]:
    """Find the class and the remedy; the code tells more than the status, where there is one."""
    if code in MODERATION or "safety system" in said:
        return RefusedError, "Change the prompt; sending the same words again is pointless."
    if code in QUOTA:
        return QuotaError, "Add credit or raise the limit with the provider, then run it again."
    if status == 401:
        return KeyRefusedError, "Check the API key: the one given was not accepted."
    if status == 403:
        return KeyRefusedError, "The key is known but has no right to this model or place."
    if status == 404 or "does not exist" in said:
        return RejectedError, (
            "The model is retired or not open to this key: imagelab.models() shows what followed."
        )
    if status == 429:
        return RateLimitError, "It was not billed; ask for fewer pictures at a time."
    if status == 408 or status >= 500:
        return OutcomeUnknownError, (
            "It may have been billed all the same; it is not asked again by itself."
        )
    return RejectedError, ""


def _said(error: Any) -> str:
    """Take the provider's own words, whatever shape the body has."""
    body = error.body
    message = body.get("message") if isinstance(body, Mapping) else body
    words = str(message or "").strip() or f"HTTP {error.status_code}"
    words = f"The provider answered {error.status_code}: {words[:2000]}"
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


def of_connection(error: Exception, base_url: str, timeout: float) -> ExchangeError:
    """Translate a call that brought no answer, by whether anything was sent before it broke."""
    cause = error.__cause__
    name = type(cause).__name__
    if name in NEVER_SENT:
        return UnreachableError(
            f"Nobody answers at {base_url} ({cause or name}). Nothing was sent or billed: check "
            "the address and the network, then run it again."
        )
    if "Timeout" in name or "Timeout" in type(error).__name__:
        return OutcomeUnknownError(
            f"No answer came within {timeout:g} seconds. It may have been billed; it is not "
            "asked again by itself. Give the lab a longer timeout for slow tiers."
        )
    return OutcomeUnknownError(
        f"The connection broke before an answer came ({name}). It may have been billed; it is "
        "not asked again by itself."
    )
