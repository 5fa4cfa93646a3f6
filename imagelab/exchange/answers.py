"""Turning what a provider said, or did not say, into an error of our tree.

What its status, code and words mean stands in ``meaning``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from imagelab.errors import (
    ASK_AGAIN,
    ExchangeError,
    KeyRefusedError,
    ModelGoneError,
    OutcomeUnknownError,
    RateLimitError,
    RefusedError,
    RejectedError,
    UnreachableError,
)
from imagelab.exchange.meaning import Meaning, meaning, stage, status_of, telling, words
from imagelab.request import Usage, plain

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

MOST_WORDS = 2000
"""How much of what a provider says is told on."""

Blot = Callable[[str], str]


def of_status(error: Any, blot: Blot, prompt: str) -> ExchangeError:
    """Translate an answer whose HTTP status is an error; ``prompt`` is what it may repeat."""
    # Some versions of the SDK hand on whatever stands in the code's place.
    code, status, said = words(error.code), error.status_code, said_by(error, blot)
    kind, remedy = meaning(telling(code, error.body), status, _message(error.body), prompt)
    if kind is ModelGoneError and _is_wrong_address(error.body, said):
        remedy = "Pictures are asked for elsewhere: check base_url, which usually ends in /v1."
    details = {
        "code": None if code is None else blot(plain(code)),
        "http_status": status,
        "request_id": error.request_id and blot(error.request_id),
    }
    message = f"{said} {remedy}"
    if kind is RefusedError:
        return RefusedError(message, stage=stage(error.body), **details)
    if kind is RateLimitError:
        wait = seconds_until_retry(error.response.headers)
        return RateLimitError(message, seconds_until_retry=wait, **details)
    return kind(message, **details)


class Unread(NamedTuple):
    """An error whose words broke off, or are none: its status says what it is all the same."""

    status_code: int
    request_id: str | None
    response: Any
    code: str | None = None
    body: str = "words that cannot be read"


def _is_wrong_address(body: object, said: str) -> bool:
    """Tell a path that is not there from a model that is not: the API answers for models itself."""
    return not isinstance(body, Mapping) or "Invalid URL" in said


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


def of_frame(
    body: object, *, partial: bytes | None, request_id: str | None, blot: Blot, prompt: str
) -> ExchangeError:
    """Translate an error that was told inside a stream, by whether a picture had begun to come."""
    found, remedy = _meaning_of_told(body, prompt)
    came = partial is not None
    if came and found is not RefusedError:
        # A picture was being made: whatever the reason, it may be on the bill.
        found, remedy = meaning(None, 500, "", "")
    said = f"The provider broke off the stream: {_said(body, blot)}"
    details = {"code": _code(body, blot), "request_id": request_id}
    if found is RefusedError:
        at = stage(body)
        return RefusedError(
            f"{said} {remedy}", stage="output" if came and at == "unknown" else at, **details
        )
    error = found(f"{said} {remedy}", **details)  # type: ignore[arg-type]
    error.partial = partial
    return error


def of_answer(
    answer: Mapping[str, Any], *, request_id: str | None, blot: Blot, prompt: str
) -> ExchangeError | None:
    """Translate an error that an answer of status 200 holds in its picture's place.

    ``None`` where it is not sure that nothing was made: such an answer is kept as it came.
    """
    body = answer.get("error")
    if not body or answer.get("data") or Usage.from_wire(answer.get("usage")).was_counted:
        return None
    found, remedy = _meaning_of_told(body, prompt)
    if found is OutcomeUnknownError:
        return None
    said = f"The provider answered 200 with an error: {_said(body, blot)} {remedy}"
    details = {"code": _code(body, blot), "request_id": request_id}
    if found is RefusedError:
        return RefusedError(said, stage=stage(body), **details)
    return found(said, **details)  # type: ignore[arg-type]


def _meaning_of_told(body: object, prompt: str) -> Meaning:
    """Find the meaning of an error that came without a status of its own."""
    told = body if isinstance(body, Mapping) else {}
    code, kind = words(told.get("code")), words(told.get("type"))
    return meaning(code, status_of(code, kind), _message(body), prompt)


def _message(body: object) -> str:
    told = body.get("message") if isinstance(body, Mapping) else body
    return str(told or "")


def _said(body: object, blot: Blot) -> str:
    told = body.get("message") if isinstance(body, Mapping) else None
    return blot(plain(words(told) or str(body))).strip()[:MOST_WORDS].rstrip(".") + "."


def _code(body: object, blot: Blot) -> str | None:
    code = words(body.get("code")) if isinstance(body, Mapping) else None
    return None if code is None else blot(plain(code))


def of_unfinished(partial: bytes | None, request_id: str | None) -> ExchangeError:
    """Say that a stream ended before the finished picture."""
    came = "after a partial picture, which is kept" if partial else "before any picture"
    error = OutcomeUnknownError(
        f"The stream ended {came}. It may have been billed. {ASK_AGAIN}",
        request_id=request_id,
    )
    error.partial = partial
    return error


def said_by(error: Any, blot: Blot) -> str:
    """Take the provider's own words, whatever shape the body has."""
    # Blotted before they are cut: half a key is a secret too.
    told = blot(plain(_message(error.body)).strip()) or f"HTTP {error.status_code}"
    said = f"The provider answered {error.status_code}: {told[:MOST_WORDS]}"
    return said if said.endswith((".", "!", "?")) else said + "."


def seconds_until_retry(headers: Mapping[str, str]) -> float | None:
    """Read how long the provider asks to wait: milliseconds, seconds or a date."""
    import time
    from email.utils import parsedate_to_datetime

    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        if re.fullmatch(r"\d{1,15}(\.\d{1,9})?", value):
            return float(value) * unit
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except (ValueError, OverflowError, OSError):  # no date, or none that a clock can show
            continue
    return None


def of_unwritten(error: Exception, blot: Blot) -> ExchangeError:
    """Say that a request could not be written or addressed: there never was a connection."""
    return RejectedError(
        f"The request cannot be sent ({blot(plain(str(error)))[:MOST_WORDS]}). Nothing was sent or "
        "billed: change what is asked, or check the address."
    )


def of_endless(request_id: str | None) -> ExchangeError:
    """Say that an answer was larger than any answer is, and was left."""
    return OutcomeUnknownError(
        "The answer is larger than any picture's, and was not read to its end. It may have been "
        f"billed. {ASK_AGAIN}",
        request_id=request_id,
    )


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
