"""The code that asks for a comparison's pictures again, written from its requests."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

from imagelab.catalog import providers
from imagelab.catalog.money import NANO
from imagelab.request import REPLAY, ImageRequest
from imagelab.sweep import FACTORS, Cell

ALONG = ("images", "mask", "markup", "svg", "extra")
"""What goes along with a request and cannot be written down as a word or a number."""

SETTINGS = tuple(name for name in FACTORS if name not in ("prompt", *ALONG))

Point = tuple[str | int | None, ...]
"""A request's values of the settings, in their order."""


def code(cells: Sequence[Cell], provider: str, *, hold_nano: int = 0) -> str:
    """Write the Python that asks ``provider`` for these very pictures, samples included.

    As few calls as there can be: one where prompts and settings are all combined, else one
    for the prompts that share their settings. Real money gets a budget of what was held.
    """
    calls = [_call(prompts, points, samples) for prompts, points, samples in _calls(cells)]
    lines = ["from imagelab import Lab", "", f"lab = {_lab(provider, hold_nano)}", *calls]
    if any(cell.request.operation != "generate" or _other(cell.request) for cell in cells):
        lines.append("# Pictures made from other pictures are not asked for here.")
    return "\n".join(lines)


def literal(text: str) -> str:
    """Write a text as Python does, in double quotes where that needs no escape."""
    written = repr(text)
    plain = written.startswith("'") and '"' not in text
    return f'"{written[1:-1]}"' if plain else written


def _lab(provider: str, hold_nano: int) -> str:
    if provider.startswith(f"{REPLAY}-"):
        return 'Lab(replay="file.zip")'
    known = providers.find(provider)
    if known is None:
        return f'Lab(base_url="https://...", api_key="...")  # {provider!r}'
    if known.simulated:
        return "Lab()"
    return f"Lab({literal(known.name)}, budget={max(1, -(-hold_nano * 100 // NANO)) / 100:.2f})"


def _calls(cells: Iterable[Cell]) -> list[tuple[list[str], list[Point], int]]:
    """Gather prompts that are asked for with the same settings; take apart what is no product."""
    asked: dict[str, dict[Point, int]] = {}
    for cell in cells:
        if cell.request.operation == "generate" and not _other(cell.request):
            points = asked.setdefault(cell.request.prompt, {})
            point = tuple(_value(cell, name) for name in SETTINGS)
            points[point] = max(points.get(point, 0), cell.sample)
    alike: dict[tuple[tuple[Point, ...], int], list[str]] = {}
    for prompt, points in asked.items():
        for part, samples in _products(points):
            alike.setdefault((tuple(part), samples), []).append(prompt)
    return [(prompts, list(points), samples) for (points, samples), prompts in alike.items()]


def _other(request: ImageRequest) -> list[str]:
    """Name what went along."""
    return [name for name in ALONG if getattr(request, name)]


def _value(cell: Cell, name: str) -> str | int | None:
    """Give a setting of a cell; whom it asks is a factor, and no part of the request."""
    value: str | int | None = (
        cell.factors.get(name) if name == "provider" else getattr(cell.request, name)
    )
    return value


def _products(points: Mapping[Point, int]) -> list[tuple[list[Point], int]]:
    whole = list(itertools.product(*map(dict.fromkeys, zip(*points, strict=True))))
    if set(whole) == set(points) and len(set(points.values())) == 1:
        return [(list(points), next(iter(points.values())))]
    return [([point], samples) for point, samples in points.items()]


def _call(prompts: Sequence[str], points: Sequence[Point], samples: int) -> str:
    lines = [f"        {literal(prompt)}," for prompt in prompts]
    given = ["    [", *lines, "    ],"] if len(prompts) > 1 else [f"    {literal(prompts[0])},"]
    for name, values in zip(SETTINGS, zip(*points, strict=True), strict=True):
        several = [
            literal(value) if isinstance(value, str) else str(value)
            for value in dict.fromkeys(values)
            if value is not None
        ]
        if several:
            one = several[0] if len(several) == 1 else f"[{', '.join(several)}]"
            given.append(f"    {name}={one},")
    if samples > 1:
        given.append(f"    samples={samples},")
    return "\n".join(["lab.compare(", *given, ")"])
