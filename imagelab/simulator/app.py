"""The API as a web application: addresses, and how what is asked there becomes an answer.

One thread is the desk, where requests are taken in one after another; as many threads as
there are cores paint. The event loop only waits and sends.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from imagelab.catalog import judges, models
from imagelab.catalog.judges import Judge
from imagelab.catalog.models import Model
from imagelab.simulator import accounts, bodies, chat, checks, door, filing, judging
from imagelab.simulator.accounts import Report
from imagelab.simulator.batches import Batches
from imagelab.simulator.batching import Batching
from imagelab.simulator.billed import Billed
from imagelab.simulator.bodies import Reply
from imagelab.simulator.chat import Chat
from imagelab.simulator.checks import Asked, served
from imagelab.simulator.desk import Desk, Order, Traffic
from imagelab.simulator.drawing import Drawn, draw
from imagelab.simulator.endings import BROKEN_STREAMS, ENDINGS, Streamed, ending
from imagelab.simulator.faults import Fault
from imagelab.simulator.files import Files
from imagelab.simulator.manners import Azure, Gateway, Manners, no_such_resource
from imagelab.simulator.streaming import DONE, EVENTS
from imagelab.simulator.wanted import Operation

P = ParamSpec("P")
T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]
CarryOut = Callable[[Order, Request], Awaitable[Response]]
_OPERATIONS: dict[str, Operation] = {"generations": "generation", "edits": "edit"}


class Office:
    """The endpoints. ``close`` ends its threads."""

    def __init__(
        self,
        desk: Desk,
        billed: Billed,
        traffic: Traffic,
        files: Files,
        batches: Batches,
        manners: Manners,
        *,
        latency: float,
        says_done: bool,
        chat_only: bool,
    ) -> None:
        self._desk = desk
        self._billed = billed
        self._traffic = traffic
        self._files = files
        self._manners = manners
        self._latency = latency
        self._says_done = says_done
        self._chat_only = chat_only
        self._desk_thread = ThreadPoolExecutor(1, "imagelab-desk")
        self._painters = ThreadPoolExecutor(os.cpu_count() or 1, "imagelab-painter")
        self._batching = Batching(
            batches,
            files,
            traffic,
            take_in=self._take_in,
            draw=self._draw,
            bill=self._bill,
            answer=self._answer,
            latency=latency,
        )

    def close(self) -> None:
        """End the threads; what is being painted is finished, what waits is not begun."""
        for pool in (self._desk_thread, self._painters):
            pool.shutdown(wait=True, cancel_futures=True)

    def app(self) -> ASGIApp:
        """Return the application that a server runs."""
        root = self._manners.root
        routes = [
            *self._picture_routes(root),
            Route(f"{root}/chat/completions", self.chat, methods=["POST"]),
            Route(f"{root}/models", self.list_models, methods=["GET"]),
            Route(f"{root}/models/{{model_id:path}}", self.one_model, methods=["GET"]),
            Route(f"{root}/files", self.files, methods=["GET", "POST"]),
            Route(f"{root}/files/{{file_id}}", self.file, methods=["GET", "DELETE"]),
            Route(f"{root}/files/{{file_id}}/content", self.file_content, methods=["GET"]),
            Route(f"{root}/batches", self._batching.all, methods=["GET", "POST"]),
            Route(f"{root}/batches/{{batch_id}}", self._batching.one, methods=["GET"]),
            Route(f"{root}/batches/{{batch_id}}/cancel", self._batching.one, methods=["POST"]),
            Route(f"{root}/credits", self.credits, methods=["GET"]),
            *self._account_routes(root),
        ]
        strangers = {404: self._no_such_address, 405: self._no_such_address}
        inner = Starlette(routes=routes, exception_handlers=strangers)
        inner.router.redirect_slashes = False
        return door.Door(inner, self._traffic, self._manners)

    def _picture_routes(self, root: str) -> list[Route]:
        if self._chat_only:
            return []
        routes = [Route(f"{root}/images/{{what}}", self.pictures, methods=["POST"])]
        if isinstance(self._manners, Azure):
            path = "/openai/deployments/{deployment}"
            routes += [
                Route(f"{path}/images/{{what}}", self.pictures, methods=["POST"]),
                Route(f"{path}/chat/completions", self.chat, methods=["POST"]),
            ]
        return routes

    def _account_routes(self, root: str) -> list[Route]:
        if type(self._manners) is not Manners:
            return []
        places: dict[str, Report] = {
            "usage/images": "images",
            "usage/completions": "completions",
            "costs": "costs",
        }
        return [
            Route(f"{root}/organization/{place}", self._account(kind), methods=["GET"])
            for place, kind in places.items()
        ]

    # --- models, files, accounts --------------------------------------------------------------

    async def list_models(self, request: Request) -> Response:
        """``GET /v1/models``."""
        some = [one for one in models.all_models() if self._served(one.id)]
        of_gateway = isinstance(self._manners, Gateway)
        return self._answer(request, chat.models_list(some) if of_gateway else bodies.models(some))

    async def one_model(self, request: Request) -> Response:
        """``GET /v1/models/{id}``."""
        asked = request.path_params["model_id"]
        if isinstance(self._manners, Gateway):
            return self._answer(request, self._of_gateway(asked))
        found = self._served(asked)
        if found is None:
            return self._answer(request, bodies.model_not_found(asked))
        return self._answer(request, bodies.as_json(200, {**bodies.model(found), "id": asked}))

    def _of_gateway(self, asked: str) -> Reply:
        named = asked.removesuffix("/endpoints")
        found = self._served(self._manners.model(named) or "")
        if found is None:
            return self._manners.unknown(named)
        return chat.endpoints(found) if named != asked else bodies.as_json(200, chat.model(found))

    def _served(self, model_id: str) -> Model | None:
        return served(model_id, retire=self._desk.retire)

    async def files(self, request: Request) -> Response:
        """``GET`` and ``POST /v1/files``."""
        if request.method == "GET":
            return self._answer(request, filing.listing(self._files, request))
        try:
            raw = await request.body()
        except ClientDisconnect:
            return Response()
        kind = request.headers.get("content-type", "")
        reply = await _in(self._painters, filing.upload, self._files, raw, kind)
        return self._answer(request, reply)

    async def file(self, request: Request) -> Response:
        """``GET`` and ``DELETE /v1/files/{id}``."""
        return self._answer(request, filing.one(self._files, request))

    async def file_content(self, request: Request) -> Response:
        """``GET /v1/files/{id}/content``."""
        return self._answer(request, filing.content(self._files, request))

    def _account(self, kind: Report) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            asked = request.query_params.multi_items()
            rows = self._billed.rows
            return self._answer(request, accounts.report(kind, rows, asked, time.time()))

        return endpoint

    async def credits(self, request: Request) -> Response:
        """``GET /v1/credits``, which only the gateway has."""
        if not isinstance(self._manners, Gateway):
            return await self._no_such_address(request, LookupError())
        return self._answer(request, chat.account(self._billed.nano))

    # --- pictures -----------------------------------------------------------------------------

    async def pictures(self, request: Request) -> Response:
        """``POST /v1/images/generations`` and ``/edits``, plain or behind a deployment."""
        operation = _OPERATIONS.get(request.path_params["what"])
        if operation is None or self._lacks_version(request):
            return await self._no_such_address(request, LookupError())
        kind = request.headers.get("content-type", "application/json")
        deployment = request.path_params.get("deployment")

        def asked(raw: bytes) -> Asked:
            which = checks.which(request.headers.get(checks.WHICH))
            return Asked(operation, raw, kind, deployment, which=which)

        return await self._make(request, asked, self._carry_out)

    def _lacks_version(self, request: Request) -> bool:
        """Azure's older addresses need the version of the API in their query."""
        return "deployment" in request.path_params and "api-version" not in request.query_params

    async def chat(self, request: Request) -> Response:
        """``POST /v1/chat/completions``: where pictures do not chat, the refusal of it."""
        try:
            body = await request.json()
        except (ValueError, RecursionError, ClientDisconnect):
            body = None
        named = body.get("model") if isinstance(body, dict) else None
        named = request.path_params.get("deployment") or named
        named = named if isinstance(named, str) else ""
        if judge := judges.find(self._manners.model(named) or ""):
            return await self._judge(request, body, judge, named)
        refusal = self._manners.chat_refusal(named)
        if refusal:
            return self._answer(request, refusal)
        wanted = chat.read(await request.body())
        if isinstance(wanted, Reply):
            return self._answer(request, wanted)
        return await self._make(request, lambda raw: wanted.asked, self._chatting(wanted, named))

    async def _judge(self, request: Request, body: Any, judge: Judge, named: str) -> Response:
        """Look at two pictures, wait, bill, answer."""
        asked = await _in(self._painters, judging.read, body, judge, named)
        if isinstance(asked, Reply):
            return self._answer(request, asked)
        request_id = request.state.request_id
        order = await _in(
            self._desk_thread,
            self._desk.receive_question,
            asked.words,
            judge.model,
            tokens=asked.tokens,
            request_id=request_id,
        )
        if order.reply:
            await _until(request.state.came + order.seconds)
            return self._answer(request, order.reply)
        made = await _in(self._painters, judging.judge, asked, order.fault, request_id)
        await _until(request.state.came + self._latency + order.seconds)
        self._bill(made)
        return self._answer(request, made.reply, order.fault)

    def _chatting(self, wanted: Chat, named: str) -> CarryOut:
        async def carry_out(order: Order, request: Request) -> Response:
            drawn = await self._drawn(order, request)
            if isinstance(drawn, Reply):
                return self._answer(request, chat.completion(drawn, named))
            self._bill(drawn)
            frames = chat.chunks(drawn.reply, named) if wanted.stream else None
            if frames and (order.fault is None or order.fault.kind not in ENDINGS):
                return self._stream(request, Drawn(drawn.reply, None, frames), order.fault, 0.0)
            return self._answer(request, chat.completion(drawn.reply, named), order.fault)

        return carry_out

    async def _make(
        self,
        request: Request,
        asked: Callable[[bytes], Asked],
        carry_out: CarryOut,
    ) -> Response:
        """Take in, draw, wait, bill, answer."""
        try:
            taken = asked(await request.body())
            request_id = request.state.request_id
            order = await self._take_in(taken, request_id)
            return await carry_out(order, request)
        except ClientDisconnect:
            return Response()  # it left in the middle of asking: nobody is there to read this
        except Exception as problem:
            message = f"The simulator failed, and nothing was billed: {problem!r}"
            return self._answer(request, bodies.error(500, message, kind="server_error"))

    async def _carry_out(self, order: Order, request: Request) -> Response:
        drawn = await self._drawn(order, request)
        if isinstance(drawn, Reply):
            return self._answer(request, drawn)
        if drawn.frames and (order.fault is None or order.fault.kind not in ENDINGS):
            seconds = self._latency + order.seconds
            return self._stream(request, drawn, order.fault, seconds)
        self._bill(drawn)
        return self._answer(request, drawn.reply, order.fault)

    async def _drawn(self, order: Order, request: Request) -> Drawn | Reply:
        """Draw an order, and wait until it may leave; what streams waits on its own."""
        came = request.state.came
        if order.reply or order.wanted is None:
            await _until(came + order.seconds)
            return order.reply or bodies.server_error(500)
        drawn = await self._draw(order, request.state.request_id)
        if not drawn.frames or (order.fault and order.fault.kind in ENDINGS):
            await _until(came + self._latency + order.seconds)
        return drawn

    async def _take_in(self, asked: Asked, request_id: str) -> Order:
        return await _in(self._desk_thread, self._desk.receive, asked, request_id)

    async def _draw(self, order: Order, request_id: str) -> Drawn:
        assert order.wanted is not None, "a reply is not drawn"  # noqa: S101
        return await _in(
            self._painters, draw, order.wanted, order.fault, take=order.take, request_id=request_id
        )

    def _bill(self, drawn: Drawn) -> None:
        if drawn.bill:
            self._billed.add(drawn.bill)

    # --- answers ------------------------------------------------------------------------------

    def _stream(
        self, request: Request, drawn: Drawn, fault: Fault | None, seconds: float
    ) -> Response:
        whole = fault is None or fault.kind not in BROKEN_STREAMS
        says_done = self._says_done and whole and drawn.frames[-1].data != DONE
        return Streamed(
            drawn.frames,
            {**self._headers(request, drawn.reply), "content-type": EVENTS},
            began=request.state.came,
            seconds=seconds,
            last=DONE if says_done else b"",
            cut=fault is not None and fault.kind == "cut_stream",
            bill=lambda: self._bill(drawn),
        )

    def _answer(self, request: Request, reply: Reply, fault: Fault | None = None) -> Response:
        return ending(fault, reply, self._headers(request, reply))

    def _headers(self, request: Request, reply: Reply) -> dict[str, str]:
        limits = self._desk.limits.headers()
        return {**door.headers(request.scope), **limits, **reply.headers}

    async def _no_such_address(self, request: Request, problem: Exception) -> Response:
        if isinstance(self._manners, Azure):
            return door.plain(no_such_resource(), request.scope)
        reply = bodies.no_such_address(request.method, request.url.path)
        return door.plain(reply, request.scope)


async def _in(pool: Executor, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, lambda: work(*args, **kwargs))


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
