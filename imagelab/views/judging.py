"""A judge at work on the screen: how far it is, what it spent, what it said last, and Stop."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import traitlets

from imagelab import question
from imagelab.catalog.money import show
from imagelab.errors import InputError
from imagelab.insight import stills
from imagelab.views import lasting
from imagelab.views._tiles import progress_of
from imagelab.views._view import View
from imagelab.views.grid import line

if TYPE_CHECKING:
    from imagelab.progress import Progress
    from imagelab.request import Generation
    from imagelab.runner import Run

Result = TypeVar("Result")

ENDED = (
    "The live view of this judge ended with its kernel. What it said is kept; run the cell again "
    "to see it."
)


class Judging(View, stem="judging", shared=("lightbox", "tiles")):
    """A judge at work: hand it to a run as its display.

    ``progress`` says how far it is; ``said`` is what it said last: the prompt, the two levels,
    which of them won, and why. ``stop`` is called when somebody presses Stop.
    """

    progress = traitlets.Dict().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)
    can_stop = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        factors: Mapping[int, Mapping[str, str]],
        *,
        name: str = "",
        stop: Callable[[], None] | None = None,
    ) -> None:
        self._factors, self._stop = factors, stop
        begun = {"pictures": len(factors), "landed": 0, "finished": False}
        super().__init__(progress=begun, name=name, can_stop=stop is not None)

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Take in what was said since the last call. Called by a run, from its thread."""
        told = [one for at, row in landed.items() if (one := self._told(at, row))]
        with self.hold_sync():
            self.progress = progress_of(progress)
            if told:
                self.said = told[-1]

    def _told(self, position: int, row: Generation) -> dict[str, str] | None:
        if row.status != "done" or row.answer is None:
            return None
        try:
            said = question.said(row.answer)
        except InputError:
            return None
        factors = self._factors[position]
        winner = {"left": factors["left"], "right": factors["right"]}.get(said.winner, "")
        return {**factors, "winner": winner, "reason": said.reason}

    def _on_stop(self, _: Mapping[str, Any]) -> None:
        if self._stop is not None:
            self._stop()

    def _ipython_display_(self) -> None:
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if bundle else ({"text/plain": repr(self)}, {})
        lasting.show({**data, "text/plain": ""}, metadata)
        if self._stop is not None:
            words = {"text/html": stills.ended(ENDED), "text/plain": "A judge at work."}
            lasting.show(words)

    def __repr__(self) -> str:
        return f"Judging({self.name}, {len(self._factors)} questions)"


def follow(run: Run[Result], name: str) -> Result:
    """Show a run of a judge while the cell waits for it, then leave one line in its place."""
    from IPython.display import display

    view = Judging(_factors(run), name=name)
    display(view)
    result = run.start(view).result()
    line(_left(run, name))
    return result


def begin(run: Run[Result], name: str) -> Run[Result]:
    """Show a run of a judge with a Stop button, and return while it goes on."""
    from IPython.display import display

    view = Judging(_factors(run), name=name, stop=run.stop)
    display(view)
    return run.start(view)


def _factors(run: Run[Any]) -> dict[int, Mapping[str, str]]:
    return {cell.position: cell.factors for cell in run.cells}


def _left(run: Run[Any], name: str) -> str:
    """Say what a judge did. No seconds and no word of the ledger: a saved line stays true."""
    made = {one.id: one for one in run.landed.values()}.values()
    answered = sum(one.status == "done" for one in run.landed.values())
    costs = [one.cost_nano for one in made]
    words = [
        f"{name}: {answered} of {len(run.cells)} questions answered",
        f"worth {show(sum(cost or 0 for cost in costs))}{' and more' * (None in costs)}",
        *(["simulated"] if run.session.simulated else []),
    ]
    return html.escape(" · ".join(words))
