"""Unfinished pictures, differences and vectors, in real JupyterLab and Chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.jupyter import Notebook

Open = Callable[..., Notebook]

MAKE = """
import dataclasses
from imagelab.exchange.streams import Partial
from imagelab.insight import stills
from imagelab.insight.layout import lay_out
from imagelab.sweep import Sweep
from imagelab.views.grid import Grid, show
from tests.insight.making import came, cells_of, lost, picture
from tests.views.test_grid import progress
FOX = Sweep("a red fox", quality=["low", "medium", "high"], partial_images=2)
cells = cells_of(FOX)
HOSTILE = b'''<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
<script>window.top.pwned = window.pwned = true; document.title = "pwned"</script>
<rect width="640" height="480" fill="#30a060" onload="window.pwned = true"/></svg>'''
part = picture(64, 64, colour="#804020")
"""
LIVE = """
grid = Grid.live(cells, read=lambda one: picture(256, 256))
grid
"""
SHOW = """
made = {
    0: came(cells[0], actual_quality="medium", note="asked for quality low, came as medium"),
    1: lost(cells[1], "unknown", partial="a" * 64),
    2: came(cells[2], actual_format="svg", width=640, height=480),
}
small = {0: picture(256, 256), 1: picture(256, 256), 2: HOSTILE}
small = {at: stills.thumbnail(data) for at, data in small.items()}
originals = {0: (picture(300, 300), "image/png", "a.png"), 2: (HOSTILE, "image/svg+xml", "a.svg")}
grid = show(lay_out(cells, made), small, originals.__getitem__)
"""


@pytest.fixture
def live(notebook: Open) -> Notebook:
    """Give a notebook with a grid whose pictures are still to come."""
    made = notebook([MAKE, LIVE])
    expect(made.page.locator('.il-tile[data-status="waiting"]')).to_have_count(3)
    return made


@pytest.fixture
def shown(notebook: Open) -> Notebook:
    """Give a notebook with a picture that differs, one that was cut, and a hostile svg."""
    made = notebook([MAKE, SHOW])
    expect(made.page.locator(".il-live .il-frame img")).to_have_count(3)
    return made


def test_a_partial_picture_is_seen_as_what_it_is(live: Notebook) -> None:
    """A partial appears in its place, says which it is, and gives way to the finished one."""
    live.kernel_do("grid.update({}, progress(partials={1: Partial(0, part)}))")
    tile = live.page.locator(".il-tile").nth(1)
    expect(tile.locator("img")).to_have_count(1)
    expect(tile.locator(".il-unfinished")).to_have_text("partial 1 of 2")
    expect(tile).to_have_attribute("data-status", "waiting")
    expect(tile.locator(".il-open")).to_be_disabled()
    live.kernel_do("grid.update({1: came(cells[1])}, progress())")
    expect(tile.locator(".il-unfinished")).to_have_count(0)
    expect(tile).to_have_attribute("data-status", "done")


def test_what_differs_is_marked(shown: Notebook) -> None:
    """Where something came otherwise than asked for, that is marked under the picture."""
    note = shown.page.locator(".il-live .il-tile").nth(0).locator(".il-note")
    expect(note).to_have_text("asked for quality low, came as medium")
    mark = note.evaluate("node => getComputedStyle(node, '::before').content")
    assert mark.startswith('"≠')
    expect(shown.page.locator(".il-live .il-differs")).to_have_count(1)


def test_what_was_cut_is_pale_and_says_so(shown: Notebook) -> None:
    """The last partial of a cut stream is shown pale, and named unfinished."""
    tile = shown.page.locator(".il-live .il-tile").nth(1)
    expect(tile.locator(".il-unfinished")).to_have_text("unknown: unfinished")
    opacity = tile.locator("img").evaluate("node => getComputedStyle(node).opacity")
    assert float(opacity) < 1


def test_an_svg_is_shown_and_runs_nothing(shown: Notebook) -> None:
    """A vector opens as a picture: no script of it runs, and no page of the notebook's is made."""
    shown.page.locator(".il-live .il-open").nth(2).click()
    shown.page.locator('.il-box[data-state="ready"]').wait_for()
    image = shown.page.locator(".il-original")
    assert image.evaluate("node => node.naturalWidth") == 640
    assert str(image.get_attribute("src")).startswith("data:image/svg+xml;base64,")
    kind = shown.page.locator(".il-save").evaluate(
        "async link => (await (await fetch(link.href)).blob()).type"
    )
    assert kind == "application/octet-stream"
    assert shown.page.evaluate("() => window.pwned === undefined && document.title !== 'pwned'")
