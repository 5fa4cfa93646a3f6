"""How the painter edits: what it keeps, and what it changes by the words."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from imagelab.errors import InputError
from imagelab.simulator import painter

SIZE = (320, 256)
FRAME = (0, 0, 320, 200)
"""What lies above the mark."""


@cache
def reference() -> Image.Image:
    """A picture to begin with."""
    return painter.paint("a red fox in snow", size=SIZE, tier="high")


def edit(prompt: str, take: int = 1, **how: object) -> Image.Image:
    """Edit the reference at its own size."""
    return painter.edit(prompt, [reference()], size=SIZE, tier="high", take=take, **how)  # type: ignore[arg-type]


def away(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on the average, 0 to 255."""
    pair = (picture.convert("RGB").crop(FRAME) for picture in (one, other))
    return sum(ImageStat.Stat(ImageChops.difference(*pair)).mean) / 3


def brightness(picture: Image.Image) -> float:
    """The mean brightness above the mark."""
    return ImageStat.Stat(picture.convert("L").crop(FRAME)).mean[0]


def alike(one: Image.Image, other: Image.Image) -> float:
    """How closely light and dark of two pictures go together, whatever their colours: 0 to 1."""
    pair = [
        np.asarray(picture.convert("L").filter(ImageFilter.FIND_EDGES).reduce(5)).ravel()
        for picture in (one, other)
    ]
    return abs(float(np.corrcoef(*pair)[0, 1]))


PROMPTS = (
    "make it night", "in the fog", "as an oil painting", "as an ink drawing", "in neon",
    "as a poster", "pixel art", "watercolour", "add a robot", "make everything blue", "zzz", "!",
)  # fmt: skip


@pytest.mark.parametrize("prompt", PROMPTS)
def test_another_take_of_an_edit_is_another_picture(prompt: str) -> None:
    """A tint or a style that draws nothing new differs from take to take all the same."""
    made = [edit(prompt, take).convert("RGB").tobytes() for take in (1, 2, 3)]
    assert len(set(made)) == 3


@pytest.mark.parametrize("prompt", PROMPTS)
def test_words_change_the_picture_and_keep_its_composition(prompt: str) -> None:
    """Whatever is said, the picture changes, and has the reference's lines."""
    made = edit(prompt)
    assert made.size == SIZE
    assert away(made, reference()) > 2

    stranger = painter.paint("a lighthouse at the coast", size=SIZE, tier="high")
    assert alike(made, reference()) > alike(stranger, reference())


def test_night_is_darker() -> None:
    """The words' time of day lights the reference."""
    assert brightness(edit("make it night")) < brightness(reference()) - 20


def test_blue_is_bluer() -> None:
    """A colour alone tints the whole picture."""
    red, _, blue = ImageStat.Stat(edit("make everything blue").crop(FRAME)).mean
    assert blue > red + 20


def test_takes_differ_and_repeat() -> None:
    """Another take gives another picture, the same take the same one."""
    assert edit("add a robot").tobytes() == edit("add a robot").tobytes()
    assert away(edit("add a robot"), edit("add a robot", take=2)) > 1


def test_details_are_lost_without_fidelity() -> None:
    """An unfaithful edit is further from the reference than a faithful one."""
    mask = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    assert away(edit("a boat", mask=mask), reference()) == 0
    assert away(edit("a boat", mask=mask, faithful=False), reference()) > 1


def test_markup_changes_what_its_strokes_enclose() -> None:
    """A circle drawn over the picture is painted anew inside, and nothing far from it is."""
    strokes = Image.new("RGBA", SIZE)
    ImageDraw.Draw(strokes).ellipse((20, 20, 120, 120), outline=(255, 0, 0, 255), width=4)
    made = edit("a cup of coffee", markup=strokes)
    changed = ImageChops.difference(made, reference())
    assert ImageStat.Stat(changed.crop((40, 40, 100, 100))).mean[0] > 5
    assert not changed.crop((160, 0, 320, 200)).getbbox()


def test_another_shape_keeps_the_whole_reference() -> None:
    """In a wider picture the reference stands whole in the middle, and its mask with it."""
    plain = Image.new("RGB", (100, 100), "navy")
    ImageDraw.Draw(plain).rectangle((0, 0, 99, 9), fill="yellow")
    mask = Image.new("RGBA", (100, 100), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (20, 50, 80, 90))
    made = painter.edit("a red apple", [plain], size=(480, 160), tier="high", mask=mask)
    assert made.getpixel((240, 5)) == (255, 255, 0)
    assert made.getpixel((240, 40)) == (0, 0, 128)
    assert made.getpixel((240, 110)) != (0, 0, 128)


def test_every_edit_says_that_it_is_simulated() -> None:
    """The mark is set over the reference's corner, as on a painted picture of the same size."""
    plain = Image.new("RGB", SIZE, "white")
    mask = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    made = painter.edit("a boat", [plain], size=SIZE, mask=mask)
    changed = ImageChops.difference(made, plain).getbbox()
    assert changed
    assert changed[0] > SIZE[0] * 0.6
    assert changed[1] > SIZE[1] * 0.8


@pytest.mark.parametrize("size", [(64, 640), (640, 64), (17, 16)])
def test_any_shape_can_be_edited(size: tuple[int, int]) -> None:
    """Very thin and very small pictures come out at their size."""
    made = painter.edit("a robot in the rain", [reference()] * 3, size=size)
    assert made.size == size


def test_an_edit_needs_a_picture() -> None:
    """Without a picture nothing can be edited."""
    with pytest.raises(InputError, match="picture to begin with"):
        painter.edit("a fox", [])
