"""Labs for every test: opened in a folder of their own, and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from imagelab import Lab

# Machines are noisy: a property is true or not, however long it takes to see.
settings.register_profile("imagelab", deadline=None, derandomize=True)
settings.load_profile("imagelab")


@pytest.fixture(autouse=True)
def no_providers_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's key, address or organisation reaches a test."""
    for name in (
        "IMAGELAB_PROVIDER",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "OPENAI_ADMIN_KEY",
        "OPENAI_API_VERSION",
        "AI_GATEWAY_API_KEY",
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_ENDPOINT",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def open_lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Open labs, in ``tmp_path/data`` unless told otherwise; all are closed at the end."""
    opened: list[Lab] = []

    def make(*words: str, **options: object) -> Lab:
        options.setdefault("path", tmp_path / "data")
        opened.append(Lab(*words, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for lab in opened:
        lab.close()


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    """A lab on the embedded simulator."""
    return open_lab()
