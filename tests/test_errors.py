"""What people see of an error, and that every error knows its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from imagelab import errors

CELL = """
def ask(lab):
    return lab.generate("a fox", size="1x1")

from imagelab import Lab
ask(Lab(path={path!r}))
"""


def shown(path: Path) -> str:
    """Run a cell that fails in a real IPython and give what it shows."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"InteractiveShell.instance(colors='nocolor').run_cell({CELL.format(path=str(path))!r})"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return told.stdout


def test_an_error_shows_the_persons_own_lines(tmp_path: Path) -> None:
    """In a notebook an error shows the lines that led to it from outside, and what it says."""
    lines = shown(tmp_path).splitlines()
    assert [line for line in lines if line.startswith("---->")] == [
        f"----> ask(Lab(path={str(tmp_path)!r}))",
        '----> return lab.generate("a fox", size="1x1")',
    ]
    assert "choose 1024x1024" in lines[-1]
    assert "imagelab/" not in "\n".join(lines)


def test_every_error_is_drawn_in_the_tree() -> None:
    """The docstring of the module draws every error there is."""
    drawn = errors.__doc__ or ""
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    names = [one.__name__ for one in kinds if issubclass(one, errors.ImageLabError)]
    assert len(names) > 15
    assert [name for name in names if name not in drawn] == []
