"""Reading an answer that comes as a stream: partial pictures first, the finished one last.

Frames are those of server-sent events. A closing ``[DONE]`` is neither asked for nor missed.
Where a server gives a whole answer under the name of a stream, it is read as one.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pybase64

from imagelab.exchange.body import OPENING, Body, Read, beside, holder_in, read_json, rescued

BOM = b"\xef\xbb\xbf"

MORE_THAN_ONE = (
    "more than one finished picture came where one was asked for: the first is kept, with what "
    "was counted for it"
)

Watch = Callable[["Partial"], None]
"""Called with each partial picture as it comes, in the thread that asks."""


@dataclass(frozen=True)
class Partial:
    """A picture on its way: the number it has in its stream, from 0, and its bytes."""

    index: int
    data: bytes = field(repr=False)


class StreamError(Exception):
    """An error that was told inside a stream, after its headers had said that all is well."""

    def __init__(self, body: object) -> None:
        super().__init__(str(body))
        self.body = body


class Stream:
    r"""The body of a streamed answer, part by part; ``last`` is the newest partial picture.

    >>> stream = Stream()
    >>> stream.take(b'data: {"type": "image_generation.completed", "b64_json": "aGk="}\n\n')
    >>> stream.read()
    Read(answer={'type': 'image_generation.completed'}, data=b'hi', problem=None, note=None)

    Raises:
        StreamError: a frame tells of an error, and no finished picture has come.

    """

    def __init__(self, watch: Watch = lambda partial: None) -> None:
        self._watch = watch
        self._begun, self._is_beginning = bytearray(), True
        self._plain: Body | None = None
        self._rest = bytearray()
        self._searched = 0
        self._returned = False
        self._name = ""
        self._lines: list[bytes] = []
        self._torn: tuple[bytes, str] = (b"", "")
        self._read: Read | None = None
        self._finished = 0
        self.last: Partial | None = None

    def take(self, part: bytes) -> None:
        """Take in what has come."""
        if self._is_beginning:
            part = self._begin(part)
        if self._plain is not None:
            self._plain.take(part)
            return
        for line in self._whole_lines(part):
            self._take_line(line)

    def _begin(self, part: bytes) -> bytes:
        """Look at how it begins: no line of a stream begins with a brace."""
        self._begun += part
        begun = bytes(self._begun).removeprefix(BOM).lstrip()
        if begun.startswith(b"{"):
            self._plain = Body()
        self._is_beginning = not begun
        return begun

    def _whole_lines(self, part: bytes) -> Iterator[bytes]:
        """Give each line that has come to its end: a return, a feed, or both."""
        if self._returned and part:
            self._returned, part = False, part.removeprefix(b"\n")
        self._rest += part
        while (end := self._end_of_line()) >= 0:
            line, ending = bytes(self._rest[:end]), bytes(self._rest[end : end + 2])
            self._returned = ending == b"\r"  # its feed may be on the way
            del self._rest[: end + (2 if ending == b"\r\n" else 1)]
            self._searched = 0
            yield line
        self._searched = len(self._rest)

    def _end_of_line(self) -> int:
        feed = self._rest.find(b"\n", self._searched)
        back = self._rest.find(b"\r", self._searched, len(self._rest) if feed < 0 else feed)
        return feed if back < 0 else back

    def _take_line(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if not line:
            self._end_frame()
        elif name == b"data":
            self._lines.append(value.removeprefix(b" "))
        elif name == b"event":
            self._name = value.strip().decode("utf-8", "replace")

    def _end_frame(self) -> None:
        data, name = b"\n".join(self._lines), self._name
        self._lines, self._name = [], ""
        if not data or data.startswith(b"[DONE]"):
            return
        try:
            frame = read_json(data)
        except (ValueError, RecursionError):
            self._torn = (data, name)  # a relay's own words, or the last frame, cut
            return
        if isinstance(frame, dict):
            self._take_frame({"type": name, **frame})

    def _take_frame(self, frame: dict[str, Any]) -> None:
        kind = frame["type"] if isinstance(frame["type"], str) else ""
        is_finished = kind.endswith(".completed") or "data" in frame
        self._finished += is_finished
        if self._read is not None:
            return  # paid for and whole: what follows changes nothing
        if frame.get("error") or kind == "error":
            raise StreamError(frame.get("error") or frame)
        if kind.endswith(".partial_image"):
            self._take_partial(frame)
        elif is_finished:
            self._read = _finished(frame)

    def _take_partial(self, frame: Mapping[str, Any]) -> None:
        data, index = _decoded(frame.get("b64_json")), frame.get("partial_image_index")
        if data is None:
            return
        number = index if isinstance(index, int) else (self.last.index + 1 if self.last else 0)
        self.last = Partial(number, data)
        self._watch(self.last)

    def read(self) -> Read | None:
        """Read the finished picture, once no more comes; ``None`` if it is not there.

        Raises:
            StreamError: the last frame, which lacked its end, tells of an error.

        """
        if self._plain is not None:
            return self._plain.read()
        for line in (bytes(self._rest), b""):  # the last frame may lack the line that ends it
            self._rest.clear()
            self._take_line(line)
        if self._read is None:
            self._read = _mended(*self._torn)
        if self._read is not None and self._finished > 1 and self._read.note is None:
            return self._read._replace(note=MORE_THAN_ONE)
        return self._read


def is_stream(headers: Mapping[str, str]) -> bool:
    """Tell whether an answer comes as a stream: some servers give it whole, whatever was asked."""
    return headers.get("content-type", "").lstrip().lower().startswith("text/event-stream")


def _finished(frame: dict[str, Any]) -> Read:
    holder = _holder(frame)
    told = holder.pop("b64_json", None)
    data = _decoded(told)
    if data is not None:
        return Read(frame, data, None, beside(frame))
    raw = json.dumps({**frame, "b64_json": told}).encode()
    return Read(frame, raw, "The finished frame holds no picture in b64_json")


def _holder(frame: dict[str, Any]) -> dict[str, Any]:
    return holder_in(frame) or frame


def _mended(data: bytes, name: str) -> Read | None:
    """Read a finished frame that was cut behind its picture."""
    opening = OPENING.search(data)
    end = data.find(b'"', opening.end()) if opening else -1
    if opening is None or end < 0:
        return None
    head, letters, tail = data[: opening.end()], data[opening.end() : end], data[end:]
    picture = _decoded(letters.decode("latin-1"))
    if picture is None:
        return None
    found = rescued(head, tail, picture, closing=b'"}', find=_holder)
    kind = None if found is None else found.answer.get("type", name)
    return found if isinstance(kind, str) and kind.endswith(".completed") else None


def _decoded(letters: object) -> bytes | None:
    if not isinstance(letters, str) or not letters:
        return None
    try:
        return pybase64.b64decode(letters, validate=True)
    except ValueError:
        return None


Identity = tuple[str, int]
"""A request's key and the number of the sample."""

Follower = Callable[[Identity, Partial], None]


class Watching:
    """Tells whoever follows of the partial pictures that come, and of which request they are."""

    def __init__(self) -> None:
        self._followers: list[Follower] = []

    @contextlib.contextmanager
    def followed(self, follower: Follower) -> Iterator[None]:
        """Have partial pictures told to ``follower``, in the threads that ask for them."""
        self._followers = [*self._followers, follower]
        try:
            yield
        finally:
            self._followers = [one for one in self._followers if one is not follower]

    def of(self, identity: Identity) -> Watch:
        """Give what takes in the partial pictures of one request."""

        def tell(partial: Partial) -> None:
            for follower in self._followers:
                with contextlib.suppress(Exception):  # a screen's trouble costs nobody a picture
                    follower(identity, partial)

        return tell
