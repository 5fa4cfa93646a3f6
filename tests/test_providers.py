"""Every provider the whole way: a lab, the real SDK, real HTTP, and a server that counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from imagelab import Lab, Sweep
from imagelab.errors import (
    InputError,
    KeyRefusedError,
    MissingKeyError,
    RejectedError,
)
from imagelab.simulator import Fault, Simulator
from tests.servers import Server, answer

# Azure serves each model until a day of its own; these tests outlive those days.
pytestmark = pytest.mark.filterwarnings("ignore:.* shut down at azure")

OpenLab = Callable[..., Lab]
KEY, ADMIN = "sk-project-0123456789", "sk-admin-0123456789"
TODAY = dt.datetime.now(dt.UTC).date()


def at_gateway(open_lab: OpenLab, server: Simulator, **options: Any) -> Lab:
    """Open a lab at a simulated gateway."""
    return open_lab("vercel", base_url=server.url, api_key=KEY, **options)


@pytest.mark.parametrize("chat_only", [False, True], ids=["images", "chat"])
def test_a_gateway_draws_and_bills_what_the_ledger_says(open_lab: OpenLab, chat_only: bool) -> None:
    """Through the images endpoint or a chat: the same pictures, at the bill's own dollars."""
    with Simulator(provider="vercel", chat_only=chat_only) as server:
        lab = at_gateway(open_lab, server)
        made = lab.compare(["a fox", "an owl"], quality=["low", "medium"], size="1024x640")
        assert [one.status for one in made] == ["done"] * 4
        assert [one.actual_size for one in made] == ["1024x640"] * 4
        assert sum(one.cost_nano or 0 for one in made) == server.billed.nano
        assert server.billed.pictures == 4
        assert [one.quoted_nano for one in made] == [one.cost_nano for one in made]
        lab.compare(["a fox", "an owl"], quality=["low", "medium"], size="1024x640")
        assert server.billed.pictures == 4


@pytest.mark.parametrize("chat_only", [False, True], ids=["images", "chat"])
def test_a_gateway_edits(open_lab: OpenLab, chat_only: bool) -> None:
    """Pictures go along, to the images endpoint or in the chat; no price of theirs is known."""
    with Simulator(provider="vercel", chat_only=chat_only) as server:
        lab = at_gateway(open_lab, server)
        fox = lab.generate("a fox", size="1024x640")
        night = lab.edit("make it night", fox)
        (bill,) = server.billed.rows[1:]
    assert (night.status, night.parents) == ("done", (fox,))
    assert night.usage.image_input_tokens == bill.image_input_tokens > 0
    assert night.usage.text_input_tokens == bill.text_tokens
    assert night.cost_nano is None


def test_a_chat_takes_no_mask(open_lab: OpenLab) -> None:
    """Where only a chat draws, an edit with a mask is refused before it is sent."""
    with Simulator(provider="vercel", chat_only=True) as server:
        lab = at_gateway(open_lab, server)
        fox = lab.generate("a fox", size="1024x640")
        mask = Image.new("RGBA", (1024, 640), (0, 0, 0, 0))
        with pytest.raises(RejectedError, match="mask"):
            lab.edit("make it night", fox, mask=mask)
        assert server.billed.pictures == 1


@pytest.mark.parametrize("version", [None, "2025-04-01-preview"], ids=["v1", "classic"])
def test_azure_edits_by_deployment(open_lab: OpenLab, version: str | None) -> None:
    """Pictures go along to a deployment too, at both endpoints, at the bill's own dollars."""
    deployed = {"gpt-image-2": "pictures"}
    with Simulator(provider="azure", deployments={"pictures": "gpt-image-2"}) as server:
        root = server.url.removesuffix("/openai/v1")
        lab = open_lab(
            "azure", base_url=root, api_key=KEY, deployments=deployed, api_version=version
        )
        fox = lab.generate("a fox", size="1024x640")
        night = lab.edit("make it night", fox)
        assert night.status == "done"
        assert (fox.cost_nano or 0) + (night.cost_nano or 0) == server.billed.nano


@pytest.mark.parametrize("version", [None, "2025-04-01-preview"], ids=["v1", "classic"])
def test_azure_draws_and_bills_what_the_ledger_says(open_lab: OpenLab, version: str | None) -> None:
    """By deployment, at both endpoints: the pictures come at the bill's own dollars."""
    deployed = {"gpt-image-2": "pictures"}
    with Simulator(provider="azure", deployments={"pictures": "gpt-image-2"}) as server:
        root = server.url.removesuffix("/openai/v1")
        lab = open_lab(
            "azure", base_url=root, api_key=KEY, deployments=deployed, api_version=version
        )
        made = lab.compare("a fox", quality=["low", "high"], size="1024x640")
        assert [one.status for one in made] == ["done"] * 2
        assert sum(one.cost_nano or 0 for one in made) == server.billed.nano
        with pytest.raises(RejectedError, match="deployments="):
            lab.generate("a fox", model="gpt-image-2.5-flare")
    assert set(lab.log["provider"]) == {"azure"}


def test_azure_is_opened_from_the_environment(
    open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``Lab("azure")`` reads address and key from the environment, and the card shows it."""
    with Simulator(provider="azure") as server:
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", server.url.removesuffix("/openai/v1"))
        with pytest.raises(MissingKeyError, match="AZURE_OPENAI_API_KEY"):
            open_lab("azure")
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
        lab = open_lab("azure")
        assert lab.generate("a fox").status == "done"
    assert "(from AZURE_OPENAI_ENDPOINT)" in repr(lab)
    assert KEY not in repr(lab) + lab._repr_html_()


def test_providers_side_by_side(open_lab: OpenLab) -> None:
    """OpenAI, a gateway and Azure in one sweep: each server's own count agrees with the ledger."""
    with (
        Simulator() as openai,
        Simulator(provider="vercel") as vercel,
        Simulator(provider="azure") as azure,
    ):
        lab = open_lab("openai", base_url=openai.url, api_key=KEY, budget=1)
        lab.connect("vercel", base_url=vercel.url, api_key=KEY)
        lab.connect("azure", base_url=azure.url.removesuffix("/openai/v1"), api_key=KEY)
        servers = {"openai": openai, "vercel": vercel, "azure": azure}
        settings = {"quality": ["low", "high"], "size": "1024x640", "provider": list(servers)}
        told = lab.quote(Sweep("a fox", **settings))
        made = lab.compare("a fox", **settings)
        for name, server in servers.items():
            rows = [one for one in made if one.provider == name]
            assert sum(one.cost_nano or 0 for one in rows) == server.billed.nano
            assert len(rows) == server.billed.pictures == 2
    assert told.nano == sum(one.cost_nano or 0 for one in made)
    assert lab.spent_usd == pytest.approx(told.usd)


# --- what it serves ---------------------------------------------------------------------------


def test_a_gateway_is_probed(open_lab: OpenLab) -> None:
    """Its own names are understood; nothing is billed."""
    with Simulator(provider="vercel") as server:
        found = at_gateway(open_lab, server).probe()
        assert server.requests == 0
    assert "gpt-image-2" in found.served
    assert found.new == ()


def test_a_retired_model_is_told_of(open_lab: OpenLab) -> None:
    """A provider that has let a model go lists it no more."""
    with Simulator(retire=True) as server:
        found = open_lab("openai", base_url=server.url, api_key=KEY).probe()
    assert "gpt-image-1" in found.retired
    assert "gpt-image-2" in found.served


def test_nonsense_at_models_stops_nobody(open_lab: OpenLab) -> None:
    """A compatible server without a list of models is asked for pictures all the same."""
    with Server(lambda asked: answer(200, b"<html>hello")) as server:
        found = open_lab(base_url=server.url, api_key=KEY).probe()
    assert "no list of models" in (found.problem or "")


# --- the bill ---------------------------------------------------------------------------------


def at_openai(open_lab: OpenLab, server: Simulator, **options: Any) -> Lab:
    """Open a lab at a simulated OpenAI."""
    return open_lab("openai", base_url=server.url, api_key=KEY, **options)


def test_the_bill_agrees_with_the_ledger(open_lab: OpenLab) -> None:
    """Every model and tier: pictures, tokens and dollars of the bill are those of the ledger."""
    with Simulator() as server:
        lab, models = at_openai(open_lab, server), ["gpt-image-2", "gpt-image-2.5-flare"]
        lab.compare("a fox", model=models, quality=["low", "high"], size="1024x640")
        found = lab.reconcile(TODAY - dt.timedelta(1), admin_key=ADMIN)
    assert found.agrees
    assert [line.model for line in found.lines] == ["gpt-image-2", "gpt-image-2.5-flare"]
    assert found.billed_nano == found.own_nano == server.billed.nano


def test_what_timed_out_and_was_billed_is_found(open_lab: OpenLab) -> None:
    """A picture that was paid for and never came is a suspect, and no mystery."""
    with Simulator(faults=[Fault.fail(500, billed=True).only(times=1)]) as server:
        lab = at_openai(open_lab, server, concurrency=1)
        lab.compare(["a fox", "an owl"])
        found = lab.reconcile(TODAY - dt.timedelta(1), admin_key=ADMIN)
    (line,) = found.lines
    assert (line.verdict, line.more_pictures) == ("suspects", 1)
    assert list(found.suspects["status"]) == ["unknown"]


def test_the_author_of_an_svg_is_billed_under_its_own_name(open_lab: OpenLab) -> None:
    """What an svg's author cost stands on another line of the bill, and is no difference."""
    with Simulator() as server:
        lab = at_openai(open_lab, server)
        made = lab.generate("a fox", model="gpt-image-2.6-flare", output_format="svg")
        found = lab.reconcile(TODAY - dt.timedelta(1), admin_key=ADMIN)
    (line,) = found.lines
    assert (line.verdict, line.difference_nano) == ("matched", 0)
    assert line.own.author_nano + found.billed_nano == server.billed.nano == made.cost_nano
    assert "authors of svgs" in line.note


def test_a_cost_that_is_unknown_here_is_never_nothing(open_lab: OpenLab) -> None:
    """Pictures that came without usage are told as unknown, and the others still add up."""
    with Simulator(faults=[Fault.no_usage().only(times=1)]) as server:
        lab = at_openai(open_lab, server, concurrency=1)
        _, owl = lab.compare(["a fox", "an owl"])
        found = lab.reconcile(TODAY - dt.timedelta(1), admin_key=ADMIN)
    (line,) = found.lines
    assert (line.own.cost_nano, found.own_nano) == (None, owl.cost_nano)
    assert "the cost of 1 is unknown here" in line.note
    assert "and more" in str(found)


def test_somebody_elses_pictures_are_found(open_lab: OpenLab, tmp_path: Path) -> None:
    """What another program asked of the same organisation is unexplained."""
    with Simulator() as server:
        at_openai(open_lab, server, path=tmp_path / "theirs").generate("a fox")
        lab = at_openai(open_lab, server)
        lab.generate("an owl")
        found = lab.reconcile(TODAY - dt.timedelta(1), admin_key=ADMIN)
    assert [line.verdict for line in found.unexplained.lines] == ["unexplained"]


def test_the_bill_of_the_simulator_needs_no_key(lab: Lab) -> None:
    """A lab on the embedded simulator reads the simulator's own bill."""
    lab.compare("a fox", quality=["low", "medium"])
    found = lab.reconcile(TODAY - dt.timedelta(1))
    assert found.agrees
    assert len(found.lines) == 1


def test_a_project_key_may_not_read_the_bill(open_lab: OpenLab) -> None:
    """A key that is no admin's is refused, and the message does not repeat it."""
    with Simulator() as server, pytest.raises(KeyRefusedError) as caught:
        at_openai(open_lab, server).reconcile(TODAY, admin_key=KEY)
    assert KEY not in str(caught.value)


def test_without_an_admin_key_its_variable_is_named(
    open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPENAI_ADMIN_KEY is where the admin key is looked for, and it goes nowhere else."""
    with Simulator() as server:
        lab = at_openai(open_lab, server)
        with pytest.raises(MissingKeyError, match="OPENAI_ADMIN_KEY"):
            lab.reconcile(TODAY)
        monkeypatch.setenv("OPENAI_ADMIN_KEY", ADMIN)
        lab.generate("a fox")
        found = lab.reconcile(TODAY - dt.timedelta(1))
    assert found.agrees
    kept = b"".join(path.read_bytes() for path in lab.path.rglob("*") if path.is_file())
    assert ADMIN.encode() not in kept
    assert ADMIN not in repr(lab) + repr(found) + found._repr_html_() + repr(lab._connections)


@pytest.mark.parametrize("provider", ["vercel", "azure"])
def test_who_has_no_such_bill_says_so(open_lab: OpenLab, provider: str) -> None:
    """A gateway and Azure tell no usage by the day: nothing is sent."""
    with Server(lambda asked: answer(200, b"{}")) as server:
        lab = open_lab(provider, base_url=server.url, api_key=KEY)
        with pytest.raises(InputError, match="OpenAI's own"):
            lab.reconcile(TODAY, admin_key=ADMIN)
        assert server.asked == []


def test_the_project_is_asked_for(open_lab: OpenLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that is named, or is in the environment, is what is looked at; it shows."""
    empty = {"object": "page", "data": [], "has_more": False, "next_page": None}
    with Server(lambda asked: answer(200, empty)) as server:
        monkeypatch.setenv("OPENAI_PROJECT_ID", "proj_mine")
        lab = open_lab("openai", base_url=server.url, api_key=KEY)
        found = lab.reconcile(TODAY, admin_key=ADMIN)
        assert all("project_ids%5B%5D=proj_mine" in one.line for one in server.asked)
        assert all("openai-project" not in one.headers for one in server.asked)
    assert "project proj_mine" in str(found)
