"""What a run made, theme by theme."""

from __future__ import annotations

from imagelab.comparison.comparison import Comparison, finisher, run_to_end

__all__ = ["Comparison", "finisher", "run_to_end"]
