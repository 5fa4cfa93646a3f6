"""Streams from the lab: partial pictures on the screen, and what a cut leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab, Sweep
from imagelab.errors import OutcomeUnknownError, RefusedError
from imagelab.pictures import opened
from imagelab.request import Generation
from imagelab.runner import Progress
from imagelab.simulator.faults import Fault
from imagelab.simulator.server import Simulator
from imagelab.views.grid import Grid


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator that takes half a second for a picture, so that partials are seen."""
    with Simulator(latency=0.5) as running:
        yield running


@pytest.fixture
def lab(open_lab: Callable[..., Lab], simulator: Simulator) -> Lab:
    """A lab at that simulator."""
    return open_lab("simulator", base_url=simulator.url)


class Screen:
    """A display that remembers what it was told."""

    def __init__(self) -> None:
        self.partials: list[tuple[int, int]] = []
        self.landed: list[int] = []

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Take in what came."""
        self.partials += [(at, one.index) for at, one in progress.partials.items()]
        self.landed += list(landed)


def test_partials_are_quoted_and_paid(lab: Lab) -> None:
    """Every partial picture is in the quote, in the hold and on the bill."""
    plain, streamed = lab.quote("a fox"), lab.quote("a fox", partial_images=3)
    assert plain.nano is not None
    assert streamed.nano == plain.nano + 300 * 40_000
    assert lab.generate("a fox", partial_images=3).cost_nano == streamed.nano


def test_a_stream_is_the_same_picture(lab: Lab, simulator: Simulator) -> None:
    """Whether it streams changes no key: the picture is there already."""
    whole = lab.generate("a fox")
    assert lab.generate("a fox", partial_images=2).id == whole.id
    assert simulator.billed.pictures == 1


def test_the_grid_shows_partials_as_they_come(lab: Lab) -> None:
    """Partial pictures appear in the live grid, marked as such, before the finished ones."""
    sweep = Sweep(["a fox", "an owl"], partial_images=2)
    grid = Grid.live(sweep.cells(model=lab.model))
    seen: dict[int, set[str]] = {0: set(), 1: set()}

    def watch(change: Any) -> None:
        position = int(change.name.rpartition("_")[2])
        seen[position].add(
            change.new["unfinished"] if change.new["status"] == "waiting" else "done"
        )

    for position in seen:
        grid.observe(watch, f"tile_{position}")
    lab._bind(sweep, fresh=False, unknown="keep").start(grid).result()
    assert "done" in seen[0]
    assert seen[0] & {"partial 1 of 2", "partial 2 of 2"}
    assert all(grid.thumbnails.values())
    assert {tile.unfinished for tile in grid.board.tiles} == {""}


@pytest.mark.parametrize("says_done", [False, True])
def test_streams_with_and_without_done_are_read(
    open_lab: Callable[..., Lab], says_done: bool
) -> None:
    """A server that closes with [DONE], and one that does not, are the same."""
    with Simulator(says_done=says_done) as simulator:
        lab = open_lab("simulator", base_url=simulator.url)
        assert lab.generate("a fox", partial_images=2).status == "done"


def test_a_stream_cut_after_a_partial_is_unknown_and_keeps_it(
    lab: Lab, simulator: Simulator
) -> None:
    """The row says perhaps billed, the partial lies in the store, and no picture is claimed."""
    simulator.faults.add(Fault.cut_stream())
    with pytest.raises(OutcomeUnknownError) as error:
        lab.generate("a fox", partial_images=2)
    row = error.value.generation
    assert (row.status, row.billed, row.picture) == ("unknown", "perhaps", None)
    assert row.partial_image.size == (1024, 1024)
    assert lab.check().ok
    assert lab.log.iloc[0]["partial"] == row.partial


def test_a_comparison_shows_what_is_left_as_what_it_is(lab: Lab, simulator: Simulator) -> None:
    """An unfinished picture is seen in the grid, the page and the sheet, marked as unfinished."""
    simulator.faults.add(Fault.cut_stream().only(times=1))
    grid = lab.compare("a fox", quality=["low", "medium"], partial_images=1)
    (cut,) = [one for one in grid if one.status == "unknown"]
    shown = grid.grid()
    tile = next(one for one in shown.board.tiles if one.generation == cut.id)
    assert (tile.status, tile.unfinished, tile.shown) == ("unknown", "partial", False)
    assert opened(shown.thumbnails[tile.position]).size == (256, 256)
    assert grid.page().count("unfinished") >= 1
    assert shown.board.shown == 1
    assert grid.sheet().size


def test_moderation_inside_a_stream_is_refused(lab: Lab, simulator: Simulator) -> None:
    """What the safety system stops in a stream is a refusal, and its partial is not kept."""
    simulator.faults.add(Fault.moderated_output())
    with pytest.raises(RefusedError) as error:
        lab.generate("a fox", partial_images=2)
    assert (error.value.generation.status, error.value.generation.partial) == ("refused", None)


def test_an_edit_streams_too(lab: Lab, tmp_path: Path) -> None:
    """Edits give partial pictures as generations do."""
    fox = lab.generate("a fox")
    sweep = Sweep("make it night", images={"fox": fox}, partial_images=2)
    screen = Screen()
    lab._bind(sweep, fresh=False, unknown="keep").start(screen).result()
    assert screen.partials
    assert screen.landed == [0]


def test_gif_and_svg_are_kept_shown_and_priced(lab: Lab) -> None:
    """An animation and a vector are pictures like others: looked at, shown, and paid for."""
    model = "gpt-image-2.6-flare"
    gif = lab.generate("a fox", model=model, output_format="gif", frame_count=3)
    svg = lab.generate("a fox", model=model, output_format="svg", svg={"model": "gpt-5.6-luna"})
    assert (gif.format, gif.mime, getattr(gif.image, "n_frames", 1)) == ("gif", "image/gif", 3)
    assert (svg.format, svg.mime, svg.image.mode) == ("svg", "image/svg+xml", "RGBA")
    assert svg.usage.author_model == "gpt-5.6-luna"
    for one in (gif, svg):
        assert one.cost_nano is not None
        assert one.cost_nano <= one.hold_nano
    grid = lab.compare("a fox", model=model, output_format=["gif", "png"], frame_count=None)
    assert all(grid.grid().thumbnails.values())
