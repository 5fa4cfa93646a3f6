"""What a sweep will cost here and now: list prices, less what the ledger holds already."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from imagelab import pricing
from imagelab.catalog import models, sizes
from imagelab.catalog.money import show, usd, usd_or_none
from imagelab.catalog.prices import CATALOGUE, Book
from imagelab.errors import InputError
from imagelab.records.ledger import Identity, Ledger
from imagelab.request import ImageRequest, dollars_kept
from imagelab.sweep import Cell

PRESETS = ("1024x1024", "1536x1024", "1024x1536")


@dataclass(frozen=True, kw_only=True, repr=False)
class LabQuote(pricing.Quote):
    """A quote for one lab: what is paid for already, and what is still to pay.

    ``usd`` is the list price of all the pictures, ``to_pay_usd`` of those that the ledger
    does not hold (``None``: not known before asking; ``to_pay_bound_usd`` is what will be
    held at most). ``minutes`` is the time that the provider's limits on pictures and tokens a
    minute ask for: nothing for the first minute's worth, which a limit lets through at once.
    ``None`` where no limit is known.
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
            words.append(f"about {_time(self.minutes)} at the provider's limit")
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
    ledger: Ledger,
    provider: str,
    cells: Sequence[Cell],
    limits: Mapping[str, float] = {},
    *,
    elsewhere: Mapping[str, Mapping[str, float]] = {},
    book: Book = CATALOGUE,
) -> LabQuote:
    """Quote the pictures of a sweep: each one that is asked for once counts once.

    ``provider`` is asked where a cell names none. ``limits`` are its ``images`` and ``tokens`` a
    minute, as far as they are known, and ``elsewhere`` those of other providers.
    """
    wanted = _by_identity(cells, provider)
    known = ledger.find(wanted)
    quotes = {
        at: pricing.quote_request(request, whose, book=book)
        for at, (whose, request) in wanted.items()
    }
    whole = pricing.total(quotes.values())
    to_ask = [at for at in wanted if at not in known]
    missing = pricing.total(quotes[at] for at in to_ask)
    return LabQuote(
        pictures=whole.pictures,
        nano=whole.nano,
        bound_nano=whole.bound_nano,
        facts=whole.facts,
        noun=whole.noun,
        already=len(known),
        to_pay_nano=missing.nano,
        to_pay_bound_nano=missing.bound_nano,
        minutes=_minutes([wanted[at] for at in to_ask], {**elsewhere, provider: limits}),
        advice=_advice(list(wanted.values()), book),
    )


def _by_identity(
    cells: Sequence[Cell], provider: str
) -> Mapping[Identity, tuple[str, ImageRequest]]:
    """Give each picture once, with whom it is asked of."""
    return {
        (cell.request.key(whose), cell.sample): (whose, cell.request)
        for cell in cells
        for whose in [cell.provider or provider]
    }


def _minutes(
    asked: Sequence[tuple[str, ImageRequest]], limits: Mapping[str, Mapping[str, float]]
) -> float | None:
    """Say how long it takes: providers are asked side by side, so the slowest counts."""
    each = []
    for whose in dict.fromkeys(provider for provider, _ in asked) or limits:
        there, known = [one for name, one in asked if name == whose], limits.get(whose, {})
        amounts = {
            "images": len(there),
            "tokens": sum(map(pricing.tokens_of, there)) if "tokens" in known else 0,
        }
        # A limit holds a minute's worth, and lets it through at once.
        each += [max(0.0, amounts[name] / limit - 1) for name, limit in known.items()]
    return max(each, default=None)


def _time(minutes: float) -> str:
    if minutes >= 1:
        return f"{minutes:.1f} minutes"
    seconds = math.ceil(minutes * 60)
    return f"{seconds} second{'s' * (seconds != 1)}"


def _advice(requests: Sequence[tuple[str, ImageRequest]], book: Book) -> str | None:
    """Say where a size with at least as many pixels costs less: on newer models it may."""
    for provider, request in requests:
        known, asked = models.find(request.model), _cost(request, provider, book)
        pixels = _pixels(request.size)
        if known is None or known.sizes != "free" or asked is None or pixels is None:
            continue
        for size in PRESETS:
            there, larger = _cost(replace(request, size=size), provider, book), _pixels(size)
            if there is not None and larger is not None and larger >= pixels and there < asked:
                return f"{size} costs {show(there)} a picture where {request.size} costs " + show(
                    asked
                )
    return None


def _cost(request: ImageRequest, provider: str, book: Book) -> int | None:
    return pricing.quote_request(request, provider, book=book).nano


def _pixels(size: str) -> int | None:
    try:
        edges = sizes.parsed(size)
    except InputError:
        return None
    return None if edges is None else edges[0] * edges[1]
