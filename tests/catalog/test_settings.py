from __future__ import annotations

import dataclasses

import pytest

from imagelab.catalog import models, settings

FREE = models.get("gpt-image-2")
FIXED = models.get("gpt-image-1")


def test_nothing_set_is_no_problem() -> None:
    """A combination with nothing set has no problems."""
    assert settings.problems(FIXED) == []


def test_auto_is_legal_wherever_the_api_has_it() -> None:
    """Quality, size and background may be auto for every model."""
    for model in models.all_models():
        assert settings.problems(model, quality="auto", size="auto", background="auto") == []


def test_a_full_legal_request_has_no_problem() -> None:
    """All settings at once are fine when each is allowed."""
    found = settings.problems(
        FREE,
        prompt="a red fox in snow",
        quality="high",
        size="1920x1088",
        background="transparent",
        output_format="webp",
        output_compression=80,
    )
    assert found == []


@pytest.mark.parametrize("prompt", ["", "  ", "\n\t\u2003"])
def test_an_empty_prompt_is_a_problem(prompt: str) -> None:
    """A prompt without a visible letter is told to say something."""
    assert settings.problems(FIXED, prompt=prompt) == [
        "prompt is empty: write what the picture should show."
    ]


def test_a_prompt_may_fill_the_limit_and_no_more() -> None:
    """32,000 characters are taken, one more is a problem that names the limit."""
    assert settings.problems(FIXED, prompt="x" * 32_000) == []
    (problem,) = settings.problems(FIXED, prompt="x" * 32_001)
    assert "32,001 characters" in problem
    assert "at most 32,000" in problem


def test_a_prompt_must_be_text() -> None:
    """A prompt that is no text is a problem, not a crash."""
    (problem,) = settings.problems(FIXED, prompt=7)  # type: ignore[arg-type]
    assert "no text" in problem


def test_half_a_character_cannot_be_sent() -> None:
    """A lone surrogate in the prompt is a problem."""
    (problem,) = settings.problems(FIXED, prompt="fox \ud83e")
    assert "surrogate" in problem


@pytest.mark.parametrize("tier", ["xhigh", "standard", "", "LOW"])
def test_an_unknown_tier_lists_the_models_own(tier: str) -> None:
    """A tier that the model lacks is answered with those it has."""
    (problem,) = settings.problems(FIXED, quality=tier)
    assert f"{tier!r} is not one of gpt-image-1's: choose low, medium, high or auto" in problem


def test_a_tier_of_2_5_is_legal_there() -> None:
    """The tier xhigh is no problem for 2.5."""
    assert settings.problems(models.get("gpt-image-2.5-flare"), quality="xhigh") == []


def test_an_unknown_background_lists_the_known() -> None:
    """A background that does not exist is answered with those that do."""
    (problem,) = settings.problems(FIXED, background="blue")
    assert "choose transparent, opaque or auto" in problem


def test_a_jpeg_cannot_be_transparent() -> None:
    """A transparent jpeg is a problem that names png and webp; other formats are fine."""
    (problem,) = settings.problems(FIXED, background="transparent", output_format="jpeg")
    assert "png or webp" in problem
    assert settings.problems(FIXED, background="transparent", output_format="png") == []
    assert settings.problems(FIXED, background="transparent") == []


def test_a_model_without_transparency_says_so() -> None:
    """Where a model lacks transparent backgrounds, the ones it has are listed."""
    opaque = dataclasses.replace(FIXED, backgrounds=("opaque",))
    assert not opaque.transparent
    (problem,) = settings.problems(opaque, background="transparent")
    assert "choose opaque or auto" in problem


def test_an_unknown_format_lists_the_models_own() -> None:
    """A format that the model lacks is answered with those it has."""
    (problem,) = settings.problems(FREE, output_format="svg")
    assert "choose png, jpeg or webp" in problem


@pytest.mark.parametrize("compression", [-1, 101, 50.5, "80", True])
def test_compression_is_a_whole_number_to_100(compression: int) -> None:
    """Compression that is no whole number from 0 to 100 is a problem."""
    (problem,) = settings.problems(FIXED, output_format="jpeg", output_compression=compression)
    assert "from 0 to 100" in problem


@pytest.mark.parametrize("compression", [0, 100])
@pytest.mark.parametrize("output_format", ["jpeg", "webp"])
def test_jpeg_and_webp_can_be_compressed(compression: int, output_format: str) -> None:
    """Both ends of the range are legal for jpeg and webp."""
    found = settings.problems(FIXED, output_format=output_format, output_compression=compression)
    assert found == []


@pytest.mark.parametrize("output_format", ["png", None])
def test_a_png_cannot_be_compressed(output_format: str | None) -> None:
    """Compression with png, which is also what comes unasked, is a problem."""
    (problem,) = settings.problems(FIXED, output_format=output_format, output_compression=50)
    assert "is for jpeg or webp" in problem


def test_all_problems_come_at_once() -> None:
    """A combination with several faults names every one."""
    found = settings.problems(
        FIXED,
        prompt="",
        quality="max",
        size="1x1",
        background="blue",
        output_format="svg",
        output_compression=101,
    )
    assert len(found) == 6


@pytest.mark.parametrize(("tier", "near"), [("hd", "high"), ("standard", "medium"), ("HD", "high")])
def test_a_tier_of_dall_e_names_a_near_one(tier: str, near: str) -> None:
    """DALL-E's tiers are told from a slip of the pen, with the tier nearest to them."""
    (problem,) = settings.problems(FIXED, quality=tier)
    assert f"was DALL-E's; near it is '{near}'" in problem


def test_a_tier_in_capitals_is_suggested_in_lower_case() -> None:
    """A tier in capitals is refused with the same word in lower case."""
    (problem,) = settings.problems(FIXED, quality="High")
    assert "Did you mean 'high'?" in problem


@pytest.mark.parametrize("moderation", ["none", "High", 1])
def test_an_unknown_moderation_lists_the_known(moderation: object) -> None:
    """A choice of moderation that the API does not have is refused with those it has."""
    (problem,) = settings.problems(FIXED, moderation=moderation)  # type: ignore[arg-type]
    assert "choose auto or low" in problem


@pytest.mark.parametrize("moderation", [None, "auto", "low"])
def test_known_moderation_is_no_problem(moderation: str | None) -> None:
    """Both choices of moderation are legal, and none at all."""
    assert settings.problems(FIXED, moderation=moderation) == []


def test_several_prompts_are_told_where_to_go() -> None:
    """A list in place of a prompt is refused with what compares several."""
    (problem,) = settings.problems(FIXED, prompt=["a fox"])  # type: ignore[arg-type]
    assert "lab.compare" in problem
