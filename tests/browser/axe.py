"""axe-core, which finds what a screen reader or a keyboard would stumble over."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Page

VERSION = "4.14.1"
GRAVE = ("serious", "critical")


@functools.cache
def script() -> str:
    """Fetch axe-core from the npm registry into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix", folder)
        command = ["npm", "install", *options, f"axe-core@{VERSION}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        return (Path(folder) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def grave(page: Page, selector: str) -> list[str]:
    """Name what is seriously wrong in the parts of a page that a selector finds."""
    page.evaluate(f"() => {{ {script()} }}")
    found = page.evaluate(
        """async (selector) => {
            const parts = [...document.querySelectorAll(selector)];
            if (!parts.length) throw new Error(`nothing is ${selector}`);
            const { violations, passes } = await axe.run({ include: parts });
            if (!passes.length) throw new Error("nothing was looked at");
            const where = (nodes) => nodes.map(({ html }) => html);
            return violations.map(({ id, impact, nodes }) => ({ id, impact, where: where(nodes) }));
        }""",
        selector,
    )
    return [f"{one['id']}: {one['where']}" for one in found if one["impact"] in GRAVE]
