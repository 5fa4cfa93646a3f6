from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.errors import KeyRefusedError, RejectedError, UnreachableError
from imagelab.exchange import listing
from imagelab.exchange.place import Place
from imagelab.simulator import Simulator
from tests.exchange.conftest import Ask
from tests.servers import Server, answer, error
from tests.sessions import KEY

OPENAI, VERCEL = Place.find("openai", None), Place.find("vercel", None)
OWN = Place.find(None, "http://127.0.0.1:8000/v1")


def understood(*rows: dict[str, Any], place: Place = OPENAI) -> listing.Listing:
    """Read a list of models."""
    return listing.understand(json.dumps({"object": "list", "data": rows}), place)


def test_the_simulators_list_is_understood(at: Ask) -> None:
    """Every model that the simulator serves is listed, with its last day."""
    with Simulator() as simulator:
        place = Place.find("simulator", simulator.url)
        found = listing.read(at(simulator.url), place)
    by_name = {offer.model: offer for offer in found.offers}
    assert by_name["gpt-image-1"].shutdown == dt.date(2026, 10, 23)
    assert by_name["gpt-image-2"].shutdown is None
    assert by_name["gpt-image-2"].tells_shutdown


def test_what_does_not_draw_is_passed_over() -> None:
    """Of OpenAI's many models those that draw are kept, known or new."""
    found = understood({"id": "gpt-5"}, {"id": "gpt-image-2"}, {"id": "gpt-image-9"})
    assert [offer.model for offer in found.offers] == ["gpt-image-2", "gpt-image-9"]


def test_a_server_of_ones_own_may_serve_anything() -> None:
    """At an address of one's own every model may draw."""
    found = understood({"id": "sdxl"}, place=OWN)
    assert [offer.model for offer in found.offers] == ["sdxl"]


def test_a_snapshot_is_its_model() -> None:
    """A model and its snapshots are one offer, under the model's name."""
    found = understood({"id": "gpt-image-2-2026-04-21"}, {"id": "gpt-image-2"})
    assert [(one.model, one.listed_as) for one in found.offers] == [("gpt-image-2", "gpt-image-2")]


def test_a_gateways_prices_are_read() -> None:
    """Vercel's strings of dollars per token become exact nano-dollars per token."""
    pricing = {"input": "0.000005", "input_cache_read": "0.00000125", "output": "0.00003"}
    (offer,) = understood({"id": "openai/gpt-image-2", "pricing": pricing}, place=VERCEL).offers
    assert offer.model == "gpt-image-2"
    assert offer.kinds == {"text_in": 5_000, "text_cached": 1_250, "image_out": 30_000}
    price = offer.price("vercel", dt.date(2026, 11, 25))
    assert price is not None
    assert price.id == "vercel/gpt-image-2/standard@2026-11-25:read"


@pytest.mark.parametrize(
    "said", [None, "", "cheap", "-0.00003", "NaN", "Infinity", "0.0000000000001", {}, 7e99, "0"]
)
def test_an_odd_price_is_unknown(said: object) -> None:
    """What is no price is unknown, and never zero."""
    row = {"id": "openai/gpt-image-2", "pricing": {"output": said}}
    (offer,) = understood(row, place=VERCEL).offers
    assert offer.kinds == {}
    assert offer.price("vercel", dt.date(2026, 11, 25)) is None


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"shutdown_date": "2026-12-01"}, dt.date(2026, 12, 1)),
        ({"shutdown_date": None}, None),
        ({"shutdown_date": "soon"}, None),
        ({"deprecated_at": 1796083200000}, dt.date(2026, 12, 1)),
        ({"deprecated_at": 1e300}, None),
    ],
)
def test_a_last_day_is_read_as_it_is_written(row: dict[str, Any], day: dt.date | None) -> None:
    """OpenAI writes a last day out, a gateway in milliseconds; nonsense is none."""
    (offer,) = understood({"id": "gpt-image-2", **row}).offers
    assert offer.shutdown == day


@given(
    st.text(max_size=40)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["data", "id", "pricing", "output", "shutdown_date"]), inner
            )
        ),
        max_leaves=8,
    ).map(json.dumps)
)
def test_nonsense_is_never_raised(text: str) -> None:
    """Whatever stands at /models is read as a list, or is said to be none."""
    found = listing.understand(text, OWN)
    if found.problem is None:
        assert isinstance(json.loads(text)["data"], list)
    else:
        assert "list of models" in found.problem
        assert found.offers == ()


def test_reading_costs_nothing_and_tells_its_errors(at: Ask) -> None:
    """An error of the list says that nothing was billed; a refused key is one."""
    with (
        Server(lambda asked: error(500, "down")) as server,
        pytest.raises(RejectedError, match=r"down\. Nothing was billed"),
    ):
        listing.read(at(server.url), OPENAI)
    with (
        Server(lambda asked: error(401, f"Incorrect API key provided: {KEY}")) as server,
        pytest.raises(KeyRefusedError, match=r"\[key\]"),
    ):
        listing.read(at(server.url), OPENAI)


def test_nobody_there_to_list_anything(at: Ask) -> None:
    """Where nobody answers it says so, and that nothing was billed."""
    with Server(lambda asked: answer(200, b"{}")) as server:
        url = server.url
    with pytest.raises(UnreachableError, match="nothing was billed"):
        listing.read(at(url), OPENAI)


def test_a_list_that_never_ends_is_given_up(at: Ask) -> None:
    """A list that trickles is hung up when its time is over."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"

    def trickle() -> Any:
        import time

        yield head
        for _ in range(1000):
            time.sleep(0.05)
            yield b" "

    with Server(lambda asked: trickle()) as server:
        client = at(server.url, timeout=0.5)
        with pytest.raises(UnreachableError):
            listing.read(client, OPENAI)
        server.stop_sending()


@pytest.mark.parametrize("provider", ["openai", "vercel"])
def test_a_proxy_of_the_environment_is_not_asked_on_loopback(
    at: Ask, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    """What is read on this machine is read directly, whatever a proxy variable says."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Server(lambda asked: answer(200, {"data": []})) as server:
        found = listing.read(at(server.url, provider=provider), OPENAI)
    assert found == listing.Listing()
