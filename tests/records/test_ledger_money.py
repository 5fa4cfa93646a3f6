from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from imagelab.errors import BudgetError, RecordError
from imagelab.records.ledger import Ledger, Outcome, Purse
from imagelab.request import Generation
from tests.records.rows import DONE, FAILED, HOLD, UNKNOWN, at_once, held, intent, purse

# --- budget ---------------------------------------------------------------------------------


def test_64_threads_hold_no_more_than_fits(ledger: Ledger) -> None:
    """With a budget for exactly three, three of 64 threads hold and the others are told why."""

    def ask(number: int) -> bool:
        try:
            return ledger.hold(intent(f"fox {number}"), 3 * HOLD)[1]
        except BudgetError:
            return False

    assert sum(at_once(64, ask)) == 3
    assert purse(ledger).held == 3 * HOLD
    assert len(ledger.rows()) == 3


def test_ledgers_share_one_budget(path: Path) -> None:
    """Several open ledgers on one file hold together no more than fits."""

    def ask(number: int) -> bool:
        try:
            return ledgers[number % 4].hold(intent(f"fox {number}"), 3 * HOLD)[1]
        except BudgetError:
            return False

    with contextlib.ExitStack() as stack:
        ledgers = [stack.enter_context(contextlib.closing(Ledger(path))) for _ in range(4)]
        assert sum(at_once(32, ask)) == 3
        assert purse(ledgers[0]).held == 3 * HOLD


def test_summing_the_rows_and_then_inserting_overspends(ledger: Ledger, path: Path) -> None:
    """Why a hold locks the purse: threads that each sum first and insert then pass the budget."""
    summed_up = threading.Barrier(8)

    def ask(number: int) -> bool:
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
            query = "SELECT coalesce(sum(hold_nano), 0) FROM generations"
            (taken,) = database.execute(query).fetchone()
            summed_up.wait(20)  # the others sum too, before anybody has inserted
            if taken + HOLD > 3 * HOLD:
                return False
            ledger.hold(intent(f"fox {number}"), budget_nano=None)
            return True

    assert sum(at_once(8, ask)) == 8
    assert purse(ledger).held == 8 * HOLD


@pytest.mark.parametrize("outcome", [DONE, UNKNOWN], ids=lambda one: one.status)
def test_what_is_spent_or_at_risk_counts_in_the_budget(ledger: Ledger, outcome: Outcome) -> None:
    """Money that was spent, or perhaps was, is no longer there to hold."""
    ledger.settle(held(ledger), outcome)
    with pytest.raises(BudgetError):
        ledger.hold(intent("another"), HOLD)


def test_what_was_not_billed_is_there_again(ledger: Ledger) -> None:
    """Money that was held for a request that failed can be held again."""
    ledger.settle(held(ledger), FAILED)
    assert ledger.hold(intent("another"), HOLD)[1]


def test_a_budget_is_passed_by_no_nano_dollar(ledger: Ledger) -> None:
    """A hold that fits to the nano-dollar is made, and one more nano-dollar is too much."""
    with pytest.raises(BudgetError):
        ledger.hold(intent(), HOLD - 1)
    assert ledger.hold(intent(), HOLD)[1]


def test_what_does_not_fit_leaves_no_trace(ledger: Ledger) -> None:
    """A hold that does not fit says what is needed and left, and writes nothing."""
    held(ledger)
    with pytest.raises(BudgetError, match=r"\$0\.011 set aside.*\$0\.0040 of.*\$0\.015.*larger"):
        ledger.hold(intent("another"), 15_000_000)
    assert len(ledger.rows()) == 1
    assert purse(ledger).held == HOLD


def test_what_is_there_needs_no_budget(ledger: Ledger) -> None:
    """A picture that was paid for is found even when nothing of the budget is left."""
    ledger.settle(held(ledger), DONE)
    assert ledger.hold(intent(), 0)[1] is False


def test_real_and_simulated_money_are_two_purses(ledger: Ledger) -> None:
    """Simulated money never counts in the budget of real money, nor the other way round."""
    held(ledger)
    real, ours = ledger.hold(intent(provider="openai", key="v1:real", simulated=False), HOLD)
    assert ours
    ledger.settle(real, DONE)
    assert ledger.purse(simulated=True) == Purse(spent=0, at_risk=0, held=HOLD)
    assert ledger.purse(simulated=False) == Purse(spent=10_945_000, at_risk=0, held=0)


OUTCOMES = st.builds(
    lambda status, billed, cost: Outcome(status=status, billed=billed, cost_nano=cost),
    st.sampled_from(["done", "failed", "refused", "unknown", "spoilt"]),
    st.sampled_from(["yes", "no", "perhaps"]),
    st.none() | st.integers(0, 10**12),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "send", "settle"]),
        st.integers(0, 5),  # which prompt is held, or which row is sent or settled
        st.booleans(),  # simulated
        st.integers(0, 10**12),  # the hold
        OUTCOMES,
    ),
    max_size=25,
)


@given(STEPS)
@settings(deadline=None, max_examples=25, phases=[Phase.explicit, Phase.generate])
def test_the_purse_is_always_the_sum_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    """After any sequence of holds and settlements each purse is the sum over its rows."""
    path = tmp_path_factory.mktemp("any") / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        made: list[Generation] = []
        for step, which, simulated, hold, outcome in steps:
            if step == "hold":
                key = f"v1:{simulated}{which}"
                wanted = intent(key=key, simulated=simulated, hold_nano=hold, fresh=hold % 2 == 0)
                made.append(ledger.hold(wanted)[0])
            elif made and step == "send":
                with contextlib.suppress(RecordError):  # it may have been settled before
                    ledger.sent(made[which % len(made)])
            elif made and step == "settle":
                ledger.settle(made[which % len(made)], outcome)
        for simulated in (True, False):
            rows = [row for row in ledger.rows() if row["simulated"] == simulated]
            assert ledger.purse(simulated=simulated) == summed(rows)


def summed(rows: list[dict[str, Any]]) -> Purse:
    """Add up rows by what they say."""
    settled = [row for row in rows if row["status"] not in ("held", "sent")]
    unpriced = [row for row in settled if row["cost_nano"] is None and row["billed"] != "no"]
    return Purse(
        spent=sum(row["cost_nano"] or 0 for row in settled),
        at_risk=sum(row["hold_nano"] for row in unpriced),
        held=sum(row["hold_nano"] for row in rows if row["status"] in ("held", "sent")),
    )
