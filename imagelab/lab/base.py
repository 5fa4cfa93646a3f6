"""What a lab is made of, and what all its themes need."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab.bookkeeping import costs
from imagelab.bookkeeping.pricebook import Prices
from imagelab.catalog import models
from imagelab.connections import Connections
from imagelab.errors import InputError
from imagelab.exchange.place import Place
from imagelab.insight import metrics
from imagelab.insight.archive import Archive
from imagelab.pipeline import Session
from imagelab.records import measures
from imagelab.replaying import warn_of_retirement
from imagelab.request import ImageRequest
from imagelab.sweep import Cell, Sweep
from imagelab.watching import Watch

if TYPE_CHECKING:
    from pandas import DataFrame


class Base:
    """What every theme of the lab stands on."""

    model: str
    path: Path
    _place: Place
    _connections: Connections
    _session: Session
    _prices: Prices
    _recorded: Archive | None
    _watches: weakref.WeakSet[Watch[Any]]

    @property
    def log(self) -> DataFrame:
        """Everything ever asked for under this path: one row per picture, oldest first."""
        ledger = self._session.ledger
        return metrics.add_columns(costs.log_frame(ledger.rows()), measures.read(ledger))

    def _cells(self, sweep: Sweep) -> list[Cell]:
        if not isinstance(sweep, Sweep):
            raise InputError(
                f"A sweep is wanted, not {sweep!r}: lab.run(Sweep(prompts)), or "
                "lab.compare(prompts) in one step."
            )
        cells = [self._at_home(cell) for cell in sweep.cells(model=self.model)]
        for model, provider in dict.fromkeys((one.request.model, one.provider) for one in cells):
            self._check_model(model, self._place_of(provider))
        return cells

    def _at_home(self, cell: Cell) -> Cell:
        """Name a cell's model as the ledger does, whatever its provider puts on the name.

        So too the provider itself, where a recording answers for it; the factor stays as it is.
        """
        place = self._place_of(cell.provider)
        cell = cell if cell.provider is None else replace(cell, provider=place.name)
        model = place.bare(cell.request.model)
        if model == cell.request.model:
            return cell
        factors = {**cell.factors, "model": model}
        return replace(cell, request=replace(cell.request, model=model), factors=factors)

    def _place_of(self, provider: str | None) -> Place:
        return self._place if provider is None else self._connections.place(provider)

    def _cell(self, prompt: str, *, model: str | None, **settings: Any) -> Cell:
        """Make the one picture of a prompt; a setting that is ``None`` is not given."""
        given = {name: value for name, value in settings.items() if value is not None}
        bare = self._place.bare(str(model or self.model))
        request = ImageRequest(prompt=prompt, model=bare, **given)
        self._check_model(request.model, self._place)
        return Cell(0, {"prompt": prompt}, request)

    def _check_model(self, model: str, place: Place) -> None:
        if place.catalogued:
            models.get(model)
        if not place.simulated:
            warn_of_retirement(model, place.name)

    def _purse(self) -> Any:
        return self._session.ledger.purse(simulated=self._session.simulated)
