from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from imagelab.errors import InputError
from imagelab.pictures import Reference
from imagelab.references.masks import take_markup, take_mask
from tests.references.making import encoded, opened, plain

FIRST = Reference.of(encoded(plain()))


def drawing(mode: str = "L") -> Image.Image:
    """Draw a white spot on black."""
    mask = Image.new("L", (64, 32))
    ImageDraw.Draw(mask).rectangle((10, 5, 20, 15), fill=255)
    return mask.convert(mode)


def cut_out() -> Image.Image:
    """Make a picture that is transparent in one spot."""
    image = plain(mode="RGBA")
    image.paste((0, 0, 0, 0), (10, 5, 21, 16))
    return image


def alpha_of(data: bytes) -> np.ndarray:
    """Read the alpha of a png."""
    return np.asarray(opened(data).getchannel("A"))


def test_a_legal_mask_goes_as_it_is() -> None:
    """A png with alpha, as large as the first image, is sent byte for byte."""
    data = encoded(cut_out())
    assert take_mask(data, FIRST).data == data


@pytest.mark.parametrize("mode", ["L", "1", "RGB", "P"])
def test_a_drawing_becomes_a_mask(mode: str) -> None:
    """White in a drawing is transparent in the mask: there the picture may be edited."""
    taken = take_mask(drawing(mode), FIRST)
    alpha = alpha_of(taken.data)
    assert taken.reference.mime == "image/png"
    assert (alpha[10, 15], alpha[25, 40]) == (0, 255)


def test_a_mask_of_too_many_bytes_is_refused_before_sending() -> None:
    """Noise in the alpha cannot be made small: the limit is named, and how to keep to it."""
    first = Reference.of(encoded(plain(2560, 2560)))
    noise = np.random.default_rng(0).integers(0, 255, (2560, 2560), np.uint8)
    mask = Image.new("RGBA", noise.shape)
    mask.putalpha(Image.fromarray(noise))
    with pytest.raises(InputError, match=r"has \d+\.\d MB, and a mask must stay below 4 MB: draw"):
        take_mask(encoded(mask, compress_level=1), first)


def test_colours_that_take_room_leave_a_mask() -> None:
    """A mask whose colours alone make it too large is sent as its alpha, and is small."""
    first = Reference.of(encoded(plain(1280, 1280)))
    noise = np.random.default_rng(0).integers(0, 255, (1280, 1280, 4), np.uint8)
    noise[..., 3] = 255
    noise[:100, :100, 3] = 0
    data = encoded(Image.fromarray(noise), compress_level=1)
    taken = take_mask(data, first)
    assert len(taken.data) < 2**16 < 2**22 < len(data)


def test_an_array_of_true_and_false_becomes_a_mask() -> None:
    """True in an array is where the picture may be edited."""
    alpha = alpha_of(take_mask(np.asarray(drawing()) > 0, FIRST).data)
    assert set(np.unique(alpha)) == {0, 255}
    assert (alpha == 0).sum() == 11 * 11


def test_a_drawing_saved_as_jpeg_becomes_a_mask() -> None:
    """The little colour that jpeg leaves at edges does not matter."""
    data = encoded(drawing("RGB"), "JPEG")
    assert alpha_of(take_mask(data, FIRST).data)[10, 15] < 10


def test_a_mask_of_few_colours_becomes_one_with_alpha() -> None:
    """A transparency that is no channel of its own is written as one."""
    image = cut_out().convert("LA").convert("RGBA").quantize(8)
    taken = take_mask(encoded(image), FIRST)
    assert opened(taken.data).mode == "RGBA"
    assert alpha_of(taken.data)[10, 15] == 0


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (plain(), "no alpha channel"),
        (plain(mode="RGBA"), "opaque everywhere"),
        (Image.new("L", (64, 32)), "black everywhere"),
        (drawing().resize((32, 32)), r"mask is 32x32, and the first image 64x32.*resize\(\(64, 32"),
        (b"no picture", "no picture"),
    ],
    ids=["no alpha", "opaque", "black", "size", "bytes"],
)
def test_a_mask_that_cannot_be_is_refused(mask: object, said: str) -> None:
    """What is no mask for this picture is an InputError that says what would be one."""
    with pytest.raises(InputError, match=said):
        take_mask(mask, FIRST)


def test_a_markup_is_what_was_drawn_over_the_picture() -> None:
    """A transparent png of the picture's size is taken as it is."""
    sheet = Image.new("RGBA", (64, 32))
    ImageDraw.Draw(sheet).line((0, 0, 60, 30), fill="red")
    data = encoded(sheet)
    assert take_markup(data, FIRST).data == data


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (plain(), "no transparent pixels"),
        (Image.new("RGBA", (64, 32)), "transparent everywhere"),
        (cut_out().resize((8, 8)), "markup is 8x8"),
    ],
    ids=["opaque", "nothing", "size"],
)
def test_a_markup_that_cannot_be_is_refused(markup: object, said: str) -> None:
    """What would hide the picture, shows nothing or does not fit is an InputError."""
    with pytest.raises(InputError, match=said):
        take_markup(markup, FIRST)
