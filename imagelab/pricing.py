"""What a request will cost (its quote), and what it did cost, in exact nano-dollars."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from imagelab import spending
from imagelab.catalog import authors, judges, models, prices, providers, tokens
from imagelab.catalog.arguments import made_by_name, named
from imagelab.catalog.money import show, usd, usd_or_none
from imagelab.catalog.prices import CATALOGUE, Book, Lane, Price
from imagelab.errors import InputError
from imagelab.request import ImageRequest, Usage, dollars_kept

DEAREST = "the dearest tier of the dearest known model"
KIND_WORDS = {
    "text_in": "text input tokens",
    "image_in": "image input tokens",
    "image_out": "image output tokens",
}
"""What a request spends tokens on, by the kinds that prices name."""


@made_by_name
@dataclass(frozen=True, kw_only=True)
class Quote:
    """What asking would cost, and why.

    ``usd`` is the expected cost in dollars, ``None`` where it cannot be known before;
    ``bound_usd`` is what will be held: as far as is known, the bill never passes it.
    ``why`` says where that comes from: the tokens of one picture, and the facts behind them.

    >>> quote("a red fox in snow", model="gpt-image-1", quality="high").usd
    0.16646
    """

    pictures: int
    nano: int | None
    bound_nano: int
    facts: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    noun: str = field(default="picture", repr=False)

    @property
    def why(self) -> tuple[str, ...]:
        """Where the dollars come from, in sentences."""
        return (*self.tokens, *self.facts)

    @property
    def usd(self) -> float | None:
        """Expected dollars for all the pictures, or ``None``."""
        return usd_or_none(self.nano)

    @property
    def bound_usd(self) -> float:
        """Dollars that will be held for all the pictures."""
        return usd(self.bound_nano)

    @property
    def usd_per_picture(self) -> float | None:
        """Expected dollars for one picture, or ``None``."""
        return None if self.usd is None or not self.pictures else self.usd / self.pictures

    @property
    def money(self) -> str:
        """The expected dollars in words, or the most that it can be."""
        if self.nano is None:
            return f"at most {show(self.bound_nano)}"
        return show(self.nano)

    def __str__(self) -> str:
        pictures = f"{self.pictures} {self.noun}{'s' * (self.pictures != 1)}"
        unknown = "cost unknown before asking, " if self.nano is None else ""
        return f"{pictures}: {unknown}{self.money}"

    def __repr__(self) -> str:
        return f"Quote({'; '.join((str(self), *self.why))})"

    def _repr_html_(self) -> str:
        reasons = "".join(f"<li>{html.escape(one)}</li>" for one in self.why)
        return dollars_kept(f"<p><b>{html.escape(str(self))}</b></p><ul>{reasons}</ul>")


@named(
    samples="A sweep counts them: Sweep(prompt, samples=...).quote().",
    images="A lab counts them: lab.quote(prompt, images=...).",
)
def quote(
    prompt: str | ImageRequest,
    *,
    model: str | None = None,
    quality: str = "low",
    size: str = "1024x1024",
    background: str | None = None,
    output_format: str | None = None,
    output_compression: int | None = None,
    moderation: str | None = None,
    complexity: str | None = None,
    frame_count: int | None = None,
    frame_duration_ms: int | None = None,
    svg: Mapping[str, Any] | None = None,
    partial_images: int | None = None,
    extra: Mapping[str, Any] | None = None,
    provider: str = "openai",
    batch: bool = False,
) -> Quote:
    """Say what one picture will cost at ``provider``'s list price, and where that comes from.

    Takes an ``ImageRequest``, or a prompt and settings; where no model is named, it is the
    provider's default. A model or price that the catalogue does not know gives a quote whose
    ``usd`` is ``None``: unknown, never zero. ``Lab.quote`` also knows what is paid already.

    Raises:
        InputError: the combination is one the model cannot do.
        SetupError: no provider is called so.

    >>> quote("a red fox in snow", model="gpt-image-1", quality="low")
    Quote(1 picture: $0.011; 272 image output tokens x $40 per million; ...)
    """
    known = providers.get(provider)
    if isinstance(prompt, ImageRequest):
        return quote_request(prompt, provider, batch=batch)
    request = ImageRequest(
        prompt=prompt,
        model=model or known.default_model,
        quality=quality,
        size=size,
        background=background,
        output_format=output_format,
        output_compression=output_compression,
        moderation=moderation,
        complexity=complexity,
        frame_count=frame_count,
        frame_duration_ms=frame_duration_ms,
        svg=svg,
        partial_images=partial_images,
        extra=extra,
    )
    return quote_request(request, provider, batch=batch)


def quote_request(
    request: ImageRequest,
    provider: str,
    *,
    batch: bool = False,
    book: Book = CATALOGUE,
    on: date | None = None,
) -> Quote:
    """Quote one request at the price of ``provider`` that holds today, or ``on`` a day."""
    lane: Lane = "batch" if batch else "standard"
    price = price_on(book, provider, request.model, on, lane)
    if request.operation == "judge":
        return _question(request, provider, price)
    if models.find(request.model) is None:
        return _unknown(request, _of_strangers(request, provider, price, lane))
    spent = spending.of(request)
    bound = None if price is None else prices.cost(spent.most, price)
    if price is None or bound is None:
        return _unknown(request, _unpriced(request, provider, spent.most, price, lane))
    expected = None if spent.expected is None else prices.cost(spent.expected, price)
    return Quote(
        pictures=1,
        nano=expected,
        # A prompt of many short tokens cannot be dearer than its bytes, but a bound is a bound.
        bound_nano=max(bound, expected or 0) + spending.author_bound(request),
        facts=(f"price {price.id}: {price.source}", *spent.facts),
        tokens=_counted(spent, price),
    )


def _question(request: ImageRequest, provider: str, price: prices.Price | None) -> Quote:
    """Quote a question to a judge: what it will answer is bounded, and never known before.

    Raises:
        InputError: nobody knows what its tokens cost, so that nothing could be held for it.

    """
    spent = spending.of_question(request)
    bound = None if price is None else prices.cost({**spent.most, "image_out": 0}, price)
    if price is None or bound is None:
        priced = [j.model for j in judges.all_judges() if prices.price(provider, j.model)]
        other = f", or choose one whose price is known there: {', '.join(priced)}" if priced else ""
        raise InputError(
            f"What {request.model} costs at {provider} is not known, so it cannot judge: nothing "
            f"was sent. Give its price in dollars per million tokens, lab.prices.add("
            f"{request.model!r}, text_in=..., text_out=...){other}."
        )
    return Quote(
        pictures=1,
        nano=None,
        bound_nano=bound,
        facts=(f"price {price.id}: {price.source}", *spent.facts),
        tokens=_counted(spent, price),
        noun="question",
    )


def _counted(spent: spending.Spending, price: prices.Price) -> tuple[str, ...]:
    return tuple(
        f"{words} x {_per_million(getattr(price, kind))}" for kind, words in spent.words.items()
    )


def _per_million(nano_per_token: int | None) -> str:
    if nano_per_token is None:
        return "an unknown price"
    return f"${nano_per_token / 1000:g} per million"


def _unknown(request: ImageRequest, why: str) -> Quote:
    """Bound what nobody can price by the dearest thing the catalogue knows."""
    facts = (why, f"held: {DEAREST} at this size")
    return Quote(pictures=1, nano=None, bound_nano=_dearest(request), facts=facts)


def _of_strangers(request: ImageRequest, provider: str, price: Price | None, lane: Lane) -> str:
    """Say why a model that the catalogue does not know has no quote."""
    if price is not None:
        return f"how many tokens {request.model} takes is known only afterwards"
    usual = ["text_in", *["image_in"] * bool(request.images), "image_out"]
    why = _unpriced(request, provider, dict.fromkeys(usual, 1), None, lane)
    meant = models.meant_model(request.model)
    return f"{meant} {why[0].upper()}{why[1:]}" if meant else why


def _unpriced(
    request: ImageRequest,
    provider: str,
    spent: Mapping[str, int],
    price: Price | None,
    lane: Lane,
) -> str:
    """Say which price is missing where, and how to give it."""
    missing = [k for k, count in spent.items() if count and getattr(price, k, None) is None]
    what = "" if price is None else f" of {' and '.join(KIND_WORDS[kind] for kind in missing)}"
    where = f"{provider}, in a batch" if lane == "batch" else provider
    given = {"provider": repr(provider), **({"lane": repr(lane)} if lane == "batch" else {})}
    given |= dict.fromkeys(missing, "...")
    words = ", ".join(f"{name}={value}" for name, value in given.items())
    return (
        f"no price{what} is known for {request.model} at {where}: give it in dollars per million "
        f"tokens, lab.prices.add({request.model!r}, {words})"
    )


def _dearest(request: ImageRequest) -> int:
    bounds = []
    for model in models.all_models():
        price = prices.price("openai", model.id)
        if price is not None:
            bounds.append(prices.cost(spending.most_at(request, model), price) or 0)
    return max(bounds) + spending.author_bound(request)


def tokens_of(request: ImageRequest) -> int:
    """Count the tokens of a request, in and out, as a limit on tokens a minute does.

    What cannot be known before is bounded; of an unknown model only the words are counted.
    """
    if request.operation == "judge":
        return spending.of_question(request).counted
    if models.find(request.model) is None:
        return tokens.text_tokens(request.prompt)
    return spending.of(request).counted


def total(quotes: Iterable[Quote]) -> Quote:
    """Add quotes: one unknown among them makes the sum unknown, never smaller."""
    parts = list(quotes)
    amounts = [part.nano for part in parts]
    known = [amount for amount in amounts if amount is not None]
    return Quote(
        pictures=sum(part.pictures for part in parts),
        nano=sum(known) if len(known) == len(amounts) else None,
        bound_nano=sum(part.bound_nano for part in parts),
        facts=tuple(dict.fromkeys(reason for part in parts for reason in part.facts)),
        noun=parts[0].noun if parts else "picture",
    )


def price_on(
    book: Book, provider: str, model: str, on: date | None = None, lane: Lane = "standard"
) -> Price | None:
    """Give the price of a day; without one today's, or the newest where a clock is far off."""
    if on is not None:
        return book.price(provider, model, on=on, lane=lane)
    today = datetime.now(UTC).date()
    return book.price(provider, model, on=today, lane=lane) or book.price(
        provider, model, lane=lane
    )


def cost(
    usage: Usage,
    provider: str,
    model: str,
    *,
    book: Book = CATALOGUE,
    on: date | None = None,
    lane: Lane = "standard",
) -> tuple[int | None, str | None]:
    """Price what came back: nano-dollars (``None`` if unknown) and the price row used.

    No request goes without words: where nobody counted them the cost is unknown, not less.
    """
    price = price_on(book, provider, model, on, lane)
    if price is None:
        return None, None
    if usage.text_input_tokens is None:
        return None, price.id
    pictures = prices.cost(usage.priced_kinds(), price)
    if usage.author_model is None or pictures is None:
        return pictures, price.id
    wrote = authors.cost(usage.author_model, usage.author_input_tokens, usage.author_output_tokens)
    return None if wrote is None else pictures + wrote, price.id
