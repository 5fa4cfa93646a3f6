"""What the text models cost that write an svg: exactly where one is known, bounded always."""

from __future__ import annotations

from imagelab.catalog import _facts, models, prices


def cost(model: str, tokens_in: int | None, tokens_out: int | None) -> int | None:
    """Return what an author's tokens cost in nano-dollars, or None if that cannot be known.

    >>> cost("gpt-5.6-terra", 1000, 2000)
    26000000
    """
    author = prices.author(models.bare(model))
    if author is None or tokens_in is None or tokens_out is None:
        return None
    return tokens_in * author.text_in + tokens_out * author.text_out


def bound(model: str | None, tokens_in: int, tokens_out: int) -> int:
    """Bound what an author's tokens cost: by the dearest known author where it has no price."""
    names = [row["model"] for row in _facts.rows("prices")["author"]]
    own = model if model and prices.author(models.bare(model)) else None
    costs = [cost(name, tokens_in, tokens_out) for name in ([own] if own else names)]
    return max(one for one in costs if one is not None)
