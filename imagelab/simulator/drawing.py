"""Draws what an order asks for, and writes the answer and the bill."""

from __future__ import annotations

import base64
import io
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imagelab.simulator import bodies, streaming
from imagelab.simulator.billed import BilledRow
from imagelab.simulator.bodies import Reply
from imagelab.simulator.faults import Fault
from imagelab.simulator.spending import AuthorUsage, Usage, author_usage, bill, usage_of
from imagelab.simulator.streaming import Sheet
from imagelab.simulator.wanted import Upload, Wanted, pixels_of

if TYPE_CHECKING:
    from PIL.Image import Image

_WITHOUT_OUTPUT_DETAILS = ("gpt-image-1", "gpt-image-1-mini")
_NOT_A_PICTURE = b"These bytes are no picture; the simulator was told to send such."
_NO_BASE64 = "%%% this is no base64, as ordered %%%"
_NO_JSON = b'{"created": 1785485861, "background": "opaque", "data": [{"b64_json": <html>'


@dataclass(frozen=True)
class Drawn:
    """A finished answer, and what the server bills for it (None: nothing).

    ``frames`` are the parts of an answer that streams, each with its share of the time.
    """

    reply: Reply
    bill: BilledRow | None
    frames: tuple[streaming.Frame, ...] = ()


def draw(wanted: Wanted, fault: Fault | None, *, take: int, request_id: str) -> Drawn:
    """Paint ``wanted`` from its ``take``-th picture on, spoilt by ``fault`` if there is one."""
    kind = fault.kind if fault else None
    if fault and kind == "odd_size" and fault.size:
        wanted = replace(wanted, size=fault.size)
    try:
        sheets = _sheets(wanted, fault, take)
    except _BrokenReferenceError as broken:
        return Drawn(bodies.broken_image(broken.number), None)
    usage = usage_of(wanted)
    if fault and kind == "extra_tokens":
        usage = replace(usage, text_in=usage.text_in + fault.tokens)
    written = author_usage(wanted, sum(sheet.size_in_bytes for sheet in sheets))
    row = bill(wanted, usage, written, request_id)
    told = None if kind == "no_usage" else usage
    if wanted.stream:
        frames = streaming.frames(wanted, sheets, told, fault, request_id)
        return Drawn(streaming.reply(frames), row, frames)
    instead = _instead(fault, request_id)
    return Drawn(instead or _success(wanted, sheets, told, written), row)


def _has_details(wanted: Wanted) -> bool:
    return wanted.model.id not in _WITHOUT_OUTPUT_DETAILS


def _instead(fault: Fault | None, request_id: str) -> Reply | None:
    if fault is None:
        return None
    if fault.kind == "garbage":
        return Reply(200, _NO_JSON)
    if fault.kind == "moderated_output":
        return bodies.moderated("output", request_id)
    if fault.kind in ("fail", "stream_error"):
        return bodies.server_error(fault.status, fault.text)
    return None


def _success(
    wanted: Wanted, sheets: list[Sheet], usage: Usage | None, written: AuthorUsage | None
) -> Reply:
    more: dict[str, object] = {}
    if wanted.safety_identifier:
        more["safety_identifier"] = wanted.safety_identifier
    if written:
        more["svg_usage"] = written.body()
    return bodies.success(
        [sheet.final for sheet in sheets],
        None if usage is None else usage.body(details_of_output=_has_details(wanted)),
        created=int(time.time()),
        background=wanted.background,
        output_format=wanted.output_format,
        quality=wanted.tier,
        size=wanted.size,
        more=more,
    )


# --- pictures --------------------------------------------------------------------------------


class _BrokenReferenceError(Exception):
    """A picture that went in cannot be read to its end; ``number`` counts from 0."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _sheets(wanted: Wanted, fault: Fault | None, take: int) -> list[Sheet]:
    """Return every picture of the answer as base64, each with its partial ones."""
    kind = fault.kind if fault else None
    if kind == "empty":
        return []
    if kind == "bad_base64":
        return [Sheet((), _NO_BASE64)] * wanted.n
    if kind == "no_picture":
        return [Sheet((), base64.b64encode(_NOT_A_PICTURE).decode())] * wanted.n
    pixels = wanted.pixels
    if fault and kind == "wrong_size":
        pixels = pixels_of(fault.size) if fault.size else (pixels[0] // 2, pixels[1] // 2)
    references = [_opened(one.upload, at) for at, one in enumerate(wanted.references)]
    return [_sheet(wanted, references, pixels, take + number) for number in range(wanted.n)]


def _sheet(wanted: Wanted, references: list[Image], pixels: tuple[int, int], take: int) -> Sheet:
    from imagelab.simulator import painter  # Pillow and numpy, at the first picture

    picture = _drawing(wanted, references, pixels, take)
    shares = [(index + 1) / (wanted.partials + 1) for index in range(wanted.partials)]
    partials = [painter.unfinished(picture, share) for share in shares]
    return Sheet(
        tuple(_encoded(wanted, partial) for partial in partials), _encoded(wanted, picture)
    )


def _encoded(wanted: Wanted, picture: Image) -> str:
    from imagelab.simulator import painter

    if wanted.output_format == "gif":
        data = painter.animate(picture, frames=wanted.frames, frame_ms=wanted.frame_ms)
    elif wanted.output_format == "svg":
        data = painter.vectors(picture, title=wanted.prompt)
    else:
        data = painter.encode(picture, wanted.output_format, wanted.compression)
    return base64.b64encode(data).decode()


def _drawing(wanted: Wanted, references: list[Image], pixels: tuple[int, int], take: int) -> Image:
    from imagelab.simulator import painter

    transparent = wanted.background == "transparent"
    marked = wanted.output_format not in ("gif", "svg")  # they mark themselves
    if wanted.operation == "generation":
        return painter.paint(
            wanted.prompt,
            size=pixels,
            tier=wanted.tier,
            take=take,
            transparent=transparent,
            marked=marked,
        )
    return painter.edit(
        wanted.prompt,
        references,
        size=pixels,
        tier=wanted.tier,
        take=take,
        mask=None if wanted.mask is None else _opened(wanted.mask, 0),
        markup=None if wanted.markup is None else _opened(wanted.markup, 0),
        faithful=wanted.fidelity == "high" or not wanted.model.input_fidelity,
        transparent=transparent,
        marked=marked,
    )


def _opened(upload: Upload, number: int) -> Image:
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(upload.data)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError) as problem:
        raise _BrokenReferenceError(number) from problem
    return picture
