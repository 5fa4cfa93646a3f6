"""Sessions for tests: a real ledger, store and client on a folder, asking a server of the test."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from imagelab.pipeline import Session
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from imagelab.request import ImageRequest

KEY = "sk-test-0123456789abcdefghij"


@contextlib.contextmanager
def session(
    path: Path,
    url: str,
    *,
    provider: str = "simulator",
    timeout: float = 20.0,
    concurrency: int = 8,
    budget_nano: int | None = None,
    client: Callable[[], Client] | None = None,
) -> Iterator[Session]:
    """Open a session on ``path`` whose client asks at ``url``."""
    place = Place.find(provider, url)
    asking = Client(place, url, KEY, timeout=timeout, connections=concurrency)
    store = Store(path / "pictures")
    ledger = Ledger(path / "ledger.sqlite", loader=store.path)
    try:
        yield Session(
            provider=place.name,
            simulated=place.simulated,
            cost_basis=place.cost_basis,
            client=client or (lambda: asking),
            ledger=ledger,
            store=store,
            budget_nano=budget_nano,
            timeout=timeout,
            concurrency=concurrency,
        )
    finally:
        asking.close()
        ledger.close()


def fox(prompt: str = "a red fox in snow", **settings: Any) -> ImageRequest:
    """Give a request for a small, cheap picture."""
    return ImageRequest(**{"prompt": prompt, "model": "gpt-image-1", **settings})
