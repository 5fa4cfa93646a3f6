"""A port on loopback and the thread that serves it, by uvicorn's HTTP protocol.

uvicorn's own `Server` wakes ten times a second and takes that long to stop; it also cannot
close its port for a while. So its protocol is run here on a loop of our own.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from imagelab.errors import SetupError

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
_WAITING = 2048
_RESET = struct.pack("ii", 1, 0)  # linger for no time: closing resets the connection

_silent = logging.getLogger("imagelab.simulator.http")
_silent.setLevel(logging.CRITICAL + 1)


class Line:
    """The connections that are open, by the client's address."""

    def __init__(self) -> None:
        self._open: dict[object, asyncio.Transport] = {}

    def opened(self, client: object, transport: asyncio.Transport) -> None:
        """Note a connection."""
        self._open[client] = transport

    def closed(self, client: object) -> None:
        """Forget a connection."""
        self._open.pop(client, None)

    async def close(self, client: tuple[str, int], *, reset: bool) -> None:
        """Close a connection when all that was written has left; or reset it at once."""
        transport = self._open.get(tuple(client))
        if transport is None:
            return
        if reset:
            reset_connection(transport)
        else:
            transport.close()
        while tuple(client) in self._open:  # until the protocol has heard of it
            await asyncio.sleep(0.005)


def reset_connection(transport: asyncio.Transport) -> None:
    """Break a connection off, so that the other side reads an error and not an end."""
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, silent, with connections that can be found and hung up on."""

    def __init__(self, line: Line, hangs_up: Callable[[], bool], **options: Any) -> None:
        super().__init__(**options)
        self.logger = _silent
        self.access_log = False
        self._line = line
        self._hangs_up = hangs_up

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._line.opened(self.client, transport)
        if self._hangs_up():
            reset_connection(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.closed(self.client)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        kept_alive = self.timeout_keep_alive_task is not None
        if kept_alive and self._hangs_up():
            reset_connection(self.transport)
            return
        super().data_received(data)


class Listener:
    """Serves an application on a port of 127.0.0.1, from a thread of its own."""

    def __init__(self, app: ASGIApp, port: int, hangs_up: Callable[[], bool]) -> None:
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._app = app
        self._hangs_up = hangs_up
        self._line = Line()
        self._ready = threading.Event()
        self._problem: Exception | None = None
        self._reopening: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(target=self._run, name="imagelab-simulator", daemon=True)

    def start(self) -> None:
        """Serve; return when the port answers.

        Raises:
            SetupError: the thread could not serve.
        """
        self._thread.start()
        self._ready.wait()
        if self._problem:
            raise SetupError(
                f"The simulator could not start ({self._problem!r}): are starlette and uvicorn "
                "installed as imagelab asks for?"
            ) from self._problem

    def stop(self) -> None:
        """Close the port, break off every connection and end the thread."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    def shut(self, seconds: float) -> None:
        """Close the port for a while; requests in hand are answered. Any thread may ask."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._shut, seconds, done)
        if threading.current_thread() is not self._thread:
            done.wait()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve())
        except Exception as problem:  # told by start(), as nobody reads a thread's end
            self._problem = problem
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._state = ServerState()
        self._config = _config(self._app)
        await self._open(self._socket)
        self._ready.set()
        await self._over.wait()
        await self._close()

    async def _open(self, listening: socket.socket) -> None:
        self._server = await self._loop.create_server(
            self._protocol, sock=listening, backlog=_WAITING
        )

    def _protocol(self) -> _Protocol:
        return _Protocol(
            self._line,
            self._hangs_up,
            config=self._config,
            server_state=self._state,
            app_state={"line": self._line},
            _loop=self._loop,
        )

    def _shut(self, seconds: float, done: threading.Event) -> None:
        try:
            if self._reopening:
                self._reopening.cancel()
            else:
                self._server.close()
                # Bound but not listening: refuses, and nobody else can take the port.
                self._socket = _bound(self.port)
            for connection in list(self._state.connections):
                connection.shutdown()  # now if idle, else after its answer
            self._reopening = self._loop.call_later(seconds, self._reopen)
        finally:
            # The loop closes an idle connection in its next round: whoever asked waits for that,
            # or could still send into a connection that is about to be reset.
            self._loop.call_soon(done.set)

    def _reopen(self) -> None:
        self._reopening = None
        task = self._loop.create_task(self._open(self._socket))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    async def _close(self) -> None:
        if self._reopening:
            self._reopening.cancel()
        self._server.close()
        while self._state.connections:
            for connection in list(self._state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._server.close()
        self._socket.close()


def _config(app: ASGIApp) -> Config:
    config = Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    config.load()
    return config


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.setblocking(False)
    except OSError as problem:
        listening.close()
        taken = "is in use" if problem.errno == errno.EADDRINUSE else f"cannot be had ({problem})"
        raise SetupError(
            f"Port {port} of {HOST} {taken}: choose another, or 0 for any that is free."
        ) from problem
    return listening
