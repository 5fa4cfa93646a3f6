"""Take the README's screenshot: ``python -m tests.browser.screenshots [FILE]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser.jupyter import CHECKOUT, Notebook, chromium, jupyterlab

CELLS = (
    "from imagelab import Lab\n\nlab = Lab()",
    'grid = lab.compare(\n    ["a red fox in snow", "a red fox in snow, watercolour"],\n'
    '    quality=["low", "medium", "high"],\n)\ngrid',
)


def main(target: Path) -> None:
    """Run the README's comparison in JupyterLab and photograph its cell."""
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as server,
        chromium() as browser,
    ):
        size = {"width": 1180, "height": 1320}
        page = browser.new_context(viewport=size, device_scale_factor=1.5).new_page()
        notebook = Notebook(page, server, "fox.ipynb").write(CELLS).open()
        notebook.command("application:toggle-left-area")
        notebook.run_all()
        page.locator(".il-frame img:visible").nth(5).wait_for()
        page.wait_for_timeout(1000)
        notebook.cells().nth(1).screenshot(path=target, type="jpeg", quality=88)
        notebook.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT / ".github" / "grid.jpg")
