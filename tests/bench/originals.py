"""Print how soon an original is seen: ``python -m tests.bench.originals``.

A picture of 1.5 MB in real JupyterLab and Chromium, from the click to the decoded picture, as
the page's own clock has it. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.browser.jupyter import Notebook, chromium, jupyterlab

TIMES = 12
BOUND_SECONDS = 0.25

MAKE = """
import io
import numpy as np
from PIL import Image
from imagelab import Zoom
from imagelab.insight import stills
from imagelab.views.grid import Grid
from tests.insight.making import FOXES, board_of

def heavy(number):
    "Make a PNG of 1024 by 1024 pixels and some 1.5 MB, as noisy as a photograph."
    noise = np.random.default_rng(number).integers(0, 16, (1024, 1024, 3), dtype=np.uint8)
    levels = noise + (np.mgrid[0:1024, 0:1024][0] // 8)[..., None].astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(levels).save(out, "PNG")
    return out.getvalue()

big = [heavy(number) for number in range(6)]
small = {at: stills.thumbnail(data) for at, data in enumerate(big)}
"""
GRID = "Grid(board_of(), small, lambda at: (big[at], 'image/png', 'fox.png'))"
ZOOM = "zoom = Zoom(big[0], big[1])\nzoom"

CLICK = """(number) => new Promise((done) => {
    const began = performance.now();
    const box = document.querySelector(".il-box");
    const seen = new MutationObserver(() => {
        if (box.dataset.state !== "ready") return;
        seen.disconnect();
        done((performance.now() - began) / 1000);
        box.close();
    });
    seen.observe(box, { attributes: true });
    document.querySelectorAll(".il-open")[number].click();
})"""

SHOWN = """() => new Promise((done) => {
    const pane = document.querySelector(".il-pane");
    const scroller = pane.closest(".jp-WindowedPanel-outer");
    let began = null;
    const seen = new MutationObserver(() => {
        if (pane.dataset.state === "small" && began === null) {
            began = performance.now();
            pane.scrollIntoView();
        }
        if (pane.dataset.state !== "ready" || began === null) return;
        seen.disconnect();
        done((performance.now() - began) / 1000);
    });
    seen.observe(pane, { attributes: true });
    scroller.scrollTop = scroller.scrollHeight;
})"""


def say(what: str, seconds: list[float]) -> None:
    """Print one line: the median, the worst, and the bound."""
    middle, worst = statistics.median(seconds), max(seconds)
    print(f"{middle:6.3f} s, at worst {worst:.3f}  (bound {BOUND_SECONDS} s)  {what}", flush=True)


def main() -> None:
    """Measure the grid's click and the zoom's originals."""
    far = "from IPython.display import HTML\nHTML('<div style=height:9000px>')"
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as server,
        chromium() as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        notebook = Notebook(page, server, "bench.ipynb")
        notebook.write([MAKE, GRID, ZOOM, far]).open().run_all()
        page.locator(".il-open").nth(5).wait_for()
        megabytes = notebook.kernel_eval("len(big[0])") / 1e6
        page.evaluate(CLICK, 0)
        say(
            f"click in the grid to the decoded original of {megabytes:.2f} MB",
            [page.evaluate(CLICK, at % 6) for at in range(TIMES)],
        )
        page.locator(".il-pane").first.scroll_into_view_if_needed()
        page.locator('.il-pane[data-state="ready"]').first.wait_for()
        say(
            "a zoom that comes into sight to its decoded original, of two at once",
            [page.evaluate(SHOWN) for _ in range(TIMES)],
        )
        notebook.close()


if __name__ == "__main__":
    main()
