"""The duel: what the page is told, what it may say, and that nothing gives a picture away."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from imagelab.deciding.contest import Turn
from imagelab.errors import RecordError
from imagelab.insight.verdict import Verdict, decide
from imagelab.views.duel import Duel
from imagelab.vote import Winner
from tests.deciding.contests import field, votes
from tests.views.conftest import Outputs


class Script:
    """A booth of the theatre: it shows the pairs it was given, and remembers what it hears."""

    def __init__(self, pairs: int = 2) -> None:
        self.pairs, self.at = pairs, 0
        self.heard: list[Any] = []
        self.fails = False

    def turn(self) -> Turn | None:
        """Show the next pair."""
        if self.at >= self.pairs:
            return None
        return Turn(self.at, b"left", b"right", "a fox")

    def vote(self, number: int, winner: Winner, seconds: float | None) -> bool:
        """Remember a vote."""
        if self.fails:
            raise RecordError("The ledger cannot be written.")
        self.heard.append((number, winner, seconds))
        self.at += 1
        return True

    def undo(self) -> bool:
        """Go back."""
        self.heard.append("undo")
        return False

    def go_on(self) -> None:
        """Show one more."""
        self.pairs += 1

    def standing(self) -> dict[str, object]:
        """Say how far it is."""
        return {"own": self.at, "votes": self.at, "sure": 0.5}

    def verdict(self) -> Verdict:
        """Give a verdict on a few votes."""
        return decide(field(), votes([(1, 11, "left")]), simulated=True)


class Heard(Duel):
    """A duel that keeps what it tells the page."""

    def __init__(self, script: Script) -> None:
        self.told: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(script, name="quality, rater 'ann'")

    def send(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        """Keep what is told."""
        self.told.append((content, list(buffers or [])))

    def hear(self, **content: Any) -> dict[str, Any]:
        """Let the page say something; give what it is told."""
        self._answer(None, content, None)
        return self.told[-1][0]


@pytest.fixture
def script() -> Script:
    """A booth with two pairs."""
    return Script()


@pytest.fixture
def duel(script: Script) -> Heard:
    """A duel over it."""
    return Heard(script)


def test_pictures_come_when_the_page_is_ready(duel: Heard) -> None:
    """Nothing is sent before; then one pair, its number and the prompt."""
    assert duel.told == []
    assert duel.hear(kind="ready") == {"kind": "turn", "turn": 0, "prompt": "a fox"}
    assert duel.told[-1][1] == [b"left", b"right"]


def test_a_vote_brings_the_next_pair_and_then_the_end(duel: Heard, script: Script) -> None:
    """What was said goes to the booth, with its seconds."""
    assert duel.hear(kind="vote", turn=0, winner="left", seconds=1.25)["turn"] == 1
    assert duel.hear(kind="vote", turn=1, winner="tie", seconds=2)["kind"] == "end"
    assert script.heard == [(0, "left", 1.25), (1, "tie", 2.0)]
    assert duel.standing["own"] == 2


def test_going_on_brings_another_pair(duel: Heard, script: Script) -> None:
    """After the end the page may ask for more."""
    script.at = 2
    assert duel.hear(kind="ready")["kind"] == "end"
    assert duel.hear(kind="on")["kind"] == "turn"


def test_undo_goes_to_the_booth(duel: Heard, script: Script) -> None:
    """And brings the pair that is to be seen now."""
    assert duel.hear(kind="undo")["kind"] == "turn"
    assert script.heard == ["undo"]


@pytest.mark.parametrize("seconds", [None, "3", float("nan"), -1, 1e9])
def test_a_clock_that_lies_is_not_believed(duel: Heard, script: Script, seconds: object) -> None:
    """Seconds that cannot be are unknown."""
    duel.hear(kind="vote", turn=0, winner="left", seconds=seconds)
    assert script.heard == [(0, "left", None)]


@pytest.mark.parametrize(
    "content", [{}, {"kind": "x"}, {"kind": "vote", "turn": 0, "winner": "me"}]
)
def test_what_is_no_message_is_passed_over(
    duel: Heard, script: Script, content: dict[str, Any]
) -> None:
    """Nothing is kept and nothing told."""
    duel._answer(None, content, None)
    assert (script.heard, duel.told) == ([], [])


def test_trouble_is_told(duel: Heard, script: Script) -> None:
    """A vote that cannot be kept is read by the person who cast it."""
    script.fails = True
    said = duel.hear(kind="vote", turn=0, winner="left", seconds=1)
    assert said == {"kind": "trouble", "words": "The ledger cannot be written."}


def test_the_verdict_comes_with_its_chart(duel: Heard) -> None:
    """Words and table as HTML, the chart as a file."""
    assert "SIMULATED" in duel.hear(kind="verdict")["html"]
    assert duel.told[-1][1][0].startswith(b"\x89PNG")


def test_the_state_names_no_picture(duel: Heard) -> None:
    """Whatever the page shows, what is synced holds only progress and the rule."""
    duel.hear(kind="ready")
    state = {name: value for name, value in duel.get_state().items() if not name.startswith("_")}
    assert set(state) - {"layout", "tabbable", "tooltip"} == {"standing", "rule"}
    assert set(state["standing"]) == {"own", "votes", "sure"}
    assert "left" not in json.dumps(state["standing"])


def test_its_repr_is_steady(duel: Heard) -> None:
    """The line under a cell says the same every time."""
    assert repr(duel) == "Duel(quality, rater 'ann')"


CELLS = (
    "from tests.views.test_duel import Script, Duel",
    "Duel(Script(), name=\"quality, rater 'ann'\")",
)


def test_a_cell_keeps_a_line_for_later(executed: Callable[[Sequence[str]], Outputs]) -> None:
    """A saved vote is a live view and a line that says how to go on."""
    view, line = executed(CELLS)[1]
    assert "application/vnd.jupyter.widget-view+json" in view.data
    assert "run the cell again to go on" in line.data["text/html"]
