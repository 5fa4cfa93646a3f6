"""The runs of a lab that are under way, so that closing it cuts off none of them."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator

CLOSED = "the lab was closed"

TICK_SECONDS = 0.1


class Runs:
    """The runs of a lab, by their threads: what they have in flight is paid for.

    >>> with runs.ended():              # doctest: +SKIP
    ...     client.close()
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # A thread that ended, or was left behind by a fork, is forgotten.
        self._stops: weakref.WeakKeyDictionary[threading.Thread, Callable[[str], None]]
        self._stops = weakref.WeakKeyDictionary()

    def start(self, thread: threading.Thread, stop: Callable[[str], None]) -> None:
        """Start a run's thread; while a lab closes, after it has closed."""
        with self._lock:
            self._stops[thread] = stop
            thread.start()

    @contextlib.contextmanager
    def ended(self) -> Iterator[None]:
        """Stop all runs and wait for them; in the block none is under way, and none begins."""
        while True:
            with self._lock:
                under_way = self._under_way()
                if not under_way:
                    yield
                    return
            for stop in under_way.values():
                stop(CLOSED)
            for thread in under_way:
                while thread.is_alive():
                    # Short waits, so that a kernel's interrupt comes through.
                    thread.join(TICK_SECONDS)

    def _under_way(self) -> dict[threading.Thread, Callable[[str], None]]:
        here = threading.current_thread()
        found = list(self._stops.items())
        return {one: stop for one, stop in found if one.is_alive() and one is not here}
