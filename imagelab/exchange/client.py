"""Asking a provider for a picture through the ``openai`` SDK, and reading its answer.

The only module that imports ``openai``. It asks once: the SDK's own retries are off, since
a request that is sent twice may be paid twice.
"""

from __future__ import annotations

import json
import os
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from imagelab.exchange.answers import Blot, of_break, of_late, of_status
from imagelab.exchange.body import Body
from imagelab.exchange.line import Line
from imagelab.exchange.pacing import Pacer
from imagelab.exchange.place import Place
from imagelab.request import ImageRequest, ImageResponse, Usage, plain

if TYPE_CHECKING:
    from openai import OpenAI

CONNECT_SECONDS = 10.0

SHORTEST_KEY = 8
"""What is shorter is no secret: a placeholder, as servers of one's own take it."""


class Client:
    """A provider's images endpoint: a request goes in, a response or an error comes out.

    ``timeout`` bounds each wait, and the whole answer too: one that trickles for ever ends
    there. The key lives in the SDK's header and nowhere else.
    """

    def __init__(
        self,
        place: Place,
        base_url: str,
        api_key: str,
        *,
        timeout: float,
        connections: int,
        pacer: Pacer | None = None,
    ) -> None:
        self.base_url = base_url
        self.pacer = pacer or Pacer()
        self.timeout = timeout
        self._prefix = place.model_prefix
        self._asking = threading.local()
        self._openai = _connect(place, base_url, api_key, timeout, connections, self._follow)
        # Only to blot the key out of what a server says; never shown or stored.
        secret = api_key if len(api_key) >= SHORTEST_KEY else ""
        self._blot: Blot = lambda text: text.replace(secret, "[key]") if secret else text

    def ask(self, request: ImageRequest) -> ImageResponse:
        """Send one request and return the picture's bytes as received.

        Raises:
            ExchangeError: its class says what happened and whether it was billed.

        """
        began = time.monotonic()
        with Line(self.timeout) as line:
            body, headers = self._exchange(request, line)
        self.pacer.heard(headers)
        seconds = time.monotonic() - began
        answer, data, problem = body.read()
        if problem and line.is_over:
            raise of_late(self.timeout, headers.get("x-request-id"))
        usage = answer.get("usage")
        return ImageResponse(
            data=data,
            problem=problem,
            usage=Usage.from_wire(usage),
            raw_usage=None if usage is None else json.dumps(usage),
            request_id=headers.get("x-request-id"),
            size=_text(answer, "size"),
            quality=_text(answer, "quality"),
            background=_text(answer, "background"),
            output_format=_text(answer, "output_format"),
            seconds=seconds,
        )

    def _exchange(self, request: ImageRequest, line: Line) -> tuple[Body, Mapping[str, str]]:
        import openai

        wanted = request.parameters()
        wanted["model"] = self._prefix + request.model
        create: Callable[..., Any] = self._openai.images.with_streaming_response.generate
        headers: Mapping[str, str] = {}
        self._asking.line = line
        try:
            with create(**wanted) as answer:
                headers, body = answer.headers, Body()
                for part in answer.iter_bytes():
                    body.take(part)
                return body, headers
        except openai.APIStatusError as error:
            self.pacer.heard(error.response.headers)
            raise of_status(error, self._blot) from self._cause(error)
        except Exception as error:  # of the SDK, or of the HTTP library out of a broken body
            if line.is_over:
                raise of_late(self.timeout, headers.get("x-request-id")) from self._cause(error)
            unanswered = not headers and isinstance(error, openai.APIConnectionError)
            raise of_break(
                error,
                where=self.base_url if unanswered else None,
                timeout=self.timeout,
                request_id=headers.get("x-request-id"),
            ) from self._cause(error)

    def _follow(self, request: Any) -> None:
        """Have the HTTP library tell the line of this thread's request where it runs."""
        request.extensions["trace"] = self._asking.line.trace

    def _cause(self, error: Exception) -> Exception | None:
        """Keep the cause unless its text holds the key: a traceback may be saved anywhere."""
        text = str(error)
        return error if self._blot(text) == text else None

    def close(self) -> None:
        """Close the connections."""
        self._openai.close()


def _connect(
    place: Place,
    base_url: str,
    api_key: str,
    timeout: float,
    connections: int,
    follow: Callable[[Any], None],
) -> OpenAI:
    import openai

    # The SDK's own class of limits, since 2.x and 3.x stand on different HTTP libraries. No
    # connection is used twice: one that the server drops at that instant would look like a
    # lost answer, and each can be hung up alone.
    limits = type(openai.DEFAULT_CONNECTION_LIMITS)(
        max_connections=connections, max_keepalive_connections=0
    )
    # Where nothing will be encrypted, nobody is trusted: reading a system's certificates
    # takes longer than a picture of the simulator.
    in_clear = place.is_loopback and base_url.startswith("http:")
    http = openai.DefaultHttpxClient(
        limits=limits,
        trust_env=not place.is_loopback,
        follow_redirects=False,
        event_hooks={"request": [follow]},
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if in_clear else True,
    )
    return openai.OpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        http_client=http,
        default_headers=_headers(place, api_key),
    )


def _headers(place: Place, api_key: str) -> dict[str, Any]:
    """Say every header that the SDK would otherwise read from the environment, unseen."""
    import openai

    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    ambient = [line.partition(":")[0].strip() for line in lines if ":" in line]
    return {
        **{name: openai.Omit() for name in ambient},
        "Authorization": f"Bearer {api_key}",
        "OpenAI-Organization": place.organization or openai.Omit(),
        "OpenAI-Project": place.project or openai.Omit(),
    }


def _text(answer: dict[str, Any], name: str) -> str | None:
    value = answer.get(name)
    return plain(value) if isinstance(value, str) else None
