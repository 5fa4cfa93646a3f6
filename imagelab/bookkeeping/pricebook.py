"""A lab's prices: the catalogue's, a provider's own and the person's, to see and to add to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from imagelab import showing
from imagelab.catalog import tables
from imagelab.catalog.arguments import named
from imagelab.catalog.prices import KINDS, Book, Lane, Price, all_prices, judge_prices
from imagelab.records import pricefile

if TYPE_CHECKING:
    from pandas import DataFrame


class Prices:
    """The prices that a lab goes by; in a cell they show themselves.

    What was added stands over the catalogue from its day on, and never changes what a picture
    has cost already.

    >>> lab.prices.add("gpt-image-2", image_out=27, since="2026-12-01")     # doctest: +SKIP
    >>> lab.prices.frame                                                    # doctest: +SKIP
    """

    def __init__(self, book: Book, path: Path, provider: str) -> None:
        self._book = book
        self._path = path
        self._provider = provider

    @named()
    def add(
        self,
        model: str,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        provider: str | None = None,
        lane: Lane = "standard",
        text_in: float | str | None = None,
        text_cached: float | str | None = None,
        image_in: float | str | None = None,
        image_cached: float | str | None = None,
        image_out: float | str | None = None,
        text_out: float | str | None = None,
        source: str | None = None,
    ) -> Price:
        """Add a price of your own, in dollars per million tokens, and write it to the file.

        Kinds that are left out keep the price that held before. ``since`` is the first day,
        today where it is not given; ``until`` is the day from which it holds no more.

        >>> lab.prices.add("gpt-image-2", image_out=27.50, source="our contract")  # doctest: +SKIP

        Raises:
            InputError: no kind is named, or what is given is no day or price.
            RecordError: the file cannot be written; the price is then not added.

        """
        today = dt.datetime.now(dt.UTC).date()
        given = {
            "model": model,
            "provider": provider,
            "lane": lane,
            "since": since or today,
            "until": until,
            "text_in": text_in,
            "text_cached": text_cached,
            "image_in": image_in,
            "image_cached": image_cached,
            "image_out": image_out,
            "text_out": text_out,
            "date": today,
            "source": source,
        }
        row = pricefile.price_of(given, self._provider)
        pricefile.append(self._path, row)
        self._book.add(row)
        return row

    @property
    def own(self) -> tuple[Price, ...]:
        """What stands over the catalogue: read from a provider, or the person's own."""
        return self._book.added

    @property
    def frame(self) -> DataFrame:
        """Every row as a table, in dollars per million tokens; what was added comes last."""
        return tables.price_table([*all_prices(), *judge_prices(), *self._book.added])

    def today(self, provider: str | None = None) -> DataFrame:
        """Give what holds today at a provider, one row per model and lane."""
        whose = provider or self._provider
        day = dt.datetime.now(dt.UTC).date()
        rows = (*all_prices(), *judge_prices(), *self._book.added)
        asked = dict.fromkeys((row.model, row.lane) for row in rows)
        found = [self._book.price(whose, model, on=day, lane=lane) for model, lane in asked]
        return tables.price_table(row for row in found if row is not None)

    def __repr__(self) -> str:
        added = len(self._book.added)
        rows = len(all_prices()) + len(judge_prices())
        return f"Prices({rows} rows of the catalogue, {added} added)"

    def _repr_html_(self) -> str:
        today = self.today()
        shown = ["model", "lane", "since", *KINDS, "source"]
        table = today[shown].dropna(axis=1, how="all").reset_index(drop=True)
        words = f"{self._provider}, dollars per million tokens, as of today"
        return showing.show(words, table)
