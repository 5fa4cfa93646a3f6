"""What people said of pictures, in a ZIP: stars, remarks and ballots, believed in nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab import Comparison, Lab
from imagelab.errors import InputError, RecordError
from imagelab.records import notes
from imagelab.records.notes import Note
from imagelab.request import Generation
from imagelab.simulator import Fault, Simulator
from tests.insight.test_archive import changed, manifest
from tests.test_voting import answered

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


# ---- ballots ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A comparison with a ballot that two raters answered; one of them was counted before."""

    comparison: Comparison
    zip: Path
    counted: Path
    late: Path


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Two prompts at three tiers, asked about by ballot."""
    folder = tmp_path_factory.mktemp("asked")
    with Lab(path=folder / "lab") as lab:
        found = lab.compare(["a fox", "an owl"], quality=["low", "medium", "high"])
        page = found.ballot(folder / "ballot.html")
        counted, late = answered(page, "ann"), answered(page, "ben")
        assert found.add_votes(counted) == 6
        yield Asked(found, found.zip(folder / "asked.zip"), counted, late)


def test_answers_to_a_ballot_are_counted_where_its_zip_is_opened(
    asked: Asked, tmp_path: Path
) -> None:
    """Votes come by file after the ZIP was made, and the verdict is that of the original."""
    back = imagelab.open_zip(asked.zip)
    assert back.zip(tmp_path / "again.zip").read_bytes() == asked.zip.read_bytes()
    assert back.add_votes(asked.late) == 6
    assert {vote.by for vote in back.votes} == {("quality",)}
    asked.comparison.add_votes(asked.late)
    assert back.verdict().text == asked.comparison.verdict().text


def test_answers_that_travelled_count_once(asked: Asked, tmp_path: Path) -> None:
    """A file that was counted before the ZIP was made brings nothing new, in whatever order."""
    back = imagelab.open_zip(asked.zip, folder=tmp_path / "out")
    assert back.add_votes(asked.counted) == 0
    assert back.add_votes(asked.late) == 6
    again = imagelab.open_zip(back.zip(tmp_path / "later.zip"), folder=tmp_path / "out")
    assert again.add_votes(asked.counted) == again.add_votes(asked.late) == 0
    assert len(again.votes) == 12


def test_a_change_of_mind_after_the_zip_counts_no_second_time(asked: Asked) -> None:
    """A pair that a rater answered before, and otherwise in a second file, keeps its first vote."""
    answers = json.loads(asked.counted.read_text())
    answers["votes"] = [{**one, "winner": "right"} for one in answers["votes"]]
    other = asked.counted.with_name("changed.json")
    other.write_text(json.dumps(answers))
    back = imagelab.open_zip(asked.zip)
    assert back.add_votes(other) == 0
    assert {vote.winner for vote in back.votes if vote.rater == "ann"} == {"left"}


def test_a_ballot_travels_whole_or_not_at_all(asked: Asked, tmp_path: Path) -> None:
    """Half of a ballot's pictures take the votes about them along, and no key to its answers."""
    part = asked.comparison["a fox"]
    assert isinstance(part, Comparison)
    file = part.zip(tmp_path / "part.zip")
    assert told(file)["ballots"] == []
    back = imagelab.open_zip(file, folder=tmp_path / "out")
    before = len(back.votes)
    assert before == len(part.votes)
    with pytest.raises(InputError, match="a ZIP of all its pictures"):
        back.add_votes(asked.counted)
    assert len(back.votes) == before
    whole = imagelab.open_zip(asked.zip, folder=tmp_path / "out")
    assert whole.add_votes(asked.counted) == 0
    assert len([vote for vote in whole.votes if vote.rater == "ann"]) == 6


def test_a_ballot_that_was_made_after_the_zip(asked: Asked, tmp_path: Path) -> None:
    """Its answers are refused by the ZIP, which does not know it; nothing is kept."""
    file = answered(asked.comparison.ballot(tmp_path / "later.html"), "cleo")
    back = imagelab.open_zip(asked.zip)
    with pytest.raises(InputError, match="made after it"):
        back.add_votes(file)
    assert "cleo" not in {vote.rater for vote in back.votes}


def test_a_zip_of_an_older_imagelab_has_no_ballots(asked: Asked, tmp_path: Path) -> None:
    """Where the manifest has none, the votes that were cast by ballot are there all the same."""

    def older(content: Any) -> None:
        del content["ballots"]
        content["votes"] = [
            {name: value for name, value in vote.items() if name not in ("ballot", "pair")}
            for vote in content["votes"]
        ]

    old = changed(asked.zip, tmp_path / "old.zip", manifest(older))
    back = imagelab.open_zip(old, folder=tmp_path / "out")
    votes = len(back.votes)
    again = imagelab.open_zip(asked.zip, folder=tmp_path / "out")
    assert len(again.votes) == votes
    assert again.add_votes(asked.counted) == 0


def test_a_folder_with_another_ballot_of_that_name_is_refused(asked: Asked, tmp_path: Path) -> None:
    """Sides that were exchanged on the way are told from those that are known already."""
    imagelab.open_zip(asked.zip, folder=tmp_path / "out")

    def exchange(content: Any) -> None:
        ballot = content["ballots"][0]
        ballot["pairs"] = [pair[::-1] for pair in ballot["pairs"]]
        content["votes"] = []

    forged = changed(asked.zip, tmp_path / "forged.zip", manifest(exchange))
    with pytest.raises(RecordError, match="another ballot"):
        imagelab.open_zip(forged, folder=tmp_path / "out")


def ballot(**values: Any) -> Callable[[Any], object]:
    """Change the first ballot."""
    return lambda content: content["ballots"][0].update(values)


def answer(**values: Any) -> Callable[[Any], object]:
    """Change the first vote that answers it."""
    return lambda content: content["votes"][0].update(values)


FORGED: dict[str, tuple[Callable[[Any], object], str]] = {
    "no list": (lambda content: content.update(ballots={}), "no list of ballots"),
    "odd name": (ballot(name="../../x"), "a ballot that is none"),
    "no name": (ballot(name=7), "a ballot that is none"),
    "no factors": (ballot(by=[]), "a ballot that is none"),
    "odd factors": (ballot(by="quality"), "a ballot that is none"),
    "no pairs": (ballot(pairs=[]), "a ballot that is none"),
    "odd pairs": (ballot(pairs={"1": 2}), "a ballot that is none"),
    "many pairs": (ballot(pairs=[[1, 2]] * 1001), "a ballot that is none"),
    "strangers": (ballot(pairs=[[1, 10**9]]), "a ballot that is none"),
    "itself": (ballot(pairs=[[1, 1]]), "a ballot that is none"),
    "three sides": (ballot(pairs=[[1, 2, 3]]), "a ballot that is none"),
    "odd sides": (ballot(pairs=[[True, "2"]]), "a ballot that is none"),
    "twice": (lambda c: c["ballots"].append(c["ballots"][0]), "names a ballot twice"),
    "vote twice": (lambda c: c["votes"].append(c["votes"][0]), "two votes of one rater"),
    "other ballot": (answer(ballot="0" * 32), "answers no ballot"),
    "odd ballot": (answer(ballot=["x"]), "answers no ballot"),
    "other pair": (answer(pair=1), "answers no ballot"),
    "no such pair": (answer(pair=6), "answers no ballot"),
    "negative pair": (answer(pair=-6), "answers no ballot"),
    "odd pair": (answer(pair="0"), "answers no ballot"),
    "by hand": (answer(source="human"), "answers no ballot"),
    "other factors": (answer(by=["model"]), "answers no ballot"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_no_ballot_is_refused(name: str, asked: Asked, tmp_path: Path) -> None:
    """Whatever is wrong with a ballot or an answer is said, and nothing is written anywhere."""
    change, words = FORGED[name]
    bad = changed(asked.zip, tmp_path / "bad.zip", manifest(change))
    with pytest.raises(InputError, match=words):
        imagelab.open_zip(bad, folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()
