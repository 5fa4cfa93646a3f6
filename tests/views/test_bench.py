"""The bench from the Python side, on a real lab."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import groupby
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
    bench = lab.bench("a fox")
    bench.size = "1000x1000"
    assert "choose 1024x1024" in bench.problem
    hear(bench, kind="generate")
    with pytest.raises(InputError, match="choose 1024x1024"):
        bench.generate()
    assert len(lab.log) == 0


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({"quality": "hd"}, "choose low, medium, high or auto"),
        ({"model": "nope"}, "Known are gpt-image-1, "),
        ({"size": "1000x1000"}, "choose 1024x1024, "),
        ({"background": "pink"}, "choose transparent, opaque or auto"),
    ],
)
@pytest.mark.parametrize("prompt", ["", "a fox"])
def test_a_bench_does_not_open_on_what_cannot_be_asked(
    lab: Lab, prompt: str, settings: dict[str, str], allowed: str
) -> None:
    """What is impossible at the door is an error there that names what is possible."""
    with pytest.raises(InputError, match=allowed):
        lab.bench(prompt, **settings)  # type: ignore[arg-type]


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
    assert len(bench.history) == len(bench.generations) == len(lab.log) < 10


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
    assert [partial for partial, _ in groupby(states)] == [False, True, False]
    assert bench.generations[0].request.partial_images == 2
    with pytest.raises(InputError, match="partial_images"):
        bench.partial_images = 4


def part(bench: Bench, data: bytes, name: str, at: int = 0, of: int = 1) -> None:
    """Have the bench hear a part of a file as its page sends it."""
    told = {"kind": "part", "id": name, "name": name, "part": at, "of": of}
    bench._handle_custom_msg(told, [memoryview(data)])


def test_a_picture_that_goes_along_makes_a_press_an_edit(lab: Lab) -> None:
    """Its bytes are kept, the quote counts them, and the row names them and who made them."""
    fox = lab.generate("a red fox")
    bench = lab.bench("make it night", images=fox)
    assert bench.quote != lab.bench("make it night").quote
    bench.generate()
    made = finished(bench).generations[0]
    assert made.request.operation == "edit"
    assert [one.sha256 for one in made.request.images] == [fox.picture]
    assert [one.id for one in made.parents] == [fox.id]
    assert "edit of 1 picture" in bench.history[0]["details"]


def test_what_goes_along_is_set_and_taken_away(lab: Lab) -> None:
    """``images`` takes what an edit takes, each picture once; ``None`` takes all away."""
    bench = lab.bench("a fox")
    first, second = lab.generate("a fox"), lab.generate("an owl")
    bench.images = [first, second, first.bytes]
    assert [one.sha256 for one in bench.images] == [first.picture, second.picture]
    hear(bench, kind="leave", number=0)
    assert [one["name"] for one in bench.along] == [f"generation {second.id}"]
    bench.images = None
    assert (bench.images, bench.along) == ((), [])
    with pytest.raises(InputError, match="is no picture"):
        bench.images = 7


def test_parts_of_a_file_are_put_together_in_any_order(lab: Lab) -> None:
    """The bytes that arrive are those that were dropped."""
    bench, data = lab.bench("a fox"), lab.generate("a fox").bytes
    part(bench, data[1000:], "fox.png", 1, 2)
    assert bench.images == ()
    part(bench, data[:1000], "fox.png", 0, 2)
    assert [(one["name"], one["width"]) for one in bench.along] == [("fox.png", 1024)]
    assert bench.images[0].size_bytes == len(data)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n cut short"])
def test_a_file_that_is_no_picture_is_said(lab: Lab, data: bytes) -> None:
    """Its name stands in the reason, and nothing goes along."""
    bench = lab.bench("a fox")
    part(bench, data, "notes.txt")
    assert "notes.txt" in bench.problem
    assert bench.along == []


def test_one_of_the_history_goes_along_and_comes_back_with_its_settings(lab: Lab) -> None:
    """Refer adds a picture of the history; reuse brings back what went along with one."""
    bench = lab.bench("a fox")
    bench.generate()
    finished(bench)
    hear(bench, kind="refer", position=0)
    fox = bench.generations[0].picture
    assert [one.sha256 for one in bench.images] == [fox]
    bench.progress = {}
    bench.generate()
    finished(bench)
    hear(bench, kind="reuse", position=0)
    assert bench.images == ()
    hear(bench, kind="reuse", position=1)
    assert [one.sha256 for one in bench.images] == [fox]


def test_what_a_page_never_finished_is_let_go_of(lab: Lab) -> None:
    """Of files whose last part never came only the newest few are kept."""
    bench = lab.bench("a fox")
    for number in range(20):
        part(bench, b"begun", f"{number}.png", 0, 2)
    assert next(iter(bench._coming)) == "4.png"
    assert len(bench._coming) == 16
