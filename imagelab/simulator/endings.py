"""How answers leave: whole, in parts, or not to their end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from imagelab.simulator.bodies import Reply
from imagelab.simulator.faults import Fault
from imagelab.simulator.streaming import Frame

BROKEN_STREAMS = ("cut_stream", "stream_error", "moderated_output", "fail", "garbage")
"""Faults that leave a stream without its proper end."""

PARTIAL_SECONDS = 0.2
"""How long a partial picture stands at least before the next one, so that it can be seen."""


def ending(fault: Fault | None, reply: Reply, headers: Mapping[str, str]) -> Response:
    """Return an answer in one piece, or one that the fault spoils on the way."""
    kind = ENDINGS.get(fault.kind, Response) if fault else Response
    if fault and fault.kind == "cut_stream":
        kind = _Cut  # it does not stream
    response = kind(reply.body, reply.status, headers)
    if fault and isinstance(response, _Trickle):
        response.seconds = fault.seconds
    return response


class Streamed(Response):
    """Events one after another, spread evenly over the time that the picture takes.

    It is billed before the last of them goes out, and also if the client has left by then.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        headers: Mapping[str, str],
        *,
        began: float,
        seconds: float,
        last: bytes,
        cut: bool,
        bill: Callable[[], None],
    ) -> None:
        super().__init__(b"", 200, {**headers, "cache-control": "no-cache"})
        del self.headers["content-length"]
        self._frames = frames
        self._began = began
        self._seconds = seconds
        self._last = last
        self._cut = cut
        self._bill = bill

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one event after another."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        seen_until = 0.0
        for frame in self._frames:
            await self._wait(frame.share, seen_until)
            if frame is self._frames[-1] and not self._cut:
                self._bill()
            await send({"type": "http.response.body", "body": frame.data, "more_body": True})
            seen_until = time.monotonic() + (PARTIAL_SECONDS if frame.partial else 0.0)
        if self._cut or not self._frames:
            self._bill()
        if self._cut:
            await scope["state"]["line"].close(scope["client"], reset=False)
            return
        await send({"type": "http.response.body", "body": self._last, "more_body": False})

    async def _wait(self, share: float, seen_until: float) -> None:
        moment = max(self._began + self._seconds * share, seen_until)
        await asyncio.sleep(max(0.0, moment - time.monotonic()))


class _Cut(Response):
    """Half of the body, and the line is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(self._start())
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await scope["state"]["line"].close(scope["client"], reset=False)

    def _start(self) -> Message:
        return {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }


class _Drop(_Cut):
    """Nothing at all, and the line is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["state"]["line"].close(scope["client"], reset=True)


class _Trickle(_Cut):
    """One byte, and another every ``seconds``, until the client has left."""

    seconds = 1.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(self._start())
        last = len(self.body) - 1
        for place in range(len(self.body)):
            byte = bytes(self.body[place : place + 1])
            await send({"type": "http.response.body", "body": byte, "more_body": place < last})
            if await _left(receive, self.seconds):
                return


async def _left(receive: Callable[[], Awaitable[Message]], seconds: float) -> bool:
    """Wait, and return whether the client left meanwhile."""
    try:
        message = await asyncio.wait_for(receive(), seconds)
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")


ENDINGS: dict[str, type[Response]] = {"cut": _Cut, "drop": _Drop, "trickle": _Trickle}
"""What becomes of an answer in one piece, by the kind of fault."""
