"""Limits as buckets: what is there, what is guessed, and what is measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.exchange.buckets import Bucket, Guess, least_limit


def test_a_bucket_holds_one_minute() -> None:
    """A limit of 60 a minute lets 60 go at once, and then one a second."""
    bucket = Bucket(60, now=0.0)
    bucket.take(60)
    assert bucket.seconds_until(1, now=0.0) == pytest.approx(1.0)
    assert bucket.seconds_until(1, now=1.0) == 0


def test_a_bucket_never_holds_more_than_a_minute() -> None:
    """After an hour of rest there is still only a minute's worth."""
    bucket = Bucket(60, now=0.0)
    assert bucket.seconds_until(60, now=3600.0) == 0
    assert bucket.seconds_until(61, now=3600.0) > 0


def test_a_bucket_says_for_how_long_it_lasts() -> None:
    """A full bucket lasts a minute, whatever its limit."""
    assert Bucket(7, now=0.0).seconds_ahead == 60


@given(
    limit=st.integers(1, 1000),
    waits=st.lists(st.floats(0, 200), min_size=1, max_size=60),
    seconds=st.floats(0, 500),
)
def test_the_least_limit_is_never_above_the_limit(
    limit: int, waits: list[float], seconds: float
) -> None:
    """Whatever a bucket let through, and when: no stretch of it asks for more than it allows."""
    bucket, sent, now = Bucket(limit, now=0.0), [], 0.0
    for wait in waits:
        now += max(wait, bucket.seconds_until(1, now))
        if bucket.seconds_until(1, now) == 0:
            bucket.take(1)
            sent.append(now)
    assert least_limit(sent, now + seconds) <= limit * (1 + 1e-6)


@pytest.mark.parametrize("rest", [0.0, 100.0, 10_000.0])
def test_the_least_limit_is_the_limit_at_a_wall(rest: float) -> None:
    """A bucket that was full and is empty now tells its limit, however long it rested before."""
    bucket = Bucket(60, now=0.0)
    sent, now = [0.0], rest
    bucket.take(1)
    while bucket.seconds_until(1, now) == 0:
        bucket.take(1)
        sent.append(now)
        now += 0.25
    assert least_limit(sent, now) == pytest.approx(60, rel=0.02)


def test_nothing_sent_tells_no_limit() -> None:
    """Without anything that went through there is no bound."""
    assert least_limit([], 5.0) == 0


def at_a_wall(seconds: float | None = 0.5) -> tuple[Guess, list[float]]:
    """Give a guess after 60 that went through at once, and then a 429."""
    sent = [100.0] * 60
    guess = Guess(sent, 100.0, seconds)
    guess.bucket.empty(1.0, seconds or 0.0, 100.0)
    return guess, sent


def meet_a_wall(guess: Guess, now: float, seconds: float = 0.5) -> float:
    """Meet one more; give the guess that it makes."""
    guess.turned_away(now, seconds)
    guess.bucket.empty(1.0, seconds, now)
    return guess.bucket.per_minute


def send(guess: Guess, sent: list[float], number: int, apart: float) -> float:
    """Send some more, evenly; give the time when the last one went out."""
    for _ in range(number):
        guess.bucket.seconds_until(1, sent[-1] + apart)  # lets it refill
        guess.bucket.take(1)
        guess.went()
        sent.append(sent[-1] + apart)
    return sent[-1]


def keep_up(guess: Guess, sent: list[float], number: int) -> float:
    """Send some more, each as soon as the guess allows; give the time."""
    for _ in range(number):
        send(guess, sent, 1, guess.bucket.seconds_until(1, sent[-1]))
    return sent[-1]


def test_a_first_guess_is_what_went_through() -> None:
    """The first 429 tells how much a minute must allow at least."""
    guess, _ = at_a_wall()
    assert guess.bucket.per_minute == 60


def test_a_first_guess_is_no_lower_than_any_tier() -> None:
    """A 429 after one or two pictures is no reason to wait a minute for each."""
    assert Guess([100.0], 100.0, 1.0).bucket.per_minute == 5


def test_others_that_meet_the_first_wall_lower_the_guess_to_what_went_through() -> None:
    """What was on its way when the first 429 came had not gone through."""
    guess, sent = at_a_wall()
    del sent[50:]
    assert meet_a_wall(guess, 100.2, 0.3) == pytest.approx(50, rel=0.01)


def test_others_that_meet_a_later_wall_change_nothing() -> None:
    """A 429 of the same moment tells nothing new."""
    guess, sent = at_a_wall()
    now = send(guess, sent, 30, 0.8)
    before = meet_a_wall(guess, now, 0.5)
    assert meet_a_wall(guess, now + 0.3, 0.2) == before


def test_two_walls_measure_the_limit() -> None:
    """What went through between two walls, by the time between their openings, is the limit."""
    guess, sent = at_a_wall(0.5)
    now = keep_up(guess, sent, 30)
    # The first opened at 100.5; the second, met half a second before the last went out, then.
    assert meet_a_wall(guess, now - 0.5) == pytest.approx(0.99 * 30 * 60 / (now - 100.5))


def test_few_pictures_between_walls_tell_little() -> None:
    """Two walls close to each other only say that the guess is high."""
    guess, sent = at_a_wall()
    now = send(guess, sent, 2, 1.0)
    before = guess.bucket.per_minute
    assert meet_a_wall(guess, now) == pytest.approx(0.97 * before)


def test_a_pause_between_walls_is_no_measure() -> None:
    """Who did not ask all the time does not know what would have gone through."""
    guess, sent = at_a_wall()
    send(guess, sent, 10, 1.25)
    sent.append(sent[-1] + 600)
    now = send(guess, sent, 30, 0.1)
    before = guess.bucket.per_minute
    assert meet_a_wall(guess, now) == pytest.approx(0.97 * before)


def test_a_guess_that_was_never_measured_rises_quickly() -> None:
    """A guess from thin evidence is made good within a few minutes."""
    guess = Guess([100.0], 100.0, 1.0)
    guess.bucket.empty(1.0, 1.0, 100.0)
    sent = [100.0]
    keep_up(guess, sent, 100)
    assert guess.bucket.per_minute > 50


def test_a_measured_guess_rises_slowly_and_then_sharply() -> None:
    """Near the limit hardly anything is turned away, and a limit that was raised is found."""
    guess, sent = at_a_wall()
    measured = meet_a_wall(guess, keep_up(guess, sent, 30))
    keep_up(guess, sent, 60)
    assert measured < guess.bucket.per_minute < 1.01 * measured
    keep_up(guess, sent, 260)
    assert guess.bucket.per_minute > 2 * measured


def test_a_guess_does_not_rise_while_less_is_asked_for() -> None:
    """Who asks for less than the guess allows learns nothing of what would be too much."""
    guess, sent = at_a_wall()
    send(guess, sent, 20, 10.0)
    assert guess.bucket.per_minute < 1.1 * 60
