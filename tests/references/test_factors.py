from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagelab.errors import InputError
from imagelab.references.factors import Choices
from tests.references.making import encoded, plain

A, B = encoded(plain(64, 32)), encoded(plain(32, 64))
SPOT = np.ones((32, 64), bool)


def test_each_value_has_a_name(tmp_path: Path) -> None:
    """Files are called by their names, what has none by its number, and equal names apart."""
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "fox.png").write_bytes(A)
    given = [tmp_path / "x" / "fox.png", tmp_path / "y" / "fox.png", B]
    assert Choices(given).axes == {"images": ("fox.png", "fox.png (2)", "image 3")}


def test_a_mapping_names_the_values() -> None:
    """Names that are given are kept, for images and for masks."""
    choices = Choices({"wide": A, "both": [A, B]}, mask={"spot": SPOT, "free": None})
    assert choices.axes == {"images": ("wide", "both"), "mask": ("spot", "free")}


def test_a_list_in_a_list_is_one_edit_of_several() -> None:
    """Lists are values one after the other; a list among them goes along together."""
    choices = Choices([A, [A, B]])
    several = choices.along({"images": choices.axes["images"][1]})
    assert several is not None
    assert len(several.images) == 2


def test_a_place_without_a_mask_is_named_so() -> None:
    """None among masks is a place that is edited everywhere."""
    choices = Choices(A, mask=[SPOT, None])
    assert choices.axes["mask"] == ("mask 1", "no mask")
    free = choices.along({"images": "image 1", "mask": "no mask"})
    assert free is not None
    assert free.mask is None


def test_a_mask_that_fits_one_image_only_is_told_of_the_other() -> None:
    """A mask is measured by the first image of each place."""
    choices = Choices({"wide": A, "tall": B}, mask=SPOT)
    assert choices.along({"images": "wide", "mask": "mask 1"})
    with pytest.raises(InputError, match="mask is 64x32, and the first image 32x64"):
        choices.along({"images": "tall", "mask": "mask 1"})


@pytest.mark.parametrize(
    ("images", "mask", "said"),
    [
        ([], None, "images has no values"),
        ({}, None, "images has no values"),
        ({3: A}, None, "name of a picture"),
        (None, SPOT, "give images too"),
        (A, [], "mask has no values"),
    ],
)
def test_what_cannot_vary_is_refused(images: object, mask: object, said: str) -> None:
    """No values, no names, and a mask without an image are InputErrors."""
    with pytest.raises(InputError, match=said):
        Choices(images, mask=mask)


def test_without_images_nothing_goes_along() -> None:
    """A sweep that edits nothing has no factors of pictures."""
    assert Choices(None).axes == {}
    assert Choices(None).along({}) is None
