"""The ledger: every picture asked for, and the purse it was paid from. The only SQL."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Result

from imagelab.catalog.money import show
from imagelab.errors import Billed, BudgetError, RecordError
from imagelab.records import owner
from imagelab.records.engine import open_engine, translated
from imagelab.records.schema import generations, living, purse, run_cells, runs
from imagelab.request import Generation, ImageRequest, Status, Usage, names

Came = Literal["ledger", "sent"]
"""Where a cell's picture came from: it was there already, or it was asked for just now."""

Identity = tuple[str, int]
"""A request's key and the number of the sample."""

UNSETTLED = ("held", "sent")

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What is about to be asked, by whom, and the money to set aside for it."""

    key: str
    request: ImageRequest
    sample: int
    provider: str
    simulated: bool
    quoted_nano: int | None
    hold_nano: int
    cost_basis: str
    lease_seconds: float
    run: int | None = None
    fresh: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a request, as the ledger will say it for ever."""

    status: Status
    billed: Billed
    cost_nano: int | None = None
    price: str | None = None
    usage: Usage = field(default_factory=Usage)
    raw_usage: str | None = None
    seconds: float | None = None
    attempts: int = 1
    picture: str | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    actual_size: str | None = None
    actual_quality: str | None = None
    actual_background: str | None = None
    actual_format: str | None = None
    request_id: str | None = None
    error: str | None = None
    error_kind: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Purse:
    """Money over the life of a ledger, in nano-dollars, real or simulated, never both.

    ``at_risk`` was held for requests that were perhaps billed; ``held`` is set aside for
    what is in flight.
    """

    spent: int
    at_risk: int
    held: int

    @property
    def taken(self) -> int:
        """What a budget must count: spent, at risk and held."""
        return self.spent + self.at_risk + self.held


class Ledger:
    """Rows about pictures and money, in SQLite beside the pictures.

    Safe to use from many threads and from many processes at once. Every hold and every
    settlement is one transaction that locks the purse, so that the budget is never passed.

    Raises:
        RecordError: the file is locked for long, damaged, newer than this version, or is
            no ledger (it is then not touched).

    """

    def __init__(self, path: Path, loader: Callable[[str], Path] | None = None) -> None:
        self.path = path
        self._loader = loader
        self._engine = open_engine(path)
        # Within a process a plain lock is fairer and quicker than SQLite's busy waiting.
        self._writing = threading.Lock()
        self._release_the_dead()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._writing, translated(self.path), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _read(self) -> Iterator[Connection]:
        reader = self._engine.execution_options(imagelab_reads=True)
        with translated(self.path), reader.connect() as connection:
            yield connection

    # -- holding and settling -------------------------------------------------------------

    def hold(self, intent: Intent, budget_nano: int | None = None) -> tuple[Generation, bool]:
        """Find the picture, or set its money aside; say whether it is now ours to send.

        One transaction: two threads, kernels or machines that ask for the same picture at
        once make one row between them, and the other sees that row.

        Raises:
            BudgetError: the hold does not fit what is left of the budget.

        """
        with self._write() as connection:
            held = self._lock_purse(connection, intent.simulated)
            newest = self._newest(connection, intent.key, intent.sample)
            if newest is not None and not intent.fresh:
                return self._generation(newest), False
            self._check_budget(held, intent, budget_nano)
            take = 1 if newest is None else newest["take"] + 1
            row = _row_of(intent, take)
            connection.execute(_add_to_purse(intent.simulated, held=intent.hold_nano))
            number = connection.execute(generations.insert().values(**row)).inserted_primary_key
            return self._generation({**_EMPTY, **row, "id": number[0] if number else 0}), True

    def sent(self, generation: Generation) -> None:
        """Write down, before the first byte goes out, that the request is being sent."""
        with self._write() as connection:
            connection.execute(
                generations.update()
                .where(generations.c.id == generation.id)
                .values(status="sent", sent_us=_now_us())
            )

    def settle(self, generation: Generation, outcome: Outcome) -> Generation:
        """Write down what became of a request and move its money to where it belongs."""
        values = _columns_of(outcome)
        with self._write() as connection:
            self._lock_purse(connection, generation.simulated)
            changed = connection.execute(
                generations.update()
                .where(generations.c.id == generation.id, generations.c.status.in_(UNSETTLED))
                .values(**values, settled_us=_now_us())
            )
            if changed.rowcount:
                spent, at_risk = _moved(outcome, generation.hold_nano)
                connection.execute(
                    _add_to_purse(
                        generation.simulated,
                        held=-generation.hold_nano,
                        spent=spent,
                        at_risk=at_risk,
                    )
                )
        return self.generation(generation.id)

    def _release_the_dead(self) -> None:
        """Settle what a process left open when it died: sent is unsure, held was never sent."""
        with self._write() as connection:
            query = sa.select(generations).where(generations.c.status.in_(UNSETTLED))
            left = [dict(row) for row in connection.execute(query).mappings()]
        for row in left:
            if _is_left_behind(row):
                self.settle(self._generation(row), _of_the_dead(row["status"]))

    def _lock_purse(self, connection: Connection, simulated: bool) -> Purse:
        query = sa.select(purse.c.spent_nano, purse.c.at_risk_nano, purse.c.held_nano).where(
            purse.c.name == _purse_name(simulated)
        )
        return Purse(*connection.execute(query.with_for_update()).one())

    def _check_budget(self, held: Purse, intent: Intent, budget_nano: int | None) -> None:
        if budget_nano is None or held.taken + intent.hold_nano <= budget_nano:
            return
        raise BudgetError(
            f"This picture needs {show(intent.hold_nano)} set aside, and "
            f"{show(max(0, budget_nano - held.taken))} of the budget of {show(budget_nano)} is "
            f"left (spent {show(held.spent)}, at risk {show(held.at_risk)}, held "
            f"{show(held.held)}). Give the lab a larger budget, or choose a cheaper tier."
        )

    # -- reading --------------------------------------------------------------------------

    def purse(self, *, simulated: bool) -> Purse:
        """Read how much was spent, is at risk and is held."""
        with self._read() as connection:
            query = sa.select(purse.c.spent_nano, purse.c.at_risk_nano, purse.c.held_nano)
            found = connection.execute(query.where(purse.c.name == _purse_name(simulated)))
            return Purse(*found.one())

    def generation(self, number: int) -> Generation:
        """Read one row by its id."""
        with self._read() as connection:
            query = sa.select(generations).where(generations.c.id == number)
            row = _first(connection.execute(query))
        if row is None:
            raise RecordError(f"The ledger {self.path} has no generation {number}.")
        return self._generation(row)

    def find(self, identities: Iterable[Identity]) -> dict[Identity, Generation]:
        """Read the newest living take of each identity that is there."""
        wanted = set(identities)
        keys = sorted({key for key, _ in wanted})
        found: dict[Identity, Generation] = {}
        with self._read() as connection:
            for some in _in_parts(keys):
                same = (generations.c.key.in_(some), living)
                query = sa.select(generations).where(*same).order_by(generations.c.take)
                for row in connection.execute(query).mappings():
                    if (row["key"], row["sample"]) in wanted:
                        found[row["key"], row["sample"]] = self._generation(dict(row))
        return found

    def rows(self, ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
        """Read rows as plain columns, oldest first: all of them, or those of ``ids``."""
        query = sa.select(generations).order_by(generations.c.id)
        with self._read() as connection:
            if ids is None:
                return [dict(row) for row in connection.execute(query).mappings()]
            found: list[dict[str, Any]] = []
            for some in _in_parts(sorted(set(ids))):
                part = connection.execute(query.where(generations.c.id.in_(some)))
                found.extend(dict(row) for row in part.mappings())
            return found

    def pictures_of(self, key: str) -> int:
        """Count the pictures that a request has brought so far."""
        with self._read() as connection:
            made = (generations.c.key == key, generations.c.picture.is_not(None))
            query = sa.select(sa.func.count()).select_from(generations).where(*made)
            return int(connection.execute(query).scalar_one())

    def dearest(self, intent: Intent) -> int:
        """Read the highest cost that requests like this one ever had, 0 where there is none."""
        request, column = intent.request, generations.c
        with self._read() as connection:
            query = sa.select(sa.func.max(column.cost_nano)).where(
                column.provider == intent.provider,
                column.model == request.model,
                column.quality == request.quality,
                column.size == request.size,
                column.cost_nano > column.hold_nano,
            )
            return int(connection.execute(query).scalar_one() or 0)

    def _newest(self, connection: Connection, key: str, sample: int) -> dict[str, Any] | None:
        same = (generations.c.key == key, generations.c.sample == sample, living)
        query = sa.select(generations).where(*same).order_by(generations.c.take.desc()).limit(1)
        return _first(connection.execute(query))

    # -- runs -----------------------------------------------------------------------------

    def begin_run(self, provider: str, *, simulated: bool, pictures: int) -> int:
        """Write down that a sweep begins to run; give its number."""
        row = {"created_us": _now_us(), "provider": provider, "simulated": simulated}
        with self._write() as connection:
            done = connection.execute(runs.insert().values(**row, pictures=pictures))
            return int(done.inserted_primary_key[0])  # type: ignore[index]

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
            with self._write() as connection:
                connection.execute(run_cells.insert(), rows)

    def _generation(self, row: Mapping[str, Any]) -> Generation:
        asked = {name: row[name] for name in names(ImageRequest)}
        usage = {name: row[name] for name in names(Usage)}
        rest = {name: row[name] for name in _PLAIN}
        return Generation(
            **rest,
            request=_as_asked(asked),
            usage=Usage(**usage),
            time=datetime.fromtimestamp(row["created_us"] / 1e6, UTC),
            loader=self._loader,
        )


_PLAIN = tuple(set(names(Generation)) - {"request", "usage", "time", "loader"})
_EMPTY: dict[str, Any] = {column.name: None for column in generations.columns}


def _first(found: Result[Any]) -> dict[str, Any] | None:
    row = found.mappings().first()
    return None if row is None else dict(row)


def _in_parts(values: Sequence[Value], most: int = 500) -> Iterator[Sequence[Value]]:
    """Cut a long list: databases limit how many values one query may name."""
    for start in range(0, len(values), most):
        yield values[start : start + most]


def _as_asked(values: Mapping[str, Any]) -> ImageRequest:
    """Rebuild a request that was legal when it was sent, whatever the catalogue says today."""
    request = object.__new__(ImageRequest)
    for name, value in values.items():
        object.__setattr__(request, name, value)
    return request


def _row_of(intent: Intent, take: int) -> dict[str, Any]:
    now = _now_us()
    return {
        **{one.name: getattr(intent.request, one.name) for one in fields(ImageRequest)},
        "key": intent.key,
        "sample": intent.sample,
        "take": take,
        "run": intent.run,
        "provider": intent.provider,
        "simulated": intent.simulated,
        "lane": "standard",
        "status": "held",
        "attempts": 0,
        "quoted_nano": intent.quoted_nano,
        "hold_nano": intent.hold_nano,
        "cost_basis": intent.cost_basis,
        "created_us": now,
        "owner": owner.me(),
        "lease_us": now + round(intent.lease_seconds * 1e6),
    }


def _columns_of(outcome: Outcome) -> dict[str, Any]:
    columns = asdict(outcome)
    return {**columns.pop("usage"), **columns}


def _moved(outcome: Outcome, hold_nano: int) -> tuple[int, int]:
    """Say what a settlement adds to spent and to at risk: unknown money counts in full."""
    if outcome.cost_nano is not None:
        return outcome.cost_nano, 0
    return (0, 0) if outcome.billed == "no" else (0, hold_nano)


def _is_left_behind(row: Mapping[str, Any]) -> bool:
    dead = owner.is_dead(row["owner"])
    return row["lease_us"] < _now_us() if dead is None else dead


def _of_the_dead(status: str) -> Outcome:
    if status == "held":
        return Outcome(
            status="failed",
            billed="no",
            attempts=0,
            error="The process ended before the request was sent.",
            error_kind="Interrupted",
        )
    return Outcome(
        status="unknown",
        billed="perhaps",
        error="The process ended while the request was in flight: it may have been billed.",
        error_kind="Interrupted",
    )


def _purse_name(simulated: bool) -> str:
    return "simulated" if simulated else "real"


def _add_to_purse(simulated: bool, *, spent: int = 0, at_risk: int = 0, held: int = 0) -> sa.Update:
    return (
        purse.update()
        .where(purse.c.name == _purse_name(simulated))
        .values(
            spent_nano=purse.c.spent_nano + spent,
            at_risk_nano=purse.c.at_risk_nano + at_risk,
            held_nano=purse.c.held_nano + held,
        )
    )


def _now_us() -> int:
    return time.time_ns() // 1000
