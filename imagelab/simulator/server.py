"""The simulator as an object: start it, ask its ``url``, read what it billed, stop it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import TYPE_CHECKING

from imagelab.errors import InputError, SetupError
from imagelab.simulator.batches import Batches
from imagelab.simulator.billed import Billed
from imagelab.simulator.desk import Answer, Desk, Traffic
from imagelab.simulator.fault_list import Faults
from imagelab.simulator.faults import Fault
from imagelab.simulator.files import Files
from imagelab.simulator.limits import Limits
from imagelab.simulator.manners import PROVIDERS, Azure, Gateway, Manners, Provider

if TYPE_CHECKING:
    from imagelab.simulator.listener import Listener

_HOSTS = ("127.0.0.1", "localhost")


class Simulator(AbstractContextManager["Simulator"]):
    """An offline Images API on a port of this machine, for any OpenAI client.

    It starts at the first use of ``url``, serves from a daemon thread and writes nothing.
    ``port`` 0 takes a free one, which a simulator keeps when it is stopped and started again,
    as it keeps its counts. ``latency`` is the seconds a picture takes at least. ``drawn`` tells
    how many pictures there are already of a request's body when it first comes, so that
    counting goes on there. ``images_per_minute`` and ``tokens_per_minute`` limit the rate (all
    models share them). With ``retire`` models past their shutdown day are unknown. ``answer``
    gives the whole answer to a request's body (as ``drawn`` is given it) and id, in place of
    drawing, and bills nothing. With
    ``says_done`` streams end with a ``[DONE]``, as some relays add it.

    ``provider`` is whom it behaves like: "openai", "vercel" (model ids begin with ``openai/``,
    and chat completions draw; ``chat_only`` leaves them as the only way to a picture) or
    "azure" (the key comes in ``api-key``; ``deployments`` names models, each one is deployed
    under its own name otherwise).

    >>> from openai import OpenAI
    >>> with Simulator(latency=0.5) as simulator:
    ...     client = OpenAI(base_url=simulator.url, api_key="any")
    ...     answer = client.images.generate(model="gpt-image-1", prompt="a red fox in snow")

    Raises:
        InputError: a figure makes no sense.
        SetupError: another host than loopback, or (at the start) a port that is in use.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        drawn: Callable[[dict[str, object]], int] | None = None,
        faults: Sequence[Fault] = (),
        images_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        retire: bool = False,
        answer: Answer | None = None,
        says_done: bool = False,
        provider: Provider = "openai",
        chat_only: bool = False,
        deployments: Mapping[str, str] | None = None,
    ) -> None:
        _check(host, port, latency)
        self._manners = _manners(provider, chat_only, deployments)
        self._chat_only = chat_only
        limits = Limits(images_per_minute=images_per_minute, tokens_per_minute=tokens_per_minute)
        self.faults = Faults(*faults)
        self.billed = Billed()
        self._files = Files()
        self._batches = Batches()
        self._desk = Desk(
            self.faults,
            limits,
            self._files,
            self._manners,
            drawn=drawn,
            retire=retire,
            answer=answer,
        )
        self._traffic = Traffic()
        self._latency = latency
        self._says_done = says_done
        self._port = port
        self._lock = threading.RLock()
        self._stop: weakref.finalize[..., Simulator] | None = None

    @property
    def url(self) -> str:
        """The base URL, such as ``http://127.0.0.1:41017/v1``; starts the server if need be."""
        self.start()
        return self._address()

    def _address(self) -> str:
        return f"http://127.0.0.1:{self._port}{self._manners.root}"

    @property
    def running(self) -> bool:
        """Whether it serves now."""
        return self._stop is not None and self._stop.alive

    @property
    def requests(self) -> int:
        """How many POSTs arrived, refused ones too; those that were hung up on were not read."""
        return self._traffic.posts

    def start(self) -> Simulator:
        """Start serving, if it does not yet; return itself."""
        with self._lock:
            if not self.running:
                self._start()
        return self

    def stop(self) -> None:
        """Stop serving: requests in hand are broken off, and are billed only if they were."""
        with self._lock:
            self.faults.connect(None)
            if self._stop:
                self._stop()

    def wait_until_idle(self, seconds: float = 30.0) -> bool:
        """Wait until no request is in hand, so that counts are final; False if that lasts on.

        A client that gives up leaves its request behind, which is drawn and billed all the same.
        """
        return self._traffic.wait_until_idle(seconds)

    def _start(self) -> None:
        from imagelab.simulator.app import Office  # starlette, at the first start
        from imagelab.simulator.listener import Listener  # uvicorn, likewise

        office = Office(
            self._desk,
            self.billed,
            self._traffic,
            self._files,
            self._batches,
            self._manners,
            latency=self._latency,
            says_done=self._says_done,
            chat_only=self._chat_only,
        )
        try:
            listener = Listener(office.app(), self._port, self.faults.hangs_up)
        except SetupError:
            office.close()
            raise
        listener.start()
        self._port = listener.port
        self._stop = weakref.finalize(self, _end, listener, office.close)
        self.faults.connect(listener.shut)

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        place = self._address() if self.running else "not running"
        return f"Simulator({place}, {self.billed!r})"


def _end(listener: Listener, close: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the interpreter is going down, and its threads with it
        listener.stop()
    close()


def _manners(provider: str, chat_only: bool, deployments: Mapping[str, str] | None) -> Manners:
    if provider not in PROVIDERS:
        raise InputError(
            f"The simulator behaves like none called {provider!r}: give {', '.join(PROVIDERS)}."
        )
    if chat_only and provider != "vercel":
        raise InputError("chat_only is for provider='vercel': nobody else draws in chats.")
    if deployments and provider != "azure":
        raise InputError("deployments are for provider='azure'; others name their models.")
    if provider == "azure":
        return Azure(deployments=dict(deployments or {}))
    return Gateway() if provider == "vercel" else Manners()


def _check(host: str, port: int, latency: float) -> None:
    if host not in _HOSTS:
        raise SetupError(
            f"The simulator serves this machine only, not {host!r}: leave host out, or give "
            "'127.0.0.1'."
        )
    if not 0 <= port <= 65535:
        raise InputError(f"Port {port} does not exist: give 1 to 65535, or 0 for any free one.")
    if not 0 <= latency < 1e6:
        raise InputError(f"A latency of {latency} seconds makes no sense: give 0 or more.")
