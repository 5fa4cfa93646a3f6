from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.catalog import abilities, models, sizes

ALL = models.all_models()
KNOWN = {model.id: model for model in ALL}


def said(model: str | None, **settings: Any) -> str:
    """Say all that is wrong with these settings at a model."""
    return " ".join(abilities.problems(KNOWN[model] if model else None, **settings))


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        ("gpt-image-2", {"input_fidelity": "high", "images": 1}, "choose gpt-image-1"),
        ("gpt-image-1-mini", {"input_fidelity": "high", "images": 1}, "choose low."),
        ("gpt-image-2", {"markup": True, "images": 1}, "choose gpt-image-2.5-sunburst"),
        ("gpt-image-2.5-flare", {"complexity": "low"}, "choose gpt-image-2.6-sunburst or"),
        ("gpt-image-2.6-flare", {"complexity": "huge"}, "choose low, medium or high"),
        ("gpt-image-1", {"partial_images": 4}, "from 0 to 3"),
        ("gpt-image-1", {"partial_images": True}, "from 0 to 3"),
        ("gpt-image-2.6-flare", {"frame_count": 1, "output_format": "gif"}, "from 2 to 16"),
        ("gpt-image-2.6-flare", {"frame_count": 4}, "are for output_format 'gif'"),
        ("gpt-image-2.6-flare", {"frame_duration_ms": 50}, "are for output_format 'gif'"),
        (
            "gpt-image-2.6-flare",
            {"frame_duration_ms": 655_351, "output_format": "gif"},
            "from 10 to 655,350",
        ),
        (
            "gpt-image-2.6-flare",
            {"output_format": "gif", "partial_images": 1},
            "cannot be streamed: leave partial_images out",
        ),
        (
            "gpt-image-2.6-flare",
            {"output_format": "gif", "mask": True, "images": 1},
            "takes no mask",
        ),
        (
            "gpt-image-2.6-flare",
            {"output_format": "svg", "partial_images": 0},
            "cannot be streamed",
        ),
        ("gpt-image-2.6-flare", {"svg": {"model": "gpt-6-sol"}}, "output_format 'svg'"),
        ("gpt-image-2.6-flare", {"svg": {"author": "me"}, "output_format": "svg"}, "{'model': ..."),
        (
            "gpt-image-2.6-flare",
            {"svg": {"reasoning": {"effort": "vast"}}, "output_format": "svg"},
            "choose none, minimal, low",
        ),
        ("gpt-image-1", {"images": 17}, "17 images are too many: one request takes 16"),
        ("gpt-image-1", {"mask": True}, "mask belongs to an edit"),
        ("gpt-image-2.5-flare", {"mask": True, "markup": True, "images": 1}, "choose one"),
        (None, {"images": 17}, "17 images"),
        (None, {"partial_images": -1}, "from 0 to 3"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(
    model: str | None, settings: dict[str, Any], words: str
) -> None:
    """Each wrong setting is a sentence that names what is allowed, or who can do it."""
    assert words in said(model, **settings)


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("gpt-image-1", {"input_fidelity": "high", "images": 16, "mask": True}),
        ("gpt-image-1-mini", {"input_fidelity": "low", "images": 1}),
        ("gpt-image-2.5-flare", {"markup": True, "images": 2}),
        ("gpt-image-2.6-flare", {"complexity": "high", "partial_images": 3}),
        ("gpt-image-2.6-flare", {"output_format": "gif", "frame_count": 2}),
        ("gpt-image-2.6-flare", {"output_format": "svg", "svg": {"reasoning": None}}),
        (None, {"complexity": "brand new", "input_fidelity": "middling", "images": 1}),
    ],
)
def test_what_can_be_asked_is_no_problem(model: str | None, settings: dict[str, Any]) -> None:
    """What a model can do passes; of a model that is not known only its provider can judge."""
    assert said(model, **settings) == ""


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from(ALL))
def test_an_edit_is_drawn_in_a_legal_size(width: int, height: int, model: models.Model) -> None:
    """The size for an edit of any picture is one that its model takes."""
    assert sizes.problem(model, abilities.like(model, width, height)) is None


@pytest.mark.parametrize(
    ("model", "picture", "expected"),
    [
        ("gpt-image-1", (4000, 3000), "1536x1024"),
        ("gpt-image-1", (1000, 1010), "1024x1024"),
        ("gpt-image-1", (300, 900), "1024x1536"),
        ("gpt-image-2", (1024, 1024), "1024x1024"),
        ("gpt-image-2", (1536, 1024), "1536x1024"),
        ("gpt-image-2", (4000, 3000), "1184x880"),
        ("gpt-image-2", (64, 64), "1024x1024"),
    ],
)
def test_an_edit_keeps_the_shape(model: str, picture: tuple[int, int], expected: str) -> None:
    """The size is the nearest in shape, about a megapixel; one that is legal is kept."""
    assert abilities.like(KNOWN[model], *picture) == expected


def test_of_a_model_that_is_not_known_the_size_is_left_open() -> None:
    """Where nobody knows the sizes the provider chooses."""
    assert abilities.like(None, 640, 480) == "auto"
