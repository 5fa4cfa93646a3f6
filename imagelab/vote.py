"""A vote: somebody saw two pictures and said which is better. A frozen value."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from imagelab.errors import InputError

Winner = Literal["left", "right", "tie", "skip"]
"""What was said: one side, that both are as good, or nothing at all."""

Source = Literal["human", "ballot", "judge"]
"""Where a vote was cast: in the notebook, in a ballot's file, or by a vision model."""

WINNERS: tuple[Winner, ...] = get_args(Winner)
SOURCES: tuple[Source, ...] = get_args(Source)

MOST_PAIRS = 1000
"""How many pairs a ballot has at most."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One answer about two generations, by the ids of their rows.

    ``by`` names the factors that were compared, ``time`` is when it was cast (UTC), ``seconds``
    how long the rater looked. ``token`` makes a vote count once however often it is handed in;
    ``id`` is its row, once it is in the ledger. A vote taken back stays, and is ``undone``.

    >>> from datetime import UTC, datetime
    >>> Vote(rater="ann", left=3, right=7, winner="left", by=("quality",), source="human",
    ...      time=datetime(2026, 11, 25, tzinfo=UTC)).loser
    7
    """

    rater: str
    left: int
    right: int
    winner: Winner
    by: tuple[str, ...]
    source: Source
    time: datetime
    seconds: float | None = None
    token: str | None = None
    undone: bool = False
    id: int | None = None

    def __post_init__(self) -> None:
        if wrong := _problem(self):
            raise InputError(wrong)

    @property
    def loser(self) -> int | None:
        """The generation that was found worse; ``None`` for a tie or a skip."""
        return {"left": self.right, "right": self.left}.get(self.winner)

    @property
    def pair(self) -> tuple[int, int]:
        """The two generations, whichever side they stood on."""
        return min(self.left, self.right), max(self.left, self.right)


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """Pairs for raters elsewhere, by the ids of their generations, as they stand left and right.

    The file that raters get knows the ``name`` and the number of each pair, and nothing more.
    """

    name: str
    by: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]

    def token(self, rater: str, pair: int) -> str:
        """Give what makes a rater's vote on a pair count once, however often it is handed in."""
        return hashlib.sha256(repr((self.name, rater, pair)).encode()).hexdigest()


def _problem(vote: Vote) -> str | None:
    if not isinstance(vote.rater, str) or not vote.rater.strip():
        return f"A vote has a rater, a name of your choice; got {vote.rater!r}."
    if vote.left == vote.right:
        return f"A vote is about two pictures, not about {vote.left} and itself."
    if vote.winner not in WINNERS:
        return f"A vote is for {', '.join(WINNERS)}; got {vote.winner!r}."
    if vote.source not in SOURCES:
        return f"A vote comes from {', '.join(SOURCES)}; got {vote.source!r}."
    if vote.seconds is not None and not (math.isfinite(vote.seconds) and vote.seconds >= 0):
        return f"A vote took some seconds, or nobody knows (None); got {vote.seconds!r}."
    return None
