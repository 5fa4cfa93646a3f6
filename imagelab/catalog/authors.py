"""The text models that write an svg, and what their tokens cost: rows of ``authors.toml``."""

from __future__ import annotations

import functools

from imagelab.catalog import _facts, models
from imagelab.catalog.money import nano

_PER_MILLION = 1_000_000


@functools.cache
def _prices() -> dict[str, tuple[int, int]]:
    """Return nano-dollars per token, in and out, by model."""
    return {
        row["model"]: (nano(row["text_in"]) // _PER_MILLION, nano(row["text_out"]) // _PER_MILLION)
        for row in _facts.rows("authors")["author"]
    }


def cost(model: str | None, tokens_in: int | None, tokens_out: int | None) -> int | None:
    """Return what an author's tokens cost in nano-dollars, or None if that cannot be known.

    >>> cost("gpt-5.6-terra", 1000, 2000)
    26000000
    """
    price = _prices().get(models.bare(model or ""))
    if price is None or tokens_in is None or tokens_out is None:
        return None
    return tokens_in * price[0] + tokens_out * price[1]


def bound(model: str | None, tokens_in: int, tokens_out: int) -> int:
    """Bound what an author's tokens cost: by the dearest known author where it has no price."""
    own = _prices().get(models.bare(model or ""))
    ways = [own] if own else list(_prices().values())
    return max(tokens_in * went + tokens_out * came for went, came in ways)
