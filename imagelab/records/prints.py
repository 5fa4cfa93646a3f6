"""Pictures by what they are: their hash, and what they look like in a few bytes."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from imagelab.records.ledger import Ledger
from imagelab.records.schema import fingerprints, generations
from imagelab.request import Generation

_shown = sa.and_(
    generations.c.status == "done",
    generations.c.picture.is_not(None),
    generations.c.forgotten_us.is_(None),
)


def showing(ledger: Ledger, picture: str) -> list[Generation]:
    """Read the generations that show a picture, newest first; forgotten ones come last."""
    column = generations.c
    query = (
        sa.select(column.id)
        .where(column.picture == picture)
        .order_by(column.forgotten_us.is_not(None), column.id.desc())
    )
    with ledger.reading() as connection:
        ids = list(connection.execute(query).scalars())
    return [ledger.generation(one) for one in ids]


def missing(ledger: Ledger, kind: str) -> list[str]:
    """List the pictures that have no print of this kind yet."""
    known = sa.select(fingerprints.c.picture).where(fingerprints.c.kind == kind)
    query = sa.select(generations.c.picture).distinct().where(_shown)
    with ledger.reading() as connection:
        return list(connection.execute(query.where(generations.c.picture.not_in(known))).scalars())


def keep(ledger: Ledger, kind: str, prints: Mapping[str, bytes]) -> None:
    """Write down what pictures look like; another process may have done so meanwhile."""
    if not prints:
        return
    with ledger.writing() as connection:
        same = (fingerprints.c.kind == kind, fingerprints.c.picture.in_(list(prints)))
        known = set(connection.execute(sa.select(fingerprints.c.picture).where(*same)).scalars())
        rows = [
            {"picture": picture, "kind": kind, "print": data}
            for picture, data in prints.items()
            if picture not in known
        ]
        if rows:
            connection.execute(fingerprints.insert(), rows)


def read(ledger: Ledger, kind: str) -> dict[str, bytes]:
    """Read the prints of every picture that is shown by a row."""
    query = (
        sa.select(fingerprints.c.picture, fingerprints.c.print)
        .distinct()
        .join(generations, generations.c.picture == fingerprints.c.picture)
        .where(fingerprints.c.kind == kind, _shown)
    )
    with ledger.reading() as connection:
        return {picture: bytes(data) for picture, data in connection.execute(query)}
