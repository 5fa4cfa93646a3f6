"""What may be set, and everything that is wrong with one combination of settings."""

from __future__ import annotations

import numbers
from typing import Any

from imagelab.catalog import models, sizes
from imagelab.catalog.models import Model

MODERATION = ("auto", "low")
"""How strict the provider's safety system may be asked to be."""

_COMPRESSED = ("jpeg", "webp")
_DALL_E_TIERS = {"hd": "high", "standard": "medium"}


def choices() -> list[dict[str, Any]]:
    """List what each model can be asked for, as a form shows it."""
    return [
        {
            "id": model.id,
            "tiers": [*model.tiers, "auto"],
            "sizes": list(dict.fromkeys([*sizes.rule_of(model).listed, "auto"])),
            "free": model.sizes == "free",
            "backgrounds": list(model.backgrounds),
        }
        for model in models.all_models()
    ]


def problems(
    model: Model,
    *,
    prompt: str | None = None,
    quality: str | None = None,
    size: str | None = None,
    background: str | None = None,
    output_format: str | None = None,
    output_compression: int | None = None,
    moderation: str | None = None,
) -> list[str]:
    """Return all that is wrong with one combination, each with what is allowed.

    What is None is not set, and no problem. An empty list means that it can be asked for.
    """
    found = [
        None if prompt is None else _prompt_problem(model, prompt),
        _tier_problem(model, quality),
        None if size is None else sizes.problem(model, size),
        _background_problem(model, background, output_format),
        _choice_problem(model, "output_format", output_format, model.formats),
        _compression_problem(output_compression, output_format),
        _moderation_problem(moderation),
    ]
    return [problem for problem in found if problem is not None]


def is_broken(text: str) -> bool:
    """Tell whether a text holds half of a character (a lone surrogate), which cannot be sent."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def text_problem(prompt: object) -> str | None:
    """Say why no model at all can take this prompt; None where one may."""
    if isinstance(prompt, list | tuple):
        return (
            "prompt is several: one picture has one prompt. Compare them with "
            "lab.compare(prompts), or write a Sweep(prompts)."
        )
    if not isinstance(prompt, str):
        return f"prompt is {prompt!r}, which is no text: write what the picture should show."
    if not prompt.strip():
        return "prompt is empty: write what the picture should show."
    if is_broken(prompt):
        return "prompt holds half of a character (a lone surrogate), which cannot be sent: mend it."
    return None


def _prompt_problem(model: Model, prompt: str) -> str | None:
    if problem := text_problem(prompt):
        return problem
    if len(prompt) <= model.max_prompt:
        return None
    return (
        f"prompt has {len(prompt):,} characters, and {model.id} takes at most "
        f"{model.max_prompt:,}: shorten it."
    )


def _choice_problem(
    model: Model, setting: str, choice: str | None, allowed: tuple[str, ...]
) -> str | None:
    if choice is None or choice in allowed:
        return None
    return f"{setting} {choice!r} is not one of {model.id}'s: choose {models.either(allowed)}."


def _tier_problem(model: Model, quality: str | None) -> str | None:
    problem = _choice_problem(model, "quality", quality, (*model.tiers, "auto"))
    if problem is None:
        return None
    lower = str(quality).lower()
    if lower in _DALL_E_TIERS:
        return f"{problem} {quality!r} was DALL-E's; near it is {_DALL_E_TIERS[lower]!r}."
    meant = models.closest(lower, (*model.tiers, "auto"))
    return f"{problem} Did you mean {meant!r}?" if meant else problem


def _moderation_problem(moderation: str | None) -> str | None:
    """Say what is wrong with a choice of moderation; it is the same for every model."""
    if moderation is None or moderation in MODERATION:
        return None
    return f"moderation {moderation!r} is not known: choose {models.either(MODERATION)}."


def _background_problem(
    model: Model, background: str | None, output_format: str | None
) -> str | None:
    if background == "transparent" and output_format == "jpeg":
        return (
            "background 'transparent' cannot be kept in a jpeg: choose output_format png or webp."
        )
    return _choice_problem(model, "background", background, (*model.backgrounds, "auto"))


def _compression_problem(compression: int | None, output_format: str | None) -> str | None:
    if compression is None:
        return None
    whole = isinstance(compression, numbers.Integral) and not isinstance(compression, bool)
    if not whole or not 0 <= compression <= 100:
        return (
            f"output_compression {compression!r} is not a whole number from 0 to 100: choose one."
        )
    if output_format not in _COMPRESSED:
        return (
            f"output_compression is for {models.either(_COMPRESSED)}, and output_format is "
            f"{output_format or 'png'}: choose one of those, or leave the compression out."
        )
    return None
