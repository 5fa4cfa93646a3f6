"""Faults as words of the command line: ``slow:3``, ``429:retry-after=2,times=3``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from imagelab.errors import InputError
from imagelab.simulator.faults import KINDS, Fault

_BY_STATUS = {"401": "bad_key", "403": "unverified", "429": "too_many"}
_FIGURES: dict[str, Callable[[str], object]] = {
    "seconds": float,
    "retry_after": float,
    "retry_after_ms": float,
    "date": float,
    "chance": float,
    "status": int,
    "tokens": int,
    "partials": int,
    "times": int,
    "after": int,
    "every": int,
    "seed": int,
    "text": str,
    "size": str,
    "word": str,
    "billed": lambda word: {"yes": True, "true": True, "no": False, "false": False}[word],
}
_CONDITIONS = tuple(inspect.signature(Fault.only).parameters)[1:]


def parse(spec: str) -> Fault:
    """Return the fault that ``NAME[:FIGURE][,key=value...]`` describes.

    >>> parse("slow:3,times=2") == Fault.slow(3).only(times=2)
    True

    Raises:
        InputError: no such fault, or not a figure that it has.
    """
    head, _, tail = spec.partition(":")
    if not tail and "," in head:
        head, _, tail = head.partition(",")
    name, figures = _named(head.strip())
    make = getattr(Fault, name)
    known = tuple(inspect.signature(make).parameters)
    for number, part in enumerate(part for part in tail.split(",") if part.strip()):
        key, value = _pair(part, known, first=number == 0, spec=spec)
        figures[key] = value
    conditions = {key: figures.pop(key) for key in _CONDITIONS if key in figures}
    try:
        return _made(make, figures).only(**conditions)
    except TypeError:
        raise InputError(f"--fault {spec}: {name} needs {' and '.join(known)}.") from None


def _made(make: Callable[..., Fault], figures: dict[str, Any]) -> Fault:
    return make(**figures)


def _named(head: str) -> tuple[str, dict[str, Any]]:
    name = _BY_STATUS.get(head, head.replace("-", "_"))
    if head.isdigit() and head.startswith("5"):
        return "fail", {"status": int(head)}
    if name not in KINDS:
        raise InputError(
            f"No fault is called {head!r}. Known are {', '.join(KINDS)}, and the statuses "
            "401, 403, 429, 500, 502 and 503."
        )
    return name, {}


def _pair(part: str, known: tuple[str, ...], *, first: bool, spec: str) -> tuple[str, Any]:
    key, equals, text = part.partition("=")
    if not equals and first and known:
        key, text = known[0], part
    key = key.strip().replace("-", "_")
    if key not in (*known, *_CONDITIONS):
        allowed = ", ".join((*known, *_CONDITIONS))
        raise InputError(f"--fault {spec}: {part!r} is not understood. It takes {allowed}.")
    try:
        return key, _FIGURES[key](text.strip())
    except (ValueError, KeyError):
        raise InputError(f"--fault {spec}: {text!r} does not fit {key}.") from None
