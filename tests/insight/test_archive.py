"""A comparison in a ZIP: written, read, and never believed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import imagelab
from imagelab import Comparison, Lab
from imagelab.errors import InputError, PictureError, RecordError, SetupError
from imagelab.insight import unpacking
from imagelab.insight.replaying import answers
from imagelab.records.rows import generation_of
from imagelab.simulator import Fault, Simulator


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    """A fox and an owl at two tiers; one of them refused, one perhaps billed."""
    faults = [
        Fault.moderated_input().only(word="refused"),
        Fault.fail(500).only(word="broken"),
    ]
    with (
        Simulator(faults=faults) as simulator,
        Lab(
            "simulator", base_url=simulator.url, path=tmp_path_factory.mktemp("lab") / "secret"
        ) as lab,
    ):
        prompts = ["a {animal}", "a {animal} refused", "a {animal} broken"]
        yield lab.compare(prompts, animal=["fox"], quality=["low", "medium"], samples=2)


@pytest.fixture(scope="module")
def packed(made: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The comparison as a ZIP."""
    return made.zip(tmp_path_factory.mktemp("zip") / "foxes.zip")


def changed(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Copy a ZIP with its files changed."""
    with zipfile.ZipFile(source) as file:
        content = {name: file.read(name) for name in file.namelist()}
    change(content)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in content.items():
            file.writestr(name, data)
    return target


def test_a_zip_shows_the_same_comparison(made: Comparison, packed: Path) -> None:
    """Cells, factors, costs, errors and every byte of every picture come back."""
    back = imagelab.open_zip(packed)
    assert (repr(back), back.factors, back.shortfall) == (repr(made), made.factors, made.shortfall)
    assert [one.status for one in back] == [one.status for one in made]
    assert [one.picture and one.bytes for one in back] == [
        one.picture and one.bytes for one in made
    ]
    columns = ["id", "cost_usd", "quoted_usd", "animal", "error", "time", "billed"]
    assert back.frame[columns].equals(made.frame[columns])
    assert back["a fox", "low"].factors == made["a fox", "low"].factors  # type: ignore[union-attr]


def test_what_came_out_can_be_packed_again(packed: Path, tmp_path: Path) -> None:
    """The ZIP of an opened ZIP has the same bytes: nothing is lost on the way."""
    assert imagelab.open_zip(packed).zip(tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_nothing_of_this_machine_is_in_it(packed: Path, made: Comparison) -> None:
    """No owner, no host and no folder travels with the pictures."""
    import socket

    with zipfile.ZipFile(packed) as file:
        text = file.read("manifest.json").decode()
    assert socket.gethostname() not in text or len(socket.gethostname()) < 4
    assert "secret" not in text
    assert "owner" not in text


def test_an_opened_zip_asks_nobody(packed: Path) -> None:
    """It shows and adds up; to ask, there is the replay."""
    with pytest.raises(SetupError, match="replay"):
        imagelab.open_zip(packed)._session.client()


def test_it_can_be_opened_where_it_was_opened_before(packed: Path, tmp_path: Path) -> None:
    """A named folder is kept, and opening it again changes nothing there."""
    first = imagelab.open_zip(packed, folder=tmp_path / "out")
    again = imagelab.open_zip(packed, folder=tmp_path / "out")
    assert list(again.frame["id"]) == list(first.frame["id"])


def test_a_folder_of_something_else_is_refused(packed: Path, open_lab: Callable[..., Lab]) -> None:
    """Rows of another comparison are never mixed with these."""
    lab = open_lab()
    lab.compare(["one", "two"])
    with pytest.raises(RecordError, match="empty folder"):
        imagelab.open_zip(packed, folder=lab.path)


def test_a_picture_that_is_gone_is_said(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """A comparison whose picture was deleted cannot be packed, and no half ZIP stays."""
    lab = open_lab()
    lost = lab.compare("a fox")
    lab.forget(lost)
    with pytest.raises(PictureError):
        lost.zip(tmp_path / "lost.zip")
    assert not list(tmp_path.glob("*.zip*"))


def test_what_was_not_asked_for_is_told_again(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """A run that ended at its budget comes back with the cells that it left, and why."""
    stopped = open_lab(budget=0.02).compare("a fox", quality=["low", "high"])
    back = imagelab.open_zip(stopped.zip(tmp_path / "stopped.zip"))
    assert back.left == stopped.left
    assert back.shortfall == stopped.shortfall


# ---- votes ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    """Two prompts at two tiers, with votes of two people, one of them a ballot's kind of vote."""
    with Lab(path=tmp_path_factory.mktemp("voted")) as lab:
        found = lab.compare(["a fox", "an owl"], quality=["low", "high"])
        pair: Any = found["a fox", "low"], found["a fox", "high"]
        found.add_votes([(*pair, "right")] * 12 + [(*pair, "skip")], rater="ann")
        found.add_votes([(*pair, "left"), (*pair, "tie")], rater="bob <b>")
        yield found


@pytest.fixture(scope="module")
def voted_zip(voted: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a ZIP."""
    return voted.zip(tmp_path_factory.mktemp("zip") / "voted.zip")


def test_votes_travel(voted: Comparison, voted_zip: Path, tmp_path: Path) -> None:
    """The verdict on an opened ZIP is the one on the original, word for word; it packs alike."""
    back = imagelab.open_zip(voted_zip)
    assert back.verdict().text == voted.verdict().text
    assert back.ranking().frame.equals(voted.ranking().frame)
    assert [vote.rater for vote in back.votes] == [vote.rater for vote in voted.votes]
    assert back.zip(tmp_path / "again.zip").read_bytes() == voted_zip.read_bytes()


def test_votes_are_counted_once_wherever_they_are_opened(voted_zip: Path, tmp_path: Path) -> None:
    """Opening a ZIP twice in one folder keeps each vote once; new votes stay."""
    first = imagelab.open_zip(voted_zip, folder=tmp_path / "out")
    first.add_votes([(first[0], first[1], "tie")], rater="cleo")  # type: ignore[list-item]
    assert len(imagelab.open_zip(voted_zip, folder=tmp_path / "out").votes) == 16


def test_votes_are_counted_once_where_they_were_cast(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """A ZIP that is opened in the folder that it was made from brings no vote there anew."""
    lab = open_lab()
    found = lab.compare("a fox", quality=["low", "high"])
    found.add_votes([(found[0], found[1], "right")] * 2, rater="ann")  # type: ignore[list-item]
    back = imagelab.open_zip(found.zip(tmp_path / "voted.zip"), folder=lab.path)
    assert len(back.votes) == 2


def test_no_token_of_a_vote_travels(voted_zip: Path) -> None:
    """A vote is who said what of which pictures and when: nothing tells where it was cast."""
    with zipfile.ZipFile(voted_zip) as file:
        told = json.loads(file.read("manifest.json"))["votes"]
    fields = {"rater", "left", "right", "winner", "by", "source", "time"}
    assert {frozenset(one) for one in told} == {frozenset(fields)}


def test_a_replay_brings_the_votes_along(
    voted: Comparison, voted_zip: Path, tmp_path: Path
) -> None:
    """Asked again of the ZIP, the pictures have other rows and the same votes, each once."""
    with Lab(replay=voted_zip, path=tmp_path / "replay") as lab:
        lab.compare("a fox", quality="high")
        for _ in range(2):
            again = lab.compare(["a fox", "an owl"], quality=["high", "low"])
        matrix = voted.ranking().matrix
        assert again.ranking().matrix.loc["low", "high"] == matrix.loc["low", "high"]
        assert len(again.votes) == len(voted.votes)


def test_edits_are_replayed_too(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """What went along is in the ZIP, and the code of an opened one gets the same bytes."""
    lab = open_lab()
    fox = lab.generate("a fox")
    size = {"output_format": "jpeg", "output_compression": 40}
    first = lab.compare("make it night", images=[[fox, fox]], quality=["low", "medium"], **size)
    assert isinstance(first, Comparison)
    packed = first.zip(tmp_path / "edits.zip")
    assert len(imagelab.open_zip(packed, folder=tmp_path / "out")) == 2
    again = open_lab(replay=packed, path=tmp_path / "out").compare(
        "make it night", images=[[fox.path, fox.path]], quality=["low", "medium"], **size
    )
    assert [one.picture for one in again] == [one.picture for one in first]


# ---- hostile ZIPs -----------------------------------------------------------------------------


def manifest(change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    """Change the manifest, as JSON."""

    def apply(files: dict[str, bytes]) -> None:
        content = json.loads(files["manifest.json"])
        change(content)
        files["manifest.json"] = json.dumps(content).encode()

    return apply


def first_row(**values: Any) -> Callable[[dict[str, bytes]], None]:
    """Change the first row of the manifest."""
    return manifest(lambda content: content["generations"][0].update(values))


def first_cell(**values: Any) -> Callable[[dict[str, bytes]], None]:
    """Change the first cell of the manifest."""
    return manifest(lambda content: content["cells"][0].update(values))


def first_vote(**values: Any) -> Callable[[dict[str, bytes]], None]:
    """Put a vote into the manifest."""
    vote = {"rater": "ann", "left": 1, "right": 2, "winner": "left", "by": ["quality"]}
    vote |= {"source": "human", "time": "2026-11-25T20:00:00+00:00", **values}
    return manifest(lambda content: content.update(votes=[vote]))


REFERENCE = {"sha256": "../../x", "format": "png", "width": 1, "height": 1, "size_bytes": 1}


def swap_pictures(files: dict[str, bytes]) -> None:
    """Put other bytes under a picture's name."""
    name = next(one for one in files if one.startswith("pictures/"))
    files[name] = b"\x89PNG something else"


def drop_pictures(files: dict[str, bytes]) -> None:
    """Take every picture out."""
    for name in [one for one in files if one.startswith("pictures/")]:
        del files[name]


ASKED = {"operation": "generate", "model": "m", "quality": "low", "size": "auto"}

HOSTILE: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "traversal": (lambda files: files.update({"../../etc/evil": b"x"}), "no part of"),
    "absolute": (lambda files: files.update({"/tmp/evil": b"x"}), "no part of"),  # noqa: S108
    "backslash": (lambda files: files.update({"pictures\\..\\evil.png": b"x"}), "no part of"),
    "odd name": (lambda files: files.update({"pictures/" + "a" * 64 + ".exe": b"x"}), "no part"),
    "bomb": (
        lambda files: files.update({"pictures/" + "a" * 64 + ".png": bytes(190_000_000)}),
        "bomb",
    ),
    "unseen": (lambda files: files.update({"pictures/" + "a" * 64 + ".png": b""}), "no row"),
    "no manifest": (lambda files: files.pop("manifest.json"), "no manifest"),
    "no JSON": (lambda files: files.update({"manifest.json": b"{"}), "no JSON"),
    "deep": (lambda files: files.update({"manifest.json": b"[" * 100_000}), "no JSON"),
    "not ours": (lambda files: files.update({"manifest.json": b"[]"}), "not imagelab's"),
    "newer": (manifest(lambda content: content.update(version=99)), "Upgrade"),
    "no lists": (manifest(lambda content: content.update(cells=3)), "no list of cells"),
    "wrong bytes": (swap_pictures, "not what its name says"),
    "no pictures": (drop_pictures, "not in the file"),
    "not finite": (first_row(seconds=float("nan")), "no number"),
    "wrong kind": (first_row(cost_nano="free"), "where cost_nano is wanted"),
    "true is no number": (first_row(sample=True), "where sample is wanted"),
    "too large": (first_row(hold_nano=10**30), "where hold_nano is wanted"),
    "a fortune": (first_row(cost_nano=2**62), "cost what none does"),
    "below zero": (first_row(cost_nano=-1), "cost what none does"),
    "odd status": (first_row(status="held"), "'held'"),
    "odd time": (first_row(created_us=10**18), "time"),
    "odd format": (first_row(actual_format="../../x"), "kind of file"),
    "odd picture": (first_row(picture="../../x"), "no hash"),
    "twice": (manifest(lambda c: c["generations"].append(c["generations"][0])), "twice"),
    "cell twice": (manifest(lambda c: c["cells"].append(c["cells"][0])), "twice"),
    "no row": (first_cell(generation=10**9), "not in it"),
    "odd cell": (first_cell(position="0"), "a cell that is none"),
    "odd factors": (first_cell(factors={"a": 1}), "a cell that is none"),
    "votes": (manifest(lambda c: c.update(votes={})), "no list of votes"),
    "strangers": (first_vote(left=10**9), "a vote that is none"),
    "itself": (first_vote(left=1, right=1), "not about 1 and itself"),
    "nobody": (first_vote(rater=3), "a vote that is none"),
    "odd winner": (first_vote(winner="both"), "a vote that is none"),
    "odd moment": (first_vote(time="yesterday"), "a vote that is none"),
    "endless": (first_vote(seconds=-1), "a vote that is none"),
    "odd reference": (first_row(images='[{"sha256": "../../x"}]'), "cannot be read"),
    "odd hash": (first_row(images=json.dumps([REFERENCE])), "no picture"),
    "cut JSON": (first_row(images="["), "cannot be read"),
    "impossible": (first_cell(generation=None, request={**ASKED, "prompt": ""}), "asked"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_a_clear_error(name: str, packed: Path, tmp_path: Path) -> None:
    """Whatever is wrong with it is said, and nothing is written anywhere."""
    change, words = HOSTILE[name]
    bad = changed(packed, tmp_path / "bad.zip", change)
    with pytest.raises(InputError, match=words):
        imagelab.open_zip(bad, folder=tmp_path / "out")
    assert not (tmp_path / "out" / "ledger.sqlite").exists()
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_zip_is_said(data: bytes, tmp_path: Path) -> None:
    """Any other file is an input error that names it."""
    bad = tmp_path / "bad.zip"
    bad.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read as a ZIP"):
        imagelab.open_zip(bad)


def test_a_zip_cut_anywhere_is_said(packed: Path, tmp_path: Path) -> None:
    """However much of it is missing or changed, the error is one of ours."""
    whole, bad = packed.read_bytes(), tmp_path / "bad.zip"
    for part in range(1, 8):
        bad.write_bytes(whole[: len(whole) * part // 8])
        with pytest.raises(InputError):
            imagelab.open_zip(bad)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A wrong name is an input error."""
    with pytest.raises(InputError, match=r"none\.zip"):
        imagelab.open_zip(tmp_path / "none.zip")


def test_a_row_cannot_name_an_error_that_is_none(packed: Path, tmp_path: Path) -> None:
    """The kind of an error is one of ours, or unknown: it is looked up by name when raised."""
    change = manifest(lambda c: [row.update(error_kind="Path") for row in c["generations"]])
    opened = imagelab.open_zip(changed(packed, tmp_path / "odd.zip", change))
    assert all(one.error_kind is None for one in opened)


# ---- the replay -------------------------------------------------------------------------------


def test_a_replay_answers_what_was_asked_before(
    packed: Path, made: Comparison, open_lab: Callable[..., Lab]
) -> None:
    """The same code gets the same bytes, for simulated money, at what they cost then."""
    lab = open_lab(replay=packed)
    again = lab.compare("a {animal}", animal=["fox"], quality=["low", "medium"], samples=2)
    before = {one.picture for one in made if one.picture}
    assert {one.picture for one in again} == before
    assert all(one.provider.startswith("replay-") and one.simulated for one in again)
    costs = sorted(one.cost_nano or 0 for one in made if one.picture)
    assert sorted(one.cost_nano or 0 for one in again) == costs


def test_every_sample_is_replayed_in_its_own_cell(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """In whatever order requests arrive, a sample gets the picture and cost that it had then."""
    settings: dict[str, Any] = {"samples": 24, "size": "1024x640", "model": "gpt-image-2"}
    made = open_lab().compare("a fox", **settings)
    made[12:].zip(tmp_path / "later.zip")
    lab = open_lab(replay=made.zip(tmp_path / "foxes.zip"), concurrency=24)
    again = lab.compare("a fox", **settings)
    assert [one.picture for one in again] == [one.picture for one in made]
    assert [one.picture for one in lab.compare("a fox", **settings, fresh=True)] == [
        one.picture for one in made
    ]
    later = open_lab(replay=tmp_path / "later.zip", concurrency=24).compare("a fox", **settings)
    pictures = [one.picture for one in made]
    assert [one.picture for one in later] == pictures[12:] + pictures[12:]


def test_who_does_not_say_which_gets_one_after_another(packed: Path) -> None:
    """Any client may ask a replay: without a sample it gets each in turn, then the first again."""
    held = unpacking.read(packed)
    row = next(one for one in held.rows if one["sample"] == 2 and one["status"] == "done")
    body = generation_of(row, None).request.parameters()
    answer = answers(held)
    told = [answer(body, "req_0", None).body for _ in range(3)]
    assert told[0] == told[2] != told[1]
    assert answer(body, "req_0", (2, 1)).body == told[1]


def test_a_replay_goes_wrong_as_it_went_wrong(packed: Path, open_lab: Callable[..., Lab]) -> None:
    """A refusal is refused again, and what was perhaps billed is perhaps billed, in play money."""
    again = open_lab(replay=packed).compare(["a fox refused", "a fox broken"])
    assert [(one.status, one.billed) for one in again] == [
        ("refused", "no"),
        ("unknown", "perhaps"),
    ]


def test_a_replay_has_no_other_pictures(packed: Path, open_lab: Callable[..., Lab]) -> None:
    """Asking for what was never asked says what there is, and costs nothing."""
    again = open_lab(replay=packed).compare("a zebra")
    [row] = list(again)
    assert (row.status, row.billed) == ("failed", "no")
    assert "This replay holds no picture of 'a zebra'" in str(row.error)


def test_a_replay_asks_the_recorded_model_by_default(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """Code that names no model finds its pictures, whatever the default was then."""
    source = open_lab().compare("a fox", model="gpt-image-2")
    source.zip(tmp_path / "two.zip")
    again = open_lab(replay=tmp_path / "two.zip", path=tmp_path / "replayed").compare("a fox")
    assert [one.bytes for one in again] == [one.bytes for one in source]


def test_a_replay_of_a_replay_is_a_replay(
    packed: Path, open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """What a replay brought can be packed and replayed as well."""
    first = open_lab(replay=packed).compare("a fox")
    first.zip(tmp_path / "second.zip")
    second = open_lab(replay=tmp_path / "second.zip", path=tmp_path / "b").compare("a fox")
    assert [one.picture for one in second] == [one.picture for one in first]


def test_a_replay_says_what_it_is(packed: Path, open_lab: Callable[..., Lab]) -> None:
    """The card names the ZIP, and the pictures are said to be replayed, not simulated."""
    lab = open_lab(replay=packed)
    assert "Replay of foxes.zip" in repr(lab)
    assert (
        "replayed pictures, simulated money"
        in lab.compare("a fox")._repr_mimebundle_()["text/html"]
    )


def test_two_replays_in_one_folder_do_not_mix(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """The same request of two ZIPs is two pictures: each replay has a name of its own."""
    lab, zips = open_lab(), []
    for number in (1, 2):
        lab.compare("a fox", fresh=True).zip(tmp_path / f"{number}.zip")
        zips.append(open_lab(replay=tmp_path / f"{number}.zip").compare("a fox"))
    assert zips[0][0].bytes != zips[1][0].bytes  # type: ignore[union-attr]


def test_what_is_no_picture_is_none_again(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """A spoilt answer travels with its bytes, and is billed and spoilt in the replay too."""
    with Simulator(faults=[Fault.no_picture()]) as simulator:
        spoilt = open_lab("simulator", base_url=simulator.url).compare("a fox")
    spoilt.zip(tmp_path / "spoilt.zip")
    [again] = open_lab(replay=tmp_path / "spoilt.zip").compare("a fox")
    assert (again.status, again.billed) == ("spoilt", "yes")
    assert again.bytes == next(iter(spoilt)).bytes


@pytest.mark.parametrize(
    ("words", "options", "error"),
    [
        (["replay"], {}, SetupError),
        (["openai"], {"replay": "x.zip"}, InputError),
        ([], {"replay": "x.zip", "base_url": "http://127.0.0.1:1/v1"}, InputError),
        ([], {"replay": "none.zip"}, InputError),
        ([], {"replay": 3}, InputError),
    ],
)
def test_a_replay_that_cannot_be_is_said(
    words: list[str], options: dict[str, Any], error: type[Exception], open_lab: Callable[..., Lab]
) -> None:
    """No ZIP, or a provider beside it, is an error before anything is made."""
    with pytest.raises(error):
        open_lab(*words, **options)


def test_pictures_that_claim_too_many_pixels_are_refused(packed: Path, tmp_path: Path) -> None:
    """A picture that would unpack to gigabytes of pixels is no picture."""
    import hashlib

    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    name = hashlib.sha256(out.getvalue()).hexdigest()

    def change(files: dict[str, bytes]) -> None:
        drop_pictures(files)
        files[f"pictures/{name}.png"] = out.getvalue()
        manifest(
            lambda content: [
                row.update(picture=name) for row in content["generations"] if row.get("picture")
            ]
        )(files)

    with pytest.raises(InputError, match=name):
        imagelab.open_zip(changed(packed, tmp_path / "pixels.zip", change))


# ---- edits ------------------------------------------------------------------------------------


EDITS: dict[str, Any] = {"quality": ["low", "medium"], "samples": 2, "output_compression": 80}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Comparison]]:
    """Edits of one picture and of two, with and without a mask, as a ZIP beside themselves."""
    where = tmp_path_factory.mktemp("edits")
    with Lab(path=where / "data") as lab:
        made = lab.compare("make it night", **_edits(), **EDITS)
        yield made.zip(where / "edits.zip"), made


def _edits() -> dict[str, Any]:
    def plain(colour: str) -> Image.Image:
        return Image.new("RGB", (64, 64), colour)

    several = {"one": plain("red"), "two": [plain("red"), plain("green")]}
    spot = Image.new("L", (64, 64))
    spot.paste(255, (8, 8, 40, 40))
    return {"images": several, "mask": [None, spot], "output_format": "jpeg"}


def test_edits_are_replayed(
    edited: tuple[Path, Comparison], open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """The same pictures and masks given again bring the same edits, to the nano-dollar."""
    packed, made = edited
    again = open_lab(replay=packed).compare("make it night", **_edits(), **EDITS)
    assert [one.status for one in again] == ["done"] * 16
    assert sorted(one.picture or "" for one in again) == sorted(one.picture or "" for one in made)
    assert sorted(one.cost_nano or 0 for one in again) == sorted(one.cost_nano or 0 for one in made)


def test_what_went_along_travels(edited: tuple[Path, Comparison], tmp_path: Path) -> None:
    """The bytes of references and masks are in the ZIP, by their hash, and come out again."""
    packed, made = edited
    back = imagelab.open_zip(packed, folder=tmp_path / "out")
    with Lab(path=tmp_path / "out") as lab:
        assert lab.check().ok
    assert [one.request for one in back] == [one.request for one in made]
    assert back.zip(tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_a_chain_knows_the_parents_that_travelled(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """A parent that is not in the ZIP is no parent there, and no error."""
    lab = open_lab()
    fox = lab.generate("a fox")
    lab.compare("make it night", images=fox).zip(tmp_path / "child.zip")
    [child] = imagelab.open_zip(tmp_path / "child.zip")
    assert (child.parents, child.lineage()) == ((), (child,))


def test_an_edit_that_was_left_travels(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """What a budget left out is in the ZIP as it was asked for, with what was to go along."""
    lab = open_lab(budget=0.02)
    made = lab.compare("make it night", images=_edits()["images"], quality=["low", "high"])
    assert made.left
    back = imagelab.open_zip(made.zip(tmp_path / "left.zip"))
    assert [cell.request for cell in back.cells] == [cell.request for cell in made.cells]


def test_an_svg_is_replayed_with_its_author(open_lab: Callable[..., Lab], tmp_path: Path) -> None:
    """Who wrote an svg is billed in the replay too, and asked for by its settings."""
    words = {"output_format": "svg", "svg": {"model": "gpt-5.6-terra"}}
    made = open_lab().compare("a fox", model="gpt-image-2.6-flare", **words)
    [again] = open_lab(replay=made.zip(tmp_path / "svg.zip")).compare("a fox", **words)
    assert again.cost_nano == made[0].cost_nano is not None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "images",
    ["none", "[1]", '[{"sha256": 1}]', "{}", '[{"sha256": "../x", "format": "png"}]', "[" * 9999],
)
def test_references_that_are_none_are_refused(
    images: str, edited: tuple[Path, Comparison], tmp_path: Path
) -> None:
    """A manifest that names as reference what is no picture is an input error."""
    change = manifest(lambda c: [row.update(images=images) for row in c["generations"]])
    with pytest.raises(InputError, match="manifest"):
        imagelab.open_zip(changed(edited[0], tmp_path / "odd.zip", change))


def test_references_that_are_others_are_refused(
    edited: tuple[Path, Comparison], tmp_path: Path
) -> None:
    """A reference whose bytes are not those of its name is not taken over."""

    def change(files: dict[str, bytes]) -> None:
        name = next(one for one in files if one.endswith(".png"))
        files[name] += b"x"

    with pytest.raises(InputError, match="not what its name says"):
        imagelab.open_zip(changed(edited[0], tmp_path / "other.zip", change))
