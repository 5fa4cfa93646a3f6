"""What the history would have cost at other prices, or with another model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from imagelab import pricing, showing
from imagelab.catalog import models
from imagelab.catalog.money import NANO, show, usd_or_none
from imagelab.catalog.prices import Book
from imagelab.errors import InputError
from imagelab.records.rows import generation_of
from imagelab.request import Usage, names

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, kw_only=True)
class Repriced:
    """One row of the ledger, with what it cost and what it would have cost."""

    id: int
    prompt: str
    model: str
    quality: str | None
    size: str | None
    provider: str
    cost_nano: int | None
    new_model: str
    new_nano: int | None
    price: str | None
    basis: str
    judged: bool = False


@dataclass(frozen=True, kw_only=True)
class Repricing:
    """What pictures cost, beside what they would have cost; in a cell it shows itself.

    Sums are of the rows where both are known; ``unknown`` counts the others, whose money is in
    neither sum. ``basis`` says what was priced: the tokens that were really spent, or, for
    another model, those that the same request would spend there.
    """

    rows: tuple[Repriced, ...]
    words: str
    simulated: bool

    @property
    def known(self) -> tuple[Repriced, ...]:
        """The rows of which both amounts are known."""
        both = (row for row in self.rows if row.cost_nano is not None)
        return tuple(row for row in both if row.new_nano is not None)

    @property
    def unknown(self) -> int:
        """How many rows have an amount that is not known."""
        return len(self.rows) - len(self.known)

    @property
    def was_nano(self) -> int:
        """Nano-dollars that the known rows cost."""
        return sum(row.cost_nano or 0 for row in self.known)

    @property
    def new_nano(self) -> int:
        """Nano-dollars that the known rows would have cost."""
        return sum(row.new_nano or 0 for row in self.known)

    @property
    def was_usd(self) -> float:
        """Dollars that the known rows cost."""
        return self.was_nano / NANO

    @property
    def new_usd(self) -> float:
        """Dollars that the known rows would have cost."""
        return self.new_nano / NANO

    @property
    def difference_usd(self) -> float:
        """Dollars more, or less where it is below zero, for the known rows."""
        return (self.new_nano - self.was_nano) / NANO

    @property
    def frame(self) -> DataFrame:
        """One row per picture that was paid for, with both amounts in dollars."""
        import pandas as pd

        columns: dict[str, Any] = {
            "id": pd.array([row.id for row in self.rows], "int64"),
            **{
                name: pd.array([getattr(row, name) for row in self.rows], "string")
                for name in ("prompt", "model", "quality", "size", "provider", "new_model")
            },
            "cost_usd": pd.array([usd_or_none(row.cost_nano) for row in self.rows], "Float64"),
            "new_usd": pd.array([usd_or_none(row.new_nano) for row in self.rows], "Float64"),
        }
        columns["difference_usd"] = columns["new_usd"] - columns["cost_usd"]
        columns["price"] = pd.array([row.price for row in self.rows], "string")
        columns["basis"] = pd.array([row.basis for row in self.rows], "string")
        return pd.DataFrame(columns)

    def __str__(self) -> str:
        more = self.new_nano - self.was_nano
        change = f"{show(abs(more))} {'more' if more > 0 else 'less'}" if more else "the same"
        judged = sum(row.judged for row in self.rows)
        counted = f"{len(self.rows) - judged} picture{'s' * (len(self.rows) - judged != 1)}"
        counted += f" and {judged} question{'s' * (judged != 1)} to judges" if judged else ""
        said = f"{counted} {self.words}: {show(self.new_nano)}, {change}"
        said += f" ({show(self.was_nano)} was paid{' in simulated money' * self.simulated})"
        return f"{said}; {self.unknown} unknown, in neither sum" if self.unknown else said

    def __repr__(self) -> str:
        return f"Repricing({self})"

    def _repr_html_(self) -> str:
        return showing.show(str(self), self.frame)


def reprice(
    rows: Sequence[Mapping[str, Any]],
    book: Book,
    *,
    simulated: bool,
    model: str | None = None,
    provider: str | None = None,
    at: str | dt.date | None = None,
) -> Repricing:
    """Price what was paid for anew: at the prices of a day, a provider, or as another model.

    Nothing that the ledger says is changed by it.

    Raises:
        InputError: ``at`` is no day.
        ModelError: the catalogue has no such model.

    """
    day = _day(at)
    known = None if model is None else models.get(model).id
    paid = [
        row
        for row in rows
        if row["billed"] != "no" and bool(row["simulated"]) == simulated
        # No other model of pictures could have judged.
        if known is None or row["operation"] != "judge"
    ]
    found = tuple(_repriced(row, book, known, provider, day) for row in paid)
    parts = [
        f"as {known}" if known else "",
        f"at {provider}" if provider else "",
        f"at the prices of {day}",
    ]
    return Repricing(rows=found, words=" ".join(filter(None, parts)), simulated=simulated)


def _day(at: str | dt.date | None) -> dt.date:
    if at is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return at if isinstance(at, dt.date) else dt.date.fromisoformat(at)
    except (ValueError, TypeError):
        raise InputError(f"at is a day, such as '2026-12-01', not {at!r}.") from None


def _repriced(
    row: Mapping[str, Any], book: Book, model: str | None, provider: str | None, day: dt.date
) -> Repriced:
    whose = provider or row["provider"]
    there = model or row["model"]
    if model is None or _same(model, row["model"]):
        new, price, basis = _by_tokens(row, book, whose, day)
    else:
        new, price, basis = _by_quote(row, book, whose, there, day)
    return Repriced(
        id=row["id"],
        prompt=row["prompt"],
        model=row["model"],
        quality=row["quality"],
        size=row["size"],
        provider=row["provider"],
        cost_nano=row["cost_nano"],
        new_model=there,
        new_nano=new,
        price=price,
        basis=basis,
        judged=row["operation"] == "judge",
    )


def _same(model: str, other: str) -> bool:
    known = models.find(other)
    return known is not None and known.id == model


def _by_tokens(
    row: Mapping[str, Any], book: Book, provider: str, day: dt.date
) -> tuple[int | None, str | None, str]:
    usage = Usage(**{name: row[name] for name in names(Usage)})
    cost, price = pricing.cost(usage, provider, row["model"], book=book, on=day, lane=row["lane"])
    if price is None:
        return None, None, f"no price known for {row['model']} at {provider} on {day}"
    made = usage.text_output_tokens if row["operation"] == "judge" else usage.image_output_tokens
    if not made or usage.text_input_tokens is None:
        return None, price, "its tokens are unknown"
    return cost, price, "the tokens it took"


def _by_quote(
    row: Mapping[str, Any], book: Book, provider: str, model: str, day: dt.date
) -> tuple[int | None, str | None, str]:
    """Quote the same request to another model, with the size and the tier that really came."""
    price = book.price(provider, model, on=day, lane=row["lane"])
    if price is None:
        return None, None, f"no price known for {model} at {provider} on {day}"
    try:
        request = replace(generation_of(row, None).request, model=model, **_chosen(row))
    except InputError as wrong:
        return None, price.id, str(wrong)
    quote = pricing.quote_request(
        request, provider, batch=row["lane"] == "batch", book=book, on=day
    )
    return quote.nano, price.id, "its quote" if quote.nano is not None else "not known before"


def _chosen(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the server chose where it was asked to choose."""
    return {
        name: row[f"actual_{name}"]
        for name in ("quality", "size")
        if row[name] == "auto" and row[f"actual_{name}"]
    }
