from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pytest

from imagelab.errors import QuotaError, RejectedError
from imagelab.exchange import elsewhere
from imagelab.exchange.line import Line
from tests.exchange.conftest import Ask
from tests.servers import Asked, Server, answer, error, picture, usage
from tests.sessions import fox

NO_ROUTE = error(404, "Not Found", code="not_found")


def chat(data: bytes | None = None, **changes: Any) -> bytes:
    """Answer a chat with a picture, as Vercel's pages show it."""
    address = f"data:image/png;base64,{base64.b64encode(data or picture()).decode()}"
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "Here it is.",
        "images": [{"type": "image_url", "image_url": {"url": address}}],
    }
    body = {
        "id": "chatcmpl-123",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message | changes, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 272, "total_tokens": 283},
    }
    return answer(200, body)


def chats_only(asked: Asked) -> bytes:
    """A gateway that has no images endpoint."""
    return chat() if "/chat/completions" in asked.line else NO_ROUTE


def test_without_an_images_endpoint_pictures_come_through_a_chat(at: Ask) -> None:
    """A gateway that knows no images endpoint is asked through chat completions instead."""
    with Server(chats_only) as server:
        response = at(server.url, provider="vercel").ask(fox(quality="high"))
        asked = server.asked[-1].json
    assert response.data == picture()
    assert (response.usage.text_input_tokens, response.usage.image_output_tokens) == (11, 272)
    assert asked["model"] == "openai/gpt-image-1"
    assert asked["messages"] == [{"role": "user", "content": "a red fox in snow"}]
    assert asked["modalities"] == ["image"]
    assert asked["providerOptions"]["openai"] == {"quality": "high", "size": "1024x1024"}


OUT_OF_CREDIT = {"error": {"message": "Top up.", "code": "insufficient_quota", "type": "x"}}


def test_an_error_in_a_good_chat_is_read_for_what_it_is(at: Ask) -> None:
    """A gateway that tells an empty account with status 200 tells an empty account."""

    def broke(asked: Asked) -> bytes:
        return answer(200, OUT_OF_CREDIT) if "/chat/completions" in asked.line else NO_ROUTE

    with Server(broke) as server, pytest.raises(QuotaError, match="Top up"):
        at(server.url, provider="vercel").ask(fox())


def test_an_error_in_place_of_a_verdict_is_read_for_what_it_is(at: Ask) -> None:
    """A judge's empty account is one too, unless the answer counts tokens that it wrote."""
    question = fox(model="gpt-5-mini", operation="judge")
    counted = {**OUT_OF_CREDIT, "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
    with Server(lambda asked: answer(200, OUT_OF_CREDIT)) as server:
        with pytest.raises(QuotaError, match="Top up") as caught:
            at(server.url).judge(question, [picture(), picture()])
        assert (server.posts, caught.value.billed) == (1, "no")
    with Server(lambda asked: answer(200, counted)) as server:
        said = at(server.url).judge(question, [picture(), picture()])
    assert said.problem == "The answer holds no choices[0].message"


def test_the_usage_of_a_chat_is_kept_as_it_came(at: Ask) -> None:
    """The raw usage holds the chat's own counts beside those of a picture."""
    with Server(chats_only) as server:
        response = at(server.url, provider="vercel").ask(fox())
    assert json.loads(response.raw_usage or "")["completion_tokens"] == 272


def test_the_images_endpoint_is_looked_for_once(at: Ask) -> None:
    """After the first picture the chat is asked at once."""
    with Server(chats_only) as server:
        client = at(server.url, provider="vercel")
        client.ask(fox())
        client.ask(fox("an owl"))
        lines = [one.line.split()[1] for one in server.asked]
    assert lines == ["/v1/images/generations", *["/v1/chat/completions"] * 2]


def test_several_threads_turn_to_the_chat_at_once(at: Ask) -> None:
    """Requests that were all turned away at the same moment all come through the chat."""
    gate, came = threading.Barrier(3, timeout=20), []

    def handle(asked: Asked) -> bytes:
        if "/images/" in asked.line:
            gate.wait()
        return chats_only(asked)

    with Server(handle) as server:
        client = at(server.url, provider="vercel")
        threads = [
            threading.Thread(target=lambda: came.append(client.ask(fox()))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [one.data for one in came] == [picture()] * 3


@pytest.mark.parametrize(
    "reply",
    [
        error(404, "The model `openai/x` does not exist or you do not have access to it."),
        error(404, "Not Found", code="model_not_found"),
        error(400, "Invalid size"),
    ],
)
def test_a_refusal_is_no_missing_endpoint(at: Ask, reply: bytes) -> None:
    """An endpoint that refuses the model or the request is there, and no chat is asked."""
    with Server(lambda asked: reply) as server:
        with pytest.raises(RejectedError):
            at(server.url, provider="vercel").ask(fox())
        assert server.posts == 1


def test_openai_is_never_asked_through_a_chat(at: Ask) -> None:
    """At OpenAI a missing address is an error: its image models do not chat."""
    with Server(chats_only) as server:
        with pytest.raises(RejectedError):
            at(server.url, provider="openai").ask(fox())
        assert server.posts == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"images": []},
        {"images": None},
        {"images": [{"image_url": {"url": "https://example.com/a.png"}}]},
        {"images": [{"image_url": {"url": "data:image/png;base64,%%%"}}]},
    ],
    ids=["empty", "none", "address", "no base64"],
)
def test_a_chat_without_a_picture_was_paid_for(at: Ask, changes: dict[str, Any]) -> None:
    """A chat that draws nothing is an answer with a problem that tells what it said instead."""
    replies = iter([NO_ROUTE, chat(**changes)])
    with Server(lambda asked: next(replies)) as server:
        response = at(server.url, provider="vercel").ask(fox())
    assert "choices[0].message.images but words: 'Here it is.'" in (response.problem or "")
    assert response.usage.image_output_tokens == 272


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"choices": 3}', b"{}"])
def test_nonsense_for_a_chat_is_an_answer_with_a_problem(at: Ask, body: bytes) -> None:
    """Whatever comes in a chat's place is kept, with what is wrong with it."""
    replies = iter([NO_ROUTE, answer(200, body)])
    with Server(lambda asked: next(replies)) as server:
        response = at(server.url, provider="vercel").ask(fox())
    assert response.problem
    assert response.data == body


# --- pictures elsewhere -----------------------------------------------------------------------


def pointing(url: str) -> bytes:
    """Answer with an address in the picture's place."""
    return answer(200, {"created": 1, "data": [{"url": url}], "usage": usage("a red fox in snow")})


def test_a_picture_may_be_elsewhere(at: Ask) -> None:
    """An answer that points at its picture has it fetched, without the key."""

    def handle(asked: Asked) -> bytes:
        if asked.line.startswith("GET"):
            return answer(200, picture(shade=7), {"content-type": "image/png"})
        return pointing(f"{server.url}/made.png")

    with Server(handle) as server:
        response = at(server.url).ask(fox())
        fetched = server.asked[-1]
    assert (response.data, response.problem) == (picture(shade=7), None)
    assert "authorization" not in fetched.headers


def test_a_picture_that_does_not_come_at_once_is_fetched_again(at: Ask) -> None:
    """A picture that was paid for is fetched again where it broke off or was not there yet."""
    replies = [answer(200, picture(shade=7)), answer(404, b""), answer(200, picture())[:-9]]

    def handle(asked: Asked) -> bytes:
        return replies.pop() if asked.line.startswith("GET") else pointing(f"{server.url}/made.png")

    with Server(handle) as server:
        response = at(server.url).ask(fox())
        assert (server.posts, len(server.asked)) == (1, 4)
    assert (response.data, response.problem) == (picture(shade=7), None)


def test_a_picture_that_never_comes_leaves_what_was_paid_for(at: Ask) -> None:
    """After a few tries, or when the time is over, the answer is kept with what it counted."""

    def handle(asked: Asked) -> bytes:
        return b"" if asked.line.startswith("GET") else pointing(f"{server.url}/made.png")

    with Server(handle) as server:
        response = at(server.url, timeout=0.5).ask(fox())
        assert server.posts == 1
    assert "cannot be fetched" in (response.problem or "")
    assert response.usage.was_counted
    assert b"/made.png" in response.data


def test_a_picture_may_be_in_its_address(at: Ask) -> None:
    """An answer with a data URL has its picture in it."""
    url = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    with Server(lambda asked: pointing(url)) as server:
        response = at(server.url).ask(fox())
    assert (response.data, response.problem) == (picture(), None)


@pytest.mark.parametrize("url", ["http://example.com/a.png", "file:///etc/passwd", "/made.png"])
def test_what_cannot_be_fetched_is_kept_as_it_came(at: Ask, url: str) -> None:
    """An address that is none to fetch from leaves a paid answer with a problem, and its bytes."""
    with Server(lambda asked: pointing(url)) as server:
        response = at(server.url).ask(fox())
        assert server.posts == len(server.asked) == 1
    assert "cannot be fetched" in (response.problem or "")
    assert url in response.data.decode()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a.png", "https://localhost/a.png"])
def test_nobody_elsewhere_points_at_this_machine(address: str) -> None:
    """A provider on the web cannot have a program fetch what runs beside it."""
    with pytest.raises(ValueError, match="this machine"):
        elsewhere.fetch(address, None, Line(1.0), from_here=False)
