from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from imagelab.records.ledger import Ledger, Purse
from imagelab.request import Status
from tests.records.rows import HOLD, held, purse

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
    with contextlib.closing(sqlite3.connect(path)) as elsewhere, elsewhere:
        elsewhere.execute("UPDATE generations SET owner = 'another-host/1/1'")
    with contextlib.closing(Ledger(path)) as second:
        assert second.generation(generation.id).status == expected
