"""The contact sheet: the whole comparison as one picture."""

from __future__ import annotations

from dataclasses import replace

from imagelab.insight.contact import MOST_PIXELS, sheet
from imagelab.insight.layout import lay_out
from imagelab.sweep import Sweep
from tests.insight.making import FOXES, board_of, cells_of, lost, picture


def colours(image: object, box: tuple[int, int, int, int]) -> set[tuple[int, ...]]:
    """Give the colours inside a box of a sheet."""
    return {colour for _, colour in image.crop(box).getcolors(1 << 20)}


def test_a_sheet_holds_every_picture() -> None:
    """Six pictures of six colours all stand on the sheet."""
    reds = {at: picture(64, 64, colour=f"#{40 * at + 10:02x}0000") for at in range(6)}
    drawn = sheet(board_of(), reds, side=64)
    found = {colour for _, colour in drawn.getcolors(1 << 20)}
    assert {(40 * at + 10, 0, 0) for at in range(6)} <= found


def test_columns_stand_side_by_side() -> None:
    """A sheet of three columns is at least as wide as three pictures."""
    drawn = sheet(board_of(), {}, side=200)
    assert 600 < drawn.width < 900


def test_a_missing_picture_leaves_its_place() -> None:
    """What did not come takes the room that its picture would have taken."""
    cells = cells_of(FOXES)
    without = lay_out(cells, {0: lost(cells[0], "refused")})
    assert sheet(without, {}, side=90).size == sheet(board_of(), {}, side=90).size


def test_a_broken_picture_does_not_spoil_the_sheet() -> None:
    """Bytes that are no picture are drawn as an empty place."""
    drawn = sheet(board_of(), {0: b"broken", 1: picture(64, 64, colour="#00ff00")}, side=64)
    assert (0, 255, 0) in {colour for _, colour in drawn.getcolors(1 << 20)}


def test_a_long_prompt_is_wrapped() -> None:
    """A prompt of a thousand words makes the sheet taller, not wider, and not endlessly so."""
    short = sheet(board_of(Sweep("a fox", quality=["low", "high"])), {}, side=160)
    long = sheet(board_of(Sweep("a fox " * 1000, quality=["low", "high"])), {}, side=160)
    assert long.width == short.width
    assert short.height < long.height < short.height + 100


def test_any_script_can_be_drawn() -> None:
    """Prompts in scripts that the font lacks, and control characters, draw something."""
    odd = Sweep(
        ["日本の庭", "ثعلب أحمر", "🦊\u200d❄️", "a\x07b\tc", "x" * 5000], quality=["low", "high"]
    )
    assert sheet(board_of(odd), {}, side=64).height > 5 * 64


def test_a_huge_comparison_is_drawn_smaller() -> None:
    """Hundreds of pictures make a sheet below forty megapixels."""
    many = Sweep([f"fox {number}" for number in range(250)], quality=["low", "medium", "high"])
    drawn = sheet(board_of(many), {}, side=320)
    assert drawn.width * drawn.height <= MOST_PIXELS


def test_one_column_is_set_as_a_gallery() -> None:
    """Eight prompts at one tier stand four abreast, not one below the other."""
    drawn = sheet(board_of(Sweep([f"fox {number}" for number in range(8)])), {}, side=100)
    assert drawn.width > 400 > drawn.height / 2


def test_what_all_share_has_its_line() -> None:
    """A sheet that names model and size is a line taller than one that does not."""
    board = board_of()
    assert sheet(board, {}, side=64).height > sheet(replace(board, common=""), {}, side=64).height
