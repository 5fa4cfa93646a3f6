"""The bench in real JupyterLab and Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook
from tests.browser.test_grid_desk import until

Open = Callable[..., Notebook]

CELLS = (
    "from imagelab import Lab\nfrom ipywidgets import HBox\n"
    "lab = Lab(path='bench-data', concurrency=2)",
    "bench = lab.bench('a red fox in snow')\ndisplay(HBox([bench]))",
)


@pytest.fixture
def bench(notebook: Open) -> Notebook:
    """Give a notebook that shows a bench, inside a box of widgets."""
    made = notebook(CELLS)
    expect(view(made)).to_be_visible(timeout=30_000)
    return made


def view(notebook: Notebook) -> Locator:
    """Give the bench."""
    return notebook.output(1).locator(".il-live")


def test_the_quote_follows_the_typing(bench: Notebook) -> None:
    """Prompt, tier and samples change the price, and Python has them."""
    expect(view(bench).locator(".il-quote")).to_have_text("$0.011 simulated")
    view(bench).get_by_label("Prompt").fill("a quiet owl")
    view(bench).get_by_label("tier").select_option("high")
    view(bench).get_by_label("samples").fill("2")
    expect(view(bench).locator(".il-quote")).to_have_text("$0.333 simulated")
    assert bench.kernel_eval("[bench.prompt, bench.quality, bench.samples]") == [
        "a quiet owl",
        "high",
        2,
    ]


def test_python_sets_what_the_page_shows(bench: Notebook) -> None:
    """A setting that Python changes stands in its field."""
    bench.kernel_do("bench.prompt = 'a boat'; bench.quality = 'medium'")
    expect(view(bench).get_by_label("Prompt")).to_have_value("a boat")
    expect(view(bench).get_by_label("tier")).to_have_value("medium")


def test_what_is_pressed_is_what_is_seen(bench: Notebook) -> None:
    """Typed and pressed at once, without a pause: the picture is of the last letter."""
    cells = bench.cells().count()
    view(bench).get_by_label("Prompt").fill("a grey owl, x")
    bench.page.keyboard.press("Control+Enter")
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    until(bench, "bench.generations[0].prompt", "a grey owl, x")
    assert bench.cells().count() == cells
    assert bench.kernel_eval("len(bench.generations)") == 1  # the cell was not run again


def test_presses_make_a_history(bench: Notebook) -> None:
    """A second press makes a second take, and the first goes to the earlier ones."""
    before = bench.kernel_eval("len(lab.log)")
    go = view(bench).get_by_role("button", name="Generate")
    go.click()
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    go.click()
    expect(view(bench).locator(".il-earlier img")).to_be_visible(timeout=30_000)
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    assert bench.kernel_eval("len(lab.log)") == before + 2
    view(bench).get_by_label("Prompt").fill("something else")
    earlier = view(bench).locator(".il-earlier .il-open")
    earlier.focus()
    bench.page.keyboard.press("u")
    expect(view(bench).get_by_label("Prompt")).to_have_value("a red fox in snow")
    expect(view(bench).get_by_label("Prompt")).to_be_focused()


def test_an_original_opens_and_a_star_is_kept(bench: Notebook) -> None:
    """Enter shows the picture at its size; s stars its row."""
    view(bench).get_by_role("button", name="Generate").click()
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    view(bench).locator(".il-latest .il-open").focus()
    bench.page.keyboard.press("Enter")
    bench.page.locator('.il-box[data-state="ready"]').wait_for()
    width = bench.page.locator(".il-original").evaluate("image => image.naturalWidth")
    assert width == 1024
    bench.page.keyboard.press("Escape")
    bench.page.keyboard.press("s")
    until(bench, "bool(lab.log['star'].iloc[-1])", True)


def test_previews_are_seen_on_the_way(bench: Notebook) -> None:
    """With previews asked for, the whole picture comes in the place of an unfinished one."""
    bench.kernel_do(
        "seen = []; bench.observe(lambda c: seen.extend(o['partial'] for o in c.new), 'history')"
    )
    view(bench).get_by_label("previews").fill("2")
    until(bench, "bench.partial_images", 2)
    view(bench).get_by_role("button", name="Generate").click()
    expect(view(bench).locator(".il-latest .il-price")).to_have_text("$0.019", timeout=30_000)
    expect(view(bench).locator(".il-latest img")).to_be_visible()
    expect(view(bench).locator(".il-partial")).to_have_count(0)
    states = "[one for one, _ in __import__('itertools').groupby(seen)]"
    until(bench, states, [False, True, False])


def test_stop_ends_a_press(bench: Notebook) -> None:
    """Of ten dear pictures only what was in flight comes, and the pad is ready again."""
    view(bench).get_by_label("tier").select_option("high")
    view(bench).get_by_label("samples").fill("10")
    expect(view(bench).locator(".il-quote")).to_have_text("$1.66 simulated")
    view(bench).get_by_role("button", name="Generate").click()
    expect(view(bench).locator(".il-frame img").first).to_be_visible(timeout=20_000)
    view(bench).get_by_role("button", name="Stop").click()
    expect(view(bench).get_by_role("button", name="Generate")).to_be_enabled(timeout=60_000)
    assert bench.kernel_eval("0 < len(bench.generations) < 10")


def test_a_wrong_size_is_said_and_cannot_be_pressed(bench: Notebook) -> None:
    """What no model can do is words under the pad before it is pressed."""
    view(bench).get_by_label("size").fill("1000x1000")
    expect(view(bench).get_by_role("alert").first).to_contain_text("choose 1024x1024")
    expect(view(bench).get_by_role("button", name="Generate")).to_be_disabled()


def test_the_notebook_keeps_its_cells_while_one_types(bench: Notebook) -> None:
    """Letters that are commands of the notebook are letters in the pad."""
    count = bench.cells().count()
    view(bench).get_by_label("Prompt").focus()
    bench.page.keyboard.type("xddaab")
    view(bench).get_by_label("tier").focus()
    bench.page.keyboard.press("x")
    bench.page.keyboard.press("d")
    bench.page.keyboard.press("d")
    assert bench.cells().count() == count


def drop(notebook: Notebook, *files: Path) -> None:
    """Drop files on the pad, as a hand does that brings them from outside the browser."""
    box = view(notebook).locator(".il-pad").bounding_box()
    assert box is not None
    session = notebook.page.context.new_cdp_session(notebook.page)
    dragged = {"items": [], "files": [str(one) for one in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"x": box["x"] + 80, "y": box["y"] + 30}
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": dragged})
    session.detach()


def picture(notebook: Notebook, name: str) -> Path:
    """Make a picture of some size where the notebook's server finds it."""
    path = notebook.server.folder / name
    Image.effect_noise((1400, 1200), 90).convert("RGB").save(path, "png")  # in several parts
    return path


def test_pictures_dropped_on_the_pad_are_edited(bench: Notebook, tmp_path: Path) -> None:
    """Two files at once: their bytes reach Python, and a press is an edit of them."""
    faces = view(bench).locator(".il-face img")
    paths = [picture(bench, f"dropped-{number}.png") for number in range(2)]
    drop(bench, *paths)
    expect(faces).to_have_count(2)
    sizes = bench.kernel_eval("sorted(one.size_bytes for one in bench.images)")
    assert sizes == sorted(path.stat().st_size for path in paths)
    expect(faces.first).to_have_js_property("naturalWidth", 160)
    view(bench).get_by_role("button", name="Take dropped-0.png away").click()
    expect(faces).to_have_count(1)
    view(bench).get_by_role("button", name="Generate").click()
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    assert bench.kernel_eval("bench.generations[0].request.operation") == "edit"
    expect(view(bench).locator(".il-latest .il-details")).to_contain_text("edit of 1 picture")
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture")
    drop(bench, notes)
    expect(view(bench).get_by_role("alert").first).to_contain_text("notes.txt is no picture")


def test_a_file_of_jupyterlabs_browser_is_dragged_to_the_pad(bench: Notebook) -> None:
    """Pulled with the mouse out of the list of files, it goes along."""
    picture(bench, "browsed.png")
    bench.command("filebrowser:refresh")
    listed = bench.page.locator(".jp-DirListing-item", has_text="browsed.png")
    start, end = listed.bounding_box(), view(bench).locator(".il-pad").bounding_box()
    assert start is not None
    assert end is not None
    mouse = bench.page.mouse
    mouse.move(start["x"] + 40, start["y"] + 8)
    mouse.down()
    mouse.move(start["x"] + 60, start["y"] + 30, steps=4)
    mouse.move(end["x"] + 80, end["y"] + 30, steps=8)
    mouse.up()
    expect(view(bench).locator(".il-face img")).to_have_attribute("alt", "browsed.png, 1400 × 1200")


def test_pictures_are_chosen_and_taken_from_the_history(bench: Notebook) -> None:
    """The button opens a list of files; e on a picture of the history has it go along."""
    path = picture(bench, "chosen.png")
    with bench.page.expect_file_chooser() as chooser:
        view(bench).get_by_role("button", name="Add pictures").click()
    chooser.value.set_files(path)
    expect(view(bench).locator(".il-face")).to_have_count(1)
    view(bench).get_by_role("button", name="Generate").click()
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    view(bench).locator(".il-latest .il-open").focus()
    bench.page.keyboard.press("e")
    expect(view(bench).locator(".il-face")).to_have_count(2)
    until(bench, "[one.size for one in bench.images]", ["1400x1200", "1024x1024"])


def test_after_a_reload_the_history_is_back(bench: Notebook) -> None:
    """With the kernel alive, settings and pictures are there again."""
    view(bench).get_by_role("button", name="Generate").click()
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    bench.kernel_do("bench.images = bench.generations")
    bench.save()
    bench.reload()
    expect(view(bench).locator(".il-latest img")).to_be_visible(timeout=30_000)
    expect(view(bench).locator(".il-face img")).to_be_visible()
    expect(view(bench).get_by_label("Prompt")).to_have_value("a red fox in snow")
