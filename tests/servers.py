"""Raw servers on 127.0.0.1 for answers that no decent server gives, and pictures to answer with."""

from __future__ import annotations

import base64
import functools
import io
import json
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from PIL import Image

from imagelab.catalog import tokens


@dataclass(frozen=True)
class Asked:
    """One request as it came: its first line, headers (names in small letters) and body."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found


Reply = bytes | Iterable[bytes]
"""What is written to the line, at once or piece by piece; then the line is closed."""


class Server:
    """Reads a request on every connection and writes whatever ``handle`` returns for it.

    >>> with Server(lambda asked: answer(200, b"{}")) as server:
    ...     ask(server.url)
    ...     len(server.asked)
    1
    """

    def __init__(self, handle: Callable[[Asked], Reply]) -> None:
        self._handle = handle
        self.asked: list[Asked] = []
        self.broken: list[BaseException] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def posts(self) -> int:
        """How many POSTs came."""
        return sum(one.line.startswith("POST ") for one in self.asked)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        # A last connection of its own wakes the thread that waits for one.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._accepting.join()
        self._listening.close()
        for thread in self._threads:
            thread.join()
        if kind is None and self.broken:
            raise AssertionError("the test's own server broke") from self.broken[0]

    def stop_sending(self) -> None:
        """Send no more pieces on any line."""
        self._over.set()

    def _accept(self) -> None:
        while True:
            line, _ = self._listening.accept()
            if self._over.is_set():
                line.close()
                return
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        with line:
            try:
                asked = _read(line)
                if asked is None:
                    return
                self.asked.append(asked)
                reply = self._handle(asked)
                for part in [reply] if isinstance(reply, bytes) else reply:
                    line.sendall(part)
                    if self._over.is_set():
                        return
            except OSError:
                return  # the client has left: often what a test is about
            except BaseException as error:  # told when the test ends
                self.broken.append(error)


def _read(line: socket.socket) -> Asked | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = line.recv(65536)
        if not part:
            return None
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)
    }
    while len(body) < int(headers.get("content-length", "0")):
        part = line.recv(65536)
        if not part:
            return None  # the client died as it wrote
        body += part
    return Asked(first, headers, body)


def answer(status: int, body: bytes | object, headers: Mapping[str, str] = {}) -> bytes:
    """Write a whole HTTP answer; a body that is not bytes goes out as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {
        "content-type": "application/json",
        "content-length": str(len(content)),
        "connection": "close",
        "x-request-id": "req_1",
        **headers,
    }
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def error(
    status: int, message: object, code: str | None = None, headers: Mapping[str, str] = {}
) -> bytes:
    """Write an error in OpenAI's shape."""
    body = {"error": {"message": message, "type": "some_error", "param": None, "code": code}}
    return answer(status, body, headers)


@functools.cache
def picture(kind: str = "png", width: int = 1024, height: int = 1024, shade: int = 120) -> bytes:
    """Make the bytes of a plain picture."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 90, 60)).save(file, kind)
    return file.getvalue()


def usage(prompt: str, image_tokens: int = 272) -> dict[str, Any]:
    """Write the usage of one picture as gpt-image-1 does; 272 tokens are its low square."""
    words = tokens.text_tokens(prompt)
    return {
        "input_tokens": words,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": words},
        "output_tokens": image_tokens,
        "total_tokens": words + image_tokens,
    }


def success(asked: Asked, data: bytes | None = None, **changes: object) -> bytes:
    """Answer a request with a picture; ``changes`` replace fields of the body, None drops one."""
    drawn = picture() if data is None else data
    body: dict[str, object] = {
        "created": 1_785_485_861,
        "background": "opaque",
        "data": [{"b64_json": base64.b64encode(drawn).decode()}],
        "output_format": "png",
        "quality": "low",
        "size": "1024x1024",
        "usage": usage(asked.json["prompt"]),
        **changes,
    }
    return answer(200, {name: value for name, value in body.items() if value is not None})
