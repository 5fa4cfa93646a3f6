"""What a provider serves, beside what the catalogue says it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imagelab import showing
from imagelab.catalog import models
from imagelab.catalog.prices import Book, Price
from imagelab.exchange.listing import Listing, Offer
from imagelab.exchange.place import Place

if TYPE_CHECKING:
    from pandas import DataFrame

Verdict = Literal["as catalogued", "new", "retired", "retiring", "back", "not listed"]
"""``new``: not in the catalogue. ``retired``: its last day is over. ``retiring``: its last day is
set. ``back``: served, though the catalogue holds it for retired. ``not listed``: catalogued as
served, and not in the list."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One model: whether it is listed, its last day by either account, and changed prices."""

    model: str
    listed: bool
    verdict: Verdict
    last_day: dt.date | None = None
    catalogued_last_day: dt.date | None = None
    successor: str | None = None
    price_changes: Mapping[str, tuple[int | None, int]]

    @property
    def note(self) -> str:
        """What there is to know, in a sentence; empty where all is as catalogued."""
        words = []
        if self.verdict == "back":
            words.append("served, though the catalogue holds it for retired")
        if self.last_day != self.catalogued_last_day and self.listed:
            words.append(
                f"last day {_said(self.last_day)}, catalogued as {_said(self.catalogued_last_day)}"
            )
        for kind, (was, now) in self.price_changes.items():
            words.append(f"{kind} {_dollars(now)} per million, was {_dollars(was)}")
        if self.successor and self.verdict in ("retired", "retiring", "not listed"):
            words.append(f"followed by {self.successor}")
        return "; ".join(words)


def _said(day: dt.date | None) -> str:
    return "not set" if day is None else str(day)


def _dollars(nano: int | None) -> str:
    return "unknown" if nano is None else f"${nano / 1000:g}"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a provider lists, compared with the catalogue; in a cell it shows itself.

    ``problem`` says why nothing can be told, where the list could not be read. A model that is
    listed may still be closed to a key: only asking for a picture tells.

    >>> lab.probe().retired         # doctest: +SKIP
    ('gpt-image-1',)
    """

    provider: str
    title: str
    day: dt.date
    findings: tuple[Finding, ...] = ()
    problem: str | None = None

    def _which(self, *verdicts: Verdict) -> tuple[str, ...]:
        return tuple(one.model for one in self.findings if one.verdict in verdicts)

    @property
    def served(self) -> tuple[str, ...]:
        """The models that are listed."""
        return tuple(one.model for one in self.findings if one.listed)

    @property
    def new(self) -> tuple[str, ...]:
        """Models that are listed, and that the catalogue does not know."""
        return self._which("new")

    @property
    def retired(self) -> tuple[str, ...]:
        """Models that are served no more, or are not listed though they should be."""
        return self._which("retired", "not listed")

    @property
    def retiring(self) -> tuple[str, ...]:
        """Models whose last day is set."""
        return self._which("retiring")

    @property
    def repriced(self) -> tuple[str, ...]:
        """Models whose price is another than was known."""
        return tuple(one.model for one in self.findings if one.price_changes)

    @property
    def frame(self) -> DataFrame:
        """One row per model: whether it is listed, the verdict, its last day, and notes."""
        import pandas as pd

        columns = {
            "listed": pd.array([one.listed for one in self.findings], "bool"),
            "verdict": pd.array([one.verdict for one in self.findings], "string"),
            "last_day": pd.to_datetime(pd.Series([one.last_day for one in self.findings])).array,
            "note": pd.array([one.note for one in self.findings], "string"),
        }
        index = pd.Index([one.model for one in self.findings], name="model", dtype="string")
        return pd.DataFrame(columns, index=index)

    def __str__(self) -> str:
        if self.problem:
            return f"{self.title}: nothing can be told, {self.problem}"
        counts = {
            "listed": self.served,
            "new": self.new,
            "retired": self.retired,
            "retiring": self.retiring,
            "with another price": self.repriced,
        }
        words = [f"{len(found)} {word}" for word, found in counts.items() if found]
        return f"{self.title}: {', '.join(words) or 'it lists no image models'}"

    def __repr__(self) -> str:
        return f"Probe({self})"

    def _repr_html_(self) -> str:
        return showing.show(str(self), self.frame, unknown="")


def compare(listing: Listing, place: Place, book: Book) -> Probe:
    """Compare what a provider lists with the catalogue, and with prices of one's own.

    At a place that is not catalogued nothing is missed: it serves what it likes.
    """
    on, provider = dt.datetime.now(dt.UTC).date(), place.name
    # What it said of its prices before is no other party's word.
    book = Book(row for row in book.added if row.layer == "own")
    offers = {offer.model: offer for offer in listing.offers}
    known = {model.id: model for model in models.all_models()}
    found = [
        _finding(model, offers.get(model.id), provider, book, on)
        for model in known.values()
        if listing.problem is None and (place.catalogued or model.id in offers)
    ]
    found += [
        Finding(
            model=offer.model,
            listed=True,
            verdict="new",
            last_day=offer.shutdown,
            catalogued_last_day=offer.shutdown,
            price_changes={},
        )
        for offer in listing.offers
        if offer.model not in known
    ]
    return Probe(
        provider=provider,
        title=place.title,
        day=on,
        findings=tuple(found),
        problem=listing.problem,
    )


def _finding(
    model: models.Model, offer: Offer | None, provider: str, book: Book, on: dt.date
) -> Finding:
    catalogued = models.shutdown(model, provider)
    # A provider that says nothing of last days does not say that there is none.
    tells = offer is not None and offer.tells_shutdown
    last = offer.shutdown if offer is not None and tells else catalogued
    return Finding(
        model=model.id,
        listed=offer is not None,
        verdict=_verdict(offer is not None, last, catalogued, on),
        last_day=last,
        catalogued_last_day=catalogued,
        successor=model.successor,
        price_changes=_changes(offer, book.price(provider, model.id, on=on)),
    )


def _verdict(
    listed: bool, last: dt.date | None, catalogued: dt.date | None, on: dt.date
) -> Verdict:
    over = last is not None and last <= on
    if not listed:
        return "retired" if over else "not listed"
    if over:
        return "retired" if last != catalogued else "back"
    if catalogued is not None and catalogued <= on:
        return "back"
    return "as catalogued" if last is None else "retiring"


def _changes(offer: Offer | None, price: Price | None) -> dict[str, tuple[int | None, int]]:
    kinds = {} if offer is None else offer.kinds
    known = {} if price is None else price.kinds
    return {kind: (known.get(kind), now) for kind, now in kinds.items() if known.get(kind) != now}
