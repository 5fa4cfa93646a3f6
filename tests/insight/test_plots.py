"""Charts: each draws on the axes it is given and returns them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt

from imagelab import plots
from imagelab.bookkeeping.costs import log_frame
from imagelab.errors import InputError
from imagelab.insight.verdict import Verdict, decide
from tests.bookkeeping.test_costs import rows
from tests.deciding.contests import field, votes

DAY = 86_400_000_000
LOG = log_frame(
    rows(
        {},
        {"quality": "high", "cost_nano": 167_000_000, "created_us": 1_700_000_000_000_000 + DAY},
        {"model": "gpt-image-2", "created_us": 1_700_000_000_000_000 + 3 * DAY},
        {"status": "unknown", "billed": "perhaps", "cost_nano": None},
        {"simulated": False, "cost_nano": 40_000_000},
    )
)
RANKING = pd.DataFrame(
    {
        "level": ["low", "high $5 to $6"],
        "strength": [-1.0, 1.0],
        "low": [-2.0, 0.2],
        "high": [-0.2, math.inf],
        "cost_usd": [0.011, 0.167],
    }
)
WINS = pd.DataFrame([[0, 1], [3, 0]], index=["low", "high"], columns=["low", "high"])

CHARTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "spend": (plots.spend, LOG),
    "cost": (plots.cost, LOG),
    "latency": (plots.latency, LOG),
    "quoted": (plots.quoted, LOG),
    "frontier": (plots.frontier, RANKING),
    "wins": (plots.wins, WINS),
}


@pytest.fixture(autouse=True)
def no_figure_stays_open() -> Iterator[None]:
    """Close what a test drew."""
    yield
    plt.close("all")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_draws_on_the_axes_it_is_given(name: str) -> None:
    """``ax=`` is drawn on and returned; without it there is a new figure. Both can be saved."""
    chart, table = CHARTS[name]
    _, ax = plt.subplots()
    assert chart(table, ax=ax) is ax
    assert chart(table).figure is not ax.figure
    ax.figure.canvas.draw()


@pytest.mark.parametrize("chart", [plots.spend, plots.cost, plots.latency, plots.quoted])
def test_nothing_yet_is_said_on_the_chart(chart: Callable[..., Any]) -> None:
    """An empty log makes a chart that says so."""
    ax = chart(log_frame([]))
    assert "yet" in ax.texts[0].get_text()


@pytest.mark.parametrize("chart", [plots.spend, plots.cost, plots.quoted])
def test_a_chart_shows_one_purse_and_names_it(chart: Callable[..., Any]) -> None:
    """Of a log with both, real money is drawn; the simulated is drawn where it is wanted."""
    assert "real money" in chart(LOG).get_ylabel()
    assert "simulated money" in chart(LOG, simulated=True).get_ylabel()


def test_bars_are_as_high_as_the_dollars() -> None:
    """The bars of the spending chart add up to what was spent."""
    ax = plots.spend(LOG, simulated=True)
    height = sum(bar.get_height() for box in ax.containers for bar in box)
    assert height == pytest.approx(0.010935 * 2 + 0.167)


def test_a_day_without_spending_is_a_gap() -> None:
    """Time is drawn as it passed: a day on which nothing was asked for has its place."""
    ax = plots.spend(LOG, simulated=True, by=None)
    assert len(ax.containers[0]) == 4


def test_many_kinds_are_drawn_as_few() -> None:
    """More kinds than colours: the cheapest are drawn as one."""
    log = log_frame(rows(*({"prompt": f"fox {number}"} for number in range(30))))
    ax = plots.spend(log, by="prompt")
    assert [text.get_text() for text in ax.get_legend().get_texts()].count("others") == 1


def test_the_frontier_leaves_out_what_is_dearer_and_no_better() -> None:
    """The line joins levels that no cheaper one equals."""
    worse = pd.DataFrame(
        {"level": ["mid"], "strength": [-1.5], "low": [-2], "high": [-1], "cost_usd": [0.05]}
    )
    ax = plots.frontier(pd.concat([RANKING, worse]))
    assert list(ax.lines[0].get_xdata()) == [0.011, 0.167]


JUDGED = decide(
    field(cost_nano=11_000_000), votes([(11, 1, "left"), (11, 21, "tie")]), simulated=True
)


class Compared:
    """A comparison, as far as a chart knows one."""

    def verdict(self) -> Verdict:
        """Say which level is worth its price."""
        return JUDGED


@pytest.mark.parametrize(
    "given", [JUDGED, JUDGED.ranking, Compared()], ids=["verdict", "ranking", "comparison"]
)
def test_charts_of_votes_take_what_a_person_has(given: Any) -> None:
    """A comparison, its verdict and its ranking are each drawn, by the same hand."""
    assert "win rate" in plots.frontier(given).get_ylabel()
    assert len(plots.win_rates(given).collections) == 6
    words = {text.get_text() for text in plots.wins(given).texts}
    assert {"100%\nof 1", "50%\nof 1", "no duel"} <= words


def test_letters_that_no_font_has_are_a_box_and_no_warning() -> None:
    """A prompt of emoji and of letters from everywhere is a level like any other."""
    table = RANKING.assign(level=["🦊 雪の中 \n fox", "שלום <b>"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.frontier(table)
        ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts if "fox" in text.get_text()] == ["□ □ fox"]


def test_many_levels_stay_readable_and_quick() -> None:
    """Fifty levels have colours in place of numbers, and names where the frontier is."""
    many = [f"level {at}" for at in range(50)]
    ax = plots.wins(pd.DataFrame(1, many, many))
    assert not ax.texts
    assert "blue" in ax.get_title(loc="left")
    rows = {"strength": range(50), "low": -1.0, "high": 60.0, "cost_usd": [0.01, 0.02] * 25}
    ax = plots.frontier(pd.DataFrame({"level": many, **rows}))
    assert {text.get_text() for text in ax.texts} >= {"level 48", "level 49"}


@pytest.mark.parametrize("chart", [plots.win_rates, plots.frontier, plots.wins])
def test_a_chart_without_votes_says_so(chart: Callable[..., Any]) -> None:
    """Where nobody voted yet there are axes with one sentence on them."""
    ax = chart(decide(field(), [], simulated=True))
    assert "votes" in ax.texts[0].get_text()


def test_a_table_that_does_not_fit_is_said() -> None:
    """A ranking without its columns and a matrix that is not square are input errors."""
    with pytest.raises(InputError, match="strength"):
        plots.frontier(WINS)
    with pytest.raises(InputError, match="square"):
        plots.wins(RANKING)
    with pytest.raises(InputError, match="A comparison is wanted"):
        plots.win_rates(3)  # type: ignore[arg-type]


def test_dollars_in_words_are_no_mathematics() -> None:
    """A level whose name has dollar signs is written as it is."""
    ax = plots.frontier(RANKING)
    ax.figure.canvas.draw()
    assert any("\\$5" in text.get_text() for text in ax.texts)
