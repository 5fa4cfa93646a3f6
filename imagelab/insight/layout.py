"""Where each picture of a comparison stands: rows, columns, tabs and captions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from imagelab.bookkeeping.costs import TIERS
from imagelab.catalog import models
from imagelab.errors import InputError
from imagelab.insight import searching
from imagelab.insight.board import LEFT, WAITING, Arrangement, Board, Tile, counted
from imagelab.request import Generation
from imagelab.sweep import FACTORS, Cell

__all__ = ["WAITING", "Arrangement", "Board", "Tile", "arrange", "counted", "lay_out"]

Rank = tuple[int, float, str]
Value = TypeVar("Value")

ACROSS = (
    "quality",
    "model",
    "provider",
    "size",
    "background",
    "output_format",
    "input_fidelity",
    "complexity",
    "output_compression",
    "moderation",
    "frame_count",
    "frame_duration_ms",
    "mask",
    "markup",
    "images",
)
"""The settings that make the columns when nobody says otherwise, first choice first."""

SETTINGS_IN_COMMON = ("provider", "model", "size", "quality", "background", "output_format")
"""The settings that a header names where all pictures share them, in this order."""

STANDING = (
    "cost_usd",
    "seconds",
    "image_output_tokens",
    "time",
)
"""Columns that every comparison has, though none of its pictures has come yet."""

ALT_LENGTH = 240
_BETWEEN = " · "


def lay_out(
    cells: Sequence[Cell],
    generations: Mapping[int, Generation],
    *,
    rows: str | Sequence[str] | None = None,
    columns: str | Sequence[str] | None = None,
    tabs: str | Sequence[str] = (),
    left: Mapping[int, str] = {},
    notes: Mapping[int, tuple[bool, str]] = {},
) -> Board:
    """Lay a comparison out: prompts down and tiers across, unless told otherwise.

    ``rows``, ``columns`` and ``tabs`` name one factor or several; what varies and is on
    none of them, samples above all, stands side by side inside its place. ``generations``
    maps positions of cells to what became of them; cells without one are waiting, or, where
    ``left`` gives a reason, were not asked for. ``notes`` gives stars and remarks by position.

    Raises:
        InputError: no such factor, or one factor on two axes; the message lists them.

    >>> lay_out(cells, {}, rows="prompt", columns=["model", "quality"])  # doctest: +SKIP
    """
    tiles = _tiles(cells, generations, left, notes)
    how = Arrangement(rows=_names(rows), columns=_names(columns), tabs=_names(tabs) or ())
    return arrange(tiles, how)


def arrange(everything: Sequence[Tile], how: Arrangement) -> Board:
    """Lay tiles out anew: other axes, another tab, sorted and searched.

    Raises:
        InputError: no such factor or column, one factor on two axes, or a search that
            cannot be read.

    """
    for names in (how.rows, how.columns, how.tabs):
        _check_factors(everything, names or ())
    across, down = how.columns, how.rows
    if across is None:
        across = _default_columns(everything, (*(down or ()), *how.tabs))
    if down is None:
        down = _default_rows(everything, across, how.tabs)
    axes = (*down, *across, *how.tabs)
    if twice := [name for name in axes if axes.count(name) > 1]:
        raise InputError(f"{twice[0]!r} cannot be on two axes: take it from one of them.")
    found = _sorted(_found(everything, how.where), how.sort)
    _, tabs = _places(found, how.tabs)
    tab = how.tab if how.tab in tabs else next(iter(tabs), "")
    found = [tile for tile in found if _place(tile, how.tabs) == tab]
    at_row, row_labels = _places(_ranked(found, down, how.sort), down)
    at_column, column_labels = _places(_ranked(found, across, how.sort, only_own=True), across)
    placed = [
        replace(tile, row=at_row[_place(tile, down)], column=at_column[_place(tile, across)])
        for tile in found
    ]
    return Board(
        rows=row_labels,
        columns=column_labels,
        row_name=_BETWEEN.join(down),
        column_name=_BETWEEN.join(across),
        tiles=_labelled(placed, everything),
        common=_common(everything, axes),
        tabs=tabs if how.tabs else (),
        everything=tuple(everything),
        arrangement=replace(how, rows=down, columns=across, tab=tab),
    )


def _tiles(
    cells: Sequence[Cell],
    generations: Mapping[int, Generation],
    left: Mapping[int, str],
    notes: Mapping[int, tuple[bool, str]],
) -> list[Tile]:
    tiles = []
    for cell, alt in zip(cells, _alts(cells), strict=True):
        width, height = _asked_size(cell.request.size)
        star, remark = notes.get(cell.position, (False, ""))
        tile = Tile(
            position=cell.position,
            sample=cell.sample,
            prompt=cell.request.prompt,
            factors=dict(cell.factors),
            alt=alt,
            width=width,
            height=height,
            star=star,
            remark=remark,
        )
        if outcome := generations.get(cell.position):
            tile = tile.with_generation(outcome)
        elif reason := left.get(cell.position):
            tile = replace(tile, status=LEFT, note=reason)
        tiles.append(tile)
    return tiles


def columns_of(tiles: Sequence[Tile]) -> tuple[str, ...]:
    """Name everything that tiles can be sorted and searched by."""
    names = dict.fromkeys(name for tile in tiles for name in tile.factors)
    names |= dict.fromkeys(name for tile in tiles for name in tile.values)
    return (*names, "status", "star", "remark")


def _found(tiles: Sequence[Tile], where: str) -> list[Tile]:
    """Keep the tiles that a search finds."""
    if not where:
        return list(tiles)
    names = columns_of(tiles)
    known = [one for one in names if one in searching.TEXTS or one in factors_of(tiles)]
    read = searching.terms(where, (*names, *STANDING))
    return [tile for tile in tiles if all(term.holds(tile.value, known) for term in read)]


def _sorted(tiles: list[Tile], sort: str) -> list[Tile]:
    """Order tiles by a column; those that have nothing there come last either way."""
    name = sort.removeprefix("-")
    if not name:
        return tiles
    known = (*columns_of(tiles), *STANDING)
    if name not in known and tiles:
        meant = models.closest(name, known)
        hint = f" Did you mean {meant}?" if meant else ""
        raise InputError(f"There is no column {name!r} to sort by.{hint}")
    return _in_order(tiles, lambda tile: _rank(name, tile.value(name)), sort.startswith("-"))


def _in_order(
    values: list[Value], rank: Callable[[Value], Rank | None], backwards: bool
) -> list[Value]:
    with_rank = [(rank(one), one) for one in values]
    there = [pair for pair in with_rank if pair[0] is not None]
    there.sort(key=lambda pair: pair[0], reverse=backwards)  # type: ignore[arg-type, return-value]
    return [one for _, one in there] + [one for at, one in with_rank if at is None]


def _rank(name: str, value: Any) -> Rank | None:
    """Give what a value is ordered by: numbers and dates before words, tiers as they rise."""
    if value is None or value == "":
        return None
    if name in ("quality", "actual_quality") and value in TIERS:
        return (0, float(TIERS.index(value)), "")
    if isinstance(value, datetime):
        return (0, value.timestamp(), "")
    if isinstance(value, bool | int | float):
        return (0, float(value), "")
    text = str(value)
    return (0, float(text), "") if text.isdecimal() else (1, 0.0, text.lower())


def _ranked(
    tiles: list[Tile], axis: Sequence[str], sort: str, *, only_own: bool = False
) -> list[Tile]:
    """Order the places of an axis: each by the mean of its tiles, where that is a number.

    Columns keep their order unless they are sorted by themselves: a table whose columns
    jumped about with its rows could not be read.
    """
    name = sort.removeprefix("-")
    if not name or (only_own and name not in axis):
        return sorted(tiles, key=lambda tile: tile.position)
    groups: dict[str, list[Tile]] = {}
    for tile in tiles:
        groups.setdefault(_place(tile, axis), []).append(tile)

    def rank(group: list[Tile]) -> Rank | None:
        ranks = [_rank(name, tile.value(name)) for tile in group]
        there = [one for one in ranks if one is not None]
        if not there:
            return None
        kind, _, text = there[0]
        return (kind, sum(number for _, number, _ in there) / len(there), text)

    ordered = _in_order(list(groups.values()), rank, sort.startswith("-"))
    return [tile for group in ordered for tile in group]


def _common(tiles: Sequence[Tile], told: Collection[str]) -> str:
    """Say what all the requests have in common, but for what an axis tells already."""
    parts = []
    for name in SETTINGS_IN_COMMON:
        values = {tile.factors.get(name, "") for tile in tiles}
        value = values.pop() if len(values) == 1 and name not in told else ""
        if value:
            bare = value != "auto" and name != "background"
            parts.append(value if bare else f"{value} {name.removeprefix('output_')}")
    return _BETWEEN.join(parts)


def _names(names: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Read the factors named for one axis; ``None`` where that is left open."""
    return (names,) if isinstance(names, str) else None if names is None else tuple(names)


def factors_of(tiles: Sequence[Tile]) -> tuple[str, ...]:
    """Name the factors of a comparison, those too that do not vary."""
    return tuple(dict.fromkeys(name for tile in tiles for name in tile.factors))


def _check_factors(tiles: Sequence[Tile], wanted: Sequence[str]) -> None:
    known = factors_of(tiles)
    for name in wanted:
        if name not in known:
            raise InputError(
                f"No factor is called {name!r} here. The factors are {', '.join(known)}."
            )


def varying(tiles: Sequence[Tile | Cell]) -> list[str]:
    """Name the factors that take more than one value, samples aside."""
    values: dict[str, set[str]] = {}
    for tile in tiles:
        for name, value in tile.factors.items():
            values.setdefault(name, set()).add(value)
    return [name for name, seen in values.items() if len(seen) > 1 and name != "sample"]


def _default_columns(tiles: Sequence[Tile], taken: Sequence[str]) -> tuple[str, ...]:
    vary = [name for name in varying(tiles) if name not in taken]
    for name in ACROSS:
        if name in vary:
            return (name,)
    variables = [name for name in vary if name not in FACTORS]
    if len(variables) >= 2 and "prompt" not in taken:
        return (variables[-1],)
    # One column; it still says which tier it is.
    return ("quality",) if "quality" in factors_of(tiles) and "quality" not in taken else ()


def _default_rows(
    tiles: Sequence[Tile], across: Sequence[str], tabs: Sequence[str]
) -> tuple[str, ...]:
    """Take everything else that varies; the filled prompt stands for its variables."""
    taken = (*across, *tabs)
    vary = [name for name in varying(tiles) if name not in taken]
    variables = [name for name in vary if name not in FACTORS]
    settings = [name for name in ACROSS if name in vary]
    if "prompt" in taken:
        return tuple(settings)
    split = any(name not in FACTORS and name != "sample" for name in taken)
    return (*(variables if split else ("prompt",)), *settings)


def _place(tile: Tile, names: Sequence[str]) -> str:
    return _BETWEEN.join(_values(tile, names))


def _places(tiles: Sequence[Tile], names: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Number the values of an axis in the order they are met."""
    seen: dict[str, int] = {}
    for tile in tiles:
        seen.setdefault(_place(tile, names), len(seen))
    return seen, tuple(seen)


def _labelled(tiles: Sequence[Tile], everything: Sequence[Tile]) -> tuple[Tile, ...]:
    """Say of each tile what tells it from the others in its place; nothing if it is alone."""
    groups: dict[tuple[int, int], list[Tile]] = {}
    for tile in tiles:
        groups.setdefault((tile.row, tile.column), []).append(tile)
    labels: dict[int, str] = {}
    for group in groups.values():
        told = _tell_apart(group) if len(group) > 1 else [""]
        labels |= {tile.position: word for tile, word in zip(group, told, strict=True)}
    return tuple(replace(tile, label=labels[tile.position]) for tile in tiles)


def _tell_apart(tiles: Sequence[Tile]) -> list[str]:
    differing = [name for name in varying(tiles) if name != "prompt"]
    short = {(_values(tile, differing), tile.sample) for tile in tiles}
    whole = {(tile.prompt, _values(tile, differing), tile.sample) for tile in tiles}
    if len(short) < len(whole):
        # The variables do not tell them apart (two templates, say), so the prompts must.
        differing = ["prompt", *(name for name in differing if name in FACTORS)]
    samples = len({tile.sample for tile in tiles}) > 1
    return [
        _BETWEEN.join([*_values(tile, differing), *([f"sample {tile.sample}"] if samples else [])])
        for tile in tiles
    ]


def _values(tile: Tile, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for name in names if (value := tile.factors.get(name, "")))


def _alts(cells: Sequence[Cell]) -> list[str]:
    """Describe each picture in words: its prompt, its tier and whatever else varies."""
    vary = varying(cells)
    settings = [name for name in ACROSS if name == "quality" or name in vary]
    samples = len({cell.sample for cell in cells}) > 1
    alts = []
    for cell in cells:
        prompt = " ".join(cell.request.prompt.split())
        if len(prompt) > ALT_LENGTH:
            prompt = f"{prompt[: ALT_LENGTH - 1]}…"
        parts = [prompt, *(cell.factors.get(name, "") for name in settings)]
        if samples:
            parts.append(f"sample {cell.sample}")
        alts.append(", ".join(part for part in parts if part))
    return alts


def _asked_size(size: str) -> tuple[int, int]:
    """Read ``1536x1024``; a size left to the provider is drawn square until it comes."""
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", size)
    return (int(match[1]), int(match[2])) if match else (1024, 1024)
