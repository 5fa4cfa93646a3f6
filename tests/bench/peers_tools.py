"""The tools that `tests.bench.peers` measures: how each is installed, asked and read.

Peers are installed into a folder of their own and run as their pages describe, each in a
process that can be killed. None of them ever gets a real key.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LONGEST_SECONDS = 120.0
INSTALL_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a tool is to ask for. ``way`` picks one of several documented ways, where there are."""

    url: str
    folder: str
    pictures: int = 1
    quality: str = "low"
    timeout: float = 600.0
    budget: float | None = None
    at_once: int = 8
    way: str = ""

    def text(self) -> str:
        """Return what the asking scripts take as their argument."""
        return json.dumps(asdict(self) | {"prompts": self.prompts()})

    def prompts(self) -> list[str]:
        """Name the pictures: all different, so that none is asked for twice by intent."""
        return [f"picture {number}" for number in range(self.pictures)]


@dataclass(frozen=True)
class Told:
    """What a tool itself says when it is through; ``cost_usd`` is None where it says nothing."""

    in_hand: int
    cost_usd: float | None
    unknown: int = 0
    at_risk: str = ""
    set_aside: str = ""


class Tool:
    """One column: how to install it, ask it and read what it says."""

    name = ""
    budget_ways: tuple[str, ...] = ()

    def install(self, folder: Path) -> None:
        """Put it into ``folder``, if it is not there yet."""

    def version(self) -> str:
        """Name the version that was measured."""
        raise NotImplementedError

    def command(self, job: Job, *, resume: bool) -> list[str]:
        """Return what to run."""
        raise NotImplementedError

    def told(self, job: Job, printed: str) -> Told:
        """Read the last line that an asking script printed."""
        return Told(**json.loads(printed.strip().rpartition("\n")[2]))

    def environment(self, job: Job) -> dict[str, str]:
        """Return the environment, with nothing in it that would change what is measured."""
        strange = ("OPENAI_", "LITELLM_", "PROMPTFOO_", "IMAGELAB_", "REQUEST_TIMEOUT")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
        return kept | {"NO_PROXY": "127.0.0.1"}

    @contextlib.contextmanager
    def running(self, job: Job, *, resume: bool = False) -> Iterator[subprocess.Popen[bytes]]:
        """Start it on a job, in a process group of its own; what is left of it at the end dies."""
        folder = Path(job.folder)
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                self.command(job, resume=resume),
                cwd=folder,
                env=self.environment(job),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                kill(process)

    def ask(self, job: Job, *, resume: bool = False) -> Told:
        """Run a job to its end.

        Raises:
            RuntimeError: it took too long, or said nothing that can be read.
        """
        with self.running(job, resume=resume) as process:
            try:
                process.wait(LONGEST_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise RuntimeError(f"it was not through after {LONGEST_SECONDS:g} s") from error
        folder = Path(job.folder)
        try:
            return self.told(job, (folder / "out").read_text())
        except (ValueError, TypeError, KeyError, OSError) as error:
            last = (folder / "err").read_text().strip().rpartition("\n")[2]
            raise RuntimeError(f"it could not be driven ({last or error})") from error


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a tool with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise RuntimeError(f"{' '.join(command[:3])} failed: {last}")
    return done.stdout


class PlainSdk(Tool):
    """The openai SDK that imagelab itself stands on, in the loop that one writes around it."""

    name = "openai SDK"

    def version(self) -> str:
        """Name the installed version."""
        return importlib.metadata.version("openai")

    def command(self, job: Job, *, resume: bool) -> list[str]:
        """It knows no resuming."""
        return [sys.executable, str(HERE / "peers_sdk.py"), job.text()]


class LiteLlm(Tool):
    """LiteLLM as a library, with its disk cache, and for one way of a budget as a proxy."""

    name = "LiteLLM"
    budget_ways = ("max_budget", "manager", "router", "proxy")

    def install(self, folder: Path) -> None:
        """Make a virtual environment for it."""
        self._python = str(folder / "litellm" / "bin" / "python")
        if not Path(self._python).exists():
            _run(sys.executable, "-m", "venv", str(folder / "litellm"))
            _run(self._python, "-m", "pip", "install", "-q", "litellm[caching,proxy]")

    def version(self) -> str:
        """Ask its own environment."""
        say = "from importlib.metadata import version as v; print(v('litellm'), v('openai'))"
        own, sdk = _run(self._python, "-c", say).split()
        return f"{own} (on openai {sdk})"

    def environment(self, job: Job) -> dict[str, str]:
        """Its price list comes from the package, not from the web at every start."""
        return super().environment(job) | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}

    def command(self, job: Job, *, resume: bool) -> list[str]:
        """Its cache is how it would resume, and is always on."""
        script = "peers_proxy.py" if job.way == "proxy" else "peers_litellm.py"
        return [self._python, str(HERE / script), job.text()]


class Promptfoo(Tool):
    """promptfoo's command line; it resumes with its own ``--resume``."""

    name = "promptfoo"

    def install(self, folder: Path) -> None:
        """Make an npm prefix for it."""
        if not shutil.which("npm"):
            raise RuntimeError("npm is not on this machine")
        self._package = folder / "promptfoo" / "node_modules" / "promptfoo"
        if not self._package.exists():
            prefix = str(folder / "promptfoo")
            _run("npm", "install", "--prefix", prefix, "promptfoo", "--no-audit", "--no-fund")

    def version(self) -> str:
        """Read its package."""
        node = _run("node", "--version").strip()
        return f"{self._about()['version']} (on Node {node.removeprefix('v')})"

    def environment(self, job: Job) -> dict[str, str]:
        """The time-out is its own variable; waits between its retries are cut short."""
        return super().environment(job) | {
            "OPENAI_API_KEY": "sk-bench",
            "PROMPTFOO_CONFIG_DIR": str(Path(job.folder) / "home"),
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_REQUEST_BACKOFF_MS": "100",
            "REQUEST_TIMEOUT_MS": str(round(job.timeout * 1000)),
        }

    def command(self, job: Job, *, resume: bool) -> list[str]:
        """Write its configuration (JSON is YAML), and evaluate it."""
        (Path(job.folder) / "promptfooconfig.yaml").write_text(json.dumps(_configuration(job)))
        script = str(self._package / self._about()["bin"]["promptfoo"])
        options = ["-j", str(job.at_once), "-o", "told.json", "--no-table", "--no-progress-bar"]
        again = ["--resume"] if resume else []
        return ["node", "--no-warnings", script, "eval", *options, "--no-share", *again]

    def told(self, job: Job, printed: str) -> Told:
        """Read the file of results that it wrote, and take it away for the next run."""
        file = Path(job.folder) / "told.json"
        results = json.loads(file.read_text())["results"]
        file.unlink()
        cost = sum(prompt["metrics"]["cost"] for prompt in results["prompts"])
        # Its own statistics leave out pictures of a run that was killed: the results do not.
        return Told(sum(one["success"] for one in results["results"]), cost)

    def _about(self) -> Any:
        return json.loads((self._package / "package.json").read_text())


def _configuration(job: Job) -> dict[str, Any]:
    config = {"apiBaseUrl": job.url, "quality": job.quality, "size": "1024x1024"}
    return {
        "prompts": ["{{prompt}}"],
        "providers": [{"id": "openai:image:gpt-image-1", "config": config}],
        "tests": [{"vars": {"prompt": prompt}} for prompt in job.prompts()],
    }


class ImageLab(Tool):
    """The toolkit of this repository."""

    name = "imagelab"
    budget_ways = ("budget",)

    def version(self) -> str:
        """Read it off the project."""
        about = tomllib.loads((ROOT / "pyproject.toml").read_text())
        return str(about["project"]["version"])

    def environment(self, job: Job) -> dict[str, str]:
        """It is imported from this folder."""
        return super().environment(job) | {"PYTHONPATH": str(ROOT)}

    def command(self, job: Job, *, resume: bool) -> list[str]:
        """Running the same again is how it resumes."""
        return [sys.executable, "-m", "tests.bench.peers_lab", job.text()]
