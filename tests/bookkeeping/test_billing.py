from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from imagelab.bookkeeping import billing
from imagelab.errors import InputError
from imagelab.exchange.organization import Billed
from imagelab.records.rows import row_of
from tests.records.rows import intent

DAY = dt.date(2026, 11, 1)
NOON_US = int(dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC).timestamp() * 1e6)
COST = 272 * 40_000 + 11 * 5_000


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A low square of GPT Image 1 that was paid for at noon."""
    return {
        **row_of(intent(), 1),
        "id": number,
        "provider": "openai",
        "simulated": False,
        "status": "done",
        "billed": "yes",
        "cost_nano": COST,
        "text_input_tokens": 11,
        "image_output_tokens": 272,
        "settled_us": NOON_US,
        **changes,
    }


def unsure(number: int, **changes: Any) -> dict[str, Any]:
    """A request that timed out at noon."""
    told = {"status": "unknown", "billed": "perhaps", "cost_nano": None}
    return row(
        number, **{**told, "text_input_tokens": None, "image_output_tokens": None, **changes}
    )


def bill(pictures: int, **changes: Any) -> Billed:
    """A bill for so many low squares."""
    told = {
        "text_in": 11 * pictures,
        "image_out": 272 * pictures,
        "cost_nano": COST * pictures,
        "exact_nano": 50,
    }
    return Billed(day=DAY, model="gpt-image-1", pictures=pictures, **{**told, **changes})


def beside(rows: list[dict[str, Any]], *billed: Billed) -> billing.Reconciliation:
    """Put rows beside a bill."""
    return billing.reconcile(
        rows,
        billed,
        start=DAY,
        end=dt.date(2026, 11, 30),
        provider="openai",
        simulated=False,
        words="OpenAI",
    )


def test_what_agrees_is_matched() -> None:
    """As many pictures, tokens and dollars on both sides: nothing to tell."""
    found = beside([row(1), row(2)], bill(2))
    (line,) = found.lines
    assert (line.verdict, line.note, line.difference_nano) == ("matched", "", 0)
    assert found.agrees
    assert (found.matched.lines, found.missing.lines, found.unexplained.lines) == ((line,), (), ())


def test_a_timed_out_picture_that_was_billed_is_a_suspect() -> None:
    """Where the bill has one more and one row was perhaps billed, that is the one."""
    found = beside([row(1), unsure(2)], bill(2))
    (line,) = found.lines
    assert (line.verdict, line.note) == ("suspects", "1 of 1 that were perhaps billed were")
    assert list(found.suspects["id"]) == [2]


def test_a_timed_out_picture_that_was_not_billed() -> None:
    """Where the bill has no more than was paid for, what timed out was not billed."""
    (line,) = beside([row(1), unsure(2)], bill(1)).lines
    assert (line.verdict, line.note) == ("matched", "1 perhaps billed were not")


def test_somebody_elses_pictures_are_unexplained() -> None:
    """What no row accounts for is unexplained, on a day without rows too."""
    found = beside([row(1), unsure(2)], bill(5))
    assert found.lines[0].verdict == "unexplained"
    assert "3 that this ledger never asked for" in found.lines[0].note
    assert beside([], bill(1)).lines[0].verdict == "unexplained"


def test_a_picture_that_is_not_on_the_bill_is_missing() -> None:
    """What was paid for here and is not on the bill may come a day late."""
    found = beside([row(1), row(2)], bill(1))
    assert (found.lines[0].verdict, found.lines[0].more_pictures) == ("missing", -1)
    assert beside([row(1)]).missing.lines


def test_other_tokens_differ() -> None:
    """As many pictures at other tokens are not matched; the note has both counts."""
    (line,) = beside([row(1)], bill(1, image_out=278)).lines
    assert line.verdict == "differs"
    assert "image_out 272 here, 278 billed" in line.note


def test_other_dollars_for_the_same_tokens_are_another_price() -> None:
    """Where tokens agree and dollars do not, the price is another."""
    (line,) = beside([row(1)], bill(1, cost_nano=COST * 2)).lines
    assert (line.verdict, line.tokens_agree, line.dollars_agree) == ("differs", True, False)
    assert "its price" in line.note


def test_dollars_agree_as_exactly_as_they_are_written() -> None:
    """A bill that is rounded to the cent agrees with the exact sum, and no further."""
    near = bill(1, cost_nano=10_000_000, exact_nano=5_000_000)
    far = bill(1, cost_nano=20_000_000, exact_nano=5_000_000)
    assert beside([row(1)], near).agrees
    assert not beside([row(1)], far).agrees


def test_dollars_that_are_not_there_yet_are_no_difference() -> None:
    """Costs come later than usage: without them, pictures and tokens decide."""
    (line,) = beside([row(1)], bill(1, cost_nano=None)).lines
    assert (line.verdict, line.note) == ("matched", "no dollars on the bill yet")
    assert line.difference_nano is None


def test_an_unknown_cost_is_no_zero() -> None:
    """A row whose cost is unknown makes the day's sum unknown, and no difference."""
    (line,) = beside([row(1), row(2, cost_nano=None)], bill(2)).lines
    assert line.own.cost_nano is None
    assert line.difference_nano is None


def test_days_are_utc_days() -> None:
    """A picture is of the day on which its answer came, in UTC."""
    second = int(dt.datetime(2026, 11, 2, 0, 0, 1, tzinfo=dt.UTC).timestamp() * 1e6)
    late = row(1, sent_us=second - 5_000_000, settled_us=second)
    assert beside([late]).lines[0].day == dt.date(2026, 11, 2)


def test_only_real_rows_of_this_provider_count() -> None:
    """Simulated rows, other providers', unbilled ones and other months' are none of the bill."""
    month_before = NOON_US - 30 * 86_400 * 1_000_000
    rows = [
        row(1, simulated=True),
        row(2, provider="vercel"),
        row(3, billed="no", status="failed", cost_nano=0),
        row(4, settled_us=month_before),
    ]
    assert beside(rows).lines == ()


def test_it_shows_itself() -> None:
    """In a cell: a sentence that counts, and a table with what is unknown said so."""
    found = beside([row(1), unsure(2), row(3, model="<b>x")], bill(2, cost_nano=None))
    shown = found._repr_html_()
    assert "1 suspects" in str(found)
    assert "&lt;b&gt;x" in shown
    assert "unknown" in shown
    frame = found.frame
    assert frame.index.names == ["day", "model"]
    assert frame.loc[(dt.datetime(2026, 11, 1), "gpt-image-1"), "billed_pictures"] == 2
    assert frame["billed_usd"].isna().all()


def test_nothing_at_all_agrees() -> None:
    """Days without pictures or bill are an empty table."""
    found = beside([])
    assert found.agrees
    assert found.frame.empty
    assert "nothing was billed or asked" in found._repr_html_()


@pytest.mark.parametrize(
    ("start", "end"), [("yesterday", None), (20261101, None), ("2026-11-02", "2026-11-01")]
)
def test_what_are_no_days_is_refused(start: Any, end: Any) -> None:
    """Days are written out, and the first comes first."""
    with pytest.raises(InputError):
        billing.days(start, end)


def test_both_days_are_included() -> None:
    """The last day is part of what is asked for; without one it is today."""
    assert billing.days("2026-11-01", dt.date(2026, 11, 3)) == (DAY, dt.date(2026, 11, 3))
    assert billing.days("2026-11-01", None)[1] >= DAY


def test_a_day_to_come_is_called_so() -> None:
    """A start in the future is named as that: nobody gave an end to turn round."""
    with pytest.raises(InputError, match="start is 2999-01-01, which is still to come"):
        billing.days("2999-01-01", None)
