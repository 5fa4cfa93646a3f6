"""What the rows of a purse add up to, by day, model and tier: added up where they lie."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from imagelab.records.ledger import Ledger
from imagelab.records.rows import UNSETTLED
from imagelab.records.schema import generations

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Sum:
    """One day (counted from 1970, UTC), model and tier: pictures and nano-dollars.

    What judges were asked stands under the tier ``judge``, and is no picture.
    ``pictures`` counts what was billed, perhaps billed or is under way.
    """

    day: int
    model: str
    quality: str
    pictures: int
    spent: int
    at_risk: int
    held: int


def sums(ledger: Ledger, *, simulated: bool) -> list[Sum]:
    """Add up one purse; a cost that is unknown counts in full, at risk, as the purse has it."""
    column = generations.c
    open_ = column.status.in_(UNSETTLED)
    known = column.cost_nano.is_not(None)
    billed = sa.func.coalesce(column.billed, "") != "no"
    held = sa.case((open_, column.hold_nano), else_=0)
    spent = sa.case((open_, 0), (known, column.cost_nano), else_=0)
    at_risk = sa.case((open_ | known, 0), (billed, column.hold_nano), else_=0)
    day = column.created_us // DAY_US
    judged = column.operation == "judge"
    tier = sa.case((judged, "judge"), else_=sa.func.coalesce(column.quality, ""))
    keys = (day, column.model, tier)
    query = (
        sa.select(
            *keys,
            sa.func.sum(sa.case((billed & ~judged, 1), else_=0)),
            *(sa.func.sum(amount) for amount in (spent, at_risk, held)),
        )
        .where(column.simulated == simulated)
        .group_by(*keys)
        .order_by(*keys)
    )
    with ledger.reading() as connection:
        return [Sum(int(day), *rest) for day, *rest in connection.execute(query)]
