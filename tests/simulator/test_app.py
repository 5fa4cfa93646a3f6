"""The Images API as clients meet it over HTTP."""

from __future__ import annotations

import base64
import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from imagelab.catalog import models, tokens
from imagelab.simulator import Simulator
from tests.simulator.wire import GENERATIONS, SMALL, ask, get, opened, port, unpainted

# --- success ---------------------------------------------------------------------------------


def test_success_has_the_keys_of_the_real_service_in_their_order(simulator: Simulator) -> None:
    """A good answer has exactly the captured keys, in the captured order."""
    answer = ask(simulator)
    assert answer.status == 200
    assert list(answer.json) == [
        "created", "background", "data", "output_format", "quality", "size", "usage",
    ]  # fmt: skip
    assert list(answer.json["data"][0]) == ["b64_json"]


def test_usage_has_the_keys_of_the_real_service_in_their_order(simulator: Simulator) -> None:
    """Usage of gpt-image-2 has the captured keys, with details of input and output."""
    usage = unpainted(simulator).json["usage"]
    assert list(usage) == [
        "input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details",
        "total_tokens",
    ]  # fmt: skip
    assert list(usage["input_tokens_details"]) == ["image_tokens", "text_tokens"]
    assert list(usage["output_tokens_details"]) == ["image_tokens", "text_tokens"]


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-1-mini"])
def test_the_oldest_models_give_no_details_of_output(simulator: Simulator, model: str) -> None:
    """gpt-image-1 and its mini answer without output_tokens_details."""
    usage = unpainted(simulator, model=model, size="1024x1024").json["usage"]
    assert list(usage) == ["input_tokens", "input_tokens_details", "output_tokens", "total_tokens"]


@pytest.mark.parametrize("model", [one.id for one in models.all_models()])
def test_every_catalogued_model_is_served(simulator: Simulator, model: str) -> None:
    """Every model of the catalogue draws, retired ones too, and spends what it says."""
    usage = unpainted(simulator, model=model, size="1024x1024").json["usage"]
    count = tokens.output_tokens(model, "low", "1024x1024")
    assert usage["output_tokens"] == (count.bound if count.tokens is None else count.tokens)
    assert usage["input_tokens"] == tokens.text_tokens(SMALL["prompt"])
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_a_missing_model_means_gpt_image_1(simulator: Simulator) -> None:
    """Without a model gpt-image-1 draws."""
    ask(simulator, {"prompt": "a red fox", "quality": "low"})
    assert simulator.billed.rows[0].model == "gpt-image-1"


def test_the_picture_has_the_size_and_format_asked_for(simulator: Simulator) -> None:
    """The picture is a real file of the format and of exactly the pixels asked for."""
    answer = ask(simulator, output_format="webp", output_compression=50)
    image = opened(answer.pictures[0])
    assert (image.format, image.size) == ("WEBP", (1024, 640))
    assert answer.json["output_format"] == "webp"
    assert answer.json["size"] == "1024x640"


def test_transparent_pictures_have_transparent_pixels(simulator: Simulator) -> None:
    """background=transparent is echoed, and the picture has pixels that let through."""
    answer = ask(simulator, background="transparent")
    assert answer.json["background"] == "transparent"
    alpha = opened(answer.pictures[0]).convert("RGBA").getchannel("A")
    assert alpha.getextrema()[0] == 0


def test_an_automatic_background_is_opaque(simulator: Simulator) -> None:
    """The echo of background is never auto."""
    assert unpainted(simulator, background="auto").json["background"] == "opaque"


@pytest.mark.parametrize(("model", "tier"), [("gpt-image-1", "high"), ("gpt-image-2", "low")])
def test_automatic_quality_resolves_by_family(simulator: Simulator, model: str, tier: str) -> None:
    """Quality auto is high on the first family and low on 2.x, and the answer says so."""
    answer = unpainted(simulator, model=model, quality="auto", size="1024x1024")
    assert answer.json["quality"] == tier


def test_automatic_size_is_a_square_on_fixed_models(simulator: Simulator) -> None:
    """Size auto is 1024x1024 where sizes are fixed."""
    assert unpainted(simulator, model="gpt-image-1", size="auto").json["size"] == "1024x1024"


def test_automatic_size_is_an_odd_square_on_free_models(simulator: Simulator) -> None:
    """Size auto is 1254x1254 where edges are free: a size that could not be asked for."""
    answer = ask(simulator, size="auto")
    assert answer.json["size"] == "1254x1254"
    assert opened(answer.pictures[0]).size == (1254, 1254)


def test_n_pictures_share_one_usage(simulator: Simulator) -> None:
    """With n=2 come two different pictures, and one usage of twice the tokens."""
    answer = ask(simulator, n=2)
    one, two = answer.pictures
    assert one != two
    assert answer.json["usage"]["input_tokens"] == 2 * tokens.text_tokens(SMALL["prompt"])
    count = tokens.output_tokens("gpt-image-2", "low", "1024x640", pictures=2)
    assert answer.json["usage"]["output_tokens"] == count.tokens


def test_answers_carry_the_headers_of_the_real_service(simulator: Simulator) -> None:
    """Every answer has OpenAI's headers, and says that it is simulated."""
    headers = unpainted(simulator).headers
    assert re.fullmatch(r"req_[0-9a-f]{32}", headers["x-request-id"])
    assert headers["openai-version"] == "2020-10-01"
    assert headers["openai-processing-ms"].isdigit()
    assert headers["openai-organization"]
    assert headers["content-type"] == "application/json"
    assert headers["x-imagelab-simulated"] == "true"


def test_the_sdk_reads_the_answer(client: openai.OpenAI) -> None:
    """The real SDK parses picture, usage and request id."""
    answer = client.images.generate(**SMALL)
    assert answer.data
    assert answer.usage
    assert opened(base64.b64decode(answer.data[0].b64_json or "")).size == (1024, 640)
    assert answer.usage.output_tokens == tokens.output_tokens(*_low()).tokens
    assert (answer._request_id or "").startswith("req_")


def _low() -> tuple[str, str, str]:
    return "gpt-image-2", "low", "1024x640"


def test_many_requests_at_once_are_all_answered(simulator: Simulator) -> None:
    """Twenty requests, sixteen at a time, give as many good answers and bills."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: ask(simulator, prompt=f"{number}"), range(20)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.pictures[0] for answer in answers}) == 20
    assert simulator.billed.pictures == simulator.requests == 20


def test_a_connection_is_used_again(simulator: Simulator) -> None:
    """Two requests go over one connection, which the server leaves open."""
    line = http.client.HTTPConnection("127.0.0.1", port(simulator), timeout=20)
    places = []
    for _ in range(2):
        headers = {"Authorization": "Bearer any"}
        line.request("POST", GENERATIONS, json.dumps(SMALL), headers)
        assert line.getresponse().read()
        places.append(line.sock.getsockname())
    line.close()
    assert places[0] == places[1]


def test_latency_is_the_least_a_picture_takes() -> None:
    """With a latency of 0.3 s the server reports at least 300 ms of work."""
    with Simulator(latency=0.3) as slow:
        assert int(unpainted(slow).headers["openai-processing-ms"]) >= 300


# --- models and chat -------------------------------------------------------------------------


def test_the_list_of_models_is_the_catalogue(simulator: Simulator) -> None:
    """GET /v1/models lists the catalogue, each with its shutdown date."""
    answer = get(simulator, "/v1/models")
    assert answer.json["object"] == "list"
    assert [one["id"] for one in answer.json["data"]] == [one.id for one in models.all_models()]


def test_a_model_tells_its_shutdown_date(simulator: Simulator) -> None:
    """GET /v1/models/gpt-image-1 gives id, object, created, owned_by and shutdown_date."""
    assert get(simulator, "/v1/models/gpt-image-1").json == {
        "id": "gpt-image-1",
        "object": "model",
        "created": 1745366400,
        "owned_by": "system",
        "shutdown_date": "2026-10-23",
    }


def test_a_model_that_lives_has_no_shutdown_date(client: openai.OpenAI) -> None:
    """The shutdown date of gpt-image-2 is null."""
    assert client.models.retrieve("gpt-image-2").model_dump()["shutdown_date"] is None


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    """GET /v1/models/{unknown} answers 404 model_not_found."""
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-image-9")
    assert caught.value.code == "model_not_found"


def test_an_image_model_does_not_chat(simulator: Simulator) -> None:
    """Chat completions with an image model answer the real service's 404."""
    body = {"model": "gpt-image-1", "messages": [{"role": "user", "content": "draw a fox"}]}
    answer = ask(simulator, body, path="/v1/chat/completions")
    assert answer.status == 404
    assert answer.error == {
        "message": "This is not a chat model and thus not supported in the v1/chat/completions "
        "endpoint. Did you mean to use v1/completions?",
        "type": "invalid_request_error",
        "param": "model",
        "code": None,
    }


@pytest.mark.parametrize("body", [{"model": "gpt-9"}, {}, [], b"{"])
def test_no_other_model_chats_either(simulator: Simulator, body: object) -> None:
    """Chat completions answer 404 model_not_found to whatever else is asked."""
    answer = ask(simulator, body, path="/v1/chat/completions")
    assert (answer.status, answer.error["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/foo"), ("GET", GENERATIONS), ("POST", "/v1/models"), ("GET", "/")],
)
def test_other_addresses_are_errors_in_shape(simulator: Simulator, method: str, path: str) -> None:
    """What is not served answers 404 in OpenAI's shape, naming method and path."""
    answer = ask(simulator, method=method, path=path)
    assert answer.status == 404
    assert answer.error["message"] == f"Invalid URL ({method} {path})"


# --- who may ask -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer  ", "Basic abc", "abc"])
def test_a_key_is_needed(simulator: Simulator, value: str) -> None:
    """Without a bearer key the answer is 401 invalid_api_key."""
    answer = ask(simulator, headers={"Authorization": value})
    assert (answer.status, answer.error["code"]) == (401, "invalid_api_key")


def test_any_key_will_do(simulator: Simulator) -> None:
    """Any non-empty key is accepted."""
    assert unpainted(simulator, headers={"Authorization": "Bearer x"}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "127.0.0.2", "[::2]"]
)
def test_foreign_hosts_are_refused(simulator: Simulator, host: str) -> None:
    """A name that was made to point at this machine is refused, and nothing is drawn."""
    assert ask(simulator, headers={"Host": host}).status == 421
    assert simulator.billed.pictures == 0


@pytest.mark.parametrize("host", ["localhost:99", "LOCALHOST", "127.0.0.1", "[::1]:8111"])
def test_names_of_this_machine_are_welcome(simulator: Simulator, host: str) -> None:
    """Host may name loopback in any way, with any port."""
    assert ask(simulator, method="GET", path="/v1/models", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_pages_from_elsewhere_are_refused(simulator: Simulator, origin: str) -> None:
    """A page of the web cannot have pictures drawn through a browser."""
    assert ask(simulator, headers={"Origin": origin}).status == 403
    assert simulator.billed.pictures == 0


def test_pages_of_this_machine_are_welcome(simulator: Simulator) -> None:
    """A page served on this machine may ask."""
    answer = ask(
        simulator, method="GET", path="/v1/models", headers={"Origin": "http://localhost:8888"}
    )
    assert answer.status == 200
