"""What comes of answers that no decent server gives: never paid twice, never a picture lost."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab, pricing
from imagelab.errors import InputError, QuotaError, RejectedError
from imagelab.exchange.body import BROKEN_OFF
from imagelab.pipeline import Answer, Session, obtain
from imagelab.records.ledger import Purse
from imagelab.request import Usage
from imagelab.simulator import Simulator
from tests.exchange.test_streams import DONE, frame
from tests.servers import Asked, Server, answer, error, picture, success, usage
from tests.sessions import fox, session

STREAM = {"content-type": "text/event-stream"}


def ask(session: Session, prompt: str = "a red fox in snow", **settings: Any) -> Answer:
    """Get one picture."""
    return obtain(session, fox(prompt, **settings), 1, run=None)


def at_risk(session: Session, **settings: Any) -> Purse:
    """Give the purse in which one such picture was perhaps paid, and nothing else."""
    hold = pricing.quote_request(fox(**settings), "simulator").bound_nano
    return Purse(spent=0, at_risk=hold, held=0)


# --- errors that may have been billed ---------------------------------------------------------

SAYING = [
    {"message": "The object 7f3 does not exist", "type": "server_error"},
    {"message": "The model 'gpt-image-1' does not exist."},
    {"message": "Your request was rejected by the safety system."},
    {"message": "No.", "code": "DeploymentNotFound"},
    {"message": "No.", "code": "insufficient_quota"},
    {"message": "No.", "code": "content_filter"},
    {"message": "No.", "code": "rate_limit_exceeded", "type": "tokens"},
]


@pytest.mark.parametrize("status", [408, 499, 500, 503])
@pytest.mark.parametrize("told", SAYING, ids=lambda told: str(told.get("code") or told["message"]))
def test_a_request_that_was_taken_on_is_not_sent_again(
    tmp_path: Path, status: int, told: dict[str, str]
) -> None:
    """Whatever is said beside such a status, it is perhaps billed, and asked once."""
    with (
        Server(lambda asked: answer(status, {"error": told})) as server,
        session(tmp_path, server.url) as opened,
    ):
        rows = [ask(opened).generation for _ in range(2)]
        assert server.posts == 1
        assert [(row.status, row.billed) for row in rows] == [("unknown", "perhaps")] * 2
        assert opened.ledger.purse(simulated=True) == at_risk(opened)


@pytest.mark.parametrize(
    "told",
    [
        {"message": "The shard does not exist", "code": "server_error", "type": "server_error"},
        {"message": "The model 'gpt-image-1' does not exist.", "type": "server_error"},
        {"message": "Over.", "code": "insufficient_quota", "type": "server_error"},
        "The worker does not exist",
    ],
    ids=str,
)
def test_a_stream_that_a_server_broke_off_is_not_sent_again(tmp_path: Path, told: object) -> None:
    """An error of the server's own inside a stream is perhaps billed before any picture too."""
    reply = answer(200, frame("error", error=told), STREAM)
    with (
        Server(lambda asked: reply) as server,
        session(tmp_path, server.url) as opened,
    ):
        rows = [ask(opened, partial_images=1).generation for _ in range(2)]
        assert server.posts == 1
        assert [(row.status, row.billed) for row in rows] == [("unknown", "perhaps")] * 2
        assert opened.ledger.purse(simulated=True) == at_risk(opened, partial_images=1)


def test_a_prompt_that_is_repeated_ends_no_sweep(tmp_path: Path) -> None:
    """A refused prompt whose words are those of a retired model is one rejected picture."""
    bad = "a bridge, and a sign: the model 'x' does not exist"

    def picky(asked: Asked) -> bytes:
        prompt = asked.json["prompt"]
        if prompt != bad:
            return success(asked)
        return error(400, f"Invalid prompt {json.dumps(prompt)}: too vague", "invalid_value")

    with Server(picky) as server, session(tmp_path, server.url) as opened:
        row = ask(opened, bad).generation
        assert (row.status, row.billed, row.error_kind) == ("failed", "no", "RejectedError")
        assert ask(opened, "an owl").generation.status == "done"
        assert server.posts == 2


# --- errors that call themselves a success ----------------------------------------------------


def told(code: str | None, kind: str = "some_error", **more: Any) -> dict[str, Any]:
    """Write the body of an error as it stands in an answer of status 200."""
    return {"error": {"message": "It says no.", "type": kind, "code": code}, **more}


@pytest.mark.parametrize(
    ("body", "status", "billed", "kind"),
    [
        (told("insufficient_quota"), "failed", "no", "QuotaError"),
        (told(None, "insufficient_quota"), "failed", "no", "QuotaError"),
        (told("invalid_api_key", "invalid_request_error"), "failed", "no", "KeyRefusedError"),
        (told("model_not_found", "invalid_request_error"), "failed", "no", "ModelGoneError"),
        (told("invalid_value", "invalid_request_error"), "failed", "no", "RejectedError"),
        (told("moderation_blocked"), "refused", "perhaps", "RefusedError"),
        (told(None), "spoilt", "perhaps", "SpoiltError"),
        (told("insufficient_quota", "server_error"), "spoilt", "perhaps", "SpoiltError"),
        (told("insufficient_quota", data=[{}]), "spoilt", "perhaps", "SpoiltError"),
        (told("insufficient_quota", usage=usage("a fox")), "spoilt", "yes", "SpoiltError"),
        ({"error": "insufficient_quota"}, "spoilt", "perhaps", "SpoiltError"),
    ],
    ids=lambda value: json.dumps(value)[:70] if isinstance(value, dict) else value,
)
def test_an_error_in_a_good_answer_is_read_for_what_it_is(
    tmp_path: Path, body: dict[str, Any], status: str, billed: str, kind: str
) -> None:
    """Only the API's own code or type, with nothing made or counted, is surely not billed."""
    with (
        Server(lambda asked: answer(200, body)) as server,
        session(tmp_path, server.url) as opened,
    ):
        row = ask(opened).generation
        assert (row.status, row.billed, row.error_kind) == (status, billed, kind)
        assert "It says no" in (row.error or "") or isinstance(body["error"], str)
        assert server.posts == 1


def test_a_quota_that_calls_itself_a_success_ends_its_run(tmp_path: Path) -> None:
    """No more is asked where an account has no credit left, however that is told."""
    with (
        Server(lambda asked: answer(200, told("insufficient_quota"))) as server,
        Lab("simulator", base_url=server.url, path=tmp_path, concurrency=1) as lab,
    ):
        with pytest.raises(QuotaError, match="Add credit"):
            lab.compare([f"fox {number}" for number in range(20)])
        assert server.posts == len(lab.log) == 1
        assert list(lab.log["billed"]) == ["no"]


# --- pictures that came all the same ----------------------------------------------------------


def cut_behind(whole: bytes, letters: bytes) -> bytes:
    """Cut an answer a little behind its picture's last letter."""
    return whole[: whole.index(letters) + 12]


@pytest.mark.parametrize("cut", [True, False], ids=["line", "length"])
def test_a_picture_that_came_whole_is_kept_for_an_unknown_price(tmp_path: Path, cut: bool) -> None:
    """An answer cut behind its picture is done, its bytes kept, and what it may cost at risk."""

    def broken(asked: Asked) -> bytes:
        short = cut_behind(success(asked), b'"}]')
        return short if cut else answer(200, short.partition(b"\r\n\r\n")[2])

    with Server(broken) as server, session(tmp_path, server.url) as opened:
        row = ask(opened).generation
        assert (row.status, row.billed, row.cost_nano) == ("done", "yes", None)
        assert (row.bytes, row.note) == (picture(), BROKEN_OFF)
        assert opened.ledger.purse(simulated=True) == at_risk(opened)
        assert ask(opened).came == "ledger"
        assert server.posts == 1


def test_a_streamed_picture_that_came_whole_is_kept(tmp_path: Path) -> None:
    """A stream cut behind the letters of its finished picture is done as well."""
    finished = frame(DONE, picture(), usage=usage("a red fox in snow", 372))
    reply = answer(200, finished, STREAM)
    with (
        Server(lambda asked: cut_behind(reply, b'", "usage"')) as server,
        session(tmp_path, server.url) as opened,
    ):
        row = ask(opened, partial_images=1).generation
        assert (row.status, row.cost_nano, row.note) == ("done", None, BROKEN_OFF)
        assert row.bytes == picture()
        assert opened.ledger.purse(simulated=True) == at_risk(opened, partial_images=1)
        assert server.posts == 1


@pytest.mark.parametrize("way", ["whole", "returns"])
def test_a_stream_of_an_odd_kind_is_read(tmp_path: Path, way: str) -> None:
    """A whole answer that calls itself a stream, and lines that end in a return, are read."""

    def odd(asked: Asked) -> bytes:
        frames = frame(DONE, picture(), usage=usage("a red fox in snow", 372), ending="\r")
        _, _, body = success(asked).partition(b"\r\n\r\n")
        return answer(200, body if way == "whole" else frames, STREAM)

    with Server(odd) as server, session(tmp_path, server.url) as opened:
        row = ask(opened, partial_images=1).generation
        assert (row.status, row.bytes, row.note) == ("done", picture(), None)
        assert row.cost_nano
        assert server.posts == 1


def test_two_pictures_for_one_are_told_with_what_they_cost(tmp_path: Path) -> None:
    """The row of a request that two pictures came for says so, and costs what was counted."""
    several = [{"b64_json": base64.b64encode(picture(shade=at)).decode()} for at in (1, 2)]
    both = usage("a red fox in snow", 544)
    with (
        Server(lambda asked: answer(200, {"data": several, "usage": both})) as server,
        session(tmp_path, server.url) as opened,
    ):
        row = ask(opened).generation
        expected, _ = pricing.cost(Usage.from_wire(both), "simulator", "gpt-image-1")
        assert (row.status, row.cost_nano, row.bytes) == ("done", expected, picture(shade=1))
        assert "2 pictures came where one was asked for" in (row.note or "")


# --- what must never go out -------------------------------------------------------------------


def test_extra_changes_nothing_behind_its_hold(tmp_path: Path) -> None:
    """What the SDK would lay over the body is refused before money is held, and nothing is sent."""
    with (
        Simulator() as simulator,
        Lab("simulator", base_url=simulator.url, path=tmp_path, budget=0.02) as lab,
    ):
        for extra in ({"extra_body": {"quality": "high"}}, {"extra_body": {"n": 10}}):
            with pytest.raises(InputError, match="parameters of extra itself"):
                lab.generate("a red fox in snow", extra=extra)
        assert simulator.requests == simulator.billed.nano == len(lab.log) == 0


def test_a_request_that_cannot_be_written_is_surely_free(tmp_path: Path) -> None:
    """Where nobody was ever called, an error of any kind means that nothing was billed."""
    request = fox()
    object.__setattr__(request, "size", object())  # no check sees this one
    with Server(success) as server, session(tmp_path, server.url) as opened:
        with pytest.raises(RejectedError, match="Nothing was sent") as caught:
            opened.client().ask(request)
        assert (server.posts, caught.value.billed) == (0, "no")


# --- answers that cannot be read --------------------------------------------------------------


def test_a_429_whose_words_cannot_be_read_is_asked_again(tmp_path: Path) -> None:
    """The status alone says that nothing was billed: the picture is asked for again, and paid."""
    replies = [answer(429, b"no gzip", {"content-encoding": "gzip", "retry-after-ms": "10"})]
    with (
        Server(lambda asked: replies.pop() if replies else success(asked)) as server,
        session(tmp_path, server.url) as opened,
    ):
        row = ask(opened).generation
        assert (row.status, row.attempts, server.posts) == ("done", 2, 2)
        assert opened.ledger.purse(simulated=True) == Purse(row.cost_nano or 0, 0, 0)


# --- waits and limits that cannot be meant ----------------------------------------------------

LATE = ["99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"]


@pytest.mark.parametrize("wait", LATE)
def test_a_wait_without_end_is_a_failure_that_cost_nothing(tmp_path: Path, wait: str) -> None:
    """A 429 that asks for years is a row that says so; the next run asks again."""
    replies = [error(429, "Slow down.", "rate_limit_exceeded", {"retry-after": wait})]
    with (
        Server(lambda asked: replies.pop() if replies else success(asked)) as server,
        session(tmp_path, server.url) as opened,
    ):
        row = ask(opened).generation
        assert (row.status, row.billed, row.cost_nano) == ("failed", "no", 0)
        assert "run it again later" in (row.error or "")
        assert opened.ledger.purse(simulated=True) == Purse(spent=0, at_risk=0, held=0)
        assert ask(opened).generation.status == "done"
        assert server.posts == 2


@pytest.mark.parametrize(
    "told",
    [
        {"x-ratelimit-limit-images": "-5"},
        {"x-ratelimit-limit-images": "5", "x-ratelimit-remaining-images": "-1000000"},
        {"x-ratelimit-limit-tokens": "50"},
    ],
    ids=str,
)
def test_headers_that_cannot_be_meant_stop_nothing(tmp_path: Path, told: dict[str, str]) -> None:
    """After such an answer the next pictures are asked for as if nothing had been said."""

    def reply(asked: Asked) -> bytes:
        head, _, body = success(asked).partition(b"\r\n\r\n")
        lines = "".join(f"\r\n{name}: {value}" for name, value in told.items())
        return head + lines.encode() + b"\r\n\r\n" + body

    with Server(reply) as server, session(tmp_path, server.url) as opened:
        rows = [ask(opened, f"fox {number}").generation for number in range(3)]
        assert [row.status for row in rows] == ["done"] * 3
        assert server.posts == 3
