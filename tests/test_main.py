"""The command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import imagelab
from imagelab.__main__ import main


def test_the_demo_makes_a_priced_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``imagelab demo`` prints the cost table and writes one page with six pictures."""
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    told = capsys.readouterr().out
    assert "medium" in told
    assert "$0.439" in told
    assert (tmp_path / "imagelab-demo.html").read_text().count("data:image/webp") == 6


def test_an_error_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be asked is told in a sentence, with status 1 and no traceback."""
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "a fox", "--quality", "ultra"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("imagelab: ")
    assert "Traceback" not in told


def test_a_page_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong place for the page loses no picture and says what to do."""
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "a fox", "--quality", "low", "--html", "no/such/place.html"]) == 1
    assert "--html" in capsys.readouterr().err


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """``imagelab --version`` prints the version of the package and ends well."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"imagelab {imagelab.__version__}\n"
