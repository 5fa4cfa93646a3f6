"""Works batches off, one request after another, as its clients poll for the end."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from imagelab.simulator import batches, bodies
from imagelab.simulator.batches import Batch, Batches, Row, State
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import Asked
from imagelab.simulator.desk import Order, Traffic
from imagelab.simulator.drawing import Drawn
from imagelab.simulator.files import Files

TakeIn = Callable[[Asked, str], Awaitable[Order]]
DrawOrder = Callable[[Order, str], Awaitable[Drawn]]
Answer = Callable[[Request, Reply], Response]


class Batching:
    """The endpoints of batches, and the work behind them.

    ``take_in`` and ``draw`` are the desk's and the painters', ``bill`` takes what was drawn.
    """

    def __init__(
        self,
        kept: Batches,
        files: Files,
        traffic: Traffic,
        *,
        take_in: TakeIn,
        draw: DrawOrder,
        bill: Callable[[Drawn], None],
        answer: Answer,
        latency: float,
    ) -> None:
        self._batches = kept
        self._files = files
        self._traffic = traffic
        self._take_in = take_in
        self._draw = draw
        self._bill = bill
        self._answer = answer
        self._latency = latency
        self._tasks: set[asyncio.Task[None]] = set()

    async def all(self, request: Request) -> Response:
        """``GET`` and ``POST /v1/batches``."""
        if request.method == "GET":
            asked = request.query_params
            page = batches.listing(
                self._batches.list(), after=asked.get("after"), limit=asked.get("limit", "20")
            )
            return self._answer(request, page)
        try:
            made = batches.read(await request.body(), self._files)
        except ClientDisconnect:
            return Response()
        if isinstance(made, Reply):
            return self._answer(request, made)
        self._batches.put(made)
        task = asyncio.create_task(self._work(made))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._answer(request, bodies.as_json(200, made.answer()))

    async def one(self, request: Request) -> Response:
        """``GET /v1/batches/{id}``, and ``POST /v1/batches/{id}/cancel``."""
        batch_id = request.path_params["batch_id"]
        batch = self._batches.get(batch_id)
        if batch is None:
            return self._answer(request, batches.no_such_batch(batch_id))
        if request.method == "POST":
            if batch.status in batches.OVER:
                message = f"Cannot cancel a batch with status '{batch.status}'."
                return self._answer(request, bodies.error(409, message))
            batch = self._batches.put(batch.moved("cancelling"))
        return self._answer(request, bodies.as_json(200, batch.answer()))

    async def _work(self, batch: Batch) -> None:
        """Lead a batch from its file to its end."""
        self._traffic.enter("BATCH")
        try:
            if batch.errors:
                self._batches.put(batch.moved("failed"))
                return
            self._change(batch.id, lambda now: now.moved("in_progress"))
            good, bad, late = await self._rows(batch)
            self._change(batch.id, lambda now: now.moved("finalizing"))
            output = batches.kept(batch, good, "output", self._files)
            problems = batches.kept(batch, bad, "error", self._files)
            ends = partial(_ended, late=late, output_file_id=output, error_file_id=problems)
            self._change(batch.id, ends, even_cancelling=True)
        finally:
            self._traffic.leave()

    async def _rows(self, batch: Batch) -> tuple[list[bytes], list[bytes], bool]:
        """Work the requests off until they are done or the batch is cancelled."""
        good: list[bytes] = []
        bad: list[bytes] = []
        late = False
        began = time.monotonic()
        for row in batch.rows:
            if self._is_cancelled(batch):
                break
            line, fine, in_time = await self._row(batch, row)
            (good if fine else bad).append(line)
            late = late or not in_time
            count = partial(replace, completed=len(good), failed=len(bad))
            self._change(batch.id, count, even_cancelling=True)
        while time.monotonic() < began + self._latency and not self._is_cancelled(batch):
            await asyncio.sleep(0.02)
        return good, bad, late

    def _is_cancelled(self, batch: Batch) -> bool:
        now = self._batches.get(batch.id)
        return now is None or now.status == "cancelling"

    async def _row(self, batch: Batch, row: Row) -> tuple[bytes, bool, bool]:
        """Answer one request: its line, whether it went well, and whether it was in time."""
        request_id = f"req_{uuid.uuid4().hex}"
        asked = Asked(batch.operation, json.dumps(row.body).encode(), lane="batch")
        order = await self._take_in(asked, request_id)
        await asyncio.sleep(order.seconds)
        if order.fault and order.fault.kind == "expire":
            return batches.expired(row), False, False
        if order.reply or order.wanted is None:
            reply = order.reply or bodies.server_error(500)
        else:
            drawn = await self._draw(order, request_id)
            self._bill(drawn)
            reply = drawn.reply
        try:
            return batches.answered(row, reply, request_id), reply.status < 400, True
        except ValueError:  # what was ordered to be no JSON cannot stand in a line of it
            broken = bodies.server_error(500)
            return batches.answered(row, broken, request_id), False, True

    def _change(
        self, batch_id: str, how: Callable[[Batch], Batch], *, even_cancelling: bool = False
    ) -> None:
        now = self._batches.get(batch_id)
        if now and (even_cancelling or now.status != "cancelling"):
            self._batches.put(how(now))


def _ended(
    now: Batch, *, late: bool, output_file_id: str | None, error_file_id: str | None
) -> Batch:
    """Return a batch at its end: cancelled, expired or completed."""
    status: State = "expired" if late else "completed"
    if now.status == "cancelling":
        status = "cancelled"
    return now.moved(status, output_file_id=output_file_id, error_file_id=error_file_id)
