"""The same sweep on another model, when its own is about to go."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from imagelab import Lab, Sweep
from imagelab.catalog.prices import price
from imagelab.errors import BudgetError, InputError, ModelError
from imagelab.replaying import warn_of_retirement
from imagelab.simulator import Fault, Simulator
from tests.servers import Asked, Server, answer, success, usage

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


@pytest.fixture
def two(open_lab: OpenLab) -> Iterator[tuple[Lab, dict[str, Simulator]]]:
    """A lab that is joined to two servers, each of which counts what it bills."""
    with Simulator() as first, Simulator(provider="vercel") as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a", concurrency=1)
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        yield lab, {"openai": first, "vercel": second}


BOTH = ["openai", "vercel"]


def test_a_replay_asks_each_picture_at_its_own_provider(
    two: tuple[Lab, dict[str, Simulator]],
) -> None:
    """Every sample is billed once where it stood, as each server counts, in a cell of its own."""
    lab, servers = two
    prompts, small = ["a fox", "an owl at night, by lamplight"], "1024x640"
    made = lab.compare(prompts, provider=BOTH, model="gpt-image-2", size=small, samples=3)
    both = made.replay("gpt-image-2.5-flare")
    for cell, one in zip(both.cells, both, strict=True):
        asked = (one.request.prompt, one.request.model, one.provider, str(one.sample))
        assert asked == tuple(cell.factors[n] for n in ("prompt", "model", "provider", "sample"))
    assert len({one.id for one in both}) == len(both._board().tiles) == 24
    for name, server in servers.items():
        billed = Counter(row.model.removeprefix("openai/") for row in server.billed.rows)
        rows = [one for one in both if one.provider == name]
        assert billed == Counter(one.request.model for one in rows)
        assert set(billed.values()) == {6}
        assert server.billed.nano == sum(one.cost_nano or 0 for one in rows)


def test_the_difference_is_told_for_each_provider(open_lab: OpenLab) -> None:
    """Where a gateway asks another price, its own pictures differ by its own prices."""
    asks = {"gpt-image-2": "0.00004", "gpt-image-2.5-flare": "0.000012"}
    listed = [
        {"id": f"openai/{model}", "type": "image", "pricing": {"input": "0.000005", "output": one}}
        for model, one in asks.items()
    ]

    def serve(asked: Asked) -> bytes:
        if asked.line.startswith("GET"):
            return answer(200, {"object": "list", "data": listed})
        return success(asked, usage=usage(asked.json["prompt"], 196))

    with Server(serve) as first, Server(serve) as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a")
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        made = lab.compare(["a fox", "an owl"], provider=BOTH, samples=2)
        both: Any = made.replay("gpt-image-2.5-flare")
        assert (first.posts, second.posts) == (8, 8)
    more = both.difference().frame.groupby("provider")["difference_usd"].sum()
    assert more["vercel"] == pytest.approx(4 * 196 * (12 - 40) * 1e-6)
    list_price = [price("openai", model) for model in asks]
    was, new = [one.image_out or 0 for one in list_price if one]
    assert more["openai"] == pytest.approx(4 * 196 * (new - was) * 1e-9)
    assert both.difference().usd["gpt-image-2.5-flare"] == pytest.approx(sum(more))
    assert [both[one].difference().usd["gpt-image-2.5-flare"] for one in BOTH] == [
        pytest.approx(more[one]) for one in BOTH
    ]


def test_a_model_that_one_provider_lacks_has_no_difference_there(
    two: tuple[Lab, dict[str, Simulator]],
) -> None:
    """What failed cost nothing, which is no price: it is in no sum, and the other provider's is."""
    lab, servers = two
    made = lab.compare("a fox", provider=BOTH, **SMALL)
    servers["vercel"].faults.add(Fault.retired())
    both: Any = made.replay("gpt-image-2.5-flare")
    told = both.difference()
    assert told.unknown == 1
    assert told.usd == both["openai"].difference().usd
    assert servers["vercel"].billed.pictures == 1


def test_a_part_of_one_provider_is_replayed_there_alone(
    two: tuple[Lab, dict[str, Simulator]],
) -> None:
    """The other provider hears nothing, and a cell that is left out shows nobody else's picture."""
    lab, servers = two
    made: Any = lab.compare("a fox", provider=BOTH, samples=3, **SMALL)
    servers["openai"].faults.add(Fault.retired().only(after=1))
    both = made["openai"].replay("gpt-image-2.5-flare")
    new = [one for one in both if one.request.model == "gpt-image-2.5-flare"]
    assert [(one.provider, one.status) for one in new] == [("openai", "done"), ("openai", "failed")]
    assert (len(both), len(list(both)), list(both.left)) == (6, 5, [5])
    assert (servers["openai"].billed.pictures, servers["vercel"].billed.pictures) == (4, 3)


def test_what_a_part_saved_is_its_own(lab: Lab) -> None:
    """Dollars saved by the pictures of a part do not count those of the whole."""
    lab.compare("a fox", quality=["low", "medium"])
    again: Any = lab.compare("a fox", quality=["low", "medium"])
    assert again[:1].saved_usd == pytest.approx(again[0].cost_usd)


def test_what_does_not_vary_has_no_difference(lab: Lab) -> None:
    """A factor of one value is an error that names those that vary."""
    made = lab.compare("a fox", quality=["low", "medium"])
    with pytest.raises(InputError, match="What varies is quality"):
        made.difference()
    assert made.difference("quality").usd["medium"] == pytest.approx((1056 - 272) * 40e-6)


def test_an_unknown_cost_is_in_no_sum(open_lab: OpenLab) -> None:
    """A picture that perhaps was billed has no cost to compare, and is counted."""
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
