"""Fixtures: one JupyterLab and one browser for all, a notebook for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize

from tests.browser.jupyter import Notebook, Server, chromium, jupyterlab

VIEWPORT: ViewportSize = {"width": 1280, "height": 1000}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the JupyterLab that all browser tests share."""
    with jupyterlab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the Chromium that all browser tests share."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser's profile: its windows, cookies and downloads."""
    fresh = browser.new_context(viewport=VIEWPORT, accept_downloads=True)
    yield fresh
    fresh.close()


@pytest.fixture(scope="session")
def page(context: BrowserContext) -> Page:
    """Give the window in which JupyterLab stays open from test to test."""
    return context.new_page()


@pytest.fixture(scope="session")
def shelf(server: Server, page: Page) -> Callable[..., Notebook]:
    """Give what opens a notebook of cells; one that is open already is only run again."""
    made: list[Notebook] = []

    def take(cells: Sequence[str], *, wait: bool = True) -> Notebook:
        if not made or made[-1].sources != tuple(cells) or not made[-1].is_open:
            fresh = Notebook(page, server, f"notebook-{len(made)}.ipynb")
            made.append(fresh.write(cells).open())
        made[-1].run_all() if wait else made[-1].start_all()
        return made[-1]

    return take


@pytest.fixture
def notebook(shelf: Callable[..., Notebook], page: Page) -> Iterator[Callable[..., Notebook]]:
    """Give what runs a notebook of cells from the first to the last.

    Tests with equal cells in a row share a kernel: cells set up all that they look at.
    ``wait=False`` returns while they run. The page may raise no error.
    """
    problems: list[str] = []

    def remember(error: Error) -> None:
        # Views run from blobs. Seen once, cause not found: as a closed widget left its cell
        # a node was removed twice. Only that one, and only from outside a view, is let pass.
        frames = [line for line in (error.stack or "").splitlines() if " at " in line]
        from_outside = bool(frames) and "blob:" not in frames[0]
        if not (from_outside and "removeChild" in str(error)):
            problems.append(str(error))

    page.on("pageerror", remember)
    page.set_viewport_size(VIEWPORT)
    yield shelf
    page.remove_listener("pageerror", remember)
    assert not problems
