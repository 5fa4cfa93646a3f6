"""Charts of what people or a judge chose, and of what the dearer tier buys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from imagelab.catalog.arguments import named
from imagelab.errors import InputError
from imagelab.insight.drawing import (
    MOST_KINDS,
    RULE,
    SOFT,
    axes,
    diverging,
    dollars,
    duels,
    empty,
    interval,
    money_axis,
    shorts,
    title,
    whisker,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

    from imagelab.deciding.findings import Findings
    from imagelab.deciding.ranking import Ranking

NO_VOTES, STRENGTH = "no votes yet", "strength (log odds)"

MOST_NAMED, MOST_NUMBERS = 6, 16
"""How many levels are all named beside their dots, and have numbers in the win matrix."""


class Voted(Protocol):
    """What people voted on: a comparison."""

    def verdict(self) -> Findings:
        """Say which level is worth its price."""


Judged: TypeAlias = "Findings | Ranking | Voted"
"""What a chart of votes is drawn from."""


@named()
def win_rates(given: Judged, *, ax: Axes | None = None) -> Axes:
    """Draw each level's win rate with its 95 % interval, and what a picture of it costs.

    ``given`` is a verdict, or a ranking or comparison, whose verdict is then drawn. The level
    that the verdict takes is filled.

    >>> imagelab.plots.win_rates(comparison)        # doctest: +SKIP
    """
    found = _verdict(given)
    ax = axes(
        ax, (6.4, 1.3 + (0.42 if len(found.levels) <= MOST_NAMED else 0.33) * len(found.levels))
    )
    if empty(ax, found.frame if found.ranking.counts.votes else found.frame[:0], NO_VOTES):
        return ax
    levels = found.levels[::-1]
    names = shorts([one.level for one in levels])
    ax.axvline(0.5, color=SOFT, lw=1, ls="--", zorder=1)
    for row, one in enumerate(levels):
        whisker(
            ax,
            row,
            one.win_rate.low,
            one.win_rate.high,
            one.win_rate.value,
            one.level == found.choice,
        )
    ax.set_yticks(
        range(len(levels)),
        [f"{name}   {dollars(one.cost_nano)}" for name, one in zip(names, levels, strict=True)],
    )
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.6, len(levels) - 0.4))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color=RULE, lw=0.6)
    ax.spines[["left"]].set_visible(False)
    ax.tick_params(length=0)
    filled = "; filled: the one to take" if found.choice else ""
    ax.set_xlabel(f"win rate, with its 95 % interval{filled}", fontsize=9)
    title(ax, "Who wins how often")
    return ax


@named()
def frontier(given: Judged | DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw quality against cost: win rates with their intervals, and the frontier.

    ``given`` is a verdict, a ranking or a comparison; or a table with the columns ``level`` (or
    it is the index), ``strength`` or ``win_rate``, its bounds ``low`` and ``high``, and
    ``cost_usd``. A bound that is missing or infinite is drawn as an arrow. On the frontier
    stands what no cheaper level equals.

    >>> imagelab.plots.frontier(comparison)         # doctest: +SKIP
    """
    table, label = _ranked(given)
    ax = axes(ax, (6.0, 4.0) if len(table) <= MOST_NAMED else (8.5, 5.2))
    if empty(ax, table, "no level has votes and a known cost yet"):
        return ax
    best = table["strength"].cummax().shift(fill_value=float("-inf"))
    front = table[table["strength"] > best]
    ax.plot(front["cost_usd"], front["strength"], color=SOFT, lw=1.4, ls="--", zorder=1)
    ax.set_xscale("log")
    reach, table = _reach(table), table.assign(name=shorts(table["level"]))
    for row in table.itertuples():
        on_front = row.Index in front.index
        interval(ax, row, reach, on_front=on_front, is_named=on_front or len(table) <= MOST_NAMED)
    ax.set_ylim(reach)
    ax.margins(x=0.2)
    if len(table) > MOST_NAMED:
        ax.text(1, 0, "grey: a cheaper level is as strong", **_BELOW, transform=ax.transAxes)
    money_axis(ax, "x")
    if label != STRENGTH:
        ax.yaxis.set_major_formatter("{x:.0%}")
    ax.minorticks_off()
    ax.set_xticks(_apart(table["cost_usd"]))
    ax.set_xlabel("dollars a picture")
    ax.set_ylabel(label)
    title(ax, "What a dearer level buys")
    return ax


@named()
def wins(given: Judged | DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often each level (down) beat each other one (across), in percent and in duels.

    ``given`` is a ranking, a verdict or a comparison; or a square table of wins, levels down and
    across. A tie is half a win for each side.

    >>> imagelab.plots.wins(comparison)             # doctest: +SKIP
    """
    import numpy as np

    table = _square(given)
    many, crowded = len(table) > MOST_KINDS, len(table) > MOST_NUMBERS
    wide, high = (0.26, 0.24) if crowded else (0.62, 0.5) if many else (1.1, 0.9)
    ax = axes(ax, (wide * len(table) + 2.4, high * len(table) + 1.4))
    won = table.to_numpy(float)
    met = won + won.T
    if empty(ax, table if met.any() else table[:0], NO_VOTES):
        return ax
    rates = np.divide(won, met, out=np.full_like(won, np.nan), where=met > 0)
    ax.imshow(rates, cmap=diverging(), vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*won.shape):
        if row != column and not crowded:
            figures = float(rates[row, column]), float(met[row, column])
            duels(ax, row, column, *figures, counted=not many)
    names = shorts(table.index)
    ax.set_xticks(range(len(names)), names, rotation=90 if many else 0)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0, bottom=False, top=False, labelsize=6.5 if crowded else 9)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    ax.set_xlabel("... this one")
    ax.set_ylabel("this one beat ...")
    key = " (blue: more than half; orange: less; grey: no duel)" if crowded else ""
    title(ax, f"Who won how often{key}")
    return ax


# ---- the tables behind --------------------------------------------------------------------


def _verdict(given: Any) -> Findings:
    """Take a verdict, or find that of a ranking or a comparison."""
    from imagelab.deciding.findings import Findings, costs_of
    from imagelab.deciding.ranking import Ranking

    if isinstance(given, Ranking):
        return Findings(given.field, given.votes, costs_of(given.field), simulated=False)
    found = given.verdict() if callable(getattr(given, "verdict", None)) else given
    if not isinstance(found, Findings):
        raise InputError(
            "A comparison is wanted here, or what its ranking() or verdict() gave, not "
            f"{type(given).__name__}."
        )
    return found


def _ranked(given: Any) -> tuple[DataFrame, str]:
    """Read levels with a strength and its bounds, cheapest first, and what the strength is."""
    import pandas as pd

    if not isinstance(given, pd.DataFrame):
        found = _verdict(given)
        given = found.frame if found.ranking.counts.votes else found.frame[:0]
    table = given if "level" in given.columns else given.reset_index(names="level")
    kind = "strength" if "strength" in table.columns else "win_rate"
    wanted = ("level", kind, "low", "high", "cost_usd")
    if not set(wanted) <= set(table.columns):
        raise InputError(
            "A table with the columns level, strength (or win_rate), low, high and cost_usd is "
            "wanted here, or a comparison."
        )
    numbers = dict.fromkeys(("strength", "low", "high", "cost_usd"), "float64")
    known = table[list(wanted)].rename(columns={kind: "strength"}).astype(numbers)
    known = known[known["cost_usd"].notna() & (known["cost_usd"] > 0) & known["strength"].notna()]
    order: dict[str, Any] = {"ascending": [True, False], "ignore_index": True}
    known = known.sort_values(["cost_usd", "strength"], kind="stable", **order)
    label = STRENGTH if kind == "strength" else "win rate against the others"
    return known, label


_BELOW: dict[str, Any] = {"ha": "right", "va": "bottom", "fontsize": 8, "color": SOFT}


def _apart(dollars: Iterable[float]) -> list[float]:
    """Choose the costs to name on a logarithmic axis: none so near another that words meet."""
    kept: list[float] = []
    costs = sorted(dollars)
    least = max(1.02, (costs[-1] / costs[0]) ** (1 / 7))
    for one in costs:
        if not kept or one > least * kept[-1]:
            kept.append(one)
    return kept


def _square(given: Any) -> DataFrame:
    import pandas as pd

    if not isinstance(given, pd.DataFrame):
        found = _verdict(given)
        counts, names = found.ranking.counts, list(found.field.levels)
        return pd.DataFrame(counts.wins + counts.ties / 2, names, names)
    if list(given.index) != list(given.columns):
        raise InputError(
            "A square table of wins is wanted, the same levels down and across, or a comparison."
        )
    return given.astype(float).fillna(0)


def _reach(table: DataFrame) -> tuple[float, float]:
    """Give the range of strengths to show; what is endless leaves it by an arrow."""
    import numpy as np

    bounds = table[["strength", "low", "high"]].to_numpy(dtype=float, na_value=np.nan).ravel()
    finite = bounds[np.isfinite(bounds)]
    low, high = float(finite.min()), float(finite.max())
    room = 0.18 * (high - low) or 1.0
    return low - room, high + room
