"""Edits and streams on the wire: what is sent, byte for byte, and what comes of the answers."""

from __future__ import annotations

import contextlib
import email.parser
import email.policy
import time
from collections.abc import Iterator
from typing import Any

import pytest

from imagelab.errors import (
    ExchangeError,
    OutcomeUnknownError,
    RateLimitError,
    RefusedError,
    RejectedError,
)
from imagelab.exchange import line
from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from imagelab.exchange.streams import Partial
from imagelab.pictures import Reference
from imagelab.request import ImageRequest, ImageResponse
from tests.exchange.test_streams import DONE, PARTIAL, frame
from tests.servers import Asked, Reply, Server, answer, picture, success, usage
from tests.sessions import KEY, fox

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_1\r\n"
    b"connection: close\r\n\r\n"
)
SMALL, LARGE = picture("png", 64, 64), picture("png", 128, 128)


@contextlib.contextmanager
def client(server: Server, timeout: float = 20.0) -> Iterator[Client]:
    """Open a client that asks a server of the test."""
    place = Place.find("simulator", server.url)
    opened = Client(place, server.url, KEY, timeout=timeout, connections=2)
    try:
        yield opened
    finally:
        opened.close()


def ask(reply: Reply, request: ImageRequest, **options: Any) -> tuple[ImageResponse, Asked]:
    """Ask a server that gives this reply; give the response and what was asked."""
    with Server(lambda asked: reply) as server, client(server) as opened:
        response = opened.ask(request, **options)
    return response, server.asked[0]


def refused(reply: Reply, **options: Any) -> ExchangeError:
    """Stream from a server that gives this reply, and give the error that it leads to."""
    with pytest.raises(ExchangeError) as error:
        ask(reply, fox(partial_images=2), **options)
    return error.value


# --- edits ----------------------------------------------------------------------------------


def parts_of(asked: Asked) -> dict[str, list[tuple[str | None, str, bytes]]]:
    """Read a form: of each part its file name, kind and bytes, by the part's name."""
    head = f"content-type: {asked.headers['content-type']}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + asked.body)
    found: dict[str, list[tuple[str | None, str, bytes]]] = {}
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        found.setdefault(str(name), []).append(
            (part.get_filename(), part.get_content_type(), content)
        )
    return found


def edited(*data: bytes, **settings: Any) -> tuple[dict[str, list[Any]], Asked]:
    """Send an edit of these pictures, and give the form that came."""
    kept = {Reference.of(one).sha256: one for one in (*data, *settings.pop("beside", ()))}
    images = tuple(Reference.of(one) for one in data)
    request = fox(images=images, **settings)
    body = success_body()
    _, asked = ask(answer(200, body), request, files=kept.__getitem__)
    return parts_of(asked), asked


def success_body() -> dict[str, Any]:
    """Write the body of a good answer."""
    import base64

    letters = base64.b64encode(picture()).decode()
    return {"data": [{"b64_json": letters}], "usage": usage("a red fox in snow")}


def test_one_image_is_one_file_with_its_kind() -> None:
    """One image goes as ``image``, with a name and a MIME type: without, it would be refused."""
    form, asked = edited(SMALL, model="gpt-image-1", size="1024x1024")
    assert asked.line == "POST /v1/images/edits HTTP/1.1"
    assert form["image"] == [("image-1.png", "image/png", SMALL)]
    assert form["prompt"][0][2] == b"a red fox in snow"


@pytest.mark.parametrize(("kind", "name"), [("jpeg", "image-1.jpg"), ("webp", "image-1.webp")])
def test_every_kind_is_named(kind: str, name: str) -> None:
    """A jpeg and a webp say that they are."""
    form, _ = edited(picture(kind, 64, 64))
    assert form["image"][0][:2] == (name, f"image/{kind}")


def test_sixteen_images_go_in_their_order() -> None:
    """Several images go as ``image[]``, in the order they were given, equal ones too."""
    form, _ = edited(*([SMALL, LARGE] * 8))
    assert [one[2] for one in form["image[]"]] == [SMALL, LARGE] * 8


def test_a_mask_and_settings_go_along() -> None:
    """A mask is a png of its own; numbers and what this SDK does not know go as text."""
    mask = picture("png", 64, 64, shade=3)
    form, _ = edited(
        SMALL,
        mask=Reference.of(mask),
        beside=[mask],
        input_fidelity="high",
        output_format="webp",
        output_compression=40,
        moderation="low",
        extra={"brand_new": 7},
    )
    assert form["mask"] == [("mask.png", "image/png", mask)]
    said = {name: one[0][2] for name, one in form.items() if one[0][0] is None}
    assert {name: said[name] for name in ("input_fidelity", "output_compression")} == {
        "input_fidelity": b"high",
        "output_compression": b"40",
    }
    assert (said["moderation"], said["brand_new"]) == (b"low", b"7")


def test_a_markup_goes_along() -> None:
    """A markup is a file beside the images."""
    form, _ = edited(
        SMALL,
        model="gpt-image-2.5-flare",
        size="1024x1024",
        markup=Reference.of(LARGE),
        beside=[LARGE],
    )
    assert form["markup"] == [("markup.png", "image/png", LARGE)]


def test_a_markup_goes_along_with_all_else() -> None:
    """Several images, a stream and what has no name stand in the same form, in every SDK."""
    form, _ = edited(
        LARGE,
        SMALL,
        model="gpt-image-2.5-flare",
        size="1024x1024",
        markup=Reference.of(LARGE),
        beside=[LARGE],
        partial_images=2,
        extra={"brand_new": "yes"},
    )
    assert [one[2] for one in form["image[]"]] == [LARGE, SMALL]
    assert form["markup"] == [("markup.png", "image/png", LARGE)]
    said = {name: one[0][2] for name, one in form.items() if one[0][0] is None}
    assert (said["stream"], said["partial_images"], said["brand_new"]) == (b"true", b"2", b"yes")
    assert said["model"] == b"gpt-image-2.5-flare"


def test_a_reference_that_is_gone_sends_nothing() -> None:
    """Where the bytes cannot be read any more nothing is sent, and nothing was billed."""
    with (
        Server(lambda asked: b"") as server,
        client(server) as opened,
        pytest.raises(RejectedError, match="nothing was sent") as error,
    ):
        opened.ask(fox(images=(Reference.of(SMALL),)))
    assert (server.posts, error.value.billed) == (0, "no")


def test_unknown_parameters_are_passed_on() -> None:
    """What has no name here stands in the body as it was given; transport goes along."""
    request = fox(extra={"brand_new": {"a": [1]}}, safety_identifier="hash-of-a-name")
    _, asked = ask(answer(200, success_body()), request)
    assert asked.json["brand_new"] == {"a": [1]}
    assert asked.json["safety_identifier"] == "hash-of-a-name"
    assert "extra" not in asked.json


def test_an_svg_names_its_author() -> None:
    """The author of an svg goes out as an object, and what it spent comes back as usage."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
    wrote = {"model": "gpt-5.6-terra", "input_tokens": 10, "output_tokens": 20}
    request = fox(
        model="gpt-image-2.6-flare",
        output_format="svg",
        svg={"model": "gpt-5.6-terra", "reasoning": {"effort": "low"}},
    )
    with (
        Server(lambda asked: success(asked, svg, svg_usage=wrote)) as server,
        client(server) as opened,
    ):
        response = opened.ask(request)
    assert server.asked[0].json["svg"]["reasoning"] == {"effort": "low"}
    assert (response.data, response.usage.author_output_tokens) == (svg, 20)


def test_an_svg_whose_author_nobody_names_has_an_unknown_author() -> None:
    """Without svg_usage an svg had an author all the same: who, and for how much, is unknown."""
    request = fox(model="gpt-image-2.6-flare", output_format="svg")
    response, _ = ask(answer(200, success_body()), request)
    assert response.usage.author_model == ""


# --- streams --------------------------------------------------------------------------------


def test_a_stream_tells_its_partial_pictures_and_ends_in_one() -> None:
    """Partials are told while the answer comes, and the finished frame is the response."""
    seen: list[Partial] = []

    def reply() -> Iterator[bytes]:
        yield HEAD + frame(PARTIAL, SMALL, partial_image_index=0)
        ends = time.monotonic() + 20
        while not seen and time.monotonic() < ends:  # nothing more is sent before it was told
            time.sleep(0.01)
        yield frame(DONE, LARGE, usage=usage("a red fox in snow", 372), quality="low")

    response, asked = ask(reply(), fox(partial_images=1), watch=seen.append)
    assert seen == [Partial(0, SMALL)]
    assert (response.data, response.quality) == (LARGE, "low")
    assert response.usage.image_output_tokens == 372
    assert (asked.json["stream"], asked.json["partial_images"]) == (True, 1)


def test_a_server_that_does_not_stream_is_understood() -> None:
    """Where a whole answer comes for a stream that was asked for, it is read as one."""
    response, _ = ask(answer(200, success_body()), fox(partial_images=2))
    assert response.data == picture()


def test_a_stream_cut_after_a_partial_keeps_it() -> None:
    """A line that breaks in the midst of a frame is an unknown outcome with the last partial."""
    error = refused(HEAD + frame(PARTIAL, SMALL) + frame(DONE, LARGE)[:60])
    assert isinstance(error, OutcomeUnknownError)
    assert (error.partial, error.billed, error.request_id) == (SMALL, "perhaps", "req_1")


def test_a_chunked_stream_that_breaks_is_an_unknown_outcome() -> None:
    """Where the HTTP library sees the break, the partial is kept as well."""
    head = HEAD.replace(b"connection", b"transfer-encoding: chunked\r\nconnection")
    part = frame(PARTIAL, SMALL)
    error = refused(head + f"{len(part):x}\r\n".encode() + part + b"\r\n500\r\nda")
    assert isinstance(error, OutcomeUnknownError)
    assert error.partial == SMALL


def test_a_stream_cut_after_its_finished_picture_is_whole() -> None:
    """What breaks off behind the finished picture loses nothing."""
    head = HEAD.replace(b"connection", b"transfer-encoding: chunked\r\nconnection")
    part = frame(DONE, LARGE)
    broken = head + f"{len(part):x}\r\n".encode() + part + b"\r\n500\r\nda"
    response, _ = ask(broken, fox(partial_images=1))
    assert response.data == LARGE


def test_a_stream_that_trickles_ends_with_the_time_and_keeps_the_partial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time for a whole answer bounds a stream too."""
    seen: list[Partial] = []
    # The time is over once the partial was told, however long a busy machine takes for that.
    monkeypatch.setattr(line.Line, "look", lambda one, nap: -1.0 if seen else 60.0)

    def reply() -> Iterator[bytes]:
        yield HEAD + frame(PARTIAL, SMALL)
        while True:
            yield b": wait\n\n"
            time.sleep(0.05)

    with Server(lambda asked: reply()) as server, client(server) as opened:
        with pytest.raises(OutcomeUnknownError, match=r"not whole after 20 seconds") as error:
            opened.ask(fox(partial_images=1), watch=seen.append)
        server.stop_sending()
    assert error.value.partial == SMALL


def told(code: str | None = None, kind: str | None = None, **more: Any) -> bytes:
    """Write an error frame."""
    return frame("error", error={"message": "It says no.", "code": code, "type": kind, **more})


def test_moderation_inside_a_stream_is_a_refusal() -> None:
    """The safety system's no is a refusal, at the output where a partial had come."""
    early = refused(
        HEAD + told("moderation_blocked", moderation_details={"moderation_stage": "input"})
    )
    late = refused(HEAD + frame(PARTIAL, SMALL) + told("moderation_blocked"))
    assert isinstance(early, RefusedError)
    assert isinstance(late, RefusedError)
    assert (early.stage, early.billed) == ("input", "no")
    assert (late.stage, late.billed, late.partial) == ("output", "perhaps", None)


@pytest.mark.parametrize(
    ("code", "kind", "expected", "billed"),
    [
        ("rate_limit_exceeded", "tokens", RateLimitError, "no"),
        ("invalid_value", "invalid_request_error", RejectedError, "no"),
        (None, "server_error", OutcomeUnknownError, "perhaps"),
        (None, None, OutcomeUnknownError, "perhaps"),
    ],
)
def test_an_error_before_any_picture_means_what_it_would_mean_alone(
    code: str | None, kind: str | None, expected: type[ExchangeError], billed: str
) -> None:
    """Before a picture has begun to come, a stream's error is judged by its code and type."""
    error = refused(HEAD + told(code, kind))
    assert isinstance(error, expected)
    assert error.billed == billed


@pytest.mark.parametrize("kind", ["invalid_request_error", "tokens", "server_error"])
def test_an_error_after_a_partial_may_have_been_billed(kind: str) -> None:
    """Once a picture has begun to come, whatever breaks it off may be on the bill."""
    error = refused(HEAD + frame(PARTIAL, SMALL) + told("rate_limit_exceeded", kind))
    assert isinstance(error, OutcomeUnknownError)
    assert error.partial == SMALL
