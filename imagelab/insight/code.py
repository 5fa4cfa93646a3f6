"""The Python that asks for pictures again: for one picture, or for a whole comparison.

What it writes runs as it is, and finds in the ledger what is there. Pictures that went along
with an edit lie in the lab's folder under their hash, and are named by that.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imagelab.catalog import providers
from imagelab.catalog.money import NANO
from imagelab.pictures import Reference
from imagelab.request import REPLAY, SETTINGS, Generation, ImageRequest
from imagelab.sweep import DEFAULTS, Cell

WIDTH = 88

REST = ("provider", "images", "mask", "markup", "svg", "extra")
"""What a call names after its settings."""

Words = Mapping[str, str]
"""Arguments as they are written, by name; what is not given is absent."""

Point = tuple[tuple[str, str], ...]
"""The arguments of one picture, in their order."""


def code_of(
    request: ImageRequest, *, sample: int = 1, take: int = 1, provider: str | None = None
) -> str:
    """Write the call that asks for this picture; run as it is, it gives what the ledger holds.

    >>> print(code_of(ImageRequest(prompt="a fox", model="gpt-image-1", quality="high")))
    lab.generate("a fox", model="gpt-image-1", quality="high")
    """
    given, prompt = _arguments(request, provider), literal(request.prompt)
    usual = literal(DEFAULTS["size"])
    if "images" not in given and given["size"] == usual:
        del given["size"]
    if sample > 1 or provider is not None:
        # Only a comparison counts samples, and chooses whom it asks.
        call = _call("lab.compare", [prompt], _in_a_sweep(given), sample) + f"[{sample - 1}]"
    elif request.operation == "edit":
        images = given.pop("images")
        call = _call("lab.edit", [prompt, images], given)
    else:
        call = _call("lab.generate", [prompt], given)
    return call if take == 1 else f"{call}  # the newest take; fresh=True asks for another"


def code_of_generation(generation: Generation) -> str:
    """Write the call that asked for a picture of the ledger."""
    return code_of(generation.request, sample=generation.sample, take=generation.take)


def code_of_cells(cells: Sequence[Cell], provider: str, *, hold_nano: int = 0) -> str:
    """Write the Python that asks ``provider`` for these very pictures, samples included.

    As few calls as there can be: one where prompts and settings are all combined, else one
    for the prompts that share their settings. Real money gets a budget of what was held.
    """
    calls = [_compare(prompts, points, samples) for prompts, points, samples in _calls(cells)]
    return "\n".join(["from imagelab import Lab", "", f"lab = {_lab(provider, hold_nano)}", *calls])


def literal(value: object) -> str:
    """Write a value as Black would: a text in double quotes, unless that takes more escaping."""
    written = repr(value)
    if isinstance(value, str) and written.startswith("'") and '"' not in value:
        return f'"{written[1:-1]}"'
    return written


# ---- what is given ------------------------------------------------------------------------


def _arguments(request: ImageRequest, provider: str | None) -> dict[str, str]:
    """Write down everything that makes this picture what it is, but its prompt."""
    given: dict[str, Any] = {name: getattr(request, name) for name in SETTINGS}
    given |= {"provider": provider, "svg": request.svg, "extra": request.extra}
    given |= {"mask": request.mask, "markup": request.markup}
    given["images"] = list(request.images) if len(request.images) > 1 else None
    if len(request.images) == 1:
        (given["images"],) = request.images
    return {name: _written(given[name]) for name in (*SETTINGS, *REST) if given[name] is not None}


def _written(value: object) -> str:
    if isinstance(value, Reference):
        return f'lab.path / "pictures/{value.sha256[:2]}/{value.sha256}.{value.format}"'
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return literal(dict(value) if isinstance(value, Mapping) else value)


def _in_a_sweep(given: Words) -> dict[str, str]:
    """Write several images of one edit as one value: a sweep takes a list for many edits."""
    several = given.get("images", "").startswith("[")
    return {**given, "images": f"[{given['images']}]"} if several else dict(given)


# ---- calls --------------------------------------------------------------------------------


def _call(name: str, first: Sequence[str], given: Words, samples: int = 1) -> str:
    """Write a call on one line, or where that is too long, an argument a line."""
    words = [*first, *(f"{name}={one}" for name, one in given.items())]
    words += [f"samples={samples}"] * (samples > 1)
    line = f"{name}({', '.join(words)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    inside = "".join(f"    {word},\n" for word in words)
    return f"{name}(\n{inside})"


def _compare(prompts: Sequence[str], points: Sequence[Point], samples: int) -> str:
    lines = "".join(f"        {literal(prompt)},\n" for prompt in prompts)
    first = f"[\n{lines}    ]" if len(prompts) > 1 else literal(prompts[0])
    values: dict[str, dict[str, None]] = {}
    for point in points:
        for name, written in point:
            values.setdefault(name, {})[written] = None
    return _call("lab.compare", [first], {n: _axis(n, list(v)) for n, v in values.items()}, samples)


def _axis(name: str, written: Sequence[str]) -> str:
    listed = len(written) > 1 or (name == "images" and written[0].startswith("["))
    return f"[{', '.join(written)}]" if listed else written[0]


def _calls(cells: Iterable[Cell]) -> list[tuple[list[str], list[Point], int]]:
    """Gather prompts that are asked for with the same settings; take apart what is no product."""
    asked: dict[str, dict[Point, int]] = {}
    for cell in cells:
        points = asked.setdefault(cell.request.prompt, {})
        point = tuple(_arguments(cell.request, cell.factors.get("provider")).items())
        points[point] = max(points.get(point, 0), cell.sample)
    alike: dict[tuple[tuple[Point, ...], int], list[str]] = {}
    for prompt, points in asked.items():
        for part, samples in _products(points):
            alike.setdefault((tuple(part), samples), []).append(prompt)
    return [(prompts, list(points), samples) for (points, samples), prompts in alike.items()]


_ONE_VALUE = ("svg", "extra")
"""What a comparison takes once for all its pictures."""


def _products(points: Mapping[Point, int]) -> list[tuple[list[Point], int]]:
    axes = [dict.fromkeys(axis) for axis in zip(*points, strict=False)]
    whole = set(itertools.product(*axes)) == set(points) and all(map(_is_axis, axes))
    if whole and len(set(points.values())) == 1:
        return [(list(points), next(iter(points.values())))]
    return [([point], samples) for point, samples in points.items()]


def _is_axis(values: Iterable[tuple[str, str]]) -> bool:
    """Whether these are values of one argument, and one that takes several."""
    names = [name for name, _ in values]
    return len(set(names)) == 1 and (len(names) == 1 or names[0] not in _ONE_VALUE)


def _lab(provider: str, hold_nano: int) -> str:
    if provider.startswith(f"{REPLAY}-"):
        return 'Lab(replay="file.zip")'
    known = providers.find(provider)
    if known is None:
        return f'Lab(base_url="https://...", api_key="...")  # {literal(provider)}'
    if known.simulated:
        return "Lab()"
    return f"Lab({literal(known.name)}, budget={max(1, -(-hold_nano * 100 // NANO)) / 100:.2f})"
