"""What an error means: its class in our tree, and so whether it was billed, and the remedy.

The codes are those that were seen from the Images API; one that is not known falls back on the
HTTP status. Words tell only where the API is known to tell nothing else.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping

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
)

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

LIMITS = {"rate_limit_exceeded", "tokens", "requests", "input-images", "images"}
REQUESTS = {"invalid_request_error", "image_generation_user_error"}

CLIENT_CLOSED = 499
"""What a proxy says where it takes us for gone: what stands behind it may have gone on."""

UNSEEN = (301, 302, 307, 308)
"""Says that the request belongs elsewhere, and that nobody has looked at it here."""

_OF_SERVERS = re.compile("server|internal|upstream|timeout|unavailable")
"""Types of errors that befell whoever had taken the request on."""

_REFUSED = re.compile(r"rejected (?:by|as a result of) (?:the|our) safety system")
_GONE = re.compile(r"\bmodel [`'\"]\S+[`'\"] (?:does not exist|has been deprecated)")

Meaning = tuple[type[ExchangeError], str]


def meaning(code: str | None, status: int, said: str, prompt: str) -> Meaning:
    """Find the class and the remedy; the code tells more than the status, where there is one.

    But first of all the status tells whether the request had been taken on: then nothing that a
    server says beside it makes sure that nobody was billed. ``prompt`` may stand in the words.
    """
    if status in (408, CLIENT_CLOSED) or status >= 500:
        return OutcomeUnknownError, f"It may have been billed all the same. {ASK_AGAIN}"
    if status < 400:
        return _of_no_error(status)
    if code in MODERATION or (status in (400, 403, 422) and _says(_REFUSED, said, prompt)):
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
    if status == 404 or (status == 400 and _says(_GONE, said, prompt)):
        return ModelGoneError, (
            "The model is retired or not open to this key: imagelab.models() shows what followed."
        )
    if status == 429:
        return RateLimitError, "It was not billed; ask for fewer pictures at a time."
    return RejectedError, "It was not billed; change the request, sending it again cannot help."


def _of_no_error(status: int) -> Meaning:
    elsewhere = "the key is not carried there: give the address that it points to as base_url."
    if status in UNSEEN:
        return RejectedError, f"It points elsewhere, and {elsewhere}"
    return OutcomeUnknownError, (
        "That is no answer of the API: check base_url. It may have been billed all the same. "
        f"{ASK_AGAIN}"
    )


def _says(phrase: re.Pattern[str], said: str, prompt: str) -> bool:
    """Look for a phrase in what a server says itself: many repeat the prompt."""
    if phrase.search(prompt):
        quoted = (prompt, json.dumps(prompt)[1:-1], repr(prompt)[1:-1], html.escape(prompt))
        for one in quoted:
            said = said.replace(one, "")
    return phrase.search(said) is not None


def telling(code: str | None, body: object) -> str | None:
    """Take the type for the code where only the type tells: an account out of credit does so."""
    kind = words(body.get("type")) if isinstance(body, Mapping) else None
    return kind if code is None and kind in QUOTA else code


def status_of(code: str | None, kind: str | None) -> int:
    """Guess the HTTP status of an error that came without one: 500 where nothing tells for sure.

    What was refused before any work was begun is told by a code or a type of the API's own.
    """
    if kind is not None and _OF_SERVERS.search(kind):
        return 500
    if code in QUOTA or kind in QUOTA:
        return 402
    if code in LIMITS or kind in LIMITS:
        return 429
    if code in ("model_not_found", "DeploymentNotFound"):
        return 404
    if code == "invalid_api_key":
        return 401
    return 400 if code in MODERATION or kind in REQUESTS else 500


def stage(body: object) -> str:
    """Read at which stage the safety system said no."""
    details = body.get("moderation_details") if isinstance(body, Mapping) else None
    found = details.get("moderation_stage") if isinstance(details, Mapping) else None
    return found if isinstance(found, str) else "unknown"


def words(value: object) -> str | None:
    """Give a text, and nothing for what is none."""
    return value if isinstance(value, str) else None
