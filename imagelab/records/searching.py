"""Rows found again: by words of the prompt, model, tier, day and star."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from imagelab.errors import InputError
from imagelab.records.ledger import Ledger
from imagelab.records.schema import generations, notes

_IS_PICTURE = generations.c.operation != "judge"


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for; what is empty does not matter.

    ``prompt`` are words that all stand in the prompt or in the remark; ``since`` and
    ``until`` are days such as ``2026-11-22``, both included, UTC.
    """

    prompt: str = ""
    model: str = ""
    quality: str = ""
    since: str = ""
    until: str = ""
    star: bool = False

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            day = getattr(self, name)
            if day and _day(day) is None:
                raise InputError(f"{name} is a day such as 2026-11-22, not {day!r}.")


def search(ledger: Ledger, query: Query) -> list[int]:
    """List the ids of the rows that fit, the newest first; what judges were asked is none."""
    column = generations.c
    wanted = [
        _IS_PICTURE,
        *(
            sa.or_(_holds(column.prompt, word), _holds(notes.c.remark, word))
            for word in query.prompt.split()
        ),
    ]
    if query.model:
        wanted.append(column.model == query.model)
    if query.quality:
        wanted.append(column.quality == query.quality)
    if query.star:
        wanted.append(notes.c.star == sa.true())
    if first := _day(query.since):
        wanted.append(column.created_us >= _us(first))
    if last := _day(query.until):
        wanted.append(column.created_us < _us(last + timedelta(days=1)))
    found = (
        sa.select(column.id)
        .outerjoin(notes, notes.c.generation == column.id)
        .where(*wanted)
        .order_by(column.id.desc())
    )
    with ledger.reading() as connection:
        return list(connection.execute(found).scalars())


def offered(ledger: Ledger) -> dict[str, list[str]]:
    """List the models and the tiers that the ledger has rows of."""
    with ledger.reading() as connection:
        return {
            name: sorted(
                one
                for one in connection.execute(
                    sa.select(column).where(_IS_PICTURE).distinct()
                ).scalars()
                if one
            )
            for name, column in (("models", generations.c.model), ("tiers", generations.c.quality))
        }


def newest(ledger: Ledger) -> tuple[int, int]:
    """Tell whether anything has come: the newest row, and how many have settled."""
    column = generations.c
    with ledger.reading() as connection:
        query = sa.select(sa.func.max(column.id), sa.func.count(column.settled_us))
        last, settled = connection.execute(query).one()
        return int(last or 0), int(settled)


def _holds(column: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    return sa.func.lower(column).contains(word.lower(), autoescape=True)


def _day(day: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return None
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def _us(day: date) -> int:
    return round(datetime.combine(day, time(), UTC).timestamp() * 1_000_000)
