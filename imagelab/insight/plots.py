"""Charts of what pictures cost and what that buys, in matplotlib.

Each takes a table and ``ax=``, draws on it (or on a new one) and returns it. Colours are
Okabe and Ito's, told apart by colour-blind eyes, and never alone: order, marks or words say
the same, so that they read in grey print too. Real and simulated money never share a chart.
"""

from __future__ import annotations

from imagelab.insight.plots_of_money import cost, latency, quoted, spend
from imagelab.insight.plots_of_votes import frontier, win_rates, wins

__all__ = ["cost", "frontier", "latency", "quoted", "spend", "win_rates", "wins"]


def __dir__() -> list[str]:
    return __all__
