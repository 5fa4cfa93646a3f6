"""The grid from the Python side: state, updates, and what stays in a notebook."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

import nbformat
import pytest
from nbconvert import HTMLExporter

from imagelab.insight import stills
from imagelab.progress import Progress
from imagelab.sweep import Sweep
from imagelab.views.grid import Grid, bundle
from tests.insight.making import FOXES, board_of, came, cells_of, lost, picture

Outputs = list[list[nbformat.NotebookNode]]

SMALL = {at: stills.thumbnail(picture(64, 64)) for at in range(6)}
MOST_BYTES, MOST_BYTES_OF_SIXTY = 400_000, 1_500_000


def progress(**changes: object) -> Progress:
    """Make the progress of a run that has just begun, but for what ``changes`` says."""
    start: dict[str, object] = {
        "pictures": 6,
        "landed": 0,
        "from_ledger": 0,
        "troubled": 0,
        "in_flight": 0,
        "spent_nano": 0,
        "saved_nano": 0,
        "quoted_nano": 440_000_000,
        "simulated": True,
        "seconds": 0.0,
        "seconds_left": None,
        "limited": False,
        "stopping": False,
        "finished": False,
    }
    return Progress(**{**start, **changes})  # type: ignore[arg-type]


def test_a_grid_says_how_large_it_is() -> None:
    """The repr counts rows, columns and pictures, and is the same every time."""
    assert repr(Grid(board_of(), SMALL)) == "Grid(2 rows x 3 columns, 6 pictures)"


def test_a_grid_of_one_speaks_in_the_singular() -> None:
    """One row of one picture is not counted in plurals."""
    assert repr(Grid(board_of(Sweep("a fox")))) == "Grid(1 row x 1 column, 1 picture)"


def test_thumbnails_are_state_and_originals_are_not() -> None:
    """Each thumbnail is one trait; nothing as large as an original is in the state."""
    called: list[int] = []
    grid = Grid(board_of(), SMALL, lambda at: (called.append(at) or b"", "image/png", "x.png"))
    assert grid.get_state()["picture_3"] == SMALL[3]
    assert called == []


def test_a_waiting_grid_has_no_thumbnails() -> None:
    """A run's grid starts with every picture waiting."""
    grid = Grid.live(cells_of(FOXES))
    assert grid.thumbnails == {}
    assert {tile.status for tile in grid.board.tiles} == {"waiting"}


def test_what_lands_is_laid_in() -> None:
    """An update fills the tile, makes its thumbnail and adds up the money."""
    cells = cells_of(FOXES)
    grid = Grid.live(cells, read=lambda _: picture())
    grid.update({2: came(cells[2])}, progress(landed=1, spent_nano=167_000_000))
    assert list(grid.thumbnails) == [2]
    assert grid.get_state()["tile_2"]["price"] == "$0.167"
    assert grid.get_state()["totals"]["columns"] == ["", "", "$0.167"]
    assert grid.get_state()["progress"]["spent"] == "$0.167"


def test_what_fails_is_laid_in_too() -> None:
    """A picture that was refused has no thumbnail, and says why."""
    cells = cells_of(FOXES)
    grid = Grid.live(cells, read=lambda _: picture())
    grid.update({1: lost(cells[1], "refused")}, progress(landed=1, troubled=1))
    assert grid.thumbnails == {}
    assert grid.get_state()["tile_1"]["note"] == "It refused."


def test_a_picture_that_cannot_be_read_does_not_stop_the_run() -> None:
    """A broken file is a note on its tile; the update goes through."""
    cells = cells_of(FOXES)
    grid = Grid.live(cells, read=lambda _: b"broken")
    grid.update({0: came(cells[0])}, progress(landed=1))
    assert "no picture" in grid.get_state()["tile_0"]["note"]
    assert grid.get_state()["progress"]["landed"] == 1


def test_a_closed_grid_takes_what_still_lands() -> None:
    """A run may outlive the view that somebody closed."""
    cells = cells_of(FOXES)
    grid = Grid.live(cells, read=lambda _: picture())
    grid.close()
    grid.update({0: came(cells[0])}, progress(landed=1))
    assert list(grid.thumbnails) == [0]


def test_an_unknown_quote_is_not_shown_as_zero() -> None:
    """Where nobody can quote, the page is told no amount."""
    grid = Grid.live(cells_of(FOXES))
    grid.update({}, progress(quoted_nano=None))
    assert grid.get_state()["progress"]["quoted"] == ""


def test_a_grid_of_a_run_that_is_over_tells_what_was_paid_now() -> None:
    """Of six pictures one was sent for and five came from the ledger: the live view says both."""
    came_from = dict.fromkeys(range(5), "ledger") | {5: "sent"}
    told = Grid(board_of(), SMALL, came=came_from).get_state()["progress"]
    assert (told["from_ledger"], told["spent"], told["finished"]) == (5, "$0.167", True)
    assert told["saved"] == "$0.273"


def test_a_grid_names_what_all_pictures_share() -> None:
    """The page is told the model and the size for its header."""
    assert Grid(board_of(), SMALL).get_state()["table"]["common"] == "gpt-image-1 · 1024x1024"


def test_a_terminal_gets_one_text() -> None:
    """IPython without a kernel is shown the words of a comparison once, and no views."""
    code = f"{MAKE}\nshow(board_of(), small, None, sheet);"
    ran = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.rstrip().endswith(stills.text(board_of()))
    assert "Contact sheet" not in ran.stdout


def test_a_bundle_serves_every_front_end() -> None:
    """Pictures as HTML, a contact sheet as JPEG, and words, in one bundle."""
    board = board_of()
    made = bundle(board, SMALL, stills.sheet(board, SMALL, side=64))
    assert sorted(made) == ["image/jpeg", "text/html", "text/plain"]


MAKE = """
from imagelab.insight import stills
from imagelab.views.grid import Grid, line, show
from tests.insight.making import FOXES, board_of, cells_of, picture
small = {at: stills.thumbnail(picture()) for at in range(6)}
sheet = stills.sheet(board_of(), small, side=128)
"""


@pytest.fixture(scope="module")
def shown(executed: Callable[[Sequence[str]], Outputs]) -> Outputs:
    """Give the outputs of cells that show views in every way."""
    return executed(
        [
            MAKE,
            "show(board_of(), small, None, sheet);",
            "Grid(board_of(), small)",
            "line('<b>6 pictures</b> &amp; $0.44')",
            "Grid.live(cells_of(FOXES))",
            "Grid.live(cells_of(FOXES), stop=print)",
        ]
    )


def kinds(outputs: Sequence[nbformat.NotebookNode]) -> list[list[str]]:
    """List the MIME types of each output."""
    return [sorted(output.data) for output in outputs]


WIDGET = "application/vnd.jupyter.widget-view+json"


def test_a_comparison_is_three_outputs(shown: Outputs) -> None:
    """A live view, static pictures and a contact sheet follow each other."""
    assert kinds(shown[1]) == [
        [WIDGET, "text/plain"],
        ["text/html", "text/plain"],
        ["image/jpeg", "text/plain"],
    ]


def test_every_output_has_words(shown: Outputs) -> None:
    """Where only text is shown, the pictures read as words; the view adds none of its own."""
    words = [output.data["text/plain"] for output in shown[1]]
    assert words[0] == ""
    assert words[1].startswith("a red fox: low $0.011")
    assert words[2] == "Contact sheet: 6 pictures"


def test_a_grid_alone_leaves_its_pictures_too(shown: Outputs) -> None:
    """A grid that somebody made is followed by static pictures."""
    assert kinds(shown[2]) == [[WIDGET, "text/plain"], ["text/html", "text/plain"]]


def test_a_line_reads_as_plain_text_as_well(shown: Outputs) -> None:
    """The line that a run leaves has its words without the markup."""
    assert shown[3][0].data["text/plain"] == "6 pictures & $0.44"


def test_the_view_of_a_run_leaves_no_pictures_behind(shown: Outputs) -> None:
    """A blocking run's view is one output: the comparison after it has the pictures."""
    assert kinds(shown[4]) == [[WIDGET, "text/plain"]]


def test_the_view_of_a_started_run_says_when_it_has_ended(shown: Outputs) -> None:
    """A run that outlives its cell leaves words for when the kernel is gone."""
    assert "run the cell again" in shown[5][1].data["text/html"]


def test_an_export_to_html_shows_the_pictures(shown: Outputs) -> None:
    """``nbconvert --to html`` keeps all six pictures, and asks the network for none."""
    cell = nbformat.v4.new_code_cell("compare()", outputs=shown[1])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert page.count('src="data:image/webp;base64,') == 6


NOISE = """
import io
from PIL import Image
from imagelab.sweep import Sweep
def compared(rows, samples):
    sweep = Sweep([f"a fox {n}" for n in range(rows)], quality=["low", "medium", "high"],
                  samples=samples)
    out = io.BytesIO()
    Image.effect_noise((640, 640), 90).convert("RGB").resize((1024, 1024)).save(out, "png")
    noisy = stills.thumbnail(out.getvalue())
    small = dict.fromkeys(range(12 * samples), noisy)
    show(board_of(sweep), small, None, stills.sheet(board_of(sweep), small, side=224))
"""


@pytest.fixture(scope="module")
def heavy(executed: Callable[[Sequence[str]], Outputs]) -> Outputs:
    """Give the outputs of comparisons of twelve and of sixty pictures, as noisy as any."""
    return executed([MAKE, NOISE, "compared(4, 1)", "compared(4, 5)"])


def test_twelve_pictures_fit_into_four_hundred_kilobytes(heavy: Outputs) -> None:
    """A comparison of twelve pictures with its sheet keeps a saved notebook small."""
    assert 100_000 < len(json.dumps(heavy[2])) < MOST_BYTES


def test_sixty_pictures_fit_into_one_and_a_half_megabytes(heavy: Outputs) -> None:
    """A comparison of sixty grows no faster than its pictures."""
    assert 500_000 < len(json.dumps(heavy[3])) < MOST_BYTES_OF_SIXTY
