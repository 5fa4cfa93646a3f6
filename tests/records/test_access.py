"""Transactions on one file: beside other processes, and where the file is taken away."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from imagelab.errors import RecordError
from imagelab.records import engine
from imagelab.records.ledger import Ledger
from tests.records.rows import at_once, held, intent

COMES_AND_GOES = """
import sys
from pathlib import Path
from imagelab.records.ledger import Ledger
from tests.records.rows import held
ledger = Ledger(Path(sys.argv[1]))
print(len(ledger.rows()))
ledger.close()
"""


def come_and_go(path: Path) -> int:
    """Open the ledger in another process and close it there; give the rows that it saw."""
    command = [sys.executable, "-c", COMES_AND_GOES, str(path)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_opening_a_ledger_twice_keeps_its_log(tmp_path: Path) -> None:
    """Who opens a second ledger of one path is still there for other processes that leave it."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        held(ledger, "one")
        Ledger(path).close()
        log = engine.log_of(path)
        come_and_go(path)
        assert engine.log_of(path) == log is not None


def test_nothing_is_lost_where_the_log_is_taken_away(tmp_path: Path) -> None:
    """Somebody copies the file in this process, another one takes its log: all sees all."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        held(ledger, "one")
        path.read_bytes()  # SQLite's lock is gone with it
        log = engine.log_of(path)
        assert come_and_go(path) == 1
        assert engine.log_of(path) != log
        held(ledger, "two")
        assert [row["prompt"] for row in ledger.rows()] == ["one", "two"]
        assert come_and_go(path) == 2


def test_what_is_written_to_a_log_that_is_taken_away_is_an_error(tmp_path: Path) -> None:
    """A transaction whose log went while it was open says so, and is not taken for done."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        held(ledger, "one")
        with pytest.raises(RecordError, match="Run it again"), ledger.writing():
            Path(f"{path}-wal").unlink()
        held(ledger, "two")
        assert [row["prompt"] for row in ledger.rows()] == ["one", "two"]


def test_a_ledger_that_was_deleted_takes_nothing_more(tmp_path: Path) -> None:
    """What would be written to a file that is gone is an error, and not lost in silence."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        held(ledger, "one")
        path.unlink()
        with pytest.raises(RecordError, match=r"moved or deleted.*make the lab anew"):
            held(ledger, "two")


def test_a_ledger_that_was_replaced_takes_nothing_more(tmp_path: Path) -> None:
    """Another file in the ledger's place is not taken for it."""
    path = tmp_path / "ledger.sqlite"
    Ledger(tmp_path / "other.sqlite").close()
    with contextlib.closing(Ledger(path)) as ledger:
        held(ledger, "one")
        (tmp_path / "other.sqlite").replace(path)
        with pytest.raises(RecordError, match="moved or deleted"):
            held(ledger, "two")


def test_many_threads_wait_for_a_locked_ledger_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty that wait for it are all told before ten waits are over, and not in turn."""
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setattr(engine, "PATIENCE_SECONDS", 0.3)
    with (
        contextlib.closing(Ledger(path)) as ledger,
        contextlib.closing(
            sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        ) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        letting_go = threading.Timer(3.0, other.execute, ["ROLLBACK"])
        letting_go.start()

        def wait(number: int) -> bool:
            try:
                held(ledger, f"picture {number}")
            except RecordError as error:
                return "locked" in str(error)
            return False

        assert all(at_once(20, wait))
        letting_go.join()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_at_work_is_known_by_every_path(tmp_path: Path, kind: str) -> None:
    """A link to a folder or a ledger leads to the same rows: those in flight are left alone."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as first:
        generation = held(first)
        first.sent(generation)
        link = tmp_path / "link"
        link.symlink_to(path.parent if kind == "folder" else path)
        with contextlib.closing(Ledger(link / path.name if kind == "folder" else link)) as second:
            assert second.in_flight(generation.id)
            assert not second.hold(intent())[1]
            second.let_go(generation)
        assert not first.in_flight(generation.id)


def test_nothing_is_lost_behind_a_link_where_the_log_is_taken_away(tmp_path: Path) -> None:
    """Who opened a ledger by a link to it sees that another process took its log away."""
    path, link = tmp_path / "ledger.sqlite", tmp_path / "link.sqlite"
    Ledger(path).close()
    link.symlink_to(path)
    with contextlib.closing(Ledger(link)) as ledger:
        held(ledger, "one")
        path.read_bytes()  # SQLite's lock is gone with it
        assert come_and_go(path) == 1
        held(ledger, "two")
        assert come_and_go(path) == 2


FORKED = """
import os, sys, threading
from pathlib import Path
from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger
from tests.records.rows import held
ledger = Ledger(Path(sys.argv[1]))
busy, over = threading.Event(), threading.Event()

def write():
    with ledger.writing():
        busy.set()
        over.wait()

writing = threading.Thread(target=write)
writing.start()
busy.wait()
child = os.fork()
if child == 0:
    for use in (ledger.rows, lambda: held(ledger)):
        try:
            use()
        except RecordError as error:
            print("forked" in str(error), flush=True)
    os._exit(0)
os.waitpid(child, 0)
over.set()
writing.join()
print(held(ledger).status)
"""


def test_a_forked_process_is_told_to_open_its_own(path: Path) -> None:
    """What was opened before a fork is refused in the child, at once, and goes on in its parent."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["True", "True", "held"], done.stderr
