"""Looking at something again and again, at a low rate, and telling of it when it changes."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from imagelab.errors import ImageLabError

Value = TypeVar("Value")

EVERY_SECONDS = 1.5


class Watch(Generic[Value]):
    """A thread that looks, and tells what it sees whenever that is new; it ends with ``stop``.

    Where a look fails (a ledger that is locked for long) the next one may not.
    """

    def __init__(
        self,
        look: Callable[[], Value],
        tell: Callable[[Value], None],
        *,
        every: float = EVERY_SECONDS,
    ) -> None:
        self._look, self._tell, self._every = look, tell, every
        self._over = threading.Event()
        # Some kernels send nothing from a thread that does not know which cell began it.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._watch,), name="imagelab-watch", daemon=True
        )

    def start(self) -> Watch[Value]:
        """Begin to look."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Look no more. Safe from any thread, and more than once."""
        self._over.set()

    def join(self, timeout: float) -> None:
        """Wait until a look that is under way has ended."""
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    @property
    def is_over(self) -> bool:
        """Whether it has stopped looking."""
        return self._over.is_set()

    def _watch(self) -> None:
        seen: Value | None = None
        while not self._over.wait(self._every):
            with contextlib.suppress(ImageLabError):
                found = self._look()
                if found != seen and not self._over.is_set():
                    self._tell(found)
                seen = found
