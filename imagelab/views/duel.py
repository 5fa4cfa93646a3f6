"""The duel: two pictures, nothing that tells which is which, one key for the better one."""

from __future__ import annotations

from typing import Any, Protocol

import traitlets

from imagelab.deciding.contest import Turn
from imagelab.deciding.stopping import RULE
from imagelab.errors import ImageLabError
from imagelab.insight import stills
from imagelab.insight.verdict import Verdict
from imagelab.request import in_notebook
from imagelab.views._view import View
from imagelab.vote import WINNERS, Winner


class Voting(Protocol):
    """Who shows pairs and keeps votes; a duel knows no more of it."""

    def turn(self) -> Turn | None:
        """Give what is to be seen now; ``None`` at the end."""

    def vote(self, number: int, winner: Winner, seconds: float | None) -> bool:
        """Keep a vote on the turn of this number."""

    def undo(self) -> bool:
        """Take the last vote back."""

    def go_on(self) -> None:
        """Show more pairs although it is settled."""

    def standing(self) -> dict[str, object]:
        """Say how far it is."""

    def verdict(self) -> Verdict:
        """Give the verdict so far."""


class Duel(View, stem="duel"):
    """Blind duels between pictures of one prompt, for one rater.

    The page is told how far it is (``standing``) and the rule by which it stops; pictures come
    one pair at a time, as messages, drawn alike: no trait names or holds any of them.

    >>> comparison.vote(by="quality", rater="ann")      # doctest: +SKIP
    Duel(quality, rater 'ann')
    """

    standing = traitlets.Dict().tag(sync=True)
    rule = traitlets.Unicode(RULE).tag(sync=True)

    def __init__(self, voting: Voting, *, name: str = "") -> None:
        self._voting, self._name = voting, name
        super().__init__(standing=voting.standing())
        self.on_msg(self._answer)

    def _answer(self, _: object, content: dict[str, Any], __: object) -> None:
        """Hear what the page says, and tell it what comes next; the person reads what fails."""
        try:
            self._hear(content)
        except ImageLabError as problem:
            self.send({"kind": "trouble", "words": str(problem)})

    def _hear(self, content: dict[str, Any]) -> None:
        kind = content.get("kind")
        if kind == "verdict":
            self._show_verdict()
            return
        if kind == "vote" and content.get("winner") in WINNERS:
            self._voting.vote(int(content["turn"]), content["winner"], _seconds(content))
        elif kind == "undo":
            self._voting.undo()
        elif kind == "on":
            self._voting.go_on()
        elif kind != "ready":
            return
        self._show_turn()

    def _show_turn(self) -> None:
        turn = self._voting.turn()
        self.standing = self._voting.standing()
        if turn is None:
            self.send({"kind": "end"})
            return
        words = {"kind": "turn", "turn": turn.number, "prompt": turn.prompt}
        self.send(words, buffers=[turn.left, turn.right])

    def _show_verdict(self) -> None:
        verdict = self._voting.verdict()
        chart = [verdict.chart] if verdict.votes else []
        self.send({"kind": "verdict", "html": verdict.page}, buffers=chart)

    def _ipython_display_(self) -> None:
        """Show the live view, and after it a line that is seen where no view lives."""
        from IPython.display import display

        if not in_notebook():
            display({"text/plain": repr(self)}, raw=True)
            return
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if bundle else ({}, {})
        display({**data, "text/plain": ""}, raw=True, metadata=metadata)
        words = (
            f"Blind votes by {self._name}. They are kept in the ledger; run the cell again to go "
            "on voting where it stopped."
        )
        display({"text/html": stills.ended(words), "text/plain": words}, raw=True)

    def __repr__(self) -> str:
        return f"Duel({self._name})"


def _seconds(content: dict[str, Any]) -> float | None:
    """Read how long somebody looked; a page's clock may say anything."""
    seconds = content.get("seconds")
    believable = isinstance(seconds, int | float) and 0 <= seconds < 86_400
    return round(float(seconds), 3) if believable else None  # type: ignore[arg-type]
