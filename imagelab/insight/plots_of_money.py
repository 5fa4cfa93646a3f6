"""Charts of what was spent, what a tier costs, how long it takes, and how a quote held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagelab.bookkeeping.costs import Over, check_columns, costs
from imagelab.catalog.arguments import named
from imagelab.insight.drawing import (
    INK,
    MARKS,
    MOST_KINDS,
    SOFT,
    axes,
    beside,
    date_axis,
    empty,
    ends,
    jitter,
    legend,
    money_axis,
    shades,
    short,
    so_far,
    stack,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame


@named()
def spend(
    log: DataFrame,
    *,
    over: Over = "day",
    by: str | None = "quality",
    simulated: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what was spent in each hour, day, week or month (UTC), and the sum so far.

    Bars are stacked by one column. ``simulated`` chooses the purse where a log holds both;
    left out, real money is drawn if there is any.

    >>> imagelab.plots.spend(lab.log, over="week", by="model")      # doctest: +SKIP
    """
    purse, money = _purse(log, simulated)
    ax = axes(ax, (7.0, 3.6))
    purse = _known(purse, "cost_usd")
    if empty(ax, purse, "nothing was spent yet"):
        return ax
    purse, kinds = _few(purse, by)
    table = costs(purse, kinds or None, over=over, totals=False)
    table = table if kinds else table[["spent_usd"]]
    starts = _starts(table.index, over)
    table = table.set_axis(starts, axis=0).reindex(_all_spans(starts, over), fill_value=0)
    stack(ax, table.fillna(0).astype(float), [over] if kinds else [])
    ax.set_ylabel(f"dollars a {over} ({money})")
    money_axis(ax)
    date_axis(ax, table.index, over)
    so_far(ax, table.fillna(0).astype(float).sum(axis=1))
    title(ax, f"Spent by {over}")
    return ax


@named()
def cost(
    log: DataFrame,
    *,
    by: str = "quality",
    series: str = "model",
    simulated: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean cost of a picture by tier, side by side for each model.

    ``by`` and ``series`` are columns of the log. Pictures whose cost nobody knows are left out.

    >>> imagelab.plots.cost(lab.log)        # doctest: +SKIP
    """
    purse, money = _purse(log, simulated)
    purse = _known(purse, "cost_usd")
    check_columns([by, series], purse.columns)
    bars = len(purse[[by, series]].drop_duplicates())
    ax = axes(ax, (min(12, max(6.4, 0.65 * bars)), 3.6))
    if empty(ax, purse, "no cost is known yet"):
        return ax
    purse, kinds = _few(purse, series)
    means = costs(purse, [by, *kinds])["mean_usd"].astype(float)
    table = means.unstack(kinds) if kinds and by != series else means.to_frame(by)
    beside(ax, table)
    ax.set_ylabel(f"dollars a picture ({money})")
    ax.set_xlabel(by)
    money_axis(ax)
    legend(ax, len(table.columns))
    title(ax, "Cost of a picture")
    return ax


@named()
def latency(log: DataFrame, *, by: str = "quality", ax: Axes | None = None) -> Axes:
    """Draw how long answers took: every picture a dot, the median and the middle half a box.

    A simulator's seconds are its painter's, and are only drawn where there are no others.

    >>> imagelab.plots.latency(lab.log, by="model")     # doctest: +SKIP
    """
    there = log[log["seconds"].notna() & (log["status"] == "done")]
    real = there[~there["simulated"]]
    there = there if real.empty else real
    ax = axes(ax, (6.0, 3.6))
    if empty(ax, there, "no answer was timed yet"):
        return ax
    check_columns(by, there.columns)
    groups = there.groupby(by, observed=True)["seconds"]
    times = {name: one.astype(float).to_numpy() for name, one in groups}
    for at, (seconds, colour) in enumerate(zip(times.values(), shades(len(times)), strict=True)):
        ax.scatter(jitter(at, len(seconds)), seconds, s=14, color=colour, alpha=0.6, lw=0)
    boxes: dict[str, Any] = {
        "widths": 0.5,
        "showfliers": False,
        "medianprops": {"color": INK, "lw": 2},
    }
    ax.boxplot(list(times.values()), positions=range(len(times)), **boxes)
    names = [f"{short(name)}\n{len(one)} pictures" for name, one in times.items()]
    ax.set_xticks(range(len(times)), names)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("seconds (simulator)" if real.empty else "seconds")
    title(ax, "How long a picture takes")
    return ax


@named()
def quoted(log: DataFrame, *, simulated: bool | None = None, ax: Axes | None = None) -> Axes:
    """Draw each picture's cost against its quote: on the line it cost what was quoted.

    >>> imagelab.plots.quoted(lab.log)      # doctest: +SKIP
    """
    purse, money = _purse(log, simulated)
    ax = axes(ax, (4.6, 4.4))
    both = purse[purse["quoted_usd"].notna() & (purse["quoted_usd"] > 0) & (purse["cost_usd"] > 0)]
    if empty(ax, both, "no picture has a quote and a cost yet"):
        return ax
    both, kinds = _few(both, "quality")
    groups = list(both.groupby(kinds, observed=True)) if kinds else [(("",), both)]
    colours = shades(len(groups))
    for at, (name, part) in enumerate(groups):
        style: dict[str, Any] = {
            "marker": MARKS[at % len(MARKS)],
            "color": colours[at],
            "edgecolor": INK,
        }
        ax.scatter(part["quoted_usd"], part["cost_usd"], s=34, lw=0.5, label=name[0], **style)
    reach = ends(both)
    ax.plot(reach, reach, color=SOFT, lw=1, ls="--", zorder=0)
    ax.set(xscale="log", yscale="log", xlim=reach, ylim=reach, aspect="equal")
    for axis in ("x", "y"):
        money_axis(ax, axis)
    ax.set_xlabel(f"quoted dollars ({money})")
    ax.set_ylabel(f"paid dollars ({money})")
    if len(groups) > 1:
        ax.legend(frameon=False, fontsize=8, loc="upper left")  # the dots lie on the diagonal
    title(ax, "Paid against quoted", under=False)
    return ax


def _purse(log: DataFrame, simulated: bool | None) -> tuple[DataFrame, str]:
    """Choose one purse, and name it: they are never drawn together."""
    if simulated is None:
        simulated = bool(len(log)) and bool(log["simulated"].all())
    chosen = log[(log["simulated"] == simulated) & (log["billed"] != "no")]
    return chosen, "simulated money" if simulated else "real money"


def _known(log: DataFrame, column: str) -> DataFrame:
    return log[log[column].notna()]


def _few(log: DataFrame, by: str | None) -> tuple[DataFrame, list[str]]:
    """Keep the kinds that cost most, and call all the rest one: colours are few."""
    if by is None:
        return log, []
    check_columns(by, log.columns)
    sums = log.groupby(by, observed=True)["cost_usd"].sum().sort_values(ascending=False)
    if len(sums) <= MOST_KINDS:
        return log, [by]
    kept = set(sums.index[: MOST_KINDS - 1])
    names = [one if one in kept else "others" for one in log[by]]
    return log.assign(**{by: names}), [by]


def _starts(names: Any, over: Over) -> Any:
    """Turn the names of spans into the times at which they begin."""
    import pandas as pd

    if over == "week":
        return pd.to_datetime([f"{name}-1" for name in names], format="%G-W%V-%u")
    return pd.to_datetime(list(names))


_STEPS = {"hour": "h", "day": "D", "week": "W-MON", "month": "MS"}


def _all_spans(starts: Any, over: Over) -> Any:
    """Give every span from the first to the last: one without spending is a gap to be seen."""
    import pandas as pd

    whole = pd.date_range(starts.min(), starts.max(), freq=_STEPS[over])
    return whole if len(whole) <= 2000 else starts
