from __future__ import annotations

import datetime as dt

import pytest

from imagelab.catalog import models
from imagelab.errors import ModelError

DAY = dt.date(2026, 11, 22)
FREE = models.get("gpt-image-2")
FIXED = models.get("gpt-image-1")


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
