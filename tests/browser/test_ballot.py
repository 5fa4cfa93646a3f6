"""A ballot opened from the disk, as a rater without Python meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from imagelab.insight import ballots

COLOURS = ("#aa3322", "#2244aa", "#228844")
PROMPTS = ["a fox", "an owl <b>bold</b>", "a cat"]


@pytest.fixture
def ballot(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open a ballot of three pairs; it may ask nothing of anybody, and raise no error."""
    pictures = [Image.new("RGB", (256, 256), colour) for colour in COLOURS]
    file = tmp_path / "ballot.html"
    file.write_text(ballots.page("b1", pictures, [(0, 1), (2, 0), (1, 2)], PROMPTS))
    page = browser.new_page(accept_downloads=True)
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert problems == []
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def start(page: Page) -> None:
    """Give a name, and begin."""
    page.get_by_label("Your name").fill("zoe")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 of 3 pairs")).to_be_visible()


def test_a_rater_votes_by_keyboard_and_saves_a_file(ballot: Page, tmp_path: Path) -> None:
    """Left, undo, right, tie, skip; the file that is saved is read as it was said."""
    start(ballot)
    expect(ballot.locator("#prompt")).to_have_text("a fox")
    widths = ballot.locator(".side img").evaluate_all(
        "all => Promise.all(all.map((one) => one.decode().then(() => one.naturalWidth)))"
    )
    assert widths == [256, 256]
    for key in ("ArrowLeft", "u", "ArrowRight", "ArrowDown", "s"):
        ballot.keyboard.press(key)
    expect(ballot.get_by_text("That was the last pair")).to_be_visible()
    with ballot.expect_download() as saved:
        ballot.get_by_role("button", name="Save my votes").click()
    assert saved.value.suggested_filename == "votes-zoe.json"
    saved.value.save_as(tmp_path / "votes.json")
    found = ballots.read(tmp_path / "votes.json")
    assert (found.ballot, found.rater) == ("b1", "zoe")
    assert [one.winner for one in found.said] == ["right", "tie", "skip"]
    assert all(one.seconds is not None for one in found.said)


def test_a_rater_needs_a_name(ballot: Page) -> None:
    """Without one nothing begins."""
    ballot.get_by_role("button", name="Start").click()
    expect(ballot.locator("#arena")).to_be_hidden()
    expect(ballot.get_by_label("Your name")).to_be_focused()


def test_a_prompt_is_shown_as_it_is(ballot: Page) -> None:
    """Markup in a prompt is text."""
    start(ballot)
    ballot.get_by_role("button", name="Tie").click()
    expect(ballot.locator("#prompt")).to_have_text("an owl <b>bold</b>")


def test_a_page_loaded_anew_goes_on(ballot: Page) -> None:
    """What was said is there after a reload."""
    start(ballot)
    ballot.keyboard.press("ArrowLeft")
    ballot.reload()
    ballot.get_by_role("button", name="Go on").click()
    expect(ballot.get_by_text("1 of 3 pairs")).to_be_visible()
    kept = ballot.evaluate("localStorage.getItem('imagelab-ballot-b1')")
    assert json.loads(kept)["votes"][0]["winner"] == "left"


def test_holding_z_looks_closer(ballot: Page) -> None:
    """Both pictures are enlarged while the key is down."""
    start(ballot)
    ballot.keyboard.down("z")
    styles = ballot.locator(".side img").evaluate_all("all => all.map((one) => one.style.cssText)")
    assert styles[0] == styles[1]
    assert "scale" in styles[0]
    ballot.keyboard.up("z")
    expect(ballot.locator(".side img").first).not_to_have_attribute("style", "scale")
