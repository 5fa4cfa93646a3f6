"""Transactions on one ledger's file, from many threads and beside other processes."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import Connection

from imagelab.errors import RecordError
from imagelab.records import engine
from imagelab.records.owner import File


class Access:
    """The file at ``path``, opened: transactions that write, one at a time, and that read.

    Raises:
        RecordError: the file is locked for long, damaged, newer than this version, or is
            no ledger (it is then not touched).

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = engine.open_engine(path)
        # Beside it SQLite keeps its log, and not beside a link to it.
        self._real = path.resolve()
        self.file, self._log = engine.file_of(path), engine.log_of(self._real)
        # Within a process a plain lock is fairer and quicker than SQLite's busy waiting.
        self._writing = threading.Lock()
        self._process = os.getpid()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes, for this wing: one at a time, durable at its end."""
        with self._in_turn(), engine.translated(self.path):
            log = self._follow_log()
            with self._engine.begin() as connection:
                yield connection
            if engine.log_of(self._real) != log:
                raise RecordError(
                    f"The log of the ledger {self.path} was taken away while it was written to. "
                    "Run it again."
                )

    @contextlib.contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Wait for the other threads: together, and not one after another, for a locked ledger."""
        self._refuse_a_fork()
        if not self._writing.acquire(timeout=engine.PATIENCE_SECONDS):
            raise RecordError(engine.remedy(self.path, "locked"))
        try:
            yield
        finally:
            self._writing.release()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads, for this wing."""
        self._refuse_a_fork()
        reader = self._engine.execution_options(imagelab_reads=True)
        with engine.translated(self.path):
            self._follow_log()
            with reader.connect() as connection:
                yield connection

    def _refuse_a_fork(self) -> None:
        """Use no connection, and wait for no lock, that was another process's: both are lost."""
        if os.getpid() != self._process:
            raise RecordError(
                f"The ledger {self.path} was opened before this process was forked from another, "
                "and cannot be used in both: make a Lab of its own in here, on the same path."
            )

    def _follow_log(self) -> File:
        """Open the file anew where another process has taken its log away; give the log.

        SQLite does that as the last process closes the file, and takes this one for gone when
        somebody in it has opened the file and closed it by other means (copied it, say). What is
        written to a log that was taken away is lost.
        """
        if engine.file_of(self.path) != self.file:
            raise RecordError(
                f"The ledger {self.path} was moved or deleted while this lab had it open. Put it "
                "back, or make the lab anew: what is written now would be lost."
            )
        if engine.log_of(self._real) != self._log:
            self._engine.dispose()
            with self._engine.connect():
                self._log = engine.log_of(self._real)
        return self._log
