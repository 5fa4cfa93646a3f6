"""Votes in the ledger: cast at once, never erased. A vote that was taken back says so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from imagelab.errors import RecordError
from imagelab.records.ledger import Ledger
from imagelab.records.rows import now_us
from imagelab.records.schema import ballots, generations, votes
from imagelab.records.sound import damaged
from imagelab.request import plain
from imagelab.vote import Ballot, Vote

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PART = 500
"""How many values one query names at most: databases limit them."""


def cast(ledger: Ledger, given: Sequence[Vote]) -> list[Vote]:
    """Write votes down, all or none; give those that are new, with their ids.

    A vote whose token the ledger has already was handed in before, and is passed over.

    Raises:
        RecordError: the ledger cannot be written, or a vote is about a generation that is
            not in it.

    """
    with ledger.writing() as connection:
        _check_pictures(connection, ledger, given)
        known = _known_tokens(connection, given)
        new: list[Vote] = []
        for vote in given:
            if vote.token is not None and vote.token in known:
                continue
            known.add(vote.token or "")
            new.append(_insert(connection, vote))
        return new


def take_over(ledger: Ledger, given: Sequence[Vote]) -> list[Vote]:
    """Write votes down that come from elsewhere; give those that are new, with their ids.

    One that was cast here stays as it is, one that was taken back too: where it was cast under
    another token it is known by all that it says.

    Raises:
        RecordError: as for ``cast``.

    """
    pictures = {number for vote in given for number in vote.pair}
    there = Counter(map(_said, votes_about(ledger, pictures, undone=True)))
    new: list[Vote] = []
    for vote in given:
        there[_said(vote)] -= 1
        if there[_said(vote)] < 0:
            new.append(vote)
    return cast(ledger, new)


def _said(vote: Vote) -> Vote:
    return replace(vote, id=None, token=None, undone=False)


def keep_ballot(ledger: Ledger, ballot: Ballot) -> None:
    """Write down which pictures the pairs of a ballot are."""
    take_over_ballots(ledger, [ballot])


def take_over_ballots(ledger: Ledger, given: Sequence[Ballot]) -> None:
    """Write ballots down that come from elsewhere; those that are there already stay.

    Raises:
        RecordError: the ledger has another ballot of such a name.

    """
    if not given:
        return
    with ledger.writing() as connection:
        for ballot in given:
            there = _ballots(connection, ballots.c.name == ballot.name)
            if not there:
                row = {"name": ballot.name, "created_us": now_us(), "factors": _joined(ballot.by)}
                pairs = json.dumps(ballot.pairs)
                connection.execute(ballots.insert().values(**row, pairs=pairs))
            elif there != [ballot]:
                raise RecordError(
                    f"The ledger {ledger.path} holds another ballot {ballot.name[:8]}…: name an "
                    "empty folder."
                )


def ballot(ledger: Ledger, name: str) -> Ballot | None:
    """Read a ballot; ``None`` where this ledger has none of that name."""
    with ledger.reading() as connection:
        return next(iter(_ballots(connection, ballots.c.name == name)), None)


def ballots_about(ledger: Ledger, pictures: Iterable[int]) -> list[Ballot]:
    """Read the ballots all of whose pairs are of these generations, by name."""
    among = set(pictures)
    with ledger.reading() as connection:
        there = _ballots(connection, sa.true())
    return [one for one in there if all(among >= set(pair) for pair in one.pairs)]


def _ballots(connection: Connection, which: sa.ColumnElement[bool]) -> list[Ballot]:
    query = sa.select(ballots).where(which).order_by(ballots.c.name)
    return [_ballot(row) for row in connection.execute(query).mappings()]


def _ballot(row: Any) -> Ballot:
    try:
        pairs = tuple((int(left), int(right)) for left, right in json.loads(row["pairs"]))
    except (ValueError, TypeError) as cause:
        raise damaged(f"ballot {row['name']} has {str(row['pairs'])[:40]!r} for pairs") from cause
    return Ballot(name=row["name"], by=_factors(row), pairs=pairs)


def undo(ledger: Ledger, number: int) -> None:
    """Take a vote back; its row stays and says when. One that was taken back stays so.

    Raises:
        RecordError: there is no such vote.

    """
    column = votes.c
    with ledger.writing() as connection:
        found = connection.execute(sa.select(column.undone_us).where(column.id == number)).first()
        if found is None:
            raise RecordError(f"The ledger {ledger.path} has no vote {number}.")
        if found[0] is None:
            connection.execute(votes.update().where(column.id == number).values(undone_us=now_us()))


def votes_about(ledger: Ledger, pictures: Iterable[int], *, undone: bool = False) -> list[Vote]:
    """Read the votes whose two pictures are both among these generations, oldest first.

    Votes that were taken back are left out unless ``undone``.
    """
    wanted = sorted(set(pictures))
    among = set(wanted)
    query = sa.select(votes).order_by(votes.c.id)
    if not undone:
        query = query.where(votes.c.undone_us.is_(None))
    found: list[Vote] = []
    with ledger.reading() as connection:
        for start in range(0, len(wanted), _PART):
            some = votes.c.left_generation.in_(wanted[start : start + _PART])
            rows = connection.execute(query.where(some)).mappings()
            found += [_vote(row) for row in rows if row["right_generation"] in among]
    return sorted(found, key=lambda vote: vote.id or 0)


def _check_pictures(connection: Connection, ledger: Ledger, given: Sequence[Vote]) -> None:
    named = sorted({number for vote in given for number in (vote.left, vote.right)})
    there: set[int] = set()
    for start in range(0, len(named), _PART):
        some = generations.c.id.in_(named[start : start + _PART])
        there |= set(connection.execute(sa.select(generations.c.id).where(some)).scalars())
    if gone := [number for number in named if number not in there]:
        raise RecordError(
            f"The ledger {ledger.path} has no generation {gone[0]}: these votes are about "
            "pictures of another ledger. Nothing was written."
        )


def _known_tokens(connection: Connection, given: Sequence[Vote]) -> set[str]:
    tokens = sorted({vote.token for vote in given if vote.token is not None})
    known: set[str] = set()
    for start in range(0, len(tokens), _PART):
        some = votes.c.token.in_(tokens[start : start + _PART])
        known |= set(connection.execute(sa.select(votes.c.token).where(some)).scalars())
    return known


def _insert(connection: Connection, vote: Vote) -> Vote:
    row: dict[str, Any] = {
        "rater": plain(vote.rater),
        "left_generation": vote.left,
        "right_generation": vote.right,
        "winner": vote.winner,
        "factors": _joined(vote.by),
        "source": vote.source,
        "seconds": vote.seconds,
        "cast_us": round((vote.time - _EPOCH) / timedelta(microseconds=1)),
        "token": vote.token,
    }
    number: Any = connection.execute(votes.insert().values(**row)).inserted_primary_key
    return replace(vote, rater=row["rater"], id=int(number[0]))


def _vote(row: Any) -> Vote:
    return Vote(
        id=row["id"],
        rater=row["rater"],
        left=row["left_generation"],
        right=row["right_generation"],
        winner=row["winner"],
        by=_factors(row),
        source=row["source"],
        seconds=row["seconds"],
        time=_EPOCH + timedelta(microseconds=row["cast_us"]),
        token=row["token"],
        undone=row["undone_us"] is not None,
    )


def _joined(by: Sequence[str]) -> str:
    return "\x1f".join(by)


def _factors(row: Any) -> tuple[str, ...]:
    return tuple(row["factors"].split("\x1f"))
