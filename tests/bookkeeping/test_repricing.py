from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab import Lab, pricing
from imagelab.bookkeeping.repricing import Repricing, reprice
from imagelab.catalog.prices import Book, Price
from imagelab.errors import InputError, ModelError
from imagelab.records.rows import row_of
from imagelab.request import ImageRequest, Usage
from tests.records.rows import intent

DAY = dt.date(2026, 11, 25)
CHEAP = Price(
    "openai", "gpt-image-1", "standard", DAY, DAY, "a contract", image_out=20_000, layer="own"
)


def row(**changes: Any) -> dict[str, Any]:
    """A picture of GPT Image 1 that was paid for: 11 words and the 272 tokens of a low square."""
    usage = Usage(text_input_tokens=11, image_output_tokens=272)
    cost = 272 * 40_000 + 11 * 5_000
    asked = {"billed": "yes", "status": "done", "cost_nano": cost, "id": 1}
    base = row_of(intent(), 1)
    return {**base, **vars(usage), "provider": "openai", "simulated": False, **asked, **changes}


def test_at_its_own_day_nothing_changes() -> None:
    """Priced again at the price that was paid, every row costs what it cost."""
    found = reprice([row()], Book(), simulated=False, at=DAY)
    assert (found.new_nano, found.was_nano, found.difference_usd) == (10_935_000, 10_935_000, 0)
    assert found.rows[0].price == "openai/gpt-image-1/standard@2025-04-23"


def test_words_that_nobody_counted_cannot_be_priced() -> None:
    """A row that does not say how many words went in is not priced as if there were none."""
    found = reprice([row(text_input_tokens=None)], Book(), simulated=False, at=DAY)
    assert (found.rows[0].new_nano, found.rows[0].basis) == (None, "its tokens are unknown")


def test_another_price_counts_the_same_tokens() -> None:
    """A price of one's own is put on the tokens that were really spent."""
    found = reprice([row()], Book([CHEAP]), simulated=False, at=str(DAY))
    assert found.new_nano == 272 * 20_000 + 11 * 5_000
    assert found.rows[0].basis == "the tokens it took"
    assert "less" in str(found)


def test_another_provider_has_its_own_price() -> None:
    """What the same pictures would have cost elsewhere."""
    found = reprice([row()], Book(), simulated=False, provider="vercel", at=DAY)
    assert found.rows[0].price == "vercel/gpt-image-1/standard@2025-04-23"
    assert "at vercel" in str(found)


def test_another_model_counts_its_own_tokens() -> None:
    """Another model spends other tokens: the same request is quoted there."""
    found = reprice([row()], Book(), simulated=False, model="gpt-image-2", at=DAY)
    quote = pricing.quote_request(
        ImageRequest(prompt=row()["prompt"], model="gpt-image-2"), "openai"
    )
    assert found.new_nano == quote.nano
    assert (found.rows[0].new_model, found.rows[0].basis) == ("gpt-image-2", "its quote")


def test_what_the_server_chose_is_what_is_compared() -> None:
    """Where auto was asked for, the tier and size that really came are quoted."""
    auto = row(quality="auto", actual_quality="high", size="auto", actual_size="1024x1536")
    found = reprice([auto], Book(), simulated=False, model="gpt-image-2", at=DAY)
    asked = ImageRequest(
        prompt=auto["prompt"], model="gpt-image-2", quality="high", size="1024x1536"
    )
    assert found.new_nano == pricing.quote_request(asked, "openai").nano


@pytest.mark.parametrize(
    ("changes", "options", "basis"),
    [
        ({"image_output_tokens": None}, {}, "tokens are unknown"),
        ({"image_output_tokens": 0}, {}, "tokens are unknown"),
        ({"model": "my-own"}, {}, "no price known"),
        ({}, {"at": "2020-01-01"}, "no price known"),
        ({}, {"model": "gpt-image-2.6-flare"}, "not known before"),
        ({"quality": "xhigh"}, {"model": "gpt-image-2"}, "quality"),
    ],
)
def test_what_cannot_be_known_stays_unknown(
    changes: dict[str, Any], options: dict[str, Any], basis: str
) -> None:
    """A row without tokens, price or rule is unknown, says why, and is in neither sum."""
    found = reprice([row(), row(**changes)], Book(), **{"simulated": False, "at": DAY, **options})
    last = found.rows[-1]
    assert last.new_nano is None
    assert basis in last.basis
    assert found.unknown >= 1
    assert "in neither sum" in str(found)


def test_a_row_of_unknown_cost_is_in_neither_sum() -> None:
    """Where it is not known what was paid, what it would have cost has nothing to stand beside."""
    found = reprice([row(), row(cost_nano=None)], Book([CHEAP]), simulated=False, at=DAY)
    assert (found.unknown, found.was_nano) == (1, 10_935_000)
    assert found.new_nano == 272 * 20_000 + 11 * 5_000


def test_only_one_purse_is_counted() -> None:
    """Simulated rows are no part of real money, and what was not billed is no part of either."""
    rows = [row(), row(simulated=True), row(billed="no", cost_nano=0)]
    assert len(reprice(rows, Book(), simulated=False, at=DAY).rows) == 1
    assert "simulated money" in str(reprice(rows, Book(), simulated=True, at=DAY))


def test_the_rows_are_left_alone() -> None:
    """Pricing anew changes nothing that was written down."""
    rows = [row()]
    before = [dict(one) for one in rows]
    reprice(rows, Book([CHEAP]), simulated=False, model="gpt-image-2", at=DAY)
    assert rows == before


@given(st.lists(st.integers(1, 10**6), max_size=20), st.integers(1, 10**6))
def test_sums_are_exact(tokens: list[int], price: int) -> None:
    """The sum is that of its rows, to the nano-dollar."""
    own = Price("openai", "gpt-image-1", "standard", DAY, DAY, "x", image_out=price, layer="own")
    rows = [row(image_output_tokens=count, text_input_tokens=0) for count in tokens]
    found = reprice(rows, Book([own]), simulated=False, at=DAY)
    assert found.new_nano == sum(tokens) * price


@pytest.mark.parametrize("wrong", ["tomorrow", 20261201, "2026-13-01"])
def test_what_is_no_day_is_refused(wrong: Any) -> None:
    """A day is written out."""
    with pytest.raises(InputError, match="2026-12-01"):
        reprice([], Book(), simulated=False, at=wrong)


def test_an_unknown_model_is_refused() -> None:
    """A misspelt model is an error, not an empty table."""
    with pytest.raises(ModelError, match="Did you mean"):
        reprice([], Book(), simulated=False, model="gpt-image2")


def test_it_shows_itself() -> None:
    """In a cell it is a sentence and a table; what is unknown is written so."""
    found = reprice([row(prompt="<i>x"), row(cost_nano=None)], Book(), simulated=False, at=DAY)
    shown = found._repr_html_()
    assert "&lt;i&gt;x" in shown
    assert "unknown" in shown
    assert list(found.frame["difference_usd"].isna()) == [False, True]


def test_nothing_paid_is_an_empty_table() -> None:
    """A fresh ledger has nothing to price."""
    found: Repricing = reprice([], Book(), simulated=False)
    assert found.frame.empty
    assert "0 pictures" in repr(found)


def test_an_edit_is_priced_anew_with_its_references(lab: Lab) -> None:
    """What an edit would cost on another model counts the pictures that went along there."""
    fox = lab.generate("a fox", model="gpt-image-2", size="1024x640")
    night = lab.edit("make it night", fox, model="gpt-image-2")
    found = lab.reprice(model="gpt-image-2.5-flare")
    asked = dataclasses.replace(night.request, model="gpt-image-2.5-flare")
    assert found.rows[1].new_nano == pricing.quote_request(asked, "simulator").nano
    assert found.rows[1].new_nano is not None
