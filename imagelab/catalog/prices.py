"""What tokens cost, by provider, model, day and lane.

All amounts are whole nano-dollars (per token: $5 per million tokens are 5000), so that a
cost is exact. A price that is not known is None, and so is every cost that needs it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from imagelab.catalog import _facts, models, providers
from imagelab.catalog.money import nano

Lane = Literal["standard", "batch"]
"""How a request travels: answered at once, or within a day at half the price."""

KINDS = ("text_in", "text_cached", "image_in", "image_cached", "image_out", "text_out")
"""The kinds of tokens that have a price. Cached tokens are part of those that went in."""

_PER_MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """One row of ``prices.toml``: nano-dollars per token of each kind, None where unknown.

    It holds from ``since`` on, to the day before ``until`` where one is given.
    """

    provider: str
    model: str
    lane: Lane
    since: dt.date
    date: dt.date
    source: str
    until: dt.date | None = None
    text_in: int | None = None
    text_cached: int | None = None
    image_in: int | None = None
    image_cached: int | None = None
    image_out: int | None = None
    text_out: int | None = None

    @property
    def id(self) -> str:
        """The row's name, such as ``openai/gpt-image-1/standard@2025-04-23``."""
        return f"{self.provider}/{self.model}/{self.lane}@{self.since}"


@functools.cache
def all_prices() -> tuple[Price, ...]:
    """Return every price row of the catalogue, in its order."""
    return tuple(Price(**_per_token(row)) for row in _facts.rows("prices")["price"])


def _per_token(row: dict[str, Any]) -> dict[str, Any]:
    known = {kind: _exact(row[kind]) for kind in KINDS if kind in row}
    return {**row, **known}


def _exact(dollars_per_million: str) -> int:
    price, rest = divmod(nano(dollars_per_million), _PER_MILLION)
    if rest:
        raise ValueError(f"${dollars_per_million} per million tokens is no whole nano-dollar each")
    return price


def price(
    provider: str, model: str, *, on: dt.date | None = None, lane: Lane = "standard"
) -> Price | None:
    """Return the price row that holds on a day (None: the newest), or None if unknown.

    The simulator, and a provider that the catalogue does not know, go by OpenAI's list; the
    simulator's row bears its own name.
    """
    seller = providers.find(provider)
    known = models.find(model)
    listed = seller.price_list if seller else "openai"
    rows = [
        row
        for row in all_prices()
        if known and (row.provider, row.model, row.lane) == (listed, known.id, lane)
        if on is None or (row.since <= on and (row.until is None or on < row.until))
    ]
    if not rows:
        return None
    newest = max(rows, key=lambda row: row.since)
    return replace(newest, provider=seller.name) if seller else newest


def cost(tokens: Mapping[str, int | None], price: Price) -> int | None:
    """Return what tokens cost in nano-dollars, or None if that cannot be known.

    ``tokens`` counts each of ``KINDS``; a kind that is missing or None counts as none, but for
    ``image_out``, without which the cost is unknown. Cached tokens are part of ``text_in`` and
    ``image_in`` and are taken out of them. A kind that was spent and has no price makes the
    cost unknown, and so do counts that contradict each other.

    >>> cost({"text_in": 13, "image_out": 1056}, price("openai", "gpt-image-1"))
    42305000
    """
    if tokens.get("image_out") is None:
        return None
    spent = {kind: tokens.get(kind) or 0 for kind in KINDS}
    spent["text_in"] -= spent["text_cached"]
    spent["image_in"] -= spent["image_cached"]
    parts = [_part(count, getattr(price, kind)) for kind, count in spent.items()]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _part(count: int, per_token: int | None) -> int | None:
    if count == 0:
        return 0
    return None if count < 0 or per_token is None else count * per_token


@dataclass(frozen=True)
class Author:
    """What a model that writes SVGs costs: nano-dollars per token, in and out."""

    model: str
    text_in: int
    text_out: int
    date: dt.date
    source: str


def author(model: str) -> Author | None:
    """Return what a model costs as the author of an SVG, or None if that is not known."""
    bare = model.removeprefix("openai/")
    for row in _facts.rows("prices")["author"]:
        if row["model"] == bare:
            known = {kind: _exact(row[kind]) for kind in ("text_in", "text_out")}
            return Author(**{**row, **known})
    return None


def published(model: str, quality: str, size: str) -> int | None:
    """Return the nano-dollars per picture that OpenAI publishes (output only), or None.

    OpenAI rounded them, mostly to tenths of a cent: for reference and bounds, not for bills.
    """
    known = models.find(model)
    if known is None or quality not in known.tiers:
        return None
    rows = _facts.rows("prices")["published"]
    listed: dict[str, str] = next((row[quality] for row in rows if row["model"] == known.id), {})
    return nano(listed[size]) if size in listed else None
