"""The tutorial as a newcomer meets it: real JupyterLab, real Chromium, the whole way."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.jupyter import CHECKOUT, Notebook, Server

Open = Callable[..., Notebook]

SIX, TWELVE = 1, 8
"""The code cells of the quickstart that end in a grid of six and of twelve pictures."""

RUN = """
from imagelab import Lab, Sweep
from imagelab.simulator import Simulator
server = Simulator(latency=0.4).start()
lab = Lab("simulator", base_url=server.url, path="PATH", concurrency=1)
"""


RUN_IN_LAST = """(source) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    notebook.activeCell.model.sharedModel.setSource(source);
    window.jupyterapp.commands.execute("notebook:run-cell");
}"""


@pytest.fixture(scope="module")
def quickstart(server: Server, page: Page) -> Iterator[Notebook]:
    """Open the committed quickstart and run all of it, once for the facts below."""
    name = "01-quickstart.ipynb"
    shutil.copy(CHECKOUT / "notebooks" / name, server.folder / name)
    made = Notebook(page, server, name).open()
    made.command("notebook:clear-all-cell-outputs")
    made.run_all()
    yield made
    made.close()


def test_six_cells_are_filled(quickstart: Notebook) -> None:
    """Two prompts at three tiers are six pictures in the grid of the second cell."""
    grid = quickstart.output(SIX).locator(".il-frame img:visible")
    expect(grid).to_have_count(6)


def test_twelve_in_the_next_comparison(quickstart: Notebook) -> None:
    """The sweep over two variables and three tiers fills twelve."""
    expect(quickstart.output(TWELVE).locator(".il-frame img:visible")).to_have_count(12)


def test_the_progress_view_is_gone_when_done(quickstart: Notebook) -> None:
    """After a blocking run one line stands where the progress was, and one grid is seen."""
    expect(quickstart.output(SIX).locator(".il-live:visible")).to_have_count(1)
    expect(
        quickstart.output(SIX).get_by_text("6 pictures · worth $0.439 · simulated")
    ).to_be_visible()


def test_a_click_shows_the_original(quickstart: Notebook) -> None:
    """The original has its own size: 1024 pixels, not the thumbnail's."""
    quickstart.output(SIX).locator(".il-open:visible").nth(2).click()
    box = quickstart.page.locator('.il-box[data-state="ready"]')
    box.wait_for()
    width = box.locator(".il-original").evaluate("image => image.naturalWidth")
    quickstart.page.keyboard.press("Escape")
    assert width == 1024


def test_saved_and_reopened_it_still_shows_them(quickstart: Notebook) -> None:
    """Run, saved, its kernel ended, opened again: pictures, captions, no error line."""
    quickstart.reopen()
    expect(quickstart.output(SIX).locator(".il-static img:visible")).to_have_count(6)
    expect(quickstart.output(TWELVE).locator(".il-static img:visible")).to_have_count(12)
    expect(quickstart.output(SIX).locator(".il-static").get_by_text("$0.166").first).to_be_visible()
    expect(quickstart.page.get_by_text("Error displaying widget").first).to_be_hidden()


def test_stop_ends_a_run_in_the_background(notebook: Open, tmp_path: Path) -> None:
    """The Stop button of ``lab.start`` sends no more, and what is in flight is kept."""
    run = "run = lab.start(Sweep([f'fox {at}' for at in range(30)]))"
    made = notebook([RUN.replace("PATH", str(tmp_path)), run])
    expect(made.page.locator(".il-frame img").first).to_be_visible(timeout=20_000)
    made.page.get_by_role("button", name="Stop").click()
    made.page.wait_for_timeout(200)
    made.kernel_do("run.result()")
    counts = made.kernel_eval("[len(lab.log), server.billed.pictures, len(run.left)]")
    assert counts[0] == counts[1] < 30
    assert counts[2] == 30 - counts[0]


def test_awaiting_a_run_gives_the_comparison(notebook: Open, tmp_path: Path) -> None:
    """A cell may await a run: the grid fills above, and the value is the comparison."""
    start = "run = lab.start(Sweep('a fox', quality=['low', 'medium']))"
    made = notebook([RUN.replace("PATH", str(tmp_path)), start, "made = await run\nmade"])
    expect(made.output(1).locator(".il-frame img:visible")).to_have_count(2)
    expect(made.output(2).locator(".il-frame img:visible")).to_have_count(2)


def test_interrupting_keeps_what_is_in_flight(notebook: Open, tmp_path: Path) -> None:
    """The kernel's stop button ends ``lab.run``; every picture that was billed is a row."""
    run = "lab.run(Sweep([f'fox {at}' for at in range(30)]))"
    made = notebook([RUN.replace("PATH", str(tmp_path)), "run = None"])
    made.page.evaluate(RUN_IN_LAST, run)
    expect(made.output(1).locator(".il-frame img").first).to_be_visible(timeout=20_000)
    made.command("notebook:interrupt-kernel")
    expect(made.output(1).get_by_text("KeyboardInterrupt").first).to_be_visible(timeout=20_000)
    rows, billed = made.kernel_eval(
        "[lab.log.status.eq('done').sum().item(), server.billed.pictures]"
    )
    assert rows == billed < 30
