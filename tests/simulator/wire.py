"""Asks a simulator by bare HTTP, so that tests see bodies and headers as they are."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from imagelab.simulator import Fault, Simulator

GENERATIONS = "/v1/images/generations"
EDITS = "/v1/images/edits"
SMALL: dict[str, Any] = {
    "model": "gpt-image-2",
    "prompt": "a red fox in snow",
    "quality": "low",
    "size": "1024x640",
}
"""The cheapest picture to paint."""

Part = tuple[str, bytes, str]
"""A file of a form: the name of its field, its bytes and its type."""


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in small letters) and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        """The error in the body."""
        return self.json["error"]

    @property
    def pictures(self) -> list[bytes]:
        """The pictures in the body, decoded."""
        return [base64.b64decode(item["b64_json"], validate=True) for item in self.json["data"]]


def port(simulator: Simulator) -> int:
    """Return the port that a simulator serves."""
    found = re.search(r":(\d+)/", simulator.url)
    assert found
    return int(found[1])


def ask(
    simulator: Simulator,
    body: object = None,
    *,
    method: str = "POST",
    path: str = GENERATIONS,
    headers: Mapping[str, str] | None = None,
    **settings: Any,
) -> Answer:
    """Ask once on a new connection; bytes are sent as they are, ``settings`` change SMALL."""
    line = http.client.HTTPConnection("127.0.0.1", port(simulator), timeout=20)
    sent = {"Authorization": "Bearer any", "Content-Type": "application/json", **(headers or {})}
    if body is None and method == "POST":
        body = {**SMALL, **settings}
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    try:
        line.request(method, path, raw, {name: value for name, value in sent.items() if value})
        answer = line.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        line.close()


def unpainted(simulator: Simulator, **settings: Any) -> Answer:
    """Ask as ``ask`` does, for an answer whose pictures nobody looks at: quick."""
    simulator.faults.add(Fault.empty().only(times=1))
    return ask(simulator, **settings)


def form(simulator: Simulator, files: Sequence[Part], **fields: object) -> Answer:
    """Ask for an edit by a form, with ``fields`` that change SMALL; None leaves one out."""
    texts = {name: value for name, value in {**SMALL, **fields}.items() if value is not None}
    edge = "edge-of-a-part"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in texts.items()
    ]
    for name, data, mime in files:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n'
        kind = f"Content-Type: {mime}\r\n" if mime else ""
        parts.append(f"{head}{kind}\r\n".encode() + data + b"\r\n")
    raw = b"".join(parts) + f"--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    return ask(simulator, raw, path=EDITS, headers=headers)


def events(answer: Answer) -> list[Any]:
    """Return the events of a stream; the name of each stands in its data, too."""
    found = []
    for frame in answer.body.decode().split("\n\n")[:-1]:
        lines = frame.split("\n")
        data = lines[-1].removeprefix("data: ")
        body = data if data == "[DONE]" else json.loads(data)
        assert data == "[DONE]" or lines[0] == f"event: {body['type']}"
        found.append(body)
    return found


def png(size: tuple[int, int] = (64, 48), colour: str = "teal", mode: str = "RGB") -> bytes:
    """Return a plain picture as the bytes of a PNG file."""
    return saved(Image.new("RGB", size, colour).convert(mode))


def saved(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    """Return a picture as the bytes of a file."""
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()


def window(
    size: tuple[int, int] = (64, 48), box: tuple[int, int, int, int] = (8, 8, 32, 32)
) -> bytes:
    """Return a mask that is transparent within a box."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), box)
    return saved(mask)


def data_url(data: bytes, mime: str = "image/png") -> str:
    """Return bytes as a data URL."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def get(simulator: Simulator, path: str) -> Answer:
    """GET a path."""
    return ask(simulator, method="GET", path=path)


def opened(picture: bytes) -> Image.Image:
    """Return a picture, read whole."""
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image
