"""Blind votes in real JupyterLab and Chromium, by keyboard, to the verdict."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook

Open = Callable[..., Notebook]

MAKE = """
import tempfile
from imagelab import Lab
lab = Lab(path=tempfile.mkdtemp())
comparison = lab.compare(
    ["a red fox in snow", "an owl at night", "a lighthouse", "a harbour", "a cat on a roof",
     "a bowl of fruit", "a mountain lake", "a street in rain"],
    quality=["low", "medium", "high"])
"""
VOTE = "duel = comparison.vote(by='quality', rater='ann'); duel"
VERDICT = "comparison.verdict()"


@pytest.fixture
def duel(notebook: Open) -> Notebook:
    """Give a notebook in which a blind vote waits to be started."""
    made = notebook([MAKE, VOTE])
    expect(made.page.locator(".il-duel")).to_be_visible()
    return made


def root(notebook: Notebook) -> Locator:
    """Give the duel on the page."""
    return notebook.page.locator(".il-duel").first


def start(notebook: Notebook) -> None:
    """Press Start (or Go on), and wait for two pictures."""
    root(notebook).locator(".il-go").first.click()
    shown(notebook)


def shown(notebook: Notebook) -> None:
    """Wait until a pair may be voted on."""
    expect(root(notebook)).to_have_attribute("data-stage", "arena")
    expect(root(notebook)).not_to_have_class("il-live il-duel il-waiting")


def votes(notebook: Notebook) -> list[list[object]]:
    """Read what the ledger holds: rater, winner, seconds."""
    said = notebook.kernel_eval("[[v.rater, v.winner, v.seconds] for v in comparison.votes]")
    assert isinstance(said, list)
    return said


def press(notebook: Notebook, key: str) -> None:
    """Press a key, and wait for what comes of it."""
    notebook.page.keyboard.press(key)
    expect(root(notebook)).not_to_have_class("il-live il-duel il-waiting")


def test_a_person_votes_by_keyboard_undoes_one_and_reads_the_verdict(duel: Notebook) -> None:
    """Twenty pairs by keys, one taken back, every vote in the ledger, then the verdict."""
    start(duel)
    keys = ["ArrowLeft", "ArrowRight", "ArrowDown", "s"] * 5
    for count, key in enumerate(keys, 1):
        press(duel, key)
        expect(root(duel).locator(".il-far")).to_contain_text(f"{count} vote")
    assert [one[1] for one in votes(duel)] == ["left", "right", "tie", "skip"] * 5
    assert all(one[0] == "ann" and one[2] > 0 for one in votes(duel))  # type: ignore[operator]
    press(duel, "u")
    expect(root(duel).locator(".il-far")).to_contain_text("19 votes")
    assert len(votes(duel)) == 19
    press(duel, "ArrowLeft")
    assert [one[1] for one in votes(duel)][-1] == "left"
    while root(duel).get_attribute("data-stage") == "arena":
        press(duel, "ArrowDown")
    root(duel).get_by_role("button", name="Show the verdict").click()
    told = root(duel).locator(".il-verdict")
    expect(told).to_contain_text("SIMULATED")
    expect(told.locator("tbody tr")).to_have_count(3)
    expect(root(duel).locator(".il-chart")).to_be_visible()
