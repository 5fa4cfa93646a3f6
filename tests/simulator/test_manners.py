"""The simulator as a gateway, and as Azure."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from imagelab.errors import InputError
from imagelab.simulator import Fault, Simulator
from tests.simulator.wire import SMALL, Answer, ask, data_url, get, opened, png, port, unpainted

CHAT = "/v1/chat/completions"
MODEL = "openai/gpt-image-2"
HELLO: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "a red fox in snow"}],
    "modalities": ["image"],
    "providerOptions": {"openai": {"quality": "low", "size": "1024x640"}},
}
DEPLOYED = "/openai/deployments/fox/images/generations"
VERSION = "?api-version=2025-04-01-preview"


@pytest.fixture
def gateway() -> Iterator[Simulator]:
    """A simulator that behaves like the Vercel AI Gateway."""
    with Simulator(provider="vercel") as running:
        yield running


@pytest.fixture
def azure() -> Iterator[Simulator]:
    """A simulator that behaves like Azure, with a deployment of its own name."""
    with Simulator(provider="azure", deployments={"fox": "gpt-image-2"}) as running:
        yield running


def chatted(gateway: Simulator, **changes: Any) -> Answer:
    """Ask for a picture in a chat."""
    return ask(gateway, {**HELLO, **changes}, path=CHAT)


def drawn(answer: Answer) -> bytes:
    """Return the picture of a chat."""
    url = answer.json["choices"][0]["message"]["images"][0]["image_url"]["url"]
    return base64.b64decode(url.removeprefix("data:image/png;base64,"))


# --- the gateway -----------------------------------------------------------------------------


def test_a_chat_draws(gateway: Simulator) -> None:
    """A chat completion has its picture as a data URL in message.images, and usage."""
    answer = chatted(gateway)
    assert answer.status == 200
    assert opened(drawn(answer)).size == (1024, 640)
    assert (answer.json["object"], answer.json["model"]) == ("chat.completion", MODEL)
    message = answer.json["choices"][0]["message"]
    assert (message["role"], message["content"]) == ("assistant", "")
    usage, row = answer.json["usage"], gateway.billed.rows[0]
    assert usage["prompt_tokens"] == row.text_tokens
    assert usage["completion_tokens"] == row.image_tokens
    assert usage["total_tokens"] == row.text_tokens + row.image_tokens


def test_a_chat_and_the_images_endpoint_draw_the_same(gateway: Simulator) -> None:
    """The same words give the same picture either way."""
    with Simulator(provider="vercel") as other:
        picture = ask(other, model=MODEL).pictures[0]
    assert drawn(chatted(gateway)) == picture


def test_a_picture_in_a_chat_is_edited(gateway: Simulator) -> None:
    """An image_url part makes the chat an edit."""
    parts = [
        {"type": "text", "text": "at night"},
        {"type": "image_url", "image_url": {"url": data_url(png())}},
    ]
    answer = chatted(gateway, messages=[{"role": "user", "content": parts}])
    assert answer.status == 200
    row = gateway.billed.rows[0]
    assert (row.operation, row.image_input_tokens > 0) == ("edit", True)


def test_the_real_sdk_reads_a_chat(gateway: Simulator) -> None:
    """The real SDK keeps message.images, whole and streamed."""
    with openai.OpenAI(base_url=gateway.url, api_key="any", max_retries=0) as client:
        settings: dict[str, Any] = {
            "model": MODEL,
            "messages": HELLO["messages"],
            "extra_body": {"modalities": ["text", "image"], "quality": "low"},
        }
        whole = client.chat.completions.create(**settings)
        assert whole.choices[0].message.to_dict()["images"]
        first, last = client.chat.completions.create(**settings, stream=True)
        assert first.choices[0].delta.to_dict()["images"]
        assert (last.choices[0].finish_reason, last.usage is not None) == ("stop", True)
    assert gateway.billed.pictures == 2


def test_the_gateway_lists_prices_as_strings(gateway: Simulator) -> None:
    """Models have the maker's prefix, the type image, and prices per token, open to anybody."""
    answer = ask(gateway, method="GET", path="/v1/models", headers={"Authorization": ""})
    one = next(one for one in answer.json["data"] if one["id"] == MODEL)
    assert one["pricing"] == {"input": "0.000005", "output": "0.00003"}
    assert (one["type"], one["owned_by"], one["object"]) == ("image", "openai", "model")
    assert get(gateway, f"/v1/models/{MODEL}").json == one
    old = get(gateway, "/v1/models/openai/gpt-image-1.5").json
    assert old["deprecated_at"] == 1796083200000
    served = get(gateway, f"/v1/models/{MODEL}/endpoints").json["data"]
    assert served["endpoints"][0]["pricing"] == one["pricing"]


def test_the_gateway_counts_credits(gateway: Simulator) -> None:
    """Credits are strings of dollars, and go down by what was billed."""
    chatted(gateway)
    told = get(gateway, "/v1/credits").json
    assert float(told["total_used"]) == pytest.approx(gateway.billed.nano / 1e9)
    assert float(told["balance"]) == pytest.approx(1000 - gateway.billed.nano / 1e9)


@pytest.mark.parametrize("path", [CHAT, "/v1/images/generations"])
def test_the_gateway_knows_models_by_their_maker(gateway: Simulator, path: str) -> None:
    """A model without its maker, or unknown, is 404 model_not_found."""
    for named in ("gpt-image-2", "openai/gpt-image-9"):
        body = {**HELLO, "model": named} if path == CHAT else {**SMALL, "model": named}
        answer = ask(gateway, body, path=path)
        assert (answer.status, answer.error["type"]) == (404, "model_not_found")
    assert get(gateway, "/v1/models/gpt-image-2").status == 404


def test_the_gateway_may_have_no_images_endpoint() -> None:
    """With chat_only the images endpoints are not there, and chats draw."""
    with Simulator(provider="vercel", chat_only=True) as only:
        assert ask(only, model=MODEL).status == 404
        assert chatted(only).status == 200


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": ""}]}, "prompt"),
        ({"modalities": ["text"]}, "modalities"),
        ({"quality": "hd", "providerOptions": None}, "quality"),
    ],
)
def test_a_wrong_chat_is_refused(gateway: Simulator, changes: dict[str, Any], param: str) -> None:
    """What cannot be drawn is a 400 that names the parameter."""
    answer = chatted(gateway, **changes)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_faults_strike_chats_too(gateway: Simulator) -> None:
    """The fault menu serves chats: refusals, broken lines, missing usage, garbage."""
    gateway.faults.add(
        *(
            fault.only(times=1)
            for fault in (Fault.too_many(), Fault.no_usage(), Fault.garbage(), Fault.cut())
        )
    )
    assert chatted(gateway).status == 429
    assert "usage" not in chatted(gateway).json
    with pytest.raises(ValueError, match="Expecting value"):
        _ = chatted(gateway).json
    with pytest.raises(http.client.IncompleteRead):
        chatted(gateway)


# --- Azure -----------------------------------------------------------------------------------


def test_azure_takes_its_key_in_a_header_of_its_own(azure: Simulator) -> None:
    """`api-key` opens a deployment's address; without a key the error is Azure's."""
    azure.faults.add(Fault.empty())
    headers = {"api-key": "any", "Authorization": ""}
    assert ask(azure, path=DEPLOYED + VERSION, headers=headers).status == 200
    refused = ask(azure, path=DEPLOYED + VERSION, headers={"Authorization": ""})
    assert (refused.status, refused.error["code"]) == (401, "401")
    assert "type" not in refused.error


def test_a_deployment_stands_for_its_model(azure: Simulator) -> None:
    """The deployment in the address decides, and is the model of the newer address."""
    assert azure.url.endswith("/openai/v1")
    assert unpainted(azure, path=DEPLOYED + VERSION, model="ignored").status == 200
    assert unpainted(azure, path="/openai/v1/images/generations", model="fox").status == 200
    assert azure.billed.pictures_by_model == {"gpt-image-2": 2}


@pytest.mark.parametrize(
    ("path", "model", "code"),
    [
        (DEPLOYED, "fox", "404"),
        ("/openai/deployments/hare/images/generations" + VERSION, "fox", "DeploymentNotFound"),
        ("/openai/v1/images/generations", "gpt-image-2", "DeploymentNotFound"),
        ("/openai/v1/images/variations", "fox", "404"),
        ("/v1/images/generations", "fox", "404"),
    ],
)
def test_azure_knows_its_own_addresses_only(
    azure: Simulator, path: str, model: str, code: str
) -> None:
    """Without a version, deployment or known address the answer is Azure's 404."""
    answer = ask(azure, path=path, model=model)
    assert (answer.status, answer.error["code"]) == (404, code)


@pytest.mark.parametrize(
    "path", ["/openai/v1/chat/completions", "/openai/deployments/fox/chat/completions" + VERSION]
)
def test_azure_does_not_chat(azure: Simulator, path: str) -> None:
    """Chat completions of a picture's deployment answer 400 OperationNotSupported."""
    answer = ask(azure, {"model": "fox", "messages": []}, path=path)
    assert (answer.status, answer.error["code"]) == (400, "OperationNotSupported")
    assert "gpt-image-2" in answer.error["message"]


def test_azures_own_client_draws_and_edits(azure: Simulator) -> None:
    """The SDK's AzureOpenAI generates and edits at a deployment."""
    with openai.AzureOpenAI(
        azure_endpoint=f"http://127.0.0.1:{port(azure)}",
        api_key="any",
        api_version="2025-04-01-preview",
        max_retries=0,
    ) as client:
        settings: dict[str, Any] = {**SMALL, "model": "fox"}
        assert client.images.generate(**settings).data
        file = ("a.png", png(), "image/png")
        assert client.images.edit(**settings, image=file).data
    assert [row.operation for row in azure.billed.rows] == ["generation", "edit"]


# --- which there are -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"provider": "nobody"},
        {"chat_only": True},
        {"deployments": {"a": "gpt-image-2"}},
    ],
)
def test_manners_that_there_are_not_are_refused(settings: dict[str, Any]) -> None:
    """An unknown provider, or a setting of another one, is an InputError."""
    with pytest.raises(InputError):
        Simulator(**settings)


def test_openai_has_no_credits(simulator: Simulator) -> None:
    """The gateway's own addresses are unknown elsewhere."""
    assert get(simulator, "/v1/credits").status == 404
    body = json.dumps({**HELLO, "model": MODEL}).encode()
    assert ask(simulator, body, path=CHAT).status == 404
