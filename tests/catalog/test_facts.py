from __future__ import annotations

import datetime as dt
import tomllib
from importlib import resources

import pytest

FILES = sorted(
    entry.name
    for entry in resources.files("imagelab.catalog").iterdir()
    if entry.name.endswith(".toml")
)


def test_the_catalogue_has_its_five_files() -> None:
    """Judges, models, prices, providers and tokens are the files of facts."""
    assert FILES == [
        "judges.toml",
        "models.toml",
        "prices.toml",
        "providers.toml",
        "tokens.toml",
    ]


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_dated_and_sourced(name: str) -> None:
    """Every row of every file says when it was looked up and where it comes from."""
    text = resources.files("imagelab.catalog").joinpath(name).read_text(encoding="utf-8")
    rows = [row for heading in tomllib.loads(text).values() for row in heading]
    assert rows
    assert [row for row in rows if not isinstance(row.get("date"), dt.date)] == []
    assert [row for row in rows if not row.get("source")] == []
