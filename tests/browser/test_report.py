"""The report in a browser: from a file, offline, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from imagelab import Lab
from imagelab.insight.report import Section

EVIL = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of two prompts at three tiers, one of them markup."""
    folder = tmp_path_factory.mktemp("report")
    with Lab(path=folder / "data") as lab:
        made = lab.compare(["a fox in snow", f"an owl {EVIL}"], quality=["low", "medium", "high"])
        verdict = Section(title="Verdict", words=EVIL)
        return made.report(folder / "report.html", title="Foxes", sections=[verdict])


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Page]:
    """The report in a window of its own that has no network; it may log no problem."""
    context = browser.new_context(offline=True, viewport={"width": 1180, "height": 900})
    page, problems = context.new_page(), []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.extend(_fetched(request.url)))
    page.goto(report.as_uri())
    yield page
    context.close()
    assert not problems


def _fetched(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [url]


def test_every_picture_is_seen(opened: Page) -> None:
    """All pictures are decoded, and no prompt's markup has run."""
    seen = opened.locator(".il-page img").evaluate_all("all => all.map((one) => one.naturalWidth)")
    assert len(seen) == 6
    assert all(seen)
    assert opened.title() == "Foxes"


def test_a_picture_fills_the_window_and_keys_go_on(opened: Page) -> None:
    """A click enlarges a picture, an arrow goes to the next, Escape goes back."""
    first, second = (opened.locator(".il-page .il-zoom img").nth(at) for at in (0, 1))
    small = first.bounding_box()["width"]  # type: ignore[index]
    first.click()
    assert first.bounding_box()["width"] > 2 * small  # type: ignore[index]
    opened.keyboard.press("ArrowRight")
    assert first.bounding_box()["width"] == small  # type: ignore[index]
    assert second.bounding_box()["width"] > 2 * small  # type: ignore[index]
    opened.keyboard.press("Escape")
    assert second.bounding_box()["width"] == small  # type: ignore[index]


def test_two_pictures_lie_over_each_other(opened: Page) -> None:
    """The slider moves the edge between them, by keys too; other pictures can be chosen."""
    stage = opened.locator(".il-stage")
    assert opened.locator(".il-side").all_inner_texts() == ["low · $0.011", "high · $0.166"]
    slider = stage.get_by_role("slider")
    slider.focus()
    opened.keyboard.press("Home")
    assert stage.evaluate("node => node.style.getPropertyValue('--at')") == "0%"
    opened.get_by_label("Right").select_option("medium")
    assert opened.locator(".il-side").nth(1).inner_text() == "medium · $0.042"
    opened.get_by_label("Row").select_option(index=1)
    source = stage.locator("img").nth(1).get_attribute("src")
    assert source == opened.locator('.il-page img[data-position="3"]').get_attribute("src")


def test_the_code_can_be_copied(opened: Page) -> None:
    """The button puts the code into the clipboard's hands."""
    opened.get_by_role("button", name="Copy").click()
    assert "lab.compare(" in opened.evaluate("String(getSelection())")


@pytest.mark.parametrize("width", [400, 1180])
def test_it_fits_the_window(opened: Page, width: int) -> None:
    """On a phone as on a desk nothing stands out of the page to the right."""
    opened.set_viewport_size({"width": width, "height": 800})
    wide = opened.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
