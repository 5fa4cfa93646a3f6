"""Reading an answer while it comes in: the picture is decoded where it stands.

Kept as text until it is whole, a dozen pictures at once are counted in hundreds of megabytes,
and all their letters are decoded at the same moment: when the last of them has come.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import jiter
import pybase64

_OPENING = re.compile(rb'"b64_json"\s*:\s*"')
_LONGEST_OPENING = 64
"""Bytes to search again when more has come: the opening may have been cut anywhere."""


class Read(NamedTuple):
    """A whole answer: what it says, its picture, and what is wrong where there is none.

    An answer without a picture may be paid for all the same: ``data`` is then all its bytes.
    """

    answer: dict[str, Any]
    data: bytes
    problem: str | None


class Body:
    """The body of an answer, part by part.

    >>> body = Body()
    >>> for part in (b'{"data": [{"b64_js', b'on": "aGVs', b'bG8="}], "size": "auto"}'):
    ...     body.take(part)
    >>> body.read()
    Read(answer={'data': [{}], 'size': 'auto'}, data=b'hello', problem=None)
    """

    def __init__(self) -> None:
        self._head = bytearray()
        self._picture: list[bytes] = []  # joined once: a buffer that grows leaves holes behind
        self._letters = b""  # of the picture, not yet decoded: perhaps its last
        self._tail = bytearray()
        self._reader = self._seek

    def take(self, part: bytes) -> None:
        """Take in what has come."""
        self._reader(part)

    def _seek(self, part: bytes) -> None:
        """Look for where the picture begins."""
        searched = max(0, len(self._head) - _LONGEST_OPENING)
        self._head += part
        if opening := _OPENING.search(self._head, searched):
            letters = bytes(self._head[opening.end() :])
            del self._head[opening.end() :]
            self._reader = self._decode
            self._decode(letters)

    def _decode(self, part: bytes) -> None:
        """Decode whole groups of four letters; the newest group waits, since it may be the last."""
        end = part.find(b'"')
        letters = self._letters + (part if end < 0 else part[:end])
        ready = max(0, len(letters) - 1) // 4 * 4
        data = _decoded(letters[:ready])
        self._letters = letters[ready:]
        if data is None:
            # No plain base64 (a slash may be written with a backslash): all of it is kept as text.
            self._head, self._reader = bytearray(self._whole(letters)), self._keep
            self._picture, self._letters = [], b""
        else:
            self._picture.append(data)
        if end >= 0:
            self._reader = self._keep
            self._keep(part[end:])

    def _keep(self, part: bytes) -> None:
        """Keep what comes behind the picture."""
        self._tail += part

    def _whole(self, letters: bytes) -> bytes:
        """Give all bytes as received: groups without padding can be written in one way only."""
        picture = pybase64.b64encode(b"".join(self._picture))
        return bytes(self._head) + picture + letters + bytes(self._tail)

    def read(self) -> Read:
        """Read the answer, once all of it has come."""
        return self._cut_out() or _read_text(self._whole(self._letters))

    def _cut_out(self) -> Read | None:
        """Read the answer without the picture's letters; ``None`` where it stands otherwise."""
        try:
            answer = read_json(bytes(self._head + self._tail))
            if answer["data"][0].pop("b64_json") != "":
                return None
            last = pybase64.b64decode(self._letters, validate=True)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
            return None  # the whole answer will tell what is wrong with it
        self._picture.append(last)
        picture = b"".join(self._picture)
        self._picture.clear()
        return Read(answer, picture, None)


def _decoded(letters: bytes) -> bytes | None:
    """Decode groups from the midst of a picture: padding would end it, and is none of them."""
    try:
        data = pybase64.b64decode(letters, validate=True)
    except ValueError:
        return None
    return data if len(data) * 4 == len(letters) * 3 else None


def _read_text(body: bytes) -> Read:
    try:
        answer = read_json(body)
    except (ValueError, RecursionError):
        return Read({}, body, "The answer is not JSON" if body.strip() else "The answer is empty")
    if not isinstance(answer, dict):
        return Read({}, body, "The answer is not an object")
    try:
        data = pybase64.b64decode(answer["data"][0].pop("b64_json"), validate=True)
    except (LookupError, TypeError, ValueError, AttributeError):
        words = f"The answer holds no picture in data[0].b64_json{_instead(answer)}"
        return Read(answer, body, words)
    return Read(answer, data, None)


def _instead(answer: dict[str, Any]) -> str:
    """Give the error that stands where the picture should."""
    error = answer.get("error")
    words = error.get("message") if isinstance(error, dict) else error
    return f" but an error: {words!r}" if isinstance(words, str) and words else ""


def read_json(body: bytes) -> Any:
    """Read JSON; the quick reader refuses half letters, which cost nobody a paid picture."""
    try:
        return jiter.from_json(body)
    except ValueError:
        return json.loads(body)
