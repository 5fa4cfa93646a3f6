"""How many tokens of each kind a request will spend: expected where that is known, and at most."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from imagelab import question
from imagelab.catalog import abilities, authors, judges, sizes, tokens
from imagelab.catalog.models import Model
from imagelab.catalog.tokens import PARTIAL_TOKENS, Count
from imagelab.request import ImageRequest


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Tokens by the kinds that prices name: ``expected`` is ``None`` where nobody knows before.

    ``words`` says of each kind how many there are, ``facts`` where that is known from.
    ``counted`` adds up what is known, and the bounds of what is not.
    """

    expected: Mapping[str, int] | None
    most: Mapping[str, int]
    words: Mapping[str, str]
    facts: tuple[str, ...]
    counted: int


def of(request: ImageRequest) -> Spending:
    """Count what a request for a model of the catalogue will spend."""
    # Quoted, held for and paced, a request is counted three times on its way.
    return _of(request, request.partial_images)


@functools.lru_cache(maxsize=1024)
def _of(request: ImageRequest, _partials: int | None) -> Spending:
    """Count once; partial pictures change the count and not what makes two requests equal."""
    out, came = _drawn(request), _seen(request, request.model)
    partials = PARTIAL_TOKENS * (request.partial_images or 0)
    words = _said(request)
    return Spending(
        expected=_expected(request, out, came, words, partials),
        most=_most(request, out, came),
        words=_words(request, out, came, words),
        facts=_facts(request, out, came),
        counted=sum(map(_known, (out, came, words))) + partials,
    )


def of_question(request: ImageRequest) -> Spending:
    """Count what a question to a judge will spend: pictures that it looks at are text to it."""
    judge = judges.of(request.model)
    words = judges.text_tokens(question.all_words(request))
    seen = [judges.image_tokens(judge, *one.size) for one in question.pictures_of(request)]
    looked = sum(map(_known, seen))
    return Spending(
        expected=None,
        most={"text_in": words.bound + sum(one.bound for one in seen), "text_out": judge.out},
        words={
            "text_in": f"{_known(words)} text tokens and about {looked} for two pictures",
            "text_out": f"an answer of at most {judge.out} tokens",
        },
        facts=(f"tokens of pictures: {judge.source}",),
        counted=_known(words) + looked + judge.out,
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
    request: ImageRequest, out: Count, came: Count, words: Count, partials: int
) -> Mapping[str, int] | None:
    if out.tokens is None or came.tokens is None or words.tokens is None:
        return None
    if request.output_format == abilities.VECTOR:
        return None
    known = {"text_in": words.tokens, "image_out": out.tokens + partials}
    return {**known, "image_in": came.tokens} if request.references else known


def _words(request: ImageRequest, out: Count, came: Count, words: Count) -> Mapping[str, str]:
    told = {"image_out": f"{_about(out)} image output tokens"}
    if request.partial_images:
        told["image_out"] += f" and {PARTIAL_TOKENS} for each of {request.partial_images} partials"
    if request.references:
        told["image_in"] = f"{_about(came)} image input tokens"
    return {**told, "text_in": f"{_about(words)} text tokens"}


def _known(count: Count) -> int:
    return count.bound if count.tokens is None else count.tokens


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
    frames = _frames(request)
    return tokens.output_tokens(request.model, request.quality, request.size, frames=frames)


def _frames(request: ImageRequest) -> int:
    if request.output_format != abilities.ANIMATED:
        return 1
    return request.frame_count or abilities.limits().frames_usual


def _said(request: ImageRequest) -> Count:
    if request.images:
        return tokens.edit_text_tokens(request.model, request.prompt, len(request.images))
    words = tokens.text_tokens(request.prompt)
    return Count(words, words, "")


def _seen(request: ImageRequest, model: str, fidelity: str | None = None) -> Count:
    """Count the references. A mask was not billed where it was measured; it is in the bound."""
    if not request.references:
        return Count(0, 0, "")
    fidelity = fidelity or request.input_fidelity or "low"
    edges = [(one.width, one.height) for one in request.images]
    seen = tokens.edit_image_tokens(
        model, edges, fidelity=fidelity, markup=request.markup is not None
    )
    if request.mask is None:
        return seen
    mask = tokens.image_input_tokens(model, request.mask.width, request.mask.height, fidelity)
    return Count(seen.tokens, seen.bound + mask.bound, seen.source)


def most_at(request: ImageRequest, model: Model) -> Mapping[str, int]:
    """Bound what a request would spend if it were for the dearest tier of this model."""
    size = request.size if sizes.problem(model, request.size) is None else "auto"
    drawn = tokens.output_tokens(model.id, model.tiers[-1], size, frames=_frames(request))
    fidelity = "high" if "high" in model.input_fidelity else "low"
    return _most(request, drawn, _seen(request, model.id, fidelity))


def author_bound(request: ImageRequest) -> int:
    """Bound in nano-dollars what the author of an svg will cost; 0 for other pictures."""
    if request.output_format != abilities.VECTOR:
        return 0
    model = (request.svg or {}).get("model")
    return authors.bound(model if isinstance(model, str) else None, *tokens.author_bounds())
