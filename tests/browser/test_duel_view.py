"""Blind votes in real JupyterLab and Chromium, by keyboard, to the verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import START_MS, Notebook

Open = Callable[..., Notebook]

MAKE = """
import tempfile
from imagelab import Lab
lab = Lab(path=tempfile.mkdtemp())
comparison = lab.compare(
    ["a harbour at night", "a red fox"], quality=["low", "medium", "high"], samples=2)
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
    expect(told).to_contain_text("SIMULATED", timeout=START_MS)  # it draws a chart, its first
    expect(told.locator("tbody tr")).to_have_count(3)
    expect(root(duel).locator(".il-chart")).to_be_visible()


def test_nothing_in_the_page_gives_a_picture_away(duel: Notebook) -> None:
    """No tier, price or file name in the markup, one size for both, blobs of equal length."""
    start(duel)
    markup = root(duel).evaluate("node => node.outerHTML")
    assert not any(word in markup for word in ("low", "medium", "high", "$", ".png"))
    pictures = root(duel).locator(".il-side img")
    told = pictures.evaluate_all(
        """async (images) => Promise.all(images.map(async (image) => [
            image.alt, image.naturalWidth, (await (await fetch(image.src)).blob()).size,
        ]))"""
    )
    assert [one[0] for one in told] == ["Left picture", "Right picture"]
    assert told[0][1:] == told[1][1:]
    state = duel.kernel_eval("sorted(k for k in duel.get_state() if not k.startswith('_'))")
    assert set(state) - {"layout", "tabbable", "tooltip"} == {"standing", "rule"}


def test_a_page_loaded_anew_goes_on_where_it_was(duel: Notebook) -> None:
    """With the kernel alive the same two pictures wait, and the votes are counted."""
    start(duel)
    press(duel, "ArrowLeft")
    expect(root(duel).locator(".il-far")).to_contain_text("1 vote")
    before = duel.kernel_eval("duel._voting.turn().number")
    duel.save()
    duel.reload()
    expect(root(duel).locator(".il-go").first).to_have_text("Go on")
    start(duel)
    assert duel.kernel_eval("duel._voting.turn().number") == before
    press(duel, "ArrowRight")
    assert [one[1] for one in votes(duel)] == ["left", "right"]


def test_holding_a_picture_looks_closer_at_both(duel: Notebook) -> None:
    """While a picture or Z is held both are enlarged at the same spot, and then no more."""
    start(duel)
    images = root(duel).locator(".il-side img")
    images.first.hover(position={"x": 40, "y": 60})
    duel.page.mouse.down()
    styles = images.evaluate_all("all => all.map((one) => one.style.cssText)")
    assert styles[0] == styles[1]
    assert "scale" in styles[0]
    duel.page.mouse.up()
    duel.page.keyboard.down("z")
    expect(root(duel).locator(".il-close")).to_have_count(1)
    duel.page.keyboard.up("z")
    expect(root(duel).locator(".il-close")).to_have_count(0)
    assert votes(duel) == []


def test_the_notebooks_own_keys_do_no_harm(duel: Notebook) -> None:
    """X, D D and arrows pressed in the duel leave the notebook's cells alone."""
    start(duel)
    cells = duel.cells().count()
    for key in ("x", "d", "d", "ArrowUp", "a", "b"):
        duel.page.keyboard.press(key)
    assert duel.cells().count() == cells
    assert votes(duel) == []


def test_a_verdict_shows_words_table_and_chart_in_one_cell(notebook: Open) -> None:
    """The verdict's own cell has the answer, a row per tier, and a picture of the chart."""
    seeded = """
from tests.test_voting import vote
booth = comparison._booth(None, "bob")
while booth.turn() is not None: vote(booth, "left")
"""
    made = notebook([MAKE, seeded, VERDICT])
    output = made.output(2)
    expect(output.locator("tbody tr")).to_have_count(3)
    expect(output).to_contain_text("SIMULATED")
    expect(output.locator("img")).to_be_visible()
