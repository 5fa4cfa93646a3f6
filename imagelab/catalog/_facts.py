"""Reads the TOML files of the catalogue, each once."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any


@functools.cache
def rows(name: str) -> dict[str, list[dict[str, Any]]]:
    """Return one file of facts: the rows under each of its headings, in the file's order."""
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
