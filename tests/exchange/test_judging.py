"""A chat's answer to a question, whatever it looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.exchange.judging import read, usage_of


def body(content: object, **choice: Any) -> bytes:
    """Write an answer around what the judge said."""
    message = {"role": "assistant", "content": content, "refusal": choice.pop("refusal", None)}
    made = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    return json.dumps({"choices": [made], "usage": usage}).encode()


GOOD = json.dumps({"reason": "sharper", "winner": "A"})


def test_a_good_answer_has_no_problem() -> None:
    """Words of the form that was asked for are kept as they are, with the tokens."""
    found = read(body(GOOD))
    assert (found.text, found.problem, found.refused) == (GOOD, None, None)
    assert (found.usage.text_input_tokens, found.usage.text_output_tokens) == (10, 5)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"<html>", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"{}", "no choices"),
        (b'{"choices": []}', "no choices"),
        (b'{"choices": [{"message": null}]}', "no choices"),
        (body("I like both."), "no verdict"),
        (body(None), "no verdict"),
        (body('{"winner": "C", "reason": ""}'), "no verdict"),
        (body('{"winner": ["A"], "reason": ""}'), "no verdict"),
        (body('{"reason": "sha', finish_reason="length"), "cut at the most tokens"),
    ],
)
def test_what_is_no_verdict_says_why(raw: bytes, said: str) -> None:
    """Anything else is a problem in words, and its bytes are kept."""
    found = read(raw)
    assert said in str(found.problem)
    assert found.refused is None


@pytest.mark.parametrize(
    "raw", [body(None, refusal="No."), body("", finish_reason="content_filter")]
)
def test_a_refusal_is_no_garbage(raw: bytes) -> None:
    """A judge that refuses, or is filtered, refused."""
    found = read(raw)
    assert found.refused
    assert found.problem is None
    assert found.usage.text_output_tokens == 5


@pytest.mark.parametrize("at", [190, 19_990])
def test_half_a_key_is_a_secret_too(at: int) -> None:
    """What must not be kept is taken out before words are cut, wherever they are cut."""
    words = "x" * at + "sk-secret-0123456789" + "y" * 50

    def blot(text: str) -> str:
        return text.replace("sk-secret-0123456789", "[key]")

    for raw in (words.encode(), body(words), body(None, refusal=words)):
        found = read(raw, blot)
        assert "sk-" not in f"{found.text}{found.problem}{found.refused}"


@given(st.binary())
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    """Whatever comes is read."""
    assert read(raw).problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_no_json_breaks_the_reader(found: Any) -> None:
    """Whatever JSON comes, anywhere in the answer, is read."""
    read(json.dumps(found).encode())
    read(json.dumps({"choices": found, "usage": found}).encode())
    read(json.dumps({"choices": [found]}).encode())
    read(json.dumps({"choices": [{"message": found}]}).encode())
    read(json.dumps({"choices": [{"message": {"content": found, "refusal": found}}]}).encode())
    usage_of({"prompt_tokens": found, "completion_tokens": 3, "prompt_tokens_details": found})


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": 3}, {"prompt_tokens": -1}, "7"])
def test_half_a_usage_is_none(usage: object) -> None:
    """Where a sum is missing or odd no token is known, so that no cost is too low."""
    assert usage_of(usage).total is None


def test_cached_tokens_are_part_of_those_that_went_in() -> None:
    """What was cached has its own, lower price."""
    found = usage_of(
        {
            "prompt_tokens": 100,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 64},
        }
    )
    assert (found.text_input_tokens, found.text_cached_tokens) == (100, 64)
