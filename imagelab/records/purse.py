"""The purses of a ledger, one of real and one of simulated money, inside a transaction.

Who moves money locks the purse first: what is added up and what is set aside are one step.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from imagelab.errors import RecordError
from imagelab.records import sound
from imagelab.records.rows import Purse, Row, money_of
from imagelab.records.schema import generations, purse

NOTHING = Purse(0, 0, 0)


def read(connection: Connection, *, simulated: bool) -> Purse:
    """Read a purse."""
    return _read(connection, _query(simulated))


def lock(connection: Connection, *, simulated: bool) -> Purse:
    """Read a purse that nobody else moves until this transaction ends."""
    return _read(connection, _query(simulated).with_for_update())


def move(connection: Connection, *, simulated: bool, before: Purse, after: Purse) -> None:
    """Move money from where it counted to where it counts now."""
    if before == after:
        return
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
    """Count a purse anew from the rows, whatever it says; say whether it was wrong."""
    told = connection.execute(_query(simulated).with_for_update()).one_or_none()
    true = _counted(connection, simulated)
    if told is not None and tuple(told) == (true.spent, true.at_risk, true.held):
        return False
    connection.execute(purse.delete().where(purse.c.name == _name(simulated)))
    amounts = {"spent_nano": true.spent, "at_risk_nano": true.at_risk, "held_nano": true.held}
    connection.execute(purse.insert().values(name=_name(simulated), **amounts))
    return True


def _read(connection: Connection, query: sa.Select[Any]) -> Purse:
    amounts = connection.execute(query).one_or_none()
    if amounts is None or not all(type(one) is int for one in amounts):
        told = "are gone" if amounts is None else f"are told as {tuple(amounts)}"
        raise RecordError(
            f"The ledger is damaged: the sums of what was spent, is at risk and is held {told}. "
            "lab.check() adds them up anew from the rows."
        )
    return Purse(*amounts)


def _counted(connection: Connection, simulated: bool) -> Purse:
    query = sa.select(generations).where(generations.c.simulated == simulated)
    rows: list[Row] = [sound.row(row) for row in connection.execute(query).mappings()]
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
