from __future__ import annotations

from imagelab.catalog import authors


def test_an_author_costs_its_tokens_at_its_price() -> None:
    """An author's cost is exact, under its snapshot's name too; of a stranger it is unknown."""
    assert authors.cost("gpt-5.6-terra", 1000, 2000) == 26_000_000
    assert authors.cost("openai/gpt-5.6-terra-2026-07-09", 1000, 2000) == 26_000_000
    assert authors.cost("gpt-99", 1000, 2000) is None
    assert authors.cost("", 1000, 2000) is None
    assert authors.cost("gpt-5.6-terra", None, 2000) is None


def test_an_author_is_bounded_by_its_own_price_or_the_dearest() -> None:
    """Where the author is known its price bounds it; where it is not, that of the dearest."""
    known = authors.bound("gpt-5.6-luna", 1000, 1000)
    assert known == authors.cost("gpt-5.6-luna", 1000, 1000)
    assert authors.bound(None, 1000, 1000) == authors.bound("gpt-99", 1000, 1000)
    assert authors.bound(None, 1000, 1000) > 10 * known
