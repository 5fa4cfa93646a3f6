"""Quotes against the simulator's own count: every model, tier and size, without painting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab import Lab, pricing
from imagelab.catalog import models, sizes
from imagelab.request import ImageRequest, Usage
from imagelab.simulator.billed import BilledRow
from imagelab.simulator.checks import Asked, check
from imagelab.simulator.files import Files
from imagelab.simulator.manners import Manners
from imagelab.simulator.spending import bill, usage_of
from imagelab.simulator.wanted import Wanted

OpenLab = Callable[..., Lab]
PROMPTS = ("a red fox in snow", "狐狸", "naïve café 🦊 " * 40)


def billed(request: ImageRequest) -> tuple[BilledRow, Usage]:
    """Have the simulator check a request as it comes off the wire, count it and bill it."""
    raw = json.dumps(request.parameters()).encode()
    wanted = check(Asked("generation", raw), Files(), Manners())
    assert isinstance(wanted, Wanted), wanted
    spent = usage_of(wanted)
    told = Usage.from_wire(spent.body(details_of_output=True))
    row = bill(wanted, spent, None, "req")
    assert row is not None
    return row, told


def every_request() -> Iterator[ImageRequest]:
    """Ask every model for every tier at every size that is named anywhere."""
    for model in models.all_models():
        for tier in (*model.tiers, "auto"):
            for size in (*sizes.rule_of(model).listed, "auto"):
                yield ImageRequest(prompt=PROMPTS[0], model=model.id, quality=tier, size=size)


def agree(request: ImageRequest) -> bool:
    """Check a quote against the bill; say whether it was exact."""
    quote = pricing.quote_request(request, "openai")
    row, told = billed(request)
    cost, _ = pricing.cost(told, "openai", request.model)
    assert cost == row.nano, request
    assert row.nano is not None
    assert row.nano <= quote.bound_nano, request
    assert quote.nano in (None, row.nano), request
    return quote.nano is not None


def test_every_quote_is_the_bill_to_the_nano_dollar() -> None:
    """For every model, tier and size the quote is what the simulator bills, or is no promise.

    It is none where the server chooses (auto), and for 2.6, whose tokens nobody has told.
    """
    asked = list(every_request())
    unknown = [one for one in asked if not agree(one)]
    assert len(asked) > 250
    for one in unknown:
        assert "auto" in (one.quality, one.size) or one.model.startswith("gpt-image-2.6"), one


FREE = [model.id for model in models.all_models() if model.sizes == "free"]


@given(
    model=st.sampled_from(FREE),
    prompt=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
        lambda text: bool(text.strip())
    ),
    columns=st.integers(16, 240),
    rows=st.integers(16, 240),
    tier=st.integers(0, 9),
)
def test_any_size_and_any_words_are_quoted_as_they_are_billed(
    model: str, prompt: str, columns: int, rows: int, tier: int
) -> None:
    """Custom sizes and prompts of any letters: the quote is the bill, the bound is never passed."""
    known = models.get(model)
    size = f"{columns * 16}x{rows * 16}"
    if sizes.problem(known, size) is not None:
        return
    quality = known.tiers[tier % len(known.tiers)]
    exact = agree(ImageRequest(prompt=prompt, model=model, quality=quality, size=size))
    assert exact is not model.startswith("gpt-image-2.6")


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("model", [model.id for model in models.all_models()])
def test_words_are_counted_alike_on_both_sides(model: str, prompt: str) -> None:
    """The text tokens of the quote are those of the bill, whatever the letters."""
    assert agree(ImageRequest(prompt=prompt, model=model)) is not model.startswith("gpt-image-2.6")


@pytest.mark.parametrize("model", ["gpt-image-1-mini", "gpt-image-2", "gpt-image-2.5-sunburst"])
def test_the_whole_way_costs_what_was_quoted(lab: Lab, model: str) -> None:
    """Through SDK, HTTP, ledger and bill: quoted, held, billed and kept are one sum."""
    made = lab.compare("a red fox in snow", model=model, quality=["low", "medium"])
    assert [one.cost_nano for one in made] == [one.quoted_nano for one in made]
    bill = lab.reconcile(made[0].time.date())
    assert bill.agrees
    assert bill.billed_nano == sum(one.cost_nano or 0 for one in made)
