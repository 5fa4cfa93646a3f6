from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagelab.errors import RecordError
from imagelab.records import engine
from imagelab.records.ledger import Ledger
from tests.records.rows import DONE, held


@contextlib.contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open any SQLite file by hand, and close it."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def snapshot(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def refuse(path: Path, said: str) -> None:
    """Check that a file is refused with these words and left as it is, bit for bit."""
    before = snapshot(path.parent)
    with pytest.raises(RecordError, match=said):
        Ledger(path)
    assert snapshot(path.parent) == before


def test_a_new_ledger_is_empty(tmp_path: Path) -> None:
    """A ledger that is not there yet is made, with no rows and two empty purses."""
    with contextlib.closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
        assert ledger.rows() == []
        assert ledger.purse(simulated=True).taken == ledger.purse(simulated=False).taken == 0


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    """A file of no bytes, as a crash in the first moment leaves it, becomes a ledger."""
    (tmp_path / "ledger.sqlite").touch()
    with contextlib.closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
        assert ledger.rows() == []


@pytest.mark.parametrize("content", [b"my diary\n", b"SQLite format 2\0", b"\0" * 4096], ids=len)
def test_a_foreign_file_is_never_touched(tmp_path: Path, content: bytes) -> None:
    """A file that is no SQLite database is refused and stays as it is."""
    (tmp_path / "ledger.sqlite").write_bytes(content)
    refuse(tmp_path / "ledger.sqlite", "no ledger of imagelab.*another path")


def test_a_foreign_database_is_never_touched(tmp_path: Path) -> None:
    """Somebody else's SQLite database is refused and stays as it is."""
    with database(tmp_path / "ledger.sqlite") as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    refuse(tmp_path / "ledger.sqlite", "recipes.*another path")


@pytest.mark.parametrize("column", ["version INTEGER", "installed_rank INT"])
def test_a_foreign_database_with_a_schema_version_is_never_touched(
    tmp_path: Path, column: str
) -> None:
    """A foreign database is known even if it has a table called schema_version, as many have."""
    with database(tmp_path / "ledger.sqlite") as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.execute(f"CREATE TABLE schema_version ({column})")
        other.execute("INSERT INTO schema_version VALUES (1)")
    refuse(tmp_path / "ledger.sqlite", "another path")


def test_a_foreign_database_with_a_log_is_never_touched(tmp_path: Path) -> None:
    """A foreign database that somebody is writing to is refused, it and its log untouched."""
    with database(tmp_path / "ledger.sqlite") as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE recipes (name TEXT)")
        before = {name: data for name, data in snapshot(tmp_path).items() if "shm" not in name}
        with pytest.raises(RecordError, match="recipes"):
            Ledger(tmp_path / "ledger.sqlite")
        after = {name: data for name, data in snapshot(tmp_path).items() if "shm" not in name}
    assert after == before


def test_a_foreign_database_that_was_killed_while_it_wrote_is_never_touched(
    tmp_path: Path,
) -> None:
    """What its owner's crash left half-written stays for the owner to take back."""
    killed = """
import os, sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("PRAGMA cache_size=1")
other.execute("CREATE TABLE recipes (name TEXT)")
other.execute("BEGIN")
other.executemany("INSERT INTO recipes VALUES (?)", [("pie" * 500,)] * 200)
os.kill(os.getpid(), 9)
"""
    path = tmp_path / "ledger.sqlite"
    subprocess.run([sys.executable, "-c", killed, str(path)], check=False)
    assert (tmp_path / "ledger.sqlite-journal").stat().st_size
    refuse(path, "recipes.*another path")


@pytest.mark.parametrize("name", ["ledger.sqlite", "copy.sqlite"])
def test_a_ledger_of_two_names_is_left_alone(tmp_path: Path, name: str) -> None:
    """A hard-linked ledger is refused by either name: each name would have a log of its own."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    (tmp_path / "copy.sqlite").hardlink_to(path)
    refuse(tmp_path / name, rf"another name.*cp {name} copy; mv copy {name}")


def test_a_copy_in_the_place_of_a_hard_link_is_a_ledger(tmp_path: Path) -> None:
    """The remedy for two names works: what was written is there, and the other name too."""
    path, link, copy = (tmp_path / name for name in ("ledger.sqlite", "backup", "copy"))
    with contextlib.closing(Ledger(path)) as ledger:
        held(ledger)
    link.hardlink_to(path)
    shutil.copy(path, copy)
    copy.replace(path)
    for one in (path, link):
        with contextlib.closing(Ledger(one)) as ledger:
            assert len(ledger.rows()) == 1


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    """A ledger of a newer version is refused with the advice to upgrade, and stays as it is."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    with database(path) as newer:
        newer.execute("UPDATE schema_version SET version = 99")
    refuse(path, "version 99.*Upgrade imagelab")


def test_an_older_ledger_grows_and_keeps_its_rows(tmp_path: Path) -> None:
    """A ledger without a later column and a later table gets both when opened; its rows stay."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        ledger.begin_run("simulator", simulated=True, pictures=3)
    with database(path) as older:
        older.execute("UPDATE schema_version SET version = 0")
        older.execute("ALTER TABLE generations DROP COLUMN note")
        older.execute("DROP TABLE run_cells")
        older.execute("DROP INDEX bills_above_holds")
    with contextlib.closing(Ledger(path)):
        pass
    with database(path) as grown:
        assert "note" in [row[1] for row in grown.execute("PRAGMA table_info(generations)")]
        assert grown.execute("SELECT count(*) FROM run_cells").fetchone() == (0,)
        assert grown.execute("SELECT pictures FROM runs").fetchone() == (3,)
        assert grown.execute("SELECT version FROM schema_version").fetchone() == (engine.VERSION,)
        assert "bills_above_holds" in [
            row[1] for row in grown.execute("PRAGMA index_list(generations)")
        ]


def garbled(where: bytes) -> Callable[[bytes], bytes]:
    """Make what turns the beginning of some words in a file into no text."""
    return lambda whole: whole.replace(where, b"\xba\x90" + where[2:])


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "only half of it is left": lambda whole: whole[: len(whole) // 2],
    "its pages were overwritten": lambda whole: whole[:100] + b"\xa5" * (len(whole) - 100),
    "the names of its tables are no text": garbled(b"generations"),
    "their definitions are no text": garbled(b"NOT NULL"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_ledger_is_a_clear_error(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """A damaged ledger is a RecordError of ours that advises a backup; it stays as it is."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    with pytest.raises(RecordError, match=r"damaged.*backup"):
        Ledger(path)
    assert path.read_bytes() == damaged


def test_a_ledger_without_its_version_is_a_clear_error(tmp_path: Path) -> None:
    """A ledger whose version row is gone is a RecordError, not an error of the database."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    with database(path) as damaged:
        damaged.execute("DELETE FROM schema_version")
    with pytest.raises(RecordError):
        Ledger(path)


@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM purse", "UPDATE purse SET spent_nano = 'x'", "UPDATE purse SET held_nano = 0.5"],
)
def test_a_ledger_with_a_damaged_purse_is_a_clear_error_until_it_is_mended(
    tmp_path: Path, damage: str
) -> None:
    """A purse without its sums is a RecordError that names what mends it; which it does."""
    path = tmp_path / "ledger.sqlite"
    with contextlib.closing(Ledger(path)) as ledger:
        row = held(ledger)
        ledger.settle(row, DONE)
        before = ledger.purse(simulated=True)
        with database(path) as damaged:
            damaged.execute(damage)
        with pytest.raises(RecordError, match=r"damaged.*lab\.check\(\)"):
            ledger.purse(simulated=True)
        assert ledger.mend_purse()
        assert ledger.purse(simulated=True) == before


def test_a_folder_in_the_ledgers_place_is_a_clear_error(tmp_path: Path) -> None:
    """Where the ledger should be there is a folder: a RecordError that names another path."""
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(RecordError, match="another path"):
        Ledger(tmp_path / "ledger.sqlite")


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    """A ledger in a folder that is not there is a RecordError that says it cannot be written."""
    with pytest.raises(RecordError, match="cannot be written"):
        Ledger(tmp_path / "nowhere" / "ledger.sqlite")


@pytest.mark.parametrize("name", ["what?", "100%", "a#b", "two words", "föx", "a&b=c", "x%20y"])
def test_a_folder_of_any_name_holds_its_ledger(tmp_path: Path, name: str) -> None:
    """The ledger is in the folder it was told, whatever the folder's name."""
    folder = tmp_path / name
    folder.mkdir()
    for _ in range(2):  # making it, and finding it again
        Ledger(folder / "ledger.sqlite").close()
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (folder / "ledger.sqlite").stat().st_size > 0


def test_a_ledger_that_one_process_has_to_itself_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a ledger in exclusive use waits as long as it says, and not twice."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    monkeypatch.setattr(engine, "PATIENCE_SECONDS", 0.75)
    with database(path) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE purse SET spent_nano = spent_nano")
        began = time.monotonic()
        with pytest.raises(RecordError, match=r"locked for 0\.75 seconds.*another path"):
            Ledger(path)
        assert 0.5 < time.monotonic() - began < 4
        other.execute("ROLLBACK")


def test_a_ledger_that_stays_locked_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger that another process never lets go of is a RecordError that says so."""
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    monkeypatch.setattr(engine, "PATIENCE_SECONDS", 0.05)
    with database(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match=r"locked.*another path"):
            Ledger(path)
        other.execute("ROLLBACK")


READ_ONLY = """
import os, sys
from pathlib import Path
from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger
from tests.records.rows import DONE, held
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    Ledger(Path(sys.argv[1]))
except RecordError as error:
    print("Make the folder writable" in str(error))
"""


@pytest.mark.parametrize("there", [True, False], ids=["old", "new"])
def test_a_read_only_folder_is_a_clear_error(tmp_path: Path, there: bool) -> None:
    """A ledger that may not be written is a RecordError that says to make the folder writable."""
    folder = tmp_path / "data"
    folder.mkdir()
    path = folder / "ledger.sqlite"
    if there:
        Ledger(path).close()
        path.chmod(0o444)
    folder.chmod(0o555)
    rights = open_above(folder)
    try:
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)
        for one, right in rights.items():
            one.chmod(right)
    assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr


def open_above(folder: Path) -> dict[Path, int]:
    """Let others look into the folders above, which belong to whoever runs the tests alone."""
    above = [one for one in folder.parents if one.name.startswith(("pytest-", "test_"))]
    rights = {one: one.stat().st_mode for one in above}
    for one in rights:
        one.chmod(0o755)
    return rights


KILLED = """
import os, sqlite3, sys
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.execute("PRAGMA user_version = 1")
writer.execute("PRAGMA cache_size=1")
writer.execute("BEGIN IMMEDIATE")
for number in range(60):
    writer.execute(f"CREATE TABLE half_{number} (a)")
os._exit(9)
"""


def test_a_kill_while_the_file_is_made_does_no_harm(path: Path) -> None:
    """What a process had half written when it died is taken back, and a ledger is made of it."""
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert path.with_name(f"{path.name}-journal").exists()
    with contextlib.closing(Ledger(path)) as ledger:
        assert ledger.rows() == []
