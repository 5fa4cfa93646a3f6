"""Time the grid in real JupyterLab and Chromium: ``python -m tests.bench.grid_page``.

Twelve pictures: from the last byte that came to the last picture decoded on the page. A
thousand cells: from running the cell to pictures on the page, what the page grew by, and how
smoothly it scrolls. Twelve and sixty pictures as noisy as any: how large the saved notebook is.
Prints the figures beside what they are held to.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from imagelab import Lab
from tests.browser.jupyter import Notebook, chromium, jupyterlab
from tests.browser.jupyter import Server as Jupyter
from tests.servers import Server, success

SETUP = """
from imagelab import Lab
from imagelab.simulator import painter
lab = Lab(concurrency=16)
"""
TWELVE = (
    "import time, threading\n"
    "from imagelab.sweep import Sweep\n"
    "from imagelab.views.grid import Grid\n"
    "sweep = Sweep([f'a red fox number {n}' for n in range(4)], quality=['low','medium','high'])\n"
    "run = lab.start(sweep)"
)
MANY = "[f'a fox {n}' for n in range(250)]"
THOUSAND = """
from imagelab import Lab
lab = Lab("bench", base_url="http://127.0.0.1:9/v1", api_key="k", model="gpt-image-1", path="many")
made = lab.compare({MANY}, samples=4)
""".replace("{MANY}", MANY)
SAVED = """
from imagelab import Lab
lab = Lab("bench", base_url="URL", api_key="k", model="gpt-image-1", path="saved")
lab.compare([f"a fox {n}" for n in range(ROWS)], quality=["low", "medium", "high"])
"""
OPEN = "grid = made.grid(columns='sample'); grid"

DECODED = """(many) => {
    const images = [...document.querySelectorAll('.jp-CodeCell:last-of-type .il-frame img')];
    return images.length >= many && images.every((one) => one.complete && one.naturalWidth);
}"""
SCROLL = """async () => {
    const scroll = [...document.querySelectorAll('.il-scroll')].at(-1);
    const frames = [];
    let before = performance.now();
    for (let step = 0; step < 120; step += 1) {
        scroll.scrollTop += 90;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - before);
        before = now;
    }
    return frames;
}"""


def memory(page: Page) -> float:
    """Give what the page holds, in megabytes: script heap after collection, and nodes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    session.detach()
    return float(used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6


def process_megabytes(page: Page) -> float:
    """Give the resident memory of the page's own process."""
    session = page.context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    sizes = []
    for one in found:
        if one["type"] == "renderer":
            words = Path(f"/proc/{one['id']}/status").read_text()
            sizes.append(int(words.split("VmRSS:")[1].split()[0]) / 1000)
    return max(sizes)


def main() -> None:
    """Measure everything."""
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as server,
        chromium() as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        twelve(Notebook(page, server, "twelve.ipynb").write([SETUP, TWELVE]).open())
        saved(page, Path(folder), server)
        fill(Path(folder) / "many")
        thousand(Notebook(page, server, "many.ipynb").write([THOUSAND, OPEN]).open())


def noise(number: int) -> bytes:
    """Draw a picture whose thumbnail is as heavy as those of real ones."""
    file = io.BytesIO()
    image = Image.effect_noise((512, 512), 60 + number).convert("RGB").resize((1024, 1024))
    image.save(file, "png")
    return file.getvalue()


def fill(path: Path) -> None:
    """Make a ledger of a thousand pictures, each asked for over HTTP from a quick server."""
    drawn = [noise(number) for number in range(24)]
    with Server(lambda asked: success(asked, drawn[len(asked.body) % 24])) as server:
        options = {"base_url": server.url, "api_key": "k", "model": "gpt-image-1"}
        with Lab("bench", path=path, concurrency=16, **options) as lab:  # type: ignore[arg-type]
            lab.compare(eval(MANY), samples=4)  # noqa: S307 - written above


def saved(page: Page, folder: Path, jupyter: Jupyter) -> None:
    """Save comparisons in JupyterLab, and weigh the files."""
    drawn = [noise(number) for number in range(24)]
    with Server(lambda asked: success(asked, drawn[len(asked.body) % 24])) as server:
        for rows, bound in ((4, 400), (20, 1500)):
            cell = SAVED.replace("URL", server.url).replace("ROWS", str(rows))
            notebook = Notebook(page, jupyter, f"saved-{rows}.ipynb").write([cell]).open()
            notebook.run_all()
            notebook.save()
            size = notebook.path.stat().st_size / 1000
            print(f"{size:6.0f} kB (bound {bound})  a saved notebook of {3 * rows} pictures")
            notebook.close()


def twelve(notebook: Notebook) -> None:
    """From the last byte on the disk to the last picture decoded."""
    notebook.run_all()
    page = notebook.page
    page.wait_for_function(DECODED, arg=12, timeout=60_000, polling="raf")
    seen = page.evaluate("() => Date.now() / 1000")
    last = notebook.kernel_eval("max(r['settled_us'] for r in lab._session.ledger.rows()) / 1e6")
    print(f"{seen - last:6.2f} s  (bound 0.30)  last byte settled to twelve pictures decoded")
    notebook.close()


def thousand(notebook: Notebook) -> None:
    """Open a grid of a thousand cells, and scroll it."""
    page = notebook.page
    notebook.page.evaluate(
        "() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0 }"
    )
    page.evaluate(
        "() => { window.jupyterapp.commands.execute('notebook:run-cell-and-select-next') }"
    )
    page.wait_for_function(
        "() => document.querySelector('.jp-OutputArea')?.textContent.includes('worth')",
        timeout=400_000,
    )
    notebook.page.wait_for_timeout(3000)
    before, resident = memory(page), process_megabytes(page)
    began = time.perf_counter()
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell') }")
    page.wait_for_function(DECODED, arg=8, timeout=60_000, polling="raf")
    opened = time.perf_counter() - began
    page.wait_for_timeout(6000)
    print(f"{opened:6.2f} s  (bound 1.00)  1,000 cells: run to pictures on the page")
    print(f"{memory(page) - before:6.1f} MB (bound 60)   script memory added")
    print(f"{process_megabytes(page) - resident:6.1f} MB (bound 60)   resident memory added")
    frames = page.evaluate(SCROLL)
    worst = sorted(frames)[-6]
    print(f"{statistics.median(frames):6.1f} ms               a frame of scrolling, median; ")
    print(f"{worst:6.1f} ms               19 of 20 frames of scrolling are quicker")
    page.wait_for_timeout(1500)
    images = page.evaluate("() => document.querySelectorAll('.il-frame img').length")
    print(f"{images:6d}      (of 1,000)   thumbnails in the page after scrolling")
    print(f"{memory(page) - before:6.1f} MB (bound 60)   script memory added after scrolling")
    notebook.close()


if __name__ == "__main__":
    main()
