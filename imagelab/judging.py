"""A judge at work: its questions, the run that asks them, and the votes that come of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imagelab import planning, question
from imagelab.catalog import judges
from imagelab.catalog.arguments import check_number
from imagelab.deciding.contest import Contest
from imagelab.deciding.disguise import jpeg
from imagelab.deciding.field import Field
from imagelab.deciding.judgement import Asked, Judgement
from imagelab.errors import InputError
from imagelab.insight.thumbs import small, whole
from imagelab.judged import Draw
from imagelab.pictures import look
from imagelab.pipeline import Session
from imagelab.records import votes
from imagelab.records.rows import Unknown
from imagelab.records.store import Store
from imagelab.replaying import warn_of_retirement
from imagelab.runner import Run
from imagelab.sweep import Cell
from imagelab.vote import Vote
from imagelab.voting import people

if TYPE_CHECKING:
    from numpy.random import Generator

PAIRS = 60
"""How many pairs are judged where nobody says: each costs two questions."""

AS_THEY_ARE = ("png", "jpeg", "webp")
"""Files that a judge takes; of others it gets what they show."""


@dataclass(frozen=True)
class Jury:
    """Who judges what, and how: everything that makes its questions."""

    field: Field
    model: str
    rubric: str
    side: int | None
    pairs: int

    @property
    def rater(self) -> str:
        """The name its votes are kept under; another rubric or another size is another rater."""
        how = (self.rubric, self.side)
        if how == (question.RUBRIC, question.SIDE):
            return f"judge:{self.model}"
        digest = hashlib.sha256(repr(how).encode()).hexdigest()[:6]
        return f"judge:{self.model}:{digest}"

    def cells(self) -> list[Cell]:
        """Write the questions: every pair in both orders, the same pairs every time."""
        # In the order of the sweep: which picture came first, and got the lower id, is chance.
        place = {number: at for at, number in enumerate(self.field.entries)}
        drawn = Contest(self.field, [], "", _always()).spread(self.pairs)
        pairs = [sorted(pair, key=place.__getitem__) for pair in drawn]
        ordered = [order for one, other in pairs for order in ((one, other), (other, one))]
        return [self._cell(at, *order) for at, order in enumerate(ordered)]

    def _cell(self, position: int, left: int, right: int) -> Cell:
        one, other = self.field.entries[left], self.field.entries[right]
        request = question.ask(
            self.model,
            one.generation,
            other.generation,
            prompt=self._told(one.prompt),
            rubric=self.rubric,
            side=self.side,
        )
        levels = self.field.levels
        factors = {"prompt": one.round, "left": levels[one.level], "right": levels[other.level]}
        return Cell(position, factors, request)

    def _told(self, prompt: str) -> str:
        """Give the prompt as a judge reads it: what differs stands in braces, and it is told so."""
        hidden = any(f"{{{name}}}" in prompt for name in self.field.by)
        return f"{prompt}\n(What stands in braces was another for each.)" if hidden else prompt


def _always() -> Generator:
    import numpy as np

    return np.random.default_rng(0)


def jury(field: Field, model: str, *, rubric: str | None, side: int | None, pairs: int) -> Jury:
    """Set up a jury of one.

    Raises:
        InputError: an argument is none.

    """
    if not isinstance(model, str) or not model.strip():
        known = ", ".join(one.model for one in judges.all_judges())
        raise InputError(f"model names who judges, such as {known}; got {model!r}.")
    if rubric is not None and (not isinstance(rubric, str) or not rubric.strip()):
        raise InputError(f"rubric is a text that says what to look for; got {rubric!r}.")
    if side is not None:
        check_number("side", side, 64, 4096, whole=True)
    check_number("pairs", pairs, 1, 1000, whole=True)
    named = model.strip().removeprefix("openai/")
    return Jury(field, named, rubric or question.RUBRIC, side, pairs)


def quote(session: Session, jury: Jury) -> planning.LabQuote:
    """Say what the questions will cost at most, and what the ledger holds already."""
    _warn(session, jury)
    return planning.quote(session.ledger, session.provider, jury.cells(), book=session.book)


def bind(session: Session, jury: Jury, *, fresh: bool, unknown: Unknown) -> Run[Judgement]:
    """Make the run that asks; nothing is sent before it starts.

    Raises:
        InputError: what the model costs is not known.

    """
    _warn(session, jury)
    shows = replace(session, draw=drawer(session.store))

    def finish(run: Run[Judgement]) -> Judgement:
        return conclude(jury, run)

    return Run(shows, jury.cells(), finish=finish, fresh=fresh, unknown=unknown)


def _warn(session: Session, jury: Jury) -> None:
    if not session.simulated:
        warn_of_retirement(jury.model, session.provider)


def drawer(store: Store) -> Draw:
    """Make what draws kept pictures as a judge gets them: JPEG without a remark, or as they are."""

    def draw(picture: str, side: int | None) -> bytes:
        if side is not None:
            wanted = side
            return store.derived(
                picture, f"judge-{side}.jpg", lambda: jpeg(small(store.read(picture), wanted))
            )
        data = store.read(picture)
        return data if look(data).format in AS_THEY_ARE else jpeg(whole(data))

    return draw


def conclude(jury: Jury, run: Run[Judgement]) -> Judgement:
    """Keep what was said as votes, each once, and set it beside the votes of people."""
    ledger, field = run.session.ledger, jury.field
    asked = [_asked(cell, run) for cell in run.cells]
    said = [vote for one in asked if (vote := _vote(jury, one)) is not None]
    votes.cast(ledger, said)
    return Judgement(
        field=field,
        model=jury.model,
        rater=jury.rater,
        asked=tuple(asked),
        votes=tuple(said),
        people=tuple(people(votes.votes_about(ledger, field.entries))),
        left=dict(run.left),
        simulated=run.session.simulated,
    )


def _asked(cell: Cell, run: Run[Judgement]) -> Asked:
    left, right = cell.request.parents
    at = cell.position
    return Asked(left, right, run.landed.get(at), run.came.get(at, "sent"))


def _vote(jury: Jury, asked: Asked) -> Vote | None:
    """Make a vote of an answer; an answer that says nothing is none."""
    row = asked.row
    if row is None or row.status != "done" or row.answer is None:
        return None
    return Vote(
        rater=jury.rater,
        left=asked.left,
        right=asked.right,
        winner=question.said(row.answer).winner,
        by=jury.field.by,
        source="judge",
        seconds=row.seconds,
        time=row.time,
        token=f"judge:{row.id}:{asked.left}:{asked.right}",
    )
