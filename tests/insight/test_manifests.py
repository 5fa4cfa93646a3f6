"""What people said of pictures, in a ZIP: stars and remarks travel, and are believed in nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab import Comparison, Lab
from imagelab.errors import InputError
from imagelab.records import notes
from imagelab.records.notes import Note
from imagelab.request import Generation
from imagelab.simulator import Fault, Simulator
from tests.insight.test_archive import changed, manifest

REMARK = "the best fur, “½” <b>"


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    """Two prompts at two tiers: a star, a remark, both, and one of them on a refusal."""
    faults = [Fault.moderated_input().only(word="refused")]
    with (
        Simulator(faults=faults) as simulator,
        Lab("simulator", base_url=simulator.url, path=tmp_path_factory.mktemp("noted")) as lab,
    ):
        found = lab.compare(["a fox", "a fox refused"], quality=["low", "high"])
        note(found, 3, star=False, remark="asked them why")
        note(found, 1, star=True, remark=REMARK)
        note(found, 0, star=True)
        note(found, 0, star=False)
        yield found


@pytest.fixture(scope="module")
def packed(noted: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a ZIP."""
    return noted.zip(tmp_path_factory.mktemp("zip") / "noted.zip")


def note(comparison: Comparison, position: int, *, star: bool, remark: str = "") -> None:
    """Note of a picture what a person notes in the grid."""
    said = {"kind": "note", "position": position, "star": star, "remark": remark}
    comparison.grid()._handle_custom_msg(said, [])


def said(comparison: Comparison) -> list[tuple[bool, str]]:
    """Read the stars and the remarks of a comparison, as its frame has them."""
    frame = comparison.frame
    return list(zip(frame["star"], frame["remark"].fillna(""), strict=True))


def told(path: Path) -> Any:
    """Read a ZIP's manifest."""
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("manifest.json"))


def test_stars_and_remarks_travel(noted: Comparison, packed: Path, tmp_path: Path) -> None:
    """An opened ZIP has them in its frame and in its grid, and packs to the same bytes."""
    back = imagelab.open_zip(packed)
    assert said(back) == [(False, ""), (True, REMARK), (False, ""), (False, "asked them why")]
    assert [(tile.star, tile.remark) for tile in back.grid()._board.tiles] == said(back)
    assert len(back.grid(where="star")._board.tiles) == 1
    assert back.zip(tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert noted.zip(tmp_path / "same.zip").read_bytes() == packed.read_bytes()


def test_a_note_says_nothing_else(noted: Comparison, packed: Path) -> None:
    """A note is a star and a remark of a row; when it was written stays, and one taken back."""
    starred, remarked = noted[1], noted[3]
    assert isinstance(starred, Generation)
    assert isinstance(remarked, Generation)
    assert sorted(told(packed)["notes"], key=lambda one: one["star"]) == [
        {"generation": remarked.id, "star": False, "remark": "asked them why"},
        {"generation": starred.id, "star": True, "remark": REMARK},
    ]


def test_a_part_takes_its_own_notes_along(noted: Comparison, tmp_path: Path) -> None:
    """A ZIP of some pictures says nothing of the others."""
    part = noted[2:4].zip(tmp_path / "part.zip")
    assert [one["remark"] for one in told(part)["notes"]] == ["asked them why"]


def test_what_was_noted_in_the_folder_stays(packed: Path, tmp_path: Path) -> None:
    """A ZIP that is opened again brings no star back that was taken away, and changes no remark."""
    first = imagelab.open_zip(packed, folder=tmp_path / "out")
    note(first, 1, star=False)
    note(first, 2, star=True, remark="mine")
    again = imagelab.open_zip(packed, folder=tmp_path / "out")
    assert said(again)[1:3] == [(False, ""), (True, "mine")]


def test_a_zip_of_an_older_imagelab_has_no_notes(packed: Path, tmp_path: Path) -> None:
    """Where the manifest has no notes the comparison opens without."""
    older = changed(packed, tmp_path / "old.zip", manifest(lambda content: content.pop("notes")))
    assert not imagelab.open_zip(older).frame["star"].any()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "stranger": ({"generation": 10**9}, "a note of row 1000000000"),
    "no number": ({"generation": True}, "a note of row True"),
    "odd star": ({"star": 1}, "True or False, not 1"),
    "no star": ({"star": None}, "True or False, not None"),
    "odd remark": ({"remark": ["x"]}, "text of at most 10,000 letters"),
    "long remark": ({"remark": "x" * 10_001}, "text of at most 10,000 letters"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_note_is_refused(name: str, packed: Path, tmp_path: Path) -> None:
    """Whatever is wrong with a note is said, and nothing is written anywhere."""
    values, words = WRONG[name]
    change = manifest(lambda content: content["notes"][0].update(values))
    with pytest.raises(InputError, match=words):
        imagelab.open_zip(changed(packed, tmp_path / "bad.zip", change), folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("missing", ["generation", "star", "remark"])
def test_half_a_note_is_refused(missing: str, packed: Path, tmp_path: Path) -> None:
    """A note that lacks one of its parts is none."""
    change = manifest(lambda content: content["notes"][0].pop(missing))
    with pytest.raises(InputError, match="has a note"):
        imagelab.open_zip(changed(packed, tmp_path / "bad.zip", change))


def test_a_row_has_one_note(packed: Path, tmp_path: Path) -> None:
    """Two notes of one row contradict each other."""
    change = manifest(lambda content: content["notes"].append(content["notes"][0]))
    with pytest.raises(InputError, match="two notes of one row"):
        imagelab.open_zip(changed(packed, tmp_path / "bad.zip", change))


def test_letters_that_no_database_takes_are_replaced(packed: Path, tmp_path: Path) -> None:
    """A remark with half a character, or none at all, is kept as text."""
    change = manifest(lambda content: content["notes"][0].update(remark="a\x00b\ud800"))
    back = imagelab.open_zip(changed(packed, tmp_path / "odd.zip", change))
    numbers = [one.id for one in back]
    assert Note(True, "a?b?") in notes.read(back._session.ledger, numbers).values()
