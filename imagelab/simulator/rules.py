"""Checks of a body that need the model: what this one takes, and what goes together."""

from __future__ import annotations

from imagelab.catalog import sizes
from imagelab.catalog.models import Model
from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply, error, invalid_value
from imagelab.simulator.shape import Body

_BACKGROUNDS = ("transparent", "opaque", "auto")
_OF_FORMATS = {"frame_count": "gif", "frame_duration_ms": "gif", "svg": "svg"}
_PLAIN = ("png", "jpeg", "webp")
_COMPRESSED = ("jpeg", "webp")


def problem(model: Model, body: Body) -> Reply | None:
    """Return the refusal of what this model cannot do."""
    return (
        _prompt_problem(model, body["prompt"])
        or _tier_problem(model, body)
        or _size_problem(model, body.get("size", "auto"))
        or _format_problem(model, body)
        or _background_problem(model, body)
        or _fidelity_problem(model, body)
        or _special_problem(model, body)
        or _stream_problem(body)
    )


def _prompt_problem(model: Model, prompt: str) -> Reply | None:
    if not prompt:
        message = (
            "Invalid 'prompt': empty string. "
            "Expected a string with minimum length 1, but got an empty string instead."
        )
        return error(400, message, code="empty_string", param="prompt")
    if len(prompt) > model.max_prompt:
        message = (
            "Invalid 'prompt': string too long. Expected a string with maximum length "
            f"{model.max_prompt}, but got a string with length {len(prompt)} instead."
        )
        return error(400, message, code="string_above_max_length", param="prompt")
    return None


def _tier_problem(model: Model, body: Body) -> Reply | None:
    allowed = (*model.tiers, "auto")
    asked = body.get("quality", "auto")
    return None if asked in allowed else invalid_value("quality", asked, allowed)


def _size_problem(model: Model, size: str) -> Reply | None:
    if sizes.problem(model, size) is None:
        return None
    if model.sizes == "fixed":
        return invalid_value("size", size, (*sorted(sizes.rule_of(model).listed), "auto"))
    message = f"Invalid size '{size}'. {_size_reason(model, size)}"
    return error(400, message, code="invalid_value", param="size")


def _size_reason(model: Model, size: str) -> str:
    rule = sizes.rule_of(model)
    across, _, down = size.partition("x")
    if not (across.isascii() and across.isdigit() and down.isascii() and down.isdigit()):
        return "Expected WIDTHxHEIGHT in pixels, or 'auto'."
    width, height = int(across[:9]), int(down[:9])
    if width % rule.multiple or height % rule.multiple:
        return f"Width and height must both be divisible by {rule.multiple}."
    if max(width, height) > rule.longest_edge:
        return f"The longest edge must be less than or equal to {rule.longest_edge}."
    if max(width, height) > rule.most_ratio * min(width, height):
        return f"The longest edge must be at most {rule.most_ratio} times the shortest."
    if width * height < rule.least_pixels:
        return "Requested resolution is below the current minimum pixel budget."
    return "Requested resolution is above the current maximum pixel budget."


def _format_problem(model: Model, body: Body) -> Reply | None:
    form = body.get("output_format", "png")
    if form not in model.formats:
        return invalid_value("output_format", form, model.formats)
    if form not in _COMPRESSED and body.get("output_compression", 100) < 100:
        message = f"Compression less than 100 is not supported for {form.upper()} output format"
        code = f"invalid_{form}_output_compression"
        return error(400, message, kind=bodies.USER_ERROR, code=code)
    return None


def _background_problem(model: Model, body: Body) -> Reply | None:
    asked = body.get("background", "auto")
    if asked not in _BACKGROUNDS:
        return invalid_value("background", asked, _BACKGROUNDS)
    if asked != "transparent":
        return None
    if not model.transparent:
        message = "Transparent background is not supported for this model."
        return error(400, message, kind=bodies.USER_ERROR, param="background")
    form = body.get("output_format", "png")
    if form not in ("png", "webp"):
        message = f"Transparent background is not supported for {form.upper()} output format"
        code = "invalid_transparent_background_output_format"
        return error(400, message, kind=bodies.USER_ERROR, code=code)
    return None


def _fidelity_problem(model: Model, body: Body) -> Reply | None:
    if "input_fidelity" not in body:
        return None
    if not model.input_fidelity:
        return bodies.not_supported(model.id, "input_fidelity")
    if body["input_fidelity"] not in model.input_fidelity:
        return invalid_value("input_fidelity", body["input_fidelity"], model.input_fidelity)
    return None


def _special_problem(model: Model, body: Body) -> Reply | None:
    if "complexity" in body and not model.complexity:
        return bodies.not_supported(model.id, "complexity")
    for name, form in _OF_FORMATS.items():
        if name in body and body.get("output_format", "png") != form:
            message = f"'{name}' is only supported with output_format '{form}'."
            return error(400, message, code="invalid_value", param=name)
    if body.get("output_format") == "svg" and body.get("n", 1) > 1:
        message = "SVG output requires n=1."
        return error(400, message, code="invalid_value", param="n")
    return None


def _stream_problem(body: Body) -> Reply | None:
    form = body.get("output_format", "png")
    for name in ("stream", "partial_images"):
        if form not in _PLAIN and body.get(name):
            message = f"{form.upper()} output does not support '{name}'."
            return error(400, message, code="unsupported_value", param=name)
    if body.get("partial_images") and not body.get("stream"):
        message = "'partial_images' is only supported when 'stream' is true."
        return error(400, message, code="invalid_value", param="partial_images")
    return None
