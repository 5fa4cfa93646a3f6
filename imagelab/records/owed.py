"""Settlements that the disk did not take: kept until it takes them, while this process lives."""

from __future__ import annotations

from pathlib import Path

from imagelab.records.rows import Outcome

_owed: dict[tuple[Path, int], Outcome] = {}


def keep(ledger: Path, number: int, outcome: Outcome) -> None:
    """Keep in mind how a row ended; the first end is the one that tells most."""
    _owed.setdefault((ledger, number), outcome)


def of(ledger: Path, number: int) -> Outcome | None:
    """Give how a row ended, if that could not be written down."""
    return _owed.get((ledger, number))


def is_any(ledger: Path) -> bool:
    """Tell whether anything could not be written down here."""
    return any(path == ledger for path, _ in list(_owed))


def forget(ledger: Path, number: int) -> None:
    """Let go of what is written down now."""
    _owed.pop((ledger, number), None)
