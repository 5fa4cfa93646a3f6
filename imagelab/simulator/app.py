"""The Images API as a web application: addresses, who may ask, and how answers leave.

One thread is the desk, where requests are taken in one after another; as many threads as
there are cores paint. The event loop only waits and sends.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from imagelab.catalog import models
from imagelab.simulator import bodies
from imagelab.simulator.billed import Billed
from imagelab.simulator.bodies import Reply
from imagelab.simulator.checks import Asked, served
from imagelab.simulator.desk import Desk, Order, Traffic
from imagelab.simulator.drawing import Drawn, draw
from imagelab.simulator.endings import BROKEN_STREAMS, ENDINGS, Streamed, ending
from imagelab.simulator.faults import Fault
from imagelab.simulator.streaming import DONE
from imagelab.simulator.wanted import Operation

_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_LOCAL_ORIGIN = re.compile(rf"https?://{_LOCAL.pattern}")
_NO_KEY = (
    "You didn't provide an API key. Provide one in the Authorization header, as Bearer YOUR_KEY; "
    "the simulator takes any that is not empty."
)

P = ParamSpec("P")
T = TypeVar("T")


class Images:
    """The endpoints. ``close`` ends its threads."""

    def __init__(
        self, desk: Desk, billed: Billed, traffic: Traffic, *, latency: float, says_done: bool
    ) -> None:
        self._desk = desk
        self._billed = billed
        self._traffic = traffic
        self._latency = latency
        self._says_done = says_done
        self._desk_thread = ThreadPoolExecutor(1, "imagelab-desk")
        self._painters = ThreadPoolExecutor(os.cpu_count() or 1, "imagelab-painter")

    def close(self) -> None:
        """End the threads; what is being painted is finished, what waits is not begun."""
        for pool in (self._desk_thread, self._painters):
            pool.shutdown(wait=True, cancel_futures=True)

    def app(self) -> ASGIApp:
        """Return the application that a server runs."""
        routes = [
            Route("/v1/images/generations", self.generations, methods=["POST"]),
            Route("/v1/images/edits", self.edits, methods=["POST"]),
            Route("/v1/chat/completions", self.chat, methods=["POST"]),
            Route("/v1/models", self.list_models, methods=["GET"]),
            Route("/v1/models/{model_id:path}", self.one_model, methods=["GET"]),
        ]
        strangers = {404: _no_such_address, 405: _no_such_address}
        inner = Starlette(routes=routes, exception_handlers=strangers)
        inner.router.redirect_slashes = False
        return Door(inner, self._traffic)

    async def list_models(self, request: Request) -> Response:
        """``GET /v1/models``."""
        some = [one for one in models.all_models() if served(one.id, retire=self._desk.retire)]
        return self._answer(request, bodies.models(some))

    async def one_model(self, request: Request) -> Response:
        """``GET /v1/models/{id}``."""
        asked = request.path_params["model_id"]
        found = served(asked, retire=self._desk.retire)
        if found is None:
            return self._answer(request, bodies.model_not_found(asked))
        return self._answer(request, bodies.as_json(200, {**bodies.model(found), "id": asked}))

    async def chat(self, request: Request) -> Response:
        """``POST /v1/chat/completions``: never served, as image models do not chat."""
        try:
            body = await request.json()
        except (ValueError, RecursionError, ClientDisconnect):
            body = None
        asked = body.get("model") if isinstance(body, dict) else None
        if isinstance(asked, str) and models.find(asked):
            return self._answer(request, bodies.not_a_chat_model())
        return self._answer(request, bodies.model_not_found(asked if asked else ""))

    async def generations(self, request: Request) -> Response:
        """``POST /v1/images/generations``."""
        return await self._make(request, "generation")

    async def edits(self, request: Request) -> Response:
        """``POST /v1/images/edits``, as JSON or as a form."""
        return await self._make(request, "edit")

    async def _make(self, request: Request, operation: Operation) -> Response:
        """Take in, draw, wait, bill, answer."""
        try:
            kind = request.headers.get("content-type", "application/json")
            asked = Asked(operation, await request.body(), kind)
            request_id = request.state.request_id
            order = await _in(self._desk_thread, self._desk.receive, asked, request_id)
            return await self._carry_out(order, request)
        except ClientDisconnect:
            return Response()  # it left in the middle of asking: nobody is there to read this
        except Exception as problem:
            message = f"The simulator failed, and nothing was billed: {problem!r}"
            return self._answer(request, bodies.error(500, message, kind="server_error"))

    async def _carry_out(self, order: Order, request: Request) -> Response:
        came = request.state.came
        if order.reply or order.wanted is None:
            await _until(came + order.seconds)
            return self._answer(request, order.reply or bodies.server_error(500))
        request_id = request.state.request_id
        drawn: Drawn = await _in(
            self._painters, draw, order.wanted, order.fault, take=order.take, request_id=request_id
        )
        seconds = self._latency + order.seconds
        if drawn.frames and (order.fault is None or order.fault.kind not in ENDINGS):
            return self._stream(request, drawn, order.fault, seconds)
        await _until(came + seconds)
        self._bill(drawn)
        return self._answer(request, drawn.reply, order.fault)

    def _bill(self, drawn: Drawn) -> None:
        if drawn.bill:
            self._billed.add(drawn.bill)

    def _stream(
        self, request: Request, drawn: Drawn, fault: Fault | None, seconds: float
    ) -> Response:
        cut = fault is not None and fault.kind == "cut_stream"
        whole = fault is None or fault.kind not in BROKEN_STREAMS
        return Streamed(
            drawn.frames,
            self._all_headers(request, drawn.reply),
            began=request.state.came,
            seconds=seconds,
            last=DONE if self._says_done and whole else b"",
            cut=cut,
            bill=lambda: self._bill(drawn),
        )

    def _answer(self, request: Request, reply: Reply, fault: Fault | None = None) -> Response:
        return ending(fault, reply, self._all_headers(request, reply))

    def _all_headers(self, request: Request, reply: Reply) -> dict[str, str]:
        limits = self._desk.limits.headers()
        return {**_headers(request.scope), **limits, **reply.headers}


async def _in(pool: Executor, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, lambda: work(*args, **kwargs))


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))


async def _no_such_address(request: Request, problem: Exception) -> Response:
    return _plain(bodies.no_such_address(request.method, request.url.path), request.scope)


# --- who may ask -----------------------------------------------------------------------------


class Door:
    """Lets in whoever names this machine and has a key, and gives every request its id.

    A page of the web that a browser shows could ask a server on loopback too: by a name that
    it made point here, which shows in ``Host``, or directly, which shows in ``Origin``.
    """

    def __init__(self, inner: ASGIApp, traffic: Traffic) -> None:
        self._inner = inner
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        self._traffic.enter(scope["method"])
        try:
            scope["state"] |= {"request_id": f"req_{uuid.uuid4().hex}", "came": time.monotonic()}
            refusal = _refusal(
                {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
            )
            await (_plain(refusal, scope) if refusal else self._inner)(scope, receive, send)
        finally:
            self._traffic.leave()


def _refusal(headers: dict[str, str]) -> Reply | None:
    if not _LOCAL.fullmatch(headers.get("host", "").lower()):
        return bodies.error(421, "This server answers to 127.0.0.1 and localhost only.")
    if not _LOCAL_ORIGIN.fullmatch(headers.get("origin", "http://localhost").lower()):
        return bodies.error(403, "This server does not answer to pages from elsewhere.")
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return bodies.bad_key(_NO_KEY)
    return None


def _plain(reply: Reply, scope: Scope) -> Response:
    return Response(reply.body, reply.status, _headers(scope) | dict(reply.headers))


def _headers(scope: Scope) -> dict[str, str]:
    passed = time.monotonic() - scope["state"]["came"]
    return {
        "content-type": "application/json",
        "date": bodies.http_date(time.time()),
        "openai-organization": bodies.ORGANIZATION,
        "openai-processing-ms": str(round(passed * 1000)),
        "openai-version": "2020-10-01",
        "x-imagelab-simulated": "true",
        "x-request-id": scope["state"]["request_id"],
    }
