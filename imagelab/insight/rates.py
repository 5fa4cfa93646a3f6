"""The chart of a verdict: win rates with their intervals, and what a picture costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagelab.catalog.money import show
from imagelab.insight.ranking import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREY, BLUE = "#858585", "#3b82c4"
"""Both are read on light and on dark paper."""

LONGEST = 40


def plot(
    levels: Sequence[tuple[str, Estimate, int | None]],
    *,
    chosen: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one line per level: its name, price (nano-dollars), win rate and interval."""
    ax = _axes(len(levels)) if ax is None else ax
    ax.axvline(0.5, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    for row, (name, rate, _) in enumerate(reversed(levels)):
        ax.hlines(row, rate.low, rate.high, color=BLUE, linewidth=3, alpha=0.5)
        size, inside = (10, BLUE) if name == chosen else (7, "white")
        ax.plot(
            rate.value,
            row,
            "o",
            color=BLUE,
            markersize=size,
            markerfacecolor=inside,
            markeredgewidth=2,
        )
    names = [f"{_short(name)}   {show(cost)}" for name, _, cost in reversed(levels)]
    ax.set_yticks(range(len(levels)), names)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.6, len(levels) - 0.4)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    filled = "; filled: the verdict" if chosen else ""
    words = f"win rate, 95 % intervals{filled}"
    ax.set_xlabel(words, color=GREY, fontsize=8)
    ax.tick_params(colors=GREY, length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _axes(rows: int) -> Axes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 0.9 + 0.42 * rows), dpi=110, layout="constrained")
    figure.patch.set_alpha(0.0)
    ax = figure.add_subplot()
    ax.patch.set_alpha(0.0)
    return ax


def _short(level: str) -> str:
    return level if len(level) <= LONGEST else f"{level[: LONGEST - 1]}…"
