"""What every GPT Image model takes, and how long it lives.

The models and their limits are rows of ``models.toml``; here are the rules that read them.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from imagelab.catalog import _facts
from imagelab.errors import ModelError

State = Literal["active", "retiring", "retired"]
"""Retiring means that the day of the shutdown is announced."""

_SNAPSHOT_DAY = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_PREFIX = "openai/"

SOON_DAYS = 180
"""How long before its last day a model is said to be leaving: OpenAI gives three months' notice
at least, six as a rule."""

_ALIKE, _ALIKE_MODELS = 0.7, 0.75
"""How like a word must be to what it may have meant, as difflib counts: 1 is the same."""


@dataclass(frozen=True)
class Model:
    """One model: a row of ``models.toml``.

    ``tiers`` ascend and leave out "auto", as ``backgrounds`` does. ``released`` and
    ``shutdown`` are None where no day is known, ``batch`` where sources disagree.
    ``max_prompt`` counts characters.
    """

    id: str
    title: str
    snapshots: tuple[str, ...]
    architecture: str
    sizes: Literal["fixed", "free"]
    tiers: tuple[str, ...]
    backgrounds: tuple[str, ...]
    formats: tuple[str, ...]
    input_fidelity: tuple[str, ...]
    markup: bool
    complexity: bool
    streams: bool
    max_prompt: int
    date: dt.date
    source: str
    released: dt.date | None = None
    shutdown: dt.date | None = None
    successor: str | None = None
    also_successors: tuple[str, ...] = ()
    batch: bool | None = None
    note: str = ""

    @property
    def transparent(self) -> bool:
        """Whether a transparent background may be asked for (the server has the last word)."""
        return "transparent" in self.backgrounds


@functools.cache
def all_models() -> tuple[Model, ...]:
    """Return every model of the catalogue, oldest first."""
    return tuple(Model(**frozen(row)) for row in _facts.rows("models")["model"])


def frozen(row: dict[str, Any]) -> dict[str, Any]:
    """Make of a row of facts what no reader can change."""
    return {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in row.items()}


def find(model: str) -> Model | None:
    """Return the model of this id, or None; ``openai/`` and a snapshot's day may be written.

    >>> find("openai/gpt-image-2-2026-04-21").id
    'gpt-image-2'
    """
    name = bare(model)
    return next((known for known in all_models() if known.id == name), None)


def bare(model: str) -> str:
    """Return a model's name without ``openai/`` and without a snapshot's day."""
    return _SNAPSHOT_DAY.sub("", str(model).removeprefix(_PREFIX))


def get(model: str) -> Model:
    """Return the model of this id, as ``find`` does.

    Raises:
        ModelError: the catalogue has no such model; close names are suggested.
    """
    known = find(model)
    if known is None:
        raise ModelError(_unknown(str(model)))
    return known


def _unknown(model: str) -> str:
    ids = [known.id for known in all_models()]
    hint = f" {meant}" if (meant := meant_model(model)) else ""
    return f"The catalogue has no model {model!r}.{hint} Known are {', '.join(ids)}."


def meant_model(model: str) -> str:
    """Ask whether a model of nearly this name was meant; empty where none is near.

    >>> meant_model("gpt-imge-1.5")
    "Did you mean 'gpt-image-1.5'?"
    """
    ids = [known.id for known in all_models()]
    given = model.removeprefix(_PREFIX).lower()
    longer = [known for known in ids if given not in ids and known.startswith(f"{given}-")]
    close = longer or _likest(given, ids)
    return f"Did you mean {either([repr(name) for name in close])}?" if close else ""


def _likest(given: str, ids: Iterable[str]) -> list[str]:
    """Give the names that are most like a word: all begin alike, so only the likest are meant."""
    likeness = {known: difflib.SequenceMatcher(None, known, given).ratio() for known in ids}
    most = max(likeness.values())
    return [known for known, ratio in likeness.items() if ratio == most >= _ALIKE_MODELS]


def state(model: Model, on: dt.date, provider: str = "openai") -> State:
    """Return whether a provider serves a model on a day; from its last day on it is retired."""
    last = shutdown(model, provider)
    if last is None:
        return "active"
    return "retired" if last <= on else "retiring"


def shutdown(model: Model, provider: str = "openai") -> dt.date | None:
    """Return the day from which a provider serves a model no more; OpenAI's, but where known.

    >>> shutdown(get("gpt-image-1-mini"), "azure")
    datetime.date(2027, 4, 7)
    """
    return _lives().get((provider, model.id), model.shutdown)


@functools.cache
def _lives() -> dict[tuple[str, str], dt.date]:
    rows = _facts.rows("models")["life"]
    return {(row["provider"], row["model"]): row["shutdown"] for row in rows}


def farewell(model: str, on: dt.date, provider: str = "openai") -> str | None:
    """Say when a provider stops serving a model and what follows it; None where it stays.

    Where the provider has no day of its own it is OpenAI's, and said to be.
    What ends only in a year stays: a warning that comes too early is not read.
    """
    known = find(model)
    last = None if known is None else shutdown(known, provider)
    if known is None:
        return None
    whose = provider if (provider, known.id) in _lives() else "openai"
    return parting(known.id, last, known.successor, on, whose, provider)


def parting(
    name: str, last: dt.date | None, successor: str | None, on: dt.date, whose: str, provider: str
) -> str | None:
    """Say that a model's last day is near or over, and what follows it; None where it is not.

    ``whose`` day it is may be another than the ``provider`` that is asked.
    """
    if last is None or last - on > dt.timedelta(SOON_DAYS):
        return None
    when = "was shut down" if last <= on else "will be shut down"
    where = "" if provider == "openai" else f" at {provider}"
    aside = ""
    if whose != provider:
        where, aside = " by OpenAI", f" (whether {provider} serves it longer is not known)"
    follows = f"its successor is {successor}" if successor else "no successor is named"
    return f"{name} {when}{where} on {last}{aside}; {follows}."


def closest(word: str, among: Iterable[str]) -> str | None:
    """Return the one of ``among`` that a misspelt word most likely means; None if none is near.

    >>> closest("hihg", ["low", "medium", "high"])
    'high'
    """
    by_lower = {candidate.lower(): candidate for candidate in among}
    match = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=_ALIKE)
    return by_lower[match[0]] if match else None


def either(words: Iterable[str]) -> str:
    """Write a choice in words; empty where there is none.

    >>> either(["png", "jpeg", "webp"])
    'png, jpeg or webp'
    """
    *most, last = [*words] or [""]
    return f"{', '.join(most)} or {last}" if most else last
