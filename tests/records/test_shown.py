"""The cells that runs showed."""

from __future__ import annotations

from imagelab.records import shown
from imagelab.records.ledger import Ledger
from tests.records.rows import held


def test_cells_are_read_oldest_first(ledger: Ledger) -> None:
    """Every cell of every run says which row it showed, and whether it was paid for then."""
    row = held(ledger)
    for came in ("sent", "ledger"):
        run = ledger.begin_run("simulator", simulated=True, pictures=1)
        ledger.record_cells(run, [(0, {"prompt": "a fox"}, row.id, came)])  # type: ignore[list-item]
    found = shown.cells(ledger)
    assert [(cell["generation"], cell["came"]) for cell in found] == [
        (row.id, "sent"),
        (row.id, "ledger"),
    ]
