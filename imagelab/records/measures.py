"""Measures of pictures, kept once for each picture's bytes and each function's version."""

from __future__ import annotations

import json
from collections.abc import Mapping

import sqlalchemy as sa

from imagelab.records.ledger import Ledger
from imagelab.records.rows import now_us
from imagelab.records.schema import measures

Value = float | int | bool | str | None
"""What a measure of a picture may be; ``None`` where it has none."""


def read(ledger: Ledger, versions: Mapping[str, str] | None = None) -> dict[str, dict[str, Value]]:
    """Read what was measured: by name, then by picture.

    All of it, or with ``versions`` (by name) what just these versions measured.
    """
    found: dict[str, dict[str, Value]] = {name: {} for name in versions or ()}
    query = sa.select(measures).order_by(measures.c.measured_us, measures.c.name)
    with ledger.reading() as connection:
        for row in connection.execute(query).mappings():
            if versions is None or versions.get(row["name"]) == row["version"]:
                found.setdefault(row["name"], {})[row["picture"]] = json.loads(row["value"])
    return found


def keep(
    ledger: Ledger, picture: str, values: Mapping[str, Value], versions: Mapping[str, str]
) -> None:
    """Keep what was measured of a picture, in place of what an older version measured."""
    column, now = measures.c, now_us()
    rows = [
        {
            "picture": picture,
            "name": name,
            "version": versions[name],
            "value": json.dumps(value),
            "measured_us": now,
        }
        for name, value in values.items()
    ]
    if rows:
        old = sa.and_(column.picture == picture, column.name.in_(list(values)))
        with ledger.writing() as connection:
            connection.execute(measures.delete().where(old))
            connection.execute(measures.insert(), rows)
