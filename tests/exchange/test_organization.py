from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.errors import ExchangeError, KeyRefusedError, RejectedError
from imagelab.exchange import organization
from imagelab.exchange.organization import Billed
from tests.exchange.conftest import Ask
from tests.servers import Asked, Server, answer, error
from tests.sessions import KEY

DAY = dt.date(2026, 11, 1)
START = 1793491200


def page(
    results: list[dict[str, Any]], following: str | None = None, day: int = 0
) -> dict[str, Any]:
    """One page of one day, as OpenAI gives it."""
    at = START + day * 86_400
    bucket = {"object": "bucket", "start_time": at, "end_time": at + 86_400, "results": results}
    return {
        "object": "page",
        "data": [bucket],
        "has_more": following is not None,
        "next_page": following,
    }


USAGE = {"images": 2, "num_model_requests": 2, "model": "gpt-image-1-2025-04-23", "size": None}
TOKENS = {"input_text_tokens": 20, "output_image_tokens": 544, "model": "gpt-image-1"}
LINES = [
    {"amount": {"value": 0.0217, "currency": "usd"}, "line_item": "gpt-image-1 image, output"},
    {"amount": {"value": "0.0001", "currency": "usd"}, "line_item": "gpt-image-1 text, input"},
]


def books(
    images: list[dict[str, Any]], tokens: list[dict[str, Any]], costs: list[dict[str, Any]]
) -> Callable[[Asked], bytes]:
    """An organisation with one day of usage and costs."""

    def handle(asked: Asked) -> bytes:
        kind = urlsplit(asked.line.split()[1]).path.rsplit("/organization/")[1]
        results = {"usage/images": images, "usage/completions": tokens, "costs": costs}[kind]
        return answer(200, page(results))

    return handle


def read(at: Ask, handle: Callable[[Asked], bytes], **options: Any) -> tuple[Billed, ...]:
    """Read the bill of one day."""
    with Server(handle) as server:
        return organization.read(at(server.url), DAY, DAY, **options)


def test_usage_and_costs_are_one_line_a_day_and_model(at: Ask) -> None:
    """Pictures, tokens and dollars of a model stand together, however each names it."""
    (billed,) = read(at, books([USAGE], [TOKENS], LINES))
    assert (billed.day, billed.model, billed.pictures, billed.requests) == (
        DAY,
        "gpt-image-1",
        2,
        2,
    )
    assert (billed.text_in, billed.image_in, billed.image_out) == (20, None, 544)
    assert billed.cost_nano == 21_800_000


def test_what_does_not_draw_is_left_out(at: Ask) -> None:
    """Models of words have usage and costs too, and are none of this."""
    words = {"amount": {"value": 9, "currency": "usd"}, "line_item": "gpt-5, output"}
    assert read(at, books([], [TOKENS | {"model": "gpt-5"}], [words])) == ()


def test_a_snapshot_is_its_model(at: Ask) -> None:
    """Usage says gpt-image-2, costs its snapshot; a new model is told without its day too."""
    line = {
        "amount": {"value": 1, "currency": "usd"},
        "line_item": "gpt-image-2-2026-04-21 text, input",
    }
    new = line | {"line_item": "gpt-image-9-2027-01-01 image, output"}
    billed = read(at, books([USAGE | {"model": "gpt-image-2"}], [], [line, new]))
    assert [one.model for one in billed] == ["gpt-image-2", "gpt-image-9"]
    assert billed[0].pictures == 2


def test_the_question_names_days_groups_and_limits(at: Ask) -> None:
    """Every question is by the day, grouped, with a limit that cuts no day off."""
    with Server(books([], [], [])) as server:
        organization.read(at(server.url), DAY, dt.date(2026, 11, 3), "proj_a")
        asked = [parse_qs(urlsplit(one.line.split()[1]).query) for one in server.asked]
    first, costs = asked[0], asked[2]
    assert (first["start_time"], first["end_time"]) == ([str(START)], [str(START + 3 * 86_400)])
    assert (first["bucket_width"], first["limit"]) == (["1d"], ["31"])
    assert (first["group_by[]"], first["project_ids[]"]) == (["model"], ["proj_a"])
    assert (costs["group_by[]"], costs["limit"]) == (["line_item"], ["180"])


def test_all_pages_are_read(at: Ask) -> None:
    """A bill of several pages is read to its end."""

    def handle(asked: Asked) -> bytes:
        if "/costs" in asked.line or "completions" in asked.line:
            return answer(200, page([]))
        second = "page=next" in asked.line
        return answer(200, page([USAGE], None if second else "next", day=int(second)))

    billed = read(at, handle)
    assert [(one.day.day, one.pictures) for one in billed] == [(1, 2), (2, 2)]


def test_pages_without_end_are_given_up(at: Ask) -> None:
    """A page that leads to itself is an error, not a wait for ever."""
    with pytest.raises(RejectedError, match="never end"):
        read(at, lambda asked: answer(200, page([], "same")))


def test_the_admin_key_goes_into_its_header(at: Ask) -> None:
    """The key that reads is sent as a bearer, and is in no error."""
    with Server(lambda asked: error(403, f"no scope for {KEY}")) as server:
        with pytest.raises(KeyRefusedError) as caught:
            organization.read(at(server.url), DAY, DAY)
        assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in str(caught.value)
    assert "billed all the same" not in str(caught.value)


@pytest.mark.parametrize(
    ("amount", "nano", "exact"),
    [
        ({"value": 0.0217, "currency": "usd"}, 21_700_000, 50_001),
        ({"value": "1.5", "currency": "usd"}, 1_500_000_000, 5_000_000),
        ({"value": 2, "currency": "usd"}, 2_000_000_000, 5_000_000),
        ({"value": 0.01093, "currency": "USD"}, 10_930_000, 5_001),
        ({"value": 1e-05, "currency": "usd"}, 10_000, 5_001),
    ],
)
def test_dollars_are_as_exact_as_they_are_written(
    at: Ask, amount: dict[str, Any], nano: int, exact: int
) -> None:
    """Numbers and texts are read to the nano-dollar; the last digit may have been rounded."""
    line = {"amount": amount, "line_item": "gpt-image-1 image, output"}
    (billed,) = read(at, books([], [], [line]))
    assert (billed.cost_nano, billed.exact_nano) == (nano, exact)


@pytest.mark.parametrize(
    "amount", [None, {}, {"value": "much"}, {"value": 3, "currency": "eur"}, {"value": "NaN"}, 3]
)
def test_dollars_that_cannot_be_read_are_unknown(at: Ask, amount: Any) -> None:
    """What is no amount of dollars is unknown, and never zero."""
    line = {"amount": amount, "line_item": "gpt-image-1 image, output"}
    assert read(at, books([USAGE], [], [line]))[0].cost_nano is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"data": [{}]}',
        b'{"data": [{"start_time": 1e99, "results": []}]}',
        b'{"data": [{"start_time": 0, "results": 3}]}',
        b'{"data": 3}',
    ],
)
def test_what_is_no_page_is_refused(at: Ask, body: bytes) -> None:
    """A server without such pages is told of; nothing is made of its nonsense."""
    with pytest.raises(RejectedError, match="no page of usage"):
        read(at, lambda asked: answer(200, body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "start_time", "results", "model", "images", "amount", "value", "line_item"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


class Canned:
    """A client that reads one text whatever it is asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, path: str, parameters: object) -> str:
        """Give the text."""
        return self._text


@given(JSON)
def test_nonsense_is_an_error_of_ours_or_nothing(body: Any) -> None:
    """Whatever is answered, it is read or refused; no other error comes out."""
    with contextlib.suppress(ExchangeError):
        organization.read(Canned(json.dumps(body)), DAY, DAY)  # type: ignore[arg-type]
