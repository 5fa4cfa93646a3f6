"""A request as columns: what is no text and no number is written as JSON, and read again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from imagelab.frozen import FrozenMapping
from imagelab.pictures import MIME, Reference
from imagelab.request import ImageRequest, names

_NAMES = names(ImageRequest)


def columns_of(request: ImageRequest) -> dict[str, Any]:
    """Write a request in its columns; what is not given is ``None``."""
    columns = {name: getattr(request, name) for name in _NAMES}
    for name in _READ:
        value = columns[name]
        columns[name] = json.dumps(_plain(value)) if value else None
    return columns


def _plain(value: object) -> object:
    if isinstance(value, Reference):
        return asdict(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def request_of(row: Mapping[str, Any]) -> ImageRequest:
    """Rebuild a request that was legal when it was sent, whatever the catalogue says today."""
    request = object.__new__(ImageRequest)
    values = {name: row[name] for name in _NAMES}
    for name, (read, absent) in _READ.items():
        value = values[name]
        values[name] = absent if value is None else read(json.loads(value))
    request.__dict__.update(values)
    return request


def _reference(found: Mapping[str, Any]) -> Reference:
    return Reference(**found)


def _parents(found: list[Any]) -> tuple[int, ...]:
    if not all(type(one) is int for one in found):
        raise ValueError("a request whose parents are no numbers")
    return tuple(found)


_READ: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "images": (lambda found: tuple(Reference(**one) for one in found), ()),
    "mask": (_reference, None),
    "markup": (_reference, None),
    "svg": (FrozenMapping, None),
    "extra": (FrozenMapping, None),
    "parents": (_parents, ()),
}


def checked(columns: Mapping[str, Any]) -> ImageRequest:
    """Rebuild a request whose columns came from elsewhere and are believed in nothing.

    Raises:
        ValueError: a column holds what no request ever wrote.

    """
    try:
        request = request_of({**dict.fromkeys(_NAMES), **columns})
    except (ValueError, TypeError, AttributeError, RecursionError) as cause:
        raise ValueError(f"a request that cannot be read: {cause}") from cause
    if not all(map(_is_reference, request.references)):
        raise ValueError("a request made from what is no picture")
    written = columns_of(request)
    for name in _READ:
        if json.loads(columns.get(name) or "null") != json.loads(written[name] or "null"):
            raise ValueError(f"a request whose {name} was never written so")
    return request


def _is_reference(one: Reference) -> bool:
    numbers = (one.width, one.height, one.size_bytes)
    return (
        isinstance(one.sha256, str)
        and re.fullmatch(r"[0-9a-f]{64}", one.sha256) is not None
        and one.format in list(MIME)
        and all(type(number) is int and number > 0 for number in numbers)
    )


def pictures_in(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Name every picture that rows tell of: what came, whole or cut, and what went along."""
    found: set[str] = set()
    for row in rows:
        found |= {row[name] for name in ("picture", "partial") if row[name]}
        for name in ("images", "mask", "markup"):
            if row[name]:
                told = json.loads(row[name])
                found |= {one["sha256"] for one in (told if isinstance(told, list) else [told])}
    return found
