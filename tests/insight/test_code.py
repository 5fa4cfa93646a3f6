"""The Python that asks for pictures again: of one, and of a whole comparison."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab import Lab
from imagelab.insight.code import code_of, code_of_cells, literal
from imagelab.request import ImageRequest
from imagelab.sweep import Sweep
from tests.insight.making import FOXES, cells_of
from tests.references.making import plain


def asked(prompt: str = "a fox", **settings: Any) -> ImageRequest:
    """Make a request."""
    return ImageRequest(**{"prompt": prompt, "model": "gpt-image-1", **settings})


def test_only_what_was_given_stands_there() -> None:
    """Model and tier are named, the usual size is not."""
    written = code_of(asked(quality="high"))
    assert written == 'lab.generate("a fox", model="gpt-image-1", quality="high")'


def test_every_setting_comes_back() -> None:
    """Settings that are not the usual ones are all there, numbers as numbers."""
    request = asked(
        size="1536x1024",
        background="opaque",
        output_format="jpeg",
        output_compression=50,
        moderation="low",
        extra={"seed": {"of": [1, None, "it's"]}},
    )
    call = ast.parse(code_of(request)).body[0].value  # type: ignore[attr-defined]
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert ImageRequest(prompt=ast.literal_eval(call.args[0]), **given) == request


@pytest.mark.parametrize("prompt", ["it's", 'a "fox"', 'it\'s "so"', "two\nlines", "\\ and ½ {x}"])
def test_any_prompt_survives(prompt: str) -> None:
    """Quotes, line ends and backslashes are the same text again when the code is run."""
    call = ast.parse(code_of(asked(prompt))).body[0].value  # type: ignore[attr-defined]
    assert ast.literal_eval(call.args[0]) == prompt


def test_a_sample_is_taken_from_a_comparison() -> None:
    """The third sample is the third picture of a comparison."""
    written = code_of(asked(), sample=3)
    assert written == ('lab.compare("a fox", model="gpt-image-1", quality="low", samples=3)[2]')


def test_a_long_call_is_broken_and_a_later_take_is_said() -> None:
    """A long prompt has a line of its own; a second take says how to ask for another."""
    written = code_of(asked("a fox " * 20), take=2)
    assert written.splitlines()[0] == "lab.generate("
    assert written.endswith("fresh=True asks for another")


# ---- of a comparison ----------------------------------------------------------------------------


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
    assert asked_by(code_of_cells(cells, "simulator")) == identities(cells)
    assert code_of_cells(cells, "simulator").count("lab.compare(") == 1


@given(st.sets(st.integers(0, 5), min_size=1))
def test_a_part_of_a_sweep_is_asked_for_as_it_is(positions: set[int]) -> None:
    """A slice is no product any more: several calls ask for just its pictures."""
    cells = [cells_of(FOXES)[at] for at in sorted(positions)]
    assert asked_by(code_of_cells(cells, "simulator")) == identities(cells)


@given(st.text(min_size=1, max_size=30))
def test_any_prompt_is_written_so_that_it_reads_back(prompt: str) -> None:
    """Quotes, backslashes, line breaks and letters of all kinds survive."""
    assert eval(literal(prompt)) == prompt  # noqa: S307 - our own literal


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
    assert words in code_of_cells(cells_of(FOXES), provider, hold_nano=421_000_001)


def test_a_lab_runs_its_own_code_for_nothing(open_lab: Callable[..., Lab]) -> None:
    """Where the pictures are there, the code finds them all in the ledger."""
    lab = open_lab()
    made = lab.compare(["a fox", "an owl"], quality=["low", "medium"])[1:]
    code = made.code.replace("lab = Lab()", "")  # type: ignore[union-attr]
    exec(code, {"lab": lab})  # noqa: S102 - our own code
    assert len(lab.log) == 4


def test_edits_are_asked_for_again_too(open_lab: Callable[..., Lab]) -> None:
    """Images, masks, samples and what is passed on: the code finds every one in the ledger."""
    lab = open_lab()
    fox, spot = lab.generate("a fox"), np.zeros((1024, 1024), bool)
    spot[200:400] = True
    made = [
        lab.compare("make it night", images={"one": fox, "two": [fox, plain(900, 300)]}, samples=2),
        lab.compare(["a hat", "a moon"], images=[fox], mask=[None, spot]),
        lab.compare("a fox", output_format="webp", provider="simulator"),
    ]
    rows = len(lab.log)
    for comparison in made:
        exec(comparison.code.replace("lab = Lab()", ""), {"lab": lab})  # noqa: S102 - our own
    assert len(lab.log) == rows


def test_one_edit_is_asked_for_again(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """What is copied from a tile gives the very same row, edit or sample."""
    lab = open_lab()
    plain(900, 300).save(tmp_path / "wide.png")
    edit = lab.edit("make it night", [tmp_path / "wide.png", lab.generate("a fox")])
    sample = lab.compare("make it night", images=[edit], samples=2)[1]
    for one in (edit, sample):
        again = eval(code_of(one.request, sample=one.sample), {"lab": lab})  # noqa: S307 - our own
        assert again.id == one.id
