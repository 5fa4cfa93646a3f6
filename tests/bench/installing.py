"""Foreign clients, each installed from its registry into a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

INSTALL_SECONDS = 600.0
_STRANGE = ("OPENAI_", "LITELLM_", "AZURE_", "IMAGELAB_", "REQUEST_TIMEOUT")


def python_with(folder: Path, name: str, *packages: str) -> str:
    """Return the Python of a virtual environment that has the packages; make it if need be."""
    python = folder / name / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", str(folder / name))
        run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages)
    return str(python)


def node_with(folder: Path, name: str, package: str) -> Path:
    """Return a folder whose ``node_modules`` has the package; make it if need be.

    Raises:
        RuntimeError: npm is not on this machine.
    """
    if not shutil.which("npm"):
        raise RuntimeError("npm is not on this machine")
    home = folder / name
    if not (home / "node_modules" / package).exists():
        home.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--prefix", str(home), package, "--no-audit", "--no-fund")
    return home


def version_of(python: str, package: str) -> str:
    """Ask an environment which version of a package it has."""
    say = f"from importlib.metadata import version; print(version({package!r}))"
    return run(python, "-c", say).strip()


def run(*command: str, stdin: str = "", cwd: Path | None = None) -> str:
    """Run a command and return what it printed.

    Raises:
        RuntimeError: it failed; the last lines that it said are told.
    """
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        env=environment(),
        cwd=cwd,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-6:])
        raise RuntimeError(f"{' '.join(command[:3])} failed: {said}")
    return done.stdout


def environment() -> dict[str, str]:
    """Return the environment, with nothing in it that would change what is asked or counted.

    LiteLLM's prices come out of its package, not from the web at every start.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_STRANGE)}
    return kept | {"NO_PROXY": "127.0.0.1", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
