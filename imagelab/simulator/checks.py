"""Reads the body of a request and checks it, in the order in which the real service does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imagelab.catalog import models
from imagelab.catalog.models import Model
from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply, error, invalid_value

DEFAULT_MODEL = "gpt-image-1"
"""What a request without a model gets."""

FORMATS = ("png", "jpeg", "webp")
"""What is drawn here. gif and svg need a project's special access, which nobody has here."""

_TEXTS = (
    "prompt", "model", "size", "quality", "background", "output_format", "moderation", "user",
    "safety_identifier", "complexity",
)  # fmt: skip
_WHOLE = {
    "n": (1, 10),
    "output_compression": (0, 100),
    "partial_images": (0, 3),
    "frame_count": (2, 16),
    "frame_duration_ms": (10, 655_350),
}
_TYPES: dict[str, tuple[type, str]] = {
    **dict.fromkeys(_TEXTS, (str, "a string")),
    **dict.fromkeys(_WHOLE, (int, "an integer")),
    "stream": (bool, "a boolean"),
    "svg": (dict, "an object"),
}
_CHOICES = {"moderation": ("auto", "low"), "complexity": ("low", "medium", "high")}
_OF_OTHER_FORMATS = {"frame_count": "gif", "frame_duration_ms": "gif", "svg": "svg"}
_NOT_IN_THE_PICTURE = ("stream", "partial_images", "user", "n", "safety_identifier")
_KINDS = {str: "a string", bool: "a boolean", int: "an integer", float: "a decimal number"}
_KINDS |= {list: "an array", dict: "an object", type(None): "null"}

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A checked request, everything in it resolved. ``body`` is what makes the picture.

    Two requests with equal ``key`` ask for the same picture.
    """

    body: Mapping[str, object]
    key: str
    model: Model
    prompt: str
    n: int
    size: str
    size_is_auto: bool
    tier: str
    background: str
    output_format: str
    compression: int | None

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, _, height = self.size.partition("x")
        return int(width), int(height)


def check(raw: bytes, *, retire: bool = False, today: date | None = None) -> Wanted | Reply:
    """Return the request in a body, or the error that the service would answer.

    With ``retire`` a model is unknown from its shutdown day on, in UTC, as of ``today``.
    """
    body = _parsed(raw)
    if isinstance(body, Reply):
        return body
    problem = _shape_problem(body)
    if problem:
        return problem
    model_id = body.get("model", DEFAULT_MODEL)
    model = served(model_id, retire=retire, today=today)
    if model is None:
        return bodies.no_such_model(model_id)
    return _model_problem(model, body) or _resolved(model, body)


def served(model_id: str, *, retire: bool = False, today: date | None = None) -> Model | None:
    """Return the model of this id (a snapshot's, and behind ``openai/``, too) if it is served."""
    model = models.find(model_id)
    if model is None or model_id.removeprefix("openai/") not in (model.id, *model.snapshots):
        return None
    day = today or datetime.now(UTC).date()
    return None if retire and models.state(model, day) == "retired" else model


def _parsed(raw: bytes) -> dict[str, Any] | Reply:
    try:
        body = json.loads(raw.decode())
        json.dumps(body, ensure_ascii=False).encode()  # half a character cannot be encoded
    except (ValueError, RecursionError):
        return error(400, "We could not parse the JSON body of your request.")
    if not isinstance(body, dict):
        return error(400, f"The body must be a JSON object, not {_kind(body)}.")
    return {name: value for name, value in body.items() if value is not None or name == "prompt"}


def _kind(value: object) -> str:
    return _KINDS[type(value)]


# --- checks that need no model ---------------------------------------------------------------


def _shape_problem(body: Body) -> Reply | None:
    for name in body:
        if name not in _TYPES:
            message = f"Unknown parameter: '{name}'."
            return error(400, message, code="unknown_parameter", param=name)
    if "prompt" not in body:
        message = "Missing required parameter: 'prompt'."
        return error(400, message, code="missing_required_parameter", param="prompt")
    checks = (_type_problem, _range_problem, _choice_problem)
    return next((found for one in checks for name in body if (found := one(name, body))), None)


def _type_problem(name: str, body: Body) -> Reply | None:
    wanted, called = _TYPES[name]
    if type(body[name]) is wanted:
        return None
    message = f"Invalid type for '{name}': expected {called}, but got {_kind(body[name])} instead."
    return error(400, message, code="invalid_type", param=name)


def _range_problem(name: str, body: Body) -> Reply | None:
    if name not in _WHOLE:
        return None
    value, (least, most) = body[name], _WHOLE[name]
    if value < least:
        words, code, sign, limit = "below minimum", "integer_below_min_value", ">=", least
    elif value > most:
        words, code, sign, limit = "above maximum", "integer_above_max_value", "<=", most
    else:
        return None
    message = (
        f"Invalid '{name}': integer {words} value. "
        f"Expected a value {sign} {limit}, but got {value} instead."
    )
    return error(400, message, code=code, param=name)


def _choice_problem(name: str, body: Body) -> Reply | None:
    if name not in _CHOICES or body[name] in _CHOICES[name]:
        return None
    return invalid_value(name, body[name], _CHOICES[name])


# --- checks that need the model --------------------------------------------------------------


def _model_problem(model: Model, body: Body) -> Reply | None:
    return (
        _prompt_problem(model, body["prompt"])
        or _tier_problem(model, body)
        or _size_problem(model, body.get("size", "auto"))
        or _format_problem(body)
        or _background_problem(model, body)
        or _special_problem(model, body)
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
    if models.size_problem(model, size) is None:
        return None
    if model.sizes == "fixed":
        return invalid_value("size", size, (*sorted(models.size_rule(model).listed), "auto"))
    message = f"Invalid size '{size}'. {_size_reason(model, size)}"
    return error(400, message, code="invalid_value", param="size")


def _size_reason(model: Model, size: str) -> str:
    rule = models.size_rule(model)
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


def _format_problem(body: Body) -> Reply | None:
    form = body.get("output_format", "png")
    if form not in FORMATS:
        return invalid_value("output_format", form, FORMATS)
    if form == "png" and body.get("output_compression", 100) < 100:
        message = "Compression less than 100 is not supported for PNG output format"
        code = "invalid_png_output_compression"
        return error(400, message, kind=bodies.USER_ERROR, code=code)
    return None


def _background_problem(model: Model, body: Body) -> Reply | None:
    asked = body.get("background", "auto")
    if asked not in ("transparent", "opaque", "auto"):
        return invalid_value("background", asked, ("transparent", "opaque", "auto"))
    if asked != "transparent":
        return None
    if not model.transparent:
        message = "Transparent background is not supported for this model."
        return error(400, message, kind=bodies.USER_ERROR, param="background")
    if body.get("output_format") == "jpeg":
        message = "Transparent background is not supported for JPEG output format"
        code = "invalid_transparent_background_output_format"
        return error(400, message, kind=bodies.USER_ERROR, code=code)
    return None


def _special_problem(model: Model, body: Body) -> Reply | None:
    if "complexity" in body and not model.complexity:
        return bodies.not_supported(model.id, "complexity")
    for name, form in _OF_OTHER_FORMATS.items():
        if name in body:
            message = f"'{name}' is for output_format '{form}', which is not available here."
            return error(400, message, code="invalid_value", param=name)
    for name in ("stream", "partial_images"):
        if body.get(name):
            message = f"'{name}' is not available here: this simulator answers in one piece."
            return error(400, message, code="unsupported_value", param=name)
    return None


# --- a good request --------------------------------------------------------------------------


def _resolved(model: Model, body: Body) -> Wanted:
    picture = {name: value for name, value in body.items() if name not in _NOT_IN_THE_PICTURE}
    canonical = json.dumps(picture, sort_keys=True, separators=(",", ":"))
    size = body.get("size", "auto")
    tier = body.get("quality", "auto")
    transparent = body.get("background") == "transparent"
    return Wanted(
        body=picture,
        key=hashlib.sha256(canonical.encode()).hexdigest(),
        model=model,
        prompt=body["prompt"],
        n=body.get("n", 1),
        size=_size_of_auto(model) if size == "auto" else size,
        size_is_auto=size == "auto",
        tier=_tier_of_auto(model) if tier == "auto" else tier,
        background="transparent" if transparent else "opaque",
        output_format=body.get("output_format", "png"),
        compression=body.get("output_compression"),
    )


def _size_of_auto(model: Model) -> str:
    """Return what "auto" becomes; where edges are free, a square of the measured area."""
    return "1024x1024" if model.sizes == "fixed" else "1254x1254"


def _tier_of_auto(model: Model) -> str:
    """Return what "auto" becomes: high on the first family, low as measured on 2.x."""
    return "high" if model.architecture == "gpt-image-1" else "low"
