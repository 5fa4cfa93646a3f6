"""The ledger: every picture asked for, and the purse it was paid from. The only SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from imagelab.catalog.money import show
from imagelab.errors import BudgetError, PictureError, RecordError
from imagelab.records import owed, owner, purse, sound
from imagelab.records.reading import Reading, bound, first, in_parts
from imagelab.records.rows import (
    UNSETTLED,
    UNTOLD,
    Intent,
    Outcome,
    Purse,
    Row,
    columns_of,
    columns_of_the_dead,
    is_final,
    is_guessed,
    is_left_behind,
    money_of,
    now_us,
    row_of,
)
from imagelab.records.schema import generations, living, run_cells, runs
from imagelab.request import Generation, Status

Came = Literal["ledger", "sent"]
"""Where a cell's picture came from: it was there already, or it was asked for just now."""

Identity = tuple[str, int]
"""A request's key and the number of the sample."""


class Ledger(Reading):
    """Rows about pictures and money, in SQLite beside the pictures.

    Safe to use from many threads and from many processes at once. Every hold and every
    settlement is one transaction that locks the purse, so that the budget is never passed.

    Raises:
        RecordError: the file is locked for long, damaged, newer than this version, or is
            no ledger (it is then not touched).

    """

    def __init__(self, path: Path, loader: Callable[[str], Path] | None = None) -> None:
        super().__init__(path, loader)
        with self.writing() as connection:
            self._release_the_dead(connection)

    # -- holding and settling -------------------------------------------------------------

    def hold(self, intent: Intent, budget_nano: int | None = None) -> tuple[Generation, bool]:
        """Find the picture, or set its money aside; say whether it is now ours to send.

        One transaction: two threads, kernels or machines that ask for the same picture at
        once make one row between them, and the other sees that row. A bill that ever passed
        its hold raises what is set aside, whoever it was that received it.

        Raises:
            BudgetError: the hold does not fit what is left of the budget.

        """
        if owed.is_any(self.file):
            self.release()
        with self.writing() as connection:
            purse.lock(connection, simulated=intent.simulated)
            newest = self._newest(connection, intent.key, intent.sample)
            if newest is not None and not intent.replaces(newest):
                return self._generation(newest), False
            intent = replace(intent, hold_nano=bound(connection, intent))
            self._check_budget(connection, intent, budget_nano)
            row = row_of(intent, 1 if newest is None else newest["take"] + 1)
            row |= {"id": self._insert(connection, generations, row)}
            _move(connection, row, purse.NOTHING, money_of(row))
            owner.at_work[self.file, row["id"]] = intent.lease_seconds
            return self._generation(row), True

    def let_go(self, generation: Generation) -> None:
        """Say that no thread of this process will settle this row any more."""
        owner.at_work.pop((self.file, generation.id), None)

    def sent(self, generation: Generation) -> None:
        """Write down, before the first byte goes out, that the request is being sent.

        Raises:
            RecordError: the row is no longer held: somebody settled it, and it must not be sent.

        """
        values = {"status": "sent", "sent_us": now_us()}
        self._change(generation, "held", values | self._lease(generation))

    def settle(self, generation: Generation, outcome: Outcome) -> Generation:
        """Write down what became of a request and move its money to where it belongs.

        A row that says its last word already stays as it is. What the disk does not take is
        kept in mind, and written down as soon as it does.
        """
        try:
            return self._settle_now(generation, outcome)
        except RecordError:
            owed.keep(self.file, generation.id, outcome)
            raise

    def _settle_now(self, generation: Generation, outcome: Outcome) -> Generation:
        with self.writing() as connection:
            purse.lock(connection, simulated=generation.simulated)
            row = self._row(connection, generation.id)
            if not is_final(row):
                row = self._settle(connection, row, columns_of(outcome))
        return self._generation(row)

    def arrived(self, generation: Generation, outcome: Outcome) -> None:
        """Write down what an answer says before its bytes are kept.

        A process that dies in between then leaves a row that knows its cost, and the name
        of the file to look for.

        Raises:
            RecordError: the row says its last word already.

        """
        values = columns_of(outcome) | UNTOLD | {"status": "sent"}
        self._change(generation, "sent", values | self._lease(generation))

    def held_again(self, generation: Generation, seconds: float = 0.0) -> None:
        """Write down that a request was turned away, and waits so long to be sent again.

        Raises:
            RecordError: the row says its last word already.

        """
        values = UNTOLD | {"status": "held", "error": None, "error_kind": None}
        self._change(generation, "sent", values | self._lease(generation, seconds))

    def _lease(self, generation: Generation, seconds: float = 0.0) -> dict[str, Any]:
        """Renew the lease of who is at work on a row: whole again, after so many seconds."""
        lease = owner.at_work.get((self.file, generation.id))
        return {} if lease is None else {"lease_us": now_us() + round((seconds + lease) * 1e6)}

    def _change(self, generation: Generation, status: Status, values: Row) -> None:
        """Change an unsettled row of this status, or one that was taken to be left behind by it.

        Raises:
            RecordError: the row is no longer so: somebody settled it.

        """
        with self.writing() as connection:
            purse.lock(connection, simulated=generation.simulated)
            row = self._row(connection, generation.id)
            if row["status"] != status and not (status == "sent" and is_guessed(row)):
                raise RecordError(
                    f"Generation {generation.id} is no longer {status}: somebody else settled "
                    "it. Run it again."
                )
            self._write(connection, row, values)

    def _write(self, connection: Connection, row: Row, values: Row) -> dict[str, Any]:
        """Write what is new of these columns, and move the row's money to where it counts now."""
        written = {**row, **values}
        new = {name: one for name, one in values.items() if one != row[name]}
        if new:
            this = generations.c.id == row["id"]
            connection.execute(generations.update().where(this).values(**new))
        _move(connection, row, money_of(row), money_of(written))
        return written

    def _settle(self, connection: Connection, row: Row, columns: Row) -> dict[str, Any]:
        return self._write(connection, row, {**columns, "settled_us": now_us()})

    def _release_the_dead(self, connection: Connection) -> list[int]:
        """Settle what nobody will settle any more; give the ids of the rows."""
        query = sa.select(generations).where(generations.c.status.in_(UNSETTLED))
        rows = [sound.row(row) for row in connection.execute(query).mappings()]
        left = [row for row in rows if is_left_behind(row, self.file)]
        for row in left:
            purse.lock(connection, simulated=row["simulated"])
            self._settle(connection, row, self._columns_of_the_left(row))
        return [row["id"] for row in left]

    def _columns_of_the_left(self, row: Row) -> Row:
        outcome = owed.of(self.file, row["id"])
        return columns_of(outcome) if outcome else columns_of_the_dead(row, self._is_kept)

    def _is_kept(self, picture: str) -> bool:
        try:
            return self._loader is not None and self._loader(picture).is_file()
        except PictureError:
            return False

    # -- the purse ------------------------------------------------------------------------

    def purse(self, *, simulated: bool) -> Purse:
        """Read how much was spent, is at risk and is held."""
        with self.reading() as connection:
            return purse.read(connection, simulated=simulated)

    def _check_budget(self, connection: Connection, intent: Intent, budget: int | None) -> None:
        if budget is None:
            return
        held = purse.lock(connection, simulated=intent.simulated)
        if held.taken + intent.hold_nano > budget:
            # Perhaps the dead still have money set aside.
            self._release_the_dead(connection)
            held = purse.lock(connection, simulated=intent.simulated)
        if held.taken + intent.hold_nano > budget:
            raise BudgetError(
                f"This picture needs {show(intent.hold_nano)} set aside, and "
                f"{show(max(0, budget - held.taken))} of the budget of {show(budget)} is "
                f"left (spent {show(held.spent)}, at risk {show(held.at_risk)}, held "
                f"{show(held.held)}). Give the lab a larger budget, or choose a cheaper tier.",
                held_nano=held.held,
            )

    # -- looking up -----------------------------------------------------------------------

    def find(self, identities: Iterable[Identity]) -> dict[Identity, Generation]:
        """Read the newest living take of each identity that is there."""
        wanted = set(identities)
        keys = sorted({key for key, _ in wanted})
        found: dict[Identity, Generation] = {}
        with self.reading() as connection:
            for some in in_parts(keys):
                same = (generations.c.key.in_(some), living)
                query = sa.select(generations).where(*same).order_by(generations.c.take)
                for row in connection.execute(query).mappings():
                    if (row["key"], row["sample"]) in wanted:
                        found[row["key"], row["sample"]] = self._generation(sound.row(row))
        return found

    def _newest(self, connection: Connection, key: str, sample: int) -> dict[str, Any] | None:
        """Find the newest living take; what its owner left behind is settled first."""
        same = (generations.c.key == key, generations.c.sample == sample, living)
        query = sa.select(generations).where(*same).order_by(generations.c.take.desc()).limit(1)
        while row := first(connection.execute(query)):
            if not is_left_behind(row, self.file):
                break
            self._settle(connection, row, self._columns_of_the_left(row))
        return row

    # -- keeping house ----------------------------------------------------------------------

    def release(self) -> int:
        """Settle what nobody will settle any more; say how many rows that were."""
        with self.writing() as connection:
            settled = self._release_the_dead(connection)
        for number in settled:
            owed.forget(self.file, number)
        return len(settled)

    def mend_purse(self) -> bool:
        """Count the purse anew from the rows; say whether it was wrong."""
        with self.writing() as connection:
            wrong = [purse.mend(connection, simulated=one) for one in (False, True)]
        return any(wrong)

    # -- runs -----------------------------------------------------------------------------

    def begin_run(self, provider: str, *, simulated: bool, pictures: int) -> int:
        """Write down that a sweep begins to run; give its number."""
        row = {"created_us": now_us(), "provider": provider, "simulated": simulated}
        with self.writing() as connection:
            return self._insert(connection, runs, {**row, "pictures": pictures})

    def record_cells(
        self, run: int, cells: Sequence[tuple[int, Mapping[str, str], int, Came]]
    ) -> None:
        """Write down which generation each cell (position, factors) of a run shows."""
        rows = [
            {
                "run": run,
                "position": position,
                "factors": json.dumps(dict(factors)),
                "generation": generation,
                "came": came,
            }
            for position, factors, generation, came in cells
        ]
        if rows:
            with self.writing() as connection:
                connection.execute(run_cells.insert(), rows)

    def _insert(self, connection: Connection, table: sa.Table, row: Row) -> int:
        """Write a new row and give its number."""
        values = {name: value for name, value in row.items() if value is not None}
        number = connection.execute(table.insert().values(**values)).inserted_primary_key
        return int(number[0])  # type: ignore[index]


def _move(connection: Connection, row: Row, before: Purse, after: Purse) -> None:
    purse.move(connection, simulated=row["simulated"], before=before, after=after)
