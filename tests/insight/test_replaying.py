"""A recorded comparison of several providers: each answers again for what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab import Comparison, Lab, Sweep
from imagelab.actions import CellActions
from imagelab.errors import InputError
from imagelab.simulator import Fault, Simulator

OpenLab = Callable[..., Lab]
BOTH = ["openai", "vercel"]
ASKED: dict[str, Any] = {
    "prompts": ["a fox", "an owl"],
    "quality": ["low", "medium"],
    "size": "1024x640",
    "model": "gpt-image-2",
    "samples": 3,
}


class Recording:
    """Two servers that were compared, what came of it, and its ZIP."""

    def __init__(self, folder: Path, first: Simulator, second: Simulator) -> None:
        self.folder, self.servers = folder, (first, second)
        # Its pictures are to be others than the first one's.
        self.open("vercel", "before", second).compare(**ASKED)
        self.lab = self.open("openai", "data", first)
        self.lab.connect("vercel", base_url=second.url, api_key="sk-b")
        self.lab.prices.add("gpt-image-2", provider="vercel", image_out=75, source="a contract")
        self.made = self.lab.compare(**ASKED, provider=BOTH)
        self.zip = self.made.zip(folder / "file.zip")

    def open(self, provider: str, path: str, server: Simulator) -> Lab:
        """Open a lab at a server."""
        return Lab(provider, base_url=server.url, api_key="sk-a", path=self.folder / path)

    @property
    def requests(self) -> list[int]:
        """How many requests each server was asked."""
        return [one.requests for one in self.servers]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """Two prompts at two tiers, three times each, at two providers of whom one asks more."""
    with Simulator() as first, Simulator(provider="vercel") as second:
        made = Recording(tmp_path_factory.mktemp("recording"), first, second)
        yield made
        made.lab.close()


def shown(comparison: Comparison) -> list[tuple[object, ...]]:
    """What stands in each cell: factors, picture, money and the price that it was paid at."""
    return [
        (dict(cell.factors), one.picture, one.cost_nano, one.price, one.status)
        for cell, one in zip(comparison.cells, comparison, strict=True)
    ]


def test_each_provider_answers_for_itself(recorded: Recording, open_lab: OpenLab) -> None:
    """Every cell has the picture and the cost it had, and nobody is asked but the recording."""
    before = recorded.requests
    lab = open_lab(replay=recorded.zip, concurrency=16)
    again = lab.compare(**ASKED, provider=BOTH)
    assert shown(again) == shown(recorded.made)
    assert len({one.picture for one in again}) == len({one.id for one in again}) == 24
    assert recorded.requests == before
    assert set(again.came.values()) == {"sent"}
    assert set(lab.compare(**ASKED, provider=BOTH).came.values()) == {"ledger"}


def test_a_fresh_take_is_the_same_providers(recorded: Recording, open_lab: OpenLab) -> None:
    """Asked anew, each cell has what its own provider gave, in whatever order answers come."""
    lab = open_lab(replay=recorded.zip, concurrency=16)
    backwards = lab.compare(**ASKED, provider=BOTH[::-1])
    fresh = lab.compare(**ASKED, provider=BOTH, fresh=True)
    assert [one.picture for one in fresh] == [one.picture for one in recorded.made]
    assert {one.picture for one in backwards} == {one.picture for one in fresh}


def test_the_provider_is_the_factor_that_it_was(recorded: Recording, open_lab: OpenLab) -> None:
    """Grid, table and costs name each provider as the first comparison did."""
    again, made = open_lab(replay=recorded.zip).compare(**ASKED, provider=BOTH), recorded.made
    assert again.factors == made.factors
    assert (again._board().columns, again._board().rows) == (
        made._board().columns,
        made._board().rows,
    )
    assert list(again.frame["provider"]) == list(made.frame["provider"])
    assert again.costs("provider").equals(made.costs("provider"))
    part: Any = again["vercel"]
    assert [one.picture for one in part] == [one.picture for one in made["vercel"]]  # type: ignore[union-attr]


def test_real_money_and_the_replays_never_meet(recorded: Recording) -> None:
    """In one folder the replay spends simulated money only, and no row of it is a paid one."""
    before, spent = recorded.requests, recorded.lab.spent_usd
    with Lab(replay=recorded.zip, path=recorded.lab.path, budget=100) as replay:
        again = replay.compare(**ASKED, provider=BOTH)
        assert set(again.came.values()) == {"sent"}
        assert all(one.simulated for one in again)
        assert replay.spent_usd == pytest.approx(again.frame["cost_usd"].sum())
    assert recorded.lab.spent_usd == spent
    back = recorded.lab.compare(**ASKED, provider=BOTH)
    assert [one.id for one in back] == [one.id for one in recorded.made]
    assert recorded.requests == before


def test_a_bill_above_todays_prices_is_held_in_full(recorded: Recording, open_lab: OpenLab) -> None:
    """What cost more then than the list says now has its money set aside, and stops no run."""
    again = open_lab(replay=recorded.zip).compare(**ASKED, provider="vercel")
    assert not again.left
    assert all(one.hold_nano >= (one.cost_nano or 0) > (one.quoted_nano or 0) for one in again)


def test_quotes_are_at_each_providers_list(recorded: Recording, open_lab: OpenLab) -> None:
    """A price of your own for a provider is that of its replay, too."""
    lab = open_lab(replay=recorded.zip)
    was = {one: lab.quote(Sweep("a fox", provider=one)).nano or 0 for one in BOTH}
    lab.prices.add("gpt-image-2", provider="vercel", image_out=300)
    now = {one: lab.quote(Sweep("a fox", provider=one)).nano or 0 for one in BOTH}
    assert now["openai"] == was["openai"]
    assert now["vercel"] - was["vercel"] == 196 * 270_000


def test_who_names_no_provider_gets_the_firsts(recorded: Recording, open_lab: OpenLab) -> None:
    """The lab's own provider is the one that stands first in the recording."""
    again = open_lab(replay=recorded.zip).compare(**ASKED)
    assert [one.picture for one in again] == [one.picture for one in recorded.made["openai"]]  # type: ignore[union-attr]


def test_what_was_not_recorded_there_is_said(recorded: Recording, open_lab: OpenLab) -> None:
    """A picture that a provider did not make is told as its own gap, and costs nothing."""
    made: Any = recorded.made
    half = (made["a fox"])[:9]  # of the owl nothing, of the fox at medium only openai's
    lab = open_lab(replay=half.zip(recorded.folder / "half.zip"))
    again = lab.compare(**ASKED, provider=BOTH)
    gone = [one for one in again if one.status != "done"]
    assert (len(gone), lab.spent_usd) == (15, pytest.approx(half.frame["cost_usd"].sum()))
    words = {str(one.error).partition(". It was")[0] for one in gone}
    assert (
        "The provider answered 400: This replay holds no picture of 'a fox' with gpt-image-2 "
        "medium 1024x640 at vercel. It holds 3 requests at vercel, of the prompts 'a fox'"
    ) in words


def test_a_provider_that_was_not_recorded_is_refused(
    recorded: Recording, open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else is asked in its place, real or simulated; the message names who is there."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "az-0123456789")
    lab = open_lab(replay=recorded.zip)
    for other in ("azure", "simulator", "opnai"):
        with pytest.raises(InputError, match=f"nothing of '{other}', but of openai and vercel"):
            lab.compare(**ASKED, provider=["openai", other])
    assert lab.log.empty


def test_who_is_recorded_need_not_be_joined(recorded: Recording, open_lab: OpenLab) -> None:
    """Joining a recorded provider asks for no key, and says that the recording answers."""
    lab = open_lab(replay=recorded.zip)
    with pytest.raises(InputError, match="leave connect out"):
        lab.connect("vercel", base_url=recorded.servers[1].url)
    assert "Replay of file.zip, openai" in repr(lab)
    assert "Replay of file.zip, vercel" in lab._repr_html_()


def test_a_simulator_that_is_joined_is_asked(open_lab: OpenLab, tmp_path: Path) -> None:
    """Joined by its name, a simulator answers under it, and no more what was recorded of one."""
    packed = open_lab().compare("a fox", quality=["low", "medium"]).zip(tmp_path / "file.zip")
    lab = open_lab(replay=packed, path=tmp_path / "out")
    again = lab.compare("a fox", provider="simulator")
    with Simulator() as server:
        lab.connect("simulator", base_url=server.url)
        there = lab.compare(["a fox", "an owl"], provider="simulator")
        assert server.requests == 2
    assert {one.provider for one in there} == {"simulator"}
    assert {one.provider for one in again} == {one.provider for one in lab.compare("a fox")}


def test_it_goes_wrong_where_it_went_wrong(open_lab: OpenLab, tmp_path: Path) -> None:
    """What one provider refused or lost is refused and lost there, and came of the other."""
    faults = [Fault.moderated_input().only(word="fox"), Fault.fail(500, billed=True)]
    with Simulator() as first, Simulator(provider="vercel", faults=faults) as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a")
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        made = lab.compare(["a fox", "an owl"], provider=BOTH)
    again = open_lab(replay=made.zip(tmp_path / "file.zip"), path=tmp_path / "out").compare(
        ["a fox", "an owl"], provider=BOTH
    )
    told = [[(one.status, one.billed) for one in each] for each in (made, again)]
    assert told[0] == told[1]
    assert [status for status, _ in told[0]] == ["done", "refused", "done", "unknown"]


def test_the_code_of_a_replay_runs_on_it(
    recorded: Recording, open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code names the providers as they were asked: the first comparison's, and the replay's own."""
    lab = open_lab(replay=recorded.zip)
    again = lab.compare(**ASKED, provider=BOTH)
    assert 'provider=["openai", "vercel"]' in again.code
    call = recorded.made.code.partition("lab = ")[2].partition("\n")[2]
    assert again.code.endswith(call)
    found = eval(call, {"lab": lab})  # noqa: S307
    assert [one.id for one in found] == [one.id for one in again]
    opened = imagelab.open_zip(recorded.zip)
    assert opened.code.endswith(call)
    monkeypatch.chdir(recorded.folder)
    space: dict[str, Any] = {}
    exec(again.code, space)  # noqa: S102
    with space["lab"] as other:
        assert {one.provider for one in again} == set(other.log["provider"])


def test_the_code_of_one_picture_names_its_provider(recorded: Recording, open_lab: OpenLab) -> None:
    """What a cell's menu copies asks for that very picture again, of the ledger."""
    lab = open_lab(replay=recorded.zip)
    again = lab.compare(**ASKED, provider=BOTH)
    actions = CellActions(again._session, again.cells, again.generations, again.came)
    code = actions.code(10)
    assert 'provider="vercel"' in code
    assert eval(code, {"lab": lab}).id == again[10].id  # type: ignore[union-attr]  # noqa: S307


def test_a_replay_of_a_replay_knows_them_too(
    recorded: Recording, open_lab: OpenLab, tmp_path: Path
) -> None:
    """What a replay brought is packed and replayed as well, at the first costs."""
    first = open_lab(replay=recorded.zip).compare(**ASKED, provider=BOTH)
    first.zip(tmp_path / "second.zip")
    second = open_lab(replay=tmp_path / "second.zip", path=tmp_path / "b")
    assert shown(second.compare(**ASKED, provider=BOTH)) == shown(recorded.made)


def test_what_was_said_comes_along_at_each_provider(open_lab: OpenLab, tmp_path: Path) -> None:
    """Stars and votes are about the provider's picture they were about, though bytes are equal."""
    with Simulator() as first, Simulator(provider="vercel") as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a")
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        made: Any = lab.compare("a fox", provider=BOTH)
    assert made[0].picture == made[1].picture
    lab.note(made["vercel"], remark="the gateway's")
    made.add_votes([(made[0], made[1], "right")], rater="ann", by="provider")
    replay = open_lab(replay=made.zip(tmp_path / "file.zip"), path=tmp_path / "out")
    again: Any = replay.compare("a fox", provider=BOTH)
    assert list(again.frame["remark"])[1] == "the gateway's"
    assert list(again.frame["star"]) == [False, True]
    assert [(one.left, one.right, one.winner) for one in again.votes] == [
        (again[0].id, again[1].id, "right")
    ]


def test_one_provider_is_known_by_its_name(open_lab: OpenLab, tmp_path: Path) -> None:
    """The provider of a ZIP with only one may be named or not: it is the same picture."""
    with Simulator() as server:
        lab = open_lab("openai", base_url=server.url, api_key="sk-a")
        made = lab.compare("a fox", provider="openai")
        made.zip(tmp_path / "file.zip")
        assert server.requests == 1
        replay = open_lab(replay=tmp_path / "file.zip")
        for words in ({"provider": "openai"}, {}, {"model": "openai/gpt-image-2"}):
            assert [one.picture for one in replay.compare("a fox", **words)] == [made[0].picture]  # type: ignore[arg-type, union-attr]
        assert len(replay.log) == 2
        assert server.requests == 1


def test_a_servers_own_name_of_a_model_is_kept(open_lab: OpenLab, tmp_path: Path) -> None:
    """A server that says openai/ in the names of its models is replayed under these names."""
    with Simulator(provider="vercel") as server:
        lab = open_lab(base_url=server.url, api_key="sk-a", model="openai/gpt-image-2")
        made: Any = lab.compare("a fox")
    replay = open_lab(replay=made.zip(tmp_path / "file.zip"))
    for model in (None, "openai/gpt-image-2"):
        again: Any = replay.compare("a fox", model=model)
        assert (again[0].picture, again[0].request.model) == (made[0].picture, "openai/gpt-image-2")


def test_both_models_of_a_replay_are_replayed(open_lab: OpenLab, tmp_path: Path) -> None:
    """A comparison and its replay on another model come back at each provider, for nothing."""
    with Simulator() as first, Simulator(provider="vercel") as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a")
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        both = lab.compare("a fox", provider=BOTH, samples=2).replay("gpt-image-2.5-flare")
        both.zip(tmp_path / "both.zip")
        asked = (first.requests, second.requests)
        replay = open_lab(replay=tmp_path / "both.zip", path=tmp_path / "out")
        again = replay.compare("a fox", provider=BOTH, samples=2).replay("gpt-image-2.5-flare")
        assert (first.requests, second.requests) == asked
    assert shown(again) == shown(both)
    assert again.difference().nano == both.difference().nano


def test_what_is_left_of_an_opened_zip_is_each_providers(open_lab: OpenLab, tmp_path: Path) -> None:
    """Pictures that were not asked for are quoted at the provider they were to be asked of."""
    with Simulator() as first, Simulator(provider="vercel") as second:
        lab = open_lab("openai", base_url=first.url, api_key="sk-a", budget=0.0071)
        lab.connect("vercel", base_url=second.url, api_key="sk-b")
        made = lab.compare("a fox", provider=BOTH, samples=3)
    assert len(made.left) == 5
    opened = imagelab.open_zip(made.zip(tmp_path / "file.zip"))
    assert opened.left_quote == made.left_quote
    assert opened.left_quote.pictures == 5
