from __future__ import annotations

import gc
import json
import weakref
from base64 import b64encode
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.exchange.body import BROKEN_OFF, MOST_TEXT, Body, Read, TooLargeError
from tests.servers import picture


def read(raw: bytes, *cuts: int) -> Read:
    """Give a body part by part, cut at these places, and read it."""
    body, edges = Body(), sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        body.take(raw[start:end])
    return body.read()


def written(data: bytes, *, padded: str = "", separators: tuple[str, str] = (",", ":")) -> bytes:
    """Write an answer that holds a picture."""
    letters = b64encode(data).decode() + padded
    answer = {"created": 1, "data": [{"b64_json": letters}], "size": "auto"}
    return json.dumps(answer, separators=separators).encode()


@given(st.binary(max_size=200), st.lists(st.integers(0, 500), max_size=9), st.booleans())
def test_a_picture_is_read_wherever_its_answer_is_cut(
    data: bytes, cuts: list[int], airy: bool
) -> None:
    """The parts in which an answer comes, and its blanks, change nothing of what is read."""
    raw = written(data, separators=(", ", " : ") if airy else (",", ":"))
    assert read(raw, *cuts) == Read({"created": 1, "data": [{}], "size": "auto"}, data, None)


@given(st.binary(max_size=200), st.lists(st.integers(0, 250), max_size=9))
def test_bytes_without_a_picture_are_kept_as_they_came(data: bytes, cuts: list[int]) -> None:
    """Whatever came that is no answer is given whole: it was paid for."""
    _, kept, problem, _ = read(b"<" + data, *cuts)
    assert (kept, problem) == (b"<" + data, "The answer is not JSON")


@pytest.mark.parametrize("cut", range(0, 40, 3))
@pytest.mark.parametrize(
    "letters", ["QUJDR*JD", "QUJD=UJD", "QUJDR", "QQ==QUJD", "QU JD", "QUJDQR=="]
)
def test_letters_that_are_no_base64_are_kept_as_they_came(letters: str, cut: int) -> None:
    """An answer whose picture cannot be decoded is given whole, to the last letter."""
    raw = b'{"data": [{"b64_json": "' + letters.encode() + b'"}]}'
    _, kept, problem, _ = read(raw, 24 + cut)
    if letters == "QUJDQR==":
        assert (kept, problem) == (b"ABCA", None)
    else:
        assert (kept, problem) == (raw, "The answer holds no picture in data[0].b64_json")


@pytest.mark.parametrize("cut", range(0, 60, 5))
def test_slashes_may_be_escaped(cut: int) -> None:
    """A picture whose slashes are written as JSON allows, with a backslash, is read too."""
    data = bytes([255] * 30)
    raw = written(data).replace(b"/", b"\\/")
    assert b"\\/" in raw
    assert read(raw, 30 + cut).data == data


def test_an_answer_that_broke_off_within_the_picture_is_no_json() -> None:
    """A body that ends in the midst of the picture is given whole."""
    raw = written(b"hello world" * 9)[:70]
    assert read(raw, 50) == Read({}, raw, "The answer is not JSON")


def test_a_name_within_a_text_is_no_picture() -> None:
    """A text that speaks of b64_json is not taken for a picture."""
    raw = json.dumps({"note": 'a "b64_json": "x"', "data": [{"b64_json": "QUJD"}]}).encode()
    assert read(raw).data == b"ABC"


def test_a_picture_elsewhere_is_none() -> None:
    """A b64_json that does not stand in data[0] is no picture, and all is kept."""
    raw = b'{"b64_json": "QUJD", "data": []}'
    assert read(raw) == Read(
        {"b64_json": "QUJD", "data": []},
        raw,
        "The answer holds no picture in data[0].b64_json",
    )


PICTURE = picture("png", 32, 32)
BEFORE = {"created": 1, "usage": {"output_tokens": 272}}
BEHIND = {"size": "32x32", "usage": {"output_tokens": 272, "total_tokens": 285}, "created": 17}


def holding(data: bytes, before: dict[str, Any], behind: dict[str, Any]) -> bytes:
    """Write an answer with words before its picture and behind it."""
    letters = b64encode(data).decode()
    return json.dumps({**before, "data": [{"b64_json": letters}], **behind}).encode()


def test_a_picture_that_came_whole_is_kept_wherever_its_answer_breaks_off() -> None:
    """Behind the quote that closes the letters no cut loses the picture or tells a wrong count."""
    whole = holding(PICTURE, {"created": 1}, BEHIND)
    for end in range(whole.index(b'"}]') + 1, len(whole)):
        answer, data, problem, note = read(whole[:end], end // 2)
        assert (data, problem, note) == (PICTURE, None, BROKEN_OFF)
        assert answer.get("usage") in (None, BEHIND["usage"])
        assert answer.get("size") in (None, "32x32")


def test_what_was_counted_before_the_picture_is_known() -> None:
    """Words that came before the picture came whole."""
    whole = holding(PICTURE, BEFORE, {"size": "32x32"})
    answer, data, _, note = read(whole[: whole.index(b"size")])
    assert (answer["usage"], data, note) == (BEFORE["usage"], PICTURE, BROKEN_OFF)


@pytest.mark.parametrize(
    "data", [PICTURE[:-9], PICTURE[:-40] + PICTURE[-12:], b"no picture", b""], ids=len
)
def test_what_is_no_whole_picture_is_not_kept_from_half_an_answer(data: bytes) -> None:
    """Of an answer that broke off only a picture is kept that opens to its last pixel."""
    raw = holding(data, {}, BEHIND)[:-3]
    assert read(raw) == Read({}, raw, "The answer is not JSON")


def test_a_picture_whose_letters_are_not_closed_is_none() -> None:
    """Without the quote that closes it nobody knows that a picture's last letter has come."""
    whole = holding(PICTURE, {}, BEHIND)
    raw = whole[: whole.index(b'"}]')]
    assert read(raw) == Read({}, raw, "The answer is not JSON")


def test_a_picture_that_stands_elsewhere_is_not_rescued() -> None:
    """Half an answer is believed in no more than a whole one: its picture stands in data."""
    letters = b64encode(PICTURE).decode()
    raw = json.dumps({"thumb": {"b64_json": letters}, "data": []}).encode()[:-4]
    assert read(raw).problem == "The answer is not JSON"


@pytest.mark.parametrize("first", ["first", None], ids=["both", "second"])
def test_two_pictures_are_one_and_a_note(first: str | None) -> None:
    """Of several pictures the first good one is kept, and that there were more is told."""
    several = [b64encode(data).decode() for data in (b"one", b"two")]
    raw = json.dumps({"data": [{"b64_json": first and several[0]}, {"b64_json": several[1]}]})
    _, data, problem, note = read(raw.encode(), 20)
    assert (data, problem) == (b"one" if first else b"two", None)
    assert "2 pictures came where one was asked for" in (note or "")


MANY = b"A" * 4 * 2**20


def taken(begun: bytes, ended: bytes) -> Body:
    """Give a body more of one letter than an answer may hold as text."""
    body = Body()
    for part in (begun, *[MANY] * (MOST_TEXT // len(MANY) + 2), ended):
        body.take(part)
    return body


@pytest.mark.parametrize("begun", [b"", b'{"data": [{"b64_json": "QUJD"}], "x": "'])
def test_no_more_words_are_taken_in_than_an_answer_may_hold(begun: bytes) -> None:
    """What is no picture is left, before the picture and behind it."""
    with pytest.raises(TooLargeError):
        taken(begun, b"")


def test_a_large_picture_is_no_words() -> None:
    """A picture's letters are not among the words that are bounded."""
    read_picture = taken(b'{"data": [{"b64_json": "', b'"}]}').read()
    assert (len(read_picture.data) > MOST_TEXT * 3 // 4, read_picture.problem) == (True, None)


def test_a_body_that_was_read_is_gone_at_once() -> None:
    """A picture's bytes do not wait for the collector of cycles, which comes late."""
    body = Body()
    body.take(written(picture()))
    body.read()
    there = weakref.ref(body)
    gc.disable()
    try:
        del body
        assert there() is None
    finally:
        gc.enable()
