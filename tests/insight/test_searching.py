"""Searches in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imagelab.errors import InputError
from imagelab.insight.searching import terms

ROW = {
    "prompt": "a red fox in snow",
    "quality": "high",
    "model": "gpt-image-1-mini",
    "cost_usd": 0.167,
    "image_output_tokens": 4160,
    "seconds": None,
    "star": True,
    "time": datetime(2026, 11, 22, 14, 30, tzinfo=UTC),
}


def finds(where: str) -> bool:
    """Tell whether a search finds the row above."""
    return all(term.holds(ROW.get, ["prompt", "model"]) for term in terms(where, list(ROW)))


@pytest.mark.parametrize(
    "where",
    [
        "",
        "fox",
        "FOX snow",
        '"red fox"',
        "prompt:fox",
        'prompt:"fox in"',
        "-owl",
        "quality:high",
        "tier:low,high",
        "quality!=low",
        "cost>0.05",
        "cost > $0.05",
        "cost_usd<=0.167",
        "tokens>=4,160",
        "star",
        "star:yes",
        "time>=2026-11-22",
        "time:2026-11-22t14:30:00+00:00",
        "time<2026-12",
        "seconds:unknown",
        "fox quality:high -star:no",
    ],
)
def test_it_finds(where: str) -> None:
    """Words, phrases, columns, alternatives, comparisons, dates and stars."""
    assert finds(where)


@pytest.mark.parametrize(
    "where",
    [
        "owl",
        "fox owl",
        "-fox",
        "quality:xhigh",
        "model:gpt-image-1",
        "quality=hig",
        "quality!=high",
        "cost>0.2",
        "seconds>1",
        "seconds<1",
        "-star",
        "time>2026-11-22",
        "time<2026-11",
        "quality>1",
        "time>2026",
    ],
)
def test_it_passes_over(where: str) -> None:
    """What does not fit, and what is unknown where a number is asked for."""
    assert not finds(where)


@pytest.mark.parametrize("where", ["colour:red", "cost>cheap", 5])
def test_what_cannot_be_read_is_said(where: str) -> None:
    """A column that is not there, or a bound that is no number: an input error."""
    with pytest.raises(InputError):
        finds(where)


@pytest.mark.parametrize(
    "where",
    [
        "cost>",
        "fox cost >= ",
        "quality:",
        "quality:,",
        'quality:""',
        ":low",
        ">5",
        "cost:>5",
        "!=low",
    ],
)
def test_half_a_condition_is_no_search(where: str) -> None:
    """Where a column, a sign or a bound is missing nothing would be found: it is said instead."""
    with pytest.raises(InputError, match="half a condition"):
        finds(where)
    assert not finds(f'"{where.replace(chr(34), "")}"')


def test_an_unknown_column_hears_of_each_other_once() -> None:
    """The columns there are stand once in the message, however often they were named."""
    with pytest.raises(InputError) as said:
        terms("nope:5", ["prompt", "cost_usd", "prompt", "cost_usd"])
    assert str(said.value).endswith("There are prompt, cost_usd.")
