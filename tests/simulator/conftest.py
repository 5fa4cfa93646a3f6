"""A fresh simulator for every test, and the real SDK that asks it."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from imagelab.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A running simulator."""
    with Simulator() as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[openai.OpenAI]:
    """The SDK, without retries, asking the simulator."""
    with openai.OpenAI(base_url=simulator.url, api_key="any", max_retries=0) as asking:
        yield asking
