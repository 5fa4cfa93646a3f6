"""The grid at work on a real lab: arranged, selected, noted, copied and asked again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.jupyter import Notebook

Open = Callable[..., Notebook]

MAKE = """
from imagelab import Lab
lab = Lab()
made = lab.compare(["a red fox in snow", "a red fox in deep snow"], quality=["low", "medium"],
                   size=["1024x1024", "1024x1536"])
"""
SHOW = "from ipywidgets import VBox\ngrid = made.grid(tabs='size')\ndisplay(VBox([grid]))"


@pytest.fixture
def shown(notebook: Open) -> Notebook:
    """Give a notebook that shows four of eight pictures, inside a box of widgets."""
    made = notebook([MAKE, SHOW])
    expect(pictures(made)).to_have_count(4)
    return made


def view(notebook: Notebook) -> Locator:
    """Give the grid, and not the comparison above it."""
    return notebook.output(1).locator(".il-live")


def pictures(notebook: Notebook) -> Locator:
    """Give the pictures that the grid shows."""
    return view(notebook).locator(".il-frame img")


def tile(notebook: Notebook, number: int) -> Locator:
    """Give one tile, counted as it is read."""
    return view(notebook).locator(".il-tile").nth(number)


def focus(notebook: Notebook, number: int) -> None:
    """Give a picture the focus."""
    tile(notebook, number).locator(".il-open").focus()


def until(notebook: Notebook, expression: str, value: object) -> None:
    """Wait for Python to say what it should."""
    for _ in range(50):
        if (said := notebook.kernel_eval(expression)) == value:
            return
        notebook.page.wait_for_timeout(100)
    raise AssertionError(f"{expression} is {said!r}, not {value!r}")


def test_a_tab_is_opened_by_a_click_and_by_python(shown: Notebook) -> None:
    """Each tab has its pictures and sums; Python sees which is open, and may open another."""
    tabs = view(shown).get_by_role("tab")
    expect(tabs).to_have_text(["1024x1024", "1024x1536"])
    tabs.nth(1).click()
    until(shown, "grid.tab", "1024x1536")
    expect(view(shown).locator(".il-price")).to_have_text(["$0.016", "$0.063"] * 2)
    shown.kernel_do("grid.tab = '1024x1024'")
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    expect(pictures(shown)).to_have_count(4)


def test_arrow_keys_lead_through_the_tabs(shown: Notebook) -> None:
    """A tab that has the focus gives it on with the arrows, and the focus stays in the strip."""
    view(shown).get_by_role("tab").nth(0).focus()
    shown.page.keyboard.press("ArrowRight")
    until(shown, "grid.tab", "1024x1536")
    expect(view(shown).get_by_role("tab").nth(1)).to_be_focused()


def test_axes_are_chosen_in_the_page(shown: Notebook) -> None:
    """A factor chosen for the rows leaves where it was; the axes swap."""
    view(shown).get_by_label("rows", exact=True).select_option(label="quality")
    until(shown, "[grid.rows, grid.columns]", [["quality"], ["prompt"]])
    headers = view(shown).get_by_role("rowheader")
    expect(headers.locator(".il-name")).to_have_text(["low", "medium"])


def test_axes_are_set_from_python(shown: Notebook) -> None:
    """Without rows, columns and tabs all eight stand in one place, sorted as asked."""
    shown.kernel_do("grid.tabs = []; grid.rows = []; grid.columns = []; grid.sort = '-cost_usd'")
    expect(pictures(shown)).to_have_count(8)
    expect(view(shown).locator(".il-price").first).to_have_text("$0.063")


def test_a_search_is_typed(shown: Notebook) -> None:
    """What is typed filters at once; what cannot be read is said, and changes nothing."""
    field = view(shown).get_by_label("Search")
    field.fill("deep tier:low")
    expect(pictures(shown)).to_have_count(1)
    assert shown.kernel_eval("grid.where") == "deep tier:low"
    field.fill("colour:red")
    expect(view(shown).get_by_role("alert").first).to_contain_text("no column 'colour'")
    expect(pictures(shown)).to_have_count(1)
    field.fill("unicorn")
    expect(view(shown).locator(".il-nothing")).to_be_visible()
    field.fill("")
    expect(pictures(shown)).to_have_count(4)


def test_cells_are_selected_with_mouse_and_keys(shown: Notebook) -> None:
    """A tick, a range with Shift, everything with a, nothing with Escape: Python sees each."""
    tile(shown, 0).hover()
    tile(shown, 0).locator(".il-pick").click()
    until(shown, "grid.selected", [0])
    tile(shown, 2).locator(".il-open").click(modifiers=["Shift"])
    until(shown, "grid.selected", [0, 2, 4])
    expect(view(shown).locator(".il-count")).to_have_text("3 selected ✕")
    assert shown.kernel_eval("[one.request.quality for one in grid.selection]") == [
        "low",
        "medium",
        "low",
    ]
    shown.page.keyboard.press("a")
    until(shown, "grid.selected", [0, 2, 4, 6])
    shown.page.keyboard.press("Escape")
    until(shown, "grid.selected", [])
    shown.page.keyboard.press("Space")
    shown.page.keyboard.press("Shift+ArrowRight")
    until(shown, "grid.selected", [4, 6])
    shown.kernel_do("grid.selected = [2]")
    expect(view(shown).locator(".il-chosen .il-open")).to_have_attribute("data-position", "2")


def test_a_star_and_a_note_reach_the_ledger(shown: Notebook) -> None:
    """The keys s and n star and write; the log says so, and so does the grid made next."""
    focus(shown, 1)
    shown.page.keyboard.press("s")
    expect(tile(shown, 1).locator(".il-starred")).to_have_count(1)
    shown.page.keyboard.press("n")
    shown.page.keyboard.type("the best fur, x")
    shown.page.keyboard.press("Enter")
    expect(tile(shown, 1).locator(".il-remark")).to_have_text("“the best fur, x”")
    expect(tile(shown, 1).locator(".il-open")).to_be_focused()
    starred = "lab.log.query('star')[['quality', 'remark']].astype(str).values.tolist()"
    assert shown.kernel_eval(starred) == [["medium", "the best fur, x"]]
    assert shown.kernel_eval("made.grid(where='star').board.tiles[0].remark") == "the best fur, x"
    shown.page.keyboard.press("s")
    until(shown, "int(lab.log['star'].sum())", 0)


def test_a_new_take_costs_a_second_press(shown: Notebook) -> None:
    """R shows the quote and asks nothing; Cancel asks nothing; Enter asks, and the take comes."""
    before = shown.kernel_eval("len(lab.log)")
    focus(shown, 0)
    shown.page.keyboard.press("r")
    ask = tile(shown, 0).locator(".il-yes")
    expect(ask).to_have_text("Ask for $0.011 simulated")
    shown.page.keyboard.press("Escape")
    expect(ask).to_have_count(0)
    assert shown.kernel_eval("len(lab.log)") == before
    old = pictures(shown).first.get_attribute("src")
    shown.page.keyboard.press("r")
    expect(ask).to_be_focused()
    shown.page.keyboard.press("Enter")
    expect(tile(shown, 0).locator(".il-details")).to_contain_text("take 2")
    image = tile(shown, 0).locator("img")
    assert image.get_attribute("src") != old
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 256
    assert shown.kernel_eval("len(lab.log)") == before + 1
    assert shown.kernel_eval("made[0].take") == 2
    until(shown, "len(grid._asking)", 0)


def test_a_new_take_that_does_not_fit_the_budget_says_so(notebook: Open) -> None:
    """The old picture stays, and under it stands why none came; nothing was sent."""
    lab = "from imagelab import Lab\nlab = Lab(budget=0.012, path='small-purse')\n"
    made = notebook([f"{lab}made = lab.compare('a fox')", "made.grid()"])
    expect(pictures(made)).to_have_count(1)
    focus(made, 0)
    made.page.keyboard.press("r")
    expect(tile(made, 0).locator(".il-yes")).to_be_focused()
    made.page.keyboard.press("Enter")
    expect(tile(made, 0).get_by_role("alert")).to_contain_text("needs $0.0")
    expect(pictures(made)).to_have_count(1)
    assert made.kernel_eval("len(lab.log)") == 1


def test_the_python_of_a_cell_is_copied(shown: Notebook) -> None:
    """C puts a call on the clipboard that gives this very picture, for nothing."""
    shown.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    focus(shown, 3)
    shown.page.keyboard.press("c")
    expect(tile(shown, 3).locator(".il-quoting")).to_have_text("Copied")
    copied = shown.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == (
        'lab.generate("a red fox in deep snow", model="gpt-image-1", quality="medium")'
    )
    assert shown.kernel_eval(f"{copied}.id == made[6].id")


def test_prompts_are_told_apart_word_by_word(shown: Notebook) -> None:
    """What a prompt adds to the first is marked, its whole name stays for screen readers."""
    second = view(shown).get_by_role("rowheader").nth(1)
    expect(second.locator("ins")).to_have_text("deep")
    expect(second).to_have_attribute("aria-label", "a red fox in deep snow")
    view(shown).get_by_role("button", name="Differences").click()
    expect(view(shown).locator("ins")).to_have_count(0)


def test_tab_reaches_one_picture_and_its_buttons(shown: Notebook) -> None:
    """Of all tiles one is on the way of the Tab key, with what can be done about it."""
    focus(shown, 2)
    shown.page.keyboard.press("Tab")
    expect(tile(shown, 2).locator(".il-pick")).to_be_focused()
    reachable = view(shown).locator(".il-open[tabindex='0']")
    expect(reachable).to_have_count(1)


def test_after_a_reload_everything_is_back(shown: Notebook) -> None:
    """With the kernel alive the tab, the selection and the search are as they were."""
    shown.kernel_do("grid.tab = '1024x1536'; grid.selected = [3]; grid.where = 'tier:medium'")
    shown.save()
    shown.reload()
    expect(pictures(shown)).to_have_count(2)
    expect(view(shown).locator(".il-chosen")).to_have_count(1)
    expect(view(shown).get_by_label("Search")).to_have_value("tier:medium")


MANY = """
import io
from PIL import Image
from imagelab.insight import stills
from imagelab.sweep import Sweep
from imagelab.views.grid import Grid
from tests.insight.making import board_of
asked = []
def small(at):
    asked.append(at)
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (at % 255, 90, 120)).save(out, "WEBP")
    return out.getvalue()
board = board_of(Sweep([f"fox {n}" for n in range(250)], quality=["low", "high"], samples=2))
grid = Grid(board, {at: small(at) for at in range(48)}, thumbnail=small)
"""


def test_of_a_thousand_pictures_only_those_in_sight_are_in_the_page(notebook: Open) -> None:
    """Scrolled to its end a grid asks for the last pictures, and lets go of the first."""
    made = notebook([MANY, "grid"])
    scroll = made.page.locator(".il-scroll")
    expect(made.page.locator(".il-tile")).to_have_count(1000)
    expect(made.page.locator(".il-frame img").first).to_be_visible()
    assert made.page.locator(".il-frame img").count() < 60
    scroll.evaluate("node => { node.scrollTop = node.scrollHeight }")
    last = made.page.locator(".il-tile[data-position='999'] img")
    expect(last).to_be_visible()
    assert last.evaluate("image => image.naturalWidth") == 64
    expect(made.page.locator(".il-tile[data-position='0'] img")).to_have_count(0)
    assert made.page.locator(".il-frame img").count() < 60
    assert made.kernel_eval("len(set(asked)) < 200")
    made.page.locator(".il-open:visible").last.focus()
    made.page.keyboard.press("Home")
    expect(made.page.locator(".il-open").first).to_be_focused()
    expect(made.page.locator(".il-tile[data-position='0'] img")).to_be_visible()
