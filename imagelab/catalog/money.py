"""Exact amounts: integers of nano-dollars inside, dollars at the door.

A nano-dollar is a billionth of a dollar. Prices per million tokens are whole numbers of
nano-dollars per token, so sums and products of them are exact.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from imagelab.errors import InputError

NANO = 1_000_000_000
"""Nano-dollars in a dollar."""

_MOST_DOLLARS = 10**12
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)


def nano(dollars: float | int | str | Decimal) -> int:
    """Return the nano-dollars nearest to an amount of dollars; halves go away from zero.

    >>> nano(0.042)
    42000000

    Raises:
        InputError: not a number, not finite, or a trillion dollars and more.
    """
    amount = _decimal(dollars)
    if not amount.is_finite() or abs(amount) >= _MOST_DOLLARS:
        raise InputError(
            f"{dollars!r} is no amount of money. Give a finite number of dollars, such as 2.50."
        )
    return int(_EXACT.multiply(amount, Decimal(NANO)).to_integral_value(ROUND_HALF_UP))


def _decimal(dollars: object) -> Decimal:
    try:
        if not isinstance(dollars, bool):
            return Decimal(str(dollars))
    except InvalidOperation:
        pass
    raise InputError(
        f"{dollars!r} is no amount of money. Give a number of dollars, such as 2.50."
    ) from None


def usd(amount: int) -> float:
    """Return nano-dollars as dollars."""
    return amount / NANO


def usd_or_none(amount: int | None) -> float | None:
    """Return nano-dollars as dollars; an unknown amount stays None."""
    return None if amount is None else usd(amount)


def show(amount: int | None) -> str:
    """Return nano-dollars as people read them, rounded half up.

    Two decimals from a dollar up, three from a cent up, below that four, or as many as two
    significant digits take: an amount that is not zero never looks like zero.

    >>> show(42_240_000), show(5_880_000), show(1_250_000_000), show(None)
    ('$0.042', '$0.0059', '$1.25', 'unknown')
    """
    if amount is None:
        return "unknown"
    if amount == 0:
        return "$0"
    dollars = _rounded(_EXACT.divide(Decimal(abs(amount)), Decimal(NANO)))
    return f"{'-' if amount < 0 else ''}${dollars:,f}"


def _rounded(dollars: Decimal) -> Decimal:
    if _to(dollars, 3) >= 1:
        return _to(dollars, 2)
    if _to(dollars, 4) >= Decimal("0.01"):
        return _to(dollars, 3)
    two_digits = Context(prec=2, rounding=ROUND_HALF_UP).plus(dollars)
    return _to(two_digits, max(4, 1 - two_digits.adjusted()))


def _to(dollars: Decimal, decimals: int) -> Decimal:
    return dollars.quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
