"""Answers that come in parts."""

from __future__ import annotations

import base64
import http.client
import json
from contextlib import closing
from typing import Any

import openai
import pytest

from imagelab.simulator import Fault, Simulator, endings
from tests.simulator.wire import (
    GENERATIONS,
    SMALL,
    Answer,
    Part,
    ask,
    events,
    form,
    opened,
    png,
    port,
)

IMAGE: Part = ("image", png(), "image/png")
STREAM: dict[str, Any] = {"stream": True, "partial_images": 2}


def types(answer: Answer) -> list[str]:
    """Return what kinds of events came."""
    return [one["type"].rpartition(".")[2] for one in events(answer)]


def test_a_stream_is_partial_pictures_and_a_completed_one(simulator: Simulator) -> None:
    """partial_images=2 gives two partial events and a completed one, framed as the real ones."""
    answer = ask(simulator, **STREAM)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-length" not in answer.headers
    first, second, last = events(answer)
    assert list(first) == [
        "type", "b64_json", "created_at", "size", "quality", "background", "output_format",
        "partial_image_index",
    ]  # fmt: skip
    assert (first["type"], first["partial_image_index"]) == ("image_generation.partial_image", 0)
    assert second["partial_image_index"] == 1
    assert last["type"] == "image_generation.completed"
    assert (last["size"], last["quality"], last["background"]) == ("1024x640", "low", "opaque")
    assert list(last["usage"]["input_tokens_details"]) == ["image_tokens", "text_tokens"]


def test_partial_pictures_are_unfinished(simulator: Simulator) -> None:
    """Each picture of a stream has the size asked for, and comes nearer to the last one."""
    made = [opened(base64.b64decode(one["b64_json"])) for one in events(ask(simulator, **STREAM))]
    assert {one.size for one in made} == {(1024, 640)}
    final = made[-1].convert("L").resize((256, 160))

    def away(index: int) -> int:
        other = made[index].convert("L").resize((256, 160))
        return sum(abs(a - b) for a, b in zip(other.tobytes(), final.tobytes(), strict=True))

    assert away(0) > away(1) > 256 * 160


def test_a_stream_gives_the_picture_that_one_piece_gives(simulator: Simulator) -> None:
    """The completed picture is the one that is answered without a stream."""
    with Simulator() as other:
        whole = ask(other).pictures[0]
    assert base64.b64decode(events(ask(simulator, **STREAM))[-1]["b64_json"]) == whole


@pytest.mark.parametrize("partials", [0, 1, 3])
def test_each_partial_picture_is_a_hundred_tokens(simulator: Simulator, partials: int) -> None:
    """Output is that of the picture and 100 tokens for each partial one, on the bill too."""
    simulator.faults.add(Fault.no_picture())
    plain = ask(simulator).json["usage"]["output_tokens"]
    answer = ask(simulator, stream=True, partial_images=partials)
    assert events(answer)[-1]["usage"]["output_tokens"] == plain + 100 * partials
    assert simulator.billed.rows[1].image_tokens == plain + 100 * partials


def test_a_stream_of_several_pictures_has_shares_that_add_up(simulator: Simulator) -> None:
    """n=2 gives a completed event for each, whose usages together are what is billed."""
    answer = ask(simulator, n=2, **STREAM)
    assert types(answer) == [*["partial_image"] * 2, "completed"] * 2
    spent = [one["usage"]["total_tokens"] for one in events(answer) if "usage" in one]
    row = simulator.billed.rows[0]
    assert sum(spent) == row.text_tokens + row.image_tokens
    assert row.pictures == 2


def test_edits_stream_under_their_own_names(simulator: Simulator) -> None:
    """An edit's events are called image_edit, by a form as well."""
    answer = form(simulator, [IMAGE], stream="true", partial_images=1)
    assert [one["type"] for one in events(answer)] == [
        "image_edit.partial_image",
        "image_edit.completed",
    ]


def test_the_real_sdk_reads_a_stream(client: openai.OpenAI) -> None:
    """The real SDK yields typed events, with the usage in the last one."""
    made = list(client.images.generate(**SMALL, **STREAM))
    assert [one.type for one in made] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert made[-1].usage.output_tokens == 107 + 200


def test_done_is_said_only_where_it_is_asked_for(simulator: Simulator) -> None:
    """OpenAI sends no [DONE]; says_done adds it, and the real SDK reads that stream as well."""
    assert "[DONE]" not in events(ask(simulator, **STREAM))
    with Simulator(says_done=True) as relay:
        assert events(ask(relay, **STREAM))[-1] == "[DONE]"
        with openai.OpenAI(base_url=relay.url, api_key="any", max_retries=0) as asking:
            assert len(list(asking.images.generate(**SMALL, **STREAM))) == 3


@pytest.mark.parametrize(("latency", "stands"), [(0, 60), (8, 0)])
def test_partial_pictures_come_while_the_picture_is_made(
    latency: float, stands: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial picture is there, and can be seen, before the finished one is sent and billed."""
    # Either wait alone keeps the finished picture back for longer than a machine is busy.
    monkeypatch.setattr(endings, "PARTIAL_SECONDS", stands)
    with Simulator(latency=latency) as running:
        line = http.client.HTTPConnection("127.0.0.1", port(running), timeout=20)
        body = json.dumps({**SMALL, "stream": True, "partial_images": 3})
        line.request("POST", GENERATIONS, body, {"Authorization": "Bearer any"})
        with closing(line), line.getresponse() as answer:
            assert answer.readline() == b"event: image_generation.partial_image\n"
            assert running.billed.pictures == 0


def test_a_safety_identifier_comes_back_in_the_completed_event(simulator: Simulator) -> None:
    """The last event echoes the safety identifier."""
    answer = ask(simulator, stream=True, safety_identifier="someone")
    assert events(answer)[-1]["safety_identifier"] == "someone"


# --- what goes wrong -------------------------------------------------------------------------


def test_a_stream_may_be_cut_after_a_partial_picture(
    simulator: Simulator, client: openai.OpenAI
) -> None:
    """cut_stream sends one partial picture, closes the line, and is billed."""
    simulator.faults.add(Fault.cut_stream())
    came: list[str] = []
    with (
        client.images.generate(**SMALL, **STREAM) as stream,
        pytest.raises(openai.APIConnectionError),
    ):
        came.extend(one.type for one in stream)
    assert came == ["image_generation.partial_image"]
    assert simulator.wait_until_idle()
    assert simulator.billed.pictures == 1


def test_what_does_not_stream_is_cut_in_the_middle(simulator: Simulator) -> None:
    """cut_stream cuts the body of an answer in one piece."""
    simulator.faults.add(Fault.cut_stream())
    with pytest.raises(http.client.IncompleteRead):
        ask(simulator)


def test_an_error_may_come_inside_a_stream(simulator: Simulator, client: openai.OpenAI) -> None:
    """stream_error sends a partial picture and then an error, which the real SDK raises."""
    simulator.faults.add(Fault.stream_error())
    came: list[str] = []
    with (
        client.images.generate(**SMALL, **STREAM) as stream,
        pytest.raises(openai.APIError, match="The server had an error") as caught,
    ):
        came.extend(one.type for one in stream)
    assert len(came) == 1
    assert not isinstance(caught.value, openai.APIStatusError)
    assert simulator.billed.pictures == 1


def test_an_error_inside_a_stream_may_be_a_string(simulator: Simulator) -> None:
    """stream_error with a text sends a bare string as its error."""
    simulator.faults.add(Fault.stream_error(0, text="Too many"))
    assert events(ask(simulator, **STREAM)) == [{"type": "error", "error": "Too many"}]


def test_a_picture_may_be_refused_after_its_partial_ones(simulator: Simulator) -> None:
    """moderated_output in a stream is an error event behind the partial pictures, billed."""
    simulator.faults.add(Fault.moderated_output())
    *partials, last = events(ask(simulator, **STREAM))
    assert len(partials) == 2
    assert last["error"]["code"] == "moderation_blocked"
    assert simulator.billed.pictures == 1


def test_a_refused_prompt_is_no_stream(simulator: Simulator) -> None:
    """What fails before anything is drawn is a plain error with its HTTP status."""
    simulator.faults.add(Fault.moderated_input())
    assert ask(simulator, **STREAM).error["code"] == "moderation_blocked"


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        (Fault.no_usage(), ["partial_image"] * 2 + ["completed"]),
        (Fault.fail(billed=True), ["partial_image"] * 2 + ["error"]),
        (Fault.empty(), []),
    ],
)
def test_other_faults_show_in_streams_too(
    simulator: Simulator, fault: Fault, kinds: list[str]
) -> None:
    """Missing usage, late failures and empty answers happen to streams as well, and bill."""
    simulator.faults.add(fault)
    answer = ask(simulator, **STREAM)
    assert types(answer) == kinds
    assert not any("usage" in one for one in events(answer))
    assert simulator.billed.pictures == 1


def test_garbage_in_a_stream_is_no_json(simulator: Simulator) -> None:
    """Garbage ends a stream with an event whose data is no JSON."""
    simulator.faults.add(Fault.garbage())
    last = ask(simulator, **STREAM).body.decode().strip().rpartition("data: ")[2]
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(last)
    assert simulator.billed.pictures == 1


@pytest.mark.parametrize("fault", [Fault.cut(), Fault.drop()])
def test_lines_break_under_streams_too(simulator: Simulator, fault: Fault) -> None:
    """Cut and dropped streams break off, and are billed."""
    simulator.faults.add(fault)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(simulator, **STREAM)
    assert simulator.billed.pictures == 1
