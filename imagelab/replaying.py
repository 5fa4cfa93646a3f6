"""The same pictures on another model: what a comparison asks when its model is about to go."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from imagelab.catalog import judges, models
from imagelab.errors import InputError
from imagelab.sweep import Cell


@functools.cache
def warn_of_retirement(model: str, provider: str) -> None:
    """Say once that a provider has retired a model or a judge, or will soon: it decides itself."""
    told = (model, datetime.now(UTC).date(), provider)
    if farewell := models.farewell(*told) or judges.farewell(*told):
        warnings.warn(farewell, stacklevel=_levels_to_the_person())


def _levels_to_the_person() -> int:
    """Count how far up the line stands that somebody wrote in a notebook."""
    frame, levels = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        frame, levels = frame.f_back, levels + 1
    return levels


def bare_name(model: str) -> str:
    """Take the maker's name off a model that the catalogue knows: it has one name in the ledger."""
    return model.removeprefix("openai/") if models.find(model) else model


def successor(cells: Sequence[Cell]) -> str:
    """Name the model that follows the one of these cells.

    Raises:
        InputError: they are of several models, or nobody has named a successor.

    """
    there = list(dict.fromkeys(cell.request.model for cell in cells))
    known = models.find(there[0]) if len(there) == 1 else None
    if known is None or known.successor is None:
        raise InputError(
            f"Name the model to replay on: replay(model=...). These pictures are of "
            f"{' and '.join(there)}, and no one successor is known."
        )
    return known.successor


def twins(cells: Sequence[Cell], model: str) -> list[Cell]:
    """Ask for the same pictures of another model; positions go on where the cells end.

    Raises:
        ModelError: the catalogue has no such model, though it has those of the cells.
        InputError: that model is here already, or cannot do what was asked; the message says
            for which pictures.

    """
    there = dict.fromkeys(cell.request.model for cell in cells)
    if model in there:
        raise InputError(f"These pictures are of {model} already: name another model.")
    if any(models.find(one) for one in there):
        models.get(model)
    made: dict[tuple[object, ...], Cell] = {}
    wrong: dict[str, None] = {}
    last = max((cell.position for cell in cells), default=-1)
    for cell in cells:
        factors = {**cell.factors, "model": model}
        same = (cell.provider, cell.sample, *sorted(factors.items()))
        try:
            request = replace(cell.request, model=model)
        except InputError as problem:
            wrong[str(problem)] = None
            continue
        made.setdefault(
            same,
            replace(cell, position=last + 1 + len(made), factors=factors, request=request),
        )
    if wrong:
        raise InputError("\n  ".join([f"{model} cannot do the same:", *wrong]))
    return list(made.values())
