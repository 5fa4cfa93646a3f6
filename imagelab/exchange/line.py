"""A line to a provider, which is hung up when the time for the whole answer is over."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

LONGEST_NAP_SECONDS = 1.0
"""How long a machine may have been awake again before it looks at its lines."""

SLEPT_SECONDS = 1.0
"""A watch that comes later than this to its look did not oversleep: nothing ran at all."""

GRACE_SECONDS = 10.0
"""What an answer may take to come in after a sleep: much of it was sent before, and is paid for."""

THREAD = "imagelab-lines"


def clock() -> float:
    """Give seconds that go on while the machine sleeps, where the system counts them."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Line:
    """The connection of one request, hung up after ``seconds`` whatever is being said on it.

    A time-out of reading begins anew with every byte, so a server that trickles would hold
    a request for ever: in its headers, its body, or the body of an error. Hanging up ends
    all of them at once, and the HTTP library sees an answer that breaks off. The seconds in
    which the machine sleeps count. A line that slept through its end has ``GRACE_SECONDS``
    more: what the server said meanwhile lies ready, and nobody could read it.

    ``was_reached`` tells whether there ever was a connection: without one nothing was sent.

    >>> with Line(600.0) as line:               # doctest: +SKIP
    ...     request.extensions["trace"] = line.trace
    ...     line.is_over                        # whether it was hung up
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = clock) -> None:
        self.is_over = False
        self.was_reached = False
        self._clock = clock
        self._ends = clock() + seconds
        self._looked: float | None = None
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []

    def look(self, nap: float) -> float:
        """Say how many seconds are left, ``nap`` seconds after it was last looked at.

        Where many more have passed, nobody ran who could have read, and there is some grace.
        """
        now = self._clock()
        if self._looked is not None and now - self._looked > nap + SLEPT_SECONDS:
            self._ends = max(self._ends, now + GRACE_SECONDS)
        self._looked = now
        return self._ends - now

    def __enter__(self) -> Self:
        _watch.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _watch.drop(self)
        with self._lock:
            while self._handles:
                self._handles.pop().close()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection, as the HTTP library tells of it (its ``trace``)."""
        if event.endswith("connect_tcp.complete"):
            self.was_reached = True
            with self._lock:
                # A handle of its own: encryption takes the library's away.
                self._handles.append(info["return_value"].get_extra_info("socket").dup())
            if self.is_over:
                self.hang_up()

    def hang_up(self) -> None:
        """End whatever is being said."""
        with self._lock:
            self.is_over = True
            for handle in self._handles:
                with contextlib.suppress(OSError):  # the other side was first
                    handle.shutdown(socket.SHUT_RDWR)


class _Watch:
    """One thread for all lines: it hangs up those whose time is over, and ends with the last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines: set[Line] = set()
        self._thread: threading.Thread | None = None

    def add(self, line: Line) -> None:
        with self._changed:
            self._lines.add(line)
            # After a fork the parent's thread is not there.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name="imagelab-lines", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def drop(self, line: Line) -> None:
        with self._changed:
            self._lines.discard(line)

    def _run(self) -> None:
        nap = 0.0
        while True:
            with self._changed:
                if not self._lines:
                    self._thread = None
                    return
                left = {line: line.look(nap) for line in self._lines}
                over = [line for line, seconds in left.items() if seconds <= 0]
                self._lines.difference_update(over)
                nap = 0.0 if over else min(LONGEST_NAP_SECONDS, *left.values())
                if not over:
                    self._changed.wait(nap)
            for line in over:
                line.hang_up()


_watch = _Watch()
