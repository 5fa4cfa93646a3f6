"""Reading an answer while it comes in: the picture is decoded where it stands.

Kept as text until it is whole, a dozen pictures at once are counted in hundreds of megabytes,
and all their letters are decoded at the same moment: when the last of them has come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import jiter
import pybase64

from imagelab import pictures
from imagelab.errors import PictureError

OPENING = re.compile(rb'"b64_json"\s*:\s*"')
_LONGEST_OPENING = 64
"""Bytes to search again when more has come: the opening may have been cut anywhere."""


MOST_BYTES = 256 * 2**20
"""What one answer may hold. The largest picture has 8.3 million pixels, 33 MB as a png without
any order: 44 MB of letters, and a stream sends it four times. An animation of sixteen frames, of
which nobody tells how large they may be, has 213 MB at most."""

MOST_TEXT = 64 * 2**20
"""What it may hold beside a picture's letters, or as letters that are no plain ones."""


class TooLargeError(Exception):
    """An answer holds more than any answer does; no more of it is read."""


def bounded(size: int, most: int) -> None:
    """Break off where an answer is larger than that.

    Raises:
        TooLargeError: it is.

    """
    if size > most:
        raise TooLargeError


class Read(NamedTuple):
    """A whole answer: what it says, its picture, and what is wrong where there is none.

    An answer without a picture may be paid for all the same: ``data`` is then all its bytes.
    ``note`` says what is odd about an answer whose picture is good.
    """

    answer: dict[str, Any]
    data: bytes
    problem: str | None
    note: str | None = None


BROKEN_OFF = "the answer was not whole behind the picture"


class Body:
    """The body of an answer, part by part.

    >>> body = Body()
    >>> for part in (b'{"data": [{"b64_js', b'on": "aGVs', b'bG8="}], "size": "auto"}'):
    ...     body.take(part)
    >>> body.read()
    Read(answer={'data': [{}], 'size': 'auto'}, data=b'hello', problem=None, note=None)
    """

    def __init__(self) -> None:
        self._head = bytearray()
        self._picture: list[bytes] = []  # joined once: a buffer that grows leaves holes behind
        self._letters = b""  # of the picture, not yet decoded: perhaps its last
        self._tail = bytearray()
        # Of the class: a method of its own would keep the body, and its picture, for the collector.
        self._reader = Body._seek
        self._read: Read | None = None

    def take(self, part: bytes) -> None:
        """Take in what has come."""
        self._reader(self, part)

    def _seek(self, part: bytes) -> None:
        """Look for where the picture begins."""
        searched = max(0, len(self._head) - _LONGEST_OPENING)
        self._head += part
        bounded(len(self._head), MOST_TEXT + len(part))
        if opening := OPENING.search(self._head, searched):
            letters = bytes(self._head[opening.end() :])
            del self._head[opening.end() :]
            self._reader = Body._decode
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
            self._head, self._reader = bytearray(self._whole(letters)), Body._keep
            self._picture, self._letters = [], b""
        else:
            self._picture.append(data)
        if end >= 0:
            self._reader = Body._keep
            self._keep(part[end:])

    def _keep(self, part: bytes) -> None:
        """Keep what comes behind the picture."""
        self._tail += part
        bounded(len(self._head) + len(self._tail), MOST_TEXT)

    def _whole(self, letters: bytes) -> bytes:
        """Give all bytes as received: groups without padding can be written in one way only."""
        picture = pybase64.b64encode(b"".join(self._picture))
        return bytes(self._head) + picture + letters + bytes(self._tail)

    def read(self) -> Read:
        """Read the answer, once no more of it comes."""
        if self._read is None:
            self._read = self._cut_out() or _read_text(self._whole(self._letters))
            self._picture.clear()
        return self._read

    def _cut_out(self) -> Read | None:
        """Read the answer without the picture's letters; ``None`` where it stands otherwise."""
        if not self._tail:
            return None  # the picture's last letter has not come, if there is a picture
        try:
            last = pybase64.b64decode(self._letters, validate=True)
        except ValueError:
            return None
        answer = _answer(bytes(self._head + self._tail))
        if answer is None:
            head, tail = bytes(self._head), bytes(self._tail)
            return rescued(head, tail, self._joined(last), closing=b'"}]}', find=holder_in)
        holder = holder_in(answer)
        if holder is None or holder.pop("b64_json") != "":
            return None
        return Read(answer, self._joined(last), None, beside(answer))

    def _joined(self, last: bytes) -> bytes:
        return b"".join((*self._picture, last))


def holder_in(answer: dict[str, Any]) -> dict[str, Any] | None:
    """Find what holds the picture: the first in ``data`` that has one."""
    several = answer.get("data")
    for one in several if isinstance(several, list) else ():
        if isinstance(one, dict) and isinstance(one.get("b64_json"), str):
            return one
    return None


def beside(answer: dict[str, Any]) -> str | None:
    """Say that more came than the one picture that was asked for."""
    several = answer.get("data")
    if not isinstance(several, list) or len(several) < 2:
        return None
    return (
        f"{len(several)} pictures came where one was asked for: the first good one is kept, and "
        "what was counted is of all"
    )


Find = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Finds what holds the picture in an answer."""


def rescued(head: bytes, tail: bytes, data: bytes, *, closing: bytes, find: Find) -> Read | None:
    """Read an answer that broke off behind its picture, which was paid for and is whole.

    ``head`` ends where the picture's letters began, and ``tail`` starts where they ended. Of
    what came behind them only as much is believed as cannot be half a number.
    """
    answer = _answer(head + tail + b"}") or _answer(head + closing)
    holder = None if answer is None else find(answer)
    if answer is None or holder is None or holder.pop("b64_json") != "" or not _opens(data):
        return None
    return Read(answer, data, None, BROKEN_OFF)


def _answer(text: bytes) -> dict[str, Any] | None:
    try:
        answer = read_json(text)
    except (ValueError, RecursionError):
        return None  # the whole answer will tell what is wrong with it
    return answer if isinstance(answer, dict) else None


def _opens(data: bytes) -> bool:
    """Tell whether bytes are a picture to their last pixel."""
    try:
        pictures.look(data)
        pictures.opened(data)
    except PictureError:
        return False
    return True


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
    holder = holder_in(answer)
    try:
        if holder is None:
            raise ValueError
        data = pybase64.b64decode(holder.pop("b64_json"), validate=True)
    except ValueError:
        words = f"The answer holds no picture in data[0].b64_json{_instead(answer)}"
        return Read(answer, body, words)
    return Read(answer, data, None, beside(answer))


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
