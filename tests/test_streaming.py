"""Streams from the lab: partial pictures on the screen, and what a cut leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab, Sweep
from imagelab.errors import OutcomeUnknownError, RefusedError
from imagelab.pictures import opened
from imagelab.progress import Progress
from imagelab.request import Generation
from imagelab.simulator.faults import Fault
from imagelab.simulator.server import Simulator
from imagelab.views.grid import Grid
from tests.exchange.test_client_streams import HEAD
from tests.exchange.test_streams import frame
from tests.servers import Server, picture, usage


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator whose faults and bills are at hand."""
    with Simulator() as running:
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


def waiting_for(seen: Callable[[], object], events: str = "image_generation") -> Iterator[bytes]:
    """Stream a partial picture, and the finished one when the partial was seen."""
    yield HEAD + frame(f"{events}.partial_image", picture("png", 64, 64), partial_image_index=0)
    ends = time.monotonic() + 60
    while not seen() and time.monotonic() < ends:
        time.sleep(0.02)
    yield frame(f"{events}.completed", picture("png", 1024, 1024), usage=usage("a fox", 472))


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


def test_the_grid_shows_partials_as_they_come(open_lab: Callable[..., Lab]) -> None:
    """A partial picture stands in the live grid, marked as such, until the finished one comes."""
    sweep = Sweep("a fox", partial_images=2)
    grid = Grid.live(sweep.cells(model="gpt-image-1"))
    seen: list[tuple[str, str, bool]] = []

    def watch(change: Any) -> None:
        tile = change.new
        seen.append((tile["status"], tile["unfinished"], bool(grid.thumbnails)))

    grid.observe(watch, "tile_0")
    with Server(lambda asked: waiting_for(lambda: seen)) as server:
        lab = open_lab("simulator", base_url=server.url)
        lab._bind(sweep, fresh=False, unknown="keep").start(grid).result()
    assert seen[0][:2] == ("waiting", "partial 1 of 2")
    assert seen[-1][:2] == ("done", "")
    assert opened(grid.thumbnails[0]).size == (256, 256)


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


def test_a_comparison_shows_what_is_left_as_what_it_is(
    lab: Lab, simulator: Simulator, tmp_path: Path
) -> None:
    """An unfinished picture is seen in the grid, the report and the sheet, marked as unfinished."""
    simulator.faults.add(Fault.cut_stream().only(times=1))
    grid = lab.compare("a fox", quality=["low", "medium"], partial_images=1)
    (cut,) = [one for one in grid if one.status == "unknown"]
    shown = grid.grid()
    tile = next(one for one in shown.board.tiles if one.generation == cut.id)
    assert (tile.status, tile.unfinished, tile.shown) == ("unknown", "partial", False)
    assert opened(shown.thumbnails[tile.position]).size == (256, 256)
    assert "unfinished" in grid.report(tmp_path / "foxes.html").read_text(encoding="utf-8")
    assert shown.board.shown == 1
    assert grid.sheet().size


def test_moderation_inside_a_stream_is_refused(lab: Lab, simulator: Simulator) -> None:
    """What the safety system stops in a stream is a refusal, and its partial is not kept."""
    simulator.faults.add(Fault.moderated_output())
    with pytest.raises(RefusedError) as error:
        lab.generate("a fox", partial_images=2)
    assert (error.value.generation.status, error.value.generation.partial) == ("refused", None)


def test_an_edit_streams_too(open_lab: Callable[..., Lab]) -> None:
    """Edits give partial pictures as generations do, whatever their events are called."""
    sweep, screen = Sweep("make it night", images=picture(), partial_images=2), Screen()
    with Server(lambda asked: waiting_for(lambda: screen.partials, "image_edit")) as server:
        lab = open_lab("simulator", base_url=server.url)
        lab._bind(sweep, fresh=False, unknown="keep").start(screen).result()
    assert screen.partials == [(0, 0)]
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
