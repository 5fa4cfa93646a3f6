"""What an organisation is told of its usage and its costs, day by day (UTC) and model by model."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from imagelab.catalog import models
from imagelab.catalog.money import NANO, nano
from imagelab.errors import InputError, RejectedError
from imagelab.exchange.client import Client
from imagelab.exchange.listing import draws

MOST_PAGES = 500
"""More than the longest history takes: where pages never end, something else is wrong."""

LEAST_EXACT_NANO = 5_000_000
"""Half a cent: no amount of a bill is taken to be written less exactly."""

_DAYS = {"usage/images": 31, "usage/completions": 31, "costs": 180}
"""How many days a page may hold; where it is not said, later days are left off."""

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_TOKENS = {
    "input_text_tokens": "text_in",
    "input_image_tokens": "image_in",
    "output_image_tokens": "image_out",
    "output_text_tokens": "text_out",
}


@dataclass(frozen=True, kw_only=True)
class Billed:
    """What a bill says of one day and model; None where it says nothing.

    ``exact_nano`` is what the dollars may have been rounded by.
    """

    day: dt.date
    model: str
    pictures: int | None = None
    requests: int | None = None
    text_in: int | None = None
    image_in: int | None = None
    image_out: int | None = None
    text_out: int | None = None
    cost_nano: int | None = None
    exact_nano: int = 0

    def plus(self, **amounts: int) -> Billed:
        """Give this with amounts added; what is unknown counts from zero."""
        sums = {name: (getattr(self, name) or 0) + more for name, more in amounts.items()}
        return replace(self, **sums)  # type: ignore[arg-type]


def read(
    client: Client, start: dt.date, end: dt.date, project: str | None = None
) -> tuple[Billed, ...]:
    """Read usage and costs of image models from ``start`` to ``end``, both included.

    Raises:
        ExchangeError: nobody answered, the key may not read this, or it is no such page.

    """
    found: dict[tuple[dt.date, str], Billed] = {}
    for kind, group in (("usage/images", "model"), ("usage/completions", "model")):
        for day, row in _rows(client, kind, group, start, end, project):
            _add(found, day, row.get("model"), _amounts(kind, row))
    for day, row in _rows(client, "costs", "line_item", start, end, project):
        item = row.get("line_item")
        model = item.split(",")[0].split(" ")[0] if isinstance(item, str) else None
        _add(found, day, model, _dollars(row.get("amount")))
    return tuple(found[key] for key in sorted(found))


def plain_model(name: str) -> str:
    """Give the catalogue's name of a model: usage and costs write the day of a snapshot or not.

    >>> plain_model("gpt-image-2-2026-04-21")
    'gpt-image-2'
    """
    known = models.find(name)
    return known.id if known else _SNAPSHOT.sub("", name)


def _add(
    found: dict[tuple[dt.date, str], Billed], day: dt.date, name: object, amounts: dict[str, int]
) -> None:
    if not isinstance(name, str) or not amounts:
        return
    model = plain_model(name)
    if models.find(model) or draws(model):
        billed = found.get((day, model)) or Billed(day=day, model=model)
        found[day, model] = billed.plus(**amounts)


def _amounts(kind: str, row: Mapping[str, Any]) -> dict[str, int]:
    names = (
        {"images": "pictures", "num_model_requests": "requests"}
        if kind == "usage/images"
        else _TOKENS
    )
    counts = {ours: row.get(theirs) for theirs, ours in names.items()}
    return {name: count for name, count in counts.items() if isinstance(count, int)}


def _dollars(amount: object) -> dict[str, int]:
    """Read dollars, which come as numbers or as text, and how exactly they are written."""
    told = amount if isinstance(amount, Mapping) else {}
    if str(told.get("currency", "usd")).lower() != "usd":
        return {}
    try:
        value = Decimal(str(told.get("value")))
        cost = nano(value)
    except (InvalidOperation, InputError):
        return {}
    exponent = value.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
    return {"cost_nano": cost, "exact_nano": min(int(unit * NANO) // 2 + 1, LEAST_EXACT_NANO)}


# --- pages ----------------------------------------------------------------------------------


def _rows(
    client: Client, kind: str, group: str, start: dt.date, end: dt.date, project: str | None
) -> Iterator[tuple[dt.date, Mapping[str, Any]]]:
    asked: dict[str, object] = {
        "start_time": _unix(start),
        "end_time": _unix(end + dt.timedelta(1)),
        "bucket_width": "1d",
        "group_by": [group],
        "limit": _DAYS[kind],
        **({"project_ids": [project]} if project else {}),
    }
    path = f"/organization/{kind}"
    seen: set[str] = set()
    while True:
        page = _page(client.read(path, asked), path)
        for bucket in page["data"]:
            day = dt.datetime.fromtimestamp(bucket["start_time"], dt.UTC).date()
            yield from ((day, row) for row in bucket["results"] if isinstance(row, Mapping))
        following = page.get("next_page")
        if not page.get("has_more") or not following:
            return
        if following in seen or len(seen) >= MOST_PAGES:
            raise RejectedError(f"The pages of {path} never end. Ask for fewer days.")
        seen.add(following)
        asked["page"] = following


def _page(text: str, path: str) -> dict[str, Any]:
    try:
        page: dict[str, Any] = json.loads(text)
        for bucket in page["data"]:
            dt.datetime.fromtimestamp(bucket["start_time"], dt.UTC)
            iter(bucket["results"])
        page.get("next_page")
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, OSError) as cause:
        raise RejectedError(
            f"What is answered at {path} is no page of usage or costs: is this OpenAI's own API? "
            "Nothing was billed."
        ) from cause
    return page


def _unix(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
