"""Judges: their rows, their prices, and how many tokens a picture is to them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.catalog import judges
from imagelab.catalog.prices import price

EDGES = st.integers(1, 5000)
MODELS = [one.model for one in judges.all_judges()]


@pytest.mark.parametrize("model", MODELS)
def test_every_judge_has_a_price_for_words(model: str) -> None:
    """Text in, out and cached is priced at OpenAI; pictures have no price of their own."""
    row = price("openai", model)
    assert row is not None
    assert None not in (row.text_in, row.text_cached, row.text_out)
    assert row.image_in is row.image_out is None


def test_the_default_judge_is_catalogued() -> None:
    """Who judges where nobody is named is priced, and no other judge outlives it."""
    known = judges.find(judges.DEFAULT)
    assert known is not None
    assert known.shutdown == max(one.shutdown or dt.date.max for one in judges.all_judges())


@pytest.mark.parametrize("model", MODELS)
def test_whoever_follows_a_judge_is_priced(model: str) -> None:
    """A judge that is shut down names a successor, and that one may be asked at once."""
    known = judges.of(model)
    assert (known.shutdown is None) == (known.successor is None)
    row = price("openai", known.successor or model)
    assert row is not None
    assert None not in (row.text_in, row.text_out)


def test_a_judge_takes_its_leave() -> None:
    """Day and successor are named from half a year before; Azure's days are not known."""
    day = dt.date(2026, 12, 10)
    told = "gpt-5 will be shut down on 2026-12-11; its successor is gpt-6.1-sol."
    assert judges.farewell("gpt-5-2025-08-07", day) == told
    assert "was shut down" in (judges.farewell("gpt-5", day + dt.timedelta(1)) or "")
    assert judges.farewell("gpt-5", dt.date(2026, 6, 13)) is None
    assert judges.farewell("gpt-5", day, "azure") is None
    assert judges.farewell("gpt-9-eye", day) is None


@pytest.mark.parametrize("model", ["gpt-4o-2024-08-06", "openai/gpt-4o"])
def test_prefix_and_snapshot_are_the_same_judge(model: str) -> None:
    """A prefixed id or a snapshot is counted and priced as its model."""
    known, row = judges.find(model), price("openai", model)
    assert (known and known.model, row and row.model) == ("gpt-4o", "gpt-4o")


@pytest.mark.parametrize(
    ("model", "size", "tokens"),
    [
        ("gpt-4o", (1024, 1024), 765),
        ("gpt-4o", (2048, 4096), 1105),
        ("gpt-4o", (512, 512), 255),
        ("gpt-4.1-mini", (4000, 1474), 2489),
        ("gpt-5-mini", (512, 512), 308),
        ("gpt-5-mini", (1024, 1024), 1229),
    ],
)
def test_pictures_are_counted_as_documented_or_measured(
    model: str, size: tuple[int, int], tokens: int
) -> None:
    """The guide's examples, and what others measured, come out."""
    assert judges.image_tokens(judges.of(model), *size).tokens == tokens


@given(st.sampled_from([*MODELS, "gpt-9-eye"]), EDGES, EDGES)
def test_no_picture_passes_its_bound(model: str, width: int, height: int) -> None:
    """Of any size, what is expected is no more than what is held for."""
    count = judges.image_tokens(judges.of(model), width, height)
    assert 0 < (count.tokens or 1) <= count.bound


@given(EDGES, EDGES)
def test_an_unknown_judge_is_held_for_as_the_dearest(width: int, height: int) -> None:
    """No judge of the catalogue counts a picture dearer than one that is unknown."""
    bound = judges.image_tokens(judges.of("gpt-9-eye"), width, height).bound
    known = [judges.image_tokens(one, width, height).bound for one in judges.all_judges()]
    assert bound >= max(known)


@given(st.text())
def test_words_never_pass_their_bound(words: str) -> None:
    """No text has more tokens than its bound."""
    count = judges.text_tokens(words)
    assert count.tokens is not None
    assert count.tokens <= count.bound
