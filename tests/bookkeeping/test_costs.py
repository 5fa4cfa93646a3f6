"""The log and the cost table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.bookkeeping.costs import COLUMNS, costs, log_frame
from imagelab.errors import InputError

PLAIN: dict[str, Any] = {
    "id": 1,
    "created_us": 1_700_000_000_000_000,
    "run": 1,
    "prompt": "a fox",
    "sample": 1,
    "take": 1,
    "operation": "generate",
    "provider": "simulator",
    "simulated": True,
    "model": "gpt-image-1",
    "quality": "low",
    "size": "1024x1024",
    "background": None,
    "output_format": None,
    "status": "done",
    "cost_nano": 10_935_000,
    "hold_nano": 12_000_000,
    "quoted_nano": 10_935_000,
    "cost_basis": "list",
    "text_input_tokens": 11,
    "image_input_tokens": 0,
    "image_output_tokens": 272,
    "text_output_tokens": None,
    "seconds": 1.5,
    "attempts": 1,
    "billed": "yes",
    "picture": "ab" * 32,
    "width": 1024,
    "height": 1024,
    "size_bytes": 1000,
    "actual_size": "1024x1024",
    "actual_quality": "low",
    "request_id": "req_1",
    "error": None,
    "note": None,
}


def rows(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Make rows of the ledger, each with some columns changed."""
    return [{**PLAIN, "id": at, **change} for at, change in enumerate(changes, 1)]


def test_an_empty_log_has_all_its_columns() -> None:
    """Before anything is asked, the log has its columns and types and no rows."""
    empty = log_frame([])
    assert list(empty.columns) == list(COLUMNS)
    assert len(empty) == 0


def test_the_log_has_proper_types() -> None:
    """Times are UTC, counts are nullable integers, tiers are ordered categories."""
    log = log_frame(rows({}))
    assert str(log["time"].dt.tz) == "UTC"
    assert log["width"].dtype == "Int64"
    assert log["quality"].cat.ordered
    assert log["cost_usd"].dtype == "Float64"


def test_unknown_money_is_missing() -> None:
    """A cost that nobody knows is NA in the log, never 0."""
    log = log_frame(rows({"cost_nano": None, "billed": "perhaps", "status": "unknown"}))
    assert log["cost_usd"].isna().all()


def test_tiers_sort_by_their_order() -> None:
    """The cost table goes from low to high, not by the alphabet."""
    log = log_frame(rows({"quality": "high"}, {"quality": "low"}, {"quality": "medium"}))
    assert list(costs(log).index) == ["low", "medium", "high"]


def test_the_table_adds_up() -> None:
    """Pictures, dollars, mean and share follow from the rows."""
    log = log_frame(rows({}, {"quality": "high", "cost_nano": 30_000_000}, {}))
    table = costs(log)
    assert table.loc["low", "pictures"] == 2
    assert table.loc["low", "spent_usd"] == pytest.approx(0.02187)
    assert table.loc["high", "mean_usd"] == pytest.approx(0.03)
    assert table["share"].sum() == pytest.approx(1)


def test_simulated_money_is_never_added_to_real() -> None:
    """A log with both kinds gives each its own lines, and shares of its own purse."""
    log = log_frame(rows({}, {"simulated": False}, {"simulated": False}))
    table = costs(log)
    assert table.index.names == ["simulated", "quality"]
    assert table.loc[(True, "low"), "share"] == pytest.approx(1)
    assert table.loc[(False, "low"), "pictures"] == 2


def test_what_was_not_billed_is_not_counted() -> None:
    """A failed request is no picture paid for."""
    log = log_frame(rows({}, {"status": "failed", "billed": "no", "cost_nano": 0}))
    assert costs(log).loc["low", "pictures"] == 1


def test_perhaps_billed_is_counted_as_unknown() -> None:
    """A request that was perhaps billed counts as a picture whose cost is not known."""
    log = log_frame(rows({}, {"status": "unknown", "billed": "perhaps", "cost_nano": None}))
    assert list(costs(log).loc["low", ["pictures", "unknown"]]) == [2, 1]


def test_by_nothing_gives_one_line() -> None:
    """Without a factor the table is the whole."""
    assert list(costs(log_frame(rows({}, {})), None)["pictures"]) == [2]


def test_by_several_gives_their_combinations() -> None:
    """Several factors make one line for each combination that is there."""
    log = log_frame(rows({}, {"model": "gpt-image-2"}, {"quality": "high"}))
    assert len(costs(log, ["model", "quality"])) == 3


def test_a_wrong_column_is_named_with_a_suggestion() -> None:
    """Adding up by a column that is not there says which was meant."""
    with pytest.raises(InputError, match="Did you mean quality"):
        costs(log_frame(rows({})), "qualty")


def test_what_is_no_column_at_all_is_said() -> None:
    """Adding up by a number is an input error."""
    with pytest.raises(InputError, match="not 3"):
        costs(log_frame(rows({})), 3)  # type: ignore[arg-type]


def test_an_order_is_kept() -> None:
    """Columns with an order of their own keep it in the table."""
    log = log_frame(rows({"size": "a"}, {"size": "b"}, {"size": "c"}))
    assert list(costs(log, "size", {"size": ["c", "a", "b"]}).index) == ["c", "a", "b"]


def test_the_log_begins_with_what_people_look_for() -> None:
    """After id and time stand what was asked and came, side by side, and what it cost."""
    asked = ["prompt", "model", "quality", "actual_quality", "size", "actual_size"]
    assert list(COLUMNS)[:11] == ["id", "time", *asked, "status", "cost_usd", "quoted_usd"]


def test_an_empty_log_has_an_empty_table() -> None:
    """Nothing asked, nothing added: the table is empty, with its columns."""
    table = costs(log_frame([]))
    assert list(table.columns) == ["pictures", "spent_usd", "mean_usd", "share", "unknown"]
    assert table.empty


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_spent_equals_the_rows(amounts: list[int]) -> None:
    """Whatever the costs, the table's total is the rows' total."""
    log = log_frame(rows(*({"cost_nano": nano} for nano in amounts)))
    assert float(costs(log)["spent_usd"].sum()) == pytest.approx(sum(amounts) / 1e9)


def test_an_unknown_tier_is_kept() -> None:
    """A tier that the catalogue does not know stays as it was asked."""
    assert list(log_frame(rows({"quality": "ultra"}))["quality"]) == ["ultra"]


def test_the_frame_is_plain() -> None:
    """The table is a DataFrame like any other."""
    assert isinstance(costs(log_frame(rows({}))), pd.DataFrame)


DAY = 86_400_000_000
BEGAN = PLAIN["created_us"]


def test_over_time_there_is_a_line_for_each_day() -> None:
    """Days go down, tiers across, and totals stand on both edges."""
    log = log_frame(rows({}, {}, {"quality": "high", "created_us": BEGAN + 2 * DAY}))
    table = costs(log, over="day")
    assert list(table.index) == ["2023-11-14", "2023-11-16", "total"]
    assert list(table.columns) == ["low", "high", "total"]
    assert float(table.loc["total", "total"]) == pytest.approx(3 * 0.010935)
    assert float(table.loc["2023-11-14", "high"]) == 0


@pytest.mark.parametrize(
    ("over", "name"),
    [
        ("hour", "2023-11-14 22:00"),
        ("day", "2023-11-14"),
        ("week", "2023-W46"),
        ("month", "2023-11"),
    ],
)
def test_spans_are_named_so_that_they_sort(over: Any, name: str) -> None:
    """Hours, days, ISO weeks and months (UTC) have names in the order of time."""
    assert list(costs(log_frame(rows({})), None, over=over, totals=False).index) == [name]


def test_over_time_purses_stand_side_by_side() -> None:
    """Real and simulated money have columns and totals of their own."""
    table = costs(log_frame(rows({}, {"simulated": False}, {"simulated": False})), over="day")
    assert float(table.loc["total", (False, "total")]) == pytest.approx(0.02187)
    assert float(table.loc["total", (True, "total")]) == pytest.approx(0.010935)


def test_over_time_unknown_is_missing_and_nothing_is_zero() -> None:
    """A day whose costs are all unknown has no sum; one without that tier has 0 dollars."""
    lost = {"status": "unknown", "billed": "perhaps", "cost_nano": None, "quality": "high"}
    table = costs(log_frame(rows({}, lost, {"created_us": BEGAN + DAY})), over="day")
    assert pd.isna(table.loc["2023-11-14", "high"])
    assert table.loc["2023-11-15", "high"] == 0
    assert table.attrs["note"] == "1 picture of unknown cost not counted"


def test_a_total_stands_under_the_table_where_it_is_wanted() -> None:
    """``totals=True`` adds a line; its mean is that of all pictures."""
    log = log_frame(rows({}, {"quality": "high", "cost_nano": 30_000_000}, {}))
    table = costs(log, totals=True)
    assert table.loc["total", "pictures"] == 3
    assert float(table.loc["total", "mean_usd"]) == pytest.approx((2 * 0.010935 + 0.03) / 3)
    assert list(costs(log).index) == ["low", "high"]


def test_a_prompt_may_be_called_total() -> None:
    """The total is never mistaken for a prompt of that name."""
    table = costs(log_frame(rows({"prompt": "total"}, {"prompt": "a fox"})), "prompt", totals=True)
    assert dict(table["pictures"]) == {"a fox": 1, "total": 1, "total of all": 2}


def test_settings_left_to_the_provider_are_a_line() -> None:
    """What was not given is a group too: no dollar is lost from the table."""
    table = costs(log_frame(rows({}, {"background": "opaque"})), "background")
    assert dict(table["pictures"]) == {"opaque": 1, "not given": 1}


def test_a_wrong_span_is_said() -> None:
    """Costs over what is no span of time name those there are."""
    with pytest.raises(InputError, match="week"):
        costs(log_frame(rows({})), over="year")  # type: ignore[arg-type]


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 10**9), st.sampled_from(["low", "high"])),
        min_size=1,
        max_size=25,
    )
)
def test_a_table_over_time_adds_up_exactly(made: list[tuple[int, int, str]]) -> None:
    """Whatever was spent when, the edges are the exact sums of the rows."""
    log = log_frame(
        rows(
            *(
                {"created_us": BEGAN + day * DAY, "cost_nano": nano, "quality": tier}
                for day, nano, tier in made
            )
        )
    )
    table = costs(log, over="week")
    assert round(float(table.loc["total", "total"]) * 1e9) == sum(nano for _, nano, _ in made)
    inner = table.drop(index="total").drop(columns="total").sum().sum()
    assert float(inner) == pytest.approx(sum(nano for _, nano, _ in made) / 1e9)
