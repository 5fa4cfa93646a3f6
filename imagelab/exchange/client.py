"""Asking a provider for a picture through the ``openai`` SDK, and reading its answer.

The only module that imports ``openai``. It asks once: the SDK's own retries are off, since
a request that is sent twice may be paid twice.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from imagelab.errors import ExchangeError
from imagelab.exchange import chat, elsewhere, forms, judging, telling
from imagelab.exchange.answers import (
    Blot,
    Unread,
    of_answer,
    of_break,
    of_endless,
    of_frame,
    of_late,
    of_reading,
    of_silence,
    of_status,
    of_unfinished,
    of_unwritten,
    said_by,
)
from imagelab.exchange.body import MOST_BYTES, Body, Read, TooLargeError, bounded
from imagelab.exchange.forms import Files, no_files
from imagelab.exchange.line import Line
from imagelab.exchange.pacing import Pacer
from imagelab.exchange.place import Place
from imagelab.exchange.streams import Stream, StreamError, Watch, is_stream
from imagelab.exchange.surroundings import of_setup
from imagelab.request import ImageRequest, ImageResponse
from imagelab.simulator.checks import WHICH

if TYPE_CHECKING:
    import openai
    from openai import OpenAI

CONNECT_SECONDS = 10.0

READ_SECONDS = 30.0
"""The longest wait for what is only read: a list of models, a page of a bill."""

Hook = Callable[[Any], None]
"""Is called by the HTTP library with a request, or with an answer whose body is still to come."""

AnyBody = Body | chat.Body | Stream

MUTE = (400,)
"""Statuses that do not tell by themselves whether anything was billed: what the safety system
finds in a finished picture is a 400 too."""

SHORTEST_KEY = 8
"""What is shorter is no secret: a placeholder, as servers of one's own take it."""


class Client:
    """A provider's images endpoint: a request goes in, a response or an error comes out.

    ``timeout`` bounds each wait, and the whole answer too: one that trickles for ever ends
    there. The key lives in the SDK's header and nowhere else.

    Raises:
        SetupError: the environment names a proxy or certificates that cannot be used.

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
        # Models that judge have limits of their own, and take none of the pictures'.
        self._judging = Pacer()
        self.timeout = timeout
        self._place = place
        self._chats = False
        self._asking = threading.local()
        self._http = _http(place, base_url, connections, self._follow, self._hear)
        self._openai = _connect(place, base_url, api_key, timeout, self._http)
        # Only to blot the key out of what a server says; never shown or stored.
        secret = api_key if len(api_key) >= SHORTEST_KEY else ""
        self._blot: Blot = lambda text: text.replace(secret, "[key]") if secret else text

    def ask(
        self,
        request: ImageRequest,
        *,
        files: Files = no_files,
        watch: Watch = lambda partial: None,
        sample: int = 1,
        take: int = 1,
    ) -> ImageResponse:
        """Send one request and return the picture's bytes as received.

        ``files`` reads the bytes of a picture that goes along, by its hash; ``watch`` is called
        with the partial pictures of a stream as they come. ``sample`` and ``take`` are told to
        a replay, which has an answer for each; no provider hears of them.

        Raises:
            ExchangeError: its class says what happened and whether it was billed.

        """
        began = time.monotonic()
        with Line(self.timeout) as line:
            read, headers = self._exchange(request, line, files, watch, f"{sample}/{take}")
            self.pacer.heard(headers)
            read = self._fetched(read, line)
        seconds = time.monotonic() - began
        if read.problem:
            self._raise_if_told(read.answer, request.prompt, line, headers)
        told = telling.response(request, read, headers, seconds=seconds, blot=self._blot)
        billed = telling.as_billed(read.answer) if self._place.replays else None
        return replace(told, as_billed=billed)

    def _id(self, headers: Mapping[str, str]) -> str | None:
        return telling.request_id(headers, self._blot)

    def judge(self, request: ImageRequest, pictures: Sequence[bytes]) -> judging.Answered:
        """Ask a model which of two pictures is better, and return what it said.

        Raises:
            ExchangeError: its class says what happened and whether it was billed.
            PictureError: the bytes are no pictures; nothing was sent.

        """
        began = time.monotonic()
        wanted = judging.chat(request, self._place.on_wire(request.model), pictures)
        create = self._asked_for(request.model).chat.completions.with_streaming_response.create
        body = judging.Body(self._blot)
        with Line(self.timeout) as line:
            said: judging.Answered
            said, headers = self._sent(create, wanted, body, line, self._judging, request.prompt)
            self._judging.heard(headers)
        request_id = self._id(headers)
        if said.problem:
            answer = {} if said.usage.was_counted else said.answer
            self._raise_if_told(answer, request.prompt, line, headers)
        return replace(said, request_id=request_id, seconds=time.monotonic() - began)

    def pacer_of(self, request: ImageRequest) -> Pacer:
        """Give the pacer of the limits that a request falls under."""
        return self._judging if request.operation == "judge" else self.pacer

    def _exchange(
        self, request: ImageRequest, line: Line, files: Files, watch: Watch, which: str
    ) -> tuple[Read, Mapping[str, str]]:
        chats = self._chats
        create, wanted = self._call(request, files, chats=chats)
        if self._place.replays:
            wanted["extra_headers"] = {WHICH: which}
        edits = request.operation == "edit"
        body: AnyBody = chat.Body(edits=edits) if chats else Body()
        turns = None if chats else self._shall_chat
        try:
            return self._sent(
                create, wanted, body, line, self.pacer, request.prompt, watch=watch, turns=turns
            )
        except _NoImagesEndpointError:
            return self._exchange(request, line, files, watch, which)

    def _sent(
        self,
        create: Callable[..., Any],
        wanted: Mapping[str, Any],
        body: AnyBody | judging.Body,
        line: Line,
        pacer: Pacer,
        prompt: str,
        *,
        watch: Watch | None = None,
        turns: Callable[[openai.APIStatusError], bool] | None = None,
    ) -> tuple[Any, Mapping[str, str]]:
        """Send once and read the whole answer; ``watch`` is for answers that may stream."""
        import openai

        headers: Mapping[str, str] = {}
        self._asking.line, self._asking.answered, took = line, None, 0
        try:
            with create(**wanted) as answer:
                headers = answer.headers
                body = Stream(watch) if watch and is_stream(headers) else body
                for part in answer.iter_bytes():
                    bounded(took := took + len(part), MOST_BYTES)
                    body.take(part)
            came = body.read()
        except openai.APIStatusError as error:
            pacer.heard(error.response.headers)
            if turns is not None and turns(error):
                raise _NoImagesEndpointError from None
            raise of_status(error, self._blot, prompt) from self._cause(error)
        except StreamError as error:
            raise of_frame(
                error.body,
                partial=_last(body),
                request_id=self._id(headers),
                blot=self._blot,
                prompt=prompt,
            ) from None
        except Exception as error:  # of the SDK, or of the HTTP library out of a broken body
            if (unread := self._unread()) is not None:
                pacer.heard(unread.response.headers)
                raise of_status(unread, self._blot, prompt) from self._cause(error)
            came = _kept(body)
            if came is None:
                raise self._of_break(error, line, headers, _last(body)) from self._cause(error)
        if came is None:
            raise self._of_end(line, headers, _last(body))
        return came, headers

    def _call(
        self, request: ImageRequest, files: Files, *, chats: bool
    ) -> tuple[Callable[..., Any], dict[str, Any]]:
        """Choose the SDK's method, and write the request in its words."""
        asked = self._asked_for(request.model)
        wanted = {**request.sent(), "model": self._place.on_wire(request.model)}
        if chats:
            create = asked.chat.completions.with_streaming_response.create
            return create, chat.request(wanted, forms.as_addresses(request, files))
        if request.operation == "edit":
            wanted = forms.with_files(request, wanted, files, asked.images.edit)
            return forms.editing(asked, markup=request.markup is not None), wanted
        wanted = forms.by_name(wanted, asked.images.generate)
        return asked.images.with_streaming_response.generate, wanted

    def _raise_if_told(
        self, answer: Mapping[str, Any], prompt: str, line: Line, headers: Mapping[str, str]
    ) -> None:
        """Raise what an answer without its picture is instead: too late, or an error."""
        request_id = self._id(headers)
        if line.is_over and elsewhere.address_in(answer) is None:
            raise of_late(self.timeout, request_id)
        told = of_answer(answer, request_id=request_id, blot=self._blot, prompt=prompt)
        if told is not None:
            raise told

    def _unread(self) -> Unread | None:
        """Give an error whose body could not be read: its status had come before that."""
        answered = self._asking.answered
        if answered is None or answered.is_success or answered.status_code in MUTE:
            return None
        return Unread(answered.status_code, answered.headers.get("x-request-id"), answered)

    def _of_end(
        self, line: Line, headers: Mapping[str, str], partial: bytes | None
    ) -> ExchangeError:
        """Say that a stream ended without its finished picture."""
        if not line.is_over:
            return of_unfinished(partial, self._id(headers))
        late = of_late(self.timeout, self._id(headers))
        late.partial = partial
        return late

    def _of_break(
        self, error: Exception, line: Line, headers: Mapping[str, str], partial: bytes | None
    ) -> ExchangeError:
        import openai

        if not line.was_reached and not isinstance(error, openai.APIConnectionError):
            return of_unwritten(error, self._blot)
        request_id = self._id(headers)
        unanswered = not headers and isinstance(error, openai.APIConnectionError)
        if line.is_over:
            problem = of_late(self.timeout, request_id)
        elif isinstance(error, TooLargeError):
            problem = of_endless(request_id)
        else:
            where = self.base_url if unanswered else None
            problem = of_break(error, where=where, timeout=self.timeout, request_id=request_id)
        problem.partial = partial
        return problem

    def _asked_for(self, model: str) -> OpenAI:
        """Give the SDK's client for a model: where a deployment is part of the address, its own."""
        if not self._place.by_deployment:
            return self._openai
        deployment = quote(self._place.on_wire(model), safe="")
        return self._openai.with_options(base_url=f"{self.base_url}/deployments/{deployment}")

    def _fetched(self, read: Read, line: Line) -> Read:
        """Fetch a picture that an answer only points at, without the key."""
        address = elsewhere.address_in(read.answer) if read.problem else None
        if address is None:
            return read
        try:
            here = self._place.is_loopback
            data = elsewhere.fetch(address, self._http, line, from_here=here)
            return read._replace(data=data, problem=None)
        except Exception as error:  # whatever went wrong, the answer that was paid for is kept
            words = f"The answer points at a picture that cannot be fetched ({error})"
            return read._replace(problem=self._blot(words))

    def _shall_chat(self, error: openai.APIStatusError) -> bool:
        """Turn to chat completions, for good, where a gateway has no images endpoint."""
        words = said_by(error, self._blot)
        missing = self._place.chats and chat.is_missing(error.status_code, error.code, words)
        self._chats = self._chats or missing
        return missing

    def read(
        self, path: str, parameters: Mapping[str, object] = {}, *, seconds: float = READ_SECONDS
    ) -> str:
        """Read what costs nothing and changes nothing: the text of the answer to a GET.

        Raises:
            ExchangeError: nobody answered, or what was answered is an error. Nothing was billed.

        """
        import openai

        with Line(min(self.timeout, seconds)) as line:
            self._asking.line = line
            try:
                return self._openai.get(path, cast_to=str, options={"params": dict(parameters)})
            except openai.APIStatusError as error:
                raise of_reading(error, self._blot) from self._cause(error)
            except Exception as error:  # of the SDK, or of the HTTP library out of a broken body
                raise of_silence(error, f"{self.base_url}{path}") from self._cause(error)

    def _follow(self, request: Any) -> None:
        """Have the HTTP library tell the line of this thread's request where it runs."""
        request.extensions["trace"] = self._asking.line.trace

    def _hear(self, response: Any) -> None:
        """Take note of an answer before its body comes, which may break off."""
        self._asking.answered = response

    def _cause(self, error: Exception) -> Exception | None:
        """Keep the cause unless its text holds the key: a traceback may be saved anywhere."""
        text = str(error)
        return error if self._blot(text) == text else None

    def close(self) -> None:
        """Close the connections."""
        self._openai.close()


class _NoImagesEndpointError(Exception):
    """A gateway draws in chats only; nothing was billed."""


def _http(place: Place, base_url: str, connections: int, follow: Hook, hear: Hook) -> Any:
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
    try:
        return openai.DefaultHttpxClient(
            limits=limits,
            trust_env=not place.is_loopback,
            follow_redirects=False,
            event_hooks={
                "request": [follow, *([_to_azures_header] if place.azure else [])],
                "response": [hear],
            },
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if in_clear else True,
        )
    except Exception as error:  # whatever it raises for a proxy or certificates that are none
        raise of_setup(error) from None  # its text may hold a proxy's password


def _connect(place: Place, base_url: str, api_key: str, timeout: float, http: Any) -> OpenAI:
    import openai

    version = {"api-version": place.api_version} if place.api_version else None
    return openai.OpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
        http_client=http,
        default_headers=_headers(place, api_key),
        default_query=version,
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


def _to_azures_header(request: Any) -> None:
    """Carry the key where Azure looks for it, and nowhere else."""
    if bearer := request.headers.pop("Authorization", None):
        request.headers["api-key"] = bearer.removeprefix("Bearer ")


def _last(body: AnyBody | judging.Body) -> bytes | None:
    """Give the newest partial picture of a stream."""
    return body.last.data if isinstance(body, Stream) and body.last else None


def _kept(body: AnyBody | judging.Body) -> Read | judging.Answered | None:
    """Give what had come before a line broke, if that was all that was asked for."""
    try:
        came = body.read()
    except StreamError:  # an error, and then silence: nothing came
        return None
    is_good = came is not None and (came.problem is None or isinstance(body, Stream))
    return came if is_good else None
