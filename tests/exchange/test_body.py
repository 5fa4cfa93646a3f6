from __future__ import annotations

import json
from base64 import b64encode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.exchange.body import Body, Read


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
    _, kept, problem = read(b"<" + data, *cuts)
    assert (kept, problem) == (b"<" + data, "The answer is not JSON")


@pytest.mark.parametrize("cut", range(0, 40, 3))
@pytest.mark.parametrize(
    "letters", ["QUJDR*JD", "QUJD=UJD", "QUJDR", "QQ==QUJD", "QU JD", "QUJDQR=="]
)
def test_letters_that_are_no_base64_are_kept_as_they_came(letters: str, cut: int) -> None:
    """An answer whose picture cannot be decoded is given whole, to the last letter."""
    raw = b'{"data": [{"b64_json": "' + letters.encode() + b'"}]}'
    _, kept, problem = read(raw, 24 + cut)
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
