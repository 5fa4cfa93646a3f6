"""The contact sheet: a whole comparison drawn as one picture, labels and prices included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagelab.errors import PictureError
from imagelab.insight.layout import Board, Tile, counted
from imagelab.insight.thumbs import small

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

PAPER, INK, SOFT, RULE, BLANK = "#ffffff", "#1c1d21", "#6b6d76", "#dfe0e4", "#f2f2f4"
MOST_PIXELS = 40_000_000
MOST_LINES = 4


def sheet(board: Board, pictures: Mapping[int, bytes], *, side: int = 320) -> Image:
    """Draw the comparison as one picture, each tile at most ``side`` pixels wide and high.

    ``pictures`` maps positions to the bytes of pictures or of their thumbnails; what is
    missing or cannot be read is drawn as an empty place with its status. Very large
    comparisons are drawn smaller, so that the sheet stays below 40 megapixels.
    """
    plan = _Plan.of(board, side)
    while plan.width * plan.height > MOST_PIXELS and plan.side > 24:
        plan = _Plan.of(board, plan.side * 3 // 4)
    return _draw(plan, pictures)


@dataclass(frozen=True)
class _Plan:
    """Where everything goes, in pixels."""

    board: Board
    side: int
    gap: int
    text: int
    columns: int
    slot: int
    headings: tuple[tuple[str, ...], ...]
    tall: tuple[int, ...]

    @classmethod
    def of(cls, board: Board, side: int) -> _Plan:
        gap = max(8, side // 16)
        size = max(11, side // 16)
        single = len(board.columns) == 1 and len(board.rows) > 1
        columns = min(4, len(board.rows)) if single else max(1, len(board.columns))
        slot = board.widest * (side + gap) - gap
        room = slot if single else columns * (slot + 2 * gap) - 2 * gap
        headings = tuple(tuple(_wrap(name, room, size)) for name in board.rows)
        tall = tuple(_tallest(board, row, side) for row in range(len(board.rows)))
        return cls(board, side, gap, size, columns, slot, headings, tall)

    @property
    def single(self) -> bool:
        """Whether rows stand side by side, as there is only one column."""
        return len(self.board.columns) == 1 and len(self.board.rows) > 1

    @property
    def line(self) -> int:
        return self.text * 4 // 3

    @property
    def margin(self) -> int:
        return 2 * self.gap

    @property
    def bands(self) -> list[list[int]]:
        """Rows of the board that stand beside each other on the sheet."""
        rows = list(range(len(self.board.rows)))
        step = self.columns if self.single else 1
        return [rows[start : start + step] for start in range(0, len(rows), step)]

    def heading_height(self, band: list[int]) -> int:
        return max(len(self.headings[row]) for row in band) * self.line + self.gap

    def band_height(self, band: list[int]) -> int:
        labelled = any(tile.label for tile in self.board.tiles)
        caption = (1 + labelled) * self.line + self.gap
        return self.heading_height(band) + max(self.tall[row] for row in band) + caption + self.gap

    @property
    def top(self) -> int:
        return self.margin + (0 if self.single else self.line + self.gap)

    @property
    def width(self) -> int:
        wide = self.columns * (self.slot + 2 * self.gap) - 2 * self.gap
        return max(wide, 18 * self.text) + 2 * self.margin

    @property
    def height(self) -> int:
        footer = (1 + bool(self.board.common)) * self.line
        return self.top + sum(map(self.band_height, self.bands)) + footer + self.margin

    def left(self, column: int) -> int:
        return self.margin + column * (self.slot + 2 * self.gap)


def _tallest(board: Board, row: int, side: int) -> int:
    return max((_fit(tile, side)[1] for tile in board.tiles if tile.row == row), default=side)


def _fit(tile: Tile, side: int) -> tuple[int, int]:
    longest = max(tile.width, tile.height)
    return max(1, round(tile.width * side / longest)), max(1, round(tile.height * side / longest))


def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _printable(words: str) -> str:
    """Keep what can stand on one line; a sheet has no room for control characters."""
    return "".join(c for c in " ".join(words.split()) if c.isprintable())


def _wrap(words: str, room: int, size: int) -> list[str]:
    """Break a text into at most four lines of ``room`` pixels; the rest is an ellipsis."""
    font = _font(size)
    lines: list[str] = [""]
    for word in _printable(words).split(" "):
        grown = f"{lines[-1]} {word}".strip()
        if font.getlength(grown) <= room:
            lines[-1] = grown
            continue
        if lines[-1]:
            lines.append("")
        lines[-1] = _clip(word, room, font)
        if len(lines) > MOST_LINES:
            break
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], _clip(f"{lines[MOST_LINES - 1]} …", room, font)]
    return lines


def _clip(words: str, room: int, font: FreeTypeFont | ImageFont) -> str:
    """Cut a text to ``room`` pixels; halving keeps very long words cheap."""
    if font.getlength(words[:400]) <= room and len(words) <= 400:
        return words
    low, high = 0, min(len(words), 400)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(f"{words[:middle]}…") <= room:
            low = middle
        else:
            high = middle - 1
    return f"{words[:low]}…"


def _draw(plan: _Plan, pictures: Mapping[int, bytes]) -> Image:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (plan.width, plan.height), PAPER)
    pen = ImageDraw.Draw(image)
    if not plan.single:
        _column_heads(plan, pen)
    top = plan.top
    for band in plan.bands:
        below = top + plan.heading_height(band)
        for place, row in enumerate(band):
            _row(plan, image, pen, pictures, row=row, place=place, top=top, below=below)
        top += plan.band_height(band)
    _footer(plan, pen, top)
    return image


def _column_heads(plan: _Plan, pen: ImageDraw) -> None:
    for column, name in enumerate(plan.board.columns):
        total = plan.board.column_totals[column] if len(plan.board.rows) > 1 else ""
        _pair(plan, pen, (plan.left(column), plan.margin), name, total, plan.slot)


def _pair(
    plan: _Plan, pen: ImageDraw, at: tuple[int, int], strong: str, soft: str, room: int
) -> None:
    """Write a word and, after it and paler, another one."""
    font = _font(plan.text)
    strong = _clip(_printable(strong), room, font)
    pen.text(at, strong, fill=INK, font=font)
    after = round(font.getlength(strong)) + (plan.text // 2 if strong else 0)
    rest = room - after
    if soft and rest > 3 * plan.text:
        soft = _clip(_printable(soft), rest, font)
        pen.text((at[0] + after, at[1]), soft, fill=SOFT, font=font)


def _row(
    plan: _Plan,
    image: Image,
    pen: ImageDraw,
    pictures: Mapping[int, bytes],
    *,
    row: int,
    place: int,
    top: int,
    below: int,
) -> None:
    font = _font(plan.text)
    left = plan.left(place) if plan.single else plan.margin
    right = left + plan.slot if plan.single else plan.width - plan.margin
    pen.line([(left, top - plan.gap // 2), (right, top - plan.gap // 2)], fill=RULE)
    for number, words in enumerate(plan.headings[row]):
        pen.text((left, top + number * plan.line), words, fill=INK, font=font)
    for column in range(len(plan.board.columns)):
        start = left if plan.single else plan.left(column)
        for number, tile in enumerate(plan.board.at(row, column)):
            corner = (start + number * (plan.side + plan.gap), below)
            _tile(plan, image, pen, pictures.get(tile.position), tile, corner)


def _tile(
    plan: _Plan,
    image: Image,
    pen: ImageDraw,
    data: bytes | None,
    tile: Tile,
    corner: tuple[int, int],
) -> None:
    width, height = _fit(tile, plan.side)
    picture = _opened(data, (width, height)) if data else None
    if picture is None:
        box = (*corner, corner[0] + width, corner[1] + height)
        pen.rounded_rectangle(box, radius=plan.gap // 2, fill=BLANK, outline=RULE)
        word = "cannot be shown" if data else tile.status
        words = _clip(word, width - 4, _font(plan.text))
        middle = (corner[0] + width // 2, corner[1] + height // 2)
        pen.text(middle, words, fill=SOFT, font=_font(plan.text), anchor="mm")
    else:
        image.paste(picture, corner, picture if picture.mode == "RGBA" else None)
        if tile.unfinished:
            _pale(image, (*corner, corner[0] + width, corner[1] + height))
    strong = tile.price if tile.shown else tile.status
    if tile.unfinished:
        strong = f"{strong}, unfinished"
    under = (corner[0], corner[1] + height + plan.gap // 2)
    _pair(plan, pen, under, strong, "" if tile.shown else tile.price, plan.side)
    if tile.label:
        _pair(plan, pen, (under[0], under[1] + plan.line), "", tile.label, plan.side)


def _pale(image: Image, box: tuple[int, int, int, int]) -> None:
    """Take half of the colour from a picture that was never finished."""
    from PIL import Image

    part = image.crop(box)
    image.paste(Image.blend(part, Image.new("RGB", part.size, PAPER), 0.5), box[:2])


def _opened(data: bytes, size: tuple[int, int]) -> Image | None:
    """Decode and scale a picture; ``None`` where that cannot be done."""
    try:
        return small(data, max(size)).resize(size)
    except PictureError:
        return None


def _footer(plan: _Plan, pen: ImageDraw, top: int) -> None:
    board = plan.board
    count = counted(board.shown, board.pictures)
    words = " · ".join(part for part in (count, board.total) if part)
    mark = board.badge
    room = plan.width - 2 * plan.margin
    _pair(plan, pen, (plan.margin, top), words, mark, room)
    _pair(plan, pen, (plan.margin, top + plan.line), "", board.common, room)
