from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imagelab.catalog import models, sizes
from imagelab.errors import InputError

FREE = models.get("gpt-image-2")
FIXED = models.get("gpt-image-1")


def allowed(width: int, height: int) -> bool:
    """Say by the published rules whether gpt-image-2 takes a size."""
    longer, shorter = max(width, height), min(width, height)
    return (
        width % 16 == height % 16 == 0
        and longer <= 3840
        and longer <= 3 * shorter
        and 655_360 <= width * height <= 8_294_400
    )


@pytest.mark.parametrize("size", ["1024x1024", "1536x1024", "1024x1536", "auto"])
def test_fixed_models_take_three_sizes_and_auto(size: str) -> None:
    """GPT Image 1 takes the square, the landscape, the portrait and auto."""
    assert sizes.problem(FIXED, size) is None


@pytest.mark.parametrize("size", ["512x512", "1024x1792", "big", "1024 x 1024", "0x0", ""])
def test_fixed_models_list_their_sizes(size: str) -> None:
    """Any other size is answered with the sizes that GPT Image 1 has."""
    problem = sizes.problem(FIXED, size)
    assert problem is not None
    assert "1024x1024, 1536x1024, 1024x1536 or auto" in problem


@pytest.mark.parametrize(
    "size", ["816x816", "1920x1088", "2880x2880", "3840x2160", "3840x1280", "480x1440", "auto"]
)
def test_free_models_take_any_size_in_their_limits(size: str) -> None:
    """gpt-image-2 takes every size that keeps the four rules."""
    assert sizes.problem(FREE, size) is None


@pytest.mark.parametrize(
    ("size", "nearest"),
    [
        ("1920x1080", "1920x1088"),
        ("800x800", "816x816"),
        ("512x512", "816x816"),
        ("1x1", "816x816"),
        ("256x144", "1088x608"),
        ("7680x4320", "3840x2160"),
        ("10000x10000", "2880x2880"),
        ("4000x1000", "3312x1104"),
    ],
)
def test_the_nearest_legal_size_is_named(size: str, nearest: str) -> None:
    """A size outside the limits is answered with them and the nearest size within."""
    problem = sizes.problem(FREE, size)
    assert problem is not None
    assert "multiples of 16" in problem
    assert problem.endswith(f"take {nearest}.")


@pytest.mark.parametrize(
    "size", ["big", "1024 x 1024", "0x0", "1024", "x1024", "-16x16", "1024X1024", "٣x٣", "9" * 5000]
)
def test_what_is_no_size_is_told_how_to_write_one(size: str) -> None:
    """A size that is not written as one is answered with how to write it."""
    problem = sizes.problem(FREE, size)
    assert problem is not None
    assert "WIDTHxHEIGHT" in problem
    with pytest.raises(InputError, match="WIDTHxHEIGHT"):
        sizes.parsed(size)


EDGES = st.integers(1, 249).map(lambda steps: 16 * steps) | st.integers(1, 4000)


@settings(deadline=None)
@given(EDGES, EDGES)
def test_legal_is_what_keeps_the_rules(width: int, height: int) -> None:
    """Of any two edges, those that keep the four rules are legal and no others."""
    assert (sizes.problem(FREE, f"{width}x{height}") is None) == allowed(width, height)


@settings(deadline=None)
@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_the_named_size_is_legal_itself(width: int, height: int) -> None:
    """Whatever size is asked, the one that is named instead is legal."""
    problem = sizes.problem(FREE, f"{width}x{height}")
    assume(problem is not None)
    named = str(problem).rpartition("take ")[2].removesuffix(".")
    assert sizes.problem(FREE, named) is None


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_a_written_size_is_read_back(width: int, height: int) -> None:
    """Parsing gives width and height as they were written."""
    assert sizes.parsed(f"{width}x{height}") == (width, height)


def test_auto_has_no_edges() -> None:
    """The size auto parses to None."""
    assert sizes.parsed("auto") is None


def test_every_listed_size_is_legal() -> None:
    """The sizes that the guide names are legal for the models that list them."""
    for model in models.all_models():
        listed = sizes.rule_of(model).listed
        assert [sizes.problem(model, size) for size in listed] == [None] * len(listed)
