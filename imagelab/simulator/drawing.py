"""Draws what an order asks for, and writes the answer and the bill."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imagelab.catalog import models, prices, tokens
from imagelab.simulator import bodies
from imagelab.simulator.billed import BilledRow
from imagelab.simulator.bodies import Reply, Usage
from imagelab.simulator.checks import Wanted
from imagelab.simulator.faults import Fault, Kind

_WITHOUT_OUTPUT_DETAILS = ("gpt-image-1", "gpt-image-1-mini")
_NOT_A_PICTURE = b"These bytes are no picture; the simulator was told to send such."
_NO_BASE64 = "%%% this is no base64, as ordered %%%"
_NO_JSON = b'{"created": 1785485861, "background": "opaque", "data": [{"b64_json": <html>'


@dataclass(frozen=True)
class Drawn:
    """A finished answer, and what the server bills for it."""

    reply: Reply
    bill: BilledRow


def usage_of(wanted: Wanted) -> Usage:
    """Return the tokens that a request spends, as the catalogue counts them.

    Where the catalogue has no count its bound is spent: for models without facts, and for
    sizes that "auto" became and nobody can ask for.
    """
    legal = models.size_problem(wanted.model, wanted.size) is None
    size = wanted.size if legal else "auto"
    count = tokens.output_tokens(wanted.model.id, wanted.tier, size)
    each = count.bound if count.tokens is None else count.tokens
    return Usage(tokens.text_tokens(wanted.prompt) * wanted.n, each * wanted.n)


def draw(wanted: Wanted, fault: Fault | None, *, take: int, request_id: str) -> Drawn:
    """Paint ``wanted`` from its ``take``-th picture on, spoilt by ``fault`` if there is one."""
    kind = fault.kind if fault else None
    if fault and kind == "odd_size" and fault.size:
        wanted = replace(wanted, size=fault.size)
    usage = usage_of(wanted)
    if fault and kind == "extra_tokens":
        usage = replace(usage, text_in=usage.text_in + fault.tokens)
    reply = (
        _instead(fault, request_id)
        if fault and kind in ("fail", "moderated_output", "garbage")
        else _success(wanted, usage, fault, take)
    )
    return Drawn(reply, _bill(wanted, usage, request_id))


def _instead(fault: Fault, request_id: str) -> Reply:
    if fault.kind == "garbage":
        return Reply(200, _NO_JSON)
    if fault.kind == "moderated_output":
        return bodies.moderated("output", request_id)
    return bodies.server_error(fault.status, fault.text)


def _success(wanted: Wanted, usage: Usage, fault: Fault | None, take: int) -> Reply:
    kind = fault.kind if fault else None
    return bodies.success(
        _pictures(wanted, fault, kind, take),
        None if kind == "no_usage" else usage,
        created=int(time.time()),
        background=wanted.background,
        output_format=wanted.output_format,
        quality=wanted.tier,
        size=wanted.size,
        details_of_output=wanted.model.id not in _WITHOUT_OUTPUT_DETAILS,
    )


def _pictures(wanted: Wanted, fault: Fault | None, kind: Kind | None, take: int) -> Sequence[str]:
    if kind == "empty":
        return []
    if kind == "bad_base64":
        return [_NO_BASE64] * wanted.n
    if kind == "no_picture":
        return [base64.b64encode(_NOT_A_PICTURE).decode()] * wanted.n
    pixels = wanted.pixels
    if fault and kind == "wrong_size":
        pixels = _pixels(fault.size) if fault.size else (pixels[0] // 2, pixels[1] // 2)
    return [_painted(wanted, pixels, take + number) for number in range(wanted.n)]


def _pixels(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    return int(width), int(height)


def _painted(wanted: Wanted, pixels: tuple[int, int], take: int) -> str:
    from imagelab.simulator import painter  # Pillow and numpy, at the first picture

    picture = painter.paint(
        wanted.prompt,
        size=pixels,
        tier=wanted.tier,
        take=take,
        transparent=wanted.background == "transparent",
    )
    return base64.b64encode(
        painter.encode(picture, wanted.output_format, wanted.compression)
    ).decode()


def _bill(wanted: Wanted, usage: Usage, request_id: str) -> BilledRow:
    price = prices.price("simulator", wanted.model.id)
    spent = {"text_in": usage.text_in, "image_in": 0, "image_out": usage.image_out}
    return BilledRow(
        request_id=request_id,
        model=wanted.model.id,
        quality=wanted.tier,
        size=wanted.size,
        pictures=wanted.n,
        text_tokens=usage.text_in,
        image_tokens=usage.image_out,
        nano=None if price is None else prices.cost(spent, price),
    )
