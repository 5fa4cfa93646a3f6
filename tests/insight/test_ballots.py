"""Ballots: what their file says, and which answers are believed."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from imagelab.errors import InputError
from imagelab.insight import ballots

PICTURES = [Image.new("RGB", (64, 64), "#336699"), Image.effect_noise((64, 64), 90).convert("RGB")]
WHEN = "2026-11-25T20:00:00.000Z"
SAID: dict[str, Any] = {"pair": 0, "winner": "left", "seconds": 1.5, "time": WHEN}


def told(page: str) -> dict[str, Any]:
    """Read what a ballot's script is given."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    given = json.loads(found.group(1))
    assert isinstance(given, dict)
    return given


def answers(tmp_path: Path, **changes: Any) -> Path:
    """Write a file of answers, but for what ``changes`` says."""
    whole = {"format": ballots.FORMAT, "ballot": "b", "rater": "ann", "votes": [SAID]}
    file = tmp_path / "votes.json"
    file.write_text(json.dumps({**whole, **changes}))
    return file


def test_a_ballot_holds_its_pictures_and_pairs() -> None:
    """Every picture is in the file, as JPEG files of one length."""
    given = told(ballots.page("b", PICTURES, [(0, 1)], ["a fox"]))
    assert given["pairs"] == [[0, 1]]
    data = [base64.b64decode(one) for one in given["pictures"]]
    assert len({len(one) for one in data}) == 1
    assert all(one.startswith(b"\xff\xd8") for one in data)


def test_a_prompt_cannot_end_the_script() -> None:
    """Markup in a prompt stays text, whatever it closes."""
    page = ballots.page("b", PICTURES, [(0, 1)], ["</script><script>alert(1)</script>"])
    assert "<script>alert" not in page
    assert told(page)["prompts"] == ["</script><script>alert(1)</script>"]


def test_a_ballot_leads_nowhere() -> None:
    """There is no address in it, and its policy forbids every request."""
    page = ballots.page("b", PICTURES, [(0, 1)], ["a fox"])
    assert not re.search(r"https?://", page)
    assert "default-src 'none'" in page


def test_answers_are_read(tmp_path: Path) -> None:
    """Rater, ballot and every vote with its time, in UTC."""
    found = ballots.read(answers(tmp_path))
    assert (found.ballot, found.rater) == ("b", "ann")
    (one,) = found.said
    assert (one.pair, one.winner, one.seconds) == (0, "left", 1.5)
    assert one.time.isoformat() == "2026-11-25T20:00:00+00:00"


def test_a_rater_is_called_as_the_ledger_will_call_him(tmp_path: Path) -> None:
    """Letters that no database takes are replaced, so that an answer is known again elsewhere."""
    assert ballots.read(answers(tmp_path, rater=" a\x00nn\ud800 ")).rater == "a?nn?"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "something else"}, "holds no answers"),
        ({"rater": " "}, "missing"),
        ({"votes": "many"}, "missing"),
        ({"votes": [3]}, "vote 1 says nothing"),
        ({"votes": [{**SAID, "winner": "both"}]}, "vote 1 says nothing"),
        ({"votes": [{**SAID, "pair": True}]}, "vote 1 says nothing"),
        ({"votes": [{**SAID, "winner": ["left"]}]}, "vote 1 says nothing"),
        ({"votes": [SAID, SAID]}, "voted on twice"),
        ({"votes": [{**SAID, "time": "noon"}]}, "no time"),
    ],
)
def test_damaged_answers_are_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    """What cannot be an answer is named, and nothing is read."""
    with pytest.raises(InputError, match=said):
        ballots.read(answers(tmp_path, **changes))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"a": ' * 5000])
def test_what_is_no_file_of_answers(tmp_path: Path, content: bytes) -> None:
    """Empty, cut, of another kind, of another alphabet, or nested without end."""
    (tmp_path / "votes.json").write_bytes(content)
    with pytest.raises(InputError):
        ballots.read(tmp_path / "votes.json")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(InputError, match=r"nothing\.json cannot be read"):
        ballots.read(tmp_path / "nothing.json")


@pytest.mark.parametrize("seconds", [None, "fast", -1, float("nan")])
def test_a_clock_that_lies_is_not_believed(tmp_path: Path, seconds: object) -> None:
    """Seconds that cannot be are unknown; the vote counts."""
    file = answers(tmp_path, votes=[{**SAID, "seconds": seconds}])
    assert ballots.read(file).said[0].seconds is None
