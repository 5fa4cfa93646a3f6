"""What came, as the outcome of its row: a picture, or what was perhaps paid for and is none."""

from __future__ import annotations

from dataclasses import replace

from imagelab import pricing
from imagelab.catalog.prices import Book
from imagelab.errors import ASK_ANEW, PictureError, RecordError, SpoiltError
from imagelab.pictures import Look, look
from imagelab.records.rows import Outcome
from imagelab.records.store import file_name
from imagelab.request import ImageRequest, ImageResponse, difference


def outcome(response: ImageResponse, request: ImageRequest, provider: str, book: Book) -> Outcome:
    """Say what became of a request, once its bytes are kept: done, or spoilt."""
    found, problem = _look(response)
    came = _came(response, request, provider, book)
    picture = _file(response, found).partition(".")[0]
    if found is None:
        return replace(
            came,
            picture=picture,
            status="spoilt",
            # Nobody has seen a picture: only what was counted is surely on the bill.
            billed="yes" if response.usage.was_counted else "perhaps",
            error=problem,
            error_kind=SpoiltError.__name__,
        )
    size = f"{found.width}x{found.height}"
    return replace(
        came,
        picture=picture,
        width=found.width,
        height=found.height,
        actual_format=found.format,
        actual_size=size,
        note=difference(request, response, size),
    )


def lost(
    response: ImageResponse, request: ImageRequest, provider: str, book: Book, error: RecordError
) -> Outcome:
    """Say what became of a request whose answer came and could not be kept."""
    came = _came(response, request, provider, book)
    kind = type(error).__name__
    return replace(came, status="unknown", error=error.message, error_kind=kind)


def suffix(outcome: Outcome) -> str:
    """Name the kind of file that what came is kept in."""
    return outcome.actual_format or "bin" if outcome.status == "done" else "bin"


def hand_out(error: RecordError, response: ImageResponse) -> None:
    """Put what was paid for and could not be kept on the error, which says how to save it."""
    found, _ = _look(response)
    error.pictures[_file(response, found)] = response.data


def _file(response: ImageResponse, found: Look | None) -> str:
    return file_name(response.data, found.format if found else "bin")


def _look(response: ImageResponse) -> tuple[Look | None, str | None]:
    """Look at what came; where it is no picture, say what is wrong, whether it was billed."""
    try:
        if response.problem is None:
            return look(response.data), None
        problem = f"{response.problem}."
    except PictureError as error:
        problem = str(error)
    except Exception as error:  # whatever a look meets in it: it is paid for, and shall be kept
        problem = f"It cannot be looked at ({type(error).__name__}: {str(error)[:80]})."
    billed = "It was billed" if response.usage.was_counted else "It may have been billed"
    return None, f"{problem} {billed}, and what came is kept. {ASK_ANEW}"


def _came(response: ImageResponse, request: ImageRequest, provider: str, book: Book) -> Outcome:
    cost, price = response.as_billed or pricing.cost(
        response.usage, provider, request.model, book=book
    )
    return Outcome(
        status="done",
        billed="yes",
        # An answer that took no tokens was not counted: its cost is unknown, and not zero.
        cost_nano=cost if response.usage.image_output_tokens else None,
        price=price,
        usage=response.usage,
        raw_usage=response.raw_usage,
        seconds=response.seconds,
        size_bytes=len(response.data),
        actual_size=response.size,
        actual_quality=response.quality,
        actual_background=response.background,
        actual_format=response.output_format,
        request_id=response.request_id,
    )
