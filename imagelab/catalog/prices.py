"""What tokens cost, by provider, model, day and lane.

All amounts are whole nano-dollars (per token: $5 per million tokens are 5000), so that a
cost is exact. A price that is not known is None, and so is every cost that needs it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from imagelab.catalog import _facts, models, providers
from imagelab.catalog.money import nano
from imagelab.errors import InputError

Lane = Literal["standard", "batch"]
"""How a request travels: answered at once, or within a day at half the price."""

KINDS = ("text_in", "text_cached", "image_in", "image_cached", "image_out", "text_out")
"""The kinds of tokens that have a price. Cached tokens are part of those that went in."""

_PER_MILLION = 1_000_000


Layer = Literal["catalogue", "read", "own"]
"""Where a price comes from: the catalogue, the provider's own list, or the person. Later ones
stand over earlier ones."""


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
    layer: Layer = "catalogue"

    @property
    def id(self) -> str:
        """The row's name, such as ``openai/gpt-image-1/standard@2025-04-23``."""
        mark = "" if self.layer == "catalogue" else f":{self.layer}"
        return f"{self.provider}/{self.model}/{self.lane}@{self.since}{mark}"

    def holds(self, on: dt.date) -> bool:
        """Tell whether this price holds on a day."""
        return self.since <= on and (self.until is None or on < self.until)

    @property
    def kinds(self) -> dict[str, int]:
        """The prices that are known, by kind."""
        every = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: price for kind, price in every.items() if price is not None}


@functools.cache
def all_prices() -> tuple[Price, ...]:
    """Return every price row of the catalogue, in its order."""
    return tuple(Price(**_per_token(row)) for row in _facts.rows("prices")["price"])


@functools.cache
def judge_prices() -> tuple[Price, ...]:
    """Return the price rows of the models that judge, in the catalogue's order."""
    return tuple(Price(**_per_token(row)) for row in _facts.rows("prices")["judge_price"])


def _per_token(row: dict[str, Any]) -> dict[str, Any]:
    known = {kind: per_token(row[kind]) for kind in KINDS if kind in row}
    return {**row, **known}


def per_token(dollars_per_million: float | str) -> int:
    """Return dollars per million tokens as nano-dollars per token.

    Raises:
        InputError: no amount of money, below zero, or finer than a nano-dollar per token.
    """
    amount = nano(dollars_per_million)
    price, rest = divmod(amount, _PER_MILLION)
    # What is too fine for an amount of money is no price of 0 either.
    too_fine = not amount and float(dollars_per_million)
    if rest or price < 0 or too_fine:
        raise InputError(
            f"{dollars_per_million!r} dollars per million tokens are no price: give a number from "
            "0 up, in steps of a tenth of a cent."
        )
    return price


class Book:
    """Prices to go by: the catalogue's, and over them what was added.

    A row that was added says only what differs: a kind that it does not name keeps the price
    that held before. Safe to read from many threads while rows are added.

    >>> Book().price("openai", "gpt-image-1").image_out
    40000
    """

    def __init__(self, added: Iterable[Price] = ()) -> None:
        self._added = tuple(added)
        self._followed: dict[str, str] = {}

    @property
    def added(self) -> tuple[Price, ...]:
        """What was added to the catalogue, in its order."""
        return self._added

    def add(self, *rows: Price) -> None:
        """Add rows; of two that hold on one day the one that was added later counts."""
        self._added = (*self._added, *rows)

    def follow(self, provider: str, whose: str) -> None:
        """Let a provider go by the prices of another, for which it answers."""
        self._followed[provider] = whose

    def price(
        self, provider: str, model: str, *, on: dt.date | None = None, lane: Lane = "standard"
    ) -> Price | None:
        """Return the price that holds on a day (None: the newest), or None if unknown.

        The simulator, and a provider that the catalogue does not know, go by OpenAI's list;
        the simulator's row bears its own name.
        """
        whose = self._followed.get(provider, provider)
        known, seller = models.find(model), providers.find(whose)
        name = known.id if known else str(model)
        listed = seller.price_list if seller else "openai"
        found = _newest(all_prices(), (listed, name, lane), on)
        found = found or _newest(judge_prices(), (listed, models.bare(name), lane), on)
        layers = (("read", whose), ("own", listed), ("own", whose), ("own", provider))
        for layer, of in dict.fromkeys(layers):
            rows = [row for row in self._added if row.layer == layer]
            if over := _newest(rows, (of, name, lane), on):
                found = over if found is None else _over(found, over)
        return found and replace(found, provider=seller.name if seller else found.provider)


def _over(under: Price, over: Price) -> Price:
    kinds: dict[str, Any] = {**under.kinds, **over.kinds}
    return replace(over, **kinds)


def _newest(rows: Iterable[Price], what: tuple[str, str, str], on: dt.date | None) -> Price | None:
    """Return the row of a provider, model and lane that holds on a day; the last of equals."""
    found = None
    for row in rows:
        if (row.provider, row.model, row.lane) == what and (on is None or row.holds(on)):
            found = row if found is None or row.since >= found.since else found
    return found


CATALOGUE = Book()
"""The prices as the catalogue has them, with nothing added."""


def price(
    provider: str, model: str, *, on: dt.date | None = None, lane: Lane = "standard"
) -> Price | None:
    """Return the catalogue's price that holds on a day, as ``Book.price`` does."""
    return CATALOGUE.price(provider, model, on=on, lane=lane)


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
            known = {kind: per_token(row[kind]) for kind in ("text_in", "text_out")}
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
