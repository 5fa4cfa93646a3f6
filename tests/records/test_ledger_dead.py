from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger, Purse
from imagelab.records.rows import columns_of_the_dead, now_us, row_of
from imagelab.request import Generation, Status
from tests.records.rows import DONE, HOLD, UNKNOWN, held, intent, purse

LEFT_OPEN = """
import sys, time
from pathlib import Path
from imagelab.records.ledger import Ledger
from tests.records.rows import DONE, held
ledger = Ledger(Path(sys.argv[1]))
held(ledger, "held")
ledger.sent(held(ledger, "sent"))
ledger.settle(held(ledger, "done"), DONE)
real = held(ledger, "real", simulated=False, provider="openai")
ledger.sent(real)
print("ready", flush=True)
time.sleep(600)
"""


def leave_open_and_die(path: Path) -> None:
    """Let a process hold, send and settle, and kill it without warning."""
    with subprocess.Popen(
        [sys.executable, "-c", LEFT_OPEN, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.kill()


def set_owner(path: Path, name: str) -> None:
    """Write another owner on every row."""
    with contextlib.closing(sqlite3.connect(path)) as elsewhere, elsewhere:
        elsewhere.execute("UPDATE generations SET owner = ?", (name,))


def test_what_a_killed_process_left_is_settled(path: Path) -> None:
    """Of a killed process, what was sent is perhaps billed and what was only held is not."""
    leave_open_and_die(path)
    with contextlib.closing(Ledger(path)) as ledger:
        found = {row["prompt"]: (row["status"], row["billed"]) for row in ledger.rows()}
    assert found == {
        "held": ("failed", "no"),
        "sent": ("unknown", "perhaps"),
        "done": ("done", "yes"),
        "real": ("unknown", "perhaps"),
    }


def test_the_money_of_a_killed_process_is_where_it_belongs(path: Path) -> None:
    """Of a killed process nothing stays held: what was sent is at risk, the rest is free."""
    leave_open_and_die(path)
    with contextlib.closing(Ledger(path)) as ledger:
        assert purse(ledger) == Purse(spent=10_945_000, at_risk=HOLD, held=0)
        assert ledger.purse(simulated=False) == Purse(spent=0, at_risk=HOLD, held=0)


def test_what_a_killed_process_left_is_settled_once(path: Path) -> None:
    """Opening the ledger again and again moves the money of the dead once."""
    leave_open_and_die(path)
    for _ in range(3):
        with contextlib.closing(Ledger(path)) as ledger:
            assert purse(ledger).at_risk == HOLD


def test_what_a_killed_process_only_held_may_be_asked_again(path: Path) -> None:
    """What a killed process had held and not sent is asked by whoever wants it next."""
    leave_open_and_die(path)
    with contextlib.closing(Ledger(path)) as ledger:
        assert held(ledger, "held").status == "held"


def test_the_money_of_the_dead_is_found_when_it_is_needed(path: Path) -> None:
    """What a process held when it died does not keep an open lab from what fits the budget."""
    with contextlib.closing(Ledger(path)) as ledger:
        leave_open_and_die(path)
        assert purse(ledger).held == 2 * HOLD
        assert ledger.hold(intent("another"), purse(ledger).spent + 2 * HOLD)[1]
        assert purse(ledger) == Purse(spent=10_945_000, at_risk=HOLD, held=HOLD)


def test_an_open_ledger_sees_that_somebody_died(path: Path) -> None:
    """What a process had held when it died is no longer in flight for who has the ledger open."""
    with contextlib.closing(Ledger(path)) as ledger:
        leave_open_and_die(path)
        rows = {row["prompt"]: row["id"] for row in ledger.rows()}
        assert not ledger.in_flight(rows["sent"])
        assert ledger.hold(intent("held"))[1]
        found, ours = ledger.hold(intent("sent"))
        assert (found.status, ours) == ("unknown", False)


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "lost"])
@pytest.mark.parametrize(
    ("kind", "out", "billed"),
    [(None, None, "yes"), ("SpoiltError", 272, "yes"), ("SpoiltError", None, "perhaps")],
    ids=["picture", "counted", "garbage"],
)
def test_an_answer_of_the_dead_was_billed_if_a_picture_came_or_was_counted(
    kept: bool, kind: str | None, out: int | None, billed: str
) -> None:
    """Garbage that a killed process had taken in is on the bill perhaps, as if it had lived."""
    told = {"status": "sent", "picture": "b" * 64, "error_kind": kind, "image_output_tokens": out}
    found = columns_of_the_dead({**row_of(intent(), 1), **told}, lambda name: kept)
    assert found["billed"] == billed
    assert ("may have been billed" in found.get("error", "")) == (billed == "perhaps" and not kept)


def test_who_comes_back_tells_what_really_became_of_it(path: Path) -> None:
    """A row that was given up in its owner's absence takes the owner's word when it comes."""
    with contextlib.closing(Ledger(path)) as first:
        generation = held(first, lease_seconds=-3600)
        first.sent(generation)
        mine = first.rows()[0]["owner"]
        set_owner(path, "another-host/1/1")
        with contextlib.closing(Ledger(path)) as second:
            assert second.generation(generation.id).status == "unknown"
            assert purse(second) == Purse(spent=0, at_risk=HOLD, held=0)
        set_owner(path, mine)
        assert first.settle(generation, DONE).status == "done"
        assert purse(first) == Purse(spent=10_945_000, at_risk=0, held=0)


@contextlib.contextmanager
def given_up(path: Path) -> Iterator[tuple[Ledger, Generation]]:
    """Give a row that is in flight, and was settled by a kernel elsewhere as left behind."""
    with contextlib.closing(Ledger(path)) as first:
        generation = held(first)
        first.sent(generation)
        with contextlib.closing(sqlite3.connect(path)) as elsewhere, elsewhere:
            elsewhere.execute("UPDATE generations SET owner = 'another-host/1/1', lease_us = 1")
        Ledger(path).close()
        assert first.generation(generation.id).status == "unknown"
        yield first, generation


def test_an_answer_that_comes_after_its_lease_is_taken_in(path: Path) -> None:
    """Whose row was given up has it back when its answer arrives, its money held again."""
    with given_up(path) as (ledger, generation):
        ledger.arrived(generation, DONE)
        row = ledger.generation(generation.id)
        assert (row.status, row.billed, row.picture, row.error) == ("sent", None, "a" * 64, None)
        assert purse(ledger) == Purse(spent=0, at_risk=0, held=HOLD)
        assert ledger.settle(generation, DONE).status == "done"
        assert purse(ledger) == Purse(spent=10_945_000, at_risk=0, held=0)


def test_an_answer_that_comes_after_its_lease_renews_it(path: Path) -> None:
    """Who comes back with an answer is not given up again while it is kept."""
    with given_up(path) as (ledger, generation):
        ledger.arrived(generation, DONE)
        Ledger(path).close()
        assert ledger.generation(generation.id).status == "sent"


def test_who_comes_back_turned_away_may_ask_again(path: Path) -> None:
    """Whose row was given up and who is turned away waits with money held, and asks again."""
    with given_up(path) as (ledger, generation):
        ledger.held_again(generation)
        row = ledger.generation(generation.id)
        assert (row.status, row.billed, row.error_kind) == ("held", None, None)
        assert purse(ledger) == Purse(spent=0, at_risk=0, held=HOLD)
        ledger.sent(generation)


def test_an_answer_to_what_says_its_last_word_is_refused(path: Path) -> None:
    """A row that was settled by who knew is not in flight again, whatever arrives."""
    with contextlib.closing(Ledger(path)) as ledger:
        generation = held(ledger)
        ledger.sent(generation)
        ledger.settle(generation, UNKNOWN)
        for tell in (
            lambda: ledger.arrived(generation, DONE),
            lambda: ledger.held_again(generation),
        ):
            with pytest.raises(RecordError, match="no longer sent"):
                tell()
        assert purse(ledger) == Purse(spent=0, at_risk=HOLD, held=0)


def test_every_step_renews_the_lease(path: Path) -> None:
    """Each word of its owner keeps a row from being given up, and a known wait is added to it."""
    with contextlib.closing(Ledger(path)) as ledger:
        generation = held(ledger, lease_seconds=60.0)
        for step, seconds in [
            (lambda: ledger.sent(generation), 60),
            (lambda: ledger.held_again(generation, 3600.0), 3660),
            (lambda: ledger.sent(generation), 60),
            (lambda: ledger.arrived(generation, DONE), 60),
        ]:
            with contextlib.closing(sqlite3.connect(path)) as elsewhere, elsewhere:
                elsewhere.execute("UPDATE generations SET lease_us = 1")
            before = now_us()
            step()
            (row,) = ledger.rows()
            assert before <= row["lease_us"] - seconds * 1_000_000 <= now_us()


def test_rows_of_a_living_process_are_left_alone_by_another(path: Path) -> None:
    """Another process that opens the ledger settles nothing that this one has in flight."""
    code = (
        "import sys; from pathlib import Path; from imagelab.records.ledger import Ledger;"
        "Ledger(Path(sys.argv[1])).close()"
    )
    with contextlib.closing(Ledger(path)) as ledger:
        generation = held(ledger)
        ledger.sent(generation)
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
        assert ledger.generation(generation.id).status == "sent"


def test_rows_of_a_living_process_are_left_alone(path: Path) -> None:
    """Opening the ledger settles nothing that this process has in flight."""
    with contextlib.closing(Ledger(path)) as first:
        generation = held(first)
        first.sent(generation)
        held(first, "another")
        with contextlib.closing(Ledger(path)) as second:
            assert {row["status"] for row in second.rows()} == {"held", "sent"}
            assert purse(second).held == 2 * HOLD


@pytest.mark.parametrize(
    ("lease_ends_in", "expected"), [(3600, "sent"), (-3600, "unknown")], ids=["not yet", "over"]
)
def test_rows_of_another_host_wait_for_their_lease(
    path: Path, lease_ends_in: int, expected: Status
) -> None:
    """A row of another host is left alone until its lease ends, and is unknown then."""
    with contextlib.closing(Ledger(path)) as first:
        generation = held(first, lease_seconds=lease_ends_in)
        first.sent(generation)
    set_owner(path, "another-host/1/1")
    with contextlib.closing(Ledger(path)) as second:
        assert second.generation(generation.id).status == expected
