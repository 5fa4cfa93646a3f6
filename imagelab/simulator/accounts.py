"""What an organisation is told of its usage and costs, summed up from what was billed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from imagelab.catalog import models, prices
from imagelab.simulator import bodies
from imagelab.simulator.billed import BilledRow
from imagelab.simulator.bodies import Reply, error, invalid_value

Report = Literal["images", "completions", "costs"]

PROJECT, KEY, USER = "proj_imagelab_simulated", "key_imagelab_simulated", "user-imagelab-simulated"
_SECONDS = {"1m": 60, "1h": 3600, "1d": 86_400}
_BUCKETS = {"1m": (60, 1440), "1h": (24, 168), "1d": (7, 31)}
_COST_BUCKETS = (7, 180)
_GROUPS: dict[Report, tuple[str, ...]] = {
    "images": ("project_id", "user_id", "api_key_id", "model", "size", "source"),
    "completions": ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier"),
    "costs": ("project_id", "user_id", "line_item", "api_key_id", "api_source"),
}
_FILTERS: dict[str, str] = {
    "models": "model",
    "sizes": "size",
    "sources": "source",
    "line_items": "line_item",
    "project_ids": "project_id",
    "user_ids": "user_id",
    "api_key_ids": "api_key_id",
}
_EVERYWHERE: dict[str, Any] = {
    "project_id": PROJECT,
    "user_id": USER,
    "api_key_id": KEY,
    "service_tier": "default",
    "api_source": "unlabeled",
}

Entry = Mapping[str, Any]
"""One thing to be summed: what it is grouped by, and its numbers under ``_``-less names."""


@dataclass(frozen=True)
class Query:
    """What was asked for, checked. ``pick`` holds the filters."""

    start: int
    end: int
    width: int
    limit: int
    groups: tuple[str, ...]
    pick: Mapping[str, tuple[str, ...]]


def report(
    kind: Report, rows: Iterable[BilledRow], asked: Sequence[tuple[str, str]], now: float
) -> Reply:
    """Return a page of buckets, or the refusal of what was ``asked`` in the query string."""
    query = _query(kind, asked, now)
    if isinstance(query, Reply):
        return query
    entries = [one for row in rows for one in _ENTRIES[kind](row) if _picked(one, query.pick)]
    starts = range(query.start, query.end, query.width)
    buckets = [_bucket(kind, start, entries, query) for start in starts[: query.limit]]
    more = len(starts) > query.limit
    page = {
        "object": "page",
        "data": buckets,
        "has_more": more,
        "next_page": f"page_{starts[query.limit]}" if more else None,
    }
    return bodies.as_json(200, page)


# --- what was asked --------------------------------------------------------------------------


def _query(kind: Report, asked: Sequence[tuple[str, str]], now: float) -> Query | Reply:
    """Read a query string; lists may repeat their name, with brackets or without."""
    found: dict[str, list[str]] = {}
    for name, value in asked:
        found.setdefault(name.removesuffix("[]"), []).append(value)
    width = found.get("bucket_width", ["1d"])[-1]
    widths = ("1d",) if kind == "costs" else tuple(_SECONDS)
    if width not in widths:
        return invalid_value("bucket_width", width, widths)
    if wrong := [one for one in found.get("group_by", []) if one not in _GROUPS[kind]]:
        return invalid_value("group_by", wrong[0], _GROUPS[kind])
    usual, most = _COST_BUCKETS if kind == "costs" else _BUCKETS[width]
    numbers = {
        "start_time": _number(found, "start_time", None),
        "end_time": _number(found, "end_time", int(now) + 1),
        "limit": _number(found, "limit", usual),
    }
    refused = next((one for one in numbers.values() if isinstance(one, Reply)), None)
    if refused:
        return refused
    start, end, limit = (int(one) for one in numbers.values())  # type: ignore[arg-type]
    if not 1 <= limit <= most:
        message = f"Invalid 'limit': expected a value between 1 and {most}, but got {limit}."
        return error(400, message, code="invalid_value", param="limit")
    if start >= end:
        message = "Invalid 'end_time': it must be after 'start_time'."
        return error(400, message, code="invalid_value", param="end_time")
    return _paged(found, start, end, _SECONDS[width], limit)


def _paged(
    found: Mapping[str, list[str]], start: int, end: int, width: int, limit: int
) -> Query | Reply:
    page = found.get("page", [""])[-1]
    first = start - start % width  # buckets begin with the day, hour or minute, in UTC
    if page:
        number = page.removeprefix("page_")
        if not (number.isdigit() and page.startswith("page_")):
            return error(400, "Invalid 'page' cursor.", code="invalid_value", param="page")
        first = int(number)
    pick = {_FILTERS[name]: tuple(found[name]) for name in found if name in _FILTERS}
    return Query(first, end, width, limit, tuple(found.get("group_by", ())), pick)


def _number(found: Mapping[str, list[str]], name: str, usual: int | None) -> int | Reply:
    if name not in found:
        return bodies.missing(name) if usual is None else usual
    text = found[name][-1]
    if text.isascii() and text.isdigit() and len(text) < 13:
        return int(text)
    message = f"Invalid type for '{name}': expected an integer, but got a string instead."
    return error(400, message, code="invalid_type", param=name)


# --- what was billed, as entries -------------------------------------------------------------


def _usage_name(model_id: str) -> str:
    """Return a model's name in usage, which is not that in costs: the oldest bear their day."""
    model = models.find(model_id)
    dated = model and model.architecture == "gpt-image-1" and model.snapshots
    return model.snapshots[0] if model and dated else model_id


def _cost_name(model_id: str) -> str:
    """Return a model's name in costs: the newer ones bear their day."""
    model = models.find(model_id)
    dated = model and model.architecture != "gpt-image-1" and model.snapshots
    return model.snapshots[0] if model and dated else model_id


def _images(row: BilledRow) -> Iterator[Entry]:
    if row.operation == "judge":
        return
    yield _entry(
        row,
        {"images": row.pictures, "num_model_requests": 1},
        model=_usage_name(row.model),
        size=row.size,
        source=f"image.{row.operation}",
    )


def _completions(row: BilledRow) -> Iterator[Entry]:
    if row.operation != "judge":
        yield _picture_tokens(row)
    if row.author:
        yield _author_tokens(row)


def _picture_tokens(row: BilledRow) -> Entry:
    return _entry(
        row,
        {
            "input_tokens": row.text_tokens + row.image_input_tokens,
            "output_tokens": row.image_tokens,
            "num_model_requests": 1,
            "input_text_tokens": row.text_tokens,
            "input_image_tokens": row.image_input_tokens,
            "output_image_tokens": row.image_tokens,
        },
        model=_usage_name(row.model),
    )


def _author_tokens(row: BilledRow) -> Entry:
    return _entry(
        row,
        {
            "input_tokens": row.author_input_tokens,
            "output_tokens": row.author_output_tokens,
            "num_model_requests": 1,
            "input_text_tokens": row.author_input_tokens,
            "output_text_tokens": row.author_output_tokens,
        },
        model=row.author or "",
    )


def _costs(row: BilledRow) -> Iterator[Entry]:
    for line_item, tokens, each in (*_picture_lines(row), *_author_lines(row)):
        if tokens and each is not None:
            yield _entry(row, {"nano": tokens * each, "tokens": tokens}, line_item=line_item)


Line = tuple[str, int, int | None]
"""A line of a bill: its name, its tokens, and nano-dollars for each of them."""


def _picture_lines(row: BilledRow) -> Iterator[Line]:
    price = prices.price("simulator", row.model, lane=row.lane)
    name = _cost_name(row.model)
    if price:
        yield f"{name} text, input", row.text_tokens, price.text_in
        yield f"{name} image, input", row.image_input_tokens, price.image_in
        yield f"{name} image, output", row.image_tokens, price.image_out


def _author_lines(row: BilledRow) -> Iterator[Line]:
    if not row.author:
        return
    author = prices.author(row.author) or prices.price("simulator", row.author)
    if author:
        yield f"{row.author}, input", row.author_input_tokens, author.text_in
        yield f"{row.author}, output", row.author_output_tokens, author.text_out


_ENTRIES: dict[Report, Callable[[BilledRow], Iterator[Entry]]] = {
    "images": _images,
    "completions": _completions,
    "costs": _costs,
}


def _entry(row: BilledRow, numbers: Mapping[str, int], **named: str) -> Entry:
    own = {"batch": row.lane == "batch", "at": row.at, "numbers": numbers}
    return {**_EVERYWHERE, **named, **own}


def _picked(entry: Entry, pick: Mapping[str, tuple[str, ...]]) -> bool:
    return all(entry.get(name) in wanted for name, wanted in pick.items())


# --- what is answered ------------------------------------------------------------------------


def _bucket(kind: Report, start: int, entries: list[Entry], query: Query) -> dict[str, Any]:
    end = start + query.width
    first, last = max(start, 0), min(end, query.end)
    groups: dict[tuple[Any, ...], dict[str, int]] = {}
    for entry in entries:
        if first <= entry["at"] < last:
            sums = groups.setdefault(tuple(entry[name] for name in query.groups), {})
            for name, number in entry["numbers"].items():
                sums[name] = sums.get(name, 0) + number
    results = [
        _RESULTS[kind](sums, dict(zip(query.groups, key, strict=True)))
        for key, sums in sorted(groups.items(), key=lambda one: str(one[0]))
    ]
    return {"object": "bucket", "start_time": start, "end_time": end, "results": results}


def _images_result(sums: Mapping[str, int], key: Mapping[str, Any]) -> dict[str, Any]:
    names = ("size", "source", "project_id", "user_id", "api_key_id", "model")
    return {
        "object": "organization.usage.images.result",
        **sums,
        **{name: key.get(name) for name in names},
    }


def _completions_result(sums: Mapping[str, int], key: Mapping[str, Any]) -> dict[str, Any]:
    cached = ("input_cached_tokens", "input_cached_text_tokens", "input_cached_image_tokens")
    counted = ("input_text_tokens", "input_image_tokens", "output_text_tokens",
        "output_image_tokens")  # fmt: skip
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": sums["input_tokens"],
        "output_tokens": sums["output_tokens"],
        "num_model_requests": sums["num_model_requests"],
        **dict.fromkeys(cached, 0),
        **{name: sums.get(name, 0) for name in counted},
        **{name: key.get(name) for name in _GROUPS["completions"]},
    }


def _costs_result(sums: Mapping[str, int], key: Mapping[str, Any]) -> dict[str, Any]:
    by_line = "line_item" in key
    return {
        "object": "organization.costs.result",
        "amount": {"value": sums["nano"] / 1e9, "currency": "usd"},
        "line_item": key.get("line_item"),
        "project_id": key.get("project_id"),
        "user_id": key.get("user_id"),
        "api_key_id": key.get("api_key_id"),
        "api_source": key.get("api_source"),
        "quantity": sums["tokens"] if by_line else None,
        "quantity_unit": "tokens" if by_line else None,
    }


_RESULTS: dict[Report, Callable[[Mapping[str, int], Mapping[str, Any]], dict[str, Any]]] = {
    "images": _images_result,
    "completions": _completions_result,
    "costs": _costs_result,
}
