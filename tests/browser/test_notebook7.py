"""The views in real Notebook 7: the same server, another front end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.jupyter import Notebook, Server
from tests.browser.test_looking_views import (
    MAKE,
    MASK,
    WIPE,
    ZOOM,
    cells_of,
    drag,
    easel,
    pair,
    panes,
    settled,
)


@pytest.fixture(scope="module")
def shown(server: Server, context: BrowserContext) -> Iterator[Notebook]:
    """Give a notebook in Notebook 7 that shows all three views."""
    page = context.new_page()
    problems: list[str] = []
    # Views run from blobs; what Notebook 7 itself trips over is not theirs.
    page.on(
        "pageerror", lambda one: problems.append(str(one)) if "blob:" in str(one.stack) else None
    )
    made = Notebook(page, server, "seven.ipynb", front_end="notebooks")
    made.write([MAKE, ZOOM, WIPE, MASK]).open().run_all()
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


@pytest.mark.parametrize("selector", [".il-pane", ".il-look-wipe button", ".il-easel"])
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
