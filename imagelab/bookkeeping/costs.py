"""The log and what its pictures cost, added up by factor and over time, as plain DataFrames."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

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
    "looked_at": "bool",
    "remark": "string",
    "text_input_tokens": "Int64",
    "image_input_tokens": "Int64",
    "image_output_tokens": "Int64",
    "text_output_tokens": "Int64",
    "cost_basis": "category",
    "hold_usd": "Float64",
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
    "answer": "string",
}
"""The columns of the log and their types. Money is dollars; unknown money is missing."""

Over = Literal["hour", "day", "week", "month"]
"""The spans of time that costs are added up over, in UTC."""

Value = Literal["spent_usd", "pictures", "mean_usd", "unknown"]
"""What the cells of a table over time can show."""

TOTAL = "total"

JUDGE = "judge"
"""The operation of rows that asked a judge: money, but no picture."""

NOT_GIVEN = "not given"
"""Stands for a setting that was left to the provider."""

TIERS = ("low", "medium", "high", "xhigh", "max", "auto")
STATUSES = ("held", "sent", "done", "failed", "refused", "unknown", "spoilt")
BILLED = ("yes", "no", "perhaps")


def log_frame(rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    """Make the ledger's rows a DataFrame, oldest first, one row per picture asked for."""
    import pandas as pd

    read: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "time": lambda row: row["created_us"],
        "quality": lambda row: row["quality"] or None,
        "size": lambda row: row["size"] or None,
        "cost_usd": lambda row: _dollars(row["cost_nano"]),
        "quoted_usd": lambda row: _dollars(row["quoted_nano"]),
        "hold_usd": lambda row: _dollars(row["hold_nano"]),
        "bytes": lambda row: row["size_bytes"],
        "star": lambda row: bool(row.get("star")),
        "looked_at": lambda row: bool(row.get("looked_at")),
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
    *,
    over: Over | None = None,
    values: Value = "spent_usd",
    totals: bool | None = None,
) -> DataFrame:
    """Add up a log by one factor or several, and over time where ``over`` is given.

    Simulated money never mixes with real: where a log holds both, ``simulated`` is part of
    the index, and shares and totals are of their own purse. ``pictures`` counts those that
    were billed or perhaps billed; what judges were asked is money and no picture, and stands
    under ``judge`` where a picture has its tier or size. ``unknown`` is how many rows have no
    known cost (they are not in ``spent_usd``, so it is a lower bound where that is not 0).
    ``orders`` gives columns the order of their values; tiers have theirs, and what has none is
    sorted.

    With ``over`` the table has one row for each hour, day, week or month (UTC) in which
    something was asked for, and the factors across; its cells show ``values``. Where nothing
    was asked for it says 0 dollars; where all costs are unknown nothing, never 0. ``totals``
    adds a ``total``; left out, a table over time has one and the other has none.

    >>> lab.costs("quality")            # doctest: +SKIP
             pictures  spent_usd  mean_usd  share  unknown
    quality
    low             2   0.021870  0.010935   0.05        0

    Raises:
        InputError: ``by`` names no column, or ``over`` or ``values`` is none of those above.

    """
    factors = check_columns(by, log.columns)
    paid = with_judges_named(_ordered(log[log["billed"] != "no"], orders))
    factors = purse_first(log, factors)
    _check_choice("over", over, (None, *get_args(Over)))
    _check_choice("values", values, get_args(Value))
    if over is None:
        return added_up(paid, factors, totals=bool(totals))
    timed = paid.assign(**{over: spans(paid["time"], over)})
    if set(factors) <= {"simulated"}:
        return added_up(timed, [*factors, over], totals=totals is not False)
    return _across(timed, over, factors, values, totals=totals is not False)


def purse_first(log: DataFrame, factors: Sequence[str]) -> list[str]:
    """Add up by purse first where a log holds real and simulated rows: they are never added."""
    both = len(set(log["simulated"])) > 1 and "simulated" not in factors
    return ["simulated", *factors] if both else list(factors)


def check_columns(by: object, columns: Iterable[str]) -> list[str]:
    """Read what to add up by: columns that are there, each once.

    Raises:
        InputError: it names none, or one that is not there; the message says what is.

    """
    several = [by] if isinstance(by, str) else [] if by is None else by
    if not isinstance(several, Iterable):
        raise InputError(f"costs adds up by a column or several, not {by!r}: costs('quality').")
    factors, there = list(dict.fromkeys(str(one) for one in several)), list(columns)
    for name in factors:
        if name not in there:
            meant = models.closest(name, there)
            hint = f" Did you mean {meant}?" if meant else ""
            raise InputError(f"There is no column {name!r}.{hint} There are {', '.join(there)}.")
    return factors


def _check_choice(name: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        named = ", ".join(str(one) for one in allowed)
        raise InputError(f"{name} is one of {named}; got {value!r}.")


def _ordered(log: DataFrame, orders: Mapping[str, Sequence[str]]) -> DataFrame:
    import pandas as pd

    kinds = {
        name: pd.CategoricalDtype(list(values), ordered=True)
        for name, values in orders.items()
        if name in log.columns
    }
    return log.astype(kinds)


def spans(time: Series[Any], over: Over) -> Series[Any]:
    """Name the hour, day, week (ISO) or month of each moment, in UTC, as text that sorts."""
    named: Series[Any] = time.dt.strftime(_SPANS[over]).astype("object")
    return named


_SPANS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}


def added_up(paid: DataFrame, factors: Sequence[str], *, totals: bool) -> DataFrame:
    """Count and add up each group that is there, one line each."""
    table = _sums(paid, factors, [factors] if totals and factors else ())
    table.insert(3, "share", table["spent_usd"] / _purses(paid, table))
    return table


def _across(
    timed: DataFrame, over: Over, factors: Sequence[str], values: Value, *, totals: bool
) -> DataFrame:
    """Add up over time: spans down, factors across, totals of each purse on both edges."""
    long = _sums(timed, [over, *factors], ([over], factors, [over, *factors]) if totals else ())
    table = long[values].unstack(factors).sort_index(axis=1)
    if values in ("pictures", "unknown"):
        return table.fillna(0).astype("int64")
    if values == "spent_usd":
        table = table.where(long["pictures"].unstack(factors).sort_index(axis=1).notna(), 0.0)
    table.attrs["cells"] = values
    return _noted(table, int(_sums(timed, [over])["unknown"].sum()))


def _sums(paid: DataFrame, keys: Sequence[str], totals: Sequence[Sequence[str]] = ()) -> DataFrame:
    """Count and add up by keys, and over each group of them that ``totals`` names."""
    nano, picture = nano_of(paid["cost_usd"]), are_pictures(paid)
    rows = paid.assign(nano=nano, picture=picture, each=nano.where(picture), unsure=nano.isna())
    groups = grouped(rows, keys, totals)
    table: DataFrame = groups.agg(
        pictures=("picture", "sum"), priced=("each", "count"), unknown=("unsure", "sum")
    )
    priced, unknown = table.pop("priced"), table.pop("unknown")
    table["spent_usd"] = dollars_of(groups["nano"])
    table["mean_usd"] = dollars_of(groups["each"]) / priced.where(priced > 0).astype("Float64")
    table["unknown"] = unknown
    return table


def are_pictures(log: DataFrame) -> Series[Any]:
    """Tell which rows asked for a picture: a judge's questions cost money and are none."""
    asked: Series[Any] = log["operation"].astype("object") != JUDGE
    return asked


def with_judges_named(log: DataFrame) -> DataFrame:
    """Say of a judge's rows that they have no tier and no size since they are a judge's."""
    import pandas as pd

    judged = ~are_pictures(log)
    if not judged.any():
        return log
    named: dict[str, Any] = {}
    for name in ("quality", "size"):
        kind = log[name].dtype
        known = list(kind.categories) if isinstance(kind, pd.CategoricalDtype) else []
        ordered = isinstance(kind, pd.CategoricalDtype) and bool(kind.ordered)
        words = log[name].astype("object").mask(judged, JUDGE)
        categories = [*known, *([] if JUDGE in known else [JUDGE])]
        named[name] = words.astype(pd.CategoricalDtype(categories, ordered=ordered))
    return log.assign(**named)


def nano_of(usd: Series[Any]) -> Series[Any]:
    """Turn the log's dollars back into whole nano-dollars, which add up exactly."""
    nano: Series[Any] = (usd.astype("Float64") * 1e9).round().astype("Int64")
    return nano


def dollars_of(groups: Any) -> Series[Any]:
    """Add nano-dollars by group, as dollars; a sum of which nothing is known is missing."""
    dollars: Series[Any] = groups.sum(min_count=1).astype("Float64") / 1e9
    return dollars


def grouped(rows: DataFrame, keys: Sequence[str], totals: Sequence[Sequence[str]] = ()) -> Any:
    """Group rows by keys in their own order, and over each group of keys in ``totals`` too.

    A total stands in place of those keys; ``simulated`` is never added over.
    """
    import pandas as pd

    names = list(keys) or ["all"]
    rows = rows if keys else rows.assign(all="all")
    keyed = _with_totals(
        pd.DataFrame(rows), names, [set(group) - {"simulated"} for group in totals]
    )
    return keyed.groupby(names, observed=True, sort=True)


def _with_totals(
    rows: DataFrame, keys: Sequence[str], groups: Sequence[Collection[str]]
) -> DataFrame:
    """Repeat the rows with a total in place of each group of keys, each key in its order."""
    import pandas as pd

    orders = {key: _order(rows[key]) for key in keys if key != "simulated"}
    labels = {key: _total_label(order) for key, order in orders.items()}
    rows = rows.assign(**{key: rows[key].astype("object").fillna(NOT_GIVEN) for key in orders})
    over = [rows.assign(**{key: labels[key] for key in group}) for group in groups if group]
    rows = pd.concat([rows, *over])
    kinds = {
        key: pd.CategoricalDtype([*order, labels[key]], ordered=True)
        for key, order in orders.items()
    }
    return rows.astype(kinds)


def _order(values: Series[Any]) -> list[Any]:
    """Give the values that are there in their own order, where they have one, else sorted."""
    import pandas as pd

    there, kind = set(values.dropna()), values.dtype
    if isinstance(kind, pd.CategoricalDtype) and kind.ordered:
        found = [one for one in kind.categories if one in there]
    else:
        found = sorted(there)
    return [*found, *([NOT_GIVEN] if values.isna().any() else [])]


def _total_label(values: Sequence[Any]) -> str:
    """Name the total; a prompt may be called total as well."""
    label = TOTAL
    while label in values:
        label = f"{label} of all"
    return label


def _purses(paid: DataFrame, table: DataFrame) -> Series[Any]:
    """Give each row of a table the whole of its own purse."""
    import pandas as pd

    purses = _sums(paid, ["simulated"])["spent_usd"]
    if "simulated" in table.index.names:
        own = [purses[one] for one in table.index.get_level_values("simulated")]
    else:
        own = [purses.iloc[0]] * len(table) if len(purses) else []
    whole: Series[Any] = pd.Series(own, index=table.index, dtype="Float64")
    return whole.where(whole > 0)


def _noted(table: DataFrame, unknown: int) -> DataFrame:
    """Leave a note on a table that does not tell all the money there may be."""
    if unknown:
        pictures = "1 picture" if unknown == 1 else f"{unknown} pictures"
        table.attrs["note"] = f"{pictures} of unknown cost not counted"
    return table
