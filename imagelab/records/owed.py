"""Settlements that the disk did not take: kept until it takes them, while this process lives."""

from __future__ import annotations

from imagelab.records.owner import File
from imagelab.records.rows import Outcome

_owed: dict[tuple[File, int], Outcome] = {}


def keep(ledger: File, number: int, outcome: Outcome) -> None:
    """Keep in mind how a row ended; the first end is the one that tells most."""
    _owed.setdefault((ledger, number), outcome)


def of(ledger: File, number: int) -> Outcome | None:
    """Give how a row ended, if that could not be written down."""
    return _owed.get((ledger, number))


def is_any(ledger: File) -> bool:
    """Tell whether anything could not be written down here."""
    return any(file == ledger for file, _ in list(_owed))


def forget(ledger: File, number: int) -> None:
    """Let go of what is written down now."""
    _owed.pop((ledger, number), None)
