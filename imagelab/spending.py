"""How many tokens of each kind a request will spend: expected where that is known, and at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imagelab.catalog import abilities, authors, models, tokens
from imagelab.catalog.models import Model
from imagelab.catalog.tokens import PARTIAL_TOKENS, Count
from imagelab.request import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Tokens by the kinds that prices name: ``expected`` is ``None`` where nobody knows before.

    ``words`` says of each kind how many there are, ``facts`` where that is known from.
    """

    expected: Mapping[str, int] | None
    most: Mapping[str, int]
    words: Mapping[str, str]
    facts: tuple[str, ...]


def of(request: ImageRequest) -> Spending:
    """Count what a request for a model of the catalogue will spend."""
    out, came = _drawn(request), _seen(request, request.model)
    partials = PARTIAL_TOKENS * (request.partial_images or 0)
    # Exact counts of what goes in depend on no tier; only the picture itself may be unknown.
    words = tokens.text_tokens(request.prompt) + _text_per_image(request)
    return Spending(
        expected=_expected(request, out, came, words, partials),
        most=_most(request, out, came),
        words=_words(request, out, came, words),
        facts=_facts(request, out, came),
    )


def most(request: ImageRequest) -> Mapping[str, int]:
    """Bound the tokens of a request for a model of the catalogue; reads no vocabulary."""
    return _most(request, _drawn(request), _seen(request, request.model))


def _most(request: ImageRequest, out: Count, came: Count) -> Mapping[str, int]:
    bounds = {
        "text_in": tokens.text_bound(request.prompt, len(request.references)),
        "image_out": out.bound + PARTIAL_TOKENS * (request.partial_images or 0),
    }
    return {**bounds, "image_in": came.bound} if request.references else bounds


def _expected(
    request: ImageRequest, out: Count, came: Count, words: int, partials: int
) -> Mapping[str, int] | None:
    if out.tokens is None or came.tokens is None or request.output_format == abilities.VECTOR:
        return None
    known = {"text_in": words, "image_out": out.tokens + partials}
    return {**known, "image_in": came.tokens} if request.references else known


def _words(request: ImageRequest, out: Count, came: Count, words: int) -> Mapping[str, str]:
    told = {"image_out": f"{_about(out)} image output tokens"}
    if request.partial_images:
        told["image_out"] += f" and {PARTIAL_TOKENS} for each of {request.partial_images} partials"
    if request.references:
        told["image_in"] = f"{_about(came)} image input tokens"
    return {**told, "text_in": f"{words} text tokens"}


def _about(count: Count) -> str:
    return f"at most {count.bound}" if count.tokens is None else f"{count.tokens}"


def _facts(request: ImageRequest, out: Count, came: Count) -> tuple[str, ...]:
    found = [f"tokens: {out.source}"]
    if request.references:
        found.append(f"tokens of references: {came.source}")
    if request.output_format == abilities.VECTOR:
        found.append("an svg is written by a text model, which is billed beside the picture")
    return tuple(found)


def _drawn(request: ImageRequest) -> Count:
    if request.output_format == abilities.ANIMATED:
        return tokens.gif_bound(request.model, request.quality)
    return tokens.output_tokens(request.model, request.quality, request.size)


def _text_per_image(request: ImageRequest) -> int:
    return len(request.images) * tokens.text_per_image(request.model) if request.images else 0


def _seen(request: ImageRequest, model: str) -> Count:
    """Count the references. A mask was not billed where it was measured; it is in the bound."""
    if not request.references:
        return Count(0, 0, "")
    fidelity = request.input_fidelity or "low"
    counts = [
        tokens.image_input_tokens(model, one.width, one.height, fidelity) for one in request.images
    ]
    beside = [
        tokens.image_input_tokens(model, one.width, one.height, fidelity)
        for one in request.references[len(request.images) :]
    ]
    exact = [count.tokens for count in counts]
    known = [count for count in exact if count is not None]
    # Nobody has told what a markup counts for.
    sure = len(known) == len(exact) and request.markup is None
    return Count(
        sum(known) if sure else None,
        sum(count.bound for count in (*counts, *beside)),
        counts[0].source,
    )


def most_at(request: ImageRequest, model: Model) -> Mapping[str, int]:
    """Bound what a request would spend if it were for the dearest tier of this model."""
    size = request.size if models.size_problem(model, request.size) is None else "auto"
    drawn = tokens.output_tokens(model.id, model.tiers[-1], size)
    if request.output_format == abilities.ANIMATED and model.sizes == "free":
        drawn = tokens.gif_bound(model.id, model.tiers[-1])
    most = {
        "text_in": tokens.text_bound(request.prompt, len(request.references)),
        "image_out": drawn.bound + PARTIAL_TOKENS * (request.partial_images or 0),
    }
    fidelity = "high" if "high" in model.input_fidelity else "low"
    if request.references:
        most["image_in"] = sum(
            tokens.image_input_tokens(model.id, one.width, one.height, fidelity).bound
            for one in request.references
        )
    return most


def author_bound(request: ImageRequest) -> int:
    """Bound in nano-dollars what the author of an svg will cost; 0 for other pictures."""
    if request.output_format != abilities.VECTOR:
        return 0
    model = (request.svg or {}).get("model")
    return authors.bound(model if isinstance(model, str) else None, *tokens.author_bounds())
