"""The hand that draws the charts: one plain style, money on axes, bars, whiskers and duels."""

from __future__ import annotations

import io
import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from imagelab.bookkeeping.costs import Over, spans
from imagelab.catalog.money import nano, show
from imagelab.naming import cut, told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame, Series

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#5A5A5A")
HATCHES = ("", "//", "..", "xx", "--", "\\\\", "oo", "++")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK, SOFT, RULE = "#222222", "#5f6068", "#d9dade"

MOST_DOTS = 2400
"""The longer edge of a chart as a file, in pixels."""

LONGEST = 44
"""How many letters of a name are drawn, on two lines."""

MOST_BESIDE = 40
"""How many letters a legend may have beside a title, its marks counted as six each."""

MOST_KINDS = len(COLOURS)
"""What varies more than that is not told apart by colour; the rest is drawn as one."""


def axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Take the axes given, or make some; either way in the house's plain style."""
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(SOFT)
    ax.tick_params(colors=INK, labelsize=9)
    ax.grid(axis="y", color=RULE, lw=0.6)
    ax.set_axisbelow(True)
    return ax


def let_go(ax: Axes) -> Any:
    """Give the figure of a chart that goes elsewhere: a notebook does not show it a second time."""
    import matplotlib.pyplot as plt

    figure: Any = ax.get_figure(root=True)
    plt.close(figure)
    return figure


def png(figure: Figure, dots_per_inch: int = 160) -> bytes:
    """Write a figure as a PNG file, on white paper; a very large one is written less finely."""
    out = io.BytesIO()
    dpi = min(dots_per_inch, MOST_DOTS / max(figure.get_size_inches()))
    options: dict[str, Any] = {"dpi": dpi, "facecolor": "white", "bbox_inches": "tight"}
    figure.savefig(out, format="png", metadata={"Software": None}, **options)
    return out.getvalue()


def empty(ax: Axes, table: DataFrame, words: str) -> bool:
    """Say on the chart that there is nothing to draw."""
    if len(table):
        return False
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color=SOFT)
    ax.set_xticks([])
    ax.set_yticks([])
    return True


def stack(ax: Axes, table: DataFrame, named: Sequence[str]) -> None:
    """Stack the columns of a table over its times."""
    wide = width(table.index)
    below = table.iloc[:, 0] * 0
    for at, (name, heights) in enumerate(table.items()):
        style: dict[str, Any] = {
            "color": COLOURS[at],
            "hatch": HATCHES[at],
            "edgecolor": "white",
            "lw": 0.5,
        }
        ax.bar(table.index, heights, wide, bottom=below, label=str(name), **style)
        below = below + heights
    if named:
        legend(ax, len(table.columns))


def width(starts: Any) -> float:
    """Give the width of a bar in days: nine tenths of the shortest span."""
    steps = starts.to_series().diff().dropna()
    return float(0.9 * steps.min().total_seconds() / 86_400) if len(steps) else 0.6


def so_far(ax: Axes, sums: Series[Any]) -> None:
    """Draw the sum so far on an axis of its own, to the right."""
    if len(sums) < 2:
        return
    right = ax.twinx()
    line: dict[str, Any] = {"color": INK, "lw": 1.5, "drawstyle": "steps-mid"}
    line["path_effects"] = halo()
    right.plot(sums.index, sums.cumsum(), **line)
    right.set_ylim(bottom=0)
    right.set_ylabel("dollars so far (line)", color=INK)
    right.spines[["top", "left"]].set_visible(False)
    right.spines["right"].set_color(SOFT)
    right.tick_params(colors=INK, labelsize=9)
    money_axis(right)


def beside(ax: Axes, table: DataFrame) -> None:
    """Set the columns of a table side by side, each bar with its dollars."""
    import numpy as np

    width = 0.8 / len(table.columns)
    for at, (name, heights) in enumerate(table.items()):
        places = np.arange(len(table)) + (at - (len(table.columns) - 1) / 2) * width
        style: dict[str, Any] = {
            "color": COLOURS[at],
            "hatch": HATCHES[at],
            "edgecolor": "white",
            "lw": 0.5,
        }
        bars = ax.bar(places, heights.fillna(0), width * 0.94, label=short(name), **style)
        words = ["" if h != h else show(nano(h)) for h in heights]
        ax.bar_label(bars, words, padding=2, fontsize=8, color=INK)
    ax.set_xticks(range(len(table)), shorts(table.index))
    ax.margins(y=0.14)


def duels(
    ax: Axes, row: int, column: int, rate: float, met: float, *, counted: bool = True
) -> None:
    """Write into a square of the matrix who won how often, and of how many duels."""
    number = f"\nof {met:g}" if counted else ""
    words = f"{rate:.0%}{number}" if met else "no duel" if counted else "–"
    ink = "white" if met and abs(rate - 0.5) > 0.32 else INK if met else SOFT
    ax.text(column, row, words, ha="center", va="center", color=ink, fontsize=9 if counted else 7)


def interval(
    ax: Axes, row: Any, reach: tuple[float, float], *, on_front: bool, is_named: bool
) -> None:
    """Draw a level with its interval and name; an end without a bound is an arrow."""
    colour = COLOURS[0] if on_front else SOFT
    here = (row.cost_usd, row.strength)
    for bound, edge in ((row.low, reach[0]), (row.high, reach[1])):
        endless = bound is None or bound != bound or math.isinf(bound)
        head = "-|>" if endless else "|-|,widthA=0,widthB=0.35"
        arrow = {"arrowstyle": head, "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (row.cost_usd, edge if endless else bound), here, arrowprops=arrow)
    face = colour if on_front else "white"
    ax.scatter([row.cost_usd], [row.strength], s=56, color=face, edgecolor=colour, lw=1.6, zorder=3)
    if is_named:
        # Above and to the left of the frontier nothing lies; its first point has the axis there.
        above = on_front and row.Index > 0
        at: dict[str, Any] = {"xytext": (-8, 4), "ha": "right", "va": "bottom"}
        at = at if above else {"xytext": (9, -3), "ha": "left", "va": "top"}
        words: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9, "color": INK}
        ax.annotate(row.name, here, path_effects=halo(), **at, **words)


def halo() -> list[Any]:
    """Set a line or words off from what they cross."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3.5, foreground="white")]


def whisker(ax: Axes, row: float, low: float, high: float, value: float, filled: bool) -> None:
    """Draw a value with its interval along a line, filled where it is the one to look at."""
    ax.hlines(row, low, high, color=COLOURS[0], lw=3, alpha=0.45)
    face, size = (COLOURS[0], 90) if filled else ("white", 44)
    ax.scatter([value], [row], s=size, color=face, edgecolor=COLOURS[0], lw=1.8, zorder=3)


def dollars(cost_nano: int | None) -> str:
    """Write money on a chart, where a bare dollar sign would begin mathematics."""
    return show(cost_nano).replace("$", r"\$")


UNDRAWN = "□"
"""What stands for letters that no font here has: matplotlib would warn of each of them."""


def _letters() -> frozenset[int]:
    """Give the letters that charts can be written in, with the fonts that are set now."""
    from matplotlib import rcParams

    return _letters_of(tuple(rcParams["font.family"]))


@cache
def _letters_of(families: tuple[str, ...]) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    files = [findfont(FontProperties(family=[one])) for one in families]
    return frozenset().union(*(get_font(file).get_charmap() for file in files))


def jitter(at: int, many: int) -> Any:
    """Spread dots beside each other, the same way every time."""
    import numpy as np

    return at + (np.random.default_rng(at).random(many) - 0.5) * 0.32


def shades(many: int) -> list[str]:
    """Give a colour for each of some kinds."""
    return [COLOURS[at % len(COLOURS)] for at in range(many)]


def ends(both: DataFrame) -> tuple[float, float]:
    """Give the range of dollars that both axes share."""
    money = both[["quoted_usd", "cost_usd"]].astype(float).to_numpy()
    return float(money.min()) * 0.7, float(money.max()) * 1.4


def diverging() -> Any:
    """Give the colours from orange over white to blue."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [COLOURS[5], "#ffffff", COLOURS[0]]
    return LinearSegmentedColormap.from_list("imagelab", ends).with_extremes(bad="#f0f0f2")


def money_axis(ax: Axes, axis: str = "y") -> None:
    """Write an axis in dollars."""
    from matplotlib.ticker import FuncFormatter

    line = getattr(ax, f"{axis}axis")

    def words(amount: float, _: int) -> str:
        places = line.get_majorticklocs()
        if line.get_scale() != "linear" or len(places) < 2:
            return dollars(nano(amount))
        step = float(places[1] - places[0])
        digits = 0 if step >= 1 else max(2, math.ceil(-math.log10(step) - 1e-9))
        return rf"\${amount:,.{digits}f}"

    line.set_major_formatter(FuncFormatter(words))


def date_axis(ax: Axes, starts: Any, over: Over) -> None:
    """Write an axis in days, or name the few spans there are."""
    from matplotlib import dates

    if len(starts) <= 12:
        tilted: dict[str, Any] = {"rotation": 30, "ha": "right"} if len(starts) > 4 else {}
        ax.set_xticks(starts, list(spans(starts.to_series(), over)), **tilted)
        if len(starts) < 3:
            ax.margins(x=0.8)
        return
    locator: Any = dates.AutoDateLocator()  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    form: Any = dates.ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(form)


def legend(ax: Axes, many: int) -> None:
    """Put the legend above the chart, where nothing lies under it; the title comes after it."""
    if many > 1:
        place: dict[str, Any] = {
            "loc": "lower right",
            "bbox_to_anchor": (1, 1),
            "borderaxespad": 0.2,
        }
        ax.legend(ncols=min(many, 4), frameon=False, fontsize=8, **place)


def title(ax: Axes, words: str, *, under: bool = True) -> None:
    """Write the title on the left, above a legend that is too wide to stand beside it.

    ``under`` tells whether the legend, if there is one, stands there.
    """
    found = ax.get_legend() if under else None
    names = [text.get_text() for text in found.get_texts()] if found else []
    is_wide = sum(len(name) + 6 for name in names) > MOST_BESIDE
    rows = -(-len(names) // 4) if is_wide else 0
    ax.set_title(words, loc="left", pad=6 + 15 * rows)


def short(name: Any) -> str:
    """Write a value of a factor on a chart: at most two lines, dollars no mathematics."""
    drawn = "".join(
        one if ord(one) in _letters() else UNDRAWN for one in str(name) if one.isprintable()
    )
    words = cut(re.sub(f"{UNDRAWN}+", UNDRAWN, drawn), LONGEST)
    return "\n".join(textwrap.wrap(words, LONGEST // 2)[:2]).replace("$", r"\$")


def shorts(names: Iterable[Any]) -> list[str]:
    """Write the values of a factor, those that begin alike by what tells them apart."""
    return [short(name) for name in told_apart([str(name) for name in names], LONGEST)]
