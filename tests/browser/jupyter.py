"""A real JupyterLab, a real Chromium, and a notebook between them.

One server and one page serve a whole test session, since loading JupyterLab takes longer
than most tests. All of Jupyter's folders are private, so nothing of the person who runs the
tests is read or written.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHECKOUT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("IMAGELAB_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_MS = 60_000
IS_IDLE = """(path) => {
    const shown = window.jupyterapp?.shell.currentWidget;
    const kernel = shown?.sessionContext?.session?.kernel;
    return shown?.context?.path === path && kernel?.status === "idle";
}"""
WITHIN = """const within = (promise) => Promise.race([
    promise,
    new Promise((_, fail) => setTimeout(() => fail(new Error("no answer in 60 s")), 60_000)),
]);"""
CLOSE_ALL = f"""async () => {{
    {WITHIN}
    for (const shown of [...(window.jupyterapp?.shell.widgets("main") ?? [])]) {{
        if (shown.sessionContext) await within(shown.sessionContext.shutdown());
        shown.dispose();
    }}
}}"""


@dataclass(frozen=True)
class Server:
    """A JupyterLab on loopback, and the folder whose notebooks it serves."""

    url: str
    token: str
    folder: Path


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Server]:
    """Run JupyterLab over ``folder`` until the block ends, its kernels with it."""
    home = folder / ".jupyter-home"
    _settle(home)
    port, token = _free_port(), secrets.token_hex(8)
    server = Server(f"http://127.0.0.1:{port}", token, folder)
    with (folder / ".server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *_options(server, port)],
            cwd=folder,
            env=_environment(home),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()  # asked this way, a Jupyter server ends its kernels too
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _options(server: Server, port: int) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={server.folder}",
        f"--IdentityProvider.token={server.token}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        # Puts the application where the page can reach it: window.jupyterapp.
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _environment(home: Path) -> dict[str, str]:
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    folders = {name: str(home / folder) for name, folder in own.items()}
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **folders, "PYTHONPATH": path}


def _settle(home: Path) -> None:
    """Set what no option sets: no toast that covers what is clicked, every cell in the page."""
    _set(home, "apputils-extension", "notification", {"fetchNews": "false"})
    _set(home, "notebook-extension", "tracker", {"windowingMode": "none"})


def _set(home: Path, extension: str, part: str, values: dict[str, Any]) -> None:
    folder = home / "settings" / "@jupyterlab" / extension
    folder.mkdir(parents=True)
    (folder / f"{part}.jupyterlab-settings").write_text(json.dumps(values))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_MS / 1000
    address = f"{server.url}/api/status?token={server.token}"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - http, from above
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    log = (server.folder / ".server.log").read_text()[-3000:]
    raise RuntimeError(f"JupyterLab did not start:\n{log}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; one that is missing fails the tests that need it."""
    if not Path(CHROMIUM).exists():
        raise RuntimeError(
            f"There is no browser at {CHROMIUM}: install Debian's chromium, "
            "or name another one in IMAGELAB_CHROMIUM."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=list(FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


class Notebook:
    """A notebook that is open in JupyterLab, or in Notebook 7, which the same server serves."""

    def __init__(
        self, page: Page, server: Server, name: str, *, front_end: str = "lab/tree"
    ) -> None:
        self.page = page
        self.server = server
        self.front_end = front_end
        self.path = server.folder / name
        self.sources: tuple[str, ...] = ()

    # -- opening and running ---------------------------------------------------------------

    def write(self, cells: Sequence[str]) -> Notebook:
        """Write a notebook of these code cells where the server finds it."""
        self.sources = tuple(cells)
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": kernel},
        )
        nbformat.write(notebook, self.path)
        return self

    @property
    def at(self) -> str:
        """The notebook's path as JupyterLab names it."""
        return str(self.path.relative_to(self.server.folder))

    def open(self) -> Notebook:
        """Show the notebook, in the JupyterLab that is open if one is, its kernel idle."""
        if self.page.evaluate("() => Boolean(window.jupyterapp)"):
            self.page.evaluate(CLOSE_ALL)
            self.command("docmanager:open", {"path": self.at})
            self.page.wait_for_function(IS_IDLE, arg=self.at, timeout=START_MS)
        else:
            self.reload()
        return self

    @property
    def is_open(self) -> bool:
        """Whether the notebook is what the page shows, with all its cells and its kernel."""
        return bool(self.page.evaluate(IS_IDLE, self.at)) and self.cells().count() == len(
            self.sources
        )

    def reload(self) -> None:
        """Load the page anew; a kernel that runs lives on."""
        address = f"{self.server.url}/{self.front_end}/{self.at}?token={self.server.token}&reset"
        self.page.goto(address, wait_until="domcontentloaded")
        self.page.wait_for_function(IS_IDLE, arg=self.at, timeout=START_MS)
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")

    def reopen(self) -> None:
        """Save, end the kernel, and open the file in a new page: its widgets are dead."""
        self.save()
        self.page.evaluate(CLOSE_ALL)
        self.page.goto("about:blank")
        self.reload()

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Have JupyterLab do one of its commands, and wait until it is done."""
        self.page.evaluate(
            f"""([name, given]) => {{
                {WITHIN}
                return within(window.jupyterapp.commands.execute(name, given)).then(() => null);
            }}""",
            [name, arguments or {}],
        )

    def run_all(self) -> None:
        """Run every cell, and wait for the last."""
        self.command("notebook:run-all-cells")

    def start_all(self) -> None:
        """Run every cell, and do not wait."""
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")

    def save(self) -> None:
        """Write the notebook with its outputs to its file."""
        self.command("docmanager:save")

    def shutdown(self) -> None:
        """End the notebook's kernel; the notebook stays open."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def close(self) -> None:
        """End the kernels of all that is open, and close it without asking."""
        self.page.evaluate(CLOSE_ALL)

    def theme(self, name: str) -> None:
        """Give JupyterLab its ``Light`` or ``Dark`` theme."""
        self.command("apputils:change-theme", {"theme": f"JupyterLab {name}"})
        light = str(name == "Light").lower()
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")

    # -- looking -----------------------------------------------------------------------------

    def kernel_eval(self, expression: str) -> Any:
        """Ask the kernel for the value of an expression, by way of JSON."""
        code = f"import json as _json; print(_json.dumps({expression}))"
        said = self.page.evaluate(
            """async (code) => {
                WITHIN
                const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
                for (let tries = 50; tries > 0; tries--) {
                    let said = "";
                    const asked = kernel.requestExecute({ code, store_history: false });
                    asked.onIOPub = ({ header, content }) => {
                        if (header.msg_type === "stream") said += content.text;
                        const { ename, evalue } = content;
                        if (header.msg_type === "error") said += `${ename}: ${evalue}`;
                    };
                    const reply = await within(asked.done);
                    // After an error a kernel throws away for a while what is asked of it.
                    if (reply.content.status !== "aborted") return said;
                    await new Promise((resume) => setTimeout(resume, 100));
                }
                throw new Error("The kernel throws away whatever is asked of it.");
            }""".replace("WITHIN", WITHIN),
            code,
        )
        try:
            return json.loads(said)
        except ValueError:
            raise AssertionError(f"The kernel said {said!r} to {expression!r}") from None

    def kernel_do(self, statements: str) -> None:
        """Have the kernel do something; what it raises is raised here."""
        self.kernel_eval(f"exec({statements!r})")

    def cells(self) -> Locator:
        """Give the notebook's code cells."""
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    def output(self, cell: int = -1) -> Locator:
        """Give the output area of one cell."""
        cells = self.cells()
        return cells.nth(cell if cell >= 0 else cells.count() + cell).locator(".jp-OutputArea")

    def stored(self) -> str:
        """Read the text of the notebook's file."""
        return self.path.read_text()
