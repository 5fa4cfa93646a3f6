"""Tables as files for other programs."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd
import pytest

from imagelab import Lab
from imagelab.errors import InputError, RecordError, SetupError
from imagelab.insight import files

PROMPTS = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "  =1", "＝1", 'a "fox",\nred']


def test_formulas_in_prompts_are_defused(lab: Lab, tmp_path: Path) -> None:
    """Whatever a spreadsheet would run gets an apostrophe; all other words stay as they are."""
    path = lab.compare(PROMPTS).to_csv(tmp_path / "table.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = [row["prompt"] for row in csv.DictReader(file)]
    assert found == [f"'{prompt}" for prompt in PROMPTS[:-1]] + [PROMPTS[-1]]


def test_spreadsheets_see_that_it_is_unicode(lab: Lab, tmp_path: Path) -> None:
    """The file begins with the mark by which spreadsheets know UTF-8, and pandas reads it."""
    path = lab.compare("a fox 🦊").to_csv(tmp_path / "table.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(path)["prompt"][0] == "a fox 🦊"


def test_negative_numbers_are_no_formulas(tmp_path: Path) -> None:
    """Only texts are defused."""
    path = files.to_csv(pd.DataFrame({"difference_usd": [-0.5]}), tmp_path / "table.csv")
    assert pd.read_csv(path)["difference_usd"][0] == -0.5


def test_parquet_keeps_types(lab: Lab, tmp_path: Path) -> None:
    """What is read back has the values and the types of the frame."""
    made = lab.compare(["=1", "a fox"])
    back = pd.read_parquet(made.to_parquet(tmp_path / "table.parquet"))
    assert list(back["prompt"]) == ["=1", "a fox"]
    assert back["cost_usd"].sum() == pytest.approx(float(made.frame["cost_usd"].sum()))
    assert str(back["time"].dt.tz) == "UTC"


def test_without_pyarrow_the_remedy_is_named(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pyarrow is missing the error says how to get it, and no file is left."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SetupError, match="pip install"):
        lab.compare("a fox").to_parquet(tmp_path / "table.parquet")
    assert not list(tmp_path.glob("*parquet*"))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """When writing breaks off, what stood there before stays."""
    target = tmp_path / "kept.txt"
    target.write_text("before")

    def break_off() -> None:
        with files.written(target, "file", (target.suffix,)) as draft:
            draft.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(RecordError, match="No space"):
        break_off()
    assert [one.read_text() for one in tmp_path.iterdir()] == ["before"]


def test_what_is_no_path_is_said() -> None:
    """A number is no file."""
    with (
        pytest.raises(InputError, match="not 3"),
        files.written(3, "file", (".txt",)),  # type: ignore[arg-type]
    ):
        pass


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A table or page is not written under another kind's name, where nothing would open it."""
    with (
        pytest.raises(InputError, match=r"report ends in \.html or \.htm, such as 'foxes\.html'"),
        files.written(tmp_path / "foxes.pdf", "report", (".html", ".htm")),
    ):
        pass
    assert not list(tmp_path.iterdir())
