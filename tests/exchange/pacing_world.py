"""A provider with limits in a world of its own time: what a pacer does there takes no time here."""

from __future__ import annotations

import heapq
import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagelab.errors import RateLimitError
from imagelab.exchange.pacing import Pacer
from imagelab.simulator.limits import Limits

MODEL, TOKENS = "gpt-image-2", 205


class World:
    """A clock that moves when somebody waits, and what happens meanwhile."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def __call__(self) -> float:
        """Read the clock, in seconds."""
        return self.now

    def after(self, seconds: float, happens: Callable[[], None]) -> None:
        """Let something happen later."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), happens))

    def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass."""
        until = self.now + seconds
        while self._events and self._events[0][0] <= until:
            self.pass_until_something_happens()
        self.now = until

    def pass_until_something_happens(self) -> None:
        """Let time pass until the next thing has happened."""
        at, _, happens = heapq.heappop(self._events)
        self.now = max(self.now, at)
        happens()


class Waiting(threading.Event):
    """An event that nobody sets; who waits for it lets the world's time pass."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def wait(self, timeout: float | None = None) -> bool:
        """Wait in the world's time."""
        assert timeout is not None
        self._world.pass_time(timeout)
        return False


@dataclass
class Provider:
    """One that keeps limits, and a crowd of askers with one pacer.

    ``says`` is which of ``headers``, ``words`` and ``delay`` it tells; a picture takes
    ``seconds``, and a 429 is heard of after ``seconds_to_turn_away``.
    """

    says: Sequence[str]
    seconds: float
    images_per_minute: int | None = None
    tokens_per_minute: int | None = None
    seconds_to_turn_away: float = 0.1
    answered: int = 0
    turned_away: int = 0
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        """Open."""
        self.began = self.world.now
        self._limits = Limits(
            images_per_minute=self.images_per_minute,
            tokens_per_minute=self.tokens_per_minute,
            clock=self.world,
        )
        self.pacer = Pacer(clock=self.world)
        self._busy = 0
        self._again: list[int] = []

    def ask(self, pictures: int, at_once: int) -> float:
        """Ask for pictures, so many in flight; give the seconds until the last one came."""
        waiting = Waiting(self.world)
        asked = 0
        while self.answered < pictures:
            if self._again:
                self._send(self._again.pop(), waiting)
            elif asked < pictures and self._busy < at_once:
                self._busy, asked = self._busy + 1, asked + 1
                self._send(1, waiting)
            else:
                self.world.pass_until_something_happens()
        return self.world.now - self.began

    def _send(self, attempt: int, waiting: Waiting) -> None:
        room = self.pacer.room(TOKENS, waiting)
        assert room.__enter__()
        no = self._limits.take(MODEL, images=1, tokens=TOKENS)

        def come() -> None:
            room.__exit__(None, None, None)
            self.pacer.heard(self._told())
            self.pacer.passed(TOKENS, TOKENS)
            self.answered, self._busy = self.answered + 1, self._busy - 1

        def turn_away() -> None:
            room.__exit__(None, None, None)
            self.turned_away += 1
            self.pacer.heard(self._told())
            seconds = self.pacer.turned_away(self._error(no), attempt)
            self.world.after(seconds, lambda: self._again.append(attempt + 1))

        self.world.after(*((self.seconds_to_turn_away, turn_away) if no else (self.seconds, come)))

    def _told(self) -> dict[str, str]:
        return self._limits.headers() if "headers" in self.says else {}

    def _error(self, no: Any) -> RateLimitError:
        words = json.loads(no.body)["error"]["message"] if "words" in self.says else "Slow down."
        delay = no.headers.get("retry-after-ms") if "delay" in self.says else None
        return RateLimitError(words, seconds_until_retry=float(delay) / 1000 if delay else None)
