"""Pictures that an answer only points at, as some compatible services send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from imagelab.exchange.chat import picture_in
from imagelab.exchange.place import LOOPBACK

MOST_BYTES = 64 * 2**20
"""No picture of the API is larger: more is some other thing."""


def address_in(answer: Mapping[str, Any]) -> str | None:
    """Give the address that stands where the picture should be, or None."""
    try:
        address = answer["data"][0]["url"]
    except (LookupError, TypeError):
        return None
    return address if isinstance(address, str) else None


def fetch(address: str, http: Any, *, from_here: bool) -> bytes:
    """Fetch a picture with an HTTP client that carries no key.

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
    data = bytearray()
    with http.stream("GET", address) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            data += part
            if len(data) > MOST_BYTES:
                raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    return bytes(data)
