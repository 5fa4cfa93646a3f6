"""What every GPT Image model takes, and how long it lives.

The models and their limits are rows of ``models.toml``; here are the rules that read them.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import math
import numbers
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from imagelab.catalog import _facts
from imagelab.errors import InputError, ModelError

State = Literal["active", "retiring", "retired"]
"""Retiring means that the day of the shutdown is announced."""

_SIZE = re.compile(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})")
_SNAPSHOT_DAY = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_PREFIX = "openai/"
_COMPRESSED = ("jpeg", "webp")

MODERATION = ("auto", "low")
"""How strict the provider's safety system may be asked to be."""

SOON_DAYS = 180
"""How long before its last day a model is said to be leaving: OpenAI gives three months' notice
at least, six as a rule."""

_ALIKE, _ALIKE_MODELS = 0.7, 0.75
"""How like a word must be to what it may have meant, as difflib counts: 1 is the same."""

_DALL_E_TIERS = {"hd": "high", "standard": "medium"}


@dataclass(frozen=True)
class Model:
    """One model: a row of ``models.toml``.

    ``tiers`` ascend and leave out "auto", as ``backgrounds`` does. ``released`` and
    ``shutdown`` are None where no day is known, ``batch`` where sources disagree.
    ``max_prompt`` counts characters.
    """

    id: str
    title: str
    snapshots: tuple[str, ...]
    architecture: str
    sizes: Literal["fixed", "free"]
    tiers: tuple[str, ...]
    backgrounds: tuple[str, ...]
    formats: tuple[str, ...]
    input_fidelity: tuple[str, ...]
    markup: bool
    complexity: bool
    streams: bool
    max_prompt: int
    date: dt.date
    source: str
    released: dt.date | None = None
    shutdown: dt.date | None = None
    successor: str | None = None
    also_successors: tuple[str, ...] = ()
    batch: bool | None = None
    note: str = ""

    @property
    def transparent(self) -> bool:
        """Whether a transparent background may be asked for (the server has the last word)."""
        return "transparent" in self.backgrounds


@dataclass(frozen=True)
class SizeRule:
    """Which sizes are legal: the ``listed`` ones, and where edges are free, any in the limits."""

    rule: Literal["fixed", "free"]
    listed: tuple[str, ...]
    date: dt.date
    source: str
    multiple: int = 1
    longest_edge: int = 0
    most_ratio: int = 1
    least_pixels: int = 0
    most_pixels: int = 0


@functools.cache
def all_models() -> tuple[Model, ...]:
    """Return every model of the catalogue, oldest first."""
    return tuple(Model(**_frozen(row)) for row in _facts.rows("models")["model"])


@functools.cache
def _size_rules() -> dict[str, SizeRule]:
    return {row["rule"]: SizeRule(**_frozen(row)) for row in _facts.rows("models")["sizes"]}


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in row.items()}


def find(model: str) -> Model | None:
    """Return the model of this id, or None; ``openai/`` and a snapshot's day may be written.

    >>> find("openai/gpt-image-2-2026-04-21").id
    'gpt-image-2'
    """
    name = bare(model)
    return next((known for known in all_models() if known.id == name), None)


def bare(model: str) -> str:
    """Return a model's name without ``openai/`` and without a snapshot's day."""
    return _SNAPSHOT_DAY.sub("", str(model).removeprefix(_PREFIX))


def get(model: str) -> Model:
    """Return the model of this id, as ``find`` does.

    Raises:
        ModelError: the catalogue has no such model; close names are suggested.
    """
    known = find(model)
    if known is None:
        raise ModelError(_unknown(str(model)))
    return known


def _unknown(model: str) -> str:
    ids = [known.id for known in all_models()]
    hint = f" {meant}" if (meant := meant_model(model)) else ""
    return f"The catalogue has no model {model!r}.{hint} Known are {', '.join(ids)}."


def choices() -> list[dict[str, Any]]:
    """List what each model can be asked for, as a form shows it."""
    return [
        {
            "id": model.id,
            "tiers": [*model.tiers, "auto"],
            "sizes": list(dict.fromkeys([*size_rule(model).listed, "auto"])),
            "free": model.sizes == "free",
            "backgrounds": list(model.backgrounds),
        }
        for model in all_models()
    ]


def meant_model(model: str) -> str:
    """Ask whether a model of nearly this name was meant; empty where none is near.

    >>> meant_model("gpt-imge-1.5")
    "Did you mean 'gpt-image-1.5'?"
    """
    ids = [known.id for known in all_models()]
    given = model.removeprefix(_PREFIX).lower()
    longer = [known for known in ids if given not in ids and known.startswith(f"{given}-")]
    close = longer or _likest(given, ids)
    return f"Did you mean {either([repr(name) for name in close])}?" if close else ""


def _likest(given: str, ids: Iterable[str]) -> list[str]:
    """Give the names that are most like a word: all begin alike, so only the likest are meant."""
    likeness = {known: difflib.SequenceMatcher(None, known, given).ratio() for known in ids}
    most = max(likeness.values())
    return [known for known, ratio in likeness.items() if ratio == most >= _ALIKE_MODELS]


def state(model: Model, on: dt.date, provider: str = "openai") -> State:
    """Return whether a provider serves a model on a day; from its last day on it is retired."""
    last = shutdown(model, provider)
    if last is None:
        return "active"
    return "retired" if last <= on else "retiring"


def shutdown(model: Model, provider: str = "openai") -> dt.date | None:
    """Return the day from which a provider serves a model no more; OpenAI's, but where known.

    >>> shutdown(get("gpt-image-1-mini"), "azure")
    datetime.date(2027, 4, 7)
    """
    return _lives().get((provider, model.id), model.shutdown)


@functools.cache
def _lives() -> dict[tuple[str, str], dt.date]:
    rows = _facts.rows("models")["life"]
    return {(row["provider"], row["model"]): row["shutdown"] for row in rows}


def farewell(model: str, on: dt.date, provider: str = "openai") -> str | None:
    """Say when a provider stops serving a model and what follows it; None where it stays.

    Where the provider has no day of its own it is OpenAI's, and said to be.
    What ends only in a year stays: a warning that comes too early is not read.
    """
    known = find(model)
    last = None if known is None else shutdown(known, provider)
    if known is None:
        return None
    whose = provider if (provider, known.id) in _lives() else "openai"
    return parting(known.id, last, known.successor, on, whose, provider)


def parting(
    name: str, last: dt.date | None, successor: str | None, on: dt.date, whose: str, provider: str
) -> str | None:
    """Say that a model's last day is near or over, and what follows it; None where it is not.

    ``whose`` day it is may be another than the ``provider`` that is asked.
    """
    if last is None or last - on > dt.timedelta(SOON_DAYS):
        return None
    when = "was shut down" if last <= on else "will be shut down"
    where = "" if provider == "openai" else f" at {provider}"
    aside = ""
    if whose != provider:
        where, aside = " by OpenAI", f" (whether {provider} serves it longer is not known)"
    follows = f"its successor is {successor}" if successor else "no successor is named"
    return f"{name} {when}{where} on {last}{aside}; {follows}."


def size_rule(model: Model) -> SizeRule:
    """Return the sizes that a model takes."""
    return _size_rules()[model.sizes]


def parse_size(size: str) -> tuple[int, int] | None:
    """Return width and height in pixels, or None for "auto".

    Raises:
        InputError: not written as WIDTHxHEIGHT.
    """
    if size == "auto":
        return None
    match = _SIZE.fullmatch(str(size))
    if match is None:
        raise InputError(
            f"size {size!r} is not written as a size: write WIDTHxHEIGHT in pixels, "
            f"such as '1024x1024', or 'auto'."
        )
    return int(match[1]), int(match[2])


def size_problem(model: Model, size: str) -> str | None:
    """Return what is wrong with a size for this model and what is allowed, or None if nothing.

    Where edges are free, the legal size nearest in shape and area is named.
    """
    rule = size_rule(model)
    if size == "auto" or size in rule.listed:
        return None
    if rule.rule == "fixed":
        return f"size {size!r} is not one of {model.id}'s: choose {either([*rule.listed, 'auto'])}."
    try:
        edges = parse_size(size)
    except InputError as problem:
        return str(problem)
    if edges is None or _legal(rule, *edges):
        return None
    width, height = _nearest(rule, *edges)
    return f"size {size!r} is outside {model.id}'s limits ({_limits(rule)}): take {width}x{height}."


def nearest_size(model: Model, width: int, height: int) -> str:
    """Return the size nearest in shape and area that a model with free edges takes."""
    rule = size_rule(model)
    if not _legal(rule, width, height):
        width, height = _nearest(rule, width, height)
    return f"{width}x{height}"


def _legal(rule: SizeRule, width: int, height: int) -> bool:
    return (
        width % rule.multiple == 0
        and height % rule.multiple == 0
        and max(width, height) <= rule.longest_edge
        and max(width, height) <= rule.most_ratio * min(width, height)
        and rule.least_pixels <= width * height <= rule.most_pixels
    )


def _limits(rule: SizeRule) -> str:
    return (
        f"both edges multiples of {rule.multiple}, the longest at most {rule.longest_edge}, "
        f"at most {rule.most_ratio}:1, {rule.least_pixels:,} to {rule.most_pixels:,} pixels"
    )


@functools.lru_cache(maxsize=1024)
def _nearest(rule: SizeRule, width: int, height: int) -> tuple[int, int]:
    scale = _scale(rule, width, height)

    def distance(size: tuple[int, int]) -> float:
        # By ratio, not by pixels: a shape that is legal is kept.
        across, down = (edge / scale for edge in size)
        return math.log(across / width) ** 2 + math.log(down / height) ** 2

    return min(_candidates(rule, int(height * scale)), key=distance)


def _scale(rule: SizeRule, width: int, height: int) -> float:
    """Return the factor that brings a size within the limits of area and edge."""
    pixels = width * height
    area = min(max(pixels, rule.least_pixels), rule.most_pixels)
    return min(math.sqrt(area / pixels), rule.longest_edge / max(width, height))


def _candidates(rule: SizeRule, height: int) -> Iterator[tuple[int, int]]:
    """Yield for every legal width the legal heights just below and above the wanted one."""
    step = rule.multiple
    for width in range(step, rule.longest_edge + 1, step):
        least = max(-(-width // rule.most_ratio), -(-rule.least_pixels // width))
        most = min(width * rule.most_ratio, rule.most_pixels // width, rule.longest_edge)
        lowest, highest = -(-least // step) * step, most // step * step
        if lowest <= highest:
            below = height // step * step
            for near in (below, below + step):
                yield width, min(max(near, lowest), highest)


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
        None if size is None else size_problem(model, size),
        _background_problem(model, background, output_format),
        _choice_problem(model, "output_format", output_format, model.formats),
        _compression_problem(output_compression, output_format),
        _moderation_problem(moderation),
    ]
    return [problem for problem in found if problem is not None]


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
    if any("\ud800" <= letter <= "\udfff" for letter in prompt):
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
    return f"{setting} {choice!r} is not one of {model.id}'s: choose {either(allowed)}."


def _tier_problem(model: Model, quality: str | None) -> str | None:
    problem = _choice_problem(model, "quality", quality, (*model.tiers, "auto"))
    if problem is None:
        return None
    lower = str(quality).lower()
    if lower in _DALL_E_TIERS:
        return f"{problem} {quality!r} was DALL-E's; near it is {_DALL_E_TIERS[lower]!r}."
    meant = closest(lower, (*model.tiers, "auto"))
    return f"{problem} Did you mean {meant!r}?" if meant else problem


def _moderation_problem(moderation: str | None) -> str | None:
    """Say what is wrong with a choice of moderation; it is the same for every model."""
    if moderation is None or moderation in MODERATION:
        return None
    return f"moderation {moderation!r} is not known: choose {either(MODERATION)}."


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
            f"output_compression is for {either(_COMPRESSED)}, and output_format is "
            f"{output_format or 'png'}: choose one of those, or leave the compression out."
        )
    return None


def closest(word: str, among: Iterable[str]) -> str | None:
    """Return the one of ``among`` that a misspelt word most likely means; None if none is near.

    >>> closest("hihg", ["low", "medium", "high"])
    'high'
    """
    by_lower = {candidate.lower(): candidate for candidate in among}
    match = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=_ALIKE)
    return by_lower[match[0]] if match else None


def either(words: Iterable[str]) -> str:
    """Write a choice in words; empty where there is none.

    >>> either(["png", "jpeg", "webp"])
    'png, jpeg or webp'
    """
    *most, last = [*words] or [""]
    return f"{', '.join(most)} or {last}" if most else last
