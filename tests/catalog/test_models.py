from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from imagelab.catalog import models
from imagelab.errors import InputError, ModelError

DAY = dt.date(2026, 11, 22)
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


# --- which models there are, and how long they live ---


def test_every_model_from_1_to_2_6_is_listed() -> None:
    """The catalogue holds every GPT Image model, oldest first."""
    assert [model.id for model in models.all_models()] == [
        "gpt-image-1",
        "gpt-image-1-mini",
        "gpt-image-1.5",
        "chatgpt-image-latest",
        "gpt-image-2",
        "gpt-image-2.5-sunburst",
        "gpt-image-2.5-flare",
        "gpt-image-2.6-sunburst",
        "gpt-image-2.6-flare",
    ]


@pytest.mark.parametrize(
    ("model", "released", "shutdown", "then"),
    [
        ("gpt-image-1", dt.date(2025, 4, 23), dt.date(2026, 10, 23), "retired"),
        ("gpt-image-1-mini", dt.date(2025, 10, 6), dt.date(2026, 12, 1), "retiring"),
        ("gpt-image-1.5", dt.date(2025, 12, 16), dt.date(2026, 12, 1), "retiring"),
        ("chatgpt-image-latest", None, dt.date(2026, 12, 1), "retiring"),
        ("gpt-image-2", dt.date(2026, 4, 21), None, "active"),
        ("gpt-image-2.5-flare", dt.date(2026, 9, 8), None, "active"),
        ("gpt-image-2.6-sunburst", dt.date(2026, 11, 4), None, "active"),
    ],
)
def test_lives_are_dated(
    model: str, released: dt.date | None, shutdown: dt.date | None, then: str
) -> None:
    """Each model has its days, and from them its state on 2026-11-22."""
    known = models.get(model)
    assert (known.released, known.shutdown, models.state(known, DAY)) == (released, shutdown, then)


def test_a_model_is_retired_from_its_shutdown_day() -> None:
    """GPT Image 1 was retiring to the eve of its shutdown and is retired from that day."""
    assert models.state(FIXED, dt.date(2026, 10, 22)) == "retiring"
    assert models.state(FIXED, dt.date(2026, 10, 23)) == "retired"


def test_whoever_leaves_names_a_successor_that_stays() -> None:
    """Every model with a shutdown has catalogued successors that have none."""
    for model in models.all_models():
        if model.shutdown:
            heirs = [model.successor or "", *model.also_successors]
            assert [models.get(heir).shutdown for heir in heirs] == [None, None]


# --- by which names they are found ---


@pytest.mark.parametrize(
    "name",
    [
        "gpt-image-1.5",
        "gpt-image-1.5-2025-12-16",
        "openai/gpt-image-1.5",
        "openai/gpt-image-1.5-2025-12-16",
    ],
)
def test_prefix_and_snapshot_lead_to_the_model(name: str) -> None:
    """A gateway's prefix and the day of a snapshot may stand around an id."""
    assert models.get(name).id == "gpt-image-1.5"


def test_every_snapshot_leads_to_its_model() -> None:
    """The dated ids of every model find that model."""
    for model in models.all_models():
        assert {models.get(snapshot) for snapshot in model.snapshots} <= {model}


@pytest.mark.parametrize(
    "name", ["dall-e-3", "gpt-image", "", "GPT-IMAGE-1", "openai/", "vercel/gpt-image-2"]
)
def test_other_names_find_nothing(name: str) -> None:
    """A name that is no model's finds None."""
    assert models.find(name) is None


def test_a_misspelt_model_is_suggested() -> None:
    """An unknown model is a ModelError with close names and all the known ones."""
    with pytest.raises(ModelError) as caught:
        models.get("gpt-image2")
    message = str(caught.value)
    assert "Did you mean 'gpt-image-2'" in message
    assert "chatgpt-image-latest" in message


@pytest.mark.parametrize(
    ("name", "likest"),
    [("gpt-imge-1", "gpt-image-1"), ("GPT-Image-2.5-sunbirst", "gpt-image-2.5-sunburst")],
)
def test_only_the_likest_model_is_suggested(name: str, likest: str) -> None:
    """All models begin alike: those that are less like the word are no suggestion."""
    assert models.meant_model(name) == f"Did you mean {likest!r}?"


def test_half_a_name_suggests_the_whole_ones() -> None:
    """A model named without its variant suggests the variants, not its elders."""
    meant = "Did you mean 'gpt-image-2.6-sunburst' or 'gpt-image-2.6-flare'?"
    assert models.meant_model("gpt-image-2.6") == meant


def test_a_far_off_model_gets_no_guess() -> None:
    """Nothing is suggested for a name like no other, but the known ones are listed."""
    with pytest.raises(ModelError, match=r"^(?!.*Did you mean).*gpt-image-2"):
        models.get("claude")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("hihg", "high"), ("Medium", "medium"), ("lo", "low"), ("", None), ("standard", None)],
)
def test_a_misspelt_word_finds_its_neighbour(word: str, meant: str | None) -> None:
    """A misspelt word leads to the likely one, and to none if none is near."""
    assert models.closest(word, ["low", "medium", "high"]) == meant


# --- what they can do ---


def test_only_2_5_and_2_6_have_five_tiers() -> None:
    """Tiers ascend; xhigh and max came with 2.5."""
    tiers = {model.architecture: model.tiers for model in models.all_models()}
    assert tiers["gpt-image-1"] == tiers["gpt-image-2"] == ("low", "medium", "high")
    assert tiers["gpt-image-2.5"] == tiers["gpt-image-2.6"]
    assert tiers["gpt-image-2.5"] == ("low", "medium", "high", "xhigh", "max")


def test_fidelity_of_references_is_a_matter_of_the_first_models() -> None:
    """Mini takes low fidelity only, and 2.x none at all."""
    assert FIXED.input_fidelity == ("low", "high")
    assert models.get("gpt-image-1-mini").input_fidelity == ("low",)
    assert FREE.input_fidelity == ()


def test_gif_and_svg_are_a_matter_of_2_6() -> None:
    """Only 2.6 draws gif and svg and takes complexity."""
    able = {model.architecture for model in models.all_models() if "svg" in model.formats}
    planners = {model.architecture for model in models.all_models() if model.complexity}
    assert able == planners == {"gpt-image-2.6"}


def test_transparency_is_left_to_the_server_on_2() -> None:
    """A transparent background on gpt-image-2 is not refused here, and its note warns."""
    assert FREE.transparent
    assert "server decides" in FREE.note


def test_whether_2_5_does_batches_is_unknown() -> None:
    """Where sources disagree a capability is None."""
    assert models.get("gpt-image-2.5-flare").batch is None
    assert FREE.batch is True


# --- sizes ---


@pytest.mark.parametrize("size", ["1024x1024", "1536x1024", "1024x1536", "auto"])
def test_fixed_models_take_three_sizes_and_auto(size: str) -> None:
    """GPT Image 1 takes the square, the landscape, the portrait and auto."""
    assert models.size_problem(FIXED, size) is None


@pytest.mark.parametrize("size", ["512x512", "1024x1792", "big", "1024 x 1024", "0x0", ""])
def test_fixed_models_list_their_sizes(size: str) -> None:
    """Any other size is answered with the sizes that GPT Image 1 has."""
    problem = models.size_problem(FIXED, size)
    assert problem is not None
    assert "1024x1024, 1536x1024, 1024x1536 or auto" in problem


@pytest.mark.parametrize(
    "size", ["816x816", "1920x1088", "2880x2880", "3840x2160", "3840x1280", "480x1440", "auto"]
)
def test_free_models_take_any_size_in_their_limits(size: str) -> None:
    """gpt-image-2 takes every size that keeps the four rules."""
    assert models.size_problem(FREE, size) is None


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
    problem = models.size_problem(FREE, size)
    assert problem is not None
    assert "multiples of 16" in problem
    assert problem.endswith(f"take {nearest}.")


@pytest.mark.parametrize(
    "size", ["big", "1024 x 1024", "0x0", "1024", "x1024", "-16x16", "1024X1024", "٣x٣", "9" * 5000]
)
def test_what_is_no_size_is_told_how_to_write_one(size: str) -> None:
    """A size that is not written as one is answered with how to write it."""
    problem = models.size_problem(FREE, size)
    assert problem is not None
    assert "WIDTHxHEIGHT" in problem
    with pytest.raises(InputError, match="WIDTHxHEIGHT"):
        models.parse_size(size)


EDGES = st.integers(1, 249).map(lambda steps: 16 * steps) | st.integers(1, 4000)


@settings(deadline=None)
@given(EDGES, EDGES)
def test_legal_is_what_keeps_the_rules(width: int, height: int) -> None:
    """Of any two edges, those that keep the four rules are legal and no others."""
    assert (models.size_problem(FREE, f"{width}x{height}") is None) == allowed(width, height)


@settings(deadline=None)
@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_the_named_size_is_legal_itself(width: int, height: int) -> None:
    """Whatever size is asked, the one that is named instead is legal."""
    problem = models.size_problem(FREE, f"{width}x{height}")
    assume(problem is not None)
    named = str(problem).rpartition("take ")[2].removesuffix(".")
    assert models.size_problem(FREE, named) is None


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_a_written_size_is_read_back(width: int, height: int) -> None:
    """Parsing gives width and height as they were written."""
    assert models.parse_size(f"{width}x{height}") == (width, height)


def test_auto_has_no_edges() -> None:
    """The size auto parses to None."""
    assert models.parse_size("auto") is None


def test_every_listed_size_is_legal() -> None:
    """The sizes that the guide names are legal for the models that list them."""
    for model in models.all_models():
        listed = models.size_rule(model).listed
        assert [models.size_problem(model, size) for size in listed] == [None] * len(listed)


# --- one combination ---


def test_nothing_set_is_no_problem() -> None:
    """A combination with nothing set has no problems."""
    assert models.problems(FIXED) == []


def test_auto_is_legal_wherever_the_api_has_it() -> None:
    """Quality, size and background may be auto for every model."""
    for model in models.all_models():
        assert models.problems(model, quality="auto", size="auto", background="auto") == []


def test_a_full_legal_request_has_no_problem() -> None:
    """All settings at once are fine when each is allowed."""
    found = models.problems(
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
    assert models.problems(FIXED, prompt=prompt) == [
        "prompt is empty: write what the picture should show."
    ]


def test_a_prompt_may_fill_the_limit_and_no_more() -> None:
    """32,000 characters are taken, one more is a problem that names the limit."""
    assert models.problems(FIXED, prompt="x" * 32_000) == []
    (problem,) = models.problems(FIXED, prompt="x" * 32_001)
    assert "32,001 characters" in problem
    assert "at most 32,000" in problem


def test_a_prompt_must_be_text() -> None:
    """A prompt that is no text is a problem, not a crash."""
    (problem,) = models.problems(FIXED, prompt=7)  # type: ignore[arg-type]
    assert "no text" in problem


def test_half_a_character_cannot_be_sent() -> None:
    """A lone surrogate in the prompt is a problem."""
    (problem,) = models.problems(FIXED, prompt="fox \ud83e")
    assert "surrogate" in problem


@pytest.mark.parametrize("tier", ["xhigh", "standard", "", "LOW"])
def test_an_unknown_tier_lists_the_models_own(tier: str) -> None:
    """A tier that the model lacks is answered with those it has."""
    (problem,) = models.problems(FIXED, quality=tier)
    assert f"{tier!r} is not one of gpt-image-1's: choose low, medium, high or auto" in problem


def test_a_tier_of_2_5_is_legal_there() -> None:
    """The tier xhigh is no problem for 2.5."""
    assert models.problems(models.get("gpt-image-2.5-flare"), quality="xhigh") == []


def test_an_unknown_background_lists_the_known() -> None:
    """A background that does not exist is answered with those that do."""
    (problem,) = models.problems(FIXED, background="blue")
    assert "choose transparent, opaque or auto" in problem


def test_a_jpeg_cannot_be_transparent() -> None:
    """A transparent jpeg is a problem that names png and webp; other formats are fine."""
    (problem,) = models.problems(FIXED, background="transparent", output_format="jpeg")
    assert "png or webp" in problem
    assert models.problems(FIXED, background="transparent", output_format="png") == []
    assert models.problems(FIXED, background="transparent") == []


def test_a_model_without_transparency_says_so() -> None:
    """Where a model lacks transparent backgrounds, the ones it has are listed."""
    opaque = dataclasses.replace(FIXED, backgrounds=("opaque",))
    assert not opaque.transparent
    (problem,) = models.problems(opaque, background="transparent")
    assert "choose opaque or auto" in problem


def test_an_unknown_format_lists_the_models_own() -> None:
    """A format that the model lacks is answered with those it has."""
    (problem,) = models.problems(FREE, output_format="svg")
    assert "choose png, jpeg or webp" in problem


@pytest.mark.parametrize("compression", [-1, 101, 50.5, "80", True])
def test_compression_is_a_whole_number_to_100(compression: int) -> None:
    """Compression that is no whole number from 0 to 100 is a problem."""
    (problem,) = models.problems(FIXED, output_format="jpeg", output_compression=compression)
    assert "from 0 to 100" in problem


@pytest.mark.parametrize("compression", [0, 100])
@pytest.mark.parametrize("output_format", ["jpeg", "webp"])
def test_jpeg_and_webp_can_be_compressed(compression: int, output_format: str) -> None:
    """Both ends of the range are legal for jpeg and webp."""
    found = models.problems(FIXED, output_format=output_format, output_compression=compression)
    assert found == []


@pytest.mark.parametrize("output_format", ["png", None])
def test_a_png_cannot_be_compressed(output_format: str | None) -> None:
    """Compression with png, which is also what comes unasked, is a problem."""
    (problem,) = models.problems(FIXED, output_format=output_format, output_compression=50)
    assert "is for jpeg or webp" in problem


def test_all_problems_come_at_once() -> None:
    """A combination with several faults names every one."""
    found = models.problems(
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
    (problem,) = models.problems(FIXED, quality=tier)
    assert f"was DALL-E's; near it is '{near}'" in problem


def test_a_tier_in_capitals_is_suggested_in_lower_case() -> None:
    """A tier in capitals is refused with the same word in lower case."""
    (problem,) = models.problems(FIXED, quality="High")
    assert "Did you mean 'high'?" in problem


@pytest.mark.parametrize("moderation", ["none", "High", 1])
def test_an_unknown_moderation_lists_the_known(moderation: object) -> None:
    """A choice of moderation that the API does not have is refused with those it has."""
    (problem,) = models.problems(FIXED, moderation=moderation)  # type: ignore[arg-type]
    assert "choose auto or low" in problem


@pytest.mark.parametrize("moderation", [None, "auto", "low"])
def test_known_moderation_is_no_problem(moderation: str | None) -> None:
    """Both choices of moderation are legal, and none at all."""
    assert models.problems(FIXED, moderation=moderation) == []


def test_several_prompts_are_told_where_to_go() -> None:
    """A list in place of a prompt is refused with what compares several."""
    (problem,) = models.problems(FIXED, prompt=["a fox"])  # type: ignore[arg-type]
    assert "lab.compare" in problem


def test_a_farewell_names_day_and_successor() -> None:
    """A model that is shut down on a known day says which, and what follows it."""
    told = models.farewell("gpt-image-1", dt.date(2026, 10, 23))
    assert told is not None
    assert told.startswith(
        "gpt-image-1 was shut down on 2026-10-23; its successor is gpt-image-2.5"
    )
    assert "will be" in (models.farewell("gpt-image-1", dt.date(2026, 10, 22)) or "")


def test_who_stays_has_no_farewell() -> None:
    """A model without an announced end, and one that nobody knows, say nothing."""
    assert models.farewell("gpt-image-2.5-flare", dt.date(2026, 10, 23)) is None
    assert models.farewell("my-own-model", dt.date(2026, 10, 23)) is None


def test_a_model_that_ends_in_a_year_stays() -> None:
    """Azure has named a last day for gpt-image-2; only when it is near is there a farewell."""
    assert models.farewell("gpt-image-2", dt.date(2026, 11, 25), "azure") is None
    told = models.farewell("gpt-image-2", dt.date(2027, 9, 1), "azure")
    assert told == ("gpt-image-2 will be shut down at azure on 2027-10-21; no successor is named.")


@pytest.mark.parametrize("provider", ["vercel", "127.0.0.1:8000"])
def test_a_day_that_is_openais_is_said_to_be(provider: str) -> None:
    """Where a provider has told no day of its own, nobody says that it has one."""
    told = models.farewell("gpt-image-1", dt.date(2026, 11, 26), provider)
    assert told == (
        f"gpt-image-1 was shut down by OpenAI on 2026-10-23 (whether {provider} serves it longer "
        "is not known); its successor is gpt-image-2.5-sunburst."
    )


def test_a_provider_keeps_its_own_days() -> None:
    """The mini is retired at OpenAI while Azure still serves it."""
    mini, day = models.get("gpt-image-1-mini"), dt.date(2026, 12, 24)
    assert (models.state(mini, day), models.state(mini, day, "azure")) == ("retired", "retiring")
