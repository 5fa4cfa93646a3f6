"""A search in words: ``fox quality:high cost_usd>0.05 star -status:refused``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imagelab.catalog import models
from imagelab.errors import InputError

Value = Callable[[str], Any]
"""Gives what stands in a column, by its name; ``None`` where nothing does."""

TEXTS = ("prompt", "remark", "error", "note", "model", "quality", "size", "status")
"""Where a word without a column is looked for, beside the factors."""

LOOSE = ("prompt", "remark", "error", "note")
"""Columns of sentences: a word of them is enough."""

SHORT = {
    "cost": "cost_usd",
    "quoted": "quoted_usd",
    "tier": "quality",
    "tokens": "image_output_tokens",
}
"""Shorter names for some columns."""

_TERM = re.compile(r'(-?)(?:([A-Za-z_]\w*)\s*(>=|<=|!=|[:=<>])\s*)?("[^"]*"?|\S+)')
_HALF = re.compile(r"^[:=<>]|^!=|^[^\"].*[:=<>]$")
"""What a comparison leaves behind when one of its sides, or both, were not written."""


@dataclass(frozen=True)
class Term:
    """One condition: a column (or none, for any text), how to compare, and with what."""

    column: str
    how: str
    wanted: str
    denied: bool = False

    def holds(self, value: Value, texts: Collection[str]) -> bool:
        """Tell whether a row fits."""
        if not self.column:
            found = any(self.wanted in str(value(name) or "").lower() for name in texts)
        else:
            loose = self.column in LOOSE
            found = _fits(value(self.column), self.how, self.wanted, loose=loose)
        return found != self.denied


def terms(where: str, columns: Collection[str]) -> list[Term]:
    """Read a search. Words are joined by *and*; ``a:b,c`` is *b or c*, ``-`` before it is *not*.

    >>> terms("fox quality:high", ["quality"])
    [Term(column='', how=':', wanted='fox', denied=False), Term(column='quality', ...

    Raises:
        InputError: a column that is not there, half a condition, or a number where none can be
            read.

    """
    if not isinstance(where, str):
        raise InputError(f"A search is a text such as 'fox quality:high', not {where!r}.")
    read = []
    for minus, name, how, wanted in _TERM.findall(where):
        word = wanted.strip('"').lower()
        column = SHORT.get(name, name)
        if _HALF.search(wanted) or (name and not word.strip(", ")):
            raise InputError(_half(f"{minus}{name}{how}{wanted}"))
        if not name and word in ("star", "starred"):
            column, how, word = "star", ":", "yes"
        if column and column not in columns:
            raise InputError(_unknown(name, columns))
        if how in ("<", ">", "<=", ">="):
            _number(word)
        read.append(Term(column, how or ":", word, bool(minus)))
    return read


def _half(condition: str) -> str:
    return (
        f"{condition!r} is half a condition: write a column and what it is compared with, such as "
        "quality:high or cost>0.05; signs that are meant as text stand in double quotes."
    )


def _unknown(name: str, columns: Collection[str]) -> str:
    meant = models.closest(name, [*columns, *SHORT])
    hint = f" Did you mean {meant}?" if meant else ""
    there = ", ".join(dict.fromkeys(columns))
    return f"There is no column {name!r} to search.{hint} There are {there}."


def _fits(value: Any, how: str, wanted: str, *, loose: bool) -> bool:
    if how in ("<", ">", "<=", ">="):
        return _compares(value, how, wanted)
    several = [one for one in wanted.split(",") if one]
    found = any(_is(value, one, loose=loose and how == ":") for one in several)
    return found != (how == "!=")


def _is(value: Any, wanted: str, *, loose: bool) -> bool:
    if isinstance(value, bool):
        return value == (wanted in ("yes", "true", "1"))
    if value is None:
        return wanted in ("none", "unknown")
    if isinstance(value, int | float):
        try:
            return float(value) == float(wanted)
        except ValueError:
            return False
    # A tier is its whole word: "high" is not meant to find "xhigh".
    return wanted in _text(value) if loose else wanted == _text(value)


def _text(value: Any) -> str:
    return value.isoformat().lower() if isinstance(value, datetime) else str(value).lower()


def _compares(value: Any, how: str, wanted: str) -> bool:
    if value is None:
        return False
    bound: float | str = _number(wanted)
    if isinstance(value, datetime):
        # 2026-11 and 2026-11-22 compare with as much of the date as they say.
        value, bound = value.isoformat()[: len(wanted)], wanted.upper()
    elif not isinstance(value, int | float):
        try:
            value = float(value)
        except ValueError:
            return False
    elif isinstance(bound, str):
        return False
    compare = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}[how]
    return bool(compare(value, bound))


def _number(word: str) -> float | str:
    """Read a number or a date; a dollar sign and thousands' commas are let pass."""
    if re.fullmatch(r"\d{4}-\d\d(-\d\d.*)?", word):
        return word
    try:
        return float(word.replace("$", "").replace(",", ""))
    except ValueError:
        raise InputError(f"{word!r} is neither a number nor a date to compare with.") from None
