"""A limit a minute as a bucket: one that is known, and one that is felt for.

A bucket holds one minute's worth and refills steadily, as the providers' own do: what is
taken here before sending arrives there later, so a provider that began with a full bucket
never finds its own empty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

CALM_SECONDS = 1.0
"""A second 429 within this time tells nothing new: what was in flight meets the same wall."""

FEWEST_GUESSED = 5.0
"""The first guess is no lower: what the lowest paid tier allows (OpenAI's rate limits, tier 1)."""

FEWEST_TIMED, FEWEST_COUNTED, FEWEST_SECONDS, MOST_SECONDS = 3, 30, 10.0, 60.0
"""From how many that went through between two walls, and in how long, a limit is measured: few
where the walls told when they would open, and for good only from more where they did not. Older
walls are forgotten."""

BELOW_MEASURED, SLOWER = 0.99, 0.97
"""Where a guess is put: a little below what was measured, or below what a 429 showed too high."""

FASTEST_GAIN, SLOWEST_GAIN, GAIN_GROWTH = 0.03, 0.00005, 1.02
"""How a guess rises with each picture: by some hundredths or less until it is measured, and then
hardly at first, and sharply once a limit must have been raised. One request in some 150 is then
turned away at a steady limit, and one that has doubled is found after 300 pictures."""


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

    @property
    def seconds_ahead(self) -> float:
        """For how long what is there would last at the limit, as of the last look."""
        return self._level * 60 / self.per_minute

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


class Guess:
    """A limit that nobody tells: a lower bound at first, then what went through between walls.

    ``sent`` are the times at which those went out that were not turned away.
    """

    def __init__(self, sent: Sequence[float], now: float, seconds: float | None) -> None:
        self._sent = sent
        self.bucket = Bucket(self._bound(now), now)
        self._first, self._measured, self._gain = True, False, SLOWEST_GAIN
        self._meet(now, seconds)
        self._keep_calm(now, seconds)

    def _bound(self, now: float) -> float:
        return max(FEWEST_GUESSED, least_limit(self._sent, now))

    def _meet(self, now: float, seconds: float | None) -> None:
        """Keep in mind when a wall was met, and when it opens."""
        self._met = now
        self._opens = now + (seconds or 0.0)

    def _keep_calm(self, now: float, seconds: float | None) -> None:
        self._calm_until = now + (seconds or 0.0) + CALM_SECONDS

    def _went(self) -> int:
        """Count what went through since the wall that is kept in mind."""
        return sum(at > self._met for at in self._sent)

    def went(self) -> None:
        """Take heart from one more that could go out and had to wait for it."""
        if self.bucket.seconds_ahead > max(1.0, 120 / self.bucket.per_minute):
            self._met = math.inf  # no measure: not everything that could go through was asked for
            return
        if not self._measured:
            self.bucket.per_minute *= 1 + min(FASTEST_GAIN, 1 / self.bucket.per_minute)
            return
        self.bucket.per_minute *= 1 + self._gain
        self._gain = min(FASTEST_GAIN, self._gain * GAIN_GROWTH)

    def turned_away(self, now: float, seconds: float | None) -> None:
        """Take in a 429, once for all that met the same wall; ``seconds``, if told, open it."""
        if now < self._calm_until:
            if self._first:
                self.bucket.per_minute = self._bound(now)
                self._meet(now, seconds)
            return
        self.bucket.per_minute = max(1.0, self._lower(now, seconds))
        self._first, self._gain = False, SLOWEST_GAIN
        is_old = now - self._met > MOST_SECONDS and self._went() >= FEWEST_COUNTED
        if is_old or math.isinf(self._met):
            self._meet(now, seconds)
        self._keep_calm(now, seconds)

    def _lower(self, now: float, seconds: float | None) -> float:
        """Measure the limit: each one that went through put off the wall's opening a little."""
        slower = self.bucket.per_minute * SLOWER
        went = self._went()
        passed = now + (seconds or 0.0) - self._opens
        if went < FEWEST_TIMED or passed < FEWEST_SECONDS:
            return slower
        self._measured = seconds is not None or went >= FEWEST_COUNTED
        return min(slower, BELOW_MEASURED * went * 60 / passed)


def least_limit(sent: Sequence[float], now: float) -> float:
    """Give the lowest limit a minute that lets through what was sent at these times.

    In any stretch of time a full bucket lets through its minute's worth and what flows in
    meanwhile. The stretch that asks for most is the one that met the wall.
    """
    stretches = ((len(sent) - at) / (1 + (now - time) / 60) for at, time in enumerate(sent))
    return max(stretches, default=0.0)
