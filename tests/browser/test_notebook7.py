"""The views in real Notebook 7: the same server, another front end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.jupyter import Notebook, Server
from tests.browser.test_grid_desk import until
from tests.browser.test_looking_views import (
    MAKE,
    MASK,
    WIPE,
    ZOOM,
    cells_of,
    drag,
    easel,
    leaks,
    pair,
    panes,
    settled,
)

LAB = """
from imagelab import Lab
lab = Lab(path="seven-data", budget=5)
made = lab.compare(["a red fox", "a boat"], quality=["low", "medium"])
"""
GRID = "grid = made.grid(tabs='quality')\ngrid"
BENCH = "bench = lab.bench('an owl')\nbench"
GALLERY = "gallery = lab.gallery()\ngallery"
SPEND = "spend = lab.spend()\nspend"
DUEL = "duel = made.vote(by='quality', rater='ann')\nduel"
CELLS = (MAKE, ZOOM, WIPE, MASK, LAB, GRID, BENCH, GALLERY, SPEND, DUEL)


def cell(notebook: Notebook, source: str) -> Locator:
    """Give the output that shows a view, by the cell that made it."""
    return notebook.output(CELLS.index(source))


@pytest.fixture(scope="module")
def shown(server: Server, context: BrowserContext) -> Iterator[Notebook]:
    """Give a notebook in Notebook 7 that shows every view."""
    page = context.new_page()
    problems: list[str] = []
    # Views run from blobs; what Notebook 7 itself trips over is not theirs.
    page.on(
        "pageerror", lambda one: problems.append(str(one)) if "blob:" in str(one.stack) else None
    )
    made = Notebook(page, server, "seven.ipynb", front_end="notebooks")
    made.write(CELLS).open().run_all()
    yield made
    made.shutdown()
    page.close()
    assert problems == []


def test_it_is_notebook_7(shown: Notebook) -> None:
    """The page is the one that shows one notebook, not JupyterLab."""
    assert shown.page.evaluate("() => window.jupyterapp.name") == "Jupyter Notebook"


def test_zoom_hears_wheel_and_keys(shown: Notebook) -> None:
    """A click and the wheel enlarge, a digit sets the level, and Python sees both."""
    panes(shown).first.click(position={"x": 60, "y": 60})
    shown.page.mouse.wheel(0, -400)
    settled(shown, "zoom.level > 0.7", True)
    shown.page.keyboard.press("3")
    settled(shown, "zoom.level", 3)


def test_wipe_follows_the_mouse(shown: Notebook) -> None:
    """The line is dragged, and the mode is chosen with a key."""
    stage = pair(shown)
    box = stage.bounding_box()
    assert box is not None
    drag(shown, stage, (20, 100), (round(box["width"] / 4), 100))
    settled(shown, "round(wipe.position)", 25)
    shown.page.keyboard.press("d")
    settled(shown, "wipe.mode", "difference")
    expect(shown.page.locator(".il-pair canvas")).to_be_visible()


def test_a_mask_is_painted(shown: Notebook) -> None:
    """A stroke of the mouse is a mask in Python, and u takes it back."""
    drag(shown, easel(shown), (100, 100), (300, 100))
    settled(shown, "pad.share > 0", True)
    shown.page.keyboard.press("u")
    settled(shown, "pad.share", 0)


def test_a_grid_opens_selects_and_changes_its_tab(shown: Notebook) -> None:
    """A click shows an original, Space selects, a tab shows the other tier: Python sees each."""
    grid = cell(shown, GRID)
    grid.locator(".il-open").first.click()
    shown.page.locator('.il-box[data-state="ready"]').wait_for()
    shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("Space")
    until(shown, "[grid.opened, grid.selected]", [0, [0]])
    grid.get_by_role("tab", name="medium").click()
    until(shown, "grid.tab", "medium")


def test_the_bench_quotes_and_generates(shown: Notebook) -> None:
    """The price follows the typing; Ctrl+Enter asks for a picture and runs no cell."""
    bench = cell(shown, BENCH)
    bench.get_by_label("tier").select_option("medium")
    expect(bench.locator(".il-quote")).to_have_text("$0.042 simulated")
    bench.get_by_label("Prompt").fill("a grey owl")
    shown.page.keyboard.press("Control+Enter")
    expect(bench.locator(".il-latest img")).to_be_visible(timeout=30_000)
    until(shown, "[one.prompt for one in bench.generations]", ["a grey owl"])


def test_the_gallery_is_searched_and_leads_to_a_row(shown: Notebook) -> None:
    """Words narrow it, and i shows the row behind a picture."""
    gallery = cell(shown, GALLERY)
    gallery.get_by_role("searchbox").fill("fox")
    expect(gallery.locator(".il-headline")).to_have_text("2 pictures found")
    gallery.locator(".il-open").first.focus()
    shown.page.keyboard.press("i")
    expect(gallery.locator(".il-rowof")).to_contain_text("a red fox")
    assert shown.kernel_eval("gallery.prompt") == "fox"


def test_spend_is_live(shown: Notebook) -> None:
    """What is asked for meanwhile is added, and a tab adds it up another way."""
    spend = cell(shown, SPEND)
    shown.kernel_do("made_now = lab.generate('a whale', quality='low')")
    told = shown.kernel_eval("f'${lab.log.cost_usd.sum():.3f}'")
    expect(spend.locator("dd").first).to_have_text(told, timeout=15_000)
    spend.get_by_role("tab", name="by day").click()
    until(shown, "spend.by", "day")


def test_a_duel_is_voted_on(shown: Notebook) -> None:
    """Start, a key, and the vote is in the ledger."""
    duel = cell(shown, DUEL)
    duel.locator(".il-go").first.click()
    expect(duel.locator(".il-duel")).to_have_attribute("data-stage", "arena")
    expect(duel.locator(".il-waiting")).to_have_count(0)
    shown.page.keyboard.press("ArrowLeft")
    until(shown, "len(made.votes)", 1)


@pytest.mark.parametrize("name", ["grid", "bench", "gallery", "spend", "duel"])
def test_a_closed_view_leaves_nothing_behind(shown: Notebook, name: str) -> None:
    """No listener at the model, no address of a picture, no node is left when a view ends."""
    counts = leaks(shown, name)
    listeners, _, nodes = counts["during"]
    assert listeners > 0
    assert nodes > 0
    assert counts["after"] == [0, 0, 0]


KEYED = [
    ".il-pane",
    ".il-look-wipe button",
    ".il-easel",
    ".il-open",
    ".il-go",
    ".il-tab",
    ".il-duel",
]


@pytest.mark.parametrize("selector", KEYED)
def test_the_notebook_keeps_its_cells(shown: Notebook, selector: str) -> None:
    """Keys pressed in a view do nothing to the notebook."""
    shown.page.locator(selector).first.focus()  # which makes its cell the active one
    before = cells_of(shown)
    for key in ("x", "x", "a", "b", "Delete"):
        shown.page.keyboard.press(key)
    assert cells_of(shown) == before


def test_the_notebook_keeps_its_shortcuts(shown: Notebook) -> None:
    """Ctrl+S in a view saves the notebook."""
    model = "window.jupyterapp.shell.currentWidget.context.model"
    shown.page.evaluate(f"() => {{ {model}.dirty = true }}")
    shown.page.locator(".il-pane").first.focus()
    shown.page.keyboard.press("Control+s")
    shown.page.wait_for_function(f"() => !{model}.dirty")
