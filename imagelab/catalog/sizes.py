"""Which sizes a model takes, and which legal one is near one that it does not.

The limits are rows of ``models.toml``.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from imagelab.catalog import _facts, models
from imagelab.catalog.models import Model
from imagelab.errors import InputError

_SIZE = re.compile(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})")


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
def _rules() -> dict[str, SizeRule]:
    return {row["rule"]: SizeRule(**models.frozen(row)) for row in _facts.rows("models")["sizes"]}


def rule_of(model: Model) -> SizeRule:
    """Return the sizes that a model takes."""
    return _rules()[model.sizes]


def parsed(size: str) -> tuple[int, int] | None:
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


def problem(model: Model, size: str) -> str | None:
    """Return what is wrong with a size for this model and what is allowed, or None if nothing.

    Where edges are free, the legal size nearest in shape and area is named.
    """
    rule = rule_of(model)
    if size == "auto" or size in rule.listed:
        return None
    if rule.rule == "fixed":
        legal = models.either([*rule.listed, "auto"])
        return f"size {size!r} is not one of {model.id}'s: choose {legal}."
    try:
        edges = parsed(size)
    except InputError as wrong:
        return str(wrong)
    if edges is None or _legal(rule, *edges):
        return None
    width, height = _nearest(rule, *edges)
    return f"size {size!r} is outside {model.id}'s limits ({_limits(rule)}): take {width}x{height}."


def nearest(model: Model, width: int, height: int) -> str:
    """Return the size nearest in shape and area that a model with free edges takes."""
    rule = rule_of(model)
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
