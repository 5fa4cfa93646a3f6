"""Stars and remarks: kept beside the rows, for ever."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from imagelab.errors import InputError
from imagelab.records import notes
from imagelab.records.ledger import Ledger
from imagelab.records.notes import Note
from tests.records.rows import held


def test_a_note_is_read_as_it_was_kept(ledger: Ledger) -> None:
    """A star and a remark come back, and what has no note is left out."""
    first, second = held(ledger), held(ledger, "an owl")
    notes.keep(ledger, first.id, Note(True, "the best fur, \x00 and ½"))
    found = notes.read(ledger, [first.id, second.id])
    assert found == {first.id: Note(True, "the best fur, ? and ½")}


def test_a_later_note_stands_in_place_of_an_earlier_one(ledger: Ledger) -> None:
    """There is one note to a picture: the newest."""
    row = held(ledger)
    notes.keep(ledger, row.id, Note(True, "good"))
    notes.keep(ledger, row.id, Note(False, "not so good"))
    assert notes.read(ledger, [row.id]) == {row.id: Note(False, "not so good")}


def test_rows_carry_their_notes(ledger: Ledger) -> None:
    """The rows that the log is made of say the star and the remark; others say neither."""
    first, _ = held(ledger), held(ledger, "an owl")
    notes.keep(ledger, first.id, Note(True, "good"))
    assert [(row["star"], row["remark"]) for row in ledger.rows()] == [(True, "good"), (None, None)]


def test_a_note_of_nothing_is_refused(ledger: Ledger) -> None:
    """A number that no generation has cannot be noted of, and nothing is kept."""
    with pytest.raises(InputError, match="no generation 99"):
        notes.keep(ledger, 99, Note(True))
    assert notes.read(ledger, [99]) == {}


def test_notes_from_elsewhere_stand_where_none_is(ledger: Ledger) -> None:
    """What was noted here stays, one that was taken back too; the rest is kept as it came."""
    mine, taken_back, new = held(ledger), held(ledger, "an owl"), held(ledger, "a cat")
    notes.keep(ledger, mine.id, Note(True, "mine"))
    notes.keep(ledger, taken_back.id, Note())
    rows = (mine.id, taken_back.id, new.id)
    notes.take_over(ledger, dict.fromkeys(rows, Note(True, "theirs")))
    assert list(notes.read(ledger, rows).values()) == [
        Note(True, "mine"),
        Note(),
        Note(True, "theirs"),
    ]


@pytest.mark.parametrize("wrong", [{"star": "yes"}, {"remark": 5}, {"remark": "x" * 10_001}])
def test_what_is_no_note_is_refused(wrong: dict[str, object]) -> None:
    """A star is a truth value and a remark a text that a person would write."""
    with pytest.raises(InputError):
        Note(**wrong)  # type: ignore[arg-type]


def test_an_older_ledger_grows_its_notes(path: Path) -> None:
    """A ledger of the first version takes stars once it has been opened."""
    with contextlib.closing(Ledger(path)) as first:
        row = held(first)
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TABLE notes")
        raw.execute("UPDATE schema_version SET version = 1")
    with contextlib.closing(Ledger(path)) as grown:
        notes.keep(grown, row.id, Note(True))
        assert notes.read(grown, [row.id]) == {row.id: Note(True)}


def test_rows_say_whether_anybody_looked(ledger: Ledger) -> None:
    """Looking again is no news, and what is not in the ledger is not asked about."""
    first, _ = held(ledger), held(ledger, "an owl")
    for _ in range(2):
        notes.look_at(ledger, [first.id])
    assert [row["looked_at"] for row in ledger.rows()] == [True, False]


def test_a_ledger_that_cannot_be_written_hides_no_picture(ledger: Ledger) -> None:
    """Where the look cannot be noted, it is not, and whoever looks sees the picture."""
    row = held(ledger)
    with contextlib.closing(sqlite3.connect(ledger.path)) as raw, raw:
        raw.execute("DROP TABLE looks")
    notes.look_at(ledger, [row.id])
    assert row.status == "held"
