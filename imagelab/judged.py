"""What a judge's answer comes to, and the pictures that it is asked about."""

from __future__ import annotations

from collections.abc import Callable

from imagelab import pricing, question
from imagelab.catalog.prices import Book
from imagelab.errors import ASK_ANEW, Billed, PictureError, RefusedError, RejectedError, SpoiltError
from imagelab.exchange.client import Client
from imagelab.exchange.judging import Answered
from imagelab.records.rows import Outcome
from imagelab.request import ImageRequest, Status

Draw = Callable[[str, int | None], bytes]
"""Gives a kept picture, by its hash, as a judge gets it: so large, or as it is."""


def no_drawing(picture: str, side: int | None) -> bytes:
    """Have no pictures to show."""
    raise PictureError(f"The picture {picture[:12]}… cannot be drawn here.")


def ask(client: Client, request: ImageRequest, draw: Draw) -> Answered:
    """Ask a judge about two pictures.

    Raises:
        ExchangeError: no answer came; its class says what happened and whether it was billed.

    """
    side = question.side_of(request)
    try:
        pictures = [draw(one.picture, side) for one in question.pictures_of(request)]
        return client.judge(request, pictures)
    except PictureError as cause:
        raise RejectedError(
            f"A picture cannot be shown to the judge, and nothing was sent: {cause}"
        ) from cause


def outcome(answered: Answered, request: ImageRequest, provider: str, book: Book) -> Outcome:
    """Say what became of a question. An answer that is no verdict was paid for all the same."""
    cost, price = pricing.cost(answered.usage, provider, request.model, book=book)
    status, error, kind = _ended(answered)
    billed: Billed = "yes" if status == "done" or answered.usage.was_counted else "perhaps"
    return Outcome(
        status=status,
        billed=billed,
        # An answer that took no tokens was not counted: its cost is unknown, and not zero.
        cost_nano=cost if answered.usage.text_output_tokens else None,
        price=price,
        usage=answered.usage,
        raw_usage=answered.raw_usage,
        seconds=answered.seconds,
        request_id=answered.request_id,
        answer=answered.text,
        error=error,
        error_kind=kind,
    )


def _ended(answered: Answered) -> tuple[Status, str | None, str | None]:
    billed = "It was billed" if answered.usage.was_counted else "It may have been billed"
    if answered.refused is not None:
        words = f"The judge would not say ({answered.refused.rstrip('.')}). {billed}."
        return "refused", words, RefusedError.__name__
    if answered.problem is not None:
        words = f"{answered.problem}. {billed}, and its words are kept. {ASK_ANEW}"
        return "spoilt", words, SpoiltError.__name__
    return "done", None, None
