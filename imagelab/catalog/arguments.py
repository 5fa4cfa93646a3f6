"""Arguments at the door: what a wrong call meant, and what is no number, sum or folder."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from imagelab.catalog.models import closest
from imagelab.catalog.money import NANO, nano
from imagelab.errors import CallError, InputError

Given = ParamSpec("Given")
Result = TypeVar("Result")
Made = TypeVar("Made")

MOST_BUDGET_USD = 10_000_000

_NAMELESS = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def named(**elsewhere: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Make a function answer a wrong call with an ``InputError`` that says what was meant.

    ``elsewhere`` says of words that people look for here where they are found.
    """

    def wrap(function: Callable[Given, Result]) -> Callable[Given, Result]:
        name = function.__qualname__.removesuffix(".__init__").split(".")[-1]
        return _answering(function, name, elsewhere)

    return wrap


def made_by_name(kind: type[Made]) -> type[Made]:
    """Have a class answer a wrong call of itself as ``named`` has a function do."""
    kind.__init__ = _answering(kind.__init__, kind.__name__, {})  # type: ignore[method-assign]
    return kind


def _answering(
    function: Callable[Given, Result], name: str, elsewhere: Mapping[str, str]
) -> Callable[Given, Result]:
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*given: Given.args, **settings: Given.kwargs) -> Result:
        try:
            return function(*given, **settings)
        except TypeError:
            # Looked at only now: most calls are right, and some are made by the thousand.
            if wrong := _call_problem(name, signature, given, settings, elsewhere):
                raise CallError(wrong) from None
            raise

    return call


def _call_problem(
    name: str,
    signature: inspect.Signature,
    given: tuple[object, ...],
    settings: Mapping[str, Any],
    elsewhere: Mapping[str, str],
) -> str | None:
    """Say what is wrong with a call; None where it fits, so that what failed is elsewhere."""
    try:
        signature.bind(*given, **settings)
    except TypeError as error:
        return _wrong(name, signature, len(given), settings, elsewhere) or f"{name}: {error}."
    return None


def _wrong(
    name: str,
    signature: inspect.Signature,
    given: int,
    settings: Mapping[str, Any],
    elsewhere: Mapping[str, str],
) -> str | None:
    takes = [one for one in signature.parameters.values() if one.name != "self"]
    nameless = [one.name for one in takes if one.kind in _NAMELESS]
    by_name = [one.name for one in takes if one.kind is inspect.Parameter.KEYWORD_ONLY]
    unknown = [word for word in settings if word not in (*nameless, *by_name)]
    open_ended = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in takes)
    if unknown and (not open_ended or unknown[0] in elsewhere):
        meant = closest(unknown[0], [*nameless, *by_name])
        hint = elsewhere.get(unknown[0]) or (f"Did you mean {meant}?" if meant else "")
        takes_what = f"It takes {', '.join([*nameless, *by_name])}."
        return " ".join(filter(None, [f"{name} has no {unknown[0]!r}.", hint, takes_what]))
    if given > len(nameless) + ("self" in signature.parameters):
        alone = f"only {' and '.join(nameless)} may" if nameless else "nothing may"
        rest = f"Name the rest: {by_name[0]}=..." if by_name else ""
        return f"{name}: {alone} stand without a name. {rest}".rstrip()
    return None


def check_number(
    name: str, value: object, least: float, most: float, *, whole: bool = False
) -> None:
    """Refuse what is no number from ``least`` to ``most``."""
    kind = int if whole else int | float
    number = isinstance(value, kind) and not isinstance(value, bool)
    if not number or not least <= value <= most:  # type: ignore[operator]
        fit = f"{name} is a number between {least:g} and {most:,.10g}"
        raise InputError(f"{fit}{', without a fraction' * whole}; got {value!r}.")


def budget_nano(budget: float | None) -> int | None:
    """Turn a budget in dollars into nano-dollars; refuse what is no sum of money."""
    if budget is None:
        return None
    if isinstance(budget, str):
        raise InputError(f"budget is a number of dollars, such as 5 or 2.50; got {budget!r}.")
    amount = nano(budget)
    if not 0 <= amount <= MOST_BUDGET_USD * NANO:
        raise InputError(f"A budget is between 0 and {MOST_BUDGET_USD:,} dollars; got {budget!r}.")
    return amount


def folder(path: object) -> Path:
    """Name the folder of a lab from the root."""
    if isinstance(path, str | os.PathLike) and "\0" not in str(os.fspath(path)):
        return Path(path).expanduser().resolve()
    raise InputError(f"path is a folder, such as 'imagelab-data'; got {path!r}.")
