"""What a person thinks of a picture: a star, and a remark."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from imagelab.errors import InputError, RecordError
from imagelab.records.ledger import Ledger
from imagelab.records.rows import now_us
from imagelab.records.schema import generations, looks, notes
from imagelab.request import plain

MOST_LETTERS = 10_000


@dataclass(frozen=True)
class Note:
    """A star or none, and a remark that may be empty."""

    star: bool = False
    remark: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.star, bool):
            raise InputError(f"A star is True or False, not {self.star!r}.")
        if not isinstance(self.remark, str) or len(self.remark) > MOST_LETTERS:
            raise InputError(f"A remark is a text of at most {MOST_LETTERS:,} letters.")


def keep(ledger: Ledger, generation: int, note: Note) -> None:
    """Write down what is thought of a generation, in place of what was thought before.

    Raises:
        InputError: the ledger has no such generation.

    """
    values = {"star": note.star, "remark": plain(note.remark), "changed_us": now_us()}
    same = notes.c.generation == generation
    with ledger.writing() as connection:
        if connection.execute(notes.update().where(same).values(**values)).rowcount:
            return
        known = sa.select(generations.c.id).where(generations.c.id == generation)
        if connection.execute(known).scalar() is None:
            raise InputError(f"There is no generation {generation} in this ledger to note of.")
        connection.execute(notes.insert().values(generation=generation, **values))


def take_over(ledger: Ledger, given: Mapping[int, Note]) -> None:
    """Write down what was thought of generations elsewhere, where nothing was noted here yet.

    What was thought here stays, and so does that a star was taken back here.
    """
    if not given:
        return
    with ledger.writing() as connection:
        there = set(connection.execute(sa.select(notes.c.generation)).scalars())
        rows = [
            {
                "generation": number,
                "star": note.star,
                "remark": plain(note.remark),
                "changed_us": now_us(),
            }
            for number, note in given.items()
            if number not in there
        ]
        if rows:
            connection.execute(notes.insert(), rows)


def look_at(ledger: Ledger, numbers: Iterable[int]) -> None:
    """Write down that somebody saw these pictures large.

    Nobody shall miss a picture since the ledger cannot be written: then nothing is noted.
    """
    wanted = set(numbers)
    with contextlib.suppress(RecordError):
        with ledger.reading() as connection:
            known = sa.select(looks.c.generation).where(looks.c.generation.in_(wanted))
            new = sorted(wanted - set(connection.execute(known).scalars()))
        if not new:
            return
        with ledger.writing() as connection:
            known = sa.select(looks.c.generation).where(looks.c.generation.in_(new))
            there = set(connection.execute(known).scalars())
            rows = [{"generation": one, "first_us": now_us()} for one in new if one not in there]
            if rows:
                connection.execute(looks.insert(), rows)


def read(ledger: Ledger, numbers: Iterable[int]) -> dict[int, Note]:
    """Read what is noted of generations; those without a note are left out."""
    wanted = sorted(set(numbers))
    found: dict[int, Note] = {}
    with ledger.reading() as connection:
        for start in range(0, len(wanted), 500):
            some = notes.c.generation.in_(wanted[start : start + 500])
            query = sa.select(notes.c.generation, notes.c.star, notes.c.remark).where(some)
            found |= {
                at: Note(bool(star), remark) for at, star, remark in connection.execute(query)
            }
    return found
