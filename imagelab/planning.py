"""What a sweep will cost here and now: list prices, less what the ledger holds already."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from imagelab import pricing
from imagelab.catalog import models
from imagelab.catalog.money import show, usd, usd_or_none
from imagelab.errors import InputError
from imagelab.records.ledger import Identity, Ledger
from imagelab.request import ImageRequest, dollars_kept
from imagelab.sweep import Cell

PRESETS = ("1024x1024", "1536x1024", "1024x1536")


@dataclass(frozen=True, kw_only=True)
class LabQuote(pricing.Quote):
    """A quote for one lab: what is paid for already, and what is still to pay.

    ``usd`` is the list price of all the pictures, ``to_pay_usd`` of those that the ledger
    does not hold (``None``: not known before asking; ``to_pay_bound_usd`` is what will be
    held at most). ``minutes`` is the time that the provider's limits on pictures and tokens a
    minute ask for, ``None`` where none is known.
    """

    already: int
    to_pay_nano: int | None
    to_pay_bound_nano: int
    minutes: float | None = None
    advice: str | None = None

    @property
    def to_pay(self) -> int:
        """How many pictures are still to be asked for."""
        return self.pictures - self.already

    @property
    def to_pay_usd(self) -> float | None:
        """Dollars expected for what is still to be asked for."""
        return usd_or_none(self.to_pay_nano)

    @property
    def to_pay_bound_usd(self) -> float:
        """Dollars that will be held at most for what is still to be asked for."""
        return usd(self.to_pay_bound_nano)

    def __str__(self) -> str:
        words = [super().__str__()]
        if self.pictures > 1 and self.usd_per_picture is not None and self.nano is not None:
            words[0] += f" ({show(round(self.nano / self.pictures))} a picture)"
        if self.already:
            words.append(f"{self.already} in the ledger, {self.to_pay} to pay: {self._money()}")
        if self.minutes:
            words.append(f"about {self.minutes:.1f} minutes at the provider's limit")
        if self.advice:
            words.append(self.advice)
        return "; ".join(words)

    def _money(self) -> str:
        if self.to_pay_nano is None:
            return f"at most {show(self.to_pay_bound_nano)}"
        return show(self.to_pay_nano)

    def _repr_html_(self) -> str:
        lines = "<br>".join(html.escape(one) for one in str(self).split("; "))
        reasons = "".join(f"<li>{html.escape(one)}</li>" for one in self.why)
        return dollars_kept(f"<p><b>{lines}</b></p><ul>{reasons}</ul>")


def quote(
    ledger: Ledger, provider: str, cells: Sequence[Cell], limits: Mapping[str, float] = {}
) -> LabQuote:
    """Quote the pictures of a sweep: each one that is asked for once counts once.

    ``limits`` are ``images`` and ``tokens`` a minute, as far as they are known.
    """
    wanted = _by_identity(cells, provider)
    known = ledger.find(wanted)
    quotes = {at: pricing.quote_request(request, provider) for at, request in wanted.items()}
    whole = pricing.total(quotes.values())
    to_ask = [at for at in wanted if at not in known]
    missing = pricing.total(quotes[at] for at in to_ask)
    amounts = {
        "images": len(to_ask),
        "tokens": sum(pricing.tokens_of(wanted[at]) for at in to_ask) if "tokens" in limits else 0,
    }
    return LabQuote(
        pictures=whole.pictures,
        nano=whole.nano,
        bound_nano=whole.bound_nano,
        facts=whole.facts,
        already=len(known),
        to_pay_nano=missing.nano,
        to_pay_bound_nano=missing.bound_nano,
        minutes=max((amounts[name] / limit for name, limit in limits.items()), default=None),
        advice=_advice(list(wanted.values()), provider),
    )


def _by_identity(cells: Sequence[Cell], provider: str) -> Mapping[Identity, ImageRequest]:
    return {(cell.request.key(provider), cell.sample): cell.request for cell in cells}


def _advice(requests: Sequence[ImageRequest], provider: str) -> str | None:
    """Say where a size with at least as many pixels costs less: on newer models it may."""
    for request in requests:
        known, asked = models.find(request.model), _cost(request, provider)
        pixels = _pixels(request.size)
        if known is None or known.sizes != "free" or asked is None or pixels is None:
            continue
        for size in PRESETS:
            there, larger = _cost(replace(request, size=size), provider), _pixels(size)
            if there is not None and larger is not None and larger >= pixels and there < asked:
                return f"{size} costs {show(there)} a picture where {request.size} costs " + show(
                    asked
                )
    return None


def _cost(request: ImageRequest, provider: str) -> int | None:
    return pricing.quote_request(request, provider).nano


def _pixels(size: str) -> int | None:
    try:
        edges = models.parse_size(size)
    except InputError:
        return None
    return None if edges is None else edges[0] * edges[1]
