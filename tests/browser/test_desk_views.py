"""Spend and gallery in real JupyterLab and Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import axe
from tests.browser.jupyter import Notebook
from tests.browser.test_grid_desk import until

Open = Callable[..., Notebook]

CELLS = (
    "from imagelab import Lab\nfrom ipywidgets import HBox, VBox\n"
    "lab = Lab(path='desk-data', budget=5)\n"
    "for prompt in ('a red fox', 'a boat'):\n"
    "    for tier in ('low', 'medium'):\n        made = lab.generate(prompt, quality=tier)",
    "gallery = lab.gallery()\ndisplay(VBox([gallery]))",
    "spend = lab.spend()\ndisplay(HBox([spend]))",
)


@pytest.fixture
def desk(notebook: Open) -> Notebook:
    """Give a notebook that shows a gallery of four pictures, and the purse."""
    made = notebook(CELLS)
    expect(gallery(made).locator(".il-frame img")).to_have_count(4, timeout=30_000)
    return made


def gallery(notebook: Notebook) -> Locator:
    """Give the gallery."""
    return notebook.output(1).locator(".il-live")


def spend(notebook: Notebook) -> Locator:
    """Give the purse."""
    return notebook.output(2).locator(".il-live")


def test_the_gallery_is_searched(desk: Notebook) -> None:
    """Words, tier and star narrow it, from the page and from Python."""
    view = gallery(desk)
    view.get_by_role("searchbox").fill("fox")
    expect(view.locator(".il-headline")).to_have_text("2 pictures found")
    expect(view.locator(".il-frame img")).to_have_count(2)
    view.get_by_label("tier").select_option("medium")
    expect(view.locator(".il-frame img")).to_have_count(1)
    assert desk.kernel_eval("[gallery.prompt, gallery.quality, len(gallery.found)]") == [
        "fox",
        "medium",
        1,
    ]
    desk.kernel_do("gallery.prompt = ''; gallery.quality = ''; gallery.star = True")
    expect(view.locator(".il-nothing")).to_be_visible()
    view.get_by_role("button", name="starred").click()
    expect(view.locator(".il-frame img")).to_have_count(4)


def test_a_picture_leads_back_to_its_row(desk: Notebook) -> None:
    """I shows the row and the Python; Escape closes it and gives the focus back."""
    view = gallery(desk)
    view.locator(".il-open").nth(1).focus()
    desk.page.keyboard.press("i")
    row = view.locator(".il-rowof")
    expect(row).to_be_focused()
    expect(row.locator("dd").nth(2)).to_have_text("a boat")
    expect(row.locator(".il-python")).to_contain_text('lab.generate("a boat"')
    number = desk.kernel_eval("gallery.opened")
    assert desk.kernel_eval("gallery.generation.request.prompt") == "a boat"
    desk.page.keyboard.press("Escape")
    expect(row).to_be_hidden()
    focused = view.locator(f'.il-open[data-position="{number}"]')
    expect(focused).to_be_focused()


def test_the_gallery_is_walked_selected_and_starred(desk: Notebook) -> None:
    """Arrows, Space, s and Enter: Python sees the selection, the star and what was opened."""
    view = gallery(desk)
    ids = desk.kernel_eval("gallery.found")
    view.locator(".il-open").first.focus()
    desk.page.keyboard.press("Space")
    desk.page.keyboard.press("Shift+ArrowRight")
    until(desk, "gallery.selected", ids[:2])
    desk.page.keyboard.press("s")
    expect(view.locator(".il-starred")).to_have_count(1)
    until(desk, f"bool(lab.log.set_index('id').star[{ids[1]}])", True)
    desk.page.keyboard.press("s")
    expect(view.locator(".il-starred")).to_have_count(0)
    desk.page.keyboard.press("Enter")
    desk.page.locator('.il-box[data-state="ready"]').wait_for()
    assert desk.page.locator(".il-original").evaluate("image => image.naturalWidth") == 1024
    desk.page.keyboard.press("ArrowRight")
    until(desk, "gallery.opened", ids[2])
    desk.page.keyboard.press("Escape")


def test_what_is_made_elsewhere_appears_and_is_paid_for(desk: Notebook) -> None:
    """A new picture stands in the gallery and in the purse without being asked for."""
    expect(spend(desk).locator("dd").first).to_have_text("$0.106")
    desk.kernel_do("fresh = lab.generate('a whale')")
    expect(gallery(desk).locator(".il-frame img")).to_have_count(5, timeout=15_000)
    expect(spend(desk).locator("dd").first).to_have_text("$0.117", timeout=15_000)
    desk.kernel_do("lab.forget(fresh)")


def test_the_purse_is_added_up_in_three_ways(desk: Notebook) -> None:
    """Tabs by click and arrow, and by Python; the bar says itself in words."""
    view = spend(desk)
    expect(view.get_by_role("rowheader")).to_have_text(["low", "medium"])
    view.get_by_role("tab", name="by model").click()
    expect(view.get_by_role("rowheader")).to_have_text(["gpt-image-1"])
    desk.page.keyboard.press("ArrowRight")
    until(desk, "spend.by", "day")
    desk.kernel_do("spend.by = 'quality'")
    expect(view.get_by_role("rowheader")).to_have_text(["low", "medium"])
    told = re.compile(r"\$0\.1\d+ spent, \$4\.\d+ left of \$5\.00")
    expect(view.get_by_role("img")).to_have_attribute("aria-label", told)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_grave(desk: Notebook, theme: str) -> None:
    """A screen reader and a keyboard get through both views, with a row and a note open."""
    gallery(desk).locator(".il-open").first.focus()
    desk.page.keyboard.press("i")
    expect(gallery(desk).locator(".il-rowof")).to_be_visible()
    gallery(desk).locator(".il-open").first.focus()
    desk.page.keyboard.press("n")
    desk.theme(theme)
    try:
        assert axe.grave(desk.page, ".il-live") == []
    finally:
        desk.theme("Light")


def test_in_a_row_of_widgets_a_view_takes_its_room(desk: Notebook) -> None:
    """Beside others, in an HBox, the purse is as wide as there is room."""
    assert spend(desk).evaluate("node => node.clientWidth") > 500


def test_no_listener_and_no_thread_outlives_its_view(desk: Notebook) -> None:
    """Run again, the old views are closed: their threads look no more, their pages are gone."""
    first = desk.kernel_eval("[one.name for one in __import__('threading').enumerate()]")
    desk.run_all()
    expect(gallery(desk).locator(".il-frame img").first).to_be_visible(timeout=30_000)
    count = "sum(t.name == 'imagelab-watch' for t in __import__('threading').enumerate())"
    assert first.count("imagelab-watch") == 2
    until(desk, count, 2)
    desk.kernel_do("gallery.close(); spend.close()")
    until(desk, count, 0)
    expect(gallery(desk)).to_have_count(0)
