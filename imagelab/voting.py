"""The polling booth: shows pairs, keeps every vote in the ledger at once, takes one back."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from imagelab.deciding.contest import Contest, Pair, Turn
from imagelab.deciding.disguise import disguised
from imagelab.deciding.field import Field
from imagelab.errors import InputError, PictureError
from imagelab.insight import ballots
from imagelab.insight.thumbs import small
from imagelab.insight.verdict import Verdict, decide
from imagelab.records import notes, votes
from imagelab.records.ledger import Ledger
from imagelab.request import Generation
from imagelab.vote import Ballot, Vote, Winner

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 1024
"""The longer edge of a picture in a duel, in pixels: enough to look close."""


BALLOT_SIDE = 768
"""The same in a ballot, whose file goes by mail."""

Given = tuple[Generation, Generation, Winner]
"""A vote from outside: the picture on the left, that on the right, and what was said."""


def add(field: Field, ledger: Ledger, given: Iterable[Given], rater: str) -> int:
    """Keep votes that were cast elsewhere; say how many are new.

    The same votes handed in again count once: a cell may be run twice.

    Raises:
        InputError: something in it is no vote, or is about pictures that do not meet here.

    """
    if not isinstance(given, Iterable):
        raise InputError(f"Votes are a rater's file or a list of votes, not {given!r}.")
    seen: Counter[tuple[int, int]] = Counter()
    made: list[Vote] = []
    for one in given:
        left, right, winner = _checked(one)
        seen[left, right] += 1
        words = (rater, *field.by, left, right, seen[left, right])
        made.append(
            Vote(
                rater=rater,
                left=left,
                right=right,
                winner=winner,
                by=field.by,
                source="human",
                time=datetime.now(UTC),
                token=hashlib.sha256(repr(words).encode()).hexdigest(),
            )
        )
        if not field.is_duel(made[-1]):
            raise InputError(
                f"Generations {left} and {right} do not meet in a contest by "
                f"{' and '.join(field.by)}: they differ in more, or are no pictures of this "
                "comparison. Nothing was kept."
            )
    return len(votes.cast(ledger, made))


def _checked(given: object) -> tuple[int, int, Winner]:
    whole = isinstance(given, tuple | list) and len(given) == 3
    if whole and isinstance(given[0], Generation) and isinstance(given[1], Generation):  # type: ignore[index]
        return given[0].id, given[1].id, given[2]  # type: ignore[index]
    raise InputError(
        f"A vote is a left picture, a right picture and what was said, not {given!r}: "
        "(comparison['a fox', 'low'], comparison['a fox', 'high'], 'right')."
    )


def a_file(path: object) -> Path:
    """Give the file to write to; refuse what is none."""
    if isinstance(path, str | os.PathLike) and Path(path).suffix.lower() in (".html", ".htm"):
        return Path(path).expanduser()
    raise InputError(f"ballot writes an HTML file, such as 'ballot.html'; got {path!r}.")


def of_raters(votes: list[Vote], raters: str | Sequence[str] | None) -> list[Vote]:
    """Keep the votes of these raters; without any those of all people, and of no judge.

    Raises:
        InputError: one of them has none; the message names those who have.

    """
    if raters is None:
        return people(votes)
    wanted = [checked(one) for one in ([raters] if isinstance(raters, str) else raters)]
    known = sorted({vote.rater for vote in votes})
    for name in wanted:
        if name not in known:
            raise InputError(f"{name!r} has no votes here. Raters: {', '.join(known) or 'none'}.")
    return [vote for vote in votes if vote.rater in wanted]


def people(votes: Iterable[Vote]) -> list[Vote]:
    """Keep the votes of people: what a judge says settles nothing unless somebody asks for it."""
    return [vote for vote in votes if vote.source != "judge"]


def checked(rater: object) -> str:
    """Give a rater's name; refuse what is none."""
    if isinstance(rater, str) and rater.strip():
        return rater.strip()
    raise InputError(f"rater is a name of your choice, such as 'ann'; got {rater!r}.")


def write_ballot(
    field: Field,
    ledger: Ledger,
    path: Path,
    *,
    pairs: int,
    read: Callable[[Generation], bytes] = lambda generation: generation.bytes,
) -> int:
    """Write a ballot's file and keep what it does not say; give the number of its pairs.

    Raises:
        InputError: no picture can be shown.
        PictureError: the file cannot be written.

    """
    import numpy as np

    random = np.random.default_rng()
    opened = {
        number: drawn
        for number, entry in field.entries.items()
        if (drawn := _drawn(entry.generation, read)) is not None
    }
    contest = Contest(field, [], "ballot", random)
    contest.gone = set(field.entries) - set(opened)
    chosen = contest.spread(pairs)
    if not chosen:
        raise InputError("No two pictures can be shown: their files are gone or unreadable.")
    used = sorted({number for pair in chosen for number in pair})
    order = [int(number) for number in random.permutation(used)]
    ballot = Ballot(name=uuid.uuid4().hex, by=field.by, pairs=tuple(chosen))
    page = ballots.page(
        ballot.name,
        [opened[number] for number in order],
        [(order.index(left), order.index(right)) for left, right in chosen],
        [field.entries[left].prompt for left, _ in chosen],
    )
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as cause:
        raise PictureError(f"The ballot cannot be written to {path}: {cause}.") from cause
    votes.keep_ballot(ledger, ballot)
    return len(chosen)


def _drawn(generation: Generation, read: Callable[[Generation], bytes]) -> Image | None:
    try:
        return small(read(generation), BALLOT_SIDE)
    except PictureError:
        return None


def count_ballot(ledger: Ledger, path: str | Path, entries: Container[int]) -> int:
    """Keep the votes of a file of answers; say how many are new. The same file counts once.

    Raises:
        InputError: it is no file of answers, a damaged one, or one to a ballot that was not made
            here, or is about pictures that are not among ``entries``. Nothing was kept.

    """
    answers = ballots.read(path)
    ballot = votes.ballot(ledger, answers.ballot)
    if ballot is None:
        raise InputError(
            f"{path} answers a ballot that was not made with this ledger: open the lab with the "
            "path that made it, or with imagelab.open_zip a ZIP of all its pictures that was made "
            "after it. Nothing was kept."
        )
    if not all(number in entries for pair in ballot.pairs for number in pair):
        raise InputError(
            f"{path} is about pictures that are not in this comparison: add it to the one whose "
            "ballot it answers. Nothing was kept."
        )
    if any(not 0 <= answer.pair < len(ballot.pairs) for answer in answers.said):
        raise InputError(f"{path} is damaged: it names pairs that its ballot does not have.")
    return len(votes.take_over(ledger, [_counted(ballot, answers, one) for one in answers.said]))


def _counted(ballot: Ballot, answers: ballots.Answers, one: ballots.Answer) -> Vote:
    left, right = ballot.pairs[one.pair]
    return Vote(
        rater=answers.rater,
        left=left,
        right=right,
        winner=one.winner,
        by=ballot.by,
        source="ballot",
        seconds=one.seconds,
        time=one.time,
        token=ballot.token(answers.rater, one.pair),
    )


class Booth:
    """One rater before two pictures at a time, until it is settled or all pairs were seen.

    ``read`` gives the bytes of a generation. A picture that cannot be read is left out, and its
    pairs with it; votes about it still count.
    """

    def __init__(
        self,
        field: Field,
        ledger: Ledger,
        rater: str,
        read: Callable[[Generation], bytes] = lambda generation: generation.bytes,
    ) -> None:
        import numpy as np

        self.field, self.rater = field, checked(rater)
        self._ledger, self._read = ledger, read
        self._contest = Contest(field, self._votes(), rater, np.random.default_rng())
        self._goes_on = False
        self._number = 0
        self._pair: Pair | None = None
        self._turn: Turn | None = None
        self._name = uuid.uuid4().hex

    def turn(self) -> Turn | None:
        """Give what is to be seen now, the same until it is voted on; ``None`` at the end."""
        while self._turn is None:
            self._pair = self._pair or self._next()
            if self._pair is None:
                return None
            self._turn = self._shown(self._pair)
        return self._turn

    def vote(self, number: int, winner: Winner, seconds: float | None) -> bool:
        """Keep a vote on the turn of this number; say whether it was that turn's first.

        Raises:
            RecordError: the ledger cannot be written; the turn stays.
            InputError: this is no vote.

        """
        if self._turn is None or self._pair is None or number != self._turn.number:
            return False
        given = Vote(
            rater=self.rater,
            left=self._pair[0],
            right=self._pair[1],
            winner=winner,
            by=self.field.by,
            source="human",
            seconds=seconds,
            time=datetime.now(UTC),
            token=f"{self._name}:{number}",
        )
        self._contest.votes += votes.cast(self._ledger, [given])
        notes.look_at(self._ledger, self._pair)
        self._pair = self._turn = None
        return True

    def undo(self) -> bool:
        """Take the rater's last vote back and show its pair again; say whether there was one."""
        own = [vote for vote in self._contest.own if vote.source == "human"]
        if not own or own[-1].id is None:
            return False
        votes.undo(self._ledger, own[-1].id)
        self._contest.votes.remove(own[-1])
        self._pair, self._turn = (own[-1].left, own[-1].right), None
        return True

    def go_on(self) -> None:
        """Show more pairs although it is settled."""
        self._goes_on = True

    def standing(self) -> dict[str, object]:
        """Say how far it is, in what a page may know."""
        now = self._contest.standing()
        return {
            "rater": self.rater,
            "votes": now.votes,
            "own": now.own,
            "unseen": now.unseen,
            "sure": now.sure,
            "settled": now.settled,
            "to_go": now.to_go,
            "gone": len(self._contest.gone),
            "goes_on": self._goes_on,
        }

    def verdict(self) -> Verdict:
        """Give the verdict on everybody's votes so far."""
        simulated = any(one.generation.simulated for one in self.field.entries.values())
        return decide(self.field, self._votes(), simulated=simulated)

    def _votes(self) -> list[Vote]:
        return people(votes.votes_about(self._ledger, self.field.entries))

    def _next(self) -> Pair | None:
        if self._contest.standing().settled and not self._goes_on:
            return None
        return self._contest.choose()

    def _shown(self, pair: Pair) -> Turn | None:
        """Draw a pair alike; leave out a picture that cannot be drawn."""
        self._pair = None
        entries = [self.field.entries[number] for number in pair]
        opened: list[Image] = []
        for entry in entries:
            try:
                opened.append(small(self._read(entry.generation), SIDE))
            except PictureError:
                self._contest.gone.add(entry.generation.id)
                return None
        left, right = disguised(opened[0], opened[1])
        self._number += 1
        self._pair = pair
        return Turn(self._number, left, right, entries[0].prompt)
