"""Every fault of the menu, as a client sees it and as the server bills it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import openai
import pytest

from imagelab.catalog import tokens
from imagelab.errors import InputError
from imagelab.simulator import Fault, Simulator
from imagelab.simulator.faults import KINDS
from tests.simulator.wire import GENERATIONS, SMALL, Answer, ask, opened, port

# --- the line --------------------------------------------------------------------------------


def test_a_slow_answer_comes_late(simulator: Simulator) -> None:
    """`slow` answers no sooner than told, and delays of several faults add up."""
    simulator.faults.add(Fault.slow(0.2), Fault.slow(0.1))
    assert int(ask(simulator).headers["openai-processing-ms"]) >= 300


def test_a_slow_error_comes_late(simulator: Simulator) -> None:
    """`slow` comes on top of another fault."""
    simulator.faults.add(Fault.fail(), Fault.slow(0.2))
    answer = ask(simulator)
    assert answer.status == 500
    assert int(answer.headers["openai-processing-ms"]) >= 200


def test_a_slow_picture_is_billed_after_its_client_has_left(simulator: Simulator) -> None:
    """A client that times out leaves a request behind which is drawn and billed."""
    simulator.faults.add(Fault.slow(0.6))
    impatient = openai.OpenAI(base_url=simulator.url, api_key="any", max_retries=0, timeout=0.2)
    with impatient, pytest.raises(openai.APITimeoutError):
        impatient.images.generate(**SMALL)
    assert simulator.billed.pictures == 0
    assert simulator.wait_until_idle()
    assert simulator.billed.pictures == 1


def test_a_refused_connection_is_refused(simulator: Simulator, client: openai.OpenAI) -> None:
    """`refuse` closes the port at once: a client reads that nobody listens."""
    simulator.faults.add(Fault.refuse(60))
    with pytest.raises(openai.APIConnectionError) as caught:
        client.images.generate(**SMALL)
    assert "refused" in repr(caught.value.__cause__)
    assert (simulator.requests, simulator.billed.pictures) == (0, 0)


def test_a_refusing_port_ends_the_connections_that_were_kept(simulator: Simulator) -> None:
    """When `refuse` was added, an idle connection has ended: nothing can be sent into it."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port(simulator))) as kept:
        kept.request("GET", "/v1/models", headers={"Authorization": "Bearer any"})
        kept.getresponse().read()
        simulator.faults.add(Fault.refuse(60))
        kept.sock.settimeout(5)
        assert kept.sock.recv(1) == b""


def test_a_refusing_port_opens_again(simulator: Simulator) -> None:
    """After its time a refused port answers as before."""
    simulator.faults.add(Fault.refuse(0.2))
    assert _ask_until_heard(simulator).status == 200
    assert simulator.faults.served == {"refuse": 1}


def _ask_until_heard(simulator: Simulator) -> Answer:
    for _ in range(200):
        try:
            return ask(simulator)
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("the port never opened")


def test_a_conditional_refusal_answers_the_request_that_met_it(simulator: Simulator) -> None:
    """`refuse` with a condition lets that request through and then closes the port."""
    simulator.faults.add(Fault.refuse(60).only(after=1, times=1))
    assert ask(simulator).status == 200
    assert ask(simulator).status == 200
    with pytest.raises(ConnectionRefusedError):
        ask(simulator)


def test_a_refusal_ordered_before_the_start_is_served() -> None:
    """A simulator made with refuse starts with its port closed."""
    with Simulator(faults=[Fault.refuse(60)]) as shut, pytest.raises(ConnectionRefusedError):
        ask(shut)


def test_hanging_up_reads_nothing(simulator: Simulator) -> None:
    """hang_up breaks a new connection off before the request is read."""
    simulator.faults.add(Fault.hang_up().only(times=1))
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        ask(simulator)
    assert (simulator.requests, simulator.billed.pictures) == (0, 0)
    assert ask(simulator).status == 200


def test_hanging_up_hits_kept_connections(simulator: Simulator) -> None:
    """hang_up breaks a connection off that is used again."""
    line = http.client.HTTPConnection("127.0.0.1", port(simulator), timeout=20)
    headers = {"Authorization": "Bearer any"}
    line.request("GET", "/v1/models", headers=headers)
    line.getresponse().read()
    simulator.faults.add(Fault.hang_up())
    line.request("GET", "/v1/models", headers=headers)
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        line.getresponse()
    line.close()


def test_a_cut_body_ends_in_the_middle(simulator: Simulator) -> None:
    """`cut` promises the whole length, sends half of it, and is billed."""
    simulator.faults.add(Fault.cut())
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(simulator)
    came, missing = len(caught.value.partial), caught.value.expected or 0
    assert came > 10_000
    assert abs(came - missing) <= 1
    assert simulator.billed.pictures == 1


def test_the_sdk_sees_a_cut_body_as_a_broken_line(
    simulator: Simulator, client: openai.OpenAI
) -> None:
    """The real SDK raises APIConnectionError when a body is cut."""
    simulator.faults.add(Fault.cut())
    with pytest.raises(openai.APIConnectionError):
        client.images.generate(**SMALL)


def test_a_dropped_answer_is_billed(simulator: Simulator, client: openai.OpenAI) -> None:
    """`drop` bills the picture and resets the line before the first byte."""
    simulator.faults.add(Fault.drop())
    with pytest.raises(openai.APIConnectionError):
        client.images.generate(**SMALL)
    assert simulator.billed.pictures == 1


def test_a_trickle_never_ends(simulator: Simulator) -> None:
    """`trickle` sends byte after byte, each in time for a read, and ends when the client leaves."""
    simulator.faults.add(Fault.trickle(0.05))
    line = http.client.HTTPConnection("127.0.0.1", port(simulator), timeout=5)
    line.request("POST", GENERATIONS, json.dumps(SMALL), {"Authorization": "Bearer any"})
    answer = line.getresponse()
    assert int(answer.headers["content-length"]) > 10_000
    assert [answer.read(1) for _ in range(4)] == [b"{", b'"', b"c", b"r"]
    assert simulator.billed.pictures == 1
    answer.close()
    line.close()
    assert simulator.wait_until_idle()


# --- answers that are errors -----------------------------------------------------------------


def test_too_many_in_seconds(simulator: Simulator) -> None:
    """429 with retry-after in seconds, longer than any SDK waits if so ordered."""
    simulator.faults.add(Fault.too_many(retry_after=200))
    answer = ask(simulator)
    assert (answer.status, answer.headers["retry-after"]) == (429, "200")
    assert "retry-after-ms" not in answer.headers
    assert answer.error == {
        "message": "Rate limit reached for gpt-image-2 (for limit gpt-image) in organization "
        "org-imagelab-simulated on input-images per min: Limit 5, Used 5, Requested 1. Please try "
        "again in 3m20s. Visit https://platform.openai.com/account/rate-limits to learn more.",
        "type": "input-images",
        "param": None,
        "code": "rate_limit_exceeded",
    }


def test_too_many_in_milliseconds(simulator: Simulator) -> None:
    """429 with retry-after-ms comes with whole seconds too, as captured."""
    simulator.faults.add(Fault.too_many(retry_after_ms=534))
    headers = ask(simulator).headers
    assert (headers["retry-after-ms"], headers["retry-after"]) == ("534", "1")


def test_too_many_until_a_date(simulator: Simulator) -> None:
    """429 may name the moment, as an HTTP date that is not too early."""
    simulator.faults.add(Fault.too_many(date=100))
    before = datetime.now(UTC)
    until = parsedate_to_datetime(ask(simulator).headers["retry-after"])
    assert 100 <= (until - before).total_seconds() <= 160


def test_too_many_without_a_word(simulator: Simulator) -> None:
    """429 may say nothing of how long to wait."""
    simulator.faults.add(Fault.too_many())
    answer = ask(simulator)
    assert answer.status == 429
    assert not [name for name in answer.headers if name.startswith("retry")]
    assert "try again" not in answer.error["message"]


ERRORS = [
    (Fault.bad_key(), 401, "invalid_request_error", "invalid_api_key"),
    (Fault.unverified(), 403, "invalid_request_error", None),
    (Fault.no_quota(), 429, "insufficient_quota", "insufficient_quota"),
    (Fault.billing_limit(), 400, "image_generation_user_error", "billing_hard_limit_reached"),
    (Fault.retired(), 400, "image_generation_user_error", None),
    (Fault.retired(404), 404, "invalid_request_error", "model_not_found"),
    (Fault.moderated_input(), 400, "image_generation_user_error", "moderation_blocked"),
    (Fault.fail(), 500, "server_error", None),
    (Fault.fail(503), 503, "server_error", None),
]


@pytest.mark.parametrize(("fault", "status", "kind", "code"), ERRORS)
def test_errors_are_as_captured_and_unbilled(
    simulator: Simulator, fault: Fault, status: int, kind: str, code: str | None
) -> None:
    """Each error has its status, type and code, all four keys, and costs nothing."""
    simulator.faults.add(fault)
    answer = ask(simulator)
    assert answer.status == status
    assert list(answer.error)[:4] == ["message", "type", "param", "code"]
    assert (answer.error["type"], answer.error["code"]) == (kind, code)
    assert simulator.billed.pictures == 0


def test_moderation_of_the_prompt_says_so(simulator: Simulator, client: openai.OpenAI) -> None:
    """A refused prompt names stage, categories and the request's id."""
    simulator.faults.add(Fault.moderated_input())
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(**SMALL)
    details = {"moderation_stage": "input", "categories": ["violence"]}
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["moderation_details"] == details
    assert str(caught.value.request_id) in str(caught.value)


def test_moderation_of_the_picture_is_billed(simulator: Simulator) -> None:
    """A picture that is refused when it is done has been paid for."""
    simulator.faults.add(Fault.moderated_output())
    answer = ask(simulator)
    assert answer.status == 400
    assert answer.error["moderation_details"]["moderation_stage"] == "output"
    assert simulator.billed.pictures == 1


def test_an_outage_may_answer_with_a_string(simulator: Simulator) -> None:
    """503 with text has a bare string as its error."""
    simulator.faults.add(Fault.fail(503, text="Too many concurrent requests"))
    assert ask(simulator).json == {"error": "Too many concurrent requests"}


def test_a_failure_may_have_been_billed(simulator: Simulator) -> None:
    """500 with billed=True costs what the picture would have."""
    simulator.faults.add(Fault.fail(billed=True))
    assert ask(simulator).status == 500
    assert simulator.billed.pictures == 1


# --- answers that are wrong ------------------------------------------------------------------


def test_usage_may_be_missing(simulator: Simulator) -> None:
    """no_usage leaves usage out; the bill is as ever."""
    simulator.faults.add(Fault.no_usage())
    assert "usage" not in ask(simulator).json
    assert simulator.billed.nano > 0


def test_extra_tokens_are_reported_and_billed(simulator: Simulator) -> None:
    """extra_tokens adds to the text tokens of both usage and bill."""
    simulator.faults.add(Fault.extra_tokens(7))
    usage = ask(simulator).json["usage"]
    counted = tokens.text_tokens(SMALL["prompt"]) + 7
    assert usage["input_tokens_details"] == {"image_tokens": 0, "text_tokens": counted}
    assert simulator.billed.rows[0].text_tokens == counted
    assert simulator.billed.nano == counted * 5_000 + usage["output_tokens"] * 30_000


def test_the_picture_may_have_other_pixels(simulator: Simulator) -> None:
    """wrong_size draws half of each edge while the answer says what was asked."""
    simulator.faults.add(Fault.wrong_size())
    answer = ask(simulator)
    assert answer.json["size"] == "1024x640"
    assert opened(answer.pictures[0]).size == (512, 320)


def test_the_other_pixels_may_be_chosen(simulator: Simulator) -> None:
    """wrong_size draws the size it is given."""
    simulator.faults.add(Fault.wrong_size("300x200"))
    assert opened(ask(simulator).pictures[0]).size == (300, 200)


def test_auto_may_become_an_odd_size(simulator: Simulator) -> None:
    """odd_size changes what auto resolves to, and what is drawn."""
    simulator.faults.add(Fault.odd_size())
    answer = ask(simulator, size="auto")
    assert answer.json["size"] == "1122x1402"
    assert opened(answer.pictures[0]).size == (1122, 1402)


def test_an_odd_size_needs_auto(simulator: Simulator) -> None:
    """odd_size leaves requests alone that name a size, and waits for one that does not."""
    simulator.faults.add(Fault.odd_size().only(times=1))
    assert ask(simulator).json["size"] == "1024x640"
    assert ask(simulator, model="gpt-image-1", size="auto").json["size"] == "1122x1402"


def test_the_body_may_be_garbage(simulator: Simulator) -> None:
    """`garbage` answers 200 with what is no JSON."""
    simulator.faults.add(Fault.garbage())
    answer = ask(simulator)
    assert answer.status == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json  # noqa: B018 - reading it is the test


def test_the_bytes_may_be_no_picture(simulator: Simulator) -> None:
    """no_picture answers with base64 of other bytes."""
    simulator.faults.add(Fault.no_picture())
    with pytest.raises(OSError, match="cannot identify image"):
        opened(ask(simulator).pictures[0])


def test_the_base64_may_be_broken(simulator: Simulator) -> None:
    """bad_base64 answers with text that cannot be decoded."""
    simulator.faults.add(Fault.bad_base64())
    item = ask(simulator).json["data"][0]
    with pytest.raises(ValueError, match="base64"):
        base64.b64decode(item["b64_json"], validate=True)


def test_the_list_may_be_empty(simulator: Simulator) -> None:
    """`empty` answers with no picture at all."""
    simulator.faults.add(Fault.empty())
    assert ask(simulator).json["data"] == []


@pytest.mark.parametrize(
    "fault",
    [Fault.no_usage(), Fault.garbage(), Fault.no_picture(), Fault.bad_base64(), Fault.empty()],
)
def test_spoilt_answers_are_billed(simulator: Simulator, fault: Fault) -> None:
    """What came spoilt has been paid for."""
    simulator.faults.add(fault)
    assert ask(simulator).status == 200
    assert simulator.billed.pictures == 1


# --- the menu --------------------------------------------------------------------------------


def test_every_kind_has_a_method_of_its_name() -> None:
    """Each kind of the menu is made by the Fault method of its name."""
    made = {kind: getattr(Fault, kind) for kind in KINDS}
    needs = {"slow": (1.0,), "refuse": (1.0,)}
    assert [made[kind](*needs.get(kind, ())).kind for kind in KINDS] == list(KINDS)


def test_every_kind_is_tried_here() -> None:
    """No kind of the menu lacks a test in this file, or in those of streams and batches."""
    names = ("test_faults.py", "test_streams.py", "test_batches.py")
    files = [Path(__file__).with_name(name) for name in names]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert [kind for kind in KINDS if f"Fault.{kind}(" not in text] == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fault.slow(-1),
        lambda: Fault.slow(float("nan")),
        lambda: Fault.fail(404),
        lambda: Fault.too_many(retry_after=1, date=2),
        lambda: Fault.wrong_size("large"),
        lambda: Fault.wrong_size("99999x99999"),
        lambda: Fault.wrong_size("8193x1"),
        lambda: Fault.odd_size("4097x4096"),
        lambda: Fault.extra_tokens(-5),
        lambda: Fault.extra_tokens(10_000_000_001),
        lambda: Fault.hang_up().only(word="fox"),
        lambda: Fault.cut().only(times=0),
        lambda: Fault.cut().only(every=0),
        lambda: Fault.cut().only(after=-1),
        lambda: Fault.cut().only(chance=0),
        lambda: Fault("nonsense"),  # type: ignore[arg-type]
    ],
)
def test_faults_that_make_no_sense_cannot_be_made(make: object) -> None:
    """A figure or condition outside its range is an InputError when the fault is made."""
    assert callable(make)
    with pytest.raises(InputError):
        make()
