"""Prices of one's own: a TOML file that people write by hand, and that rows are added to."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from imagelab.catalog import models
from imagelab.catalog.prices import KINDS, Lane, Price, per_token
from imagelab.errors import InputError, RecordError

HEADER = """\
# Prices of your own, in dollars per million tokens. They stand over the catalogue's from "since"
# on, to the day before "until" where one is given; a kind that is not named keeps its price.

"""

_WORDS = ("provider", "model", "lane", "since", "until", "date", "source", *KINDS)


def load(path: Path, provider: str) -> tuple[Price, ...]:
    """Read the rows of a file; none where there is no file. ``provider`` is meant if none is named.

    Raises:
        RecordError: it cannot be read, or a row is no price; the message names file and row.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as cause:
        raise RecordError(f"The prices in {path} cannot be read: {cause}. {_REMEDY}") from cause
    try:
        rows = tomllib.loads(text).get("price", [])
    except tomllib.TOMLDecodeError as cause:
        raise RecordError(f"{path} is no TOML: {cause}. {_REMEDY}") from cause
    if not isinstance(rows, list):
        raise RecordError(f"{path}: prices stand under [[price]], in two brackets. {_REMEDY}")
    return tuple(_row(path, number, row, provider) for number, row in enumerate(rows, 1))


_REMEDY = "Mend it, or move it away; the catalogue's prices hold without it."


def _row(path: Path, number: int, row: object, provider: str) -> Price:
    try:
        if not isinstance(row, Mapping):
            raise InputError("a row names model, since and prices")
        return price_of(row, provider)
    except InputError as cause:
        raise RecordError(f"{path}, [[price]] number {number}: {cause} {_REMEDY}") from cause


def price_of(row: Mapping[str, Any], provider: str) -> Price:
    """Make a row a price of one's own.

    Raises:
        InputError: a word is misspelt or missing, or what it says is no day or price.

    """
    for word in row:
        if word not in _WORDS:
            meant = models.closest(str(word), _WORDS)
            hint = f" Did you mean {meant}?" if meant else ""
            raise InputError(f"A price has no {word!r}.{hint} It takes {', '.join(_WORDS)}.")
    known = {kind: per_token(row[kind]) for kind in KINDS if row.get(kind) is not None}
    if not known:
        raise InputError(f"A price names dollars per million tokens of {', '.join(KINDS)}.")
    since, until = _day(row, "since"), _day(row, "until")
    if since is None:
        raise InputError("A price holds from a day on: name it as since.")
    if until is not None and until <= since:
        raise InputError(f"A price that holds from {since} on cannot end on {until}.")
    lane = row.get("lane", "standard")
    if lane not in get_args(Lane):
        raise InputError(f"lane {lane!r} is not one of {' and '.join(get_args(Lane))}.")
    return Price(
        provider=_text(row, "provider") or provider,
        model=_model(row),
        lane=lane,
        since=since,
        until=until,
        date=_day(row, "date") or since,
        source=_text(row, "source") or "your own",
        layer="own",
        **known,
    )


def _text(row: Mapping[str, Any], word: str) -> str | None:
    value = row.get(word)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{word} is a text, not {value!r}.")
    return value or None


def _model(row: Mapping[str, Any]) -> str:
    name = _text(row, "model")
    if name is None:
        raise InputError("A price is of a model: name it as model.")
    known = models.find(name)
    return known.id if known else name


def _day(row: Mapping[str, Any], word: str) -> dt.date | None:
    value = row.get(word)
    if value is None:
        return None
    try:
        if isinstance(value, dt.datetime):
            return value.date()
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        raise InputError(f"{word} is a day, such as 2026-12-01, not {value!r}.") from None


def append(path: Path, price: Price) -> None:
    """Write a row at the end of a file, and leave the rest of it as it was written.

    Raises:
        RecordError: it cannot be written, or what is there is no TOML.

    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = path.read_text(encoding="utf-8") if path.exists() else HEADER
        document = tomlkit.parse(text)
        rows = document.setdefault("price", tomlkit.aot())
        rows.append(tomlkit.item(_plain(price)))
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_text(tomlkit.dumps(document), encoding="utf-8")
        draft.replace(path)
    except (OSError, ValueError, TOMLKitError, AttributeError) as cause:
        raise RecordError(f"The price cannot be written to {path}: {cause}. {_REMEDY}") from cause


def _plain(price: Price) -> dict[str, Any]:
    named = {
        "provider": price.provider,
        "model": price.model,
        "lane": price.lane,
        "since": price.since,
        "until": price.until,
        **{kind: str(Decimal(nano) / 1000) for kind, nano in price.kinds.items()},
        "date": price.date,
        "source": price.source,
    }
    return {word: value for word, value in named.items() if value is not None}
