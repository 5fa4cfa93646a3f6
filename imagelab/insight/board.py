"""A board: pictures in rows and columns, what is written under each, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from imagelab.catalog.money import show, usd_or_none
from imagelab.request import REPLAY, Generation

WAITING = "waiting"
LEFT = "not asked"
UNKNOWN = "cost unknown"
NOT_BILLED = "not billed"

_WHAT = {"quality": "", "background": " background", "output_format": " format"}


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """How a comparison is to be looked at.

    ``rows``, ``columns`` and ``tabs`` name factors (``None``: as it fits best); ``tab`` is
    the one that is open. ``sort`` is a column of the log or a factor, with ``-`` before it
    for the largest first; ``where`` is a search, such as ``fox quality:high cost_usd>0.05``.
    """

    rows: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    tabs: tuple[str, ...] = ()
    tab: str = ""
    sort: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One picture on the board: where it stands, and what is written under it.

    ``status`` is ``waiting``, ``not asked`` or a generation's status; ``width`` and
    ``height`` are pixels, of the picture once it is there, until then of what was asked for.
    ``values`` are what it is sorted and found by, under the names of the log's columns.
    """

    position: int
    row: int = 0
    column: int = 0
    sample: int = 1
    prompt: str = ""
    factors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str = WAITING
    alt: str = ""
    price: str = ""
    seconds: str = ""
    details: tuple[str, ...] = ()
    note: str = ""
    label: str = ""
    picture: str | None = None
    width: int = 1024
    height: int = 1024
    generation: int | None = None
    cost_nano: int | None = None
    simulated: bool = False
    replayed: bool = False
    star: bool = False
    remark: str = ""
    differs: bool = False
    unfinished: str = ""
    """What is shown is no finished picture, but this: ``partial 1 of 2``, or the last of them."""

    @property
    def shown(self) -> bool:
        """Whether there is a picture to show."""
        return self.status == "done"

    def value(self, name: str) -> Any:
        """Give what stands in a column of the log, or the value of a factor; else ``None``."""
        own = {"status": self.status, "star": self.star, "remark": self.remark}
        if name in own:
            return own[name]
        return self.factors.get(name) if name in self.factors else self.values.get(name)

    def with_generation(self, generation: Generation) -> Tile:
        """Give this tile with what became of its picture."""
        if generation.status in ("held", "sent"):
            return replace(self, status=WAITING)
        return replace(
            self,
            status=generation.status,
            price=price(generation),
            # A simulator's seconds are its painter's queue; beside prices they would mislead.
            seconds="" if generation.simulated else seconds(generation.seconds),
            details=details(generation),
            note=generation.error or generation.note or "",
            values=values(generation),
            picture=generation.picture,
            width=generation.width or self.width,
            height=generation.height or self.height,
            generation=generation.id,
            cost_nano=generation.cost_nano,
            simulated=generation.simulated,
            replayed=generation.simulated and generation.provider.startswith(f"{REPLAY}-"),
            differs=generation.status == "done" and bool(generation.differences),
            unfinished="partial" if generation.partial else "",
        )

    def with_partial(self, number: int, of: int | None) -> Tile:
        """Give this tile with a picture that is not finished yet; ``number`` counts from 1."""
        return replace(self, unfinished=f"partial {number}{f' of {of}' if of else ''}")


def price(generation: Generation) -> str:
    """Write what a picture cost, or why nobody knows."""
    if generation.cost_nano or (generation.cost_nano == 0 and generation.status == "done"):
        return show(generation.cost_nano)
    return NOT_BILLED if generation.billed == "no" else UNKNOWN


def seconds(taken: float | None) -> str:
    """Write how long a picture took."""
    if taken is None:
        return ""
    return f"{taken:.1f} s" if taken < 100 else f"{taken:.0f} s"


def details(generation: Generation) -> tuple[str, ...]:
    """Write tokens, size, and each setting that came otherwise than it was asked for."""
    tokens, request = generation.usage.image_output_tokens, generation.request
    said = [] if tokens is None else [f"{tokens:,} tokens"]
    if generation.take > 1:
        said.append(f"take {generation.take}")
    if generation.status != "done":
        return tuple(said)
    came = f"{generation.width}x{generation.height}" if generation.width else ""
    asked = request.size
    said.append(came if asked == came else f"{asked} → {came}" if came else asked)
    for name, got in zip(_WHAT, _as_it_came(generation), strict=True):
        wanted = getattr(request, name)
        if wanted is not None and got and got != wanted:
            said.append(f"{wanted}{_WHAT[name]} → {got}")
    if generation.simulated and generation.seconds is not None:
        said.append(f"{seconds(generation.seconds)} simulated")
    return tuple(said)


def _as_it_came(generation: Generation) -> tuple[str | None, ...]:
    kind = generation.actual_format
    return generation.actual_quality, generation.actual_background, kind


def values(generation: Generation) -> dict[str, Any]:
    """Give what a generation is sorted and found by, named as the log names it."""
    request, usage = generation.request, generation.usage
    return {
        **{name: getattr(request, name) for name in ("prompt", "model", "quality", "size")},
        "background": request.background,
        "output_format": request.output_format,
        "id": generation.id,
        "time": generation.time,
        "cost_usd": usd_or_none(generation.cost_nano),
        "quoted_usd": usd_or_none(generation.quoted_nano),
        "seconds": generation.seconds,
        "image_output_tokens": usage.image_output_tokens,
        "text_input_tokens": usage.text_input_tokens,
        "image_input_tokens": usage.image_input_tokens,
        "take": generation.take,
        "run": generation.run,
        "width": generation.width,
        "height": generation.height,
        "bytes": generation.size_bytes,
        "attempts": generation.attempts,
        "billed": generation.billed,
        "provider": generation.provider,
        "actual_size": generation.actual_size,
        "actual_quality": generation.actual_quality,
        "actual_background": generation.actual_background,
        "actual_format": generation.actual_format,
        "simulated": generation.simulated,
        "cost_basis": generation.cost_basis,
        "picture": generation.picture,
        "request_id": generation.request_id,
        "error": generation.error,
        "note": generation.note,
    }


def facts_of(generation: Generation) -> list[tuple[str, str]]:
    """Write a row down as names and words, what was asked first; what is empty is left out."""
    request, usage = generation.request, generation.usage
    tokens = {"image": usage.image_output_tokens, "text": usage.text_input_tokens}
    facts: dict[str, object] = {
        "row": generation.id,
        "time": f"{generation.time:%Y-%m-%d %H:%M:%S} UTC",
        **request.parameters(),
        "sample": generation.sample,
        "take": generation.take,
        "status": generation.status,
        "cost": price(generation),
        "quoted": show(generation.quoted_nano) if generation.quoted_nano is not None else "",
        "tokens": ", ".join(f"{n:,} {kind}" for kind, n in tokens.items() if n is not None),
        "seconds": seconds(generation.seconds) + " simulated" * generation.simulated,
        "came as": ", ".join(filter(None, (generation.actual_size, *_as_it_came(generation)))),
        "provider": generation.provider,
        "billed": generation.billed or "",
        "error": generation.error or "",
        "note": generation.note or "",
        "request id": generation.request_id or "",
        "price": generation.price or "",
        "picture": generation.picture or "",
    }
    return [(name, str(one)) for name, one in facts.items() if one != ""]


@dataclass(frozen=True, kw_only=True)
class Board:
    """A comparison laid out: labels of rows and columns, and tiles that point at them.

    ``tiles`` are those that are looked at now, ``everything`` also those that another tab
    or a search hides. ``common`` says what every picture was asked with, as far as no axis
    says it: ``gpt-image-1 · 1024x1024``.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_name: str
    column_name: str
    tiles: tuple[Tile, ...]
    common: str = ""
    tabs: tuple[str, ...] = ()
    everything: tuple[Tile, ...] = ()
    arrangement: Arrangement = field(default_factory=Arrangement)

    @property
    def pictures(self) -> int:
        """How many pictures were asked for."""
        return len(self.tiles)

    @property
    def shown(self) -> int:
        """How many pictures there are to show."""
        return sum(tile.shown for tile in self.tiles)

    @property
    def simulated(self) -> bool:
        """Whether any of the pictures came from a simulator."""
        return any(tile.simulated for tile in self.tiles)

    @property
    def badge(self) -> str:
        """What must be said of pictures that nobody paid for; nothing of others."""
        if any(tile.replayed for tile in self.tiles):
            return "replayed pictures, simulated money"
        return "simulated pictures, real prices" if self.simulated else ""

    @property
    def row_totals(self) -> tuple[str, ...]:
        """Money per row, written out."""
        return tuple(_sum(group) for group in _groups(self.tiles, "row", len(self.rows)))

    @property
    def column_totals(self) -> tuple[str, ...]:
        """Money per column, written out."""
        return tuple(_sum(group) for group in _groups(self.tiles, "column", len(self.columns)))

    @property
    def total(self) -> str:
        """Money for the whole board, written out."""
        return _sum(self.tiles)

    @property
    def widest(self) -> int:
        """How many pictures the fullest place on the board holds side by side."""
        return max(Counter((tile.row, tile.column) for tile in self.tiles).values(), default=1)

    def at(self, row: int, column: int) -> tuple[Tile, ...]:
        """Give the tiles that share one place, in order."""
        return tuple(tile for tile in self.tiles if (tile.row, tile.column) == (row, column))

    def tile(self, position: int) -> Tile | None:
        """Give the tile of a position, whether it is looked at now or not."""
        return next((one for one in self.everything if one.position == position), None)

    def with_tile(self, tile: Tile) -> Board:
        """Give this board with the tile of that position replaced; its place stays."""
        return replace(self, tiles=_with(self.tiles, tile), everything=_with(self.everything, tile))


def _with(tiles: Sequence[Tile], new: Tile) -> tuple[Tile, ...]:
    return tuple(
        replace(new, row=old.row, column=old.column, label=old.label)
        if old.position == new.position
        else old
        for old in tiles
    )


def counted(pictures: int, of: int | None = None) -> str:
    """Count pictures in words: ``6 pictures``, or ``2 of 6 pictures`` where some are missing."""
    everything = pictures if of is None else of
    some = "" if pictures == everything else f"{pictures} of "
    return f"{some}{everything} picture{'' if everything == 1 else 's'}"


def _groups(tiles: Iterable[Tile], axis: str, number: int) -> list[list[Tile]]:
    groups: list[list[Tile]] = [[] for _ in range(number)]
    for tile in tiles:
        groups[getattr(tile, axis)].append(tile)
    return groups


def _sum(tiles: Iterable[Tile]) -> str:
    """Add what is known, once per generation; mark what is not; keep the two purses apart."""
    paid = {tile.generation: tile for tile in tiles if tile.generation is not None}
    sums = []
    for simulated, mark in ((False, ""), (True, " simulated")):
        purse = [tile for tile in paid.values() if tile.simulated == simulated]
        if purse:
            sums.append(_purse(purse) + mark)
    return " + ".join(sums) if len(sums) > 1 else "".join(sums).removesuffix(" simulated")


def _purse(tiles: Sequence[Tile]) -> str:
    known = [tile.cost_nano for tile in tiles if tile.price not in (UNKNOWN, NOT_BILLED, "")]
    unknown = any(tile.price == UNKNOWN for tile in tiles)
    if not known and unknown:
        return "?"
    return show(sum(cost or 0 for cost in known)) + (" + ?" if unknown else "")
