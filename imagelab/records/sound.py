"""Is a row what was written? An editor, or a failing disk, puts text where a cost belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from imagelab.errors import RecordError
from imagelab.records.asking import request_of
from imagelab.records.schema import generations
from imagelab.request import plain

_KINDS: dict[type[sa.types.TypeEngine[Any]], tuple[type, ...]] = {
    sa.Boolean: (bool,),
    sa.Integer: (int,),
    sa.Float: (int, float),
    sa.String: (str,),
}
_AS_JSON = ("images", "mask", "markup", "svg", "extra", "parents")
_YEAR_10000_US = 253_402_300_800_000_000

_seen: set[tuple[type, ...]] = set()
"""The kinds of whole rows that were found sound, cell by cell: most rows are alike in them."""


def row(found: sa.RowMapping) -> dict[str, Any]:
    """Read a row of generations that the database gave, with whatever else stands in it.

    Raises:
        RecordError: a cell holds what was never written there; the words name both.

    """
    read = dict(found)
    try:
        _look_at(read)
    except (ValueError, TypeError, AttributeError, RecursionError) as cause:
        raise damaged(f"generation {read['id']} has {cause}") from cause
    return read


def cell(column: sa.Column[Any], value: Any) -> Any:
    """Read the value of one cell.

    Raises:
        ValueError: it is missing, or of another kind; the words name the column.

    """
    if value is None and (column.nullable or column.server_default is not None):
        return None
    kinds = next(one for kind, one in _KINDS.items() if isinstance(column.type, kind))
    fits = isinstance(value, kinds) and isinstance(value, bool) == (kinds == (bool,))
    if not fits or (isinstance(value, int | float) and not abs(value) < 2**63):
        raise ValueError(f"{str(value)[:40]!r} where {column.name} is wanted")
    return plain(value) if isinstance(value, str) else value


def damaged(what: str) -> RecordError:
    """Say what is wrong in a ledger that opens, and what can be done about it."""
    return RecordError(
        f"The ledger is damaged: {what}. It was left as it is; put a backup in its place, or "
        "give the lab another path."
    )


def _look_at(read: Mapping[str, Any]) -> None:
    kinds = tuple(map(type, read.values()))
    if kinds not in _seen:
        for column in generations.columns:
            cell(column, read[column.name])
        _seen.add(kinds)
    if not 0 <= read["created_us"] < _YEAR_10000_US:
        raise ValueError(f"{read['created_us']} where created_us is wanted")
    if any(read[name] is not None for name in _AS_JSON):
        request_of(read)
