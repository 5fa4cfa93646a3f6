"""Taking rows over from elsewhere, as they were settled there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger
from imagelab.records.schema import generations

OWNER = "elsewhere/0/0"


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
    empty = dict.fromkeys(generations.columns.keys())
    fixed = {"lane": "standard", "owner": OWNER, "lease_us": 0}
    fresh = [{**empty, **row, **fixed} for row in rows if row["id"] not in there]
    if fresh:
        with ledger.writing() as connection:
            connection.execute(generations.insert(), fresh)
        ledger.mend_purse()
