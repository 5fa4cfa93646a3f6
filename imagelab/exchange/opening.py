"""Opening the way to a provider at first use, and closing it for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from imagelab.errors import SetupError
from imagelab.exchange.client import Client
from imagelab.exchange.pacing import Pacer
from imagelab.exchange.place import Place
from imagelab.simulator import Simulator
from imagelab.simulator.desk import Answer

Drawn = Callable[[Mapping[str, object]], int]
"""Tells how many pictures of a request (its body on the wire) there are already."""


class Opening:
    """Makes a lab's client when it is first needed; a simulator on this machine starts then.

    ``drawn`` lets that simulator go on counting, so that asking again gives a new picture;
    ``answer`` lets it answer from a record in place of drawing.
    ``greet`` is called with the client when it is made, before anything else is asked of it.
    """

    def __init__(
        self,
        place: Place,
        api_key: str,
        *,
        timeout: float,
        connections: int,
        images_per_minute: float | None,
        drawn: Drawn,
        answer: Answer | None = None,
        greet: Callable[[Client], None] | None = None,
    ) -> None:
        self._place = place
        self.pacer = Pacer(images_per_minute)
        # The key goes from here into the client's header, and is no attribute of anything.
        self._make: Callable[[str], Client] = lambda url: Client(
            place,
            url,
            api_key,
            timeout=timeout,
            connections=connections,
            pacer=self.pacer,
        )
        self._drawn, self._answer = drawn, answer
        self._greet = greet
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._simulator: Simulator | None = None
        self._is_closed = False

    def client(self) -> Client:
        """Give the client, made at the first call.

        Raises:
            SetupError: the lab was closed.

        """
        with self._lock:
            if self._is_closed:
                raise SetupError("This lab is closed. Open another one on the same path.")
            if self._client is None:
                self._client = self._make(self._place.base_url or self._start_simulator())
                if self._greet is not None:
                    self._greet(self._client)
            return self._client

    def _start_simulator(self) -> str:
        self._simulator = Simulator(drawn=self._drawn, answer=self._answer).start()
        return self._simulator.url

    def close(self) -> None:
        """Let go of the connections and the simulator."""
        with self._lock:
            self._is_closed = True
            if self._client is not None:
                self._client.close()
            if self._simulator is not None:
                self._simulator.stop()
