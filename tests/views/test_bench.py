"""The bench from the Python side, on a real lab."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from imagelab import Lab
from imagelab.errors import InputError
from imagelab.views.bench import Bench


def finished(bench: Bench) -> Bench:
    """Wait for the end of a press."""
    for _ in range(600):
        if bench.progress.get("finished"):
            return bench
        time.sleep(0.05)
    raise AssertionError("the press did not end")


def hear(bench: Bench, **message: Any) -> None:
    """Have the bench hear a message as its page sends them."""
    bench._handle_custom_msg(message, [])


def test_the_quote_follows_the_settings(lab: Lab) -> None:
    """Every change of a setting is quoted; nothing is written before there is a prompt."""
    bench = lab.bench()
    assert (bench.quote, bench.problem) == ("", "")
    bench.prompt = "a fox"
    low = bench.quote
    bench.samples, bench.quality = 3, "high"
    assert (low, bench.quote) == ("$0.011 simulated", "$0.499 simulated")
    assert len(lab.log) == 0


def test_impossible_settings_are_said(lab: Lab) -> None:
    """A size that no model takes is words in the view, and a press asks for nothing."""
    bench = lab.bench("a fox", size="1000x1000")
    assert "choose 1024x1024" in bench.problem
    hear(bench, kind="generate")
    with pytest.raises(InputError, match="choose 1024x1024"):
        bench.generate()
    assert len(lab.log) == 0


def test_every_press_is_a_new_picture_and_a_row(lab: Lab) -> None:
    """The same settings pressed twice make two takes, and the newest stands first."""
    bench = lab.bench("a fox")
    for _ in range(2):
        bench.generate()
        finished(bench)
        bench.progress = {}
    assert [one.take for one in bench.generations] == [2, 1]
    assert len(lab.log) == 2
    assert [shot["latest"] for shot in bench.history] == [True, False]
    assert repr(bench) == "Bench(2 pictures)"


def test_what_does_not_fit_the_budget_is_said_and_leaves_no_tile(
    open_lab: Callable[..., Lab],
) -> None:
    """Of three pictures two fit: the third has neither a row nor a tile, but a reason."""
    bench = open_lab(budget=0.03, concurrency=1).bench("a fox", samples=3)
    bench.generate()
    finished(bench)
    assert len(bench.history) == 2
    assert "budget" in bench.problem


def test_samples_are_few(lab: Lab) -> None:
    """A press makes one to ten pictures; what the page sends beyond is brought back."""
    with pytest.raises(InputError, match="samples"):
        lab.bench("a fox", samples=11)
    bench = lab.bench("a fox")
    with pytest.raises(InputError, match="samples"):
        bench.samples = 0
    bench.set_state({"samples": 99})
    assert bench.samples == 10


def test_a_misspelt_setting_is_named(lab: Lab) -> None:
    """A wrong word at the door says what was meant; one for the view is a type error."""
    with pytest.raises(InputError, match="Did you mean quality"):
        lab.bench("a fox", qualty="low")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="qualty"):
        Bench(lab.bench()._desk, qualty="low")


def test_a_second_press_waits_for_the_first(lab: Lab) -> None:
    """While pictures are under way another press is refused; Stop ends the first."""
    bench = lab.bench("a fox", samples=10, quality="high")
    bench.generate()
    with pytest.raises(InputError, match="under way"):
        bench.generate()
    bench.stop()
    finished(bench)
    assert len(bench.history) == len(bench.generations) <= 10


def test_stars_and_originals_are_those_of_the_ledger(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A star goes into the log, an original comes as it was received, the Python runs."""
    bench = lab.bench("a fox")
    bench.generate()
    finished(bench)
    told: list[tuple[dict[str, Any], Any]] = []
    monkeypatch.setattr(
        bench, "send", lambda content, buffers=None: told.append((content, buffers))
    )
    hear(bench, kind="note", position=0, star=True, remark="good")
    hear(bench, kind="original", position=0)
    hear(bench, kind="code", position=0)
    hear(bench, kind="original", position=5)
    assert list(lab.log["star"]) == [True]
    assert told[0][1] == [bench.generations[0].bytes]
    assert told[1][0]["words"].startswith('lab.generate("a fox"')
    assert "not come" in told[2][0]["error"]


def test_unfinished_pictures_are_shown_until_the_whole_one_comes(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for previews, a press pushes unfinished pictures before the last; then none is left."""
    bench = lab.bench("a fox")
    bench.partial_images = 2
    states: list[bool] = []
    bench.observe(lambda change: states.extend(one["partial"] for one in change.new), "history")
    bench.generate()
    finished(bench)
    assert True in states
    assert bench.history[0]["partial"] is False
    assert bench.generations[0].request.partial_images == 2
    with pytest.raises(InputError, match="partial_images"):
        bench.partial_images = 4
