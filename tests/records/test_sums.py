"""A purse added up by day, model and tier."""

from __future__ import annotations

from imagelab.bookkeeping import purse as shown
from imagelab.records.ledger import Ledger
from imagelab.records.sums import sums
from tests.records.rows import DONE, FAILED, HOLD, UNKNOWN, held, purse


def test_lines_add_up_to_the_purse(ledger: Ledger) -> None:
    """Done, perhaps billed, under way and failed: their lines are what the purse holds."""
    for prompt, outcome in (("a", DONE), ("b", UNKNOWN), ("c", FAILED), ("d", None)):
        row = held(ledger, prompt)
        if outcome is not None:
            ledger.settle(row, outcome)
    lines = sums(ledger, simulated=True)
    whole = purse(ledger)
    assert (sum(one.spent for one in lines), sum(one.at_risk for one in lines)) == (
        whole.spent,
        whole.at_risk,
    )
    assert sum(one.held for one in lines) == whole.held == HOLD
    assert [(one.model, one.quality, one.pictures) for one in lines] == [("gpt-image-1", "low", 3)]


def test_the_other_purse_is_not_touched(ledger: Ledger) -> None:
    """Simulated rows are in no sum of real money."""
    held(ledger)
    assert sums(ledger, simulated=False) == []


def test_what_is_left_is_never_below_nothing(ledger: Ledger) -> None:
    """A bill above the budget leaves nothing, and unknown is empty where there is no budget."""
    ledger.settle(held(ledger), DONE)
    told = shown.figures(purse(ledger), 5_000_000, simulated=True)
    assert (told["left"], told["left_usd"], told["parts"]["spent"]) == ("$0", 0.0, 1.0)
    free = shown.figures(purse(ledger), None, simulated=True)
    assert (free["left"], free["left_usd"], free["budget"]) == ("", None, "")


def test_tables_are_by_tier_model_and_day(ledger: Ledger) -> None:
    """Each table has its lines with pictures, dollars and their share of the largest."""
    ledger.settle(held(ledger), DONE)
    told = shown.tables(sums(ledger, simulated=True))
    assert {name: [line["name"] for line in told[name]] for name in ("quality", "model")} == {
        "quality": ["low"],
        "model": ["gpt-image-1"],
    }
    assert told["day"][0]["name"].startswith("20")
    assert (told["quality"][0]["spent"], told["quality"][0]["share"]) == ("$0.011", 1.0)
