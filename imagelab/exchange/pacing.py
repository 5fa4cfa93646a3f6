"""Staying under a provider's limits: pictures and tokens per minute.

A limit is known from the person, from the headers of an answer, or from the words of a
429; where a provider says nothing, it is guessed from how much went through before its
first 429, and felt for from then on. Until then more and more is sent, and never so fast that
much is on its way to a wall before that wall is heard of.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from imagelab.errors import ExchangeError, RateLimitError, RejectedError
from imagelab.exchange.buckets import Bucket, Guess

FIRST_IN_FLIGHT = 5
"""How many pictures go out at once while no limit is known: what the lowest paid tier allows
in a minute (OpenAI's rate limits, tier 1: 5 images per minute)."""

FASTER, UNHEARD_RATE, HEARD_RATE = 0.1, 2.0, 40.0
"""Where more are in flight and no limit is known: how many go out in a second for each that
went through, and how many besides: before the first answer, and after a quick one. What runs
into a wall is what goes out while its first 429 is on its way back."""

QUICK_SECONDS = 1.0
"""A first answer that takes longer slows what follows it: nobody gains by asking faster."""

ON_ITS_WAY_SECONDS = 1.0
"""Who was not turned away by then went through: a 429 is quick, a picture is not."""

LONGEST_WAIT_SECONDS = 24 * 3600.0
"""Who is asked to wait longer is told so, and does not wait: no limit is counted over more."""

MOST_A_MINUTE = 1e12
"""A limit that is above it, or below one, is none: somebody filled in what means something else."""

LONGEST_MEMORY = 10_000
"""How many pictures back a guess looks."""

LOOK_SECONDS = 0.25
"""How often who waits for room looks whether it is to stop, or the limits are others now."""

_WORDS = re.compile(r"on ([\w\- ]*?) ?per min[^:]*: Limit (\d+), Used (\d+), Requested (\d+)")


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
        self._disproved: set[str] = set()
        self._line = threading.Lock()
        self._first_seconds: float | None = None
        self._came = 0
        self._in_flight: dict[str, float] = {"images": 0, "tokens": 0}
        self._not_before = clock()
        self._sent: deque[float] = deque(maxlen=LONGEST_MEMORY)
        self._guess: Guess | None = None

    @property
    def limits(self) -> dict[str, float]:
        """The limits a minute that are known so far, of ``images`` and ``tokens``."""
        with self._lock:
            return {name: bucket.per_minute for name, bucket in self._buckets.items()}

    def seconds_until(self, pictures: int, tokens: float) -> float:
        """How long until so many have gone out, those in flight among them, of ``tokens`` each.

        0 where no limit is known, or none that they meet.
        """
        with self._lock:
            now, left = self._clock(), pictures - self._in_flight["images"]
            known = self._known(tokens) if left > 0 else ()
            return max((one.seconds_until(left * each, now) for _, each, one in known), default=0.0)

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
        """Stand in line for room; only who is first in it looks at the clock."""
        while not stopping.is_set():
            with self._lock:
                self._reject_what_never_fits(tokens)
            if self._line.acquire(timeout=LOOK_SECONDS):
                try:
                    return self._wait_first(tokens, stopping)
                finally:
                    self._line.release()
        return False

    def _wait_first(self, tokens: float, stopping: threading.Event) -> bool:
        while not stopping.is_set():
            with self._lock:
                self._reject_what_never_fits(tokens)
                seconds = self._seconds_until(tokens)
                if seconds <= 0:
                    self._take(tokens)
                    return True
            stopping.wait(min(seconds, LOOK_SECONDS))
        return False

    def _known(self, tokens: float) -> Iterator[tuple[str, float, Bucket]]:
        """Give each known limit, and how much one picture takes of it."""
        for name, amount in (("images", 1.0), ("tokens", tokens)):
            if name in self._buckets:
                yield name, amount, self._buckets[name]

    def _reject_what_never_fits(self, tokens: float) -> None:
        for name, amount, bucket in self._known(tokens):
            if amount > bucket.per_minute:
                raise _never(name, amount, bucket.per_minute)

    def _seconds_until(self, tokens: float) -> float:
        now = self._clock()
        waits = [self._not_before - now]
        waits += [bucket.seconds_until(amount, now) for _, amount, bucket in self._known(tokens)]
        if not self._buckets and self._sent and self._in_flight["images"] >= FIRST_IN_FLIGHT:
            waits.append(self._seconds_between(now))
        return max(waits)

    def _seconds_between(self, now: float) -> float:
        """How long until one more may go out, while no limit is known."""
        besides = UNHEARD_RATE
        if self._first_seconds is not None:
            besides = HEARD_RATE * QUICK_SECONDS / self._first_seconds
        return self._sent[-1] + 1 / (besides + FASTER * self._went_through(now)) - now

    def _went_through(self, now: float) -> int:
        recent = itertools.takewhile(lambda at: at > now - ON_ITS_WAY_SECONDS, reversed(self._sent))
        return max(self._came, len(self._sent) - sum(1 for _ in recent))

    def _take(self, tokens: float) -> None:
        self._sent.append(self._clock())
        self._in_flight["images"] += 1
        self._in_flight["tokens"] += tokens
        for _, amount, bucket in self._known(tokens):
            bucket.take(amount)
        if self._guess is not None:
            self._guess.went()

    def give_back(self, tokens: float) -> None:
        """Say that nothing was sent after all: others may have the room."""
        with self._lock:
            self._forget_one()
            for _, amount, bucket in self._known(tokens):
                bucket.take(-amount)

    def _forget_one(self) -> None:
        """Leave out of what was sent one that did not go through, among the last to go out."""
        if self._sent:
            self._sent.pop()

    def heard(self, headers: Mapping[str, str]) -> None:
        """Hear what an answer's headers tell of the limits."""
        with self._lock:
            if self._first_seconds is None and self._sent:
                self._first_seconds = max(QUICK_SECONDS, self._clock() - self._sent[0])
            self._learn_from_headers(headers)

    def passed(self, estimated: float, used: float | None) -> None:
        """Hear that a picture came; give back what was taken beyond the tokens it used.

        One that used more than a minute's limit shows that other tokens are limited there.
        """
        with self._lock:
            self._came += 1
            bucket = self._buckets.get("tokens")
            if bucket is None or used is None:
                return
            if used > bucket.per_minute:
                self._disproved.add("tokens")
                del self._buckets["tokens"]
            else:
                bucket.take(used - estimated)

    def _learn_from_headers(self, headers: Mapping[str, str]) -> None:
        for name, kinds in (("images", ("images", "input-images")), ("tokens", ("tokens",))):
            for kind in kinds:
                limit = _number(headers.get(f"x-ratelimit-limit-{kind}"), 1.0)
                left = _number(headers.get(f"x-ratelimit-remaining-{kind}"), 0.0)
                if limit is not None:
                    self._learn(name, limit, None if left is None else min(left, limit))

    def _learn(self, name: str, limit: float, left: float | None) -> None:
        """Take over a limit; what is in flight has been taken from it already."""
        if (name == "images" and self._given) or name in self._disproved:
            return
        known = self._buckets.get(name)
        if known is not None and known.per_minute == limit:
            return
        if self._guess is not None:
            # The wall that it was made from may have been this limit's.
            self._guess = None
            del self._buckets["images"]
        bucket = Bucket(limit, self._clock())
        bucket.take(limit - left if left is not None else 0)
        if left is None:
            bucket.take(self._in_flight[name])
        self._buckets[name] = bucket

    def turned_away(self, error: ExchangeError, attempt: int) -> float:
        """Hear that a request was turned away; give the seconds to wait before the next try.

        Raises:
            RejectedError: the words say that the request can never fit, or nobody would wait
                for so long.

        """
        with self._lock:
            self._forget_one()
        if not isinstance(error, RateLimitError):
            return _backoff(attempt)
        asked_for = error.seconds_until_retry
        if asked_for is not None and asked_for > LONGEST_WAIT_SECONDS:
            raise _later(error, asked_for)
        seconds = _backoff(attempt) if asked_for is None else asked_for
        with self._lock:
            now = self._clock()
            if not self._learn_from_words(str(error), seconds):
                self._feel(now, asked_for)
            for name, bucket in self._buckets.items():
                bucket.empty(1.0 if name == "images" else 0.0, seconds, now)
            self._not_before = max(self._not_before, now + seconds)
        # A little apart, so that all that were turned away do not come back at one instant.
        return seconds + random.uniform(0.0, 0.05)  # noqa: S311 - no secret

    def _feel(self, now: float, seconds: float | None) -> None:
        """Guess the limit where nobody tells it; each later 429 says that the guess is high."""
        if self._guess is not None:
            self._guess.turned_away(now, seconds)
        elif not self._buckets and self._sent:
            self._guess = Guess(self._sent, now, seconds)
            self._buckets["images"] = self._guess.bucket

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


def _backoff(attempt: int) -> float:
    """Wait longer each time, and never in step with others."""
    return min(30.0, 0.2 * 2.0**attempt) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _number(text: str | None, least: float) -> float | None:
    """Read a count that can be meant; nonsense in a header is no limit."""
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if least <= number <= MOST_A_MINUTE else None


def _later(error: RateLimitError, seconds: float) -> RejectedError:
    return RejectedError(
        f"{error} It asks for a wait of {seconds / 3600:,.0f} hours, which is not waited for: "
        "run it again later, or ask the provider for a higher limit.",
        code=error.code,
        http_status=error.http_status,
        request_id=error.request_id,
    )


def _never(name: str, amount: float, limit: float) -> RejectedError:
    return RejectedError(
        f"This picture needs {amount:g} {name} a minute, and the provider's limit is {limit:g}: "
        "it can never fit. Choose a cheaper tier or a smaller size, or ask the provider for a "
        "higher limit."
    )
