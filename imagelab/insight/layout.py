"""Where each picture of a comparison stands: rows, columns, captions and totals."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from imagelab.catalog.money import show
from imagelab.errors import InputError
from imagelab.request import REPLAY, Generation
from imagelab.sweep import FACTORS, Cell

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

WAITING = "waiting"
LEFT = "not asked"
UNKNOWN = "cost unknown"
NOT_BILLED = "not billed"

ALT_LENGTH = 240
_BETWEEN = " · "


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One picture on the board: where it stands, and what is written under it.

    ``status`` is ``waiting``, ``not asked`` or a generation's status; ``width`` and
    ``height`` are pixels, of the picture once it is there, until then of what was asked for.
    """

    position: int
    row: int
    column: int
    sample: int
    status: str = WAITING
    alt: str = ""
    price: str = ""
    seconds: str = ""
    note: str = ""
    label: str = ""
    picture: str | None = None
    width: int = 1024
    height: int = 1024
    generation: int | None = None
    cost_nano: int | None = None
    simulated: bool = False
    replayed: bool = False
    differs: bool = False
    unfinished: str = ""
    """What is shown is no finished picture, but this: ``partial 1 of 2``, or the last of them."""

    @property
    def shown(self) -> bool:
        """Whether there is a picture to show."""
        return self.status == "done"

    def with_generation(self, generation: Generation) -> Tile:
        """Give this tile with what became of its picture."""
        if generation.status in ("held", "sent"):
            return replace(self, status=WAITING)
        return replace(
            self,
            status=generation.status,
            price=_price(generation),
            # A simulator's seconds are its painter's queue; beside tiers they would mislead.
            seconds="" if generation.simulated else _seconds(generation.seconds),
            note=generation.error or generation.note or "",
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


@dataclass(frozen=True, kw_only=True)
class Board:
    """A comparison laid out: labels of rows and columns, and tiles that point at them.

    ``common`` says what every picture was asked with, as far as no axis says it:
    ``gpt-image-1 · 1024x1024``.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_name: str
    column_name: str
    tiles: tuple[Tile, ...]
    common: str = ""

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
        return tuple(
            _sum(tile for tile in self.tiles if tile.row == row) for row in range(len(self.rows))
        )

    @property
    def column_totals(self) -> tuple[str, ...]:
        """Money per column, written out."""
        return tuple(
            _sum(tile for tile in self.tiles if tile.column == column)
            for column in range(len(self.columns))
        )

    @property
    def total(self) -> str:
        """Money for the whole board, written out."""
        return _sum(self.tiles)

    @property
    def widest(self) -> int:
        """How many pictures the fullest place on the board holds side by side."""
        return max((len(self.at(tile.row, tile.column)) for tile in self.tiles), default=1)

    def at(self, row: int, column: int) -> tuple[Tile, ...]:
        """Give the tiles that share one place, in order."""
        return tuple(tile for tile in self.tiles if (tile.row, tile.column) == (row, column))

    def with_tile(self, tile: Tile) -> Board:
        """Give this board with the tile of that position replaced."""
        tiles = tuple(tile if old.position == tile.position else old for old in self.tiles)
        return replace(self, tiles=tiles)


def counted(pictures: int, of: int | None = None) -> str:
    """Count pictures in words: ``6 pictures``, or ``2 of 6 pictures`` where some are missing."""
    everything = pictures if of is None else of
    some = "" if pictures == everything else f"{pictures} of "
    return f"{some}{everything} picture{'' if everything == 1 else 's'}"


def lay_out(
    cells: Sequence[Cell],
    generations: Mapping[int, Generation],
    *,
    rows: str | Sequence[str] | None = None,
    columns: str | Sequence[str] | None = None,
    left: Mapping[int, str] = {},
) -> Board:
    """Lay a comparison out: prompts down and tiers across, unless told otherwise.

    ``rows`` and ``columns`` name one factor or several; what varies and is on neither axis,
    samples above all, stands side by side inside its place. ``generations`` maps positions
    of cells to what became of them; cells without one are waiting, or, where
    ``left`` gives a reason, were not asked for.

    Raises:
        InputError: no such factor, or one factor on both axes; the message lists them.

    >>> lay_out(cells, {}, rows="prompt", columns=["model", "quality"])  # doctest: +SKIP
    """
    across = _axis(cells, columns)
    down = _axis(cells, rows)
    if across is None:
        across = _default_columns(cells, down or ())
    if down is None:
        down = _default_rows(cells, across)
    if both := set(down) & set(across):
        raise InputError(f"{sorted(both)[0]!r} cannot be on both axes: take it from one of them.")
    at_row, row_labels = _places(cells, down)
    at_column, column_labels = _places(cells, across)
    labels = _labels(cells, list(zip(at_row, at_column, strict=True)))
    alts = _alts(cells)
    tiles = []
    for index, cell in enumerate(cells):
        width, height = _asked_size(cell.request.size)
        tile = Tile(
            position=cell.position,
            row=at_row[index],
            column=at_column[index],
            sample=cell.sample,
            label=labels[index],
            alt=alts[index],
            width=width,
            height=height,
        )
        if outcome := generations.get(cell.position):
            tile = tile.with_generation(outcome)
        elif reason := left.get(cell.position):
            tile = replace(tile, status=LEFT, note=reason)
        tiles.append(tile)
    return Board(
        rows=row_labels,
        columns=column_labels,
        row_name=_BETWEEN.join(down),
        column_name=_BETWEEN.join(across),
        tiles=tuple(tiles),
        common=_common(cells, {*down, *across}),
    )


def _common(cells: Sequence[Cell], told: Collection[str]) -> str:
    """Say what all the requests have in common, but for what an axis tells already."""
    parts = []
    for name in SETTINGS_IN_COMMON:
        values = {cell.factors.get(name, "") for cell in cells}
        value = values.pop() if len(values) == 1 and name not in told else ""
        if value:
            bare = value != "auto" and name != "background"
            parts.append(value if bare else f"{value} {name.removeprefix('output_')}")
    return _BETWEEN.join(parts)


def _axis(cells: Sequence[Cell], names: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Read the factors named for one axis; ``None`` where that is left open."""
    if names is None:
        return None
    wanted = (names,) if isinstance(names, str) else tuple(names)
    known = list(dict.fromkeys(name for cell in cells for name in cell.factors))
    for name in wanted:
        if name not in known:
            raise InputError(
                f"No factor is called {name!r} here. The factors are {', '.join(known)}."
            )
    return wanted


def _varying(cells: Sequence[Cell]) -> list[str]:
    """Name the factors that take more than one value, samples aside."""
    values: dict[str, set[str]] = {}
    for cell in cells:
        for name, value in cell.factors.items():
            values.setdefault(name, set()).add(value)
    return [name for name, seen in values.items() if len(seen) > 1 and name != "sample"]


def _default_columns(cells: Sequence[Cell], taken: Sequence[str]) -> tuple[str, ...]:
    varying = [name for name in _varying(cells) if name not in taken]
    for name in ACROSS:
        if name in varying:
            return (name,)
    variables = [name for name in varying if name not in FACTORS]
    if len(variables) >= 2 and "prompt" not in taken:
        return (variables[-1],)
    known = {name for cell in cells for name in cell.factors}
    # One column; it still says which tier it is.
    return ("quality",) if "quality" in known and "quality" not in taken else ()


def _default_rows(cells: Sequence[Cell], taken: Sequence[str]) -> tuple[str, ...]:
    """Take everything else that varies; the filled prompt stands for its variables."""
    varying = [name for name in _varying(cells) if name not in taken]
    variables = [name for name in varying if name not in FACTORS]
    settings = [name for name in ACROSS if name in varying]
    if "prompt" in taken:
        return tuple(settings)
    split = any(name not in FACTORS and name != "sample" for name in taken)
    return (*(variables if split else ("prompt",)), *settings)


def _places(cells: Sequence[Cell], names: Sequence[str]) -> tuple[list[int], tuple[str, ...]]:
    """Number the values of an axis in the order they are met."""
    seen: dict[tuple[str, ...], int] = {}
    numbers = []
    for cell in cells:
        numbers.append(seen.setdefault(_values(cell, names), len(seen)))
    return numbers, tuple(_BETWEEN.join(key) for key in seen)


def _labels(cells: Sequence[Cell], places: Sequence[tuple[int, int]]) -> list[str]:
    """Say of each cell what tells it from the others in its place; nothing if it is alone."""
    groups: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(places):
        groups.setdefault(place, []).append(index)
    labels = [""] * len(cells)
    for group in groups.values():
        for index, label in zip(group, _tell_apart([cells[one] for one in group]), strict=True):
            labels[index] = label
    return labels


def _tell_apart(cells: Sequence[Cell]) -> list[str]:
    differing = [name for name in _varying(cells) if name != "prompt"]
    short = {(_values(cell, differing), cell.sample) for cell in cells}
    whole = {(cell.request.prompt, _values(cell, differing), cell.sample) for cell in cells}
    if len(short) < len(whole):
        # The variables do not tell them apart (two templates, say), so the prompts must.
        differing = ["prompt", *(name for name in differing if name in FACTORS)]
    samples = len({cell.sample for cell in cells}) > 1
    return [
        _BETWEEN.join([*_values(cell, differing), *([f"sample {cell.sample}"] if samples else [])])
        for cell in cells
    ]


def _values(cell: Cell, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for name in names if (value := cell.factors.get(name, "")))


def _alts(cells: Sequence[Cell]) -> list[str]:
    """Describe each picture in words: its prompt, its tier and whatever else varies."""
    varying = _varying(cells)
    settings = [name for name in ACROSS if name == "quality" or name in varying]
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


def _price(generation: Generation) -> str:
    if generation.cost_nano or (generation.cost_nano == 0 and generation.status == "done"):
        return show(generation.cost_nano)
    return NOT_BILLED if generation.billed == "no" else UNKNOWN


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"


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
