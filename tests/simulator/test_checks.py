"""What the simulator refuses, in the words of the real service."""

from __future__ import annotations

from datetime import date
from typing import Any

import openai
import pytest

from imagelab.simulator import Simulator
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import Asked, check
from imagelab.simulator.files import Files
from imagelab.simulator.manners import Manners
from imagelab.simulator.wanted import Wanted
from tests.simulator.wire import SMALL, ask, unpainted


def checked(raw: bytes) -> Wanted | Reply:
    """Check the body of a generation."""
    return check(Asked("generation", raw), Files(), Manners())


OLD: dict[str, Any] = {"model": "gpt-image-1", "size": "1024x1024"}


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"prompt": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_json_is_refused(simulator: Simulator, raw: bytes) -> None:
    """A body that cannot be read as JSON answers 400 invalid_request_error."""
    answer = ask(simulator, raw)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")
    assert "could not parse the JSON body" in answer.error["message"]


@pytest.mark.parametrize("raw", [b"[]", b'"a"', b"null", b"1", b"1.5", b"true"])
def test_json_that_is_no_object_is_refused(simulator: Simulator, raw: bytes) -> None:
    """A body that is not an object answers 400."""
    answer = ask(simulator, raw)
    assert answer.status == 400
    assert "must be a JSON object" in answer.error["message"]


def test_a_missing_prompt_is_named(simulator: Simulator) -> None:
    """Without a prompt the answer is missing_required_parameter."""
    answer = ask(simulator, {"model": "gpt-image-1"})
    assert answer.status == 400
    assert answer.error == {
        "message": "Missing required parameter: 'prompt'.",
        "type": "invalid_request_error",
        "param": "prompt",
        "code": "missing_required_parameter",
    }


def test_an_unknown_parameter_is_named(simulator: Simulator) -> None:
    """response_format, which GPT Image models never had, is an unknown parameter."""
    answer = ask(simulator, response_format="b64_json")
    assert answer.status == 400
    assert answer.error == {
        "message": "Unknown parameter: 'response_format'.",
        "type": "invalid_request_error",
        "param": "response_format",
        "code": "unknown_parameter",
    }


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-9", "gpt-image-2-1999-01-01", "", "auto"])
def test_an_unknown_model_does_not_exist(simulator: Simulator, model: str) -> None:
    """A model that is not served answers 400 as dall-e-3 did after its end."""
    answer = ask(simulator, model=model)
    assert answer.status == 400
    assert answer.error["message"] == f"The model '{model}' does not exist."
    assert answer.error["type"] == "image_generation_user_error"


def test_a_fixed_size_model_lists_its_sizes(simulator: Simulator) -> None:
    """512x512 on gpt-image-1 answers with the sizes there are."""
    answer = ask(simulator, model="gpt-image-1", size="512x512")
    assert answer.status == 400
    assert answer.error == {
        "message": "Invalid value: '512x512'. Supported values are: "
        "'1024x1024', '1024x1536', '1536x1024', and 'auto'.",
        "type": "invalid_request_error",
        "param": "size",
        "code": "invalid_value",
    }


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ("512x512", "Requested resolution is below the current minimum pixel budget."),
        ("0x0", "Requested resolution is below the current minimum pixel budget."),
        ("3840x3840", "Requested resolution is above the current maximum pixel budget."),
        ("1920x1080", "Width and height must both be divisible by 16."),
        ("3856x1600", "The longest edge must be less than or equal to 3840."),
        ("2560x640", "The longest edge must be at most 3 times the shortest."),
        ("large", "Expected WIDTHxHEIGHT in pixels, or 'auto'."),
        ("1024x-16", "Expected WIDTHxHEIGHT in pixels, or 'auto'."),
    ],
)
def test_a_free_size_model_says_what_is_wrong(simulator: Simulator, size: str, reason: str) -> None:
    """An illegal size on gpt-image-2 is refused with the rule that it breaks."""
    answer = ask(simulator, size=size)
    assert answer.status == 400
    assert answer.error["message"] == f"Invalid size '{size}'. {reason}"
    assert (answer.error["param"], answer.error["code"]) == ("size", "invalid_value")


WRONG = [
    ({"prompt": 5}, "prompt", "invalid_type"),
    ({"prompt": None}, "prompt", "invalid_type"),
    ({"prompt": ""}, "prompt", "empty_string"),
    ({"prompt": "a" * 32_001}, "prompt", "string_above_max_length"),
    ({"model": 1}, "model", "invalid_type"),
    ({"n": "2"}, "n", "invalid_type"),
    ({"n": 1.0}, "n", "invalid_type"),
    ({"n": True}, "n", "invalid_type"),
    ({"n": 0}, "n", "integer_below_min_value"),
    ({"n": 11}, "n", "integer_above_max_value"),
    ({"quality": "hd"}, "quality", "invalid_value"),
    ({"quality": "max"}, "quality", "invalid_value"),
    ({"background": "green"}, "background", "invalid_value"),
    ({"output_format": "gif"}, "output_format", "invalid_value"),
    ({"output_format": "jpeg", "output_compression": 101}, "output_compression",
     "integer_above_max_value"),
    ({"output_compression": 50}, None, "invalid_png_output_compression"),
    ({"background": "transparent", "output_format": "jpeg"}, None,
     "invalid_transparent_background_output_format"),
    ({"moderation": "off"}, "moderation", "invalid_value"),
    ({"complexity": "low"}, "complexity", "invalid_value"),
    ({"frame_count": 4}, "frame_count", "invalid_value"),
    ({"svg": []}, "svg", "invalid_type"),
    ({"stream": "yes"}, "stream", "invalid_type"),
    ({"partial_images": 2}, "partial_images", "invalid_value"),
    ({"partial_images": 4, "stream": True}, "partial_images", "integer_above_max_value"),
    ({"input_fidelity": "high"}, "input_fidelity", "unknown_parameter"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "param", "code"), WRONG)
def test_wrong_values_are_refused_by_name(
    simulator: Simulator, settings: dict[str, Any], param: str | None, code: str
) -> None:
    """A wrong type or value answers 400 with the parameter and a code; nothing is billed."""
    answer = ask(simulator, **settings)
    assert answer.status == 400
    assert (answer.error["param"], answer.error["code"]) == (param, code)
    assert list(answer.error) == ["message", "type", "param", "code"]
    assert simulator.billed.pictures == 0


def test_the_supported_tiers_are_listed(client: openai.OpenAI) -> None:
    """A tier that the model lacks is answered with those it has."""
    with pytest.raises(openai.BadRequestError, match="'low', 'medium', 'high', and 'auto'"):
        client.images.generate(model="gpt-image-2", prompt="a", quality="xhigh")


def test_the_newer_models_have_more_tiers(simulator: Simulator) -> None:
    """`xhigh` is drawn by gpt-image-2.5."""
    answer = unpainted(simulator, model="gpt-image-2.5-flare", quality="xhigh")
    assert answer.json["quality"] == "xhigh"


def test_parameters_that_change_no_picture_are_taken(simulator: Simulator) -> None:
    """Transport and moderation parameters that the service knows are accepted, null as well."""
    settings: dict[str, Any] = {
        "user": "u",
        "safety_identifier": "s",
        "moderation": "low",
        "stream": False,
    }
    assert unpainted(simulator, **settings, partial_images=0, background=None).status == 200


def test_snapshots_and_gateway_names_are_served(simulator: Simulator) -> None:
    """A model may be named by its snapshot, and as gateways do."""
    assert unpainted(simulator, model="openai/gpt-image-2-2026-04-21").status == 200
    assert simulator.billed.rows[0].model == "gpt-image-2"


def test_retired_models_do_not_exist_when_told_so() -> None:
    """With retire=True a model past its shutdown day answers 400, and is not listed."""
    with Simulator(retire=True) as strict:
        answer = ask(strict, **OLD)
        listed = ask(strict, method="GET", path="/v1/models").json["data"]
    assert answer.error["message"] == "The model 'gpt-image-1' does not exist."
    assert "gpt-image-1" not in [one["id"] for one in listed]


@pytest.mark.parametrize(("day", "kind"), [(22, Wanted), (23, Reply)])
def test_a_model_retires_on_its_shutdown_day(day: int, kind: type) -> None:
    """gpt-image-1 is served on 2026-10-22 and gone on 2026-10-23."""
    raw = b'{"model": "gpt-image-1", "prompt": "a fox"}'
    asked = Asked("generation", raw)
    found = check(asked, Files(), Manners(), retire=True, today=date(2026, 10, day))
    assert isinstance(found, kind)


def test_validation_comes_before_the_model() -> None:
    """An unknown parameter is reported even where the model is unknown too."""
    reply = checked(b'{"model": "nope", "prompt": "a", "style": "vivid"}')
    assert isinstance(reply, Reply)
    assert b"Unknown parameter" in reply.body


def test_equal_pictures_have_equal_keys() -> None:
    """Order of fields and transport parameters do not change what picture is asked for."""
    one = checked(b'{"prompt": "a", "quality": "low", "n": 2, "user": "x"}')
    two = checked(b'{"quality": "low", "prompt": "a", "stream": false}')
    assert isinstance(one, Wanted)
    assert isinstance(two, Wanted)
    assert one.key == two.key
    assert set(SMALL) > set(one.body)
