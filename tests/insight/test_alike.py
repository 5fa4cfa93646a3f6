"""How alike two pictures are: numbers that others have computed too."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from imagelab.errors import PictureError
from imagelab.insight import alike
from imagelab.insight.alike import fitting, likeness, structural_similarity
from tests.insight.making import picture


def png(image: Image.Image) -> bytes:
    """Write a picture without loss."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def ramps() -> tuple[np.ndarray, np.ndarray]:
    """Make two grey pictures of 64 by 48 that differ in their slope."""
    y, x = np.mgrid[0:48, 0:64]
    return (x * 4 + y * 2) % 256, (x * 4 + y * 3 + 20) % 256


def test_ssim_is_what_others_compute() -> None:
    """scikit-image 0.26 gives 0.57856 for these, with the windows and constants of the paper."""
    one, other = (np.asarray(each, np.float32) for each in ramps())
    assert structural_similarity(one, other) == pytest.approx(0.57856, abs=5e-5)


def test_equal_pictures_are_alike() -> None:
    """A picture and itself, in another file format, have an SSIM of 1 and no difference."""
    one = Image.fromarray(ramps()[0].astype(np.uint8)).convert("RGB")
    other = io.BytesIO()
    one.save(other, "WEBP", lossless=True)
    same = likeness(png(one), other.getvalue())
    assert (same.ssim, same.mean_difference, same.fitted) == (1.0, 0.0, "")


def test_the_mean_difference_is_in_levels() -> None:
    """Ten levels more of red everywhere are a third of ten over three colours."""
    one, other = (Image.new("RGB", (40, 30), (red, 50, 50)) for red in (100, 110))
    assert likeness(png(one), png(other)).mean_difference == pytest.approx(10 / 3, abs=1e-3)


def test_the_map_shows_where_they_differ() -> None:
    """One pixel that differs by 200 levels is the only one that is not black."""
    one = Image.new("RGB", (40, 30), "black")
    other = one.copy()
    other.putpixel((7, 9), (0, 200, 30))
    drawn = Image.open(io.BytesIO(likeness(png(one), png(other)).map))
    assert (drawn.mode, drawn.size, drawn.getpixel((7, 9))) == ("L", (40, 30), 200)
    assert drawn.histogram()[0] == 40 * 30 - 1


def test_what_is_transparent_is_compared_too() -> None:
    """White on white paper would look equal: an opaque and a clear white are not."""
    opaque, clear = (Image.new("RGBA", (20, 20), (255, 255, 255, alpha)) for alpha in (255, 0))
    assert likeness(png(opaque), png(clear)).mean_difference == 255


def test_a_smaller_picture_is_enlarged_to_fit() -> None:
    """One colour at half the size differs in nothing, and the fitting is said."""
    found = likeness(
        png(Image.new("RGB", (64, 64), "teal")), png(Image.new("RGB", (32, 32), "teal"))
    )
    assert (found.ssim, found.mean_difference) == (1.0, 0.0)
    assert found.fitted == "32 × 32 fitted into 64 × 64"


def test_another_shape_is_laid_in_the_middle() -> None:
    """A wide picture in a square one leaves bands that count in no number."""
    square, wide = Image.new("RGB", (60, 60), "teal"), Image.new("RGB", (60, 30), "teal")
    square.paste("red", (0, 0, 60, 15))
    assert likeness(png(square), png(wide)).mean_difference == 0
    assert fitting((60, 60), (60, 30)).endswith("the numbers are of the 60 × 30 that both cover")


def test_tiny_pictures_have_numbers_too() -> None:
    """Pictures smaller than a window are compared all the same."""
    one, other = (png(Image.new("RGB", (3, 2), colour)) for colour in ("black", "white"))
    assert 0 <= likeness(one, other).ssim < 0.1


def test_what_was_compared_is_remembered_but_not_for_ever() -> None:
    """The second answer is the first one; of many pairs only the last are kept."""
    one, other = picture(20, 20), picture(20, 20, colour="#00ff00")
    first = likeness(one, other)
    assert likeness(one, other) is first
    for red in range(alike.REMEMBERED):
        likeness(one, picture(20, 20, colour=f"#{red:02x}0000"))
    assert likeness(one, other) is not first
    assert len(alike._known) == alike.REMEMBERED


def test_what_is_no_picture_is_refused() -> None:
    """Bytes that are no picture are an error of our own."""
    with pytest.raises(PictureError, match="no picture"):
        likeness(picture(20, 20), b"nonsense")
