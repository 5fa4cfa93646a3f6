"""The grid in real JupyterLab and Chromium, with real clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.jupyter import Notebook

Open = Callable[..., Notebook]

MAKE = """
from imagelab.insight import stills
from imagelab.views.grid import Grid, line, show
from tests.insight.making import FOXES, all_came, board_of, came, cells_of, picture
from tests.views.test_grid import progress
sizes = {at: 900 + 10 * at for at in range(6)}
big = {at: picture(side, side, colour=f"#{30 * at + 40:02x}4060") for at, side in sizes.items()}
small = {at: stills.thumbnail(data) for at, data in big.items()}
asked = []
def original(at):
    asked.append(at)
    return big[at], "image/png", f"fox-{at}.png"
sheet = stills.sheet(board_of(), small, side=128)
"""
SHOW = "grid = show(board_of(), small, original, sheet)"
LIVE = """
stops = []
cells = cells_of(FOXES)
grid = Grid.live(cells, read=lambda one: big[one.id - 1], stop=lambda: stops.append(1))
grid
"""


@pytest.fixture
def shown(notebook: Open) -> Notebook:
    """Give a notebook that shows six pictures."""
    made = notebook([MAKE, SHOW])
    expect(made.page.locator(".il-frame img")).to_have_count(6)
    return made


@pytest.fixture
def live(notebook: Open) -> Notebook:
    """Give a notebook with a grid whose pictures are still to come."""
    made = notebook([MAKE, LIVE])
    expect(made.page.locator('.il-tile[data-status="waiting"]')).to_have_count(6)
    return made


def natural_width(notebook: Notebook, selector: str) -> int:
    """Give the width in pixels of the picture that an element shows."""
    return int(notebook.page.locator(selector).evaluate("image => image.naturalWidth"))


def open_tile(notebook: Notebook, number: int) -> None:
    """Click a picture, and wait for its original."""
    notebook.page.locator(".il-open").nth(number).click()
    notebook.page.locator('.il-box[data-state="ready"]').wait_for()


def test_every_picture_is_seen_with_its_price(shown: Notebook) -> None:
    """Six thumbnails are decoded, and under each stands its price."""
    widths = shown.page.locator(".il-frame img").evaluate_all(
        "images => Promise.all(images.map(one => one.decode().then(() => one.naturalWidth)))"
    )
    assert widths == [256] * 6
    expect(shown.page.locator(".il-price")).to_have_text(["$0.011", "$0.042", "$0.167"] * 2)


def test_rows_and_columns_have_names_and_sums(shown: Notebook) -> None:
    """Prompts go down, tiers across, each with what it cost."""
    headers = shown.page.get_by_role("columnheader")
    expect(headers).to_have_text(["prompt", "low$0.022", "medium$0.084", "high$0.334"])
    rows = shown.page.get_by_role("rowheader")
    expect(rows).to_have_text(["a red fox$0.220", "a red blue fox$0.220"])
    expect(rows.nth(1).locator("del")).to_have_text("red")
    expect(rows.nth(1).locator("ins")).to_have_text("blue")


def test_only_the_live_view_is_seen(shown: Notebook) -> None:
    """While the view lives, static pictures and contact sheet take no room."""
    expect(shown.page.locator(".il-static")).to_be_hidden()
    expect(shown.page.locator(".jp-RenderedImage img")).to_be_hidden()


def test_a_click_brings_the_original(shown: Notebook) -> None:
    """The overlay shows the picture at its real size, asked for only then."""
    assert shown.kernel_eval("asked") == []
    open_tile(shown, 4)
    assert natural_width(shown, ".il-original") == 940
    assert shown.kernel_eval("asked") == [4]


def test_python_sees_what_was_opened(shown: Notebook) -> None:
    """The position of the opened picture arrives as ``opened``."""
    assert shown.kernel_eval("grid.opened") == -1
    open_tile(shown, 2)
    assert shown.kernel_eval("grid.opened") == 2


def test_escape_closes_and_gives_the_focus_back(shown: Notebook) -> None:
    """After Escape the picture that was opened has the focus."""
    open_tile(shown, 1)
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator(".il-box")).to_be_hidden()
    expect(shown.page.locator(".il-open").nth(1)).to_be_focused()


def test_arrows_walk_through_the_originals(shown: Notebook) -> None:
    """In the overlay Right leads to the next picture and Down to the next prompt."""
    open_tile(shown, 0)
    shown.page.keyboard.press("ArrowRight")
    expect(shown.page.locator(".il-words")).to_have_text("a red fox, medium")
    shown.page.keyboard.press("ArrowDown")
    expect(shown.page.locator(".il-words")).to_have_text("a blue fox, medium")
    shown.page.locator('.il-box[data-state="ready"]').wait_for()
    assert natural_width(shown, ".il-original") == 940


def test_the_keyboard_alone_is_enough(shown: Notebook) -> None:
    """Tab, arrows and Enter reach and open a picture."""
    shown.page.locator(".il-open").first.focus()
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("Enter")
    shown.page.locator('.il-box[data-state="ready"]').wait_for()
    assert shown.kernel_eval("grid.opened") == 4


@pytest.mark.parametrize("key", ["x", "d", "a", "ArrowDown", "Delete"])
def test_the_notebook_keeps_its_cells(shown: Notebook, key: str) -> None:
    """Keys pressed inside the view, grid or overlay, do nothing to the notebook."""
    count = shown.cells().count()
    shown.page.locator(".il-open").first.focus()
    shown.page.keyboard.press(key)
    shown.page.keyboard.press(key)
    open_tile(shown, 0)
    shown.page.keyboard.press(key)
    shown.page.keyboard.press(key)
    assert shown.cells().count() == count
    expect(shown.page.locator(".il-box")).to_be_visible()


def test_save_writes_the_bytes_as_they_are(shown: Notebook, tmp_path: Path) -> None:
    """What Save downloads has the name and the bytes that Python gave."""
    open_tile(shown, 3)
    with shown.page.expect_download() as waiting:
        shown.page.locator(".il-save").click()
    download = waiting.value
    assert download.suggested_filename == "fox-3.png"
    download.save_as(tmp_path / "saved.png")
    assert len((tmp_path / "saved.png").read_bytes()) == shown.kernel_eval("len(big[3])")


def test_copy_puts_a_picture_on_the_clipboard(shown: Notebook) -> None:
    """After Copy the clipboard holds a PNG."""
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_tile(shown, 0)
    shown.page.get_by_role("button", name="Copy", exact=True).click()
    expect(shown.page.get_by_role("button", name="Copied")).to_be_visible()
    kinds = shown.page.evaluate("async () => (await navigator.clipboard.read())[0].types")
    assert "image/png" in kinds


def test_an_original_that_cannot_be_read_says_why(notebook: Open) -> None:
    """What goes wrong in Python stands in the overlay."""
    gone = "def original(at):\n    raise ValueError('The disk is gone.')"
    made = notebook([MAKE, gone, SHOW])
    made.page.locator(".il-open").first.click()
    expect(made.page.locator(".il-message")).to_have_text("The disk is gone.")


def test_a_prompt_that_is_markup_is_text(notebook: Open) -> None:
    """Nothing in a prompt becomes part of the page."""
    evil = (
        "from imagelab.sweep import Sweep\nevil = Sweep('<img class=evil src=x>', quality=['low'])"
    )
    made = notebook([MAKE, evil, "Grid(board_of(evil), small)"])
    expect(made.page.get_by_role("rowheader")).to_have_text("<img class=evil src=x>")
    expect(made.page.locator(".evil")).to_have_count(0)


def test_pictures_appear_as_they_land(live: Notebook) -> None:
    """An update from Python fills its tile and moves the bar."""
    live.kernel_do("grid.update({3: came(cells[3])}, progress(landed=1, spent_nano=11_000_000))")
    expect(live.page.locator('[data-position="3"] img')).to_be_visible()
    expect(live.page.locator('.il-tile[data-status="waiting"]')).to_have_count(5)
    expect(live.page.locator(".il-bar")).to_have_attribute("aria-valuenow", "1")
    expect(live.page.locator(".il-headline")).to_contain_text("$0.011 of $0.440")


def test_a_picture_that_landed_can_be_opened_at_once(live: Notebook) -> None:
    """While a run lasts, the originals of what has come are there on a click."""
    live.kernel_do("grid.update({3: came(cells[3])}, progress(landed=1))")
    open_tile(live, 3)
    assert natural_width(live, ".il-original") == 930


def test_stop_calls_python(live: Notebook) -> None:
    """A click on Stop calls what the grid was given."""
    live.page.locator(".il-stop").click()
    live.page.wait_for_timeout(300)
    assert live.kernel_eval("stops") == [1]


def test_a_finished_run_has_no_bar_and_no_stop(live: Notebook) -> None:
    """At the end the header is one quiet line."""
    done = "progress(landed=6, finished=True, spent_nano=440_000_000)"
    live.kernel_do(f"grid.update(all_came(cells), {done})")
    expect(live.page.locator(".il-headline")).to_have_text(
        "6 pictures · $0.440 · gpt-image-1 · 1024x1024"
    )
    expect(live.page.locator(".il-bar")).to_be_hidden()
    expect(live.page.locator(".il-stop")).to_be_hidden()


def test_the_line_of_a_finished_run_replaces_its_view(notebook: Open) -> None:
    """After the line only the comparison's own grid is seen, and what was printed stays."""
    cell = f"display(Grid.live(cells_of(FOXES)))\nprint('kept')\nline('done')\n{SHOW}"
    made = notebook([MAKE, cell])
    expect(made.page.locator(".il-run")).to_be_hidden()
    expect(made.page.locator(".il-live:not(.il-run)")).to_be_visible()
    expect(made.page.get_by_text("kept", exact=True)).to_be_visible()


def test_reopened_without_its_kernel_it_shows_its_pictures(notebook: Open) -> None:
    """A saved notebook shows pictures, captions and the line, and no trace of dead views."""
    cell = f"display(Grid.live(cells_of(FOXES)))\nline('six came')\n{SHOW}"
    made = notebook([MAKE, cell])
    expect(made.page.locator(".il-live:not(.il-run)")).to_be_visible()
    made.reopen()
    expect(made.page.locator(".il-static img")).to_have_count(6)
    expect(made.page.locator(".il-static img").last).to_be_visible()
    expect(made.page.locator(".il-line")).to_be_visible()
    dead = made.page.get_by_text("Error displaying widget")
    expect(dead).to_have_count(2)  # they are in the page, and take no room in it
    expect(dead.first).to_be_hidden()
    expect(dead.last).to_be_hidden()
    expect(made.page.locator(".jp-RenderedImage img")).to_be_hidden()


def test_a_started_run_leaves_words_when_its_kernel_is_gone(live: Notebook) -> None:
    """A run's own view, reopened, says what became of it instead of an error."""
    live.reopen()
    expect(live.page.get_by_text("run the cell again")).to_be_visible()
    expect(live.page.get_by_text("Error displaying widget")).to_be_hidden()


def test_a_reloaded_page_has_its_grid_back(shown: Notebook) -> None:
    """With the kernel alive, pictures, what was opened and originals are there again."""
    open_tile(shown, 5)
    shown.save()
    shown.reload()
    expect(shown.page.locator(".il-frame img")).to_have_count(6)
    expect(shown.page.locator(".il-selected .il-open")).to_have_attribute("data-position", "5")
    open_tile(shown, 1)
    assert natural_width(shown, ".il-original") == 910


def test_running_a_cell_again_closes_its_old_view(shown: Notebook) -> None:
    """A notebook that is run again keeps one grid, not two."""
    alive = "__import__('ipywidgets').widgets.widget._instances.values()"
    count = f"sum(type(one).__name__ == 'Grid' for one in {alive})"
    assert shown.kernel_eval(count) == 1
    shown.run_all()
    expect(shown.page.locator(".il-frame img")).to_have_count(6)
    assert shown.kernel_eval(count) == 1


def test_the_dark_theme_is_followed(shown: Notebook) -> None:
    """Text turns light and paper dark with JupyterLab."""
    root = shown.page.locator(".il-live")
    brightness = "node => getComputedStyle(node).{}.match(/[\\d.]+/g).slice(0, 3).map(Number)[0]"
    assert root.evaluate(brightness.format("backgroundColor")) > 200
    shown.theme("Dark")
    seen = [root.evaluate(brightness.format(name)) for name in ("backgroundColor", "color")]
    shown.theme("Light")
    assert seen[0] < 60
    assert seen[1] > 200


def test_a_closed_view_leaves_nothing_behind(shown: Notebook) -> None:
    """When a grid is closed its thumbnails' addresses are revoked, and static pictures appear."""
    address = shown.page.locator(".il-frame img").first.get_attribute("src")
    fetched = "address => fetch(address).then(() => true, () => false)"
    assert shown.page.evaluate(fetched, address)
    shown.kernel_do("grid.close()")
    expect(shown.page.locator(".il-static img").first).to_be_visible()
    assert not shown.page.evaluate(fetched, address)


def test_a_narrow_cell_still_shows_all_columns(shown: Notebook) -> None:
    """In a window of 720 pixels three pictures stand side by side without being cut."""
    shown.page.set_viewport_size({"width": 720, "height": 900})
    scroller = shown.page.locator(".il-scroll")
    shown.page.wait_for_function("() => document.querySelector('.il-live').clientWidth < 400")
    assert scroller.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_notebook_of_somebody_else_shows_its_pictures_once(shown: Notebook) -> None:
    """Opened and not run, a notebook that is not trusted shows the sheet alone, and no words."""
    shown.save()
    foreign = nbformat.read(shown.path, as_version=4)
    foreign.cells[0].source += "\n# signed by nobody"
    path = shown.path.with_name("foreign.ipynb")
    nbformat.write(foreign, path)
    opened = Notebook(shown.page, shown.server, path.name).open()
    expect(opened.output().locator(".jp-RenderedImage img")).to_be_visible()
    expect(opened.output().locator(".il-static")).to_be_hidden()
    assert opened.output().inner_text().strip() == ""


MANY = """
from imagelab.sweep import Sweep
many = board_of(Sweep([f"a fox number {n}" for n in range(50)], quality=["low", "high"]))
sheet = stills.sheet(many, {at: small[at % 6] for at in range(100)}, side=96)
grid = show(many, {at: small[at % 6] for at in range(48)}, original, sheet)
"""


def test_very_many_pictures_leave_one_sheet(notebook: Open) -> None:
    """While the view lives only it is seen; without a kernel the sheet of them all is."""
    made = notebook([MAKE, MANY])
    expect(made.page.locator(".il-frame img").first).to_be_visible()
    sheet = made.page.locator(".jp-RenderedImage img")
    expect(sheet).to_be_hidden()
    made.reopen()
    expect(sheet).to_be_visible()
    expect(made.page.get_by_text("100 pictures", exact=False).first).to_be_visible()
    expect(made.page.get_by_text("Error displaying widget")).to_be_hidden()
    assert len(made.stored()) < 1_500_000
