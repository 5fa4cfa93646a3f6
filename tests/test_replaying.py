"""The same sweep on another model, when its own is about to go."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from imagelab import Lab, Sweep
from imagelab.errors import BudgetError, InputError, ModelError
from imagelab.replaying import warn_of_retirement
from imagelab.simulator import Simulator

OpenLab = Callable[..., Lab]
SMALL = {"size": "1024x640", "model": "gpt-image-2"}


def test_the_same_sweep_stands_beside_itself_on_another_model(lab: Lab) -> None:
    """Every picture is asked of the other model too, and the model is a factor of the whole."""
    first = lab.compare(["a fox", "an owl"], quality=["low", "medium"], samples=2, **SMALL)
    both = first.replay("gpt-image-2.5-flare")
    assert (len(first), len(both)) == (8, 16)
    assert both.factors["model"] == ("gpt-image-2", "gpt-image-2.5-flare")
    for cell in both.cells[:8]:
        twin = both[cell.factors["prompt"], cell.factors["quality"], cell.factors["sample"]]
        assert {one.request.model for one in twin} == set(both.factors["model"])
    assert (both._board().column_name, len(both._board().rows)) == ("model", 4)


def test_a_replay_pays_for_the_new_model_only(lab: Lab) -> None:
    """What is there is not paid for again, and a second replay pays for nothing."""
    first = lab.compare("a fox", quality=["low", "medium"], **SMALL)
    both = first.replay("gpt-image-2.5-flare")
    spent = lab.spent_usd
    again = first.replay("gpt-image-2.5-flare")
    assert len(lab.log) == 4
    assert lab.spent_usd == spent
    assert [one.id for one in again] == [one.id for one in both]


def test_the_difference_is_told_in_figures(lab: Lab) -> None:
    """The dollars between the models, picture by picture and in all, are those of the ledger."""
    both = lab.compare("a fox", quality=["low", "medium"], **SMALL).replay("gpt-image-2.5-flare")
    told = both.difference()
    costs = lab.costs("model")["spent_usd"]
    more = costs["gpt-image-2.5-flare"] - costs["gpt-image-2"]
    assert told.usd["gpt-image-2.5-flare"] == pytest.approx(more)
    assert told.ratio["gpt-image-2.5-flare"] == pytest.approx(
        costs["gpt-image-2.5-flare"] / costs["gpt-image-2"]
    )
    assert list(told.frame["quality"]) == ["low", "medium"]
    assert "less than gpt-image-2" in str(told)
    assert "simulated money" in told._repr_html_()


def test_a_retired_model_has_a_successor_to_replay_on(lab: Lab) -> None:
    """Without a word the replay is on the model that follows."""
    both = lab.compare("a fox").replay()
    assert both.factors["model"] == ("gpt-image-1", "gpt-image-2.5-sunburst")


def test_a_zip_is_no_model(lab: Lab) -> None:
    """Playing a ZIP back is another thing, and the error says which."""
    with pytest.raises(InputError, match=r"Lab\(replay='foxes.zip'\)"):
        lab.compare("a fox").replay("foxes.zip")


def test_without_a_known_successor_a_model_is_to_be_named(lab: Lab) -> None:
    """Where nobody has named a successor, or there are several models, one has to be said."""
    with pytest.raises(InputError, match="gpt-image-2"):
        lab.compare("a fox", **SMALL).replay()


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("gpt-image-1", InputError),
        ("openai/gpt-image-1", InputError),
        ("gpt-image2", ModelError),
        ("", ModelError),
    ],
)
def test_a_replay_on_no_other_model_is_refused(
    lab: Lab, model: str, error: type[Exception]
) -> None:
    """The model that is here already, and one that nobody knows, are errors before sending."""
    made = lab.compare("a fox")
    with pytest.raises(error):
        made.replay(model)
    assert len(lab.log) == 1


def test_what_the_other_model_cannot_do_is_said_before_sending(lab: Lab) -> None:
    """A tier or size that the other model lacks is told of, and nothing is asked."""
    made = lab.compare("a fox", **SMALL)
    with pytest.raises(InputError, match="cannot do the same"):
        made.replay("gpt-image-1.5")
    assert len(lab.log) == 1


def test_a_replay_of_several_models_asks_once_for_each_picture(lab: Lab) -> None:
    """Two models side by side have one twin for each picture, not two."""
    made = lab.compare("a fox", model=["gpt-image-1", "gpt-image-1-mini"])
    both = made.replay("gpt-image-1.5")
    assert [one.request.model for one in both] == [
        "gpt-image-1",
        "gpt-image-1-mini",
        "gpt-image-1.5",
    ]
    assert both.difference().values == ("gpt-image-1-mini", "gpt-image-1.5")


def test_a_replay_keeps_to_the_budget(open_lab: OpenLab) -> None:
    """The other model's pictures are held like all others; what does not fit is not sent."""
    lab = open_lab(budget=0.012)
    made = lab.compare("a fox")
    with pytest.raises(BudgetError):
        made.replay("gpt-image-1.5")
    assert len(lab.log) == 1


def test_a_part_can_be_replayed(lab: Lab) -> None:
    """Some of the pictures, chosen by position or factor, are replayed alone."""
    made = lab.compare(["a fox", "an owl"], quality=["low", "medium"])
    part: Any = made["a fox"]
    assert len(part.replay("gpt-image-1-mini")) == 4


def test_a_replay_asks_the_provider_of_each_picture(open_lab: OpenLab) -> None:
    """Where several providers were compared, each is asked for the other model too."""
    with Simulator() as first, Simulator(provider="vercel") as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a")
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        made = lab.compare("a fox", provider=["openai", "vercel"], **SMALL)
        both = made.replay("gpt-image-2.5-flare")
    assert [(one.provider, one.request.model) for one in both][2:] == [
        ("openai", "gpt-image-2.5-flare"),
        ("vercel", "gpt-image-2.5-flare"),
    ]


def test_what_does_not_vary_has_no_difference(lab: Lab) -> None:
    """A factor of one value is an error that names those that vary."""
    made = lab.compare("a fox", quality=["low", "medium"])
    with pytest.raises(InputError, match="What varies is quality"):
        made.difference()
    assert made.difference("quality").usd["medium"] == pytest.approx((1056 - 272) * 40e-6)


def test_an_unknown_cost_is_in_no_sum(open_lab: OpenLab) -> None:
    """A picture that perhaps was billed has no cost to compare, and is counted."""
    from imagelab.simulator import Fault

    with Simulator(faults=[Fault.fail(500, billed=True).only(word="owl")]) as server:
        lab = open_lab("simulator", base_url=server.url)
        told = lab.compare(["a fox", "an owl"], quality=["low", "medium"]).difference("quality")
    assert told.unknown == 1
    assert "1 unknown, in no sum" in str(told)
    assert told.usd["medium"] == pytest.approx((1056 - 272) * 40e-6)


# --- the warning ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _unwarned() -> None:
    warn_of_retirement.cache_clear()


def test_the_warning_stands_at_the_persons_own_line(open_lab: OpenLab) -> None:
    """The warning points at the line that asked, whichever way it asked."""
    with Simulator() as server:
        lab = open_lab("openai", base_url=server.url, api_key="sk-a")
        for ask in (
            lambda: lab.generate("a fox", model="gpt-image-1"),
            lambda: lab.compare("a fox", model="gpt-image-1-mini"),
            lambda: lab.quote(Sweep("a fox", model="gpt-image-1.5")),
        ):
            with pytest.warns(UserWarning, match=r"shut down .* successor is") as told:
                ask()
            assert [one.filename for one in told] == [__file__]


def test_a_warning_comes_once_for_each_provider(open_lab: OpenLab) -> None:
    """OpenAI's last day is told once, and Azure's, which is another, too."""
    with Simulator() as server:
        lab = open_lab("openai", base_url=server.url, api_key="sk-a")
        with pytest.warns(UserWarning, match="2026-12-01"):
            lab.quote("a fox", model="gpt-image-1.5")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            lab.quote("a fox", model="gpt-image-1.5")
            lab.quote("a fox", model="gpt-image-2")
        lab.connect("azure", base_url=server.url, api_key="sk-b")
        with pytest.warns(UserWarning, match="at azure on 2026-12-16"):
            lab.quote(Sweep("a fox", model="gpt-image-1.5", provider="azure"))


def test_a_replay_on_a_model_that_goes_too_warns(open_lab: OpenLab) -> None:
    """Replaying on a model that is retired soon says so; the simulator says nothing."""
    with Simulator() as server:
        lab = open_lab("openai", base_url=server.url, api_key="sk-a")
        made = lab.compare("a fox")
        with pytest.warns(UserWarning, match=r"gpt-image-1\.5 (will be|was) shut down"):
            made.replay("gpt-image-1.5")
