"""Votes in the ledger: cast at once, read back whole, taken back and never erased."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from imagelab.errors import InputError, RecordError
from imagelab.records import votes
from imagelab.records.ledger import Ledger
from imagelab.vote import Ballot, Vote
from tests.records.rows import DONE, at_once, held


@pytest.fixture
def pair(ledger: Ledger) -> tuple[int, int]:
    """Two pictures that came."""
    made = [ledger.settle(held(ledger, prompt), DONE).id for prompt in ("a fox", "an owl")]
    return made[0], made[1]


def vote(pair: tuple[int, int], **changes: Any) -> Vote:
    """Make a vote for the left of two pictures."""
    values: dict[str, Any] = {
        "rater": "ann",
        "left": pair[0],
        "right": pair[1],
        "winner": "left",
        "by": ("quality", "model"),
        "source": "human",
        "seconds": 2.5,
        "time": datetime(2026, 11, 25, 20, 0, 0, 123456, tzinfo=UTC),
    }
    return Vote(**{**values, **changes})


def test_a_vote_is_read_back_as_it_was_cast(ledger: Ledger, pair: tuple[int, int]) -> None:
    """Every field of a vote survives, to the microsecond."""
    (cast,) = votes.cast(ledger, [vote(pair)])
    assert cast.id is not None
    assert votes.votes_about(ledger, pair) == [cast]
    assert replace(cast, id=None) == vote(pair)


def test_votes_outlive_the_process(path: Path) -> None:
    """A vote is there when the ledger is opened again."""
    with contextlib.closing(Ledger(path)) as first:
        both = [first.settle(held(first, prompt), DONE).id for prompt in ("a fox", "an owl")]
        votes.cast(first, [vote((both[0], both[1]))])
    with contextlib.closing(Ledger(path)) as second:
        assert len(votes.votes_about(second, both)) == 1


def test_a_vote_taken_back_stays_and_says_so(ledger: Ledger, pair: tuple[int, int]) -> None:
    """Undone votes are left out unless they are asked for."""
    (cast,) = votes.cast(ledger, [vote(pair)])
    assert cast.id is not None
    votes.undo(ledger, cast.id)
    votes.undo(ledger, cast.id)
    assert votes.votes_about(ledger, pair) == []
    (kept,) = votes.votes_about(ledger, pair, undone=True)
    assert kept == replace(cast, undone=True)


def test_no_vote_to_take_back(ledger: Ledger) -> None:
    """Taking back what is not there is an error that names it."""
    with pytest.raises(RecordError, match="no vote 7"):
        votes.undo(ledger, 7)


def test_a_token_counts_once(ledger: Ledger, pair: tuple[int, int]) -> None:
    """A vote handed in again, in the same call or a later one, makes no second row."""
    once = vote(pair, token="ballot-1:3")
    assert len(votes.cast(ledger, [once, once])) == 1
    assert votes.cast(ledger, [once]) == []
    assert len(votes.votes_about(ledger, pair)) == 1


def test_a_vote_taken_over_counts_once(ledger: Ledger, pair: tuple[int, int]) -> None:
    """One that was cast here under another token is known by what it says, each as often."""
    votes.cast(ledger, [vote(pair, token="booth:1"), vote(pair, token="booth:2")])
    same = [vote(pair, token=f"zip:{number}") for number in range(3)]
    assert [one.token for one in votes.take_over(ledger, same)] == ["zip:2"]
    assert votes.take_over(ledger, same) == []
    assert len(votes.votes_about(ledger, pair)) == 3


def test_a_vote_taken_back_is_not_taken_over(ledger: Ledger, pair: tuple[int, int]) -> None:
    """What somebody took back here does not come back from elsewhere."""
    (cast,) = votes.cast(ledger, [vote(pair)])
    assert cast.id is not None
    votes.undo(ledger, cast.id)
    assert votes.take_over(ledger, [vote(pair, token="zip:0")]) == []
    assert votes.votes_about(ledger, pair) == []


def test_votes_without_a_token_all_count(ledger: Ledger, pair: tuple[int, int]) -> None:
    """Equal votes are two votes unless a token says that they are one."""
    assert len(votes.cast(ledger, [vote(pair), vote(pair)])) == 2


def test_a_vote_for_a_foreign_picture_is_refused(ledger: Ledger, pair: tuple[int, int]) -> None:
    """One vote about a picture that the ledger never had, and none of them is written."""
    with pytest.raises(RecordError, match="no generation 99"):
        votes.cast(ledger, [vote(pair), vote((pair[0], 99))])
    assert votes.votes_about(ledger, pair) == []


def test_only_votes_between_the_pictures_named(ledger: Ledger, pair: tuple[int, int]) -> None:
    """A vote is read only if both of its pictures are asked about."""
    votes.cast(ledger, [vote(pair)])
    assert votes.votes_about(ledger, pair[:1]) == votes.votes_about(ledger, []) == []


def test_many_vote_at_once(ledger: Ledger, pair: tuple[int, int]) -> None:
    """Sixteen threads cast a vote each, and all are there."""
    at_once(16, lambda number: votes.cast(ledger, [vote(pair, rater=f"rater {number}")]))
    assert len({one.rater for one in votes.votes_about(ledger, pair)}) == 16


# -- ballots --------------------------------------------------------------------------------


def ballot(name: str, *pairs: tuple[int, int]) -> Ballot:
    """Make a ballot by two factors."""
    return Ballot(name=name, by=("quality", "model"), pairs=pairs)


def test_a_ballot_is_found_by_all_its_pictures(ledger: Ledger, pair: tuple[int, int]) -> None:
    """Those that name any other picture are left out; the rest come by name."""
    third = held(ledger, "a cat").id
    first, second = ballot("a" * 32, pair), ballot("b" * 32, pair, (pair[1], third))
    votes.keep_ballot(ledger, second)
    votes.keep_ballot(ledger, first)
    assert votes.ballots_about(ledger, pair) == [first]
    assert votes.ballots_about(ledger, (*pair, third)) == [first, second]
    assert votes.ballots_about(ledger, []) == []


def test_a_ballot_is_taken_over_once(ledger: Ledger, pair: tuple[int, int]) -> None:
    """The same again changes nothing; another of its name is refused, and with it all others."""
    mine = ballot("a" * 32, pair)
    for _ in range(2):
        votes.take_over_ballots(ledger, [mine])
    with pytest.raises(RecordError, match="another ballot aaaaaaaa…"):
        votes.take_over_ballots(ledger, [ballot("b" * 32, pair), ballot("a" * 32, pair[::-1])])
    assert votes.ballots_about(ledger, pair) == [mine]


@pytest.mark.parametrize("pairs", ["[[1,", "[1]", "7", "[[1, null]]"])
def test_a_damaged_ballot_is_said(ledger: Ledger, pair: tuple[int, int], pairs: str) -> None:
    """Pairs that cannot be read are told with the name of their ballot."""
    votes.keep_ballot(ledger, ballot("a" * 32, pair))
    with contextlib.closing(sqlite3.connect(ledger.path)) as raw, raw:
        raw.execute("UPDATE ballots SET pairs = ?", [pairs])
    with pytest.raises(RecordError, match=r"ballot a{32} has"):
        votes.ballots_about(ledger, pair)


def test_a_token_is_of_one_answer() -> None:
    """Another ballot, rater or pair has another token; the same has the same for ever."""
    tokens = [
        ballot(name, (1, 2)).token(rater, pair)
        for name, rater, pair in [
            ("a", "ann", 0),
            ("b", "ann", 0),
            ("a", "ben", 0),
            ("a", "ann", 1),
        ]
    ]
    assert len(set(tokens)) == 4
    assert tokens[0] == "56873cd4209cf89d849d886f7497579c10e183792785c52691064ede0fbfda9a"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rater": " "}, "has a rater"),
        ({"winner": "both"}, "left, right, tie, skip"),
        ({"source": "rumour"}, "human, ballot, judge"),
        ({"right": 1}, "and itself"),
        ({"seconds": float("nan")}, "some seconds"),
    ],
)
def test_what_is_no_vote(changes: dict[str, Any], said: str) -> None:
    """A vote that says nothing is refused at birth."""
    with pytest.raises(InputError, match=said):
        vote((1, 2), **changes)


def test_winner_and_loser() -> None:
    """The loser is the other side, and nobody for a tie or a skip."""
    assert [vote((1, 2), winner=one).loser for one in ("left", "right", "tie", "skip")] == [
        2,
        1,
        None,
        None,
    ]
