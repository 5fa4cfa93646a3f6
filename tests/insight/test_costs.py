"""The log and the cost table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.errors import InputError
from imagelab.insight.costs import COLUMNS, costs, log_frame

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
