"""What a sweep will cost here and now: list prices, less what the ledger holds already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imagelab import Lab, Sweep, planning, pricing
from imagelab.planning import LabQuote
from imagelab.records.ledger import Ledger
from imagelab.simulator import Simulator
from imagelab.sweep import Cell

OpenLab = Callable[..., Lab]


def cells_of(sweep: Sweep, model: str = "gpt-image-1") -> list[Cell]:
    """Bind a sweep to a model."""
    return sweep.cells(model=model)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(tmp_path / "ledger.sqlite")


def quoted(ledger: Ledger, sweep: Sweep, **limits: float) -> LabQuote:
    """Quote a sweep on the simulator's default model."""
    return planning.quote(ledger, "simulator", cells_of(sweep), limits)


def test_with_an_empty_ledger_everything_is_to_pay(ledger: Ledger) -> None:
    """Before anything is asked, what is to pay is the list price of the whole."""
    told = quoted(ledger, Sweep(["a fox", "an owl"], quality=["low", "high"]))
    assert (told.pictures, told.already, told.to_pay) == (4, 0, 4)
    assert told.to_pay_nano == told.nano
    assert told.to_pay_bound_nano == told.bound_nano


def test_the_whole_is_the_sum_of_its_pictures(ledger: Ledger) -> None:
    """The quote of a sweep is the exact sum of the quotes of its pictures."""
    cells = cells_of(Sweep("a fox", quality=["low", "medium", "high"]))
    parts = [pricing.quote_request(cell.request, "simulator").nano or 0 for cell in cells]
    assert planning.quote(ledger, "simulator", cells).nano == sum(parts)


def test_what_is_asked_for_twice_counts_once(ledger: Ledger) -> None:
    """Equal prompts share a picture, and so a price."""
    assert quoted(ledger, Sweep(["a fox", "a fox"])) == quoted(ledger, Sweep("a fox"))


def test_samples_count_each(ledger: Ledger) -> None:
    """Each sample is a picture of its own."""
    assert quoted(ledger, Sweep("a fox", samples=3)).to_pay == 3


def test_what_the_ledger_holds_is_not_to_pay(lab: Lab) -> None:
    """Pictures that were paid for are counted, and their money is not asked for again."""
    lab.compare("a fox", quality=["low", "medium"])
    told = lab.quote(Sweep("a fox", quality=["low", "medium", "high"]))
    assert (told.pictures, told.already, told.to_pay) == (3, 2, 1)
    assert told.to_pay_nano == lab.quote("a fox", quality="high").nano


def test_when_all_is_there_nothing_is_to_pay(lab: Lab) -> None:
    """A sweep that was run costs nothing to run again, and that is known."""
    lab.compare("a fox")
    told = lab.quote(Sweep("a fox"))
    assert (told.to_pay, told.to_pay_usd, told.to_pay_bound_usd) == (0, 0, 0)


def test_an_unknown_cost_to_pay_is_none_and_bounded(ledger: Ledger) -> None:
    """Where a cost cannot be known before, what is to pay is None, with what is held at most."""
    told = quoted(ledger, Sweep("a fox", quality="auto"))
    assert (told.to_pay_nano, told.to_pay_usd) == (None, None)
    assert told.to_pay_bound_usd > 0


def test_an_unknown_cost_that_is_paid_already_is_not_to_pay(lab: Lab) -> None:
    """A picture of unknown list price that is there costs nothing more, and that is known."""
    lab.generate("a fox", quality="auto")
    told = lab.quote("a fox", quality="auto")
    assert (told.nano, told.to_pay_nano) == (None, 0)


def test_time_is_pictures_at_the_providers_pace(ledger: Ledger) -> None:
    """Ten pictures at four a minute: four at once, and a minute and a half for the rest."""
    told = quoted(ledger, Sweep([f"fox {number}" for number in range(10)]), images=4)
    assert told.minutes == 1.5
    assert "about 1.5 minutes at the provider's limit" in str(told)


@pytest.mark.parametrize(
    ("pictures", "words"),
    [(5, "about 15 seconds at"), (7, "about 45 seconds at"), (8, "about 1.0 minutes at")],
)
def test_less_than_a_minute_is_seconds(ledger: Ledger, pictures: int, words: str) -> None:
    """A wait below a minute is told in seconds."""
    assert words in str(quoted(ledger, Sweep("a fox", samples=pictures), images=4))


@pytest.mark.parametrize("pictures", [1, 3, 4])
def test_a_minutes_worth_goes_out_at_once(ledger: Ledger, pictures: int) -> None:
    """What a limit lets through at once waits for nothing, and nothing is said of a wait."""
    told = quoted(ledger, Sweep("a fox", samples=pictures), images=4)
    assert told.minutes == 0
    assert "limit" not in str(told)


def test_the_narrower_limit_counts(ledger: Ledger) -> None:
    """Where tokens a minute are the narrower limit, they say how long it takes."""
    sweep = Sweep([f"fox {number}" for number in range(6)])
    tokens = sum(pricing.tokens_of(cell.request) for cell in cells_of(sweep))
    assert quoted(ledger, sweep, images=4, tokens=tokens / 3).minutes == pytest.approx(2)


def test_a_learnt_limit_tells_the_time(open_lab: OpenLab) -> None:
    """What an answer taught of the provider's limit is in the next quote."""
    with Simulator(images_per_minute=4) as server:
        lab = open_lab("openai", base_url=server.url, api_key="a-key")
        assert lab.quote(Sweep("a fox", samples=6)).minutes is None
        lab.generate("a fox")
        assert lab.quote(Sweep("a fox", samples=11)).minutes == 1.5


def test_only_what_is_to_be_asked_takes_time(ledger: Ledger) -> None:
    """Without a known pace there is no time."""
    told = quoted(ledger, Sweep("a fox"))
    assert told.minutes is None
    assert "minutes" not in str(told)


def test_what_is_there_takes_no_time(lab: Lab) -> None:
    """Pictures in the ledger do not wait for the provider."""
    lab.compare(["a fox", "an owl"])
    cells = cells_of(Sweep(["a fox", "an owl", "a newt", "a hen", "a bee"]))
    told = planning.quote(lab._session.ledger, "simulator", cells, {"images": 2})
    assert told.minutes == 0.5


def test_another_providers_pictures_do_not_count(lab: Lab) -> None:
    """What was paid for at one provider is still to pay at another."""
    lab.generate("a fox")
    told = planning.quote(lab._session.ledger, "openai", cells_of(Sweep("a fox")))
    assert (told.already, told.to_pay) == (0, 1)


def test_a_quote_reads_as_a_sentence(lab: Lab) -> None:
    """A lab's quote says the whole, each picture's share, and what is to pay."""
    lab.generate("a fox")
    told = str(lab.quote(Sweep(["a fox", "an owl"])))
    assert told.startswith("2 pictures: $0.022 ($0.011 a picture); ")
    assert "1 in the ledger, 1 to pay: $0.011" in told


def test_an_unknown_rest_reads_as_a_bound(lab: Lab) -> None:
    """Where what is to pay cannot be known, the sentence says at most."""
    lab.generate("a fox")
    assert "1 to pay: at most $" in str(lab.quote(Sweep("a fox", quality=["low", "auto"])))


def test_dollars_of_a_quote_are_no_maths(ledger: Ledger) -> None:
    """In a notebook the quote is marked to be left alone by what sets maths."""
    told = quoted(ledger, Sweep("a fox"))._repr_html_()
    assert told.startswith('<div class="mathjax_ignore tex2jax_ignore">')


def test_the_prompt_cannot_write_html(ledger: Ledger) -> None:
    """A quote for a prompt or model with marks in it shows no marks of theirs."""
    cells = cells_of(Sweep("a fox", model="<b>mine</b>"))
    told = planning.quote(ledger, "simulator", cells)._repr_html_()
    assert "<b>mine" not in told
    assert "&lt;b&gt;mine" in told


def test_a_larger_size_that_costs_less_is_named(ledger: Ledger) -> None:
    """Where more pixels cost less, the quote says which size and what it costs."""
    cells = cells_of(Sweep("a fox", size="1008x1008", quality="high"), "gpt-image-2")
    whole = planning.quote(ledger, "openai", cells)
    if whole.advice is None:
        pytest.fail("no advice")
    size = whole.advice.split()[0]
    there = pricing.quote("a fox", model="gpt-image-2", quality="high", size=size)
    assert (there.nano or 0) < (whole.nano or 0)
    assert whole.advice in str(whole)


def test_a_size_that_is_cheapest_gets_no_advice(ledger: Ledger) -> None:
    """Where nothing larger costs less, nothing is said."""
    assert quoted(ledger, Sweep("a fox")).advice is None
