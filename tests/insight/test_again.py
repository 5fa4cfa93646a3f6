"""The code that asks for a comparison again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab import Lab
from imagelab.insight import again
from imagelab.sweep import Sweep
from tests.insight.making import FOXES, cells_of


class Listening:
    """Stands for a lab, and remembers what it was asked for."""

    def __init__(self, *words: str, **options: Any) -> None:
        self.asked: set[tuple[str, int]] = set()
        Listening.last = self

    def compare(self, prompts: Any, **settings: Any) -> None:
        """Write the sweep out as requests."""
        cells = Sweep(prompts, **settings).cells(model="none")
        self.asked |= {(cell.request.key("p"), cell.sample) for cell in cells}


def asked_by(code: str) -> set[tuple[str, int]]:
    """Run generated code against what only listens; give the identities it asks for."""
    names = {"Lab": Listening}
    exec(code.replace("from imagelab import Lab", ""), names)  # noqa: S102 - our own code
    return Listening.last.asked  # type: ignore[attr-defined,no-any-return]


def identities(cells: Any) -> set[tuple[str, int]]:
    """Give the identities of cells."""
    return {(cell.request.key("p"), cell.sample) for cell in cells}


SWEEPS = [
    FOXES,
    Sweep("a {animal} in {style}", animal=["fox", "owl"], style=["oil", "ink"], samples=2),
    Sweep(["it's {", 'a "b"\n\\', "ü 🦊"], model=["gpt-image-1", "gpt-image-2"]),
    Sweep("a", background=["transparent", "opaque"], output_format="webp", size="1536x1024"),
]


@pytest.mark.parametrize("sweep", SWEEPS)
def test_the_code_asks_for_the_very_same_pictures(sweep: Sweep) -> None:
    """Whatever a sweep combines, its code asks for each picture of it, and no other."""
    cells = cells_of(sweep)
    assert asked_by(again.code(cells, "simulator")) == identities(cells)
    assert again.code(cells, "simulator").count("lab.compare(") == 1


@given(st.sets(st.integers(0, 5), min_size=1))
def test_a_part_of_a_sweep_is_asked_for_as_it_is(positions: set[int]) -> None:
    """A slice is no product any more: several calls ask for just its pictures."""
    cells = [cells_of(FOXES)[at] for at in sorted(positions)]
    assert asked_by(again.code(cells, "simulator")) == identities(cells)


@given(st.text(min_size=1, max_size=30))
def test_any_prompt_is_written_so_that_it_reads_back(prompt: str) -> None:
    """Quotes, backslashes, line breaks and letters of all kinds survive."""
    assert eval(again.literal(prompt)) == prompt  # noqa: S307 - our own literal


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("simulator", "lab = Lab()"),
        ("openai", 'lab = Lab("openai", budget=0.43)'),
        ("host'\nimport os", 'lab = Lab(base_url="https://...", api_key="...")  # "host\'\\n'),
    ],
)
def test_the_lab_is_the_one_that_was_asked(provider: str, words: str) -> None:
    """A named provider is named, with a budget of what was held; any other is to be filled in."""
    assert words in again.code(cells_of(FOXES), provider, hold_nano=421_000_001)


def test_a_lab_runs_its_own_code_for_nothing(open_lab: Callable[..., Lab]) -> None:
    """Where the pictures are there, the code finds them all in the ledger."""
    lab = open_lab()
    made = lab.compare(["a fox", "an owl"], quality=["low", "medium"])[1:]
    code = made.code.replace("lab = Lab()", "")  # type: ignore[union-attr]
    exec(code, {"lab": lab})  # noqa: S102 - our own code
    assert len(lab.log) == 4
