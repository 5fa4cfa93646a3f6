"""What the money did: quotes kept, waste, savings and the month to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.bookkeeping.costs import log_frame
from imagelab.bookkeeping.spending import forecast, quoted, savings, waste
from tests.bookkeeping.test_costs import rows

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
UNKNOWN: dict[str, Any] = {"status": "unknown", "billed": "perhaps", "cost_nano": None}
FAILED: dict[str, Any] = {"status": "failed", "billed": "no", "cost_nano": 0}


def at(days_ago: float, **changes: Any) -> dict[str, Any]:
    """Change a row to one of some days ago."""
    moment = NOW - timedelta(days=days_ago)
    return {"created_us": int(moment.timestamp() * 1e6), **changes}


def test_quotes_are_set_against_costs() -> None:
    """Each tier says what was quoted, what was paid, and how far the worst picture passed."""
    log = log_frame(rows({}, {"cost_nano": 21_870_000}, {"quality": "high"}))
    table = quoted(log)
    assert table.loc["low", "quoted_usd"] == pytest.approx(0.02187)
    assert table.loc["low", "difference_usd"] == pytest.approx(0.010935)
    assert table.loc["low", "worst"] == pytest.approx(2)
    assert table.loc["high", "ratio"] == pytest.approx(1)


def test_what_lacks_a_quote_or_a_cost_is_counted_apart() -> None:
    """Pictures without one of the two change no sum."""
    log = log_frame(rows({}, UNKNOWN, {"quoted_nano": None}, FAILED))
    line = quoted(log, None).iloc[0]
    assert (line["pictures"], line["left_out"]) == (1, 2)
    assert line["ratio"] == pytest.approx(1)


def test_waste_is_told_by_reason() -> None:
    """Failed cost nothing; what was perhaps billed has no known cost, and its hold is at risk."""
    log = log_frame(rows({}, FAILED, UNKNOWN, {"status": "spoilt"}))
    table = waste(log)
    assert list(table["pictures"]) == [1, 1, 1]
    lost = table.loc["no whole answer came, perhaps billed"]
    assert pd.isna(lost["spent_usd"])
    assert lost["at_risk_usd"] == pytest.approx(0.012)
    assert table.loc["what came is no picture", "share"] == pytest.approx(0.5)


def test_pictures_without_a_star_are_waste_once_any_has_one() -> None:
    """Where nothing is starred, nobody has chosen yet, and nothing is called waste for it."""
    log = log_frame(rows({}, {}, {}))
    assert waste(log.assign(star=[None, None, None])).empty
    assert list(waste(log.assign(star=[True, None, False]))["pictures"]) == [2]


def test_pictures_that_nobody_looked_at_are_waste_once_any_was() -> None:
    """One that was opened, or starred, is not called unseen; the others are."""
    log = log_frame(rows({}, {}, {})).assign(looked_at=[True, False, False])
    table = waste(log.assign(star=[False, False, False]))
    assert table["pictures"].to_dict() == {"a picture that nobody looked at": 2}
    starred = waste(log.assign(star=[False, True, False]))["pictures"].to_dict()
    assert starred == {"a picture without a star": 1, "a picture that nobody looked at": 1}


def test_savings_count_what_was_not_paid_again() -> None:
    """A cell filled from the ledger saves its picture's cost; so does its twin in one sweep."""
    log = log_frame(rows({}, {"cost_nano": 100_000_000}))
    shown = [(1, 1, "sent"), (1, 1, "sent"), (1, 2, "sent"), (2, 1, "ledger"), (2, 2, "ledger")]
    cells = [dict(zip(("run", "generation", "came"), cell, strict=True)) for cell in shown]
    table = savings(log, cells)
    assert table.loc["from the ledger", "saved_usd"] == pytest.approx(0.110935)
    assert table.loc["shared in one sweep", "saved_usd"] == pytest.approx(0.010935)


def test_a_failure_that_is_shown_again_saves_nothing() -> None:
    """Only pictures that came are savings."""
    log = log_frame(rows(UNKNOWN))
    assert savings(log, [{"run": 1, "generation": 1, "came": "ledger"}]).empty


@pytest.mark.parametrize("made", [quoted, waste, lambda log: savings(log, SHOWN)])
def test_purses_are_never_added(made: Any) -> None:
    """Each table gives real and simulated money lines of their own, and totals too."""
    log = log_frame(rows(UNKNOWN, {**UNKNOWN, "simulated": False}, {}, {"simulated": False}))
    assert made(log).index.names[0] == "simulated"


SHOWN = [{"run": 9, "generation": number, "came": "ledger"} for number in (1, 2, 3, 4)]


def test_totals_add_up_within_a_purse() -> None:
    """A total stands under its own purse only."""
    log = log_frame(rows(UNKNOWN, {**UNKNOWN, "simulated": False}, {**FAILED, "simulated": False}))
    table = waste(log, totals=True)
    assert table.loc[(False, "total"), "pictures"] == 2
    assert table.loc[(True, "total"), "pictures"] == 1


def test_the_forecast_is_so_far_and_the_mean_for_what_is_left() -> None:
    """Ten cents on each of ten days leave the same for each day to the month's end."""
    log = log_frame(rows(*(at(day + 0.5, cost_nano=10**8) for day in range(10))))
    line = forecast(log, NOW).loc["simulated"]
    assert line["month"] == "2026-11"
    assert line["so_far_usd"] == pytest.approx(1.0)
    assert line["per_day_usd"] == pytest.approx(1.0 / 9.5)
    assert line["forecast_usd"] == pytest.approx(1.0 + 14.5 / 9.5)
    assert line["low_usd"] <= line["forecast_usd"] + 0.1
    assert line["high_usd"] >= line["low_usd"]


def test_a_few_days_give_no_range() -> None:
    """With less than a week behind it a forecast does not pretend to know its range."""
    line = forecast(log_frame(rows(at(2), at(0.1))), NOW).loc["simulated"]
    assert pd.isna(line["low_usd"])
    assert line["forecast_usd"] > line["so_far_usd"]


def test_a_forecast_has_a_line_for_each_purse() -> None:
    """Real and simulated months are two months; last month is not this one."""
    log = log_frame(rows(at(1), at(2, simulated=False), at(20, simulated=False)))
    table = forecast(log, NOW)
    assert list(table.index) == ["real", "simulated"]
    assert table.loc["real", "so_far_usd"] == pytest.approx(0.010935)


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(0, 10**9)), max_size=20))
def test_a_forecast_never_falls_below_what_is_spent(spent: list[tuple[float, int]]) -> None:
    """Whatever the days were like, the month's end costs at least what it has cost."""
    table = forecast(log_frame(rows(*(at(ago, cost_nano=nano) for ago, nano in spent))), NOW)
    assert (table["forecast_usd"] >= table["so_far_usd"]).all()
    known = table.dropna(subset=["low_usd"])
    assert (known["low_usd"] >= known["so_far_usd"] - 1e-9).all()


@pytest.mark.parametrize("made", [quoted, waste, lambda log: savings(log, [])])
def test_nothing_asked_is_an_empty_table(made: Any) -> None:
    """Before anything is asked every table is there, and empty."""
    assert made(log_frame([])).empty
    assert forecast(log_frame([]), NOW).empty
