"""What the runs showed: every cell, and whether its picture was paid for then."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from imagelab.records.ledger import Ledger
from imagelab.records.schema import run_cells


def cells(ledger: Ledger) -> list[dict[str, Any]]:
    """Read the cells of all runs, oldest first: ``run``, ``generation`` and how it ``came``."""
    column = run_cells.c
    query = sa.select(column.run, column.generation, column.came).order_by(
        column.run, column.position
    )
    with ledger.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
