from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.exchange.answers import seconds_until_retry


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "3600"}, 3600.0),
        ({"retry-after-ms": "534"}, 0.534),
        ({"retry-after-ms": "534", "retry-after": "1"}, 0.534),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
    ],
    ids=str,
)
def test_a_wait_is_read_as_it_is_written(headers: dict[str, str], seconds: float) -> None:
    """The wait that a provider asks for is read in milliseconds or seconds, the finer one first."""
    assert seconds_until_retry(headers) == pytest.approx(seconds)


def test_a_wait_until_a_date_is_read() -> None:
    """A wait until a date is the seconds from now until then."""
    wait = seconds_until_retry({"retry-after": formatdate(time.time() + 1000, usegmt=True)})
    assert wait is not None
    assert 900 < wait <= 1000


def test_a_date_that_is_over_is_no_wait() -> None:
    """A date in the past asks for no wait."""
    assert seconds_until_retry({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "1e3", "nan", "inf", "12 seconds", "0x10", "9" * 400]
)
def test_a_wait_that_cannot_be_read_is_unknown(value: str) -> None:
    """A wait that is no number and no date is unknown."""
    assert seconds_until_retry({"retry-after": value}) is None


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 0001 00:00:00 -0000", "1 Jan 1 0:0"]
)
def test_a_date_at_the_end_of_time_is_read_or_unknown(date: str) -> None:
    """A date that no clock of this machine shows is no error."""
    wait = seconds_until_retry({"retry-after": date})
    assert wait is None or wait == 0 or wait > 1e11


def test_no_wait_asked_for_is_unknown() -> None:
    """An answer that does not say how long to wait leaves it unknown."""
    assert seconds_until_retry({}) is None


DATES = st.builds(
    "{} {} {} {}:{}:{} {}".format,
    st.integers(-1, 99),
    st.sampled_from(["Jan", "Feb", "Dec", "Foo"]),
    st.integers(0, 99_999),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from(["GMT", "+0000", "-0000", "+9999", "", "-2359"]),
)


@given(st.text(max_size=20) | DATES | st.integers().map(str))
def test_any_wait_is_read_or_unknown(value: str) -> None:
    """Whatever a server writes there is a number from 0 up or unknown, never an error."""
    for name in ("retry-after", "retry-after-ms"):
        wait = seconds_until_retry({name: value})
        assert wait is None or wait >= 0
