"""What a run made: pictures by factor, to look at, to index and to add up."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from imagelab.catalog.arguments import made_by_name, named
from imagelab.comparison.brought import bring
from imagelab.comparison.written import Written
from imagelab.errors import InputError
from imagelab.insight import archive
from imagelab.records.rows import Unknown
from imagelab.replaying import bare_name, successor, twins, warn_of_retirement
from imagelab.request import in_notebook
from imagelab.runner import Run

Result = TypeVar("Result")


@made_by_name
class Comparison(Written):
    """The pictures of one run, each in its cell; in a notebook it shows itself as a grid.

    >>> comparison = lab.compare(["a fox", "an owl"], quality=["low", "high"])  # doctest: +SKIP
    >>> comparison["a fox", "high"].cost_usd                                    # doctest: +SKIP
    0.16641
    >>> comparison.costs("quality")                                             # doctest: +SKIP
    """

    @named()
    def replay(
        self, model: str | None = None, *, fresh: bool = False, unknown: Unknown = "keep"
    ) -> Comparison:
        """Run the same sweep on another model, and show both side by side.

        This asks a provider anew. To play a comparison back out of a ZIP, for nothing, there is
        ``Lab(replay="file.zip")``.

        Without a model it is the successor that is named for a retired one. What the ledger
        holds is not asked for again; ``difference()`` of the new comparison has the dollars.

        >>> both = comparison.replay("gpt-image-2.5-flare")         # doctest: +SKIP
        >>> both.difference()                                       # doctest: +SKIP

        Raises:
            InputError: that model is here already, or cannot do the same; nothing was sent.
            ModelError: the catalogue has no such model.

        """
        if model is not None and str(model).lower().endswith(".zip"):
            raise InputError(
                f"replay() takes a model; a ZIP is played back by Lab(replay={str(model)!r})."
            )
        bare = successor(self.cells) if model is None else bare_name(model)
        cells = twins(self.cells, bare)
        if not self._session.simulated:
            for provider in dict.fromkeys(cell.provider for cell in cells):
                warn_of_retirement(bare, provider or self._session.provider)
        run = Run(self._session, cells, finish=self._beside, fresh=fresh, unknown=unknown)
        return run_to_end(run)

    def _beside(self, run: Run[Comparison]) -> Comparison:
        """Put what a replay brought beside what is here."""
        return Comparison(
            self._session,
            [*self.cells, *run.cells],
            {**self.generations, **run.landed},
            came={**self.came, **run.came},
            left={**self.left, **run.left},
            columns="model",
        )


def run_to_end(run: Run[Result]) -> Result:
    """Run to the end, with a grid that fills where pictures can be shown, else with a line."""
    if not in_notebook():
        from imagelab.views.text import TextProgress

        return run.start(TextProgress()).result()
    from imagelab.views import live

    return live.follow(run)


def finisher(recorded: archive.Archive | None = None) -> Callable[[Run[Comparison]], Comparison]:
    """Make what a run brought a comparison; where no grid shows it, say once what is missing.

    ``recorded`` is the ZIP that is replayed: what was said of these pictures comes along.
    """
    told: list[str] = []

    def finish(run: Run[Comparison]) -> Comparison:
        made = Comparison(run.session, run.cells, run.landed, came=run.came, left=run.left)
        if recorded and (recorded.votes or recorded.notes):
            bring(run.session.ledger, recorded, made)
        if made.shortfall and not told and not in_notebook():
            told.append(made.shortfall)
            sys.stderr.write(f"imagelab: {made.shortfall}\n")
        return made

    return finish
