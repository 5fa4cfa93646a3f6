"""What a request spends: its tokens as the catalogue counts them, and the bill for them."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.catalog import prices, tokens
from imagelab.catalog.tokens import Count
from imagelab.simulator.billed import BilledRow
from imagelab.simulator.wanted import Wanted

_REASONING = {
    "none": 0, "minimal": 64, "low": 256, "medium": 1024, "high": 4096, "xhigh": 8192,
    "max": 16_384,
}  # fmt: skip
_BYTES_PER_TOKEN = 8


@dataclass(frozen=True)
class Usage:
    """Tokens of one request: text and pictures in, pictures out."""

    text_in: int
    image_out: int
    image_in: int = 0

    def body(self, *, details_of_output: bool) -> dict[str, object]:
        """Return it as an answer carries it; the oldest models give no details of output."""
        came = self.text_in + self.image_in
        content: dict[str, object] = {
            "input_tokens": came,
            "input_tokens_details": {"image_tokens": self.image_in, "text_tokens": self.text_in},
            "output_tokens": self.image_out,
        }
        if details_of_output:
            content["output_tokens_details"] = {"image_tokens": self.image_out, "text_tokens": 0}
        content["total_tokens"] = came + self.image_out
        return content

    def share(self, number: int, count: int) -> Usage:
        """Return what falls to one of ``count`` pictures, such that the shares add up."""
        return Usage(
            *(
                total * (number + 1) // count - total * number // count
                for total in (self.text_in, self.image_out, self.image_in)
            )
        )


@dataclass(frozen=True)
class AuthorUsage:
    """Tokens of the model that writes an SVG; what it reasons is part of what goes out."""

    model: str
    tokens_in: int
    tokens_out: int
    reasoning: int

    def body(self) -> dict[str, object]:
        """Return it as an answer carries it."""
        return {
            "input_tokens": self.tokens_in,
            "model": self.model,
            "output_tokens": self.tokens_out,
            "reasoning_tokens": self.reasoning,
            "total_tokens": self.tokens_in + self.tokens_out,
        }


def usage_of(wanted: Wanted) -> Usage:
    """Return the tokens that a request spends, as the catalogue counts them.

    Where the catalogue has no count its bound is spent.
    """
    model, n = wanted.model.id, wanted.n
    made = tokens.made_tokens(model, wanted.tier, wanted.size, pictures=n, frames=wanted.frames)
    partials = wanted.partials * n * tokens.PARTIAL_TOKENS
    return Usage(
        text_in=_spent(_words(wanted)) * n,
        image_in=_spent(_pictures_in(wanted)) * n,
        image_out=_spent(made) + partials,
    )


def _words(wanted: Wanted) -> Count:
    if wanted.operation == "edit":
        count = len(wanted.references)
        return tokens.edit_text_tokens(wanted.model.id, wanted.prompt, count)
    words = tokens.text_tokens(wanted.prompt)
    return Count(words, words, "")


def _pictures_in(wanted: Wanted) -> Count:
    return tokens.edit_image_tokens(
        wanted.model.id,
        [reference.size for reference in wanted.references],
        fidelity=wanted.fidelity,
        markup=wanted.markup is not None,
    )


def _spent(count: Count) -> int:
    return count.bound if count.tokens is None else count.tokens


def author_usage(wanted: Wanted, size_in_bytes: int) -> AuthorUsage | None:
    """Return what the author of an SVG of so many bytes spends; None where there is none.

    Nobody published a count: it sees the words and the reference picture, reasons by its
    effort, and writes a token for every few bytes.
    """
    if wanted.author is None:
        return None
    seen = tokens.image_input_tokens(wanted.model.id, *wanted.pixels).bound
    reasoning = _REASONING[wanted.author.effort]
    written = -(-size_in_bytes // _BYTES_PER_TOKEN)
    words = tokens.text_tokens(wanted.prompt)
    return AuthorUsage(wanted.author.model, words + seen, written + reasoning, reasoning)


def bill(wanted: Wanted, usage: Usage, written: AuthorUsage | None, request_id: str) -> BilledRow:
    """Return what the server bills for a request."""
    price = prices.price("simulator", wanted.model.id, lane=wanted.lane)
    spent = {
        "text_in": usage.text_in,
        "image_in": usage.image_in,
        "image_out": usage.image_out,
    }
    nano = None if price is None else prices.cost(spent, price)
    author_nano = _author_nano(written)
    return BilledRow(
        request_id=request_id,
        model=wanted.model.id,
        quality=wanted.tier,
        size=wanted.size,
        pictures=wanted.n,
        text_tokens=usage.text_in,
        image_tokens=usage.image_out,
        nano=None if nano is None or author_nano is None else nano + author_nano,
        image_input_tokens=usage.image_in,
        operation=wanted.operation,
        author=None if written is None else written.model,
        author_input_tokens=0 if written is None else written.tokens_in,
        author_output_tokens=0 if written is None else written.tokens_out,
        lane=wanted.lane,
    )


def _author_nano(written: AuthorUsage | None) -> int | None:
    """Return what the author costs in nano-dollars: 0 without one, None if nobody knows."""
    if written is None:
        return 0
    price = prices.author(written.model)
    if price is None:
        return None
    return written.tokens_in * price.text_in + written.tokens_out * price.text_out
