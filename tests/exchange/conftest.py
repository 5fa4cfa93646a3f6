"""Clients that ask a server of the test, closed at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from tests.sessions import KEY

Ask = Callable[..., Client]


@pytest.fixture
def at() -> Iterator[Ask]:
    """Make clients for an address."""
    made: list[Client] = []

    def make(
        url: str, *, provider: str | None = None, key: str = KEY, timeout: float = 20.0
    ) -> Client:
        client = Client(Place.find(provider, url), url, key, timeout=timeout, connections=4)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
