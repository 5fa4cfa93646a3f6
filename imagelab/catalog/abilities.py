"""What a request may carry beside its words and its tier: pictures, frames, streams, vectors.

What every model takes is a row of ``models.toml`` (``limits``); what only some take stands in
their own rows. Each problem says what can be asked instead.
"""

from __future__ import annotations

import datetime as dt
import functools
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from imagelab.catalog import _facts, models, sizes
from imagelab.catalog.models import Model

COMPLEXITY = ("low", "medium", "high")
"""How much the model plans before it draws, where it can be asked to."""

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""How much the author of an svg thinks."""

ANIMATED, VECTOR = "gif", "svg"


@dataclass(frozen=True)
class Limits:
    """What a request may carry, whatever the model: counts, bytes, and ranges of numbers."""

    references: int
    reference_bytes: int
    mask_bytes: int
    partial_images: int
    frame_count: Sequence[int]
    frames_usual: int
    frame_duration_ms: Sequence[int]
    date: dt.date
    source: str


@functools.cache
def limits() -> Limits:
    """Return the limits that hold for every model."""
    return Limits(**_facts.rows("models")["limits"][0])


def problems(
    model: Model | None,
    *,
    images: int = 0,
    mask: bool = False,
    markup: bool = False,
    input_fidelity: str | None = None,
    complexity: str | None = None,
    frame_count: int | None = None,
    frame_duration_ms: int | None = None,
    svg: Mapping[str, object] | None = None,
    partial_images: int | None = None,
    output_format: str | None = None,
) -> list[str]:
    """Return all that is wrong with what goes along, each with what is allowed.

    ``model`` is None where the catalogue does not know it: then only what no model takes is a
    problem, and its provider judges the rest.
    """
    found = [
        *_picture_problems(images, mask=mask, markup=markup, input_fidelity=input_fidelity),
        _range_problem("partial_images", partial_images, (0, limits().partial_images)),
        _range_problem("frame_count", frame_count, limits().frame_count),
        _range_problem("frame_duration_ms", frame_duration_ms, limits().frame_duration_ms),
        *_format_problems(
            output_format,
            frames=frame_count is not None or frame_duration_ms is not None,
            svg=svg,
            partial_images=partial_images,
            mask=mask,
        ),
    ]
    if model is not None:
        found += [
            _fidelity_problem(model, input_fidelity),
            _markup_problem(model, markup),
            _complexity_problem(model, complexity),
            _stream_problem(model, partial_images),
        ]
    return [problem for problem in found if problem is not None]


def _picture_problems(
    images: int, *, mask: bool, markup: bool, input_fidelity: str | None
) -> list[str | None]:
    most = limits().references
    many = f"{images} images are too many: one request takes {most} at most."
    both = "mask and markup cannot go together: choose one."
    given = {"mask": mask, "markup": markup, "input_fidelity": input_fidelity is not None}
    alone = [name for name, there in given.items() if there and not images]
    without = f"{' and '.join(alone)} belongs to an edit: give images too, or leave it out."
    return [
        many if images > most else None,
        both if mask and markup else None,
        without if alone else None,
    ]


def _range_problem(name: str, value: object, allowed: Sequence[int]) -> str | None:
    least, most = allowed
    if value is None:
        return None
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if whole and least <= value <= most:  # type: ignore[operator]
        return None
    return f"{name} {value!r} is not a whole number from {least} to {most:,}: choose one."


def _format_problems(
    output_format: str | None,
    *,
    frames: bool,
    svg: object,
    partial_images: int | None,
    mask: bool,
) -> list[str | None]:
    only_gif = "frame_count and frame_duration_ms are for output_format 'gif': say so, or leave "
    only_svg = "svg chooses the author of output_format 'svg': say so, or leave it out."
    moving = output_format in (ANIMATED, VECTOR)
    streamed = f"output_format {output_format!r} cannot be streamed: leave partial_images out."
    masked = "output_format 'gif' takes no mask: leave it out, or choose png, jpeg or webp."
    return [
        f"{only_gif}them out." if frames and output_format != ANIMATED else None,
        only_svg if svg is not None and output_format != VECTOR else None,
        _svg_problem(svg),
        streamed if moving and partial_images is not None else None,
        masked if output_format == ANIMATED and mask else None,
    ]


def _svg_problem(svg: object) -> str | None:
    if svg is None:
        return None
    shape = "write {'model': ..., 'reasoning': {'effort': ...}}; both parts may be left out."
    if not isinstance(svg, Mapping) or not set(svg) <= {"model", "reasoning"}:
        return f"svg is {svg!r}: {shape}"
    reasoning = svg.get("reasoning")
    if reasoning is None:
        return None
    if not isinstance(reasoning, Mapping) or not set(reasoning) <= {"effort"}:
        return f"svg's reasoning is {reasoning!r}: {shape}"
    effort = reasoning.get("effort")
    if effort is None or effort in EFFORTS:
        return None
    return f"svg's effort {effort!r} is not known: choose {models.either(EFFORTS)}."


def _fidelity_problem(model: Model, fidelity: str | None) -> str | None:
    if fidelity is None or fidelity in model.input_fidelity:
        return None
    if model.input_fidelity:
        allowed = models.either(model.input_fidelity)
        return f"input_fidelity {fidelity!r} is not one of {model.id}'s: choose {allowed}."
    able = [one for one in models.all_models() if fidelity in one.input_fidelity]
    return _unable("input_fidelity", model, able)


def _markup_problem(model: Model, markup: bool) -> str | None:
    if not markup or model.markup:
        return None
    return _unable("markup", model, [one for one in models.all_models() if one.markup])


def _complexity_problem(model: Model, complexity: str | None) -> str | None:
    if complexity is None:
        return None
    if not model.complexity:
        return _unable("complexity", model, [one for one in models.all_models() if one.complexity])
    if complexity in COMPLEXITY:
        return None
    return f"complexity {complexity!r} is not known: choose {models.either(COMPLEXITY)}."


def _stream_problem(model: Model, partial_images: int | None) -> str | None:
    if partial_images is None or model.streams:
        return None
    return _unable("partial_images", model, [one for one in models.all_models() if one.streams])


def _unable(name: str, model: Model, able: Iterable[Model]) -> str:
    who = models.either([one.id for one in able])
    return f"{model.id} does not take {name}: leave it out, or choose {who or 'another model'}."


def like(model: Model | None, width: int, height: int) -> str:
    """Return the legal size to draw an edit of a picture in: its shape, at about a megapixel.

    A picture whose own size is legal and not much larger keeps it.

    >>> like(models.get("gpt-image-2"), 4000, 3000), like(models.get("gpt-image-1"), 400, 300)
    ('1184x880', '1536x1024')
    """
    if model is None:
        return "auto"
    rule = sizes.rule_of(model)
    if rule.rule == "fixed":
        return min(rule.listed, key=lambda size: _unlike(size, width, height))
    own = f"{width}x{height}"
    if width * height <= _LARGE and sizes.problem(model, own) is None:
        return own
    scale = (_USUAL / (width * height)) ** 0.5
    return sizes.nearest(model, max(1, round(width * scale)), max(1, round(height * scale)))


_USUAL, _LARGE = 1024 * 1024, 1536 * 1024


def _unlike(size: str, width: int, height: int) -> float:
    """Measure how far a shape is from that of a picture."""
    across, _, down = size.partition("x")
    ours, theirs = int(across) / int(down), width / height
    return max(ours / theirs, theirs / ours)
