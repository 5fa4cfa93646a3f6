"""Rows that travel: written for elsewhere, checked when they come from there, and taken over."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from typing import Any

from imagelab.errors import RecordError
from imagelab.records import sound
from imagelab.records.asking import checked, columns_of
from imagelab.records.ledger import Ledger
from imagelab.records.schema import generations
from imagelab.request import ImageRequest

STAYS = ("owner", "lease_us", "run", "forgotten_us")
"""What is of this ledger, this machine and its processes only."""

COLUMNS = tuple(column for column in generations.columns if column.name not in STAYS)

ELSEWHERE = {"owner": "elsewhere/0/0", "lease_us": 0}


def packed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write the columns of a row that travel; what is missing is absent."""
    found = {column.name: row[column.name] for column in COLUMNS}
    return {name: value for name, value in found.items() if value is not None}


def with_parents_among(row: Mapping[str, Any], there: Container[int]) -> dict[str, Any]:
    """Leave out the parents that do not travel: their numbers mean nothing elsewhere."""
    here = [one for one in json.loads(row["parents"] or "[]") if one in there]
    return {**row, "parents": json.dumps(here) if here else None}


def asked_for(request: ImageRequest) -> dict[str, Any]:
    """Write what a cell without a row asks for, in the columns that its row would have."""
    found = {**columns_of(request), "parents": None}
    return {name: value for name, value in found.items() if value is not None}


def unpacked(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Take a row over, each column of its kind; what is no column of ours is left out.

    Raises:
        ValueError: a value is missing or of another kind; the words name its column.

    """
    found = {column.name: sound.cell(column, raw.get(column.name)) for column in COLUMNS}
    checked(found)
    return {**dict.fromkeys(STAYS), **ELSEWHERE, **found}


def take_over(ledger: Ledger, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows down with the numbers they have; those that are there already stay.

    The purse is counted anew: a copy of the records tells the money that they tell.

    Raises:
        RecordError: the ledger holds other rows under these numbers.

    """
    there = {row["id"]: row for row in ledger.rows()}
    for row in rows:
        same = there.get(row["id"], row)
        if (same["key"], same["picture"]) != (row["key"], row["picture"]):
            raise RecordError(
                f"The ledger {ledger.path} holds another row {row['id']}: name an empty folder."
            )
    fresh = [row for row in rows if row["id"] not in there]
    if fresh:
        with ledger.writing() as connection:
            for row in fresh:
                known = {name: value for name, value in row.items() if value is not None}
                connection.execute(generations.insert().values(**known))
        ledger.mend_purse()
