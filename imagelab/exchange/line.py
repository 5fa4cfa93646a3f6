"""A line to a provider, which is hung up when the time for the whole answer is over."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self


class Line:
    """The connection of one request, hung up after ``seconds`` whatever is being said on it.

    A time-out of reading begins anew with every byte, so a server that trickles would hold
    a request for ever: in its headers, its body, or the body of an error. Hanging up ends
    all of them at once, and the HTTP library sees an answer that breaks off.

    >>> with Line(600.0) as line:               # doctest: +SKIP
    ...     request.extensions["trace"] = line.trace
    ...     line.is_over                        # whether it was hung up
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            while self._handles:
                self._handles.pop().close()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the connection, as the HTTP library tells of it (its ``trace``)."""
        if event.endswith("connect_tcp.complete"):
            with self._lock:
                # A handle of its own: encryption takes the library's away.
                self._handles.append(info["return_value"].get_extra_info("socket").dup())
            if self.is_over:
                self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            self.is_over = True
            for handle in self._handles:
                with contextlib.suppress(OSError):  # the other side was first
                    handle.shutdown(socket.SHUT_RDWR)
