"""Comparisons made by hand: cells, what became of them, and pictures to show."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from imagelab.insight.layout import Board, lay_out
from imagelab.request import Generation
from imagelab.sweep import Cell, Sweep

COST_NANO = {"low": 11_000_000, "medium": 42_000_000, "high": 167_000_000}
FOXES = Sweep(["a red fox", "a blue fox"], quality=["low", "medium", "high"])


def cells_of(sweep: Sweep) -> list[Cell]:
    """Write a sweep out on gpt-image-1."""
    return sweep.cells(model="gpt-image-1")


def came(cell: Cell, **changes: Any) -> Generation:
    """Make the row of a cell whose picture came, but for what ``changes`` says."""
    size = "1024x1024" if cell.request.size == "auto" else cell.request.size
    width, height = (int(side) for side in size.split("x"))
    row: dict[str, Any] = {
        "id": 1 + cell.position,
        "key": f"v1:{cell.position}",
        "sample": cell.sample,
        "take": 1,
        "provider": "simulator",
        "simulated": False,
        "request": cell.request,
        "status": "done",
        "time": datetime(2026, 11, 22, tzinfo=UTC),
        "billed": "yes",
        "cost_nano": COST_NANO.get(cell.request.quality, 0),
        "seconds": 3.25,
        "picture": f"{cell.position:064x}",
        "width": width,
        "height": height,
        "actual_format": "png",
    }
    return Generation(**{**row, **changes})


def lost(cell: Cell, status: str, **changes: Any) -> Generation:
    """Make the row of a cell that has no picture."""
    billed = {"failed": "no", "refused": "no", "unknown": "perhaps", "spoilt": "yes"}[status]
    nothing = {"cost_nano": None, "picture": None, "width": None, "height": None}
    return came(
        cell, **{**nothing, "status": status, "billed": billed, "error": f"It {status}.", **changes}
    )


def all_came(cells: Sequence[Cell], **changes: Any) -> dict[int, Generation]:
    """Make a row with a picture for every cell."""
    return {cell.position: came(cell, **changes) for cell in cells}


def board_of(sweep: Sweep = FOXES, rows: Mapping[int, Generation] | None = None) -> Board:
    """Lay a sweep out whose pictures have all come."""
    cells = cells_of(sweep)
    return lay_out(cells, all_came(cells) if rows is None else rows)


def picture(
    width: int = 1024, height: int = 1024, *, kind: str = "PNG", colour: str = "#b5452c"
) -> bytes:
    """Make a picture file: one colour, with a darker band to tell top from bottom."""
    mode = "RGBA" if len(colour) == 9 else "RGB"
    image = Image.new(mode, (width, height), colour)
    image.paste("#203040", (0, height - height // 4, width, height))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()
