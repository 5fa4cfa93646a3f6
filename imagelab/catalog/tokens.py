"""How many tokens a request spends: exactly where that can be known, bounded always.

The tables and the figures of the formulas are rows of ``tokens.toml``, each with its source.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from imagelab.catalog import _facts, models, prices, settings, sizes
from imagelab.catalog.models import Model
from imagelab.catalog.money import nano
from imagelab.errors import InputError


@dataclass(frozen=True)
class Count:
    """Tokens to expect: ``tokens`` exactly (None: not known before), ``bound`` at most."""

    tokens: int | None
    bound: int
    source: str


def _only(heading: str) -> dict[str, Any]:
    return _facts.rows("tokens")[heading][0]


@functools.cache
def _by_architecture(heading: str) -> dict[str, dict[str, Any]]:
    return {name: row for row in _facts.rows("tokens")[heading] for name in row["architectures"]}


PARTIAL_TOKENS: int = _only("partial")["tokens"]
"""Image output tokens for each picture that is streamed before the final one."""


# --- pictures out ---------------------------------------------------------------------------


def output_tokens(
    model: str, quality: str, size: str, *, pictures: int = 1, frames: int = 1
) -> Count:
    """Return the image output tokens of so many pictures that one request asks for.

    Of several pictures the sum is rounded, not each. With quality or size "auto" the server
    chooses: nothing is known before, and the bound is the dearest tier and the dearest size.
    Nor is what an animation spends: its bound is every frame as a picture of its own.

    >>> output_tokens("gpt-image-1", "medium", "1024x1024").tokens
    1056

    Raises:
        ModelError: the catalogue has no such model.
        InputError: the model has no such tier or size.
    """
    known = models.get(model)
    if problems := settings.problems(known, quality=quality, size=size):
        raise InputError(" ".join(problems))
    tiers = known.tiers if quality == "auto" else (quality,)
    number = pictures * frames
    counts = [
        _pictures(known, tier, each, number) for tier in tiers for each in _sizes(known, size)
    ]
    dearest = max(counts, key=lambda count: count.bound)
    if "auto" in (quality, size):
        return Count(None, dearest.bound, f"the most that auto can choose: {dearest.source}")
    if frames > 1:
        return Count(None, dearest.bound, f"every frame as a picture: {dearest.source}")
    return dearest


def made_tokens(
    model: str, quality: str, size: str, *, pictures: int = 1, frames: int = 1
) -> Count:
    """Return the image output tokens of pictures of whatever size the server made.

    As ``output_tokens``, for sizes too that "auto" becomes and nobody can ask for.
    """
    known = models.get(model)
    if sizes.problem(known, size) is None:
        return output_tokens(model, quality, size, pictures=pictures, frames=frames)
    if known.architecture in _by_architecture("output_table"):
        return output_tokens(model, quality, "auto", pictures=pictures, frames=frames)
    return _pictures(known, quality, size, pictures * frames)


def _sizes(model: Model, size: str) -> tuple[str, ...]:
    if size != "auto":
        return (size,)
    rule = sizes.rule_of(model)
    return rule.listed if rule.rule == "fixed" else (_only("output_auto")["size"],)


def _pictures(model: Model, tier: str, size: str, number: int) -> Count:
    architecture = model.architecture
    if row := _by_architecture("output_table").get(architecture):
        one = _listed(model, row[tier][size], tier, size, row["source"])
        return Count(row[tier][size] * number, one.bound * number, one.source)
    grids = _by_architecture("output_grid")
    if row := grids.get(architecture):
        tokens = _on_grid(row["grid"][tier], size, number)
        return Count(tokens, tokens + row["spare"] * number, row["source"])
    row = _by_architecture("output_bound")[architecture]
    like = _on_grid(grids[row["like"]]["grid"][tier], size, number)
    return Count(None, row["times"][tier] * like, row["source"])


def _listed(model: Model, tokens: int, tier: str, size: str, source: str) -> Count:
    """Return the count of a table; where it is in doubt, bounded by the published dollars."""
    doubt = _only("published_bound")
    if model.id not in doubt["models"]:
        return Count(tokens, tokens, source)
    dollars = prices.published(model.id, tier, size)
    price = prices.price("openai", model.id)
    if dollars is None or price is None or price.image_out is None:
        raise LookupError(f"{model.id} has no published dollars, or no price, to bound it by")
    highest = dollars + nano(doubt["rounding"])
    return Count(tokens, max(tokens, -(-highest // price.image_out)), doubt["source"])


def _on_grid(grid: int, size: str, number: int) -> int:
    width, height = map(int, size.split("x"))
    longer, shorter = max(width, height), min(width, height)
    rows = (2 * grid * shorter + longer) // (2 * longer)
    return -(-number * grid * rows * (2_000_000 + width * height) // 4_000_000)


def author_bounds() -> tuple[int, int]:
    """Bound the tokens, in and out, of the text model that writes an svg."""
    row = _only("author_bound")
    return row["input_tokens"], row["output_tokens"]


# --- words in -------------------------------------------------------------------------------


def text_tokens(prompt: str) -> int:
    """Return the text input tokens of a prompt: its o200k_base tokens and a fixed few.

    Text that looks like a special token counts as plain text. Loads the vocabulary at first use.
    """
    with _loading:
        encode = _encoder()
    return len(encode(_sendable(prompt))) + int(_only("text")["extra"])


_loading = threading.Lock()


@functools.cache
def _encoder() -> Callable[[str], list[int]]:
    from splintr import Tokenizer

    encode: Callable[[str], list[int]] = Tokenizer.from_pretrained(
        _only("text")["vocabulary"]
    ).encode_ordinary
    return encode


def edit_text_tokens(model: str, prompt: str, images: int) -> Count:
    """Return the text input tokens of an edit: those of the prompt, and of each input image.

    ``images`` counts the pictures that go in, without the mask.

    Raises:
        ModelError: the catalogue has no such model.
    """
    words = text_tokens(prompt)
    architecture = models.get(model).architecture
    if row := _by_architecture("text_per_image").get(architecture):
        tokens = words + int(row["tokens"]) * images
        return Count(tokens, tokens, row["source"])
    row = _by_architecture("text_per_image_bound")[architecture]
    return Count(None, words + int(row["tokens"]) * images, row["source"])


def text_bound(prompt: str, images: int = 0) -> int:
    """Return a number of text input tokens that no prompt exceeds; needs no vocabulary."""
    row = _only("text_bound")
    return len(_sendable(prompt).encode()) + int(row["extra"] + images * row["per_image"])


def _sendable(prompt: str) -> str:
    """Return the prompt with surrogate pairs joined and lone halves replaced."""
    return prompt.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# --- pictures in ----------------------------------------------------------------------------


def image_input_tokens(model: str, width: int, height: int, fidelity: str = "low") -> Count:
    """Return the image input tokens of one picture of ``width`` x ``height`` pixels.

    >>> image_input_tokens("gpt-image-1", 1536, 1024).tokens
    323

    Raises:
        ModelError: the catalogue has no such model.
        InputError: no such fidelity for the model, or a picture without pixels.
    """
    known = models.get(model)
    if width < 1 or height < 1:
        raise InputError(f"A picture of {width}x{height} has no pixels: give both edges from 1 up.")
    if fidelity != "low" and fidelity not in known.input_fidelity:
        allowed = " or ".join(known.input_fidelity) or "low, or leave it out"
        raise InputError(
            f"input_fidelity {fidelity!r} is not one of {known.id}'s: choose {allowed}."
        )
    architecture = known.architecture
    if row := _by_architecture("image_tiles").get(architecture):
        tokens = _in_tiles(row, width, height, fidelity)
        return Count(tokens, tokens, row["source"])
    if row := _by_architecture("image_patches").get(architecture):
        tokens = _in_patches(row, width, height)
        return Count(tokens, tokens, row["source"])
    row = _by_architecture("image_bound")[architecture]
    return Count(None, row["tokens"], row["source"])


def edit_image_tokens(
    model: str, images: Iterable[tuple[int, int]], *, fidelity: str = "low", markup: bool = False
) -> Count:
    """Return the image input tokens of an edit of pictures of these widths and heights.

    A mask costs nothing. What a markup costs is not known: its bound is the picture that it
    is laid over, once more.

    >>> edit_image_tokens("gpt-image-2", [(1024, 1024), (1536, 1024)]).tokens
    2560

    Raises:
        ModelError: the catalogue has no such model.
        InputError: no such fidelity for the model, or a picture without pixels.
    """
    edges = list(images)
    counts = [image_input_tokens(model, *one, fidelity) for one in edges]
    known = [count.tokens for count in counts if count.tokens is not None]
    bound = sum(count.bound for count in counts)
    source = counts[0].source if counts else "no picture goes in"
    if markup and counts:
        return Count(None, bound + counts[0].bound, _only("markup_bound")["source"])
    return Count(sum(known) if len(known) == len(counts) else None, bound, source)


def _in_tiles(row: dict[str, Any], width: int, height: int, fidelity: str) -> int:
    scale = min(Fraction(1), Fraction(row["fit"], max(width, height)))
    scale *= min(Fraction(1), row["shorter_edge"] / (min(width, height) * scale))
    tiles = math.ceil(width * scale / row["tile"]) * math.ceil(height * scale / row["tile"])
    tokens = row["base"] + row["per_tile"] * tiles
    if fidelity == "high":
        tokens += row["high_square"] if width == height else row["high_oblong"]
    return int(tokens)


def _in_patches(row: dict[str, Any], width: int, height: int) -> int:
    scale = Fraction(row["edge"], max(width, height))
    scale = min(max(scale, Fraction(1, row["most_shrink"])), Fraction(1))
    thinnest = max(width, height) * scale / row["most_ratio"]
    across, down = max(width * scale, thinnest), max(height * scale, thinnest)
    columns, rows = math.ceil(across / row["patch"]), math.ceil(down / row["patch"])
    if columns * rows > row["cap"]:
        # The largest patches-wide and patches-high shape of this ratio under the cap.
        columns = math.isqrt(math.floor(row["cap"] * across / down))
        rows = math.isqrt(math.floor(row["cap"] * down / across))
    return max(1, int(columns * rows))
