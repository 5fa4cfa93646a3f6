"""Runs cells in a real kernel and gives what they displayed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

CHECKOUT = Path(__file__).parents[2]

Outputs = list[list[nbformat.NotebookNode]]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[str]], Outputs]:
    """Give what runs code cells in a fresh kernel and returns the outputs of each."""

    def run(cells: Sequence[str]) -> Outputs:
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
        path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        client = NotebookClient(notebook, kernel_name="python3", timeout=60)
        folder = str(tmp_path_factory.mktemp("notebook"))
        client.execute(cwd=folder, env={**os.environ, "PYTHONPATH": path})
        return [cell.outputs for cell in notebook.cells]

    return run
