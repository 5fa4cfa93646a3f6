"""How far a run is, and the screen that is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from imagelab.exchange.streams import Partial
from imagelab.request import Generation


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run is. Money in nano-dollars; ``seconds_left`` is a guess, or ``None``.

    ``saved_nano`` is what the pictures from the ledger had cost, and did not cost again;
    ``limited`` says that it is the provider's limit that the rest waits for.
    ``partials`` are the partial pictures that came since it was last told, by position.
    """

    pictures: int
    landed: int
    from_ledger: int
    troubled: int
    in_flight: int
    spent_nano: int
    saved_nano: int
    quoted_nano: int | None
    simulated: bool
    seconds: float
    seconds_left: float | None
    limited: bool
    stopping: bool
    finished: bool
    partials: Mapping[int, Partial] = field(default_factory=dict)


class Display(Protocol):
    """A screen that follows a run; a run knows no more of it."""

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Take in what landed since the last call; told from one thread, ten times a second."""
