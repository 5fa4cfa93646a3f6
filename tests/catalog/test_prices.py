from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.catalog import models, prices, tokens
from imagelab.catalog.money import nano, show
from imagelab.catalog.prices import Price, cost, price

SQUARE, PORTRAIT, LANDSCAPE = "1024x1024", "1024x1536", "1536x1024"
TIERS = ("low", "medium", "high")
PUBLISHED = {
    "gpt-image-1": (("0.011", "0.042", "0.167"), ("0.016", "0.063", "0.25")),
    "gpt-image-1-mini": (("0.005", "0.011", "0.036"), ("0.006", "0.015", "0.052")),
    "gpt-image-1.5": (("0.009", "0.034", "0.133"), ("0.013", "0.05", "0.2")),
    "gpt-image-2": (("0.006", "0.053", "0.211"), ("0.005", "0.041", "0.165")),
}
CELLS = [
    (model, tier, size, dollars)
    for model, (square, oblong) in PUBLISHED.items()
    for sizes, row in (((SQUARE,), square), ((PORTRAIT, LANDSCAPE), oblong))
    for tier, dollars in zip(TIERS, row, strict=True)
    for size in sizes
]


def listed(provider: str, model: str) -> Price:
    """Return the newest standard price, which must be known."""
    row = price(provider, model)
    assert row is not None
    return row


def dollars_out(model: str, tier: str, size: str) -> int:
    """Return the nano-dollars of a picture's own tokens at OpenAI's list price."""
    count = tokens.output_tokens(model, tier, size).tokens
    total = cost({"image_out": count}, listed("openai", model))
    assert total is not None
    return total


def in_cents(amount: int) -> int:
    """Round nano-dollars half up to cents."""
    return (amount + 5_000_000) // 10_000_000


def in_tenths(amount: int) -> int:
    """Round nano-dollars half up to tenths of a cent."""
    return (amount + 500_000) // 1_000_000


# --- the published dollars per picture ---


@pytest.mark.parametrize(("model", "tier", "size", "dollars"), CELLS)
def test_the_published_table_is_kept(model: str, tier: str, size: str, dollars: str) -> None:
    """Every cell of the published table of dollars per picture is in the catalogue."""
    assert prices.published(model, tier, size) == nano(dollars)


@pytest.mark.parametrize(
    ("model", "tier", "size", "dollars"),
    [cell for cell in CELLS if cell[0] in ("gpt-image-1", "gpt-image-1.5")],
)
def test_tokens_come_out_at_the_published_dollars(
    model: str, tier: str, size: str, dollars: str
) -> None:
    """For 1 and 1.5, exact tokens times the price agree with the published table to the cent."""
    assert in_cents(dollars_out(model, tier, size)) == in_cents(nano(dollars))


@pytest.mark.parametrize(
    ("model", "tier", "size", "dollars"), [cell for cell in CELLS if cell[0] == "gpt-image-2"]
)
def test_gpt_image_2_agrees_to_a_tenth_of_a_cent(
    model: str, tier: str, size: str, dollars: str
) -> None:
    """For 2, the formula times the price rounds to every published digit."""
    assert in_tenths(dollars_out(model, tier, size)) == in_tenths(nano(dollars))


@pytest.mark.parametrize(
    ("tier", "size", "shown"),
    [
        ("low", SQUARE, "$0.011"),
        ("medium", SQUARE, "$0.042"),
        ("high", SQUARE, "$0.166"),
        ("low", PORTRAIT, "$0.016"),
        ("low", LANDSCAPE, "$0.016"),
        ("medium", PORTRAIT, "$0.063"),
        ("medium", LANDSCAPE, "$0.063"),
        ("high", PORTRAIT, "$0.250"),
        ("high", LANDSCAPE, "$0.248"),
    ],
)
def test_gpt_image_1_shows_its_exact_products(tier: str, size: str, shown: str) -> None:
    """People see a GPT Image 1 picture's tokens times $40 per million, rounded only for show."""
    assert show(dollars_out("gpt-image-1", tier, size)) == shown


@pytest.mark.parametrize(
    ("model", "tier", "size", "dollars"), [cell for cell in CELLS if cell[0] == "gpt-image-1-mini"]
)
def test_minis_published_dollars_exceed_its_tokens(
    model: str, tier: str, size: str, dollars: str
) -> None:
    """In every cell mini is published a quarter of a cent, about, above what its tokens cost."""
    gap = nano(dollars) - dollars_out(model, tier, size)
    assert nano("0.002") < gap < nano("0.003")


@pytest.mark.parametrize(
    ("model", "tier", "size"),
    [
        ("gpt-image-2.5-flare", "low", SQUARE),
        ("gpt-image-1", "max", SQUARE),
        ("gpt-image-1", "model", SQUARE),
        ("gpt-image-1", "low", "512x512"),
        ("no-such-model", "low", SQUARE),
    ],
)
def test_what_is_not_published_is_unknown(model: str, tier: str, size: str) -> None:
    """A picture without a published price has None."""
    assert prices.published(model, tier, size) is None


# --- price rows ---


def test_five_dollars_per_million_are_5000_nano_each() -> None:
    """A row holds whole nano-dollars per token of every kind."""
    row = listed("openai", "gpt-image-1")
    assert (row.text_in, row.text_cached, row.image_in, row.image_cached, row.image_out) == (
        5000,
        1250,
        10_000,
        2500,
        40_000,
    )
    assert row.text_out is None


def test_every_price_is_a_whole_number_above_zero() -> None:
    """No price in the catalogue is a fraction of a nano-dollar, and none is 0."""
    known = [getattr(row, kind) for row in prices.all_prices() for kind in prices.KINDS]
    numbers = [amount for amount in known if amount is not None]
    assert numbers
    assert all(type(amount) is int and amount > 0 for amount in numbers)


def test_every_row_is_of_a_catalogued_model_and_unique() -> None:
    """Each price row names a known model, and its id names one row only."""
    rows = prices.all_prices()
    assert all(models.get(row.model).id == row.model for row in rows)
    assert len({row.id for row in rows}) == len(rows)


def test_every_model_has_a_price_at_openai() -> None:
    """OpenAI's standard list prices every catalogued model in text, image in and image out."""
    for model in models.all_models():
        row = listed("openai", model.id)
        assert None not in (row.text_in, row.image_in, row.image_out)


def test_no_price_is_older_than_its_model() -> None:
    """A price holds from the release of its model on, at the earliest."""
    for row in prices.all_prices():
        released = models.get(row.model).released
        assert released is None or row.since >= released


def test_batch_costs_half() -> None:
    """Image output costs half in a batch, for every model with batch prices."""
    rows = [row for row in prices.all_prices() if row.lane == "batch"]
    assert rows
    for row in rows:
        whole = listed("openai", row.model).image_out
        assert row.image_out is not None
        assert row.image_out * 2 == whole


def test_batch_prices_of_2_6_are_unknown() -> None:
    """Where no batch price was found there is no row."""
    assert price("openai", "gpt-image-2.6-flare", lane="batch") is None


def test_a_row_has_a_readable_id() -> None:
    """A row is named by provider, model, lane and first day."""
    assert listed("openai", "gpt-image-1").id == "openai/gpt-image-1/standard@2025-04-23"


@pytest.mark.parametrize("model", ["openai/gpt-image-2", "gpt-image-2-2026-04-21"])
def test_prefix_and_snapshot_share_the_models_price(model: str) -> None:
    """A prefixed id or a snapshot is priced as its model."""
    assert price("openai", model) == price("openai", "gpt-image-2")


def test_before_the_release_there_is_no_price() -> None:
    """No row holds on the eve of a model's release, and one does from that day."""
    assert price("openai", "gpt-image-2", on=dt.date(2026, 4, 20)) is None
    assert price("openai", "gpt-image-2", on=dt.date(2026, 4, 21)) is not None


def test_a_retired_model_keeps_its_price() -> None:
    """GPT Image 1 is priced after its shutdown too, for the simulator and for old ledgers."""
    assert price("openai", "gpt-image-1", on=dt.date(2027, 1, 1)) is not None


def test_an_unknown_model_has_no_price() -> None:
    """A model that the catalogue does not know has no price, rather than one of 0."""
    assert price("openai", "dall-e-3") is None


def test_vercel_sells_gpt_image_1_at_5_and_40() -> None:
    """Vercel's gpt-image-1 is $5 in and $40 out per million tokens; image input is unknown."""
    row = listed("vercel", "gpt-image-1")
    assert (row.text_in, row.image_out, row.image_in) == (5000, 40_000, None)


def test_vercel_sells_gpt_image_2_at_5_and_30() -> None:
    """Vercel's gpt-image-2 is $5 in and $30 out per million tokens."""
    row = listed("vercel", "gpt-image-2")
    assert (row.text_in, row.image_out) == (5000, 30_000)


def test_vercels_other_prices_are_unknown() -> None:
    """What Vercel asks for 2.6 is not known, and OpenAI's price is not put in its place."""
    assert price("vercel", "gpt-image-2.6-flare") is None


def test_the_simulator_goes_by_openais_list() -> None:
    """The simulator's row has OpenAI's prices and the simulator's name."""
    simulated = listed("simulator", "gpt-image-1")
    assert simulated.provider == "simulator"
    assert dataclasses.replace(simulated, provider="openai") == listed("openai", "gpt-image-1")


def test_a_custom_address_goes_by_openais_list() -> None:
    """A provider known by its address only is priced by OpenAI's own row."""
    assert price("localhost:8000", "gpt-image-2") == price("openai", "gpt-image-2")


# --- costs ---


def test_a_cost_is_the_exact_sum_of_its_products() -> None:
    """13 words at $5 and 1056 picture tokens at $40 per million are 42,305,000 nano-dollars."""
    assert cost({"text_in": 13, "image_out": 1056}, listed("openai", "gpt-image-1")) == 42_305_000


def test_cached_tokens_are_part_of_those_that_went_in() -> None:
    """Of 100 text tokens 40 cached, 60 are charged in full and 40 at the cached price."""
    row = listed("openai", "gpt-image-1")
    spent = {"text_in": 100, "text_cached": 40, "image_in": 10, "image_cached": 10, "image_out": 0}
    assert cost(spent, row) == 60 * 5000 + 40 * 1250 + 10 * 2500


@given(*[st.integers(0, 10**6)] * 6)
def test_costs_add_up(
    words: int, cached: int, images: int, again: int, out: int, told: int
) -> None:
    """The cost of any counts is the sum over the kinds, to the nano-dollar."""
    row = listed("openai", "gpt-image-1.5")
    spent = {
        "text_in": words + cached,
        "text_cached": cached,
        "image_in": images + again,
        "image_cached": again,
        "image_out": out,
        "text_out": told,
    }
    expected = (
        5000 * words + 1250 * cached + 8000 * images + 2000 * again + 32_000 * out + 10_000 * told
    )
    assert cost(spent, row) == expected


@pytest.mark.parametrize("spent", [{}, {"image_out": None}, {"text_in": 13}])
def test_without_picture_tokens_the_cost_is_unknown(spent: dict[str, int | None]) -> None:
    """An answer that does not say how many picture tokens it spent has no known cost."""
    assert cost(spent, listed("openai", "gpt-image-1")) is None


def test_other_kinds_may_be_missing() -> None:
    """Kinds other than picture output count as none when missing or None."""
    spent = {"image_out": 272, "text_in": None, "image_in": None}
    assert cost(spent, listed("openai", "gpt-image-1")) == 272 * 40_000


def test_a_kind_without_a_price_makes_the_cost_unknown() -> None:
    """Picture input at Vercel, whose price nobody knows, makes the cost unknown, not free."""
    row = listed("vercel", "gpt-image-2")
    assert cost({"image_in": 1024, "image_out": 196}, row) is None
    assert cost({"image_in": 0, "image_out": 196}, row) == 196 * 30_000


@pytest.mark.parametrize("kind", prices.KINDS)
def test_unknown_is_never_zero(kind: str) -> None:
    """A row that lacks one price prices nothing that spends that kind."""
    lack: dict[str, Any] = {kind: None}
    row = dataclasses.replace(listed("openai", "gpt-image-1.5"), **lack)
    spent = {"text_in": 2, "text_cached": 1, "image_in": 2, "image_cached": 1, "image_out": 1}
    assert cost({**spent, "text_out": 1}, row) is None


@pytest.mark.parametrize(
    "spent",
    [
        {"image_out": 1, "text_in": 3, "text_cached": 4},
        {"image_out": 1, "image_cached": 1},
        {"image_out": -1},
    ],
)
def test_contradicting_counts_have_no_cost(spent: dict[str, int | None]) -> None:
    """More cached than went in, or less than nothing, cannot be priced."""
    assert cost(spent, listed("openai", "gpt-image-1")) is None


# --- a book of one's own ----------------------------------------------------------------------


def row(**changes: Any) -> prices.Price:
    """A row of the person's own, which names one kind."""
    given = {"provider": "openai", "model": "gpt-image-2", "since": dt.date(2026, 12, 1)}
    known: dict[str, Any] = {"lane": "standard", "date": DAY, "source": "a contract"}
    return prices.Price(**{**known, **given, "image_out": 25_000, "layer": "own", **changes})


DAY = dt.date(2026, 12, 24)


def test_a_row_of_ones_own_holds_from_its_day_on() -> None:
    """A row that was added counts from its first day, and the catalogue's before."""
    book = prices.Book([row()])
    before = book.price("openai", "gpt-image-2", on=dt.date(2026, 11, 30))
    after = book.price("openai", "gpt-image-2", on=dt.date(2026, 12, 1))
    assert before is not None
    assert after is not None
    assert (before.image_out, after.image_out) == (30_000, 25_000)
    assert after.id == "openai/gpt-image-2/standard@2026-12-01:own"


def test_a_row_of_ones_own_may_end() -> None:
    """After its last day the catalogue's price holds again."""
    book = prices.Book([row(until=dt.date(2026, 12, 24))])
    price = book.price("openai", "gpt-image-2", on=DAY)
    assert price is not None
    assert price.image_out == 30_000


def test_a_row_of_ones_own_says_only_what_differs() -> None:
    """Kinds that a row does not name keep the price that held before."""
    price = prices.Book([row()]).price("openai", "gpt-image-2", on=DAY)
    assert price is not None
    assert (price.text_in, price.image_out, price.source) == (5_000, 25_000, "a contract")


def test_ones_own_stands_over_what_was_read() -> None:
    """A price read from the provider stands over the catalogue, and one's own over both."""
    read = row(layer="read", image_out=28_000, text_in=6_000)
    price = prices.Book([row(), read]).price("openai", "gpt-image-2", on=DAY)
    assert price is not None
    assert (price.text_in, price.image_out) == (6_000, 25_000)


def test_the_later_of_two_equal_rows_counts() -> None:
    """Of two rows for one day the one that was added later counts."""
    price = prices.Book([row(), row(image_out=20_000)]).price("openai", "gpt-image-2", on=DAY)
    assert price is not None
    assert price.image_out == 20_000


def test_a_model_that_only_the_book_knows_has_a_price() -> None:
    """A model that the catalogue does not know is priced by the rows that were added."""
    book = prices.Book([row(provider="mine", model="sdxl")])
    price = book.price("mine", "sdxl", on=DAY)
    assert price is not None
    assert (price.image_out, price.text_in) == (25_000, None)


def test_openais_own_row_holds_for_whoever_goes_by_its_list() -> None:
    """The simulator goes by OpenAI's list, a person's changes of it included."""
    price = prices.Book([row()]).price("simulator", "gpt-image-2", on=DAY)
    assert price is not None
    assert (price.provider, price.image_out) == ("simulator", 25_000)


def test_who_answers_for_another_goes_by_its_prices() -> None:
    """A recording of a gateway has the gateway's rows and yours for it, and its own over them."""
    mine, over = row(provider="vercel"), row(provider="replay-d1", image_out=1_000)
    book = prices.Book([mine])
    assert book.price("replay-d1", "gpt-image-2", on=DAY) == price("openai", "gpt-image-2", on=DAY)
    book.follow("replay-d1", "vercel")
    assert book.price("replay-d1", "gpt-image-2", on=DAY) == book.price(
        "vercel", "gpt-image-2", on=DAY
    )
    book.add(over)
    assert book.price("replay-d1", "gpt-image-2", on=DAY).image_out == 1_000  # type: ignore[union-attr]
    assert book.price("vercel", "gpt-image-2", on=DAY).image_out == mine.image_out  # type: ignore[union-attr]


def test_the_catalogue_is_left_alone() -> None:
    """A book with rows of its own changes nothing for anybody else."""
    prices.Book([row(since=dt.date(2026, 4, 22))])
    price = prices.price("openai", "gpt-image-2", on=DAY)
    assert price is not None
    assert price.image_out == 30_000


def test_who_writes_an_svg_has_a_price_of_its_own() -> None:
    """Authors are priced per token, also by their names at a gateway; others are not known."""
    author = prices.author("openai/gpt-5.6-terra")
    assert author
    assert (author.text_in, author.text_out) == (2_000, 12_000)
    assert prices.author("gpt-image-2") is None
