"""What the page is told of a comparison: plain values, as JSON takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from imagelab.catalog.money import show as money
from imagelab.insight.board import Board, Tile
from imagelab.insight.layout import columns_of, factors_of, varying

if TYPE_CHECKING:
    from imagelab.progress import Progress

# What tells the page about a tile; the rest of a tile is Python's own.
_SENT = (
    "status",
    "alt",
    "price",
    "seconds",
    "details",
    "note",
    "width",
    "height",
    "star",
    "remark",
    "differs",
    "unfinished",
)
AXES = ("rows", "columns", "tabs")


def table_of(board: Board) -> dict[str, Any]:
    """Write down where everything stands: the tiles in the order they are read."""
    everything = board.everything or board.tiles
    vary = varying(everything)
    samples = len({tile.factors.get("sample", "1") for tile in everything}) > 1
    return {
        "rows": list(board.rows),
        "columns": list(board.columns),
        "row_name": board.row_name,
        "column_name": board.column_name,
        "tabs": list(board.tabs),
        "tab": board.arrangement.tab,
        "positions": [tile.position for tile in board.tiles],
        "row_of": [tile.row for tile in board.tiles],
        "column_of": [tile.column for tile in board.tiles],
        "labels": [tile.label for tile in board.tiles],
        "abreast": board.widest,
        "common": board.common,
        "everything": len(everything),
        "factors": [*vary, *(["sample"] if samples else [])],
        "known": list(dict.fromkeys((*factors_of(everything), *columns_of(everything)))),
        "prompts": "prompt" in (board.arrangement.rows or ()) and len(board.rows) > 1,
    }


def totals_of(board: Board) -> dict[str, Any]:
    """Write down what rows, columns and the whole add up to."""
    return {
        "rows": list(board.row_totals),
        "columns": list(board.column_totals),
        "all": board.total,
        "shown": board.shown,
        "simulated": board.simulated,
        "badge": board.badge,
    }


def tile_of(tile: Tile, *, asking: bool = False, problem: str = "") -> dict[str, Any]:
    """Write down one tile; ``asking`` while a new take is under way."""
    told = {name: getattr(tile, name) for name in _SENT}
    return {**told, "details": list(tile.details), "asking": asking, "problem": problem}


def outcome_of(board: Board, came: Mapping[int, str]) -> dict[str, Any]:
    """Say of a run that is over what was paid for now; nothing where nobody knows."""
    if not came:
        return {}
    tiles = board.everything or board.tiles
    landed = [tile for tile in tiles if tile.position in came]
    # Once per picture: twins in one sweep share what one of them cost.
    sent, kept = (
        {tile.generation: tile.cost_nano or 0 for tile in landed if came[tile.position] == how}
        for how in ("sent", "ledger")
    )
    return {
        "pictures": len(tiles),
        "landed": len(landed),
        "from_ledger": sum(came[tile.position] == "ledger" for tile in landed),
        "troubled": sum(not tile.shown for tile in landed),
        "spent": money(sum(sent.values())),
        "saved": money(sum(kept.values())),
        "finished": True,
    }


def progress_of(progress: Progress) -> dict[str, Any]:
    """Write down how far a run is."""
    return {
        "pictures": progress.pictures,
        "landed": progress.landed,
        "from_ledger": progress.from_ledger,
        "troubled": progress.troubled,
        "spent": money(progress.spent_nano),
        "saved": money(progress.saved_nano),
        "quoted": "" if progress.quoted_nano is None else money(progress.quoted_nano),
        "simulated": progress.simulated,
        "seconds_left": progress.seconds_left,
        "limited": progress.limited,
        "stopping": progress.stopping,
        "finished": progress.finished,
    }
