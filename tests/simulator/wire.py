"""Asks a simulator by bare HTTP, so that tests see bodies and headers as they are."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from imagelab.simulator import Fault, Simulator

GENERATIONS = "/v1/images/generations"
SMALL: dict[str, Any] = {
    "model": "gpt-image-2",
    "prompt": "a red fox in snow",
    "quality": "low",
    "size": "1024x640",
}
"""The cheapest picture to paint."""


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


def get(simulator: Simulator, path: str) -> Answer:
    """GET a path."""
    return ask(simulator, method="GET", path=path)


def opened(picture: bytes) -> Image.Image:
    """Return a picture, read whole."""
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image
