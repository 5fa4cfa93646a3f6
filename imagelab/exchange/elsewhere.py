"""Pictures that an answer only points at, as some compatible services send them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from imagelab.exchange.chat import picture_in
from imagelab.exchange.line import Line
from imagelab.exchange.place import LOOPBACK

MOST_BYTES = 64 * 2**20
"""No picture of the API is larger: more is some other thing."""

WAITS = (0.2, 1.0, 3.0)
"""Seconds until a picture that was paid for and did not come is fetched again."""


def address_in(answer: Mapping[str, Any]) -> str | None:
    """Give the address that stands where the picture should be, or None."""
    try:
        address = answer["data"][0]["url"]
    except (LookupError, TypeError):
        return None
    return address if isinstance(address, str) else None


def fetch(address: str, http: Any, line: Line, *, from_here: bool) -> bytes:
    """Fetch a picture with an HTTP client that carries no key, if need be again: that is free.

    ``from_here``: the provider runs on this machine; no other one may point at what does.

    Raises:
        ValueError: the address is none to fetch from, or what is there is too large.
        Exception: whatever the HTTP library raises where the answer breaks, or is an error.

    """
    if address.startswith("data:"):
        return picture_in(address)
    parts = urlsplit(address)
    is_here = parts.hostname in LOOPBACK
    if is_here and not from_here:
        raise ValueError("it points at this machine")
    if parts.scheme != "https" and not is_here:
        raise ValueError("it is not at an https address")
    for seconds in WAITS:
        try:
            return _read(address, http)
        except ValueError:
            raise
        except Exception:  # whatever befell it: the picture may be there in a moment
            if line.is_over:
                raise
            time.sleep(seconds)
    return _read(address, http)


def _read(address: str, http: Any) -> bytes:
    data = bytearray()
    with http.stream("GET", address) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            data += part
            if len(data) > MOST_BYTES:
                raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    return bytes(data)
