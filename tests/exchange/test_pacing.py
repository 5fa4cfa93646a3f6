"""Staying under limits, with a clock of the test's own."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.errors import RateLimitError, RejectedError, UnreachableError
from imagelab.exchange.pacing import FIRST_IN_FLIGHT, HEARD_RATE, UNHEARD_RATE, Pacer
from imagelab.pipeline import obtain
from imagelab.simulator import Fault, Simulator
from tests.sessions import fox, session

BUDGET_FOR_ONE: dict[str, Any] = {"budget": 0.007, "images_per_minute": 2}
"""At two a minute, nine would take four minutes."""


def never() -> threading.Event:
    """Give an event that nobody sets."""
    return threading.Event()


def soon() -> threading.Event:
    """Give an event that is set in a moment: whoever finds no room until then gives up."""
    event = threading.Event()
    threading.Timer(0.1, event.set).start()
    return event


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Read it, in seconds."""
        return self.now


def crowd(pacer: Pacer, number: int) -> contextlib.ExitStack:
    """Put so many in flight; they come back when the stack is closed."""
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            assert stack.enter_context(pacer.room(100, never()))
        return stack.pop_all()


def is_room(pacer: Pacer) -> bool:
    """Tell whether one more may go out now."""
    with pacer.room(100, soon()) as there_is_room:
        return there_is_room


def test_few_go_out_before_a_limit_is_known() -> None:
    """Until the first answer only as many go out at once as the lowest tier allows a minute."""
    pacer = Pacer(clock=Clock())
    with crowd(pacer, FIRST_IN_FLIGHT):
        assert not is_room(pacer)


@pytest.mark.parametrize(
    ("answered", "rate"), [(False, UNHEARD_RATE), (True, HEARD_RATE)], ids=["unheard", "heard"]
)
def test_one_more_goes_out_now_and_then(answered: bool, rate: float) -> None:
    """Without a limit the rest follow one by one: slowly until the first answer, then briskly."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    with crowd(pacer, FIRST_IN_FLIGHT):
        if answered:
            pacer.heard({})
        clock.now += 1 / rate
        assert is_room(pacer)
        assert not is_room(pacer)


def test_a_slow_first_answer_keeps_the_pace_down() -> None:
    """Where pictures take long, no more go out in a second than are worth it."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    with crowd(pacer, FIRST_IN_FLIGHT):
        clock.now += 20
        pacer.heard({})
        assert is_room(pacer)
        clock.now += 2 / HEARD_RATE
        assert not is_room(pacer)


def test_what_went_through_quickens_the_pace() -> None:
    """The more went through, the more may go out in a second, and never all at once."""
    clock = Clock()
    pacer = many_passed(clock, 1000, 20.0)
    with crowd(pacer, FIRST_IN_FLIGHT):
        clock.now += 1 / (HEARD_RATE + 0.09 * 1000)
        assert is_room(pacer)
        assert not is_room(pacer)


def test_a_known_limit_lets_its_minute_out_at_once() -> None:
    """Where the limit is known nothing is held back that it allows."""
    pacer = Pacer(clock=Clock())
    pacer.heard({"x-ratelimit-limit-images": "250"})
    with crowd(pacer, 250):
        assert not is_room(pacer)


def test_headers_teach_the_limit() -> None:
    """What an answer says of limits is known from then on."""
    pacer = Pacer()
    pacer.heard({"x-ratelimit-limit-input-images": "5", "x-ratelimit-limit-tokens": "1000"})
    assert pacer.limits == {"images": 5, "tokens": 1000}


def test_a_limit_of_ones_own_beats_the_headers() -> None:
    """``images_per_minute`` stays, whatever a provider tells."""
    pacer = Pacer(images_per_minute=3)
    pacer.heard({"x-ratelimit-limit-images": "500"})
    assert pacer.limits["images"] == 3


ODD = ["", "many", "-", "0", "-5", "nan", "inf", "-inf", "1e400", "0.5", "1e-300", "1e308"]


@pytest.mark.parametrize("kind", ["images", "input-images", "tokens"])
@pytest.mark.parametrize("value", ODD)
def test_odd_headers_teach_nothing(kind: str, value: str) -> None:
    """A limit that is no number, or none that can be meant, is no limit."""
    pacer = Pacer()
    pacer.heard({f"x-ratelimit-limit-{kind}": value})
    assert pacer.limits == {}


@pytest.mark.parametrize("left", ["-1", "-1000000", "nan", "inf", "-inf", "1e308", "many", ""])
def test_an_odd_rest_is_not_waited_for(left: str) -> None:
    """Where what remains cannot be meant, the limit alone is taken over, and there is room."""
    pacer = Pacer(clock=Clock())
    pacer.heard({"x-ratelimit-limit-images": "50", "x-ratelimit-remaining-images": left})
    assert pacer.limits == {"images": 50}
    with crowd(pacer, 50):
        assert not is_room(pacer)


def test_a_rest_above_its_limit_is_the_limit() -> None:
    """No more goes out in a minute than its limit, whatever is said to remain."""
    pacer = Pacer(clock=Clock())
    pacer.heard({"x-ratelimit-limit-images": "5", "x-ratelimit-remaining-images": "900"})
    with crowd(pacer, 5):
        assert not is_room(pacer)


def test_a_limit_that_a_picture_disproves_is_none() -> None:
    """A picture that used more than a minute's tokens shows that its tokens are not limited."""
    pacer, told = Pacer(), {"x-ratelimit-limit-tokens": "50"}
    for _ in range(2):
        with pacer.room(278, never()) as there_is_room:
            assert there_is_room
            pacer.heard(told)
            pacer.passed(278, 285)
    assert pacer.limits == {}


def test_the_words_of_a_429_teach_the_limit() -> None:
    """The limit and the kind of thing it limits are read from the provider's words."""
    pacer = Pacer()
    words = "on input-images per min: Limit 5, Used 5, Requested 1. Please try again in 12s."
    pacer.turned_away(RateLimitError(words, seconds_until_retry=12.0), 1)
    assert pacer.limits["images"] == 5


def test_what_never_fits_is_said_at_once() -> None:
    """A request larger than a whole minute's limit is rejected, and not waited for."""
    with pytest.raises(RejectedError, match="never fit"):
        Pacer().turned_away(RateLimitError("on tokens per min: Limit 9, Used 0, Requested 10"), 1)


def test_a_known_limit_rejects_what_is_larger() -> None:
    """Once a token limit is known, a larger picture is rejected before it is sent."""
    pacer = Pacer()
    pacer.heard({"x-ratelimit-limit-tokens": "100"})
    with pytest.raises(RejectedError, match="never fit"), pacer.room(101, never()):
        pass


def test_the_wait_that_a_provider_names_is_kept() -> None:
    """Retry-After is honoured, above two minutes too."""
    seconds = Pacer().turned_away(RateLimitError("wait", seconds_until_retry=300.0), 1)
    assert 300 <= seconds < 301


@pytest.mark.parametrize("seconds", [90_000.0, 1e9, 1e15])
def test_a_wait_that_nobody_keeps_is_said_at_once(seconds: float) -> None:
    """Who is asked to wait for more than a day is told so, with what the provider said."""
    error = RateLimitError("Slow down.", seconds_until_retry=seconds, request_id="req_1")
    with pytest.raises(RejectedError, match=r"Slow down\. It asks for a wait of .* hours") as found:
        Pacer().turned_away(error, 1)
    assert (found.value.billed, found.value.request_id) == ("no", "req_1")


def test_everybody_waits_after_a_429() -> None:
    """While a provider wants a pause, nobody else is let through."""
    clock = Clock()
    pacer = Pacer(clock=clock)
    pacer.turned_away(RateLimitError("wait", seconds_until_retry=30.0), 1)
    with pacer.room(1, soon()) as there_is_room:
        assert not there_is_room
    clock.now += 31
    with pacer.room(1, never()) as there_is_room:
        assert there_is_room


def test_waits_grow_where_none_is_named() -> None:
    """Without a word from the provider each wait is longer than the one before, to a limit."""
    error = UnreachableError("nobody")
    waits = [Pacer().turned_away(error, attempt) for attempt in (1, 3, 5, 20)]
    assert waits == sorted(waits)
    assert waits[-1] <= 30


def many_passed(clock: Clock, number: int, seconds: float) -> Pacer:
    """Give a pacer that knows of no limit and saw pictures come, evenly over some seconds."""
    pacer = Pacer(clock=clock)
    for _ in range(number):
        clock.now += seconds / number
        with pacer.room(200, never()) as there_is_room:
            assert there_is_room
            pacer.heard({})
            pacer.passed(200, 200)
    return pacer


SLOW_DOWN = RateLimitError("Slow down.", seconds_until_retry=0.1)


def test_a_limit_that_nobody_tells_is_guessed() -> None:
    """Who let 120 through at once and then one in half a second has a limit of some 120."""
    clock = Clock()
    pacer = many_passed(clock, 180, 30.0)
    pacer.turned_away(SLOW_DOWN, 1)
    assert pacer.limits["images"] == pytest.approx(120, rel=0.01)


def test_a_guess_is_lowered_once_for_all_that_meet_the_wall_together() -> None:
    """Many 429s at one later moment lower a guess once; those of the first make it exact."""
    clock = Clock()
    pacer = many_passed(clock, 100, 1.0)
    guesses = []
    for wait in (0.0, 0.1, 5.0, 0.1, 5.0):
        clock.now += wait
        pacer.turned_away(SLOW_DOWN, 1)
        guesses.append(pacer.limits["images"])
    assert guesses[0] > guesses[1] > guesses[2] == guesses[3] > guesses[4]


def test_a_limit_of_tokens_that_is_told_later_ends_a_guess_of_pictures() -> None:
    """What was taken for a limit of pictures was one of tokens: it holds pictures up no more."""
    clock = Clock()
    pacer = many_passed(clock, 10, 1.0)
    pacer.turned_away(SLOW_DOWN, 1)
    assert "images" in pacer.limits
    words = "on tokens per min: Limit 9000, Used 9000, Requested 200. Please try again in 1s."
    pacer.turned_away(RateLimitError(words, seconds_until_retry=1.0), 1)
    assert pacer.limits == {"tokens": 9000}


def test_a_limit_that_is_told_later_ends_the_guessing() -> None:
    """Once an answer names the limit, no guess moves it any more."""
    clock = Clock()
    pacer = many_passed(clock, 10, 1.0)
    pacer.turned_away(SLOW_DOWN, 1)
    pacer.heard({"x-ratelimit-limit-images": "50"})
    pacer.passed(200, 200)
    clock.now += 60
    pacer.turned_away(SLOW_DOWN, 1)
    assert pacer.limits["images"] == 50


def test_tokens_that_were_not_used_are_given_back() -> None:
    """A picture that took fewer tokens than was thought leaves room for the next."""
    pacer = Pacer(clock=Clock())
    pacer.heard({"x-ratelimit-limit-tokens": "1000"})
    with pacer.room(900, never()) as first:
        assert first
        pacer.passed(900, 200)
    with pacer.room(800, soon()) as second:
        assert second


def test_what_was_not_sent_is_not_counted_as_gone_through() -> None:
    """Where nobody was there to turn it away, a request tells nothing of a limit."""
    clock = Clock()
    pacer = many_passed(clock, 60, 1.0)
    for _ in range(30):
        with pacer.room(200, never()):
            pacer.turned_away(UnreachableError("nobody"), 1)
    pacer.turned_away(SLOW_DOWN, 1)
    assert pacer.limits["images"] == pytest.approx(60, rel=0.05)


def test_what_can_never_fit_is_told_to_those_in_line_too() -> None:
    """Who stands behind others that wait for room hears at once that it can never fit."""
    pacer = Pacer(images_per_minute=1)
    pacer.heard({"x-ratelimit-limit-tokens": "1000"})
    stopping = threading.Event()
    with pacer.room(1, never()):
        first = threading.Thread(target=lambda: pacer.room(1, stopping).__enter__())
        first.start()
        with pytest.raises(RejectedError, match="never fit"), pacer.room(1001, never()):
            pass
        assert first.is_alive()
        stopping.set()
        first.join()


def test_stopping_ends_the_wait_of_those_in_line() -> None:
    """A stop reaches who stands behind others, while those wait on."""
    pacer = Pacer(images_per_minute=1)
    others = threading.Event()
    with pacer.room(1, never()):
        first = threading.Thread(target=lambda: pacer.room(1, others).__enter__())
        first.start()
        assert not is_room(pacer)
        assert first.is_alive()
        others.set()
        first.join()


def test_room_that_was_not_used_is_given_back() -> None:
    """Where nothing was sent after all, the next one need not wait."""
    pacer = Pacer(images_per_minute=1, clock=Clock())
    with pacer.room(100, never()) as first:
        assert first
        pacer.give_back(100)
    assert is_room(pacer)
    assert not is_room(pacer)


def test_what_does_not_fit_the_budget_takes_no_room(tmp_path: Path) -> None:
    """Eight that the budget does not allow do not wait for their turn to be told so."""
    with (
        Simulator() as server,
        Lab("slow", base_url=server.url, api_key="k", path=tmp_path, **BUDGET_FOR_ONE) as lab,
    ):
        made = lab.compare([f"fox {at}" for at in range(9)], model="gpt-image-2")
        assert (server.billed.pictures, len(made.left)) == (1, 8)


def test_a_pacer_says_how_long_the_rest_will_wait() -> None:
    """Of ten at five a minute, three of them in flight, two go out at once and five in a minute."""
    pacer = Pacer(images_per_minute=5, clock=Clock())
    with crowd(pacer, 3):
        assert pacer.seconds_until(10, 100) == pytest.approx(60)
        assert pacer.seconds_until(5, 100) == 0


def test_where_no_limit_is_known_nothing_waits_for_one() -> None:
    """Without a limit there is no time to tell."""
    assert Pacer().seconds_until(1000, 100) == 0


def test_stopping_ends_the_wait() -> None:
    """Who waits for room hears of a stop."""
    pacer = Pacer(images_per_minute=1)
    with pacer.room(1, never()) as first:
        assert first
        with pacer.room(1, soon()) as second:
            assert not second


def test_a_request_turned_away_is_sent_again(tmp_path: Path) -> None:
    """A 429 costs nothing and is not the end: the picture comes with the next try."""
    fault = Fault.too_many(retry_after_ms=20).only(times=1)
    with Simulator(faults=[fault]) as server, session(tmp_path, server.url) as opened:
        answer = obtain(opened, fox(), 1, run=None)
        assert server.billed.pictures == 1
    assert answer is not None
    assert (answer.generation.status, answer.generation.attempts) == ("done", 2)


def test_at_the_limit_hardly_anything_is_turned_away(tmp_path: Path) -> None:
    """A provider with a limit gets its pictures in time with it, and answers no 429."""
    with Simulator(images_per_minute=300) as server, session(tmp_path, server.url) as opened:
        rows = [obtain(opened, fox(f"fox {at}"), 1, run=None) for at in range(12)]
    assert sum(row.generation.attempts for row in rows if row is not None) == 12
