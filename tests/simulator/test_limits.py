"""Pictures and tokens per minute."""

from __future__ import annotations

import pytest

from imagelab.errors import InputError
from imagelab.simulator import Simulator
from imagelab.simulator.limits import Limits, duration
from tests.simulator.wire import ask, unpainted


class Clock:
    """A clock that stands until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the time it is set to."""
        return self.now


def test_a_minutes_worth_passes_at_once() -> None:
    """Five a minute lets five through in a burst, and not a sixth."""
    limits = Limits(images_per_minute=5, clock=Clock())
    answers = [limits.take("gpt-image-1", images=1, tokens=1) for _ in range(6)]
    assert [answer is None for answer in answers] == [True] * 5 + [False]


def test_the_bucket_refills_evenly() -> None:
    """At five a minute another one fits after twelve seconds and not before."""
    clock = Clock()
    limits = Limits(images_per_minute=5, clock=clock)
    limits.take("gpt-image-1", images=5, tokens=1)
    clock.now += 11.9
    assert limits.take("gpt-image-1", images=1, tokens=1)
    clock.now += 0.1
    assert limits.take("gpt-image-1", images=1, tokens=1) is None


def test_what_was_refused_takes_nothing() -> None:
    """A request that one bucket refuses leaves the other as it was."""
    limits = Limits(images_per_minute=5, tokens_per_minute=100, clock=Clock())
    assert limits.take("gpt-image-1", images=1, tokens=101)
    assert limits.headers()["x-ratelimit-remaining-input-images"] == "5"


def test_a_429_is_worded_as_captured() -> None:
    """The second picture at one a minute hears limit, used, requested and the time to wait."""
    with Simulator(images_per_minute=1) as limited:
        assert unpainted(limited).status == 200
        answer = unpainted(limited)
    assert answer.status == 429
    assert list(answer.error) == ["message", "type", "param", "code"]
    assert answer.error["message"].startswith(
        "Rate limit reached for gpt-image-2 (for limit gpt-image) in organization "
        "org-imagelab-simulated on input-images per min: Limit 1, Used 1, Requested 1. "
        "Please try again in "
    )
    assert (answer.error["type"], answer.error["code"]) == ("input-images", "rate_limit_exceeded")
    assert 0 < int(answer.headers["retry-after-ms"]) <= 60_000
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_the_wait_is_exact() -> None:
    """An empty bucket of five a minute asks to wait twelve seconds."""
    limits = Limits(images_per_minute=5, clock=Clock())
    limits.take("gpt-image-1", images=5, tokens=1)
    reply = limits.take("gpt-image-1", images=1, tokens=1)
    assert reply
    assert b"Used 5, Requested 1. Please try again in 12s. Visit" in reply.body
    assert reply.headers == {"retry-after": "12", "retry-after-ms": "12000"}


def test_tokens_count_what_goes_in_and_comes_out() -> None:
    """A token limit below one picture's tokens names the bucket of tokens."""
    with Simulator(tokens_per_minute=100) as limited:
        answer = ask(limited)
    assert answer.status == 429
    assert answer.error["type"] == "tokens"
    assert "on tokens per min (TPM): Limit 100, Requested " in answer.error["message"]


def test_what_is_larger_than_the_limit_can_never_fit() -> None:
    """Ten pictures at a limit of five hear no time to wait."""
    with Simulator(images_per_minute=5) as limited:
        answer = ask(limited, n=10)
    assert answer.status == 429
    assert "Limit 5, Requested 10. Visit" in answer.error["message"]
    assert "retry-after" not in answer.headers


def test_good_answers_say_what_is_left() -> None:
    """With limits on, every answer carries limit, remaining and reset of each bucket."""
    with Simulator(images_per_minute=5, tokens_per_minute=60_000) as limited:
        headers = unpainted(limited).headers
    assert headers["x-ratelimit-limit-input-images"] == "5"
    assert headers["x-ratelimit-remaining-input-images"] == "4"
    assert headers["x-ratelimit-reset-input-images"].endswith("s")
    assert headers["x-ratelimit-limit-tokens"] == "60000"
    assert int(headers["x-ratelimit-remaining-tokens"]) > 59_000


def test_without_limits_no_answer_speaks_of_them(simulator: Simulator) -> None:
    """Without limits there is no rate-limit header."""
    assert not [name for name in unpainted(simulator).headers if name.startswith("x-ratelimit")]


def test_wrong_requests_take_nothing() -> None:
    """A request that is refused as it stands uses up no picture."""
    with Simulator(images_per_minute=5) as limited:
        ask(limited, quality="nonsense")
        assert unpainted(limited).headers["x-ratelimit-remaining-input-images"] == "4"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.001, "1ms"), (0.534, "534ms"), (12, "12s"), (58.891, "58.891s"), (360, "6m0s"),
     (0.0001, "1ms"), (0.9999, "1s"), (59.9999, "1m0s"), (72.5, "1m12.5s"), (0, "0ms")],
)  # fmt: skip
def test_durations_are_written_as_go_does(seconds: float, text: str) -> None:
    """Durations are never shorter than the time they stand for."""
    assert duration(seconds) == text


@pytest.mark.parametrize("limit", [0, -5])
def test_a_limit_lets_something_through(limit: int) -> None:
    """A limit below one is an InputError."""
    with pytest.raises(InputError):
        Simulator(images_per_minute=limit)
