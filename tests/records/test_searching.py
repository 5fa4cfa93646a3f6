"""Rows found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from imagelab.errors import InputError
from imagelab.records import notes
from imagelab.records.ledger import Ledger
from imagelab.records.notes import Note
from imagelab.records.searching import Query, newest, offered, search
from tests.records.rows import DONE, held


@pytest.fixture
def three(ledger: Ledger) -> Ledger:
    """Three rows; the second has a star, the third a remark."""
    for prompt in ("a Red fox, 50% off_sale", "an owl at night", "a boat"):
        held(ledger, prompt)
    notes.keep(ledger, 2, Note(True))
    notes.keep(ledger, 3, Note(False, "like the fox"))
    return ledger


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [3, 2, 1]),
        ({"prompt": "fox"}, [3, 1]),
        ({"prompt": "RED fox"}, [1]),
        ({"prompt": "50%"}, [1]),
        ({"prompt": "%"}, [1]),
        ({"prompt": "'; drop table generations"}, []),
        ({"star": True}, [2]),
        ({"quality": "low", "model": "gpt-image-1"}, [3, 2, 1]),
        ({"quality": "high"}, []),
        ({"since": "2020-01-01", "until": "2020-01-02"}, []),
        ({"since": "2020-01-01"}, [3, 2, 1]),
    ],
)
def test_rows_are_found(three: Ledger, query: dict[str, object], found: list[int]) -> None:
    """By words of prompt or remark, settings, days and star; the newest first."""
    assert search(three, Query(**query)) == found  # type: ignore[arg-type]


def test_both_days_are_included(three: Ledger) -> None:
    """A search from today to today finds what was made today, in UTC."""
    today = datetime.now(UTC)
    days = {"since": f"{today - timedelta(days=1):%Y-%m-%d}", "until": f"{today:%Y-%m-%d}"}
    assert search(three, Query(**days)) == [3, 2, 1]


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-1-1"])
def test_what_is_no_day_is_said(day: str) -> None:
    """A day that no calendar has is an input error."""
    with pytest.raises(InputError, match="since is a day"):
        Query(since=day)


def test_what_can_be_chosen_is_what_there_is(three: Ledger) -> None:
    """Models and tiers are those of the rows; what came last can be told apart."""
    assert offered(three) == {"models": ["gpt-image-1"], "tiers": ["low"]}
    assert newest(three) == (3, 0)
    three.settle(three.generation(1), DONE)
    assert newest(three) == (3, 1)
