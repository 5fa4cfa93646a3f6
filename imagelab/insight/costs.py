"""What pictures cost: the log and the cost table, as plain DataFrames."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imagelab.catalog import models
from imagelab.errors import InputError

if TYPE_CHECKING:
    from pandas import DataFrame, Series

COLUMNS: dict[str, str] = {
    "id": "int64",
    "time": "datetime64[us, UTC]",
    "prompt": "string",
    "model": "category",
    "quality": "category",
    "actual_quality": "category",
    "size": "category",
    "actual_size": "category",
    "status": "category",
    "cost_usd": "Float64",
    "quoted_usd": "Float64",
    "sample": "int64",
    "take": "int64",
    "provider": "category",
    "simulated": "bool",
    "background": "category",
    "actual_background": "category",
    "output_format": "category",
    "actual_format": "category",
    "width": "Int64",
    "height": "Int64",
    "seconds": "Float64",
    "error": "string",
    "note": "string",
    "star": "bool",
    "remark": "string",
    "text_input_tokens": "Int64",
    "image_input_tokens": "Int64",
    "image_output_tokens": "Int64",
    "text_output_tokens": "Int64",
    "cost_basis": "category",
    "billed": "category",
    "attempts": "int64",
    "picture": "string",
    "bytes": "Int64",
    "partial": "string",
    "run": "Int64",
    "operation": "category",
    "images": "object",
    "mask": "object",
    "markup": "object",
    "parents": "object",
    "input_fidelity": "category",
    "complexity": "category",
    "frame_count": "Int64",
    "frame_duration_ms": "Int64",
    "partial_images": "Int64",
    "extra": "object",
    "author_model": "category",
    "author_output_tokens": "Int64",
    "request_id": "string",
}
"""The columns of the log and their types. Money is dollars; unknown money is missing."""

TIERS = ("low", "medium", "high", "xhigh", "max", "auto")
STATUSES = ("held", "sent", "done", "failed", "refused", "unknown", "spoilt")
BILLED = ("yes", "no", "perhaps")


def log_frame(rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    """Make the ledger's rows a DataFrame, oldest first, one row per picture asked for."""
    import pandas as pd

    read: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "time": lambda row: row["created_us"],
        "cost_usd": lambda row: _dollars(row["cost_nano"]),
        "quoted_usd": lambda row: _dollars(row["quoted_nano"]),
        "bytes": lambda row: row["size_bytes"],
        "star": lambda row: bool(row.get("star")),
        "remark": lambda row: row.get("remark") or None,
        "images": lambda row: _hashes(row.get("images")),
        "mask": lambda row: _hashes(row.get("mask")),
        "markup": lambda row: _hashes(row.get("markup")),
        "parents": lambda row: _read(row.get("parents")),
        "extra": lambda row: _read(row.get("extra")),
    }
    columns: dict[str, Any] = {
        name: [read[name](row) if name in read else row.get(name) for row in rows]
        for name in COLUMNS
    }
    columns["time"] = pd.to_datetime(columns["time"], unit="us", utc=True)
    return pd.DataFrame({name: _typed(name, columns[name]) for name in COLUMNS})


def _read(text: str | None) -> Any:
    """Read what the ledger keeps as JSON; lists become tuples, which tables can group by."""
    found = None if text is None else json.loads(text)
    return tuple(found) if isinstance(found, list) else found


def _hashes(text: str | None) -> Any:
    """Name pictures that went along by their hashes, under which their files lie."""
    found = _read(text)
    if isinstance(found, tuple):
        return tuple(one["sha256"] for one in found)
    return found and found["sha256"]


def _dollars(nano: int | None) -> float | None:
    return None if nano is None else nano / 1e9


def _typed(name: str, values: Any) -> Series[Any]:
    import pandas as pd

    ordered = {"quality": TIERS, "status": STATUSES, "billed": BILLED}
    kind: Any = COLUMNS[name]
    if name in ordered:
        extra = sorted({v for v in values if v is not None} - set(ordered[name]))
        kind = pd.CategoricalDtype([*ordered[name], *extra], ordered=name == "quality")
    typed: Series[Any] = pd.Series(values, dtype=kind)
    return typed


def costs(
    log: DataFrame,
    by: str | Sequence[str] | None = "quality",
    orders: Mapping[str, Sequence[str]] = {},
) -> DataFrame:
    """Add up a log by one factor or several: pictures, dollars spent, their mean and share.

    Simulated money never mixes with real: where a log holds both, ``simulated`` is part of
    the index, and shares are of their own purse. ``pictures`` counts those that were
    billed or perhaps billed; ``unknown`` how many of them have no known cost (they are not
    in ``spent_usd``, so it is a lower bound where that is not 0). ``orders`` gives columns
    the order of their values; tiers have theirs, and what has none is sorted.

    >>> lab.costs("quality")            # doctest: +SKIP
             pictures  spent_usd  mean_usd  share  unknown
    quality
    low             2   0.021870  0.010935   0.05        0

    Raises:
        InputError: ``by`` names no column.

    """
    factors = _checked(by, log.columns)
    paid = _ordered(log[log["billed"] != "no"], orders)
    if len(set(log["simulated"])) > 1 and "simulated" not in factors:
        factors = ["simulated", *factors]
    if not factors:
        paid, factors = paid.assign(all="all"), ["all"]
    groups = paid.groupby(factors, observed=True, sort=True)
    table = groups.agg(
        pictures=("id", "size"),
        spent_usd=("cost_usd", "sum"),
        mean_usd=("cost_usd", "mean"),
        unknown=("cost_usd", lambda cost: int(cost.isna().sum())),
    )
    purses = paid.groupby("simulated")["cost_usd"].sum()
    whole = paid.assign(purse=paid["simulated"].map(purses)).groupby(factors, observed=True)
    table.insert(3, "share", table["spent_usd"] / whole["purse"].first())
    return table


def _ordered(log: DataFrame, orders: Mapping[str, Sequence[str]]) -> DataFrame:
    import pandas as pd

    kinds = {
        name: pd.CategoricalDtype(list(values), ordered=True)
        for name, values in orders.items()
        if name in log.columns
    }
    return log.astype(kinds)


def _checked(by: object, columns: Iterable[str]) -> list[str]:
    several = [by] if isinstance(by, str) else [] if by is None else by
    if not isinstance(several, Iterable):
        raise InputError(f"costs adds up by a column or several, not {by!r}: costs('quality').")
    factors, there = [str(one) for one in several], list(columns)
    for name in factors:
        if name not in there:
            meant = models.closest(name, there)
            hint = f" Did you mean {meant}?" if meant else ""
            raise InputError(f"There is no column {name!r}.{hint} There are {', '.join(there)}.")
    return factors
