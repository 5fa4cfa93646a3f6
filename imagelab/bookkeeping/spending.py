"""What the money did: quotes kept, pictures of no use, payments saved, and the month to come."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from imagelab.bookkeeping.costs import (
    are_pictures,
    check_columns,
    dollars_of,
    grouped,
    nano_of,
    purse_first,
)

if TYPE_CHECKING:
    from pandas import DataFrame, Series

REASONS = {
    "failed": "failed, surely not billed",
    "refused": "refused by the safety system",
    "unknown": "no whole answer came, perhaps billed",
    "spoilt": "what came is no picture",
    "unstarred": "a picture without a star",
    "unseen": "a picture that nobody looked at",
}
_UNWANTED = ("unstarred", "unseen")
"""Why a request brought nothing that was wanted."""

SAVED = ("from the ledger", "shared in one sweep")

HISTORY_DAYS = 28
"""How many days a forecast looks back: whole weeks, so that no weekday counts more."""

FEWEST_DAYS = 7
"""With fewer days behind it a forecast gives no range."""

DRAWS = 4000


def quoted(
    log: DataFrame, by: str | Sequence[str] | None = "quality", *, totals: bool = False
) -> DataFrame:
    """Set quotes against costs, one line for each group, of pictures whose both are known.

    ``difference_usd`` is what was paid beyond the quotes, ``ratio`` the costs by the quotes,
    ``worst`` that of the picture that passed its quote most. ``left_out`` counts pictures
    that were billed or perhaps billed and lack one of the two.
    """
    factors = purse_first(log, check_columns(by, log.columns))
    paid = log[(log["billed"] != "no") & are_pictures(log)]
    quote, cost = nano_of(paid["quoted_usd"]), nano_of(paid["cost_usd"])
    both = quote.notna() & cost.notna()
    rows = paid.assign(both=both, quote=quote.where(both), cost=cost.where(both))
    rows["worst"] = rows["cost"] / rows["quote"].where(rows["quote"] > 0)
    groups = grouped(rows, factors, [factors] if totals and factors else ())
    table: DataFrame = groups.agg(
        pictures=("both", "sum"), asked=("id", "size"), worst=("worst", "max")
    )
    table.insert(1, "quoted_usd", dollars_of(groups["quote"]))
    table.insert(2, "spent_usd", dollars_of(groups["cost"]))
    table.insert(3, "difference_usd", (table["spent_usd"] - table["quoted_usd"]).round(9))
    table.insert(4, "ratio", _ratio(table["spent_usd"], table["quoted_usd"]))
    table["left_out"] = table.pop("asked") - table["pictures"]
    return table


def waste(
    log: DataFrame, by: str | Sequence[str] | None = None, *, totals: bool = False
) -> DataFrame:
    """Count what was asked for and brought nothing that was wanted, by reason.

    A request that failed, was refused, has no known end or brought no picture; where anything
    is starred, pictures without a star; and where any picture was ever opened or voted on, those
    that nobody looked at.
    A judge's questions are no pictures, and their money counts. ``spent_usd`` is what is known
    to be paid for them, ``share`` its part of its purse, and ``at_risk_usd`` what was held for
    those that were perhaps billed.
    """
    factors = check_columns(by, log.columns)
    rows = log.assign(why=_why(log), nano=nano_of(log["cost_usd"]), picture=are_pictures(log))
    risk = nano_of(log["hold_usd"]).where(rows["nano"].isna() & (log["billed"] != "no"))
    rows = rows.assign(risk=risk)
    purses = {bool(k): part["nano"].sum() / 1e9 for k, part in rows.groupby("simulated")}
    keys = purse_first(log, ["why", *factors])
    groups = grouped(rows[rows["why"].notna()], keys, [keys] if totals else ())
    table: DataFrame = groups.agg(pictures=("picture", "sum"))
    table["spent_usd"] = dollars_of(groups["nano"])
    table["at_risk_usd"] = groups["risk"].sum().astype("Float64") / 1e9
    table["share"] = _share(table, purses)
    return table


def savings(
    log: DataFrame,
    shown: Sequence[Mapping[str, Any]],
    by: str | Sequence[str] | None = None,
    *,
    totals: bool = False,
) -> DataFrame:
    """Add up what was shown and not paid for again.

    ``shown`` are the cells of all runs: ``run``, ``generation`` and whether it ``came`` from
    the ``ledger`` or was ``sent``. A cell that the ledger filled saved the cost of its
    picture; so did each further cell of a sweep that asked for the same. ``saved_usd`` is
    what they did cost the first time, ``unknown`` counts those whose cost nobody knows.
    """
    import pandas as pd

    factors = check_columns(by, log.columns)
    cells = pd.DataFrame(
        [(cell["run"], cell["generation"], cell["came"]) for cell in shown],
        columns=["run", "generation", "came"],
    )
    again = cells.duplicated(["run", "generation"])
    cells["why"] = [
        SAVED[0] if came == "ledger" else SAVED[1] if twice else None
        for came, twice in zip(cells["came"], again, strict=True)
    ]
    good = log[(log["status"] == "done") & are_pictures(log)].rename(columns={"run": "paid_by"})
    rows = cells[cells["why"].notna()].merge(good, left_on="generation", right_on="id")
    rows["why"] = rows["why"].astype(pd.CategoricalDtype(list(SAVED), ordered=True))
    rows["nano"] = nano_of(rows["cost_usd"])
    keys = purse_first(log, ["why", *(name if name != "run" else "paid_by" for name in factors)])
    groups = grouped(rows, keys, [keys] if totals else ())
    table: DataFrame = groups.agg(pictures=("id", "size"), known=("nano", "count"))
    table["saved_usd"] = dollars_of(groups["nano"])
    table["unknown"] = table["pictures"] - table.pop("known")
    return table


def forecast(log: DataFrame, now: datetime) -> DataFrame:
    """Say what the month of ``now`` (UTC) will have cost at its end, one line for each purse.

    What was spent so far, and the mean of the last 28 days (or of as many as there are) for
    each day that is left. ``low_usd`` and ``high_usd`` hold it in 8 of 10 months if days go on
    as they were: they are drawn from them, and missing with less than a week of days.
    ``unknown`` counts this month's pictures whose cost nobody knows.
    """
    import pandas as pd

    now = now.astimezone(UTC)
    paid = log[(log["billed"] != "no") & (log["time"] <= now)]
    lines = {
        "simulated" if simulated else "real": _month(part, now)
        for simulated, part in paid.groupby("simulated")
    }
    table = pd.DataFrame.from_dict(lines, orient="index", columns=list(_MONTH))
    return table.astype(_MONTH).rename_axis("purse")


_MONTH = {
    "month": "string",
    "so_far_usd": "Float64",
    "per_day_usd": "Float64",
    "days_left": "Float64",
    "forecast_usd": "Float64",
    "low_usd": "Float64",
    "high_usd": "Float64",
    "unknown": "int64",
}


def _month(paid: DataFrame, now: datetime) -> list[Any]:
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = begins + timedelta(days=calendar.monthrange(now.year, now.month)[1])
    left = (ends - now) / timedelta(days=1)
    dollars = nano_of(paid["cost_usd"]) / 1e9
    here = paid["time"] >= begins
    so_far = float(dollars[here].sum())
    ago = (now - paid["time"]).dt.total_seconds() / 86_400
    behind = min(float(HISTORY_DAYS), max(1.0, float(ago.max())))
    per_day = float(dollars[ago <= behind].sum()) / behind
    low, high = _range(dollars, ago, int(behind), left)
    return [
        f"{now:%Y-%m}",
        so_far,
        per_day,
        round(left, 2),
        so_far + per_day * left,
        None if low is None else so_far + low,
        None if high is None else so_far + high,
        int(dollars[here].isna().sum()),
    ]


def _range(
    dollars: Series[Any], ago: Series[Any], days: int, left: float
) -> tuple[float | None, float | None]:
    """Draw the days that are left from those behind, often; give what 8 of 10 sums lie within."""
    import numpy as np

    if days < FEWEST_DAYS:
        return None, None
    known = dollars.notna()
    at = ago[known].to_numpy().astype(int)
    spent = np.bincount(at, weights=dollars[known].to_numpy(float), minlength=days)[:days]
    coming = max(1, round(left))
    # The same days give the same range: a table that changes by itself is none to rely on.
    drawn = np.random.default_rng(0).choice(spent, (DRAWS, coming)).sum(axis=1) * left / coming
    low, high = np.quantile(drawn, (0.1, 0.9))
    return float(low), float(high)


def _why(log: DataFrame) -> Series[Any]:
    """Say of each row why it brought nothing; missing where it did."""
    import pandas as pd

    status = log["status"].astype("object")
    why = status.map(
        {name: words for name, words in REASONS.items() if name not in ("unstarred", "unseen")}
    )
    done = (status == "done") & are_pictures(log)
    starred, seen = (_marked(log, name) for name in ("star", "looked_at"))
    if starred.any():
        why = why.mask(done & ~starred, REASONS["unstarred"])
    if seen.any():
        why = why.mask(done & ~starred & ~seen, REASONS["unseen"])
    kind = pd.CategoricalDtype(list(REASONS.values()), ordered=True)
    told: Series[Any] = why.astype(kind)
    return told


def _marked(log: DataFrame, name: str) -> Series[Any]:
    """Give a column of yes and no; a log without it marks nothing."""
    import pandas as pd

    if name not in log.columns:
        return pd.Series(False, index=log.index)
    marks: Series[Any] = log[name].astype("boolean").fillna(False).astype(bool)
    return marks


def _share(table: DataFrame, purses: Mapping[bool, float]) -> Series[Any]:
    """Give the part of its own purse that each line spent."""
    import pandas as pd

    names = table.index.names
    if "simulated" in names:
        own = [purses[bool(one)] for one in table.index.get_level_values("simulated")]
    else:
        own = [next(iter(purses.values()), 0.0)] * len(table)
    return _ratio(table["spent_usd"], pd.Series(own, index=table.index, dtype="Float64"))


def _ratio(part: Series[Any], whole: Series[Any]) -> Series[Any]:
    ratio: Series[Any] = part / whole.where(whole > 0)
    return ratio
