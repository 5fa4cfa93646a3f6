"""Who may ask: whoever names this machine and has a key. Gives every request its id."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply
from imagelab.simulator.desk import Traffic
from imagelab.simulator.manners import Manners

_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_LOCAL_ORIGIN = re.compile(rf"https?://{_LOCAL.pattern}")


class Door:
    """Lets in whoever names this machine and has a key, and gives every request its id.

    A page of the web that a browser shows could ask a server on loopback too: by a name that
    it made point here, which shows in ``Host``, or directly, which shows in ``Origin``.
    """

    def __init__(self, inner: ASGIApp, traffic: Traffic, manners: Manners) -> None:
        self._inner = inner
        self._traffic = traffic
        self._manners = manners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        self._traffic.enter(scope["method"])
        try:
            scope["state"] |= {"request_id": f"req_{uuid.uuid4().hex}", "came": time.monotonic()}
            refusal = self._refusal(
                scope["path"],
                {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
            )
            await (plain(refusal, scope) if refusal else self._inner)(scope, receive, send)
        finally:
            self._traffic.leave()

    def _refusal(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        if not _LOCAL.fullmatch(headers.get("host", "").lower()):
            return bodies.error(421, "This server answers to 127.0.0.1 and localhost only.")
        if not _LOCAL_ORIGIN.fullmatch(headers.get("origin", "http://localhost").lower()):
            return bodies.error(403, "This server does not answer to pages from elsewhere.")
        return self._manners.key_problem(path, headers)


def plain(reply: Reply, scope: Scope) -> Response:
    """Return an answer with the headers that all have."""
    return Response(reply.body, reply.status, headers(scope) | dict(reply.headers))


def headers(scope: Scope) -> dict[str, str]:
    """Return the headers that every answer has."""
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
