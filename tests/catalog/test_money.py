from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.catalog.money import NANO, nano, show, usd, usd_or_none
from imagelab.errors import InputError


@pytest.mark.parametrize(
    ("dollars", "expected"),
    [
        (5, 5_000_000_000),
        (0.1, 100_000_000),
        ("0.042", 42_000_000),
        (Decimal("1.5"), 1_500_000_000),
        ("0.0000000005", 1),
        ("-0.0000000005", -1),
        ("0.00000000049", 0),
        (0, 0),
    ],
)
def test_dollars_become_the_nearest_nano(dollars: float | str | Decimal, expected: int) -> None:
    """An amount of dollars becomes the nearest whole nano-dollar, halves away from zero."""
    assert nano(dollars) == expected


@pytest.mark.parametrize(
    "nonsense",
    [
        float("nan"),
        float("inf"),
        "-inf",
        "sNaN",
        "five",
        "",
        "$5",
        None,
        True,
        [1],
        1e12,
        "1e999999",
    ],
)
def test_what_is_no_amount_is_refused(nonsense: object) -> None:
    """What is no finite number of dollars is an InputError that says what to give."""
    with pytest.raises(InputError, match=r"Give a .*number of dollars"):
        nano(nonsense)  # type: ignore[arg-type]


@given(st.integers(-(10**15), 10**15))
def test_dollars_and_nanos_are_each_others_inverse(amount: int) -> None:
    """Up to a million dollars, nano-dollars survive the way to dollars and back."""
    assert nano(usd(amount)) == amount


@given(st.integers(-(10**20), 10**20))
def test_text_is_exact_at_any_size(amount: int) -> None:
    """Dollars written as text lose nothing, where a float would."""
    assert nano(str(Decimal(amount).scaleb(-9))) == amount


def test_an_unknown_amount_stays_unknown() -> None:
    """Unknown is None at the door, never 0."""
    assert usd_or_none(None) is None
    assert usd_or_none(0) == 0.0


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unknown"),
        (0, "$0"),
        (42_240_000, "$0.042"),
        (10_880_000, "$0.011"),
        (249_600_000, "$0.250"),
        (5_880_000, "$0.0059"),
        (5_000_000, "$0.0050"),
        (590_000, "$0.00059"),
        (1, "$0.0000000010"),
        (9_949_999, "$0.0099"),
        (9_950_000, "$0.010"),
        (12_500_000, "$0.013"),
        (999_499_999, "$0.999"),
        (999_500_000, "$1.00"),
        (1_255_000_000, "$1.26"),
        (1_234_500_000_000, "$1,234.50"),
        (-42_000_000, "-$0.042"),
    ],
)
def test_amounts_read_well(amount: int | None, text: str) -> None:
    """People see three decimals from a cent, two from a dollar, two digits below a cent."""
    assert show(amount) == text


@given(st.integers(1, 10**15))
def test_no_money_ever_looks_like_none(amount: int) -> None:
    """An amount that is not zero is never shown as zero, and at most half a digit off."""
    shown = Decimal(show(amount).removeprefix("$").replace(",", ""))
    assert shown > 0
    assert abs(shown * NANO - amount) <= Decimal("0.051") * amount
