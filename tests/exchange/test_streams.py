from __future__ import annotations

import base64
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.exchange.body import BROKEN_OFF, Read
from imagelab.exchange.streams import (
    BOM,
    MORE_THAN_ONE,
    Partial,
    Stream,
    StreamError,
    Watching,
    is_stream,
)
from tests.servers import picture

A, B, C = b"first picture", b"second picture", b"finished picture"


def frame(kind: str, data: bytes | None = None, *, ending: str = "\n", **fields: Any) -> bytes:
    """Write one server-sent event as the Images API does."""
    body = {"type": kind, **({"b64_json": base64.b64encode(data).decode()} if data else {})}
    lines = [f"event: {kind}", f"data: {json.dumps({**body, **fields})}", "", ""]
    return ending.join(lines).encode()


PARTIAL, DONE = "image_generation.partial_image", "image_generation.completed"
WHOLE = (
    frame(PARTIAL, A, partial_image_index=0)
    + frame(PARTIAL, B, partial_image_index=1)
    + frame(DONE, C, usage={"output_tokens": 472}, size="1024x1024")
)


def read(*parts: bytes) -> tuple[Stream, list[Partial]]:
    """Read a stream that comes in these parts."""
    seen: list[Partial] = []
    stream = Stream(seen.append)
    for part in parts:
        stream.take(part)
    return stream, seen


def test_partial_pictures_are_told_as_they_come() -> None:
    """Each partial picture is told with its number, the finished one is read at the end."""
    stream, seen = read(WHOLE)
    finished = stream.read()
    assert [(one.index, one.data) for one in seen] == [(0, A), (1, B)]
    assert finished is not None
    assert (finished.data, finished.problem) == (C, None)
    assert finished.answer["usage"] == {"output_tokens": 472}


@given(st.lists(st.integers(1, len(WHOLE) - 1), max_size=12).map(sorted))
def test_it_does_not_matter_where_a_stream_is_cut_into_parts(places: list[int]) -> None:
    """However the bytes come, the pictures are the same."""
    bounds = [0, *places, len(WHOLE)]
    stream, seen = read(*(WHOLE[a:b] for a, b in itertools.pairwise(bounds)))
    finished = stream.read()
    assert [one.data for one in seen] == [A, B]
    assert finished is not None
    assert finished.data == C


@pytest.mark.parametrize(
    "extra",
    [b"", b"data: [DONE]\n\n", b": keep alive\n\n", b"data: no json\n\n", b"data: 7\n\n", b"\n\n"],
    ids=["nothing", "done", "comment", "words", "number", "blank"],
)
def test_what_comes_beside_pictures_does_not_matter(extra: bytes) -> None:
    """[DONE] is accepted and not missed; comments and foreign words are passed over."""
    stream, seen = read(extra, WHOLE, extra)
    finished = stream.read()
    assert finished is not None
    assert (len(seen), finished.data) == (2, C)


def test_lines_may_end_as_on_windows() -> None:
    """Lines that end with carriage return and line feed are lines."""
    stream, _ = read(frame(DONE, C, ending="\r\n"))
    finished = stream.read()
    assert finished is not None
    assert finished.data == C


@given(st.lists(st.integers(1, len(WHOLE) - 1), max_size=12).map(sorted))
def test_lines_may_end_in_any_way(places: list[int]) -> None:
    """A return alone, a feed alone and both together end a line, wherever the parts are cut."""
    for ending in (b"\r", b"\r\n", b"\n"):
        raw = BOM + WHOLE.replace(b"\n", ending)
        bounds = [0, *places, len(raw)]
        stream, seen = read(*(raw[a:b] for a, b in itertools.pairwise(bounds)))
        finished = stream.read()
        assert [one.data for one in seen] == [A, B]
        assert finished is not None
        assert finished.data == C


@given(st.lists(st.integers(1, 60), max_size=6).map(sorted))
def test_a_whole_answer_under_the_name_of_a_stream_is_read(places: list[int]) -> None:
    """What begins with a brace is no line of a stream: it is the whole answer."""
    answer = {"data": [{"b64_json": base64.b64encode(C).decode()}]}
    raw = b" \n" + json.dumps(answer, indent=1).encode()
    bounds = [0, *places, len(raw)]
    stream, _ = read(*(raw[a:b] for a, b in itertools.pairwise(bounds)))
    assert stream.read() == Read({"data": [{}]}, C, None)


PNG = picture("png", 32, 32)


@pytest.mark.parametrize("event", [True, False], ids=["event", "type"])
def test_a_finished_frame_that_is_cut_behind_its_picture_keeps_it(event: bool) -> None:
    """From the quote that closes the letters on, the finished picture has come."""
    whole = frame(DONE, PNG, usage={"output_tokens": 472}, size="32x32")
    whole = whole if event else whole.partition(b"\n")[2]
    for end in range(whole.index(b'", "usage"') + 1, whole.index(b"32x32") + 7):
        stream, _ = read(whole[:end])
        finished = stream.read()
        assert finished is not None
        assert (finished.data, finished.note) == (PNG, BROKEN_OFF)
        assert finished.answer.get("usage") in (None, {"output_tokens": 472})


def test_a_partial_frame_that_is_cut_is_no_finished_picture() -> None:
    """A partial picture that came whole in a torn frame is not taken for the finished one."""
    stream, _ = read(frame(PARTIAL, PNG, partial_image_index=0)[:-9])
    assert stream.read() is None


def test_a_second_finished_picture_is_told() -> None:
    """The first finished picture is kept, and that another came is on its note."""
    stream, _ = read(frame(DONE, A), frame(DONE, B))
    finished = stream.read()
    assert finished is not None
    assert (finished.data, finished.note) == (A, MORE_THAN_ONE)


def test_the_last_frame_may_lack_its_end() -> None:
    """A finished picture whose closing blank line is missing has come all the same."""
    for cut in (1, 2):
        stream, _ = read(WHOLE[:-cut])
        finished = stream.read()
        assert finished is not None
        assert finished.data == C


def test_edits_name_their_events_otherwise() -> None:
    """The events of an edit are read as those of a generation are."""
    stream, seen = read(frame("image_edit.partial_image", A), frame("image_edit.completed", C))
    assert [(one.index, one.data) for one in seen] == [(0, A)]
    assert stream.read()


def test_the_name_of_an_event_may_stand_outside_only() -> None:
    """Where the data does not say its type the event's name does."""
    letters = base64.b64encode(C).decode()
    stream, _ = read(f'event: {DONE}\ndata: {{"b64_json": "{letters}"}}\n\n'.encode())
    finished = stream.read()
    assert finished is not None
    assert finished.data == C


def test_a_stream_that_ends_early_has_no_finished_picture() -> None:
    """Without a finished frame there is nothing to read, and the last partial is kept."""
    stream, _ = read(frame(PARTIAL, A), frame(PARTIAL, B, partial_image_index=1)[:-9])
    assert stream.read() is None
    assert stream.last == Partial(0, A)


@pytest.mark.parametrize(
    "told",
    [
        b'event: error\ndata: {"type": "error", "error": {"code": "moderation_blocked"}}\n\n',
        b'data: {"error": {"code": "moderation_blocked"}}\n\n',
        b'event: error\ndata: {"type": "error", "code": "moderation_blocked"}\n\n',
    ],
    ids=["both", "object", "flat"],
)
def test_an_error_inside_a_stream_is_raised(told: bytes) -> None:
    """An error in any of the shapes that were seen is raised with what it says."""
    with pytest.raises(StreamError) as error:
        read(frame(PARTIAL, A), told)
    assert error.value.body["code"] == "moderation_blocked"


def test_an_error_that_lacks_its_end_is_raised_as_it_is_read() -> None:
    """An error in a last frame without its blank line is no silence."""
    stream, _ = read(b'data: {"error": {"code": "moderation_blocked"}}')
    with pytest.raises(StreamError):
        stream.read()


def test_what_follows_the_finished_picture_changes_nothing() -> None:
    """An error after the finished picture does not take it away: it was paid for."""
    stream, _ = read(WHOLE, b'data: {"error": "too late"}\n\n')
    finished = stream.read()
    assert finished is not None
    assert finished.data == C


@pytest.mark.parametrize("letters", [None, 7, "", "%%%"], ids=str)
def test_a_finished_frame_without_a_picture_is_a_problem(letters: object) -> None:
    """What was billed and is no picture is given with what is wrong, and its usage."""
    stream, _ = read(frame(DONE, b64_json=letters, usage={"output_tokens": 1}))
    finished = stream.read()
    assert finished is not None
    assert finished.problem == "The finished frame holds no picture in b64_json"
    assert finished.answer["usage"] == {"output_tokens": 1}


def test_only_a_stream_is_read_as_one() -> None:
    """The kind of the answer tells, whatever was asked for."""
    assert is_stream({"content-type": "text/event-stream; charset=utf-8"})
    assert not is_stream({"content-type": "application/json"})
    assert not is_stream({})


def test_whoever_follows_is_told() -> None:
    """Partial pictures are told to those who follow at that time, whatever they do with it."""
    watching, seen = Watching(), list[Any]()
    tell = watching.of(("v1:a", 1))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with watching.followed(broken), watching.followed(lambda *told: seen.append(told)):
        tell(Partial(0, A))
    tell(Partial(1, B))
    assert seen == [(("v1:a", 1), Partial(0, A))]
