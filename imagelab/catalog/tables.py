"""The catalogue as DataFrames, for people to read. Loads pandas at first use."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from imagelab.catalog import models as _models
from imagelab.catalog import prices as _prices
from imagelab.catalog import providers as _providers
from imagelab.catalog import tokens as _tokens
from imagelab.catalog.arguments import named
from imagelab.catalog.money import usd

if TYPE_CHECKING:
    from pandas import DataFrame

_NANO_PER_MILLION = 1000  # nano-dollars per token in a dollar per million tokens


@named()
def models() -> DataFrame:
    """Return a table of the models, indexed by id, oldest first.

    ``released``, ``shutdown`` and ``date`` are days (NaT: none known), ``batch`` is missing
    where sources disagree. Lists are written with commas.
    """
    return _table(
        (dataclasses.asdict(model) for model in _models.all_models()),
        index="id",
        columns={
            "title": "string",
            "released": "datetime64[s]",
            "shutdown": "datetime64[s]",
            "successor": "string",
            "architecture": "category",
            "sizes": "category",
            "tiers": "string",
            "backgrounds": "string",
            "formats": "string",
            "input_fidelity": "string",
            "markup": "bool",
            "complexity": "bool",
            "streams": "bool",
            "batch": "boolean",
            "max_prompt": "int64",
            "snapshots": "string",
            "note": "string",
            "date": "datetime64[s]",
            "source": "string",
        },
    )


@named()
def prices(model: str | None = None) -> DataFrame:
    """Return a table of the catalogue's price rows, of one model where asked, by the row's id.

    Prices are dollars per million tokens, NaN where unknown.

    Raises:
        ModelError: the catalogue has no such model.
    """
    wanted = None if model is None else _models.get(model).id
    return price_table(row for row in _prices.all_prices() if wanted in (None, row.model))


def price_table(rows: Iterable[_prices.Price]) -> DataFrame:
    """Return price rows as a table indexed by their ids, in dollars per million tokens."""
    return _table(
        ({**dataclasses.asdict(row), "id": row.id, **_dollars(row)} for row in rows),
        index="id",
        columns={
            "provider": "category",
            "model": "category",
            "lane": "category",
            "since": "datetime64[s]",
            "until": "datetime64[s]",
            **dict.fromkeys(_prices.KINDS, "float64"),
            "date": "datetime64[s]",
            "source": "string",
        },
    )


@named()
def providers(model: str | None = None) -> DataFrame:
    """Return a table of the providers, indexed by name, or what each asks for one model.

    With a model: its name at each provider, dollars per million tokens at the newest standard
    price, dollars per square picture of each tier (the picture alone, without the words of its
    prompt), and the provider's last day for it; missing where unknown.

    Raises:
        ModelError: the catalogue has no such model.
    """
    if model is not None:
        return _offers(_models.get(model).id)
    return _table(
        (dataclasses.asdict(provider) for provider in _providers.all_providers()),
        index="name",
        columns={
            "title": "string",
            "base_url": "string",
            "key_env": "string",
            "endpoint_env": "string",
            "model_prefix": "string",
            "default_model": "string",
            "simulated": "bool",
            "price_list": "category",
            "date": "datetime64[s]",
            "source": "string",
        },
    )


def _offers(model: str) -> DataFrame:
    rows = []
    for provider in _providers.all_providers():
        row = _prices.price(provider.name, model)
        known = {} if row is None else {"since": row.since, "source": row.source, **_dollars(row)}
        name = provider.model_prefix + model
        last = _models.shutdown(_models.get(model), provider.name)
        rows.append(
            {"provider": provider.name, "model": name, "shutdown": last, **known}
            | _per_picture(model, row)
        )
    return _table(
        rows,
        index="provider",
        columns={
            "model": "string",
            **dict.fromkeys(_prices.KINDS, "float64"),
            **dict.fromkeys(_per_picture(model, None), "float64"),
            "shutdown": "datetime64[s]",
            "since": "datetime64[s]",
            "source": "string",
        },
    )


def _per_picture(model: str, row: _prices.Price | None) -> dict[str, float | None]:
    """Return the dollars of one square picture, by tier."""
    cells: dict[str, float | None] = {}
    for tier in _models.get(model).tiers:
        count = _tokens.output_tokens(model, tier, "1024x1024").tokens
        nano = None if row is None else _prices.cost({"image_out": count}, row)
        cells[f"{tier}_usd"] = None if nano is None else usd(nano)
    return cells


def _dollars(row: _prices.Price) -> dict[str, float | None]:
    """Return a row's prices in dollars per million tokens."""
    nanos = {kind: getattr(row, kind) for kind in _prices.KINDS}
    return {
        kind: None if price is None else price / _NANO_PER_MILLION for kind, price in nanos.items()
    }


def _table(
    rows: Iterable[Mapping[str, Any]], *, index: str, columns: Mapping[str, str]
) -> DataFrame:
    """Return the rows as a table of these columns and dtypes."""
    import pandas as pd

    cells = [{name: _cell(fact) for name, fact in row.items()} for row in rows]
    frame = pd.DataFrame(cells).reindex(columns=[index, *columns])
    return frame.astype(dict(columns)).set_index(index)


def _cell(fact: object) -> object:
    return ", ".join(fact) if isinstance(fact, tuple) else fact
