"""Reading rows: by number, by the pictures they made, by what they were billed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Result

from imagelab.errors import RecordError
from imagelab.records import sound
from imagelab.records.access import Access
from imagelab.records.rows import UNSETTLED, Intent, Row, generation_of, is_left_behind
from imagelab.records.schema import generations, looks, notes, overran
from imagelab.request import Generation

Value = TypeVar("Value")


class Reading(Access):
    """The rows of a ledger, to be read.

    Raises:
        RecordError: as ``Access`` does, or a row holds what was never written.

    """

    def __init__(self, path: Path, loader: Callable[[str], Path] | None = None) -> None:
        super().__init__(path)
        self._loader = loader

    def generation(self, number: int) -> Generation:
        """Read one row by its id."""
        with self.reading() as connection:
            return self._generation(self._row(connection, number))

    def generation_of(self, row: Row) -> Generation:
        """Read a row that ``rows`` gave as a value."""
        return self._generation(row)

    def in_flight(self, number: int) -> bool:
        """Tell whether a row is held or sent, and somebody is there to settle it."""
        with self.reading() as connection:
            row = self._row(connection, number)
        return row["status"] in UNSETTLED and not is_left_behind(row, self.file)

    def rows(self, ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
        """Read rows as plain columns, oldest first: all of them, or those of ``ids``.

        ``star`` and ``remark``, what a person noted, stand among them, and ``looked_at``:
        whether somebody saw the picture large.
        """
        query = (
            sa.select(
                generations,
                notes.c.star,
                notes.c.remark,
                looks.c.first_us.is_not(None).label("looked_at"),
            )
            .outerjoin(notes, notes.c.generation == generations.c.id)
            .outerjoin(looks, looks.c.generation == generations.c.id)
            .order_by(generations.c.id)
        )
        with self.reading() as connection:
            if ids is None:
                return [sound.row(row) for row in connection.execute(query).mappings()]
            found: list[dict[str, Any]] = []
            for some in in_parts(sorted(set(ids))):
                part = connection.execute(query.where(generations.c.id.in_(some)))
                found.extend(sound.row(row) for row in part.mappings())
            return found

    def makers_of(self, pictures: Iterable[str]) -> dict[str, list[int]]:
        """Find the rows that made each of these pictures, the first one first."""
        column, found = generations.c, dict[str, list[int]]()
        with self.reading() as connection:
            for some in in_parts(sorted(set(pictures))):
                query = sa.select(column.picture, column.id).where(column.picture.in_(some))
                for picture, number in connection.execute(query.order_by(column.id)):
                    found.setdefault(picture, []).append(number)
        return found

    def pictures_of(self, key: str) -> int:
        """Count the pictures that a request has brought so far."""
        with self.reading() as connection:
            made = (generations.c.key == key, generations.c.picture.is_not(None))
            query = sa.select(sa.func.count()).select_from(generations).where(*made)
            return int(connection.execute(query).scalar_one())

    def raised(self, intent: Intent) -> int:
        """Read what must be set aside for a request: its bound, or the highest bill above it."""
        with self.reading() as connection:
            return bound(connection, intent)

    def _row(self, connection: Connection, number: int) -> dict[str, Any]:
        row = first(connection.execute(sa.select(generations).where(generations.c.id == number)))
        if row is None:
            raise RecordError(
                f"The ledger {self.path} has no generation {number}: it was made in another one."
            )
        return row

    def has(self, generation: Generation) -> bool:
        """Tell whether a generation is a row of this ledger, and not another one's."""
        with self.reading() as connection:
            query = sa.select(generations).where(generations.c.id == generation.id)
            row = first(connection.execute(query))
        here = None if row is None else self._generation(row)
        return here is not None and _origin(here) == _origin(generation)

    def _generation(self, row: Row) -> Generation:
        return generation_of(row, self._loader, self.generation)


def _origin(generation: Generation) -> tuple[object, ...]:
    """Say what no two generations of two ledgers share."""
    return generation.key, generation.sample, generation.take, generation.time


def bound(connection: Connection, intent: Intent) -> int:
    """Bound a request by the highest bill that requests like it had, where one passed its hold."""
    request, column = intent.request, generations.c
    query = sa.select(sa.func.max(column.cost_nano)).where(
        column.provider == intent.provider,
        column.model == request.model,
        column.quality == request.quality,
        column.size == request.size,
        overran,
    )
    return max(intent.hold_nano, connection.execute(query).scalar_one() or 0)


def first(found: Result[Any]) -> dict[str, Any] | None:
    """Read the first row that was found, if one was."""
    row = found.mappings().first()
    return None if row is None else sound.row(row)


def in_parts(values: Sequence[Value], most: int = 500) -> Iterator[Sequence[Value]]:
    """Cut a long list: databases limit how many values one query may name."""
    for start in range(0, len(values), most):
        yield values[start : start + most]
