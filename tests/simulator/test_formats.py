"""GIF and SVG, and the other parameters of the newest models."""

from __future__ import annotations

import base64
import itertools
from typing import Any
from xml.etree import ElementTree

import openai
import pytest

from imagelab.catalog import prices, tokens
from imagelab.simulator import Simulator
from tests.simulator.wire import SMALL, ask, form, opened, png, unpainted

NEWEST: dict[str, Any] = {**SMALL, "model": "gpt-image-2.6-flare"}
GIF: dict[str, Any] = {**NEWEST, "output_format": "gif"}
SVG: dict[str, Any] = {**NEWEST, "output_format": "svg"}


def frames(data: bytes) -> list[bytes]:
    """Return the pixels of every frame of an animation."""
    picture = opened(data)
    made = []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        made.append(picture.convert("RGB").tobytes())
    return made


def test_a_gif_is_an_animation_of_the_frames_asked_for(simulator: Simulator) -> None:
    """frame_count and frame_duration_ms make a looping GIF, rounded to hundredths of a second."""
    answer = ask(simulator, {**GIF, "frame_count": 4, "frame_duration_ms": 118})
    picture = opened(answer.pictures[0])
    assert (picture.format, picture.size) == ("GIF", (1024, 640))
    assert (picture.info["duration"], picture.info["loop"]) == (120, 0)
    made = frames(answer.pictures[0])
    assert len(made) == 4
    assert all(one != other for one, other in itertools.pairwise(made))


def test_a_gif_has_nine_frames_unless_told(simulator: Simulator) -> None:
    """Without a frame_count nine frames come, and each is paid as a picture."""
    answer = ask(simulator, GIF)
    assert len(frames(answer.pictures[0])) == 9
    bound = tokens.output_tokens(GIF["model"], "low", "1024x640", frames=9).bound
    assert answer.json["usage"]["output_tokens"] == bound


def test_an_svg_is_a_drawing_of_shapes(simulator: Simulator) -> None:
    """output_format=svg gives an SVG document with paths, and no picture of pixels in it."""
    answer = ask(simulator, {**SVG, "prompt": 'a "red" fox <in> snow & ice \x07'})
    root = ElementTree.fromstring(answer.pictures[0])  # noqa: S314
    space = "{http://www.w3.org/2000/svg}"
    assert (root.tag, root.get("width"), root.get("height")) == (f"{space}svg", "1024", "640")
    assert root.findtext(f"{space}title") == 'a "red" fox <in> snow & ice '
    assert len(root.findall(f"{space}path")) > 5
    assert not root.findall(f".//{space}image")
    assert root.findtext(f"{space}text") == "SIMULATED"
    assert answer.json["output_format"] == "svg"


def test_who_writes_the_svg_is_billed(simulator: Simulator) -> None:
    """svg_usage tells the author's tokens, which are paid on top of the picture's."""
    author = {"model": "gpt-5.6-luna", "reasoning": {"effort": "high"}}
    answer = ask(simulator, {**SVG, "svg": author})
    written = answer.json["svg_usage"]
    assert list(written) == [
        "input_tokens", "model", "output_tokens", "reasoning_tokens", "total_tokens",
    ]  # fmt: skip
    assert (written["model"], written["reasoning_tokens"]) == ("gpt-5.6-luna", 4096)
    assert written["output_tokens"] > 4096
    row = simulator.billed.rows[0]
    assert row.nano == (
        row.text_tokens * 5_000
        + row.image_tokens * 30_000
        + written["input_tokens"] * 200
        + written["output_tokens"] * 1_200
    )


def test_an_author_without_a_price_makes_the_bill_unknown(simulator: Simulator) -> None:
    """An SVG by a model that the catalogue does not know has no known cost."""
    assert prices.author("gpt-7") is None
    ask(simulator, {**SVG, "svg": {"model": "gpt-7"}})
    assert (simulator.billed.nano, simulator.billed.unpriced) == (0, 1)


def test_the_real_sdk_reads_an_svg(client: openai.OpenAI) -> None:
    """The real SDK parses svg_usage and the echo of the safety identifier."""
    answer = client.images.generate(**SVG, svg={"model": "gpt-5.6-terra"}, safety_identifier="me")
    assert answer.data
    assert base64.b64decode(answer.data[0].b64_json or "").startswith(b"<svg")
    assert answer.svg_usage
    assert answer.svg_usage.model == "gpt-5.6-terra"
    assert answer.safety_identifier == "me"


def test_the_safety_identifier_comes_back(simulator: Simulator) -> None:
    """A safety identifier is echoed; without one the deprecated user is, and else nothing."""
    both = unpainted(simulator, safety_identifier="me", user="you").json
    assert both["safety_identifier"] == "me"
    assert unpainted(simulator, safety_identifier="", user="you").json["safety_identifier"] == "you"
    assert "safety_identifier" not in unpainted(simulator).json


def test_complexity_and_moderation_are_taken(simulator: Simulator) -> None:
    """What the newest models take is taken, by forms too."""
    assert (
        unpainted(simulator, **{**NEWEST, "complexity": "low", "moderation": "low"}).status == 200
    )
    answer = form(
        simulator,
        [("image", png(), "image/png")],
        **{
            **SVG,
            "complexity": "high",
            "svg[model]": "gpt-5.6-luna",
            "svg[reasoning][effort]": "low",
        },
    )
    assert answer.json["svg_usage"]["reasoning_tokens"] == 256


def test_an_edit_may_move(simulator: Simulator) -> None:
    """A GIF can be made of a reference."""
    answer = form(simulator, [("image", png(), "image/png")], **{**GIF, "frame_count": 2})
    assert len(frames(answer.pictures[0])) == 2


WRONG: list[tuple[dict[str, Any], str | None, str]] = [
    ({**GIF, "frame_count": 1}, "frame_count", "integer_below_min_value"),
    ({**GIF, "frame_count": 17}, "frame_count", "integer_above_max_value"),
    ({**GIF, "stream": True}, "stream", "unsupported_value"),
    ({**GIF, "output_compression": 50}, None, "invalid_gif_output_compression"),
    ({**GIF, "background": "transparent"}, None, "invalid_transparent_background_output_format"),
    ({**NEWEST, "frame_count": 4}, "frame_count", "invalid_value"),
    ({**SMALL, "output_format": "gif"}, "output_format", "invalid_value"),
    ({**SVG, "n": 2}, "n", "invalid_value"),
    ({**SVG, "stream": True}, "stream", "unsupported_value"),
    ({**SVG, "svg": {}}, "svg.model", "missing_required_parameter"),
    ({**SVG, "svg": {"model": 5}}, "svg.model", "invalid_type"),
    ({**SVG, "svg": {"model": "a", "size": 1}}, "svg.size", "unknown_parameter"),
    ({**SVG, "svg": {"model": "a", "reasoning": 1}}, "svg.reasoning", "invalid_type"),
    ({**SVG, "svg": {"model": "a", "reasoning": {"effort": "more"}}}, "svg.reasoning.effort",
     "invalid_value"),
    ({**NEWEST, "svg": {"model": "a"}}, "svg", "invalid_value"),
    ({**NEWEST, "complexity": "max"}, "complexity", "invalid_value"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "param", "code"), WRONG)
def test_what_does_not_go_together_is_refused(
    simulator: Simulator, body: dict[str, Any], param: str | None, code: str
) -> None:
    """Each wrong combination is a 400 with its parameter and code, and costs nothing."""
    answer = ask(simulator, body)
    assert (answer.status, answer.error["param"], answer.error["code"]) == (400, param, code)
    assert simulator.billed.pictures == 0


def test_frames_stay_within_what_a_gif_can_say(simulator: Simulator) -> None:
    """A frame lasts at most 655,350 ms, whatever is asked."""
    answer = ask(simulator, {**GIF, "frame_count": 2, "frame_duration_ms": 2_000_000_000})
    assert opened(answer.pictures[0]).info["duration"] == 655_350
