"""The Python that made a picture."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from imagelab.insight.code import code_of
from imagelab.request import ImageRequest


def asked(prompt: str = "a fox", **settings: Any) -> ImageRequest:
    """Make a request."""
    return ImageRequest(**{"prompt": prompt, "model": "gpt-image-1", **settings})


def test_only_what_was_given_stands_there() -> None:
    """Model and tier are named, the usual size is not."""
    written = code_of(asked(quality="high"))
    assert written == 'lab.generate("a fox", model="gpt-image-1", quality="high")'


def test_every_setting_comes_back() -> None:
    """Settings that are not the usual ones are all there, numbers as numbers."""
    request = asked(
        size="1536x1024",
        background="opaque",
        output_format="jpeg",
        output_compression=50,
        moderation="low",
    )
    call = ast.parse(code_of(request)).body[0].value  # type: ignore[attr-defined]
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert ImageRequest(prompt=ast.literal_eval(call.args[0]), **given) == request


@pytest.mark.parametrize("prompt", ["it's", 'a "fox"', 'it\'s "so"', "two\nlines", "\\ and ½ {x}"])
def test_any_prompt_survives(prompt: str) -> None:
    """Quotes, line ends and backslashes are the same text again when the code is run."""
    call = ast.parse(code_of(asked(prompt))).body[0].value  # type: ignore[attr-defined]
    assert ast.literal_eval(call.args[0]) == prompt


def test_a_sample_is_taken_from_a_comparison() -> None:
    """The third sample is the third picture of a comparison."""
    written = code_of(asked(), sample=3)
    assert written == ('lab.compare("a fox", model="gpt-image-1", quality="low", samples=3)[2]')


def test_a_long_call_is_broken_and_a_later_take_is_said() -> None:
    """A long prompt has a line of its own; a second take says how to ask for another."""
    written = code_of(asked("a fox " * 20), take=2)
    assert written.splitlines()[0] == "lab.generate("
    assert written.endswith("fresh=True asks for another")
