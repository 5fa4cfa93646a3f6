"""A fresh ledger for every test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.records.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is."""
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """An open ledger without rows."""
    with contextlib.closing(Ledger(path)) as opened:
        yield opened
