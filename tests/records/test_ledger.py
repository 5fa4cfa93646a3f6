from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

import pytest

from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger, Outcome, Purse
from imagelab.request import Usage
from tests.records.rows import (
    DONE,
    FAILED,
    HOLD,
    REFUSED,
    REFUSED_LATE,
    SPOILT,
    UNKNOWN,
    UNPRICED,
    at_once,
    held,
    intent,
    purse,
)
from tests.sessions import fox

# --- the way of one row ---------------------------------------------------------------------


def test_a_hold_is_a_row_and_money_set_aside(ledger: Ledger) -> None:
    """Holding writes a row that says held and sets exactly its money aside."""
    generation = held(ledger)
    assert (generation.status, generation.hold_nano, generation.take) == ("held", HOLD, 1)
    assert purse(ledger) == Purse(spent=0, at_risk=0, held=HOLD)


def test_what_hold_returns_is_what_is_written(ledger: Ledger) -> None:
    """The row that hold returns is the row that is read again."""
    generation = held(ledger, run=3, fresh=True)
    assert ledger.generation(generation.id) == generation


def test_sending_is_written_down(ledger: Ledger) -> None:
    """A row that is being sent says so, and its money stays held."""
    generation = held(ledger)
    ledger.sent(generation)
    assert ledger.generation(generation.id).status == "sent"
    assert purse(ledger).held == HOLD


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (DONE, Purse(spent=10_945_000, at_risk=0, held=0)),
        (FAILED, Purse(spent=0, at_risk=0, held=0)),
        (UNKNOWN, Purse(spent=0, at_risk=HOLD, held=0)),
        (REFUSED, Purse(spent=0, at_risk=0, held=0)),
        (REFUSED_LATE, Purse(spent=0, at_risk=HOLD, held=0)),
        (SPOILT, Purse(spent=10_945_000, at_risk=0, held=0)),
        (UNPRICED, Purse(spent=0, at_risk=HOLD, held=0)),
    ],
    ids=["done", "failed", "unknown", "refused", "refused late", "spoilt", "unpriced"],
)
def test_settling_moves_the_money_where_it_belongs(
    ledger: Ledger, outcome: Outcome, expected: Purse
) -> None:
    """A cost is spent, what is perhaps billed is at risk in full, what is not billed is free."""
    generation = held(ledger)
    ledger.sent(generation)
    settled = ledger.settle(generation, outcome)
    assert (settled.status, settled.billed) == (outcome.status, outcome.billed)
    assert purse(ledger) == expected


def test_a_bill_above_its_hold_is_recorded_as_it_is(ledger: Ledger) -> None:
    """A cost that passes what was held is spent in full."""
    ledger.settle(held(ledger), Outcome(status="done", billed="yes", cost_nano=3 * HOLD))
    assert purse(ledger) == Purse(spent=3 * HOLD, at_risk=0, held=0)


def test_the_highest_bill_above_its_hold_is_remembered(ledger: Ledger) -> None:
    """The dearest bill that passed its hold is held for requests of the same settings."""
    assert ledger.raised(intent()) == HOLD
    for prompt, cost in [("one", 2 * HOLD), ("two", 3 * HOLD), ("three", HOLD // 2)]:
        ledger.settle(held(ledger, prompt), Outcome(status="done", billed="yes", cost_nano=cost))
    assert ledger.raised(intent("another")) == held(ledger, "another").hold_nano == 3 * HOLD
    high = fox(quality="high")
    assert held(ledger, request=high, key=high.key("simulator")).hold_nano == HOLD


def test_a_row_is_settled_once(ledger: Ledger) -> None:
    """What a row says in the end stays, and its money moves once."""
    generation = held(ledger)
    ledger.settle(generation, DONE)
    again = ledger.settle(generation, UNKNOWN)
    assert again.status == "done"
    assert purse(ledger) == Purse(spent=10_945_000, at_risk=0, held=0)


def test_a_settled_row_is_not_sent_again(ledger: Ledger) -> None:
    """A row that was settled stays settled, even if somebody says late that it is being sent."""
    generation = held(ledger)
    ledger.settle(generation, FAILED)
    with contextlib.suppress(RecordError):
        ledger.sent(generation)
    assert ledger.generation(generation.id).status == "failed"


def test_every_fact_of_an_outcome_is_kept(ledger: Ledger) -> None:
    """Whatever an outcome tells is read again from the row."""
    outcome = Outcome(
        status="done",
        billed="yes",
        cost_nano=1,
        price="openai/gpt-image-1/standard@2025-04-23",
        usage=Usage(text_input_tokens=1, image_output_tokens=5),
        raw_usage='{"input_tokens": 1}',
        seconds=1.5,
        attempts=2,
        picture="d" * 64,
        width=10,
        height=20,
        size_bytes=30,
        actual_size="10x20",
        actual_quality="low",
        actual_background="opaque",
        actual_format="png",
        request_id="req_1",
        error="none",
        error_kind="X",
        note="a note",
    )
    settled = ledger.settle(held(ledger), outcome)
    kept = {name: getattr(settled, name) for name in vars(outcome)}
    assert kept == vars(outcome)


def test_a_row_remembers_its_request(ledger: Ledger) -> None:
    """The request of a row is the one that was asked, setting for setting."""
    request = fox(background="opaque", output_format="webp", output_compression=50)
    generation, _ = ledger.hold(intent(request=request, key=request.key("simulator")))
    found = ledger.generation(generation.id)
    assert found.request == request
    assert found.request.key("simulator") == found.key


def test_a_row_that_is_not_there_is_a_clear_error(ledger: Ledger) -> None:
    """Reading a row that does not exist is a RecordError with its number."""
    with pytest.raises(RecordError, match="99"):
        ledger.generation(99)


def test_what_is_no_longer_held_may_not_be_sent(ledger: Ledger) -> None:
    """Saying that a settled row is being sent is a RecordError: who hears it must not send."""
    generation = held(ledger)
    ledger.settle(generation, FAILED)
    with pytest.raises(RecordError, match="no longer held"):
        ledger.sent(generation)


def test_a_row_is_sent_once(ledger: Ledger) -> None:
    """Of two that say they send the same row, one hears that it must not."""
    generation = held(ledger)
    ledger.sent(generation)
    with pytest.raises(RecordError):
        ledger.sent(generation)


@pytest.mark.parametrize("words", ["half a letter \ud800", "nothing \x00 in between"], ids=ascii)
def test_whatever_a_provider_said_can_be_written_down(ledger: Ledger, words: str) -> None:
    """An error's words are written down even if they are no clean text."""
    settled = ledger.settle(
        held(ledger), Outcome(status="failed", billed="no", cost_nano=0, error=words)
    )
    assert settled.status == "failed"
    assert settled.error is not None


# --- identity -------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [DONE, UNKNOWN, REFUSED, SPOILT], ids=lambda one: one.status)
def test_what_was_asked_is_not_asked_again(ledger: Ledger, outcome: Outcome) -> None:
    """A row that was, or perhaps was, paid for is found again: it is not ours to send."""
    first = ledger.settle(held(ledger), outcome)
    found, ours = ledger.hold(intent())
    assert (found, ours) == (first, False)
    assert len(ledger.rows()) == 1


def test_a_failed_row_does_not_block_asking_again(ledger: Ledger) -> None:
    """What surely cost nothing may be asked again, and the failure stays a row."""
    ledger.settle(held(ledger), FAILED)
    again = held(ledger)
    assert (again.take, len(ledger.rows())) == (1, 2)


def test_a_request_in_flight_is_not_asked_twice(ledger: Ledger) -> None:
    """A row that is held or sent is found by who asks for the same."""
    generation = held(ledger)
    ledger.sent(generation)
    found, ours = ledger.hold(intent())
    assert (found.id, found.status, ours) == (generation.id, "sent", False)


def test_fresh_makes_the_next_take(ledger: Ledger) -> None:
    """Asking afresh makes the next take, each time."""
    takes = []
    for _ in range(3):
        generation = held(ledger, fresh=True)
        ledger.settle(generation, DONE)
        takes.append(generation.take)
    assert takes == [1, 2, 3]


def test_find_returns_the_newest_take(ledger: Ledger) -> None:
    """Of several takes the newest is found, and a failed one is not counted."""
    for outcome in (DONE, SPOILT, FAILED):
        ledger.settle(held(ledger, fresh=True), outcome)
    identity = (intent().key, 1)
    found = ledger.find([identity])[identity]
    assert (found.take, found.status) == (2, "spoilt")


def test_samples_are_separate(ledger: Ledger) -> None:
    """Each sample of a request is a row of its own and is found by its number."""
    rows = {number: held(ledger, sample=number) for number in (1, 2, 3)}
    key = intent().key
    found = ledger.find([(key, 1), (key, 3), (key, 4)])
    assert {at: one.id for at, one in found.items()} == {
        (key, 1): rows[1].id,
        (key, 3): rows[3].id,
    }


def test_many_are_found_at_once(ledger: Ledger) -> None:
    """Looking for more identities than one query takes finds those that are there."""
    known = held(ledger)
    wanted = [(f"v1:{number:064}", 1) for number in range(2500)]
    assert ledger.find([*wanted, (known.key, 1)]) == {(known.key, 1): known}


def test_rows_of_some_numbers_are_read_oldest_first(ledger: Ledger) -> None:
    """Rows are read oldest first, all or those of some numbers, each once."""
    ids = [held(ledger, f"fox {number}").id for number in range(5)]
    assert [row["id"] for row in ledger.rows()] == ids
    assert [row["id"] for row in ledger.rows([ids[3], ids[1], ids[3], 99])] == [ids[1], ids[3]]
    assert ledger.rows([]) == []


def test_pictures_of_a_request_are_counted(ledger: Ledger) -> None:
    """Every picture that a request brought counts, over takes and samples; failures do not."""
    ledger.settle(held(ledger), DONE)
    ledger.settle(held(ledger, sample=2), FAILED)
    ledger.settle(held(ledger, fresh=True), DONE)
    held(ledger, sample=3)
    assert ledger.pictures_of(intent().key) == 2


def test_threads_that_ask_for_the_same_make_one_row(ledger: Ledger) -> None:
    """Of many threads that ask for the same picture at once, one sends and all see its row."""
    answers = at_once(16, lambda _: ledger.hold(intent()))
    assert sum(ours for _, ours in answers) == 1
    assert len({generation.id for generation, _ in answers}) == len(ledger.rows()) == 1
    assert purse(ledger).held == HOLD


def test_ledgers_that_ask_for_the_same_make_one_row(path: Path) -> None:
    """Of several open ledgers on one file that ask for the same at once, one sends."""
    with contextlib.ExitStack() as stack:
        ledgers = [stack.enter_context(contextlib.closing(Ledger(path))) for _ in range(4)]
        answers = at_once(16, lambda number: ledgers[number % 4].hold(intent()))
        assert sum(ours for _, ours in answers) == 1
        assert purse(ledgers[0]).held == HOLD


# --- reopening ------------------------------------------------------------------------------


def test_rows_and_money_survive_reopening(path: Path) -> None:
    """What was written is there when the ledger is opened again."""
    with contextlib.closing(Ledger(path)) as first:
        settled = first.settle(held(first), DONE)
    with contextlib.closing(Ledger(path)) as second:
        assert second.generation(settled.id) == settled
        assert purse(second) == Purse(spent=10_945_000, at_risk=0, held=0)


def test_two_ledgers_on_one_file_see_the_same(path: Path) -> None:
    """What one open ledger writes, another on the same file reads."""
    with contextlib.closing(Ledger(path)) as one, contextlib.closing(Ledger(path)) as other:
        generation = held(one)
        assert other.generation(generation.id) == generation
        other.settle(generation, DONE)
        assert one.generation(generation.id).status == "done"
        assert purse(one) == purse(other)


def test_rows_know_where_their_pictures_are(path: Path, tmp_path: Path) -> None:
    """A row read from the ledger finds its picture through the loader that the ledger was given."""
    with contextlib.closing(Ledger(path, loader=lambda name: tmp_path / name)) as ledger:
        settled = ledger.settle(held(ledger), DONE)
        assert settled.path == tmp_path / ("a" * 64)


def test_times_are_utc(ledger: Ledger) -> None:
    """A row's time is when it was made, in UTC."""
    before = time.time() - 1
    generation = held(ledger)
    assert generation.time.utcoffset() is not None
    assert before <= generation.time.timestamp() <= time.time() + 1


# --- runs -----------------------------------------------------------------------------------


def test_runs_are_numbered(ledger: Ledger) -> None:
    """Each run gets a number of its own."""
    numbers = [ledger.begin_run("simulator", simulated=True, pictures=2) for _ in range(3)]
    assert len(set(numbers)) == 3


def test_cells_of_a_run_are_written_down(ledger: Ledger, path: Path) -> None:
    """The cells of a run say where they stand, what varies there and where it came from."""
    run = ledger.begin_run("simulator", simulated=True, pictures=2)
    generation = held(ledger)
    ledger.record_cells(
        run,
        [
            (0, {"quality": "low"}, generation.id, "sent"),
            (1, {"quality": "low", "x": "é"}, generation.id, "ledger"),
        ],
    )
    ledger.record_cells(run, [])
    with contextlib.closing(sqlite3.connect(path)) as reader:
        rows = reader.execute(
            "SELECT position, json_extract(factors, '$.x'), generation, came FROM run_cells"
        ).fetchall()
    assert rows == [(0, None, generation.id, "sent"), (1, "é", generation.id, "ledger")]
