from __future__ import annotations

import base64
import json
import re
import traceback
import zlib
from contextlib import closing
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import openai
import pytest

from imagelab.errors import (
    ExchangeError,
    KeyRefusedError,
    ModelGoneError,
    OutcomeUnknownError,
    QuotaError,
    RateLimitError,
    RefusedError,
    RejectedError,
)
from imagelab.exchange.body import MOST_TEXT
from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from imagelab.request import Usage
from imagelab.simulator import Fault, Simulator
from tests import servers
from tests.exchange.conftest import Ask
from tests.servers import Asked, Server, answer, error, picture, success
from tests.sessions import KEY, fox

SMALL = fox(model="gpt-image-2", size="1024x640")

MODERATION = {
    "error": {
        "message": "Your request was rejected by the safety system.",
        "type": "image_generation_user_error",
        "param": None,
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": "input", "categories": ["violence"]},
    }
}


def refused(at: Ask, reply: bytes, **settings: Any) -> ExchangeError:
    """Ask a server that gives one reply to all, and return the error it makes."""
    with Server(lambda asked: reply) as server:
        with pytest.raises(ExchangeError) as caught:
            at(server.url, **settings).ask(fox())
        assert server.posts == 1
    return caught.value


# --- a picture ------------------------------------------------------------------------------


def test_a_picture_comes_as_sent(at: Ask) -> None:
    """What comes is the picture's bytes as sent, with what the provider said of them."""
    with Server(success) as server:
        response = at(server.url).ask(fox())
    assert response.data == picture()
    assert (response.size, response.quality, response.output_format) == ("1024x1024", "low", "png")
    assert (response.background, response.request_id) == ("opaque", "req_1")
    assert response.problem is None


def test_usage_comes_as_sent(at: Ask) -> None:
    """The usage that came is read, and kept word for word."""
    with Server(success) as server:
        response = at(server.url).ask(fox())
    expected = servers.usage("a red fox in snow")
    assert response.usage == Usage.from_wire(expected)
    assert json.loads(response.raw_usage or "") == expected


def test_the_simulator_is_understood(at: Ask) -> None:
    """The simulator's picture, usage and request id are what it drew, counted and billed."""
    with Simulator() as simulator:
        response = at(simulator.url).ask(SMALL)
        (billed,) = simulator.billed.rows
    assert response.request_id == billed.request_id
    assert response.usage.image_output_tokens == billed.image_tokens
    assert response.usage.text_input_tokens == billed.text_tokens
    assert response.data.startswith(b"\x89PNG")


def test_what_is_sent_is_the_request_and_nothing_else(at: Ask) -> None:
    """The body on the wire holds the request's own parameters, once, and no others."""
    request = fox(background="opaque", output_format="webp", output_compression=50)
    with Server(success) as server:
        at(server.url).ask(request)
    (asked,) = server.asked
    assert asked.line == "POST /v1/images/generations HTTP/1.1"
    assert asked.json == request.parameters()
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_only_a_replay_hears_which_sample_is_asked_for(at: Ask) -> None:
    """Sample and take go to a replay in a header; a provider's request says nothing of them."""
    with Server(success) as server:
        at(server.url).ask(fox(), sample=2, take=3)
        replay = replace(Place.of_replay("Replay", "d1", None), base_url=server.url)
        with closing(Client(replay, server.url, KEY, timeout=20, connections=1)) as client:
            client.ask(fox(), sample=2, take=3)
    provider, replayed = (asked.headers for asked in server.asked)
    assert set(replayed) - set(provider) == {"x-imagelab-which"}
    assert replayed["x-imagelab-which"] == "2/3"


@pytest.mark.parametrize(
    ("told", "bill"),
    [
        ({"cost_nano": 7, "price": "vercel/x@2026"}, (7, "vercel/x@2026")),
        ({"cost_nano": 0}, (0, None)),
        ({"cost_nano": None, "price": 3}, (None, None)),
        ({"cost_nano": -1}, None),
        ({"cost_nano": True}, None),
        ({"cost_nano": 7.5}, None),
        ("7", None),
        (None, None),
    ],
)
def test_only_a_replay_is_believed_what_it_cost(at: Ask, told: object, bill: object) -> None:
    """A recording tells the bill of then; a provider that says the like is not listened to."""
    with Server(lambda asked: success(asked, imagelab_bill=told)) as server:
        assert at(server.url).ask(fox()).as_billed is None
        replay = replace(Place.of_replay("Replay", "d1", None), base_url=server.url)
        with closing(Client(replay, server.url, KEY, timeout=20, connections=1)) as client:
            assert client.ask(fox()).as_billed == bill


def test_a_providers_prefix_stands_before_the_model(at: Ask) -> None:
    """Vercel is asked for the model by its name there."""
    with Server(success) as server:
        at(server.url, provider="vercel").ask(fox())
    assert server.asked[0].json["model"] == "openai/gpt-image-1"


def test_several_at_once_get_their_own(at: Ask) -> None:
    """Requests of several threads over one client each get the answer to their own words."""
    from concurrent.futures import ThreadPoolExecutor

    def own(asked: Asked) -> bytes:
        return success(asked, asked.json["prompt"].encode())

    with Server(own) as server, ThreadPoolExecutor(8) as pool:
        client = at(server.url)
        prompts = [f"fox {number}" for number in range(24)]
        found = list(pool.map(lambda prompt: client.ask(fox(prompt)).data.decode(), prompts))
    assert found == prompts


# --- errors that say so ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "billed"),
    [
        (400, "invalid_value", RejectedError, "no"),
        (400, "billing_hard_limit_reached", QuotaError, "no"),
        (400, "content_policy_violation", RefusedError, "perhaps"),
        (401, "invalid_api_key", KeyRefusedError, "no"),
        (402, None, QuotaError, "no"),
        (403, None, KeyRefusedError, "no"),
        (404, "model_not_found", ModelGoneError, "no"),
        (408, None, OutcomeUnknownError, "perhaps"),
        (409, None, RejectedError, "no"),
        (413, None, RejectedError, "no"),
        (422, None, RejectedError, "no"),
        (429, "rate_limit_exceeded", RateLimitError, "no"),
        (429, None, RateLimitError, "no"),
        (429, "insufficient_quota", QuotaError, "no"),
        (429, "credit_balance_exhausted", QuotaError, "no"),
        (429, "billing_not_active", QuotaError, "no"),
        (499, None, OutcomeUnknownError, "perhaps"),
        (403, "organization_spend_limit_exceeded", QuotaError, "no"),
        (500, None, OutcomeUnknownError, "perhaps"),
        (502, None, OutcomeUnknownError, "perhaps"),
        (503, None, OutcomeUnknownError, "perhaps"),
        (504, None, OutcomeUnknownError, "perhaps"),
        (529, None, OutcomeUnknownError, "perhaps"),
    ],
)
def test_every_error_has_its_class_and_says_if_it_was_billed(
    at: Ask, status: int, code: str | None, kind: type[ExchangeError], billed: str
) -> None:
    """An error's status and code decide its class and whether it may have been billed."""
    found = refused(at, error(status, "Something was said.", code))
    assert (type(found), found.billed) == (kind, billed)
    assert (found.http_status, found.code, found.request_id) == (status, code, "req_1")
    assert "Something was said." in str(found)


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (400, "moderation_blocked", "Change the prompt"),
        (400, "billing_hard_limit_reached", "raise the limit"),
        (401, "invalid_api_key", "Check the API key"),
        (403, None, "no right to this model"),
        (404, "model_not_found", r"imagelab\.models\(\)"),
        (429, None, "fewer pictures at a time"),
        (402, None, "Add credit"),
        (413, None, "change the request"),
        (429, "insufficient_quota", "Add credit"),
        (500, None, "not asked again by itself"),
    ],
)
def test_every_error_names_a_remedy(at: Ask, status: int, code: str | None, remedy: str) -> None:
    """After the provider's words an error says what to do."""
    assert re.search(remedy, str(refused(at, error(status, "No.", code))))


@pytest.mark.parametrize(
    "said",
    [b"<html>404 page not found</html>", {"error": {"message": "Invalid URL (POST /images)"}}],
    ids=["page", "json"],
)
def test_a_path_that_is_not_there_says_to_check_the_address(at: Ask, said: object) -> None:
    """A base_url without its /v1 is told from a model that is gone."""
    found = refused(at, answer(404, said))
    assert "check base_url, which usually ends in /v1" in str(found)
    assert "retired" not in str(found)


def test_a_quota_that_only_the_type_tells_is_a_quota(at: Ask) -> None:
    """An account without credit says so in the error's type too, and often has no code."""
    told = {"message": "You exceeded your quota.", "type": "insufficient_quota", "code": None}
    found = refused(at, answer(429, json.dumps({"error": told}).encode()))
    assert (type(found), found.billed) == (QuotaError, "no")


@pytest.mark.parametrize("status", [301, 302, 307])
def test_an_answer_that_points_elsewhere_says_to_check_the_address(at: Ask, status: int) -> None:
    """A redirect is not followed, as the key would go along: its remedy is the address."""
    found = refused(at, answer(status, b"", {"location": "http://127.0.0.1:1/"}))
    assert found.billed == "no"
    assert "base_url" in str(found) or "address" in str(found)


@pytest.mark.parametrize(
    ("stage", "billed"), [("input", "no"), ("output", "perhaps"), ("unknown", "perhaps")]
)
def test_a_moderation_says_at_which_stage(at: Ask, stage: str, billed: str) -> None:
    """A refusal of the words was not billed; one of the picture perhaps was."""
    body = json.loads(json.dumps(MODERATION).replace('"input"', f'"{stage}"'))
    found = refused(at, answer(400, body))
    assert isinstance(found, RefusedError)
    assert (found.stage, found.billed, found.status) == (stage, billed, "refused")


def test_a_moderation_without_a_code_is_known_by_its_words(at: Ask) -> None:
    """A refusal by the safety system is one even where the code is missing."""
    found = refused(at, error(400, "Your request was rejected by the safety system."))
    assert isinstance(found, RefusedError)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b'{"error": "Too many concurrent requests"}',
        b'{"error": null}',
        b'{"error": ["odd"]}',
        b'{"error": {"message": null, "code": 7}}',
        b'{"error": {"message": {"deep": 1}, "code": ["x"]}}',
        b"[1, 2]",
        b"null",
        b'"words"',
        b"\xff\xfe\x00",
        b'{"error": {"message": "half \\ud800"}}',
        b"[" * 5000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_an_error_of_any_shape_is_understood(at: Ask, body: bytes) -> None:
    """An error body of any shape is an error of its status, in words that can be written down."""
    found = refused(at, answer(503, body))
    assert isinstance(found, OutcomeUnknownError)
    assert found.http_status == 503
    assert found.code is None or isinstance(found.code, str)
    assert "503" in str(found)
    str(found).encode()


@pytest.mark.parametrize(
    ("status", "kind", "billed"),
    [
        (401, KeyRefusedError, "no"),
        (402, QuotaError, "no"),
        (404, ModelGoneError, "no"),
        (429, RateLimitError, "no"),
        (408, OutcomeUnknownError, "perhaps"),
        (500, OutcomeUnknownError, "perhaps"),
        (503, OutcomeUnknownError, "perhaps"),
    ],
)
@pytest.mark.parametrize("way", ["packed", "cut"])
def test_an_error_whose_words_cannot_be_read_is_known_by_its_status(
    at: Ask, status: int, kind: type[ExchangeError], billed: str, way: str
) -> None:
    """Words that break off, or are not packed as they say, change nothing of what a status says."""
    packed = {"retry-after": "7", "content-encoding": "gzip"}
    whole = error(status, "Something was said.", headers={"retry-after": "7"})
    reply = answer(status, b"not packed", packed) if way == "packed" else whole[:-9]
    found = refused(at, reply)
    assert (type(found), found.billed) == (kind, billed)
    assert (found.http_status, found.request_id) == (status, "req_1")
    assert f"answered {status}: words that cannot be read." in str(found)
    assert found.seconds_until_retry == (7.0 if kind is RateLimitError else None)


@pytest.mark.parametrize("way", ["packed", "cut"])
def test_a_400_whose_words_cannot_be_read_may_have_been_billed(at: Ask, way: str) -> None:
    """What was refused in a finished picture is a 400 too, and only its words would tell."""
    packed = answer(400, b"not packed", {"content-encoding": "gzip"})
    found = refused(at, packed if way == "packed" else error(400, "Something was said.")[:-9])
    assert (type(found), found.billed) == (OutcomeUnknownError, "perhaps")


def test_a_string_as_error_is_told(at: Ask) -> None:
    """Where the error is only a string, the string is told."""
    found = refused(at, answer(503, {"error": "Too many concurrent requests"}))
    assert "Too many concurrent requests" in str(found)


def test_endless_words_are_cut(at: Ask) -> None:
    """An error of a megabyte of words does not become a message of a megabyte."""
    found = refused(at, error(400, "x" * 1_000_000))
    assert len(str(found)) < 3000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "20"}, 20.0),
        ({"Retry-After": "1", "Retry-After-Ms": "534"}, 0.534),
        ({"Retry-After": "600"}, 600.0),
        ({}, None),
    ],
    ids=str,
)
def test_a_wait_is_passed_on(at: Ask, headers: dict[str, str], seconds: float | None) -> None:
    """The wait that a 429 asks for is on the error, above two minutes too."""
    found = refused(at, error(429, "Slow down.", headers=headers))
    assert found.seconds_until_retry == pytest.approx(seconds)


def test_a_wait_until_a_date_is_passed_on(at: Ask) -> None:
    """A 429 that names a date asks for the seconds until then."""
    date = formatdate(32_503_680_000, usegmt=True)
    found = refused(at, error(429, "Slow down.", headers={"Retry-After": date}))
    assert found.seconds_until_retry is not None
    assert found.seconds_until_retry > 1e9


@pytest.mark.parametrize(
    ("fault", "kind", "billed"),
    [
        (Fault.too_many(retry_after=2), RateLimitError, "no"),
        (Fault.fail(500), OutcomeUnknownError, "perhaps"),
        (Fault.fail(503, text="Too many concurrent requests"), OutcomeUnknownError, "perhaps"),
        (Fault.bad_key(), KeyRefusedError, "no"),
        (Fault.unverified(), KeyRefusedError, "no"),
        (Fault.no_quota(), QuotaError, "no"),
        (Fault.billing_limit(), QuotaError, "no"),
        (Fault.moderated_input(), RefusedError, "no"),
        (Fault.moderated_output(), RefusedError, "perhaps"),
        (Fault.cut(), OutcomeUnknownError, "perhaps"),
        (Fault.drop(), OutcomeUnknownError, "perhaps"),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_the_simulators_faults_are_what_they_say(
    at: Ask, fault: Fault, kind: type[ExchangeError], billed: str
) -> None:
    """Each fault of the simulator makes its error; what it bills is never called not billed."""
    with Simulator(faults=[fault]) as simulator:
        with pytest.raises(kind) as caught:
            at(simulator.url).ask(SMALL)
        assert simulator.wait_until_idle()
        assert simulator.requests == 1
        assert caught.value.billed == billed
        assert billed != "no" or simulator.billed.pictures == 0


# --- answers that are wrong -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "is empty"),
        (b"<html>hello</html>", "not JSON"),
        (b'{"data": [', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"{}", "no picture"),
        (b'{"error": {"message": "Overloaded"}}', "but an error: 'Overloaded'"),
        (b'{"error": "Overloaded"}', "but an error: 'Overloaded'"),
        (b'{"data": null}', "no picture"),
        (b'{"data": []}', "no picture"),
        (b'{"data": {}}', "no picture"),
        (b'{"data": [null]}', "no picture"),
        (b'{"data": [{"b64_json": null}]}', "no picture"),
        (b'{"data": [{"b64_json": 7}]}', "no picture"),
        (b'{"data": [{"b64_json": "%%%"}]}', "no picture"),
        (b'{"data": [{"b64_json": "\xc3\xa9"}]}', "no picture"),
        (b'{"data": [{"b64_json": "abc"}]}', "no picture"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_an_answer_without_a_picture_is_kept_with_its_problem(
    at: Ask, body: bytes, problem: str
) -> None:
    """An answer that holds no picture comes back whole, saying what is wrong."""
    with Server(lambda asked: answer(200, body)) as server:
        response = at(server.url).ask(fox())
    assert problem in (response.problem or "")
    assert response.data == body


@pytest.mark.parametrize(
    "before", [b"", b'{"data": [{"x": "', b'{"data": [{"b64_json": "QUJD"}], "']
)
def test_an_answer_without_end_is_left(at: Ask, before: bytes) -> None:
    """What unpacks to more than any answer holds is unknown, and is not taken in whole."""
    packing = zlib.compressobj(wbits=31)
    packed = packing.compress(before)
    for _ in range(5 * MOST_TEXT // 2**20):
        packed += packing.compress(b" " * 2**20)
    packed += packing.flush()
    assert len(packed) < 2**20
    found = refused(at, answer(200, packed, {"content-encoding": "gzip"}))
    assert (type(found), found.billed) == (OutcomeUnknownError, "perhaps")
    assert "larger than any picture's" in str(found)


def test_half_a_letter_costs_no_picture(at: Ask) -> None:
    """A picture beside words that are no clean text is a picture, and the words are mended."""
    with Server(lambda asked: success(asked, quality="half \ud800")) as server:
        response = at(server.url).ask(fox())
    assert (response.data, response.quality) == (picture(), "half ?")


def test_a_picture_is_found_however_it_is_written(at: Ask) -> None:
    """Slashes that are escaped, other fields before it and spaces around it are all the same."""
    text = base64.b64encode(picture()).decode().replace("/", "\\/")
    body = f'{{"data" : [ {{"x": "b64_json", "b64_json" :\n "{text}" }} ] }}'
    with Server(lambda asked: answer(200, body.encode())) as server:
        response = at(server.url).ask(fox())
    assert (response.data, response.problem) == (picture(), None)


@pytest.mark.parametrize("usage", [None, "many", [], {"output_tokens": "x"}, {}], ids=repr)
def test_odd_usage_does_not_cost_the_picture(at: Ask, usage: object) -> None:
    """A picture with a usage that is missing or odd is a picture, and its tokens are unknown."""
    with Server(lambda asked: success(asked, usage=usage)) as server:
        response = at(server.url).ask(fox())
    assert response.data == picture()
    assert response.usage == Usage()


@pytest.mark.parametrize("name", ["size", "quality", "background", "output_format"])
@pytest.mark.parametrize("odd", [7, ["low"], {"a": 1}], ids=repr)
def test_odd_words_about_a_picture_are_left_out(at: Ask, name: str, odd: object) -> None:
    """What the provider says of a picture is words or nothing."""
    with Server(lambda asked: success(asked, **{name: odd})) as server:
        response = at(server.url).ask(fox())
    assert getattr(response, name) is None
    assert response.data == picture()


# --- the key --------------------------------------------------------------------------------


def echoes() -> dict[str, bytes]:
    """Write answers of servers that repeat the key."""
    scheme = {"error": {"message": "No.", "type": "x", "param": f"Bearer {KEY}", "code": "x"}}
    return {
        "401": error(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key"),
        "401 without shape": answer(401, f"<p>Bearer {KEY}</p>".encode()),
        "403": error(403, f"The key {KEY} has no right."),
        "400 elsewhere in the body": answer(400, scheme),
        "429": error(429, f"Key {KEY} is too fast.", "rate_limit_exceeded"),
        "500": answer(500, f"Traceback: Authorization: Bearer {KEY}".encode()),
        "where long words are cut": error(401, "x" * 1950 + KEY * 9),
        "just where long words are cut": error(401, "x" * 1985 + KEY),
    }


@pytest.mark.parametrize("name", echoes())
def test_a_key_that_the_server_repeats_is_blotted_out(at: Ask, name: str) -> None:
    """No part of an error, its cause or its traceback holds a key that the server repeated."""
    try:
        raise refused(at, echoes()[name])
    except ExchangeError as problem:
        shown = [
            str(problem),
            repr(problem),
            repr(vars(problem)),
            "".join(traceback.format_exception(problem)),
        ]
    for text in shown:
        assert KEY[:12] not in text


@pytest.mark.parametrize("words", [KEY, "x" * 1950 + KEY * 9], ids=["short", "long"])
def test_a_key_in_an_answer_without_a_picture_is_blotted_out(at: Ask, words: str) -> None:
    """What stands where the picture should is told on without the key, and not at any length."""
    with Server(lambda asked: answer(200, {"error": {"message": words}})) as server:
        response = at(server.url).ask(fox())
    assert "but an error: '" in (response.problem or "")
    assert len(response.problem or "") <= 2000
    assert KEY[:12] not in repr(response)


def test_a_key_in_a_good_answer_is_blotted_out(at: Ask) -> None:
    """What is kept of an answer beside its picture holds no key that the server repeated."""
    said = dict.fromkeys(("size", "quality", "background", "output_format"), f"as {KEY}")
    words = {**servers.usage("a red fox in snow"), "note": KEY}
    with Server(lambda asked: _with_id(success(asked, **said, usage=words))) as server:
        response = at(server.url).ask(fox())
    assert response.data == picture()
    assert KEY not in repr(response)
    assert "[key]" in (response.raw_usage or "")
    assert response.request_id == "req_[key]"


@pytest.mark.parametrize("body", [f"no json {KEY}", json.dumps({"data": [{"b64_json": KEY}]})])
def test_a_key_in_what_is_no_picture_is_blotted_out(at: Ask, body: str) -> None:
    """Bytes that are kept because they are no picture hold no key either."""
    with Server(lambda asked: answer(200, body.encode())) as server:
        response = at(server.url).ask(fox())
    assert response.problem
    assert KEY.encode() not in response.data
    assert b"[key]" in response.data


def test_a_key_in_the_id_of_an_error_is_blotted_out(at: Ask) -> None:
    """The request's id is kept with the row of an error too."""
    found = refused(at, _with_id(error(400, "No.")))
    assert found.request_id == "req_[key]"


def _with_id(reply: bytes) -> bytes:
    return reply.replace(b"x-request-id: req_1", f"x-request-id: req_{KEY}".encode())


def test_the_key_is_in_no_repr(at: Ask) -> None:
    """Neither the client nor what it holds shows the key."""
    client = at("http://127.0.0.1:9/v1")
    assert KEY not in repr(client) + str(client) + repr(vars(client))


@pytest.mark.parametrize("key", ["none", "any", "a"])
def test_a_key_that_is_a_word_does_not_spoil_the_words(at: Ask, key: str) -> None:
    """A placeholder for a key, as local servers take it, leaves the provider's words readable."""
    found = refused(at, error(400, "None of many is allowed here: none at all."), key=key)
    assert "None of many is allowed here: none at all." in str(found)


# --- what the environment may not change ----------------------------------------------------


def test_loopback_is_never_asked_through_a_proxy(at: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment do not stand between a lab and a server on this machine."""
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
        monkeypatch.setenv(variable.lower(), "http://127.0.0.1:9")
    with Server(success) as server:
        assert at(server.url).ask(fox()).data == picture()


SECRETS = {
    "OPENAI_ORG_ID": "org-secret",
    "OPENAI_PROJECT_ID": "proj-secret",
    "OPENAI_API_KEY": "sk-secret",
    "OPENAI_ADMIN_KEY": "sk-admin-secret",
    "OPENAI_WEBHOOK_SECRET": "whsec-secret",
    "OPENAI_CUSTOM_HEADERS": "X-Mine: secret",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/secret",
}


@pytest.mark.parametrize("provider", [None, "mine", "simulator", "vercel"])
def test_nothing_of_openais_environment_goes_elsewhere(
    at: Ask, monkeypatch: pytest.MonkeyPatch, provider: str | None
) -> None:
    """A provider that is not OpenAI gets nothing of what the environment holds for OpenAI."""
    for variable, value in SECRETS.items():
        monkeypatch.setenv(variable, value)
    with Server(success) as server:
        at(server.url, provider=provider).ask(fox())
    (asked,) = server.asked
    assert "secret" not in asked.line + repr(asked.headers) + asked.body.decode()


@pytest.mark.parametrize("name", ["Authorization", "authorization", "User-Agent"])
def test_headers_of_the_environment_replace_none_of_ours(
    at: Ask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """OPENAI_CUSTOM_HEADERS takes nothing's place: one key goes out, and it is the lab's."""
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"{name}: Bearer secret")
    with Server(success) as server:
        at(server.url).ask(fox())
    (asked,) = server.asked
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert "secret" not in repr(asked.headers)


def test_openai_gets_its_organisation(at: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_ORG_ID and OPENAI_PROJECT_ID go to the provider that they are for."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    with Server(success) as server:
        at(server.url, provider="openai").ask(fox())
    headers = server.asked[0].headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-1")


# --- the SDK --------------------------------------------------------------------------------


def test_every_error_of_the_sdk_is_accounted_for() -> None:
    """Each error that the SDK exports is translated by its base, or cannot come of a picture."""
    translated = (openai.APIStatusError, openai.APIConnectionError)
    elsewhere = {
        "OpenAIError",  # the root, translated as an answer that could not be read
        "APIError",
        "APIResponseValidationError",
        "LengthFinishReasonError",  # of chat
        "ContentFilterFinishReasonError",
        "InvalidWebhookSignatureError",
        "WebSocketConnectionClosedError",
        "WebSocketQueueFullError",
    }
    exported = {
        name
        for name in openai.__all__
        if isinstance(kind := getattr(openai, name), type) and issubclass(kind, openai.OpenAIError)
    }
    unknown = {name for name in exported if not issubclass(getattr(openai, name), translated)}
    assert unknown <= elsewhere
    assert {"APIStatusError", "APIConnectionError", "APITimeoutError"} <= exported
