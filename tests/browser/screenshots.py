"""Take pictures of the views: ``python -m tests.browser.screenshots [FOLDER]``.

Without a folder the README's are taken anew; with one, every view in light and in dark.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator

from tests.browser.jupyter import CHECKOUT, Notebook, chromium, jupyterlab

OPEN = "from imagelab import Lab, MaskPad\n\nlab = Lab()"
COMPARE = (
    'grid = lab.compare(\n    ["a red fox in snow", "a red fox in snow, watercolour"],\n'
    '    quality=["low", "medium", "high"],\n)\ngrid'
)
VIEWS = {
    "grid": COMPARE,
    "zoom": 'zoom = grid.zoom("a red fox in snow")\nzoom',
    "wipe": "wipe = grid.wipe(0, 2)\nwipe",
    "onion": 'onion = grid.wipe(2, 5, mode="onion")\nonion',
    "difference": 'apart = grid.wipe(1, 2, mode="difference")\napart',
    "mask": "pad = MaskPad(grid[2])\npad",
}
"""The cell that shows each view, by its name."""

README = ("grid",)
PAINTED = """
from PIL import Image, ImageDraw
mask = Image.new("RGBA", (1024, 1024), "black")
ImageDraw.Draw(mask).ellipse((380, 260, 700, 480), fill=(0, 0, 0, 0))
pad.mask = mask
zoom.level, zoom.x, zoom.y = 1.5, 0.52, 0.5
"""


def prepare(notebook: Notebook) -> None:
    """Bring the views into a state worth seeing, and wait for their originals."""
    notebook.page.locator(".il-frame img:visible").nth(5).wait_for()
    notebook.kernel_do(PAINTED)


def take(cell: Locator, target: Path) -> None:
    """Photograph one cell, its originals there."""
    cell.scroll_into_view_if_needed()
    cell.page.mouse.move(0, 0)
    cell.page.wait_for_timeout(1500)
    cell.screenshot(path=target, type="jpeg", quality=88)


@contextmanager
def opened(cells: Mapping[str, str]) -> Iterator[Notebook]:
    """Run the cells in JupyterLab."""
    size = {"width": 1180, "height": 1320}
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as server,
        chromium() as browser,
    ):
        page = browser.new_context(viewport=size, device_scale_factor=1.5).new_page()
        notebook = Notebook(page, server, "fox.ipynb").write([OPEN, *cells.values()]).open()
        notebook.command("application:toggle-left-area")
        notebook.run_all()
        yield notebook
        notebook.close()


def main(folder: Path | None) -> None:
    """Photograph the README's views, or all of them in both themes."""
    names = README if folder is None else tuple(VIEWS)
    target = CHECKOUT / ".github" if folder is None else folder
    target.mkdir(parents=True, exist_ok=True)
    with opened({name: VIEWS[name] for name in names}) as notebook:
        if folder is not None:
            prepare(notebook)
        for theme in ("Light", "Dark") if folder is not None else ("Light",):
            notebook.theme(theme)
            for at, name in enumerate(names, 1):
                file = f"{name}.jpg" if folder is None else f"{name}-{theme.lower()}.jpg"
                take(notebook.cells().nth(at), target / file)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
