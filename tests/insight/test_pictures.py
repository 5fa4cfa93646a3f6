"""Pictures from anywhere: files, bytes, Pillow, generations."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from imagelab.errors import InputError, PictureError
from imagelab.insight.alike import likeness
from imagelab.insight.pictures import board_of, pictures_of
from imagelab.request import Generation
from tests.insight.making import FOXES, came, cells_of, lost, picture


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the file of a picture."""
    (tmp_path / "fox.png").write_bytes(picture(60, 40))
    return tmp_path / "fox.png"


def kept(file: Path, position: int = 0) -> Generation:
    """Make the row of a picture whose bytes lie in a file."""
    import hashlib

    row = came(cells_of(FOXES)[position], width=60, height=40)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return replace(row, picture=digest, loader=lambda _: file)


def test_a_picture_comes_in_four_ways(file: Path) -> None:
    """A path, bytes, a Pillow picture and a generation are all of one size."""
    ways = [file, str(file), file.read_bytes(), Image.open(file), kept(file)]
    assert {(one.width, one.height, one.format) for one in pictures_of(ways)} == {(60, 40, "png")}


def test_an_svg_is_looked_at_as_its_pixels() -> None:
    """What views open of an svg is a png of its own size: no document reaches a page."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><script/></svg>'
    (taken,) = pictures_of([svg])
    assert (taken.format, taken.width, taken.height) == ("png", 60, 40)
    assert taken.read().startswith(b"\x89PNG")
    assert taken.name.endswith(".png")


def test_bytes_are_given_as_they_are(file: Path) -> None:
    """What a file and a generation hold is never encoded anew."""
    assert [one.read() for one in pictures_of([file, kept(file)])] == [file.read_bytes()] * 2


def test_a_pillow_picture_loses_nothing() -> None:
    """Its pixels and its transparency are there after encoding."""
    drawn = Image.new("RGBA", (9, 7), (10, 20, 30, 40))
    back = Image.open(io.BytesIO(pictures_of([drawn])[0].read()))
    assert (back.mode, back.getpixel((3, 3))) == ("RGBA", (10, 20, 30, 40))


def test_generations_are_named_by_what_differs(file: Path) -> None:
    """Two tiers of one prompt are low and medium; two prompts are named whole."""
    low, medium, _, other = (kept(file, at) for at in range(4))
    assert [one.label for one in pictures_of([low, medium])] == ["low", "medium"]
    assert [one.label for one in pictures_of([low, other])] == ["a red fox", "a blue fox"]


def test_files_are_named_by_their_names(file: Path) -> None:
    """No folder is told, and equal names are counted."""
    assert [one.label for one in pictures_of([file, file])] == ["fox.png (1)", "fox.png (2)"]


def test_names_can_be_given(file: Path) -> None:
    """One name for each picture; one too few is refused."""
    assert pictures_of([file], ["before"])[0].label == "before"
    with pytest.raises(InputError, match="one name for each of the 1"):
        pictures_of([file], ["before", "after"])


def test_the_price_of_a_generation_is_told(file: Path) -> None:
    """A picture that a lab made has its price; another has none, and not zero."""
    assert [one.price for one in pictures_of([kept(file), file])] == ["$0.011", ""]


def test_what_is_no_picture_says_what_is() -> None:
    """The error names the kinds of things that are taken."""
    with pytest.raises(InputError, match="3 is no picture: give a path"):
        pictures_of([3])  # type: ignore[list-item]


def test_a_file_that_is_not_there_is_named() -> None:
    """A wrong path is the caller's to mend."""
    with pytest.raises(InputError, match=r"There is no file lost\.png"):
        pictures_of(["lost.png"])


def test_damaged_bytes_are_refused_at_once(file: Path) -> None:
    """A file cut short is refused when it is given, not when it is looked at."""
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(PictureError, match=r"fox\.png is no picture that can be shown"):
        pictures_of([file])


def test_a_generation_without_a_picture_says_why() -> None:
    """A refused request cannot be looked at."""
    with pytest.raises(PictureError, match="its status is refused"):
        pictures_of([lost(cells_of(FOXES)[0], "refused")])


def test_they_are_laid_out_side_by_side(file: Path) -> None:
    """For static pictures they are one row, with their labels above and prices below."""
    board = board_of(pictures_of([kept(file, 0), kept(file, 1)]), "Side by side")
    assert (board.rows, board.columns) == (("Side by side",), ("low", "medium"))
    assert [tile.price for tile in board.tiles] == ["$0.011", "$0.042"]


def test_vectors_and_animations_are_looked_at_too(tmp_path: Path) -> None:
    """Of an SVG the pixels are shown, in the size it says; both can be laid on each other."""
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"></svg>'
    shown = pictures_of([drawing, picture(40, 30, kind="GIF")])
    sizes = [(one.format, one.mime, one.width, one.height) for one in shown]
    assert sizes == [("png", "image/png", 40, 30), ("gif", "image/gif", 40, 30)]
    assert likeness(*(one.read() for one in shown)).fitted == ""
