"""The booth: votes are kept at once, once, and taken back; pictures that are gone are left out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab import Comparison, Lab
from imagelab.deciding.contest import Turn
from imagelab.errors import InputError, PictureError, RecordError
from imagelab.vote import Winner
from imagelab.voting import Booth


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three pictures of each of two prompts, to be copied."""
    path = tmp_path_factory.mktemp("lab")
    with Lab(path=path) as lab:
        compare(lab)
    return path


def compare(lab: Lab) -> Comparison:
    """Ask for two prompts at three tiers."""
    return lab.compare(["a fox", "an owl"], quality=["low", "medium", "high"])


@pytest.fixture
def lab(made: Path, tmp_path: Path) -> Iterator[Lab]:
    """A lab whose pictures are there already, for one test alone."""
    shutil.copytree(made, tmp_path / "data")
    with Lab(path=tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def comparison(lab: Lab) -> Comparison:
    """The six pictures."""
    return compare(lab)


def booth(comparison: Comparison, rater: str = "ann") -> Booth:
    """Open a booth."""
    return comparison._booth(None, rater)


def shown(one: Booth) -> Turn:
    """Give the turn that is to be seen."""
    turn = one.turn()
    assert turn is not None
    return turn


def vote(one: Booth, winner: Winner = "left") -> Turn:
    """Vote on what is seen."""
    turn = shown(one)
    assert one.vote(turn.number, winner, 1.5)
    return turn


def test_a_vote_is_in_the_ledger_at_once(comparison: Comparison) -> None:
    """Rater, pair, side, time and seconds are kept before the next pair comes."""
    one = booth(comparison)
    vote(one, "right")
    (kept,) = comparison.votes
    assert (kept.rater, kept.winner, kept.seconds, kept.source) == ("ann", "right", 1.5, "human")
    assert kept.by == ("quality",)
    assert set(kept.pair) <= {picture.id for picture in comparison}


def test_a_turn_is_voted_on_once(comparison: Comparison) -> None:
    """A double click, or a second window, makes no second vote."""
    one = booth(comparison)
    turn = vote(one)
    assert not one.vote(turn.number, "right", 1.0)
    assert not one.vote(99, "right", 1.0)
    assert len(comparison.votes) == 1


def test_a_turn_stays_until_it_is_voted_on(comparison: Comparison) -> None:
    """A page that is loaded anew sees the same two pictures."""
    one = booth(comparison)
    assert shown(one) is shown(one)


def test_a_vote_taken_back_shows_its_pair_again(comparison: Comparison) -> None:
    """Undo leaves no vote, and the same two pictures on the same sides."""
    one = booth(comparison)
    turn = vote(one)
    shown(one)
    assert one.undo()
    assert comparison.votes == []
    again = shown(one)
    assert (again.left, again.right) == (turn.left, turn.right)
    assert again.number != turn.number


def test_nothing_to_take_back(comparison: Comparison) -> None:
    """Undo at the beginning does nothing; another rater's votes stay."""
    vote(booth(comparison, "bob"))
    one = booth(comparison)
    assert not one.undo()
    assert len(comparison.votes) == 1


def test_a_new_booth_goes_on_where_the_old_one_stopped(comparison: Comparison, lab: Lab) -> None:
    """After a restart nobody sees again what was voted on, and undo still works."""
    first = booth(comparison)
    for _ in range(4):
        vote(first, "tie")
    second = booth(compare(lab))
    assert (second.standing()["own"], second.standing()["unseen"]) == (4, 2)
    assert second.undo()
    assert len(comparison.votes) == 3


def test_it_ends_when_every_pair_was_seen(comparison: Comparison) -> None:
    """Six pairs, and then nothing but the verdict."""
    one = booth(comparison)
    count = 0
    while one.turn() is not None:
        vote(one, "skip")
        count += 1
    assert count == 6
    assert one.standing()["unseen"] == 0
    assert one.verdict().sentences[0].startswith("No votes")


def test_a_picture_that_is_gone_is_left_out(comparison: Comparison) -> None:
    """A deleted file costs its pairs, and nothing else; the votes about it still count."""
    first = booth(comparison, "bob")
    vote(first)
    comparison["a fox", "low"].path.unlink()  # type: ignore[union-attr]
    one = booth(comparison)
    count = 0
    while one.turn() is not None:
        vote(one, "skip")
        count += 1
    assert count == 4
    assert one.standing()["gone"] == 1
    assert comparison.verdict().ranking.counts.votes == 1


def test_votes_for_forgotten_pictures_still_count(comparison: Comparison, lab: Lab) -> None:
    """Pictures that were deleted on purpose keep the votes about them."""
    vote(booth(comparison))
    before = comparison.ranking().frame
    lab.forget(comparison)
    assert comparison.ranking().frame.equals(before)
    assert booth(comparison).turn() is None


def test_a_vote_that_cannot_be_kept_says_so_and_stays(comparison: Comparison, lab: Lab) -> None:
    """Where the ledger cannot be written, the turn stays and may be voted on again."""
    one = booth(comparison)
    turn = shown(one)
    path = lab.path / "ledger.sqlite"
    import sqlite3

    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE votes RENAME TO hidden")
    with pytest.raises(RecordError):
        one.vote(turn.number, "left", 1.0)
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE hidden RENAME TO votes")
    other.close()
    assert one.vote(turn.number, "left", 1.0)


def test_both_pictures_look_alike_as_files(comparison: Comparison) -> None:
    """Low and high come as files of one size."""
    turn = shown(booth(comparison))
    assert len(turn.left) == len(turn.right)
    assert turn.prompt in ("a fox", "an owl")


@pytest.mark.parametrize("rater", ["", "  ", None, 3])
def test_a_rater_has_a_name(comparison: Comparison, rater: object) -> None:
    """Votes of nobody are refused."""
    with pytest.raises(InputError, match="rater is a name"):
        comparison.vote(rater=rater)  # type: ignore[arg-type]


def test_settled_contests_stop_and_may_go_on(comparison: Comparison) -> None:
    """When it is settled no pair comes, unless the rater wants to go on."""
    for rater in ("bob", "cid", "dan", "eve", "fay"):
        other = booth(comparison, rater)
        while other.turn() is not None:
            left, right = other._pair or (0, 0)
            levels = other.field.entries[left].level, other.field.entries[right].level
            vote(other, "left" if levels[0] > levels[1] else "right")
    one = booth(comparison)
    assert one.standing()["settled"]
    assert one.turn() is None
    one.go_on()
    assert one.turn() is not None
    assert comparison.verdict().choice == "high"


def test_wrong_words_say_what_is_meant(comparison: Comparison) -> None:
    """A misspelt argument names those there are."""
    with pytest.raises(InputError, match="Did you mean by"):
        comparison.vote(bye="quality")  # type: ignore[call-arg]
    with pytest.raises(InputError, match="no votes by quality yet"):
        comparison.ranking()


def test_votes_from_elsewhere_count_once(comparison: Comparison) -> None:
    """Votes handed in by a cell that is run twice are kept once; repeated ones are all kept."""
    low, high = comparison["a fox", "low"], comparison["a fox", "high"]
    given = [(low, high, "right"), (high, low, "left"), (low, high, "right")]
    assert comparison.add_votes(given, rater="bob") == 3  # type: ignore[arg-type]
    assert comparison.add_votes(given, rater="bob") == 0  # type: ignore[arg-type]
    assert comparison.ranking().matrix.loc["high", "low"] == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda c: [(c["a fox", "low"], c["an owl", "high"], "left")], "do not meet"),
        (lambda c: [(c["a fox", "low"], c["a fox", "high"], "both")], "left, right, tie, skip"),
        (lambda c: [(1, 2, "left")], "A vote is a left picture"),
        (lambda c: ["left"], "A vote is a left picture"),
        (lambda c: 5, "a rater's file or a list of votes"),
    ],
)
def test_what_is_no_vote_from_elsewhere(
    comparison: Comparison, given: Callable[[Comparison], Any], said: str
) -> None:
    """What is no vote, or about pictures that do not meet, is refused; nothing is kept."""
    with pytest.raises(InputError, match=said):
        comparison.add_votes(given(comparison))
    assert comparison.votes == []


def test_the_votes_of_some_raters(comparison: Comparison) -> None:
    """A ranking or a verdict may rest on some raters alone; one without votes is named."""
    low, high = comparison["a fox", "low"], comparison["a fox", "high"]
    comparison.add_votes([(low, high, "right")], rater="ann")  # type: ignore[list-item]
    comparison.add_votes([(low, high, "left")] * 2, rater="ben")  # type: ignore[list-item]
    assert comparison.ranking(raters="ben").matrix.loc["low", "high"] == 2
    assert comparison.verdict(raters=["ann"]).ranking.counts.votes == 1
    with pytest.raises(InputError, match=r"'cleo' has no votes here\. Raters: ann, ben"):
        comparison.verdict(raters="cleo")


# -- ballots --------------------------------------------------------------------------------


def answered(page: Path, rater: str = "zoe", **changes: Any) -> Path:
    """Answer every pair of a ballot with left, as its page would save it."""
    found = re.search(r'id="data">(.*?)</script>', page.read_text(), re.S)
    assert found is not None
    given = json.loads(found.group(1))
    said = [
        {"pair": at, "winner": "left", "seconds": 2, "time": "2026-11-25T20:00:00.000Z"}
        for at in range(len(given["pairs"]))
    ]
    whole = {"format": given["format"], "ballot": given["ballot"], "rater": rater, "votes": said}
    file = page.with_name(f"votes-{rater}.json")
    file.write_text(json.dumps({**whole, **changes}))
    return file


def test_a_ballot_goes_out_and_comes_back(comparison: Comparison, tmp_path: Path) -> None:
    """Six pairs go out, six votes come back, once, with their rater and their source."""
    ballot = comparison.ballot(tmp_path / "ballot.html")
    file = answered(ballot)
    assert comparison.add_votes(file) == 6
    assert comparison.add_votes(str(file)) == 0
    assert {(vote.rater, vote.source, vote.by) for vote in comparison.votes} == {
        ("zoe", "ballot", ("quality",))
    }
    assert comparison.add_votes(answered(ballot, "yan")) == 6
    assert comparison.verdict().ranking.counts.votes == 12


def test_a_ballot_tells_nothing_of_its_pictures(comparison: Comparison, tmp_path: Path) -> None:
    """No tier, price, hash or id stands in the file."""
    page = comparison.ballot(tmp_path / "ballot.html").read_text()
    words = re.sub(r'"pictures": \[.*?\]', "", page, flags=re.S)
    assert not any(word in words for word in ("medium", "gpt-image", "$0", "quality"))
    assert not any((one.picture or "?") in page for one in comparison)


def test_a_ballot_has_at_most_so_many_pairs(comparison: Comparison, tmp_path: Path) -> None:
    """Three pairs of six, each of other levels."""
    ballot = comparison.ballot(tmp_path / "ballot.html", pairs=3)
    comparison.add_votes(answered(ballot))
    entries = comparison._field(None).entries
    met = {frozenset(entries[one].level for one in vote.pair) for vote in comparison.votes}
    assert (len(comparison.votes), len(met)) == (3, 3)


def test_a_foreign_ballot_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    """Answers to a ballot of another ledger are refused, and nothing is kept."""
    file = answered(comparison.ballot(tmp_path / "ballot.html"), ballot="of somebody else")
    with pytest.raises(InputError, match="not made with this ledger"):
        comparison.add_votes(file)
    assert comparison.votes == []


def test_a_ballot_of_other_pictures_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    """Answers are added to the comparison whose ballot they answer."""
    file = answered(comparison.ballot(tmp_path / "ballot.html"))
    part = comparison["a fox"]
    assert isinstance(part, Comparison)
    with pytest.raises(InputError, match="not in this comparison"):
        part.add_votes(file)


def test_a_pair_that_the_ballot_does_not_have(comparison: Comparison, tmp_path: Path) -> None:
    """A number that was changed by hand is refused."""
    said = [{"pair": 99, "winner": "left", "seconds": 1, "time": "2026-11-25T20:00:00Z"}]
    file = answered(comparison.ballot(tmp_path / "ballot.html"), votes=said)
    with pytest.raises(InputError, match="does not have"):
        comparison.add_votes(file)


def test_a_ballot_without_pictures_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    """Where all files are gone there is nothing to vote on, and no file is left."""
    for one in comparison:
        one.path.unlink()
    with pytest.raises(InputError, match="No two pictures can be shown"):
        comparison.ballot(tmp_path / "ballot.html")
    assert not (tmp_path / "ballot.html").exists()


def test_where_a_ballot_cannot_be_written(comparison: Comparison, tmp_path: Path) -> None:
    """A folder, or a place that is not there, is named."""
    with pytest.raises(InputError, match="an HTML file"):
        comparison.ballot(tmp_path)
    with pytest.raises(PictureError, match="cannot be written"):
        comparison.ballot(tmp_path / "nowhere" / "ballot.html")
