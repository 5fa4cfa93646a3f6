"""Rate limits: pictures and tokens per minute, as buckets that refill continuously.

A bucket holds a minute's worth and starts full, so that a burst of a whole minute's worth
passes at once and the rest follows at the even rate. Tokens count what goes in and what
comes out: OpenAI does not say which it counts, and this is the stricter reading.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Literal

from imagelab.errors import InputError
from imagelab.simulator.bodies import Reply, rate_limited

Name = Literal["input-images", "tokens"]
_HAIR = 1e-9
"""Forgives what floating point loses when a wait was kept exactly."""


class Bucket:
    """How much of one thing may still be asked for now. ``clock`` gives seconds."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        if per_minute < 1:
            raise InputError(f"{per_minute} a minute lets nothing through: give 1 or more.")
        self.per_minute = per_minute
        self._clock = clock
        self._left = float(per_minute)
        self._seen = clock()

    def left(self) -> float:
        """Return what is left at this moment."""
        now = self._clock()
        self._left = min(self.per_minute, self._left + (now - self._seen) * self.per_minute / 60)
        self._seen = now
        return self._left

    def seconds_until(self, amount: int) -> float:
        """Return the seconds until ``amount`` fits: 0 if now, infinite if never."""
        if amount > self.per_minute:
            return math.inf
        return max(0.0, amount - self.left() - _HAIR) * 60 / self.per_minute

    def take(self, amount: int) -> None:
        """Take ``amount`` out."""
        self._left = self.left() - amount

    def seconds_until_full(self) -> float:
        """Return the seconds until nothing is used any more."""
        return (self.per_minute - self.left()) * 60 / self.per_minute


class Limits:
    """The buckets of one organisation; None leaves a thing unlimited."""

    def __init__(
        self,
        *,
        images_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        wanted: dict[Name, int | None] = {
            "input-images": images_per_minute,
            "tokens": tokens_per_minute,
        }
        self._lock = threading.Lock()
        self._buckets = {
            name: Bucket(limit, clock) for name, limit in wanted.items() if limit is not None
        }

    def take(self, model_id: str, *, images: int, tokens: int) -> Reply | None:
        """Take from every bucket and return None, or take nothing and return the 429."""
        amounts: dict[Name, int] = {"input-images": images, "tokens": tokens}
        with self._lock:
            waits = {name: one.seconds_until(amounts[name]) for name, one in self._buckets.items()}
            name = max(waits, key=lambda one: waits[one], default=None)
            if name is not None and waits[name] > 0:
                return self._refusal(model_id, name, amounts[name], waits[name])
            for each, bucket in self._buckets.items():
                bucket.take(amounts[each])
        return None

    def headers(self) -> dict[str, str]:
        """Return limit, remaining and reset of every bucket, as every answer carries them."""
        found: dict[str, str] = {}
        with self._lock:
            for name, bucket in self._buckets.items():
                found[f"x-ratelimit-limit-{name}"] = str(bucket.per_minute)
                found[f"x-ratelimit-remaining-{name}"] = str(_whole(bucket.left()))
                found[f"x-ratelimit-reset-{name}"] = duration(bucket.seconds_until_full())
        return found

    def _refusal(self, model_id: str, name: Name, amount: int, wait: float) -> Reply:
        bucket = self._buckets[name]
        if math.isinf(wait):
            never = f"Limit {bucket.per_minute}, Requested {amount}"
            return rate_limited(model_id, bucket=name, numbers=never, wait=None)
        used = bucket.per_minute - _whole(bucket.left())
        return rate_limited(
            model_id,
            bucket=name,
            numbers=f"Limit {bucket.per_minute}, Used {used}, Requested {amount}",
            wait=duration(wait),
            headers=retry_headers(wait),
        )


def _whole(amount: float) -> int:
    return max(0, math.floor(amount + _HAIR))


def retry_headers(seconds: float) -> Mapping[str, str]:
    """Return both headers of a 429: whole seconds, and milliseconds, never too short."""
    milliseconds = math.ceil(seconds * 1000)
    return {"retry-after": str(math.ceil(seconds)), "retry-after-ms": str(milliseconds)}


def duration(seconds: float) -> str:
    """Return seconds as Go writes a duration, rounded up to the millisecond.

    >>> duration(0.534), duration(12), duration(58.891), duration(360)
    ('534ms', '12s', '58.891s', '6m0s')
    """
    milliseconds = math.ceil(seconds * 1000 - _HAIR)
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{minutes}m{text}" if minutes else text
