"""What a provider says it serves: its list of models, read without cost and with tolerance."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from imagelab.catalog import models, prices
from imagelab.errors import ImageLabError
from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from imagelab.request import plain

TOLD_AS = {"input": "text_in", "input_cache_read": "text_cached", "output": "image_out"}
"""A gateway's words for the prices of tokens, and ours."""

_MILLION = 1_000_000
_IMAGE_MODELS = ("gpt-image", "chatgpt-image", "dall-e")
_MOST_LETTERS = 120


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One model that a provider lists: our name of it, its last day, and nano-dollars a token."""

    model: str
    listed_as: str
    shutdown: dt.date | None = None
    tells_shutdown: bool = False
    kinds: Mapping[str, int] = field(default_factory=dict)

    def price(self, provider: str, today: dt.date) -> prices.Price | None:
        """Give what it says of its price as a row that holds from today on, if it says any."""
        if not self.kinds:
            return None
        kinds: dict[str, Any] = dict(self.kinds)
        return prices.Price(
            provider=provider,
            model=self.model,
            lane="standard",
            since=today,
            date=today,
            source=f"{provider}'s list of models",
            layer="read",
            **kinds,
        )


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a provider lists that makes pictures; ``problem`` says why the list cannot be read."""

    offers: tuple[Offer, ...] = ()
    problem: str | None = None


PATIENCE_SECONDS = 10.0
"""How long a picture waits for the prices of the provider that it is asked of."""


def read(client: Client, place: Place, *, seconds: float = 30.0) -> Listing:
    """Ask a provider for its list of models. That costs nothing.

    Raises:
        ExchangeError: nobody answered, or the answer was an error.

    """
    return understand(client.read("/models", seconds=seconds), place)


def understand(text: str, place: Place) -> Listing:
    """Read a list of models; whatever is no such list has a problem, and nothing is raised."""
    try:
        listed = json.loads(text)["data"]
        rows = [row for row in listed if isinstance(row, Mapping) and isinstance(row["id"], str)]
    except (ValueError, TypeError, LookupError, RecursionError):
        listed, rows = None, []
    if not isinstance(listed, list):
        return Listing(problem="what it answers at /models is no list of models")
    offers: dict[str, Offer] = {}
    for row in rows:
        if (offer := _offer(row, place)) is not None:
            offers[offer.model] = _joined(offers.get(offer.model), offer)
    return Listing(offers=tuple(offers.values()))


def _offer(row: Mapping[str, Any], place: Place) -> Offer | None:
    """Read one model; None where it is none that draws."""
    name = plain(row["id"])[:_MOST_LETTERS]
    bare = place.bare(name)
    known = models.find(bare)
    # A server of one's own serves what it likes; of OpenAI's many models most do not draw.
    anything = not (place.catalogued or place.azure)
    if known is None and not anything and not draws(bare):
        return None
    told = "shutdown_date" in row or "deprecated_at" in row
    return Offer(
        model=known.id if known else bare,
        listed_as=name,
        shutdown=_day(row.get("shutdown_date")) or _day(row.get("deprecated_at")),
        tells_shutdown=told,
        kinds=_kinds(row.get("pricing")),
    )


def draws(model: str) -> bool:
    """Tell by its name whether a model of OpenAI's that nobody knows is one that draws."""
    return model.startswith(_IMAGE_MODELS)


def _joined(first: Offer | None, other: Offer) -> Offer:
    """Keep one offer of a model that is listed by several names: its own, and its snapshots'."""
    if first is None or other.listed_as == other.model:
        return other
    return first


def _day(said: object) -> dt.date | None:
    """Read a day: written out, or as milliseconds since 1970."""
    try:
        if isinstance(said, int | float) and not isinstance(said, bool):
            return dt.datetime.fromtimestamp(said / 1000, dt.UTC).date()
        return dt.date.fromisoformat(str(said)[:10])
    except (ValueError, OverflowError, OSError):
        return None


def _kinds(pricing: object) -> dict[str, int]:
    """Read prices of tokens, which come as strings of dollars a token; odd ones are unknown."""
    told = pricing if isinstance(pricing, Mapping) else {}
    found = {kind: _per_token(told.get(word)) for word, kind in TOLD_AS.items()}
    return {kind: price for kind, price in found.items() if price is not None}


def _per_token(said: object) -> int | None:
    try:
        price = prices.per_token(str(Decimal(str(said)) * _MILLION))
    except (InvalidOperation, ImageLabError):
        return None
    return price or None
