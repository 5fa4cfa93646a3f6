"""A run on the screen of a notebook: its grid fills as pictures land."""

from __future__ import annotations

import html
from typing import TypeVar

from imagelab.catalog.money import show
from imagelab.insight.layout import counted
from imagelab.runner import Run
from imagelab.views.grid import Grid, line

Result = TypeVar("Result")


def follow(run: Run[Result]) -> Result:
    """Show a run while the cell waits for it, then leave one line in its place."""
    from IPython.display import display

    grid = Grid.live(run.cells, side=run.session.thumbnail_side)
    display(grid)
    result = run.start(grid).result()
    line(_left(run))
    return result


def begin(run: Run[Result]) -> Run[Result]:
    """Show a run with a Stop button, and return while it goes on."""
    from IPython.display import display

    grid = Grid.live(run.cells, stop=run.stop, side=run.session.thumbnail_side)
    display(grid)
    return run.start(grid)


def _left(run: Run[Result]) -> str:
    """Say what a run made. No seconds and no word of the ledger: a saved line stays true.

    So the money is what the pictures are worth, whether they were paid for now or before.
    """
    made = {one.id: one for one in run.landed.values()}.values()
    pictures = sum(one.picture is not None for one in run.landed.values())
    costs = [one.cost_nano for one in made]
    words = [
        counted(pictures, len(run.cells)),
        f"worth {show(sum(cost or 0 for cost in costs))}{' and more' * (None in costs)}",
    ]
    troubled = len(run.landed) - pictures
    if troubled:
        words.append(f"{troubled} without a picture")
    if run.left:
        words.append(f"{len(run.left)} not asked for ({next(iter(run.left.values()))})")
    if run.session.simulated:
        words.append("simulated")
    return html.escape(" · ".join(words))
