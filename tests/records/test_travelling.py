"""Rows that travel from one ledger to another."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from imagelab.errors import RecordError
from imagelab.records import travelling
from imagelab.records.ledger import Ledger
from tests.records.rows import DONE, UNKNOWN, held


@pytest.fixture
def rows(ledger: Ledger) -> list[dict[str, Any]]:
    """Two settled rows: one is done, one was perhaps billed."""
    ledger.settle(held(ledger), DONE)
    ledger.settle(held(ledger, "an owl"), UNKNOWN)
    return ledger.rows()


def test_a_row_arrives_as_it_left(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    """Packed, unpacked and taken over, rows and money are those of the first ledger."""
    with contextlib.closing(Ledger(tmp_path / "other.sqlite")) as other:
        travelling.take_over(other, [travelling.unpacked(travelling.packed(r)) for r in rows])
        arrived, purse = other.rows(), other.purse(simulated=True)
    same = [name for name in rows[0] if name not in travelling.STAYS]
    assert [[row[name] for name in same] for row in arrived] == [
        [row[name] for name in same] for row in rows
    ]
    assert (purse.spent, purse.at_risk, purse.held) == (DONE.cost_nano, 11_000_000, 0)


def test_what_is_of_this_machine_stays(rows: list[dict[str, Any]]) -> None:
    """No owner, lease or run travels."""
    assert not set(travelling.STAYS) & set(travelling.packed(rows[0]))


def test_rows_that_are_there_stay(ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    """Taking the same rows over twice changes nothing."""
    travelling.take_over(ledger, rows)
    assert ledger.rows() == rows


def test_other_rows_are_never_mixed_in(ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    """A number that means another picture here is an error, and nothing is written."""
    strangers = [{**rows[0], "key": "v1:other"}]
    with pytest.raises(RecordError, match="empty folder"):
        travelling.take_over(ledger, strangers)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", None),
        ("id", "1"),
        ("cost_nano", 1.5),
        ("simulated", 1),
        ("prompt", 3),
        ("take", True),
    ],
)
def test_a_value_of_another_kind_is_refused(
    column: str, value: object, rows: list[dict[str, Any]]
) -> None:
    """What a column cannot hold is named."""
    with pytest.raises(ValueError, match=column):
        travelling.unpacked({**travelling.packed(rows[0]), column: value})
