"""Measures of one picture, and pictures that look alike."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter

from imagelab.errors import InputError
from imagelab.insight import metrics


def noise(seed: int = 0) -> Image.Image:
    """Draw a picture with structure at every scale."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8))
    fine = Image.fromarray(rng.integers(0, 255, (256, 256, 3), dtype=np.uint8))
    return Image.blend(small.resize((256, 256), Image.Resampling.BICUBIC), fine, 0.15)


def test_a_blurred_picture_is_less_sharp() -> None:
    """Sharpness falls when a picture is blurred, and a flat one has none."""
    sharp = noise()
    assert metrics.sharpness(sharp) > 3 * metrics.sharpness(sharp.filter(ImageFilter.BLUR))
    assert metrics.sharpness(Image.new("RGB", (64, 64), "red")) == 0


def test_grey_has_no_colour() -> None:
    """Colourfulness is 0 for greys and higher for vivid pictures."""
    assert metrics.colourfulness(noise().convert("L")) == pytest.approx(0)
    assert metrics.colourfulness(noise()) > 20


def test_colourfulness_is_the_published_formula() -> None:
    """Half pure red, half pure green: the figures of the paper's formula."""
    picture = Image.new("RGB", (2, 2), (255, 0, 0))
    picture.paste((0, 255, 0), (0, 0, 2, 1))
    rg, yb = np.array([255.0, -255.0]), np.array([127.5, 127.5])
    expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert metrics.colourfulness(picture) == pytest.approx(expected, abs=1e-3)


def test_alpha_is_the_transparent_part() -> None:
    """A quarter made clear is 0.25; a channel that is all opaque is none."""
    picture = Image.new("RGBA", (10, 10), "red")
    assert metrics.alpha(picture) == 0
    picture.paste((0, 0, 0, 0), (0, 0, 5, 5))
    assert metrics.alpha(picture) == 0.25


def test_copies_look_alike_and_others_do_not() -> None:
    """A copy scaled down and saved as JPEG is a near-duplicate; another picture is none."""
    out = io.BytesIO()
    noise(1).resize((180, 180)).save(out, "JPEG", quality=60)
    pictures = [noise(1), Image.open(out), noise(2)]
    hashes = [metrics.dhash(one) for one in pictures]
    log = pd.DataFrame({"id": [1, 2, 3], "prompt": ["a", "b", "c"], "dhash": hashes})
    pairs = metrics.near_duplicates(log)
    assert list(zip(pairs["id"], pairs["other"], strict=True)) == [(1, 2)]


def test_no_pictures_have_no_pairs() -> None:
    """An empty log has an empty table of pairs."""
    log = pd.DataFrame({"id": [], "prompt": [], "dhash": []})
    assert metrics.near_duplicates(log).empty


def test_an_edited_function_is_another_one() -> None:
    """The version follows what the code does, also inside it, and not what it is called."""
    plain = metrics.version(lambda picture: picture.width)
    assert plain == metrics.version(lambda picture: picture.width)
    assert plain != metrics.version(lambda picture: picture.height)
    inner = metrics.version(lambda picture: max(one + 1 for one in picture.size))
    assert inner != metrics.version(lambda picture: max(one + 2 for one in picture.size))


@pytest.mark.parametrize(("given", "kept"), [(np.float32(1.5), 1.5), (float("nan"), None)])
def test_numbers_of_numpy_are_numbers(given: object, kept: object) -> None:
    """What libraries give becomes a plain value; what is no number is a missing one."""
    assert metrics.checked("x", given) == kept


def test_a_list_is_no_measure() -> None:
    """A function that gives several values is told so."""
    with pytest.raises(InputError, match="list"):
        metrics.checked("x", [1, 2])


def test_an_unknown_measure_names_those_there_are() -> None:
    """A misspelt measure is an error that lists the built-in ones."""
    with pytest.raises(InputError, match="sharpness"):
        metrics.chosen(["sharpnes"], {})
