"""Checks of a body that need no model: names, types, ranges and choices of its parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply, error, invalid_value
from imagelab.simulator.wanted import Operation

Body = Mapping[str, Any]

_TEXTS = (
    "prompt", "model", "size", "quality", "background", "output_format", "moderation", "user",
    "safety_identifier", "complexity",
)  # fmt: skip
_WHOLE = {
    "n": (1, 10),
    "output_compression": (0, 100),
    "partial_images": (0, 3),
    "frame_count": (2, 16),
    "frame_duration_ms": (1, 2**31 - 1),
}
_GENERATION: dict[str, tuple[type, str]] = {
    **dict.fromkeys(_TEXTS, (str, "a string")),
    **dict.fromkeys(_WHOLE, (int, "an integer")),
    "stream": (bool, "a boolean"),
    "svg": (dict, "an object"),
}
_TYPES: dict[Operation, dict[str, tuple[type, str]]] = {
    "generation": _GENERATION,
    "edit": {**_GENERATION, "input_fidelity": (str, "a string")},
}
_CHOICES = {
    "moderation": ("auto", "low"),
    "complexity": ("low", "medium", "high"),
    "input_fidelity": ("high", "low"),
}
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_KINDS = {str: "a string", bool: "a boolean", int: "an integer", float: "a decimal number"}
_KINDS |= {list: "an array", dict: "an object", type(None): "null"}
_NUMBER = re.compile(r"[+-]?\d{1,12}")


def kind_of(value: object) -> str:
    """Return what JSON calls a value."""
    return _KINDS[type(value)]


def parsed(raw: bytes) -> dict[str, Any] | Reply:
    """Return the JSON object of a body without what is null, or the refusal."""
    try:
        body = json.loads(raw.decode())
        json.dumps(body, ensure_ascii=False).encode()  # half a character cannot be encoded
    except (ValueError, RecursionError):
        return error(400, "We could not parse the JSON body of your request.")
    if not isinstance(body, dict):
        return error(400, f"The body must be a JSON object, not {kind_of(body)}.")
    return {name: value for name, value in body.items() if value is not None or name == "prompt"}


def typed(fields: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    """Return the text fields of a form as the types they stand for, where they can be."""
    return {name: _typed(name, text, operation) for name, text in fields.items()}


def _typed(name: str, text: Any, operation: Operation) -> Any:
    wanted = _TYPES[operation].get(name, (str, ""))[0]
    if wanted is int and isinstance(text, str) and _NUMBER.fullmatch(text):
        return int(text)
    if wanted is bool and text in ("true", "false"):
        return text == "true"
    return text


def problem(body: Body, operation: Operation) -> Reply | None:
    """Return the refusal of a body that is wrong whatever its model."""
    types = _TYPES[operation]
    for name in body:
        if name not in types:
            message = f"Unknown parameter: '{name}'."
            return error(400, message, code="unknown_parameter", param=name)
    if "prompt" not in body:
        return bodies.missing("prompt")
    for name, value in body.items():
        if type(value) is not types[name][0]:
            return wrong_type(name, types[name][1], value)
    checks = (_range_problem, _choice_problem)
    found = (check(name, value) for check in checks for name, value in body.items())
    return next((one for one in found if one), None) or _svg_problem(body.get("svg"))


def wrong_type(name: str, expected: str, value: object) -> Reply:
    """Return the refusal of a value of another type than the parameter has."""
    message = f"Invalid type for '{name}': expected {expected}, but got {kind_of(value)} instead."
    return error(400, message, code="invalid_type", param=name)


def _range_problem(name: str, value: Any) -> Reply | None:
    if name not in _WHOLE:
        return None
    least, most = _WHOLE[name]
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


def _choice_problem(name: str, value: Any) -> Reply | None:
    if name not in _CHOICES or value in _CHOICES[name]:
        return None
    return invalid_value(name, value, _CHOICES[name])


def _svg_problem(svg: Any) -> Reply | None:
    if svg is None:
        return None
    if unknown := [name for name in svg if name not in ("model", "reasoning")]:
        message = f"Unknown parameter: 'svg.{unknown[0]}'."
        return error(400, message, code="unknown_parameter", param=f"svg.{unknown[0]}")
    if svg.get("model") is None:
        return bodies.missing("svg.model")
    if not isinstance(svg["model"], str):
        return wrong_type("svg.model", "a string", svg["model"])
    reasoning = svg.get("reasoning")
    if reasoning is None:
        return None
    if not isinstance(reasoning, dict):
        return wrong_type("svg.reasoning", "an object", reasoning)
    effort = reasoning.get("effort")
    if effort is None or effort in EFFORTS:
        return None
    return invalid_value("svg.reasoning.effort", effort, EFFORTS)
