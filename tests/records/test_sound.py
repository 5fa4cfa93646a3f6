from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger
from imagelab.records.schema import generations
from tests.records.rows import DONE, held, intent

COLUMNS = [column.name for column in generations.columns if column.name not in ("id", "simulated")]
"""The database's own layer reads whatever stands in ``simulated`` as true or false."""

NUMBERS = ["sample", "width", "seconds", "cost_nano", "hold_nano", "created_us"]
PICTURES = ["images", "mask", "markup"]
MAPPINGS = ["svg", "extra"]


def edit(path: Path, column: str, value: Any) -> None:
    """Change a cell by hand, as somebody with an editor for databases would."""
    with closing(sqlite3.connect(path)) as editor, editor:
        editor.execute(f"UPDATE generations SET {column} = ?", (value,))  # noqa: S608 - ours


def refuse(ledger: Ledger, column: str) -> None:
    """Check that the ledger's one row is told to be damaged, by its number and this column."""
    with pytest.raises(RecordError, match=rf"damaged: generation 1 has .*{column}.*backup"):
        ledger.rows()


@pytest.fixture
def ledger(path: Path, ledger: Ledger) -> Ledger:
    """A ledger with one picture."""
    ledger.settle(held(ledger), DONE)
    return ledger


def test_what_was_written_is_sound(ledger: Ledger) -> None:
    """A row that nobody touched reads as it was written."""
    assert ledger.rows()[0]["cost_nano"] == DONE.cost_nano


@pytest.mark.parametrize("column", COLUMNS)
def test_bytes_in_a_cell_are_a_clear_error(ledger: Ledger, path: Path, column: str) -> None:
    """Bytes stand in no column: the error names the row, the column and a backup."""
    edit(path, column, b"\xff\xfe")
    refuse(ledger, column)


@pytest.mark.parametrize("column", NUMBERS)
def test_words_where_a_number_belongs_are_a_clear_error(
    ledger: Ledger, path: Path, column: str
) -> None:
    """Text in a column of numbers is told, and is no TypeError from some sum."""
    edit(path, column, "x")
    refuse(ledger, column)


@pytest.mark.parametrize("column", ["cost_nano", "hold_nano", "created_us", "sample"])
def test_a_fraction_of_the_smallest_amount_is_a_clear_error(
    ledger: Ledger, path: Path, column: str
) -> None:
    """Money, times and counts are whole numbers."""
    edit(path, column, 1.5)
    refuse(ledger, column)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((column, value) for column in [*PICTURES, *MAPPINGS, "parents"] for value in ("x", "5")),
        *((column, value) for column in PICTURES for value in ("[5]", '{"sha256": "x"}')),
        *((column, "[5]") for column in MAPPINGS),
        ("parents", '["x"]'),
        ("parents", '{"sha256": "x"}'),
    ],
)
def test_what_no_request_ever_wrote_is_a_clear_error(
    ledger: Ledger, path: Path, column: str, value: str
) -> None:
    """What is no JSON, or JSON of another shape, is told, and is no error of the parser."""
    edit(path, column, value)
    with pytest.raises(RecordError, match="damaged: generation 1 has"):
        ledger.rows()


@pytest.mark.parametrize("moment", [-1, 2**62])
def test_a_time_that_no_calendar_has_is_a_clear_error(
    ledger: Ledger, path: Path, moment: int
) -> None:
    """A row from before 1970 or after the year 9999 is told."""
    edit(path, "created_us", moment)
    refuse(ledger, "created_us")


def test_a_damaged_row_is_found_beside_sound_ones(ledger: Ledger, path: Path) -> None:
    """Rows that are alike are looked at once; a damaged one among them is told all the same."""
    for number in range(3):
        ledger.settle(held(ledger, f"owl {number}"), DONE)
    assert len(ledger.rows()) == 4
    with closing(sqlite3.connect(path)) as editor, editor:
        editor.execute("UPDATE generations SET cost_nano = 'x' WHERE id = 3")
    with pytest.raises(RecordError, match="generation 3 has 'x' where cost_nano"):
        ledger.rows()


def test_a_damaged_row_is_never_paid_again(ledger: Ledger, path: Path) -> None:
    """Asking for the picture of a damaged row is the same error: nothing is held or sent."""
    edit(path, "cost_nano", "x")
    with pytest.raises(RecordError, match="damaged"):
        ledger.hold(intent())
    with closing(sqlite3.connect(path)) as reader:
        assert reader.execute("SELECT count(*) FROM generations").fetchone() == (1,)


def test_costs_that_no_purse_holds_are_a_clear_error(ledger: Ledger, path: Path) -> None:
    """A sum of costs beyond what the database can write is told, and is no OverflowError."""
    ledger.settle(held(ledger, "an owl"), DONE)
    edit(path, "cost_nano", 2**62)
    with pytest.raises(RecordError, match=r"damaged.*backup"):
        ledger.mend_purse()
