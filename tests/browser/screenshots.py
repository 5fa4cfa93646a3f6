"""Take pictures of the views: ``python -m tests.browser.screenshots [FOLDER]``.

Without a folder the README's are taken anew; with one, every view: in light and in dark in a cell
of 1200 pixels, and in cells of 800 and 480.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator

from tests.browser.jupyter import CHECKOUT, Notebook, chromium, jupyterlab

OPEN = "from imagelab import Lab, MaskPad, Sweep\n\nlab = Lab(budget=5)"
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
    "arranged": (
        'lab.note(grid[1], star=True, remark="the tail is right")\n'
        'arranged = grid.grid("quality", "prompt", sort="-cost_usd")\narranged'
    ),
    "many": (
        'many = lab.compare([f"a boat number {n}" for n in range(1, 5)],\n'
        '    quality=["low", "medium"], size=["1024x1024", "1536x1024"], samples=2)\n'
        'many.grid(tabs="size")'
    ),
    "bench": (
        'bench = lab.bench("the same fox at night", images=grid[2], quality="medium", samples=2)\n'
        "bench"
    ),
    "gallery": "gallery = lab.gallery()\ngallery",
    "spend": "spend = lab.spend()\nspend",
    "duel": 'duel = grid.vote(by="quality", rater="ann")\nduel',
    "verdict": "grid.verdict()",
}
"""The cell that shows each view, by its name."""

README = {"grid": (1120, 1320), "wipe": (700, 900), "duel": (1000, 800), "bench": (1080, 900)}
"""The windows in which the README's pictures are taken."""

MOST_BYTES = 150_000
WIDTHS = {1200: ("Light", "Dark"), 800: ("Light",), 480: ("Light",)}
BESIDE = 170
"""How much wider than a cell's output the window is, the side bar closed."""

READY = {
    "zoom": "zoom.level, zoom.x, zoom.y = 1.5, 0.52, 0.5",
    "wipe": "wipe.position = 52",
    "mask": (
        "from PIL import Image, ImageDraw\n"
        'mask = Image.new("RGBA", (1024, 1024), "black")\n'
        "ImageDraw.Draw(mask).ellipse((380, 260, 700, 480), fill=(0, 0, 0, 0))\n"
        "pad.mask = mask"
    ),
    "arranged": "arranged.selected = [1, 4]",
    "bench": "bench.generate()",
}
"""What brings a view into a state worth seeing."""


def prepare(notebook: Notebook, name: str, cell: Locator) -> None:
    """Bring a view into a state worth seeing."""
    if name in READY:
        notebook.kernel_do(READY[name])
    if name == "bench":
        cell.locator(".il-latest img").nth(1).wait_for()
    if name == "duel":
        cell.locator(".il-go").first.click()
        cell.locator('.il-duel[data-stage="arena"]:not(.il-waiting)').wait_for()


def take(cell: Locator) -> bytes:
    """Photograph one cell, its originals there."""
    cell.scroll_into_view_if_needed()
    cell.page.mouse.move(0, 0)
    cell.page.wait_for_timeout(900)
    return cell.screenshot(type="png")


def small(png: bytes) -> bytes:
    """Write a photograph as a file that a README may show."""
    picture, data = Image.open(io.BytesIO(png)).convert("RGB"), b""
    for quality in range(88, 40, -6):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        data = out.getvalue()
        if len(data) < MOST_BYTES:
            break
    return data


@contextmanager
def opened(cells: Mapping[str, str], scale: float) -> Iterator[Notebook]:
    """Run the cells in JupyterLab."""
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as server,
        chromium() as browser,
    ):
        size = {"width": 1200 + BESIDE, "height": 2000}
        page = browser.new_context(viewport=size, device_scale_factor=scale).new_page()  # type: ignore[arg-type]
        notebook = Notebook(page, server, "fox.ipynb").write([OPEN, *cells.values()]).open()
        notebook.command("application:toggle-left-area")
        notebook.run_all()
        notebook.page.locator(".il-frame img:visible").nth(5).wait_for()
        for at, name in enumerate(cells, 1):
            prepare(notebook, name, notebook.cells().nth(at))
        yield notebook
        notebook.close()


def for_readme(target: Path) -> None:
    """Photograph what the README shows."""
    with opened({name: VIEWS[name] for name in README}, scale=1.25) as notebook:
        for at, (name, (width, height)) in enumerate(README.items(), 1):
            notebook.page.set_viewport_size({"width": width, "height": height})
            (target / f"{name}.jpg").write_bytes(small(take(notebook.cells().nth(at))))


def all_views(target: Path) -> None:
    """Photograph every view, in both themes and three widths."""
    target.mkdir(parents=True, exist_ok=True)
    with opened(VIEWS, scale=1) as notebook:
        for width, themes in WIDTHS.items():
            notebook.page.set_viewport_size({"width": width + BESIDE, "height": 2000})
            for theme in themes:
                notebook.theme(theme)
                for at, name in enumerate(VIEWS, 1):
                    file = target / f"{name}-{width}-{theme.lower()}.png"
                    file.write_bytes(take(notebook.cells().nth(at)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        all_views(Path(sys.argv[1]))
    else:
        for_readme(CHECKOUT / ".github")
