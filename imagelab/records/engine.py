"""Opening the ledger's database: durable, shared by processes, and surely a ledger."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine

from imagelab.errors import RecordError
from imagelab.records.owner import File
from imagelab.records.schema import (
    VERSION,
    bills_above_holds,
    generations,
    metadata,
    purse,
    schema_version,
)

PATIENCE_SECONDS = 60
"""How long to wait for another process that is writing."""


def open_engine(path: Path) -> Engine:
    """Open or create the ledger at ``path``.

    Raises:
        RecordError: it cannot be written, is no ledger, or is one of a newer version.

    """
    _refuse_two_names(path)
    _refuse_foreign(path)
    engine = sa.create_engine(
        # Not as text: a folder's name may hold what an address takes for its own.
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": PATIENCE_SECONDS, "check_same_thread": False},
        # Sixteen or 250 threads may ask at once; a queue of five would hold them up.
        pool_size=8,
        max_overflow=-1,
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    try:
        with translated(path), engine.begin() as connection:
            _prepare(connection, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


def log_of(path: Path) -> File:
    """Tell the write-ahead log of a ledger from one that came after it."""
    return file_of(Path(f"{path}-wal"))


def file_of(path: Path) -> File:
    """Tell a file from another one in its place; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the database's errors into ours, in one place."""
    try:
        yield
    except exc.DBAPIError as cause:
        raise RecordError(remedy(path, str(cause.orig))) from cause
    except (UnicodeDecodeError, OverflowError, exc.NoResultFound) as cause:
        raise RecordError(remedy(path, f"malformed ({cause})")) from cause


def remedy(path: Path, said: str) -> str:
    """Say what to do about what the database said."""
    if "locked" in said or "busy" in said:
        return (
            f"Another process has kept the ledger {path} locked for {PATIENCE_SECONDS} seconds. "
            "End it, or give this lab another path."
        )
    if "readonly" in said or "unable to open" in said or "full" in said:
        return (
            f"The ledger {path} cannot be written: {said}. Make the folder writable and free "
            "some space, or give the lab another path."
        )
    if any(words in said for words in ("malformed", "not a database", "decode")):
        return (
            f"The ledger {path} is damaged: {said}. It was left as it is; put a backup in its "
            "place, or give the lab another path."
        )
    return f"The ledger {path} answers: {said}. Give the lab another path if this stays."


def _refuse_two_names(path: Path) -> None:
    """Never open a file that has a second name: each would have a log, and lose the other's."""
    with contextlib.suppress(OSError):  # whatever it is, who opens the file says it
        if path.is_file() and path.stat().st_nlink > 1:
            raise RecordError(
                f"The ledger {path} has another name somewhere (a hard link, as cp -al makes): "
                "written to by two names, a ledger is lost. It was left as it is. Close every "
                f"lab that has it open, put a copy in its place (cp {path.name} copy; mv copy "
                f"{path.name}), and make backups that copy."
            )


def _refuse_foreign(path: Path) -> None:
    """Never touch a file that is no SQLite database, or is somebody else's.

    Only SQLite itself may look into the file: a process that opens and closes it in any other
    way loses the locks that tell other processes that it is here.
    """
    try:
        path.stat()
    except FileNotFoundError:
        return
    except OSError as cause:
        raise RecordError(remedy(path, f"unable to open ({cause.strerror})")) from cause
    try:
        tables = _tables_if_possible(path)
    except UnicodeDecodeError as cause:
        raise RecordError(remedy(path, f"malformed ({cause})")) from cause
    except sqlite3.Error as cause:
        if _code(cause) == sqlite3.SQLITE_NOTADB:
            raise RecordError(
                f"{path} is no ledger of imagelab, and was left as it is. Give the lab another "
                "path."
            ) from cause
        raise RecordError(remedy(path, str(cause))) from cause
    if _are_foreign(tables):
        raise RecordError(
            f"{path} is a database of something else (it has a table {min(tables)!r}), and "
            "was left as it is. Give the lab another path."
        )


def _tables_if_possible(path: Path) -> set[str]:
    """Look at the tables without opening the file for writing, where that can be done."""
    try:
        return _tables(path, "mode=ro")
    except sqlite3.OperationalError as cause:
        if _code(cause) == sqlite3.SQLITE_BUSY:
            raise  # it was waited for already
        # A process was killed while it wrote: only who may write can take that back, which
        # is not for us to do in somebody else's file.
        with contextlib.suppress(sqlite3.Error):
            if _are_foreign(as_it_lies := _tables(path, "mode=ro&immutable=1")):
                return as_it_lies
        return _tables(path, "mode=rw")


def _are_foreign(tables: set[str]) -> bool:
    return bool(tables) and not tables >= {generations.name, purse.name, schema_version.name}


def _code(error: sqlite3.Error) -> int | None:
    """Give the kind of an error, without what its upper bits tell more of it."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _tables(path: Path, how: str) -> set[str]:
    address = f"{path.absolute().as_uri()}?{how}"
    opened = sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS)
    with contextlib.closing(opened) as reader:
        found = reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}


def _on_connect(connection: Any, _record: object) -> None:
    # SQLAlchemy's transactions are begun by hand below: pysqlite begins them too late.
    connection.isolation_level = None
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise RecordError(
            f"The ledger's folder does not allow SQLite's write-ahead log (it answers {mode!r}); "
            "network drives often do not. Give the lab a path on a local disk."
        )
    # FULL, since a paid row that a power cut loses would be paid again.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _on_begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("imagelab_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare(connection: Connection, path: Path) -> None:
    if sa.inspect(connection).has_table(schema_version.name):
        if _version(connection, path) < VERSION:
            _grow(connection)
        connection.execute(sa.schema.CreateIndex(bills_above_holds, if_not_exists=True))
        return
    metadata.create_all(connection)
    connection.execute(schema_version.insert().values(version=VERSION))
    empty = {"spent_nano": 0, "at_risk_nano": 0, "held_nano": 0}
    connection.execute(purse.insert(), [{"name": name, **empty} for name in ("real", "simulated")])


def _grow(connection: Connection) -> None:
    """Add the tables and columns that an older version did not have; what is there stays."""
    metadata.create_all(connection)
    there = sa.inspect(connection)
    for table in metadata.sorted_tables:
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                words = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {words}")
    connection.execute(schema_version.update().values(version=VERSION))


def _version(connection: Connection, path: Path) -> int:
    version = connection.execute(sa.select(schema_version.c.version)).scalar()
    if version is None:
        raise RecordError(remedy(path, "malformed (the version of its tables is gone)"))
    if version > VERSION:
        raise RecordError(
            f"The ledger {path} was written by a newer imagelab (version {version} of its tables; "
            f"this one knows {VERSION}). Upgrade imagelab; the ledger was left as it is."
        )
    return int(version)
