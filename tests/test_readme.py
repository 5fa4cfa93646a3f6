"""What the README says is true: its code runs, its commands are those of CI."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_there_is_code_to_run() -> None:
    """The README shows code."""
    assert len(BLOCKS) >= 2


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_code_runs(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of Python in the README runs on its own."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(BLOCKS[number], "README.md", "exec"), names)  # noqa: S102 - our own README
    if "lab" in names:
        names["lab"].close()  # type: ignore[attr-defined]


def test_the_first_code_comes_early() -> None:
    """The first Python stands by line 30."""
    assert README[: README.index("```python")].count("\n") < 30


def test_ci_runs_the_readmes_test_command() -> None:
    """CI takes the test command from the README itself, and the README names just one."""
    assert "grep" in (ROOT / ".ci" / "run").read_text()
    assert len(re.findall(r"^python3 -m venv .* -m pytest", README, re.MULTILINE)) == 1


def test_every_link_leads_somewhere() -> None:
    """Files that the README links to are there."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
