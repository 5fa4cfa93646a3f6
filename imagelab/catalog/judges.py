"""Vision models that judge pictures: what they are asked with, and how many tokens that takes.

The rows are those of ``judges.toml``; what a token costs stands in ``prices.toml``.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from imagelab.catalog import _facts, models, providers, tokens
from imagelab.catalog.tokens import Count

DEFAULT = "gpt-4.1-mini"
"""Who judges where nobody is named: cheap, and of all whose pictures can be counted none stays
longer."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """One model that looks at pictures; ``out`` bounds the tokens of its answer.

    ``effort`` is how much it thinks, where it can be told. ``expected`` and ``bound`` are
    tokens per patch, ``base`` and ``tile`` tokens per picture and tile.
    """

    model: str
    images: Literal["patches", "tiles"]
    out: int
    date: dt.date
    source: str
    expected: Fraction = Fraction(0)
    bound: Fraction = Fraction(0)
    base: int = 0
    tile: int = 0
    effort: str | None = None
    shutdown: dt.date | None = None
    successor: str | None = None
    shutdown_source: str = ""


@functools.cache
def all_judges() -> tuple[Judge, ...]:
    """Return every judge of the catalogue, in its order."""
    return tuple(_judge(row) for row in _facts.rows("judges")["judge"])


def _judge(row: dict[str, Any]) -> Judge:
    ratios = {name: Fraction(row.get(name, "0")) for name in ("expected", "bound")}
    made: dict[str, Any] = {**row, **ratios}
    return Judge(**made)


def find(model: str) -> Judge | None:
    """Return the judge of this name, ``openai/`` and a snapshot's day aside, or None.

    >>> find("openai/gpt-4o-2024-08-06").model
    'gpt-4o'
    """
    name = models.bare(model)
    return next((known for known in all_judges() if known.model == name), None)


def of(model: str) -> Judge:
    """Return the judge of this name; one that the catalogue does not know is taken as dearest."""
    row = _facts.rows("judges")["any"][0]
    return find(model) or Judge(model=model, **row)


def farewell(model: str, on: dt.date, provider: str = "openai") -> str | None:
    """Say when a judge is shut down and what follows it, as ``models.farewell`` does.

    The days are OpenAI's. Azure has a calendar of its own, which is not known here.
    """
    known, seller = find(model), providers.find(provider)
    if known is None or (seller is not None and seller.azure):
        return None
    return models.parting(known.model, known.shutdown, known.successor, on, "openai", provider)


def image_tokens(judge: Judge, width: int, height: int) -> Count:
    """Return the tokens of one picture, counted as text.

    >>> image_tokens(find("gpt-4o"), 1024, 1024).tokens
    765
    """
    if judge.images == "patches":
        number = _patches(width, height)
        expected, bound = math.ceil(number * judge.expected), math.ceil(number * judge.bound)
        return Count(expected, bound, judge.source)
    fitted, stretched = (
        judge.base + judge.tile * _tiles(width, height, stretch=stretch)
        for stretch in (False, True)
    )
    known = find(judge.model) is not None
    return Count(fitted if known else None, max(fitted, stretched), judge.source)


def _patches(width: int, height: int) -> int:
    """Count the patches that cover a picture; a larger one is made small until they suffice."""
    row = _facts.rows("judges")["patches"][0]
    number = math.ceil(width / row["edge"]) * math.ceil(height / row["edge"])
    return int(min(number, row["most"]))


def _tiles(width: int, height: int, *, stretch: bool) -> int:
    """Count the tiles of a picture; whether small ones are enlarged first is not said for sure."""
    row = _facts.rows("judges")["tiles"][0]
    scale = min(Fraction(1), Fraction(row["fit"], max(width, height)))
    nearer = Fraction(row["shorter_edge"]) / (min(width, height) * scale)
    scale *= nearer if stretch else min(Fraction(1), nearer)
    edge = row["edge"]
    return int(math.ceil(width * scale / edge) * math.ceil(height * scale / edge))


def text_tokens(words: str) -> Count:
    """Return the tokens of the words of a question, with what goes around them in the bound."""
    spare = int(_facts.rows("judges")["words"][0]["spare"])
    return Count(tokens.text_tokens(words), tokens.text_bound(words) + spare, "")
