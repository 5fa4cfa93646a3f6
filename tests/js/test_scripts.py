"""Runs the tests that are written in JavaScript, with Node's own runner and no packages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted(Path(__file__).parent.glob("*.test.mjs"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_script_tests_pass(script: Path) -> None:
    """Every test in the file passes under ``node --test``."""
    ran = subprocess.run(["node", "--test", str(script)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_view_script_has_tests() -> None:
    """No script of a view is left without a test file."""
    import imagelab.views._view as view

    stems = {path.stem for path in view.STATIC.glob("*.js")}
    assert stems == {script.name.removesuffix(".test.mjs") for script in SCRIPTS}
