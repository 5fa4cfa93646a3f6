"""Staying under a provider's limits: pictures and tokens per minute.

A limit is known from the person, from the headers of an answer, or from the words of a
429; where a provider says nothing, it is guessed from how much went through before its
first 429, and felt for from then on. Each is kept as a bucket that holds one minute's worth
and refills steadily, as the provider's own do: what is taken here before sending arrives
there later, so a provider that began with a full bucket never finds its own empty.
"""

from __future__ import annotations

import contextlib
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from imagelab.errors import ExchangeError, RateLimitError, RejectedError

FIRST_IN_FLIGHT = 5
"""How many pictures go out before any limit is known: what the lowest paid tier allows in a
minute (OpenAI's rate limits, tier 1: 5 images per minute)."""

SLOWER, SLOWEST_GAIN, GAIN_GROWTH = 0.97, 0.00015, 1.005
"""How a guessed limit is felt for: less after each 429, and a little more after each picture.
At a steady limit one request in some 150 is then turned away, and the rate stays within 3 %."""

CALM_SECONDS = 1.0
"""A second 429 within this time tells nothing new: what was in flight meets the same wall."""

_WORDS = re.compile(r"on ([\w\- ]*?) ?per min[^:]*: Limit (\d+), Used (\d+), Requested (\d+)")


class Bucket:
    """One limit: ``per_minute`` units, refilled steadily, at most one minute's worth held."""

    def __init__(self, per_minute: float, now: float) -> None:
        self.per_minute = per_minute
        self._level = per_minute
        self._at = now

    def _refill(self, now: float) -> None:
        grown = max(0.0, now - self._at) * self.per_minute / 60
        self._level = min(self.per_minute, self._level + grown)
        self._at = now

    def seconds_until(self, amount: float, now: float) -> float:
        """How long until ``amount`` is there; 0 when it is."""
        self._refill(now)
        missing = amount - self._level
        # A millionth short is rounding, not a shortage.
        return 0.0 if missing <= 1e-6 else missing * 60 / self.per_minute

    def take(self, amount: float) -> None:
        """Take ``amount`` out; the level may go below zero when the limit was learnt late."""
        self._level -= amount

    def empty(self, amount: float, seconds: float, now: float) -> None:
        """Have just ``amount`` after ``seconds``: the provider has said so."""
        self._refill(now)
        self._level = min(self._level, amount - seconds * self.per_minute / 60)


class Pacer:
    """All limits of one provider, shared by every thread that asks it.

    ``images_per_minute`` is the person's own limit; without it the provider's is learnt.
    """

    def __init__(
        self,
        images_per_minute: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given = images_per_minute is not None
        self._buckets: dict[str, Bucket] = {}
        if images_per_minute is not None:
            self._buckets["images"] = Bucket(images_per_minute, clock())
        self._answered = False
        self._in_flight: dict[str, float] = {"images": 0, "tokens": 0}
        self._not_before = clock()
        self._passed: deque[float] = deque()
        self._guess: _Guess | None = None

    @property
    def limits(self) -> dict[str, float]:
        """The limits a minute that are known so far, of ``images`` and ``tokens``."""
        with self._lock:
            return {name: bucket.per_minute for name, bucket in self._buckets.items()}

    @contextlib.contextmanager
    def room(self, tokens: float, stopping: threading.Event) -> Iterator[bool]:
        """Wait for room for one picture of ``tokens``, which is in flight inside the block.

        Gives False, and no room, where ``stopping`` was set before there was any.

        Raises:
            RejectedError: the picture is larger than a whole minute's limit.

        """
        there_is_room = self._wait(tokens, stopping)
        try:
            yield there_is_room
        finally:
            if there_is_room:
                with self._lock:
                    self._in_flight["images"] -= 1
                    self._in_flight["tokens"] -= tokens

    def _wait(self, tokens: float, stopping: threading.Event) -> bool:
        while not stopping.is_set():
            with self._lock:
                seconds = self._seconds_until(tokens)
                if seconds <= 0:
                    self._take(tokens)
                    return True
            stopping.wait(min(seconds, 0.25))
        return False

    def _seconds_until(self, tokens: float) -> float:
        now = self._clock()
        if not self._answered and not self._given and self._in_flight["images"] >= FIRST_IN_FLIGHT:
            return 0.05
        waits = [self._not_before - now]
        for name, amount in (("images", 1.0), ("tokens", tokens)):
            bucket = self._buckets.get(name)
            if bucket is None:
                continue
            if amount > bucket.per_minute:
                raise _never(name, amount, bucket.per_minute)
            waits.append(bucket.seconds_until(amount, now))
        return max(waits)

    def _take(self, tokens: float) -> None:
        for name, amount in (("images", 1.0), ("tokens", tokens)):
            self._in_flight[name] += amount
            if name in self._buckets:
                self._buckets[name].take(amount)

    def heard(self, headers: Mapping[str, str]) -> None:
        """Hear what an answer's headers tell of the limits."""
        with self._lock:
            self._answered = True
            self._learn_from_headers(headers)

    def passed(self, estimated: float, used: float | None) -> None:
        """Hear that a picture came; give back what was taken beyond the tokens it used."""
        with self._lock:
            now = self._clock()
            self._passed.append(now)
            while self._passed[0] < now - 60:
                self._passed.popleft()
            if "tokens" in self._buckets and used is not None:
                self._buckets["tokens"].take(used - estimated)
            if self._guess is not None:
                self._guess.raise_it()

    def _learn_from_headers(self, headers: Mapping[str, str]) -> None:
        for name, kinds in (("images", ("images", "input-images")), ("tokens", ("tokens",))):
            for kind in kinds:
                limit = _number(headers.get(f"x-ratelimit-limit-{kind}"))
                left = _number(headers.get(f"x-ratelimit-remaining-{kind}"))
                if limit:
                    self._learn(name, limit, left)

    def _learn(self, name: str, limit: float, left: float | None) -> None:
        """Take over a limit; what is in flight has been taken from it already."""
        if name == "images" and self._given:
            return
        known = self._buckets.get(name)
        if known is not None and known.per_minute == limit:
            return
        self._guess = None
        bucket = Bucket(limit, self._clock())
        bucket.take(limit - left if left is not None else 0)
        if left is None:
            bucket.take(self._in_flight[name])
        self._buckets[name] = bucket

    def turned_away(self, error: ExchangeError, attempt: int) -> float:
        """Hear that a request was turned away; give the seconds to wait before the next try.

        Raises:
            RejectedError: the words say that the request can never fit.

        """
        if not isinstance(error, RateLimitError):
            return _backoff(attempt)
        asked_for = error.seconds_until_retry
        seconds = _backoff(attempt) if asked_for is None else asked_for
        with self._lock:
            now = self._clock()
            if not self._learn_from_words(str(error), seconds):
                self._feel(now, seconds)
            for name, bucket in self._buckets.items():
                bucket.empty(1.0 if name == "images" else 0.0, seconds, now)
            self._not_before = max(self._not_before, now + seconds)
        # A little apart, so that all that were turned away do not come back at one instant.
        return seconds + random.uniform(0.0, 0.05)  # noqa: S311 - no secret

    def _feel(self, now: float, seconds: float) -> None:
        """Guess the limit where nobody tells it; each later 429 says that the guess is high."""
        if self._guess is not None:
            self._guess.lower_it(now, seconds)
        elif not self._buckets and self._passed:
            # A bucket that began full has let through its minute's worth and what flowed in.
            minutes = (now - self._passed[0]) / 60
            bucket = Bucket(max(1.0, len(self._passed) / (1 + minutes)), now)
            self._buckets["images"] = bucket
            self._guess = _Guess(bucket, now + seconds + CALM_SECONDS)

    def _learn_from_words(self, words: str, seconds: float) -> bool:
        found = _WORDS.search(words)
        if found is None:
            return False
        kind, limit, _, requested = found.groups()
        name = "tokens" if "token" in kind else "images"
        if float(requested) > float(limit):
            raise _never(name, float(requested), float(limit))
        # After that wait there is room for what was asked, and for nothing more.
        self._learn(name, float(limit), float(requested) - seconds * float(limit) / 60)
        return True


class _Guess:
    """A limit that was never told: lowered by each 429, raised while none comes."""

    def __init__(self, bucket: Bucket, calm_until: float) -> None:
        self._bucket = bucket
        self._calm_until = calm_until
        self._gain = SLOWEST_GAIN

    def raise_it(self) -> None:
        """Take heart from a picture that came."""
        self._bucket.per_minute *= 1 + self._gain
        self._gain = min(0.01, self._gain * GAIN_GROWTH)

    def lower_it(self, now: float, seconds: float) -> None:
        """Take in a 429, once for all that met it together."""
        if now < self._calm_until:
            return
        self._bucket.per_minute = max(1.0, self._bucket.per_minute * SLOWER)
        self._gain = SLOWEST_GAIN
        self._calm_until = now + seconds + CALM_SECONDS


def _backoff(attempt: int) -> float:
    """Wait longer each time, and never in step with others."""
    return min(30.0, 0.2 * 2.0**attempt) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _never(name: str, amount: float, limit: float) -> RejectedError:
    return RejectedError(
        f"This picture needs {amount:g} {name} a minute, and the provider's limit is {limit:g}: "
        "it can never fit. Choose a cheaper tier or a smaller size, or ask the provider for a "
        "higher limit."
    )
