"""One lab and several providers: one purse, one ledger, and limits of each one's own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab, Sweep
from imagelab.errors import InputError, MissingKeyError, SetupError
from tests.servers import Asked, Server, answer, error, success, usage

# Azure serves each model until a day of its own; these tests outlive those days.
pytestmark = pytest.mark.filterwarnings("ignore:.* shut down at azure")

OpenLab = Callable[..., Lab]
KEYS = ("sk-openai-0123456789", "vck-vercel-0123456789", "az-azure-0123456789")
PRICES = {"input": "0.000005", "output": "0.00004"}


def serve(asked: Asked) -> bytes:
    """Draw for whoever asks; list one model, dearer than catalogued."""
    if asked.line.startswith("GET"):
        model = {"id": "openai/gpt-image-2", "type": "image", "pricing": PRICES}
        return answer(200, {"object": "list", "data": [model]})
    return drawn(asked)


def drawn(asked: Asked) -> bytes:
    """Draw at what a low square of gpt-image-2 takes."""
    return success(asked, usage=usage(asked.json["prompt"], 196))


@pytest.fixture
def two(open_lab: OpenLab) -> Iterator[tuple[Lab, Server, Server]]:
    """A lab at one server under OpenAI's name, with another joined under Vercel's."""
    with Server(serve) as first, Server(serve) as second:
        lab = open_lab("openai", base_url=first.url, api_key=KEYS[0])
        lab.connect("vercel", base_url=second.url, api_key=KEYS[1])
        yield lab, first, second


def test_a_sweep_asks_each_provider(two: tuple[Lab, Server, Server]) -> None:
    """Each provider is asked with its own key and its own name of the model."""
    lab, first, second = two
    made = lab.compare("a fox", provider=["openai", "vercel"])
    assert [one.provider for one in made] == ["openai", "vercel"]
    asked = [one for server in (first, second) for one in server.asked if "POST" in one.line]
    assert [one.json["model"] for one in asked] == ["gpt-image-2", "openai/gpt-image-2"]
    assert [one.headers["authorization"] for one in asked] == [f"Bearer {key}" for key in KEYS[:2]]


def test_the_provider_shows_everywhere(two: tuple[Lab, Server, Server]) -> None:
    """Grid, log, costs and the card name the provider of each picture."""
    lab, _, second = two
    made = lab.compare(["a fox", "an owl"], provider=["openai", "vercel"])
    assert made.factors["provider"] == ("openai", "vercel")
    board = made._board()
    assert (board.column_name, board.columns) == ("provider", ("openai", "vercel"))
    assert list(lab.log["provider"].value_counts()) == [2, 2]
    assert set(lab.costs("provider").index) == {"openai", "vercel"}
    assert made["a fox", "vercel"].provider == "vercel"
    assert second.url in repr(lab)


def test_one_picture_is_paid_for_once_at_each(two: tuple[Lab, Server, Server]) -> None:
    """A second run asks nobody; the same request at another provider is another picture."""
    lab, first, second = two
    lab.compare("a fox", provider=["openai", "vercel"])
    again = lab.compare("a fox", provider=["vercel", "openai"])
    assert (first.posts, second.posts) == (1, 1)
    assert set(again.came.values()) == {"ledger"}
    assert lab.compare("a fox")[0].id == again["openai"].id


def test_each_is_quoted_and_paid_at_its_own_price(two: tuple[Lab, Server, Server]) -> None:
    """A gateway's price is read before it is asked, and both quotes are in the whole."""
    lab, _, _ = two
    made = lab.compare("a fox", provider=["openai", "vercel"])
    words = made[0].usage.text_input_tokens or 0
    costs = [one.cost_nano for one in made]
    assert costs == [196 * 30_000 + words * 5_000, 196 * 40_000 + words * 5_000]
    row = next(row for row in lab._session.ledger.rows() if row["provider"] == "vercel")
    assert row["price"].endswith(":read")
    told = lab.quote(Sweep("an owl", provider=["openai", "vercel"]))
    parts = [lab.quote(Sweep("an owl", provider=one)).nano for one in ("openai", "vercel")]
    assert told.nano == sum(part or 0 for part in parts)
    assert parts[0] != parts[1]


def test_one_budget_holds_for_all(open_lab: OpenLab) -> None:
    """What two providers spend together never passes the lab's budget."""
    with Server(serve) as first, Server(serve) as second:
        lab = open_lab("openai", base_url=first.url, api_key=KEYS[0], budget=0.02)
        lab.connect("azure", base_url=second.url, api_key=KEYS[1])
        made = lab.compare(["a fox", "an owl"], provider=["openai", "azure"])
    assert 0 < lab.spent_usd <= 0.02
    assert first.posts + second.posts == 4 - len(made.left) == 3


def test_real_and_simulated_money_never_meet(open_lab: OpenLab, tmp_path: Path) -> None:
    """A simulated lab asks no real provider, nor the other way round; nothing is sent."""
    with pytest.raises(InputError, match="two purses"):
        open_lab().compare("a fox", provider=["simulator", "openai"])
    lab = open_lab("openai", api_key=KEYS[0], path=tmp_path / "other")
    with pytest.raises(InputError, match=r"Lab\('simulator'\)"):
        lab.connect("simulator")


def test_a_provider_without_a_key_is_refused_before_anything_is_sent(open_lab: OpenLab) -> None:
    """Where one key is missing nobody is asked, and the message names the variable."""
    with Server(serve) as server:
        lab = open_lab("openai", base_url=server.url, api_key=KEYS[0])
        with pytest.raises(MissingKeyError, match="AI_GATEWAY_API_KEY"):
            lab.compare("a fox", provider=["openai", "vercel"])
        assert server.posts == 0


def test_an_unknown_provider_is_refused(two: tuple[Lab, Server, Server]) -> None:
    """A misspelt provider is a SetupError that suggests the right word."""
    with pytest.raises(SetupError, match="openai"):
        two[0].compare("a fox", provider=["openai", "opnai"])


def test_a_provider_is_joined_once(two: tuple[Lab, Server, Server]) -> None:
    """Joining a name twice is an error: rows could not be told apart."""
    with pytest.raises(InputError, match="joined"):
        two[0].connect("vercel", api_key=KEYS[1])


def test_a_server_of_ones_own_can_be_joined(open_lab: OpenLab) -> None:
    """Any compatible address is joined under a name of one's own."""
    with Server(serve) as first, Server(serve) as second:
        lab = open_lab("openai", base_url=first.url, api_key=KEYS[0])
        lab.connect("mine", base_url=second.url, api_key=KEYS[1])
        made = lab.compare("a fox", provider=["openai", "mine"], model="gpt-image-2")
    assert [one.provider for one in made] == ["openai", "mine"]


def test_azure_is_joined_with_its_deployments(open_lab: OpenLab) -> None:
    """A model is asked for by its deployment at Azure, and has one name in the ledger."""
    with Server(serve) as first, Server(serve) as second:
        lab = open_lab("openai", base_url=first.url, api_key=KEYS[0])
        root = second.url.removesuffix("/v1")
        lab.connect("azure", base_url=root, api_key=KEYS[2], deployments={"gpt-image-2": "pics"})
        made = lab.compare("a fox", provider=["openai", "azure"])
        assert second.asked[-1].json["model"] == "pics"
        assert second.asked[-1].headers["api-key"] == KEYS[2]
        again = lab.compare("a fox", provider="azure", model="pics")
    assert [one.request.model for one in made] == ["gpt-image-2"] * 2
    assert again[0].id == made[1].id


def test_one_that_is_hopeless_stops_itself_alone(open_lab: OpenLab) -> None:
    """A refused key ends what is asked of that provider; the other is asked to the end."""
    with Server(serve) as first, Server(lambda asked: error(401, "no", "invalid_api_key")) as bad:
        lab = open_lab("openai", base_url=first.url, api_key=KEYS[0], concurrency=1)
        lab.connect("azure", base_url=bad.url, api_key=KEYS[2])
        prompts = ["a fox", "an owl", "a hare", "a wren"]
        made = lab.compare(prompts, provider=["azure", "openai"])
        assert bad.posts < len(prompts)
    done = [one.provider for one in made if one.status == "done"]
    assert done == ["openai"] * 4
    assert all("401" in reason for reason in made.left.values())


def test_a_slow_limit_holds_up_nobody_else(open_lab: OpenLab) -> None:
    """While one provider waits for room under its limit, the other is asked to its end."""
    with Server(serve) as slow, Server(serve) as quick:
        options = {"concurrency": 2, "images_per_minute": 1}
        lab = open_lab("openai", base_url=slow.url, api_key=KEYS[0], **options)
        lab.connect("azure", base_url=quick.url, api_key=KEYS[2])
        prompts = [f"fox {number}" for number in range(6)]
        run = lab.start(Sweep(prompts, provider=["openai", "azure"]))
        while quick.posts < len(prompts) and not run.done:
            time.sleep(0.01)
        assert (slow.posts, quick.posts) == (1, 6)
        run.stop()
        run.result()


def test_no_key_is_in_anything_that_shows(two: tuple[Lab, Server, Server], tmp_path: Path) -> None:
    """Neither the lab, its connections, a session nor a row holds a key."""
    lab, _, _ = two
    lab.compare("a fox", provider=["openai", "vercel"])
    shown = [repr(lab), lab._repr_html_(), repr(lab._connections), repr(lab._session.peers)]
    kept = b"".join(path.read_bytes() for path in lab.path.rglob("*") if path.is_file())
    for key in KEYS:
        assert key not in "".join(shown)
        assert key.encode() not in kept


def test_the_prefix_of_a_gateway_may_be_written(two: tuple[Lab, Server, Server]) -> None:
    """``openai/gpt-image-2`` and ``gpt-image-2`` are one model, at every provider."""
    lab, first, second = two
    made = lab.compare("a fox", model="openai/gpt-image-2", provider=["openai", "vercel"])
    assert [one.request.model for one in made] == ["gpt-image-2"] * 2
    assert first.asked[-1].json["model"] == "gpt-image-2"
    assert second.asked[-1].json["model"] == "openai/gpt-image-2"


# --- prices that a gateway tells ---------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        b"<html>no</html>",
        b'{"data": 7}',
        b'{"data": [{"id": "openai/gpt-image-2", "pricing": {"output": "cheap"}}]}',
        b'{"data": [{"id": "openai/gpt-image-2", "pricing": [1]}]}',
        b'{"data": [{"id": "openai/gpt-image-2", "pricing": {"output": "0"}}]}',
    ],
    ids=["html", "no list", "no number", "no mapping", "nothing"],
)
def test_nonsense_about_prices_leaves_the_catalogues(open_lab: OpenLab, reply: bytes) -> None:
    """A list of models that tells no price is passed over: pictures come at catalogued prices."""

    def handle(asked: Asked) -> bytes:
        return answer(200, reply) if asked.line.startswith("GET") else drawn(asked)

    with Server(handle) as server:
        lab = open_lab("vercel", base_url=server.url, api_key=KEYS[1])
        made = lab.generate("a fox")
    words = made.usage.text_input_tokens or 0
    assert made.cost_nano == 196 * 30_000 + words * 5_000


def test_prices_that_cannot_be_read_leave_the_catalogues(open_lab: OpenLab) -> None:
    """A gateway whose list answers with an error still draws."""

    def handle(asked: Asked) -> Any:
        return error(500, "down") if asked.line.startswith("GET") else drawn(asked)

    with Server(handle) as server:
        made = open_lab("vercel", base_url=server.url, api_key=KEYS[1]).generate("a fox")
    assert made.status == "done"
