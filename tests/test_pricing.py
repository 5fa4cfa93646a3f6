from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imagelab
from imagelab import Lab, Sweep, pricing
from imagelab.catalog import models, prices, sizes, tokens
from imagelab.errors import InputError, SetupError
from imagelab.pictures import Reference
from imagelab.pricing import Quote, quote, quote_request, total
from imagelab.request import ImageRequest, Usage
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import Asked, check
from imagelab.simulator.files import Files
from imagelab.simulator.manners import Manners
from imagelab.simulator.spending import usage_of
from tests.sessions import fox

TWELVE = "a red fox in snow"

PUBLISHED = [
    ("1024x1024", "low", 0.011),
    ("1024x1024", "medium", 0.042),
    ("1024x1024", "high", 0.167),
    ("1024x1536", "low", 0.016),
    ("1024x1536", "medium", 0.063),
    ("1024x1536", "high", 0.25),
    ("1536x1024", "low", 0.016),
    ("1536x1024", "medium", 0.063),
    ("1536x1024", "high", 0.25),
]

FREE_SIZES = ["1024x1024", "1024x640", "1536x1024", "1024x1536", "2048x2048", "3840x2160"]

PROMPTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300
).filter(str.strip)


@st.composite
def requests(draw: st.DrawFn) -> ImageRequest:
    """Draw any request that a catalogued model takes."""
    model = draw(st.sampled_from(models.all_models()))
    rule = sizes.rule_of(model)
    listed = [*rule.listed, "auto"]
    free = [size for size in FREE_SIZES if sizes.problem(model, size) is None]
    return ImageRequest(
        prompt=draw(PROMPTS),
        model=model.id,
        quality=draw(st.sampled_from([*model.tiers, "auto"])),
        size=draw(st.sampled_from(sorted({*listed, *free}))),
    )


@pytest.mark.parametrize(("size", "quality", "dollars"), PUBLISHED)
def test_the_published_table_of_gpt_image_1_comes_out(
    size: str, quality: str, dollars: float
) -> None:
    """Rounded to the cent, a quote is what OpenAI publishes for a picture of GPT Image 1."""
    found = imagelab.quote(TWELVE, model="gpt-image-1", quality=quality, size=size)
    assert found.usd is not None
    assert round(found.usd, 2) == round(dollars, 2)


@pytest.mark.parametrize(
    ("quality", "size", "nano"),
    [
        ("low", "1024x1024", 272 * 40_000),
        ("medium", "1024x1024", 1056 * 40_000),
        ("high", "1024x1024", 4160 * 40_000),
        ("low", "1024x1536", 408 * 40_000),
        ("medium", "1536x1024", 1568 * 40_000),
        ("high", "1024x1536", 6240 * 40_000),
    ],
)
def test_a_quote_is_exact(quality: str, size: str, nano: int) -> None:
    """A quote is tokens times list price, exact to the nano-dollar, words included."""
    found = quote(TWELVE, model="gpt-image-1", quality=quality, size=size)
    assert found.nano == nano + tokens.text_tokens(TWELVE) * 5_000


def test_a_quote_says_where_it_comes_from() -> None:
    """A quote's reasons name the tokens, the price per million and the price row."""
    why = " ".join(quote(TWELVE, model="gpt-image-1").why)
    assert "272 image output tokens x $40 per million" in why
    assert "openai/gpt-image-1/standard@" in why


def test_vercel_has_its_own_prices() -> None:
    """The same request is quoted at each provider's own list."""
    found = quote(TWELVE, model="gpt-image-1", provider="vercel")
    assert found.nano == 272 * 40_000 + tokens.text_tokens(TWELVE) * 5_000
    assert "vercel/" in " ".join(found.why)


def test_the_batch_lane_is_half_the_price() -> None:
    """In the batch lane gpt-image-1 costs half."""
    found, standard = (
        quote(TWELVE, model="gpt-image-1", batch=True),
        quote(TWELVE, model="gpt-image-1"),
    )
    assert found.nano is not None
    assert standard.nano is not None
    assert Fraction(found.nano, standard.nano) == Fraction(1, 2)


def test_an_unknown_model_is_unknown_and_bounded() -> None:
    """An unknown model's cost is None, never 0, and at least the dearest known thing is held."""
    found = quote(TWELVE, model="my-own-model")
    dearest = max(
        quote(TWELVE, model=model.id, quality=model.tiers[-1]).bound_nano
        for model in models.all_models()
    )
    assert (found.nano, found.usd, found.usd_per_picture) == (None, None, None)
    assert found.bound_nano >= dearest > 0


def test_a_quote_of_auto_is_bounded_by_the_dearest_tier() -> None:
    """With quality auto the cost is unknown, and what is held is the dearest tier's."""
    found = quote(TWELVE, model="gpt-image-1", quality="auto")
    assert found.nano is None
    assert found.bound_nano >= 4160 * 40_000
    assert "at most" in str(found)


def test_an_impossible_combination_has_no_quote() -> None:
    """What cannot be asked for cannot be quoted either."""
    with pytest.raises(InputError, match="hihg"):
        quote(TWELVE, model="gpt-image-1", quality="hihg")


def test_a_quote_takes_every_setting_of_a_request() -> None:
    """What a request can say, a quote can be asked for, and judges in the same way."""
    assert quote("a fox", moderation="low").nano == quote("a fox").nano
    with pytest.raises(InputError, match="moderation"):
        quote("a fox", moderation="none")


def test_a_request_is_quoted_like_its_settings() -> None:
    """A request and its settings have the same quote."""
    assert quote(fox(quality="high")) == quote(TWELVE, model="gpt-image-1", quality="high")


def test_the_default_model_is_the_providers() -> None:
    """Where no model is named, the quote is for the default model of the provider."""
    assert quote(TWELVE) == quote(TWELVE, model="gpt-image-2")
    simulated = quote(TWELVE, provider="simulator")
    assert simulated == quote(TWELVE, provider="simulator", model="gpt-image-1")


def test_a_prompt_and_a_sweep_of_it_cost_the_same() -> None:
    """A quote and a sweep's quote agree on what a prompt alone costs."""
    assert quote(TWELVE).nano == Sweep(TWELVE).quote().nano


def test_an_unknown_provider_has_no_quote() -> None:
    """A misspelt provider is an error that suggests the right one."""
    with pytest.raises(SetupError, match="Did you mean 'vercel'"):
        quote(TWELVE, provider="vercell")


def test_an_unknown_model_suggests_a_close_one() -> None:
    """The reasons of a quote for a misspelt model name the one that was perhaps meant."""
    assert "Did you mean 'gpt-image-2'" in " ".join(quote(TWELVE, model="gpt-imge-2").why)


def test_a_model_like_no_other_gets_no_guess() -> None:
    """The reasons of a quote for a model of one's own make no guess."""
    assert "Did you mean" not in " ".join(quote(TWELVE, model="my-own-model").why)


def test_the_price_that_is_missing_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Where one kind of token has no price the quote says which, and its remedy helps."""
    along = Reference(sha256="0" * 64, format="png", width=1024, height=1024, size_bytes=9)
    edit = fox(model="gpt-image-2", images=(along,))
    why = quote_request(edit, "vercel").why[0]
    assert why.startswith("no price of image input tokens is known for gpt-image-2 at vercel:")
    assert why.endswith("lab.prices.add('gpt-image-2', provider='vercel', image_in=...)")
    with Lab(path=tmp_path) as lab:
        lab.prices.add("gpt-image-2", provider="vercel", image_in=8)
        assert quote_request(edit, "vercel", book=lab._session.book).usd is not None


def test_a_model_without_any_price_is_said_to_have_none() -> None:
    """A model that the catalogue knows nothing of is told apart from one kind without a price."""
    why = " ".join(quote(TWELVE, model="my-own-model").why)
    assert "no price is known for my-own-model at openai" in why
    assert "lab.prices.add('my-own-model', provider='openai', text_in=..., image_out=...)" in why


def test_a_misspelt_setting_of_a_quote_is_named() -> None:
    """A setting that a quote does not have is an error with the right word."""
    with pytest.raises(InputError, match="Did you mean quality"):
        quote(TWELVE, qualtiy="low")  # type: ignore[call-arg]


def test_dollars_of_a_quote_are_no_maths() -> None:
    """In a notebook a quote is marked to be left alone by what sets maths."""
    assert quote(TWELVE)._repr_html_().startswith('<div class="mathjax_ignore tex2jax_ignore">')


def test_one_unknown_makes_the_sum_unknown() -> None:
    """The sum of a known and an unknown quote is unknown; the bounds add up."""
    known, unknown = quote(TWELVE, model="gpt-image-1"), quote(TWELVE, model="my-own-model")
    both = total([known, unknown])
    assert (both.pictures, both.nano) == (2, None)
    assert both.bound_nano == known.bound_nano + unknown.bound_nano


def test_a_sum_keeps_the_reason_why_it_is_unknown() -> None:
    """The sum of quotes says why it is unknown, as its parts do."""
    unknown = quote(TWELVE, model="my-own-model")
    assert "my-own-model" in " ".join(total([unknown, unknown]).why)


def test_nothing_costs_nothing() -> None:
    """The sum of no quotes is no pictures for $0, which is known."""
    nothing = total([])
    assert (nothing.pictures, nothing.nano, nothing.bound_nano) == (0, 0, 0)
    assert nothing.usd_per_picture is None


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=50))
def test_sums_are_exact(amounts: list[tuple[int, int]]) -> None:
    """Quotes add up exactly to the nano-dollar, in any number."""
    parts = [Quote(pictures=1, nano=nano, bound_nano=nano + more) for nano, more in amounts]
    found = total(parts)
    assert found.nano == sum(nano for nano, _ in amounts)
    assert found.bound_nano == sum(nano + more for nano, more in amounts)


@given(requests())
@settings(deadline=None, max_examples=300)
def test_no_bill_passes_its_bound(request: ImageRequest) -> None:
    """What the simulator counts for any request never costs more than what is held for it."""
    asked = Asked("generation", json.dumps(request.parameters()).encode())
    wanted = check(asked, Files(), Manners())
    assert not isinstance(wanted, Reply), wanted.body
    counted = usage_of(wanted)
    usage = Usage(text_input_tokens=counted.text_in, image_output_tokens=counted.image_out)
    billed, _ = pricing.cost(usage, "simulator", request.model)
    held = quote(request, provider="simulator")
    if billed is not None:
        assert billed <= held.bound_nano
        assert held.nano is None or held.nano == billed
    else:
        assert held.nano is None


@given(requests())
@settings(deadline=None)
def test_a_quote_never_passes_its_own_bound(request: ImageRequest) -> None:
    """What is held is never less than what is expected, and never nothing."""
    found = quote(request)
    assert found.bound_nano >= (found.nano or 1)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_cost_is_the_sum_of_its_tokens(text: int, text_cached: int, out: int, more: int) -> None:
    """A cost is exactly tokens times price, cached tokens at their own price."""
    price = prices.price("openai", "gpt-image-1")
    assert price is not None
    assert price.text_cached is not None
    usage = Usage(
        text_input_tokens=text + text_cached,
        text_cached_tokens=text_cached,
        image_output_tokens=out + more,
    )
    found, row = pricing.cost(usage, "openai", "gpt-image-1")
    assert found == text * 5_000 + text_cached * price.text_cached + (out + more) * 40_000
    assert row == price.id


def test_a_cost_without_output_tokens_is_unknown() -> None:
    """An answer that does not say how many tokens it made has no known cost."""
    found, row = pricing.cost(Usage(text_input_tokens=13), "openai", "gpt-image-1")
    assert found is None
    assert row is not None


def test_input_that_is_only_counted_in_all_is_not_free() -> None:
    """Input tokens that come as one number, without parts, are never left out of a known cost."""
    usage = Usage.from_wire({"input_tokens": 1000, "output_tokens": 272})
    found, _ = pricing.cost(usage, "openai", "gpt-image-1")
    assert found is None or found >= 272 * 40_000 + 1000 * 5_000


def test_the_cost_of_an_unknown_model_is_unknown() -> None:
    """A model without a price has no cost and no price row."""
    assert pricing.cost(Usage(image_output_tokens=272), "openai", "my-own-model") == (None, None)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (quote(TWELVE, model="gpt-image-1"), "1 picture: $0.011"),
        (total([quote(TWELVE, model="gpt-image-1")] * 3), "3 pictures: $0.033"),
    ],
    ids=["one", "three"],
)
def test_a_quote_reads_as_pictures_and_dollars(found: Quote, shown: str) -> None:
    """A quote reads as a number of pictures and dollars."""
    assert str(found) == shown
    assert shown in repr(found)
