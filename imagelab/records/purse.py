"""The purses of a ledger, one of real and one of simulated money, inside a transaction.

Who moves money locks the purse first: what is added up and what is set aside are one step.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from imagelab.records.rows import Purse, Row, money_of
from imagelab.records.schema import generations, purse

NOTHING = Purse(0, 0, 0)


def read(connection: Connection, *, simulated: bool) -> Purse:
    """Read a purse."""
    return Purse(*connection.execute(_query(simulated)).one())


def lock(connection: Connection, *, simulated: bool) -> Purse:
    """Read a purse that nobody else moves until this transaction ends."""
    return Purse(*connection.execute(_query(simulated).with_for_update()).one())


def move(connection: Connection, *, simulated: bool, before: Purse, after: Purse) -> None:
    """Move money from where it counted to where it counts now."""
    connection.execute(
        purse.update()
        .where(purse.c.name == _name(simulated))
        .values(
            spent_nano=purse.c.spent_nano + after.spent - before.spent,
            at_risk_nano=purse.c.at_risk_nano + after.at_risk - before.at_risk,
            held_nano=purse.c.held_nano + after.held - before.held,
        )
    )


def mend(connection: Connection, *, simulated: bool) -> bool:
    """Count a purse anew from the rows; say whether it was wrong."""
    told = lock(connection, simulated=simulated)
    true = _counted(connection, simulated)
    move(connection, simulated=simulated, before=told, after=true)
    return told != true


def _counted(connection: Connection, simulated: bool) -> Purse:
    query = sa.select(generations).where(generations.c.simulated == simulated)
    rows: list[Row] = [dict(row) for row in connection.execute(query).mappings()]
    amounts = [money_of(row) for row in rows]
    return Purse(
        sum(one.spent for one in amounts),
        sum(one.at_risk for one in amounts),
        sum(one.held for one in amounts),
    )


def _name(simulated: bool) -> str:
    return "simulated" if simulated else "real"


def _query(simulated: bool) -> sa.Select[Any]:
    amounts = (purse.c.spent_nano, purse.c.at_risk_nano, purse.c.held_nano)
    return sa.select(*amounts).where(purse.c.name == _name(simulated))
