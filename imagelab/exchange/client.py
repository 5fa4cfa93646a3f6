"""Asking a provider for a picture through the ``openai`` SDK, and reading its answer.

The only module that imports ``openai``. It asks once: the SDK's own retries are off, since
a request that is sent twice may be paid twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import jiter
import pybase64

from imagelab.errors import OutcomeUnknownError
from imagelab.exchange.answers import Blot, of_connection, of_status
from imagelab.exchange.place import Place
from imagelab.request import ImageRequest, ImageResponse, Usage

if TYPE_CHECKING:
    from openai import OpenAI

IDLE_SECONDS = 2.0
"""An idle connection is dropped long before any server drops it: a reused connection that
breaks at that instant would look like a lost answer."""

CONNECT_SECONDS = 10.0


class Client:
    """A provider's images endpoint: a request goes in, a response or an error comes out.

    ``timeout`` bounds each wait, and the whole answer too: a body that trickles for ever
    ends there. The key lives in the SDK's header and nowhere else.
    """

    def __init__(
        self, place: Place, base_url: str, api_key: str, *, timeout: float, connections: int
    ) -> None:
        self.base_url = base_url
        self.timeout = timeout
        self._prefix = place.model_prefix
        self._openai = _connect(place, base_url, api_key, timeout, connections)
        # Only to blot the key out of what a server says; never shown or stored.
        self._blot: Blot = lambda text: text.replace(api_key, "[key]") if api_key else text

    def ask(self, request: ImageRequest) -> ImageResponse:
        """Send one request and return the picture's bytes as received.

        Raises:
            ExchangeError: its class says what happened and whether it was billed.

        """
        began = time.monotonic()
        body, headers = self._exchange(request, began + self.timeout)
        seconds = time.monotonic() - began
        answer, data, problem = _parse(body)
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

    def _exchange(self, request: ImageRequest, deadline: float) -> tuple[bytes, Mapping[str, str]]:
        import openai

        wanted = request.parameters()
        wanted["model"] = self._prefix + request.model
        create: Callable[..., Any] = self._openai.images.with_streaming_response.generate
        try:
            with create(**wanted) as answer:
                return self._collect(answer, deadline), answer.headers
        except openai.APIStatusError as error:
            raise of_status(error, self._blot) from self._cause(error)
        except openai.APIConnectionError as error:
            raise of_connection(error, self.base_url, self.timeout) from error
        except openai.OpenAIError as error:
            raise OutcomeUnknownError(
                self._blot(f"The answer could not be read: {error}.")
            ) from self._cause(error)

    def _collect(self, answer: Any, deadline: float) -> bytes:
        """Read the body piece by piece, so that the deadline holds for all of it."""
        parts = []
        request_id = answer.headers.get("x-request-id")
        try:
            for part in answer.iter_bytes():
                parts.append(part)
                if time.monotonic() > deadline:
                    raise OutcomeUnknownError(
                        f"The answer was not whole after {self.timeout:g} seconds. It may have "
                        "been billed; it is not asked again by itself. Give the lab a longer "
                        "timeout for slow tiers.",
                        request_id=request_id,
                    )
        except OutcomeUnknownError:
            raise
        except Exception as cause:  # whatever the HTTP library raises for a broken body
            raise OutcomeUnknownError(
                f"The connection broke in the middle of the answer ({type(cause).__name__}). "
                "It may have been billed; it is not asked again by itself.",
                request_id=request_id,
            ) from cause
        return b"".join(parts)

    def _cause(self, error: Exception) -> Exception | None:
        """Keep the cause unless its text holds the key: a traceback may be saved anywhere."""
        text = str(error)
        return error if self._blot(text) == text else None

    def close(self) -> None:
        """Close the connections."""
        self._openai.close()


def _connect(place: Place, base_url: str, api_key: str, timeout: float, connections: int) -> OpenAI:
    import openai

    # The SDK's own class of limits, since 2.x and 3.x stand on different HTTP libraries.
    limits = type(openai.DEFAULT_CONNECTION_LIMITS)(
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=IDLE_SECONDS,
    )
    http = openai.DefaultHttpxClient(
        limits=limits, trust_env=not place.is_loopback, follow_redirects=False
    )
    client = openai.OpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        http_client=http,
    )
    # Given as None they would be read from the environment, unseen.
    client.organization = place.organization
    client.project = place.project
    return client


def _parse(body: bytes) -> tuple[dict[str, Any], bytes, str | None]:
    """Take the picture out of a whole answer.

    An answer without one was paid for all the same: its bytes are given in the picture's
    place, with what is wrong with them.
    """
    try:
        answer = jiter.from_json(body)
    except ValueError:
        return {}, body, "The answer is not JSON"
    if not isinstance(answer, dict):
        return {}, body, "The answer is not an object"
    try:
        # Popped, so that a picture's two million characters are not kept beside its bytes.
        text = answer["data"][0].pop("b64_json")
        return answer, pybase64.b64decode(text, validate=True), None
    except (LookupError, TypeError, ValueError, AttributeError):
        return answer, body, "The answer holds no picture in data[0].b64_json"


def _text(answer: dict[str, Any], name: str) -> str | None:
    value = answer.get(name)
    return value if isinstance(value, str) else None
