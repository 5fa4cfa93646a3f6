"""Forgetting: pictures leave the disk; their rows, and what they cost, stay."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from imagelab.records.asking import pictures_in
from imagelab.records.ledger import Ledger
from imagelab.records.reading import in_parts
from imagelab.records.rows import UNSETTLED, now_us
from imagelab.records.schema import generations
from imagelab.records.store import Store

_STAYS = (*UNSETTLED, "unknown")
"""What is being asked for, and what was perhaps billed: forgotten, it would be asked for again as
if it had never been, and paid twice."""


def forget(ledger: Ledger, store: Store, numbers: Iterable[int]) -> int:
    """Mark rows as forgotten and delete what no other row shows; say how many pictures that were.

    A row that is being asked for, or that was perhaps billed, stays as it is.
    """
    gone = sorted(set(numbers))
    _mark(ledger, gone)
    # Whoever receives a picture names it in a row before it looks whether its file is there.
    # Nobody can do so while this transaction lasts: who did is seen, who will finds no file.
    with ledger.writing() as connection:
        return sum(store.forget(name) for name in _shown_nowhere(connection, gone))


def _mark(ledger: Ledger, numbers: list[int]) -> None:
    column = generations.c
    with ledger.writing() as connection:
        for some in in_parts(numbers):
            connection.execute(
                generations.update()
                .where(column.id.in_(some), column.status.not_in(_STAYS))
                .values(forgotten_us=now_us())
            )


def _shown_nowhere(connection: sa.Connection, numbers: list[int]) -> set[str]:
    """Name the pictures of these rows that no row shows which was not forgotten."""
    theirs: set[str] = set()
    for some in in_parts(numbers):
        theirs |= _pictures_where(connection, generations.c.id.in_(some))
    return theirs and theirs - _pictures_where(connection, generations.c.forgotten_us.is_(None))


def _pictures_where(connection: sa.Connection, rows: sa.ColumnElement[bool]) -> set[str]:
    column = generations.c
    named = (column.picture, column.partial, column.images, column.mask, column.markup)
    found = connection.execute(sa.select(*named).where(rows))
    return pictures_in(dict(row) for row in found.mappings())
