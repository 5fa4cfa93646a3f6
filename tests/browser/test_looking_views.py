"""Zoom, Wipe and MaskPad in real JupyterLab and Chromium, with real mouse and keys."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser import axe
from tests.browser.jupyter import Notebook

Open = Callable[..., Notebook]

MAKE = """
import io
import numpy as np
from PIL import Image
from imagelab import MaskPad, Wipe, Zoom
from ipywidgets import HBox, VBox

def drawn(width, height, shift=0):
    "Draw a picture in which every pixel has a colour of its own."
    y, x = np.mgrid[0:height, 0:width]
    levels = np.stack([(x * 7 + shift) % 256, (y * 5) % 256, (x * y) % 256], axis=2)
    return Image.fromarray(levels.astype(np.uint8))

one, other, wide = drawn(640, 640), drawn(640, 640, 60), drawn(960, 640)
"""
ZOOM = "zoom = Zoom(one, other, names=['one', 'other'])\nzoom"
WIPE = "wipe = Wipe(one, other, names=['one', 'other'])\nwipe"
MASK = "pad = MaskPad(one)\npad"

RESET = """
for name, value in {"level": 0.0, "x": 0.5, "y": 0.5}.items(): setattr(zoom, name, value)
for name, value in {"mode": "wipe", "position": 50.0, "opacity": 50.0, "gain": 4.0, "seconds": 0.6,
                    "swapped": False}.items(): setattr(wipe, name, value)
pad.tool, pad.size = "brush", 40
pad.clear()
"""


@pytest.fixture
def shown(notebook: Open) -> Notebook:
    """Give a notebook that shows all three views as they are at first."""
    made = notebook([MAKE, ZOOM, WIPE, MASK])
    made.kernel_do(RESET)
    expect(made.page.locator(".il-pane")).to_have_count(2)
    return made


def panes(notebook: Notebook) -> Locator:
    """Give the frames of Zoom, with their originals there."""
    found = notebook.page.locator(".il-pane")
    found.first.scroll_into_view_if_needed()
    expect(notebook.page.locator('.il-pane[data-state="ready"]')).to_have_count(2)
    return found


def pair(notebook: Notebook) -> Locator:
    """Give the stage of Wipe, with its originals there."""
    found = notebook.page.locator(".il-look .il-pair")
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("data-state", "ready")
    return found


def easel(notebook: Notebook) -> Locator:
    """Give the stage of MaskPad, in view."""
    found = notebook.page.locator(".il-easel")
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("data-state", "ready")
    return found


def settled(notebook: Notebook, expression: str, wanted: object) -> None:
    """Wait until the kernel's value is the one that is wanted."""
    for _ in range(60):
        if (found := notebook.kernel_eval(expression)) == wanted:
            return
        notebook.page.wait_for_timeout(50)
    assert found == wanted


def drag(notebook: Notebook, node: Locator, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag with the mouse between two points, in pixels from a node's corner."""
    box = node.bounding_box()
    assert box is not None
    mouse = notebook.page.mouse
    mouse.move(box["x"] + start[0], box["y"] + start[1])
    mouse.down()
    mouse.move(box["x"] + end[0], box["y"] + end[1], steps=8)
    mouse.up()


def places(notebook: Notebook) -> list[list[str]]:
    """Tell where the pictures of Zoom lie and how large they are."""
    return notebook.page.locator(".il-pane img").evaluate_all(
        "images => images.map(({ style }) => [style.left, style.top, style.width, style.height])"
    )


# -- zoom -------------------------------------------------------------------------------------


def test_originals_come_while_the_view_is_seen(shown: Notebook) -> None:
    """The pictures are the originals, not what stood in for them."""
    panes(shown)
    widths = shown.page.locator(".il-pane img").evaluate_all(
        "all => all.map(one => one.naturalWidth)"
    )
    assert widths == [640, 640]


def test_the_wheel_zooms_where_it_points(shown: Notebook) -> None:
    """After a click into a picture the wheel enlarges both, and Python sees level and middle."""
    pane = panes(shown).nth(1)
    pane.click(position={"x": 60, "y": 60})
    shown.page.mouse.wheel(0, -400)
    settled(shown, "zoom.level > 0.7 and zoom.x < 0.5 and zoom.y < 0.5", True)
    found = places(shown)
    assert found[0] == found[1]


def test_without_a_click_the_wheel_scrolls_the_notebook(shown: Notebook) -> None:
    """A wheel that passes over a picture is the notebook's; the view says how it would zoom."""
    panes(shown).first.hover()
    shown.page.evaluate("() => document.activeElement.blur()")
    shown.page.mouse.wheel(0, 300)
    expect(shown.page.locator(".il-hint").first).to_contain_text("Click a picture first")
    assert shown.kernel_eval("zoom.level") == 0


def test_a_drag_moves_both_pictures(shown: Notebook) -> None:
    """Pulled to the left, both show what lies to the right."""
    first = panes(shown).first
    shown.kernel_do("zoom.level = 4")
    expect(shown.page.locator(".il-level")).to_have_text("400 %")
    drag(shown, first, (200, 100), (100, 100))
    settled(shown, "[round((zoom.x - 0.5) * 640 * 4), zoom.y]", [100, 0.5])
    found = places(shown)
    assert found[0] == found[1]


def test_keys_zoom_and_move(shown: Notebook) -> None:
    """Digits and + and - change the level, arrows the middle, 0 fits again."""
    panes(shown).first.focus()
    shown.page.keyboard.press("4")
    settled(shown, "zoom.level", 4)
    shown.page.keyboard.press("-")
    settled(shown, "zoom.level", 3.2)
    shown.page.keyboard.press("ArrowRight")
    settled(shown, "zoom.x > 0.5", True)
    shown.page.keyboard.press("0")
    settled(shown, "[zoom.level, zoom.x, zoom.y]", [0, 0.5, 0.5])


def test_python_moves_the_page(shown: Notebook) -> None:
    """What is set in Python is seen: the level in words, the middle in place."""
    panes(shown)
    shown.kernel_do("zoom.level, zoom.x = 2, 0.25")
    expect(shown.page.locator(".il-level")).to_have_text("200 %")
    room = shown.page.locator(".il-pane").first.evaluate("node => node.clientWidth")
    assert float(places(shown)[0][0].removesuffix("px")) == pytest.approx(room / 2 - 320, abs=0.51)


def test_enlarged_pixels_are_squares(shown: Notebook) -> None:
    """At 800 % each pixel of the original is a square of 8 pixels of its exact colour."""
    pane = panes(shown).first
    shown.kernel_do("zoom.level, zoom.x, zoom.y = 8, 0.3, 0.3")
    expect(shown.page.locator(".il-level")).to_have_text("800 %")
    shown.page.mouse.move(0, 0)
    left, top, *_ = (float(one.removesuffix("px")) for one in places(shown)[0])
    seen = Image.open(io.BytesIO(pane.screenshot())).convert("RGB")
    box = pane.bounding_box()
    assert box is not None
    # A screenshot begins at a whole pixel, wherever the frame does.
    column, row = 190, 195
    x, y = round(left + box["x"]) - int(box["x"]), round(top + box["y"]) - int(box["y"])
    square = seen.crop((x + 8 * column, y + 8 * row, x + 8 * column + 8, y + 8 * row + 8))
    assert square.getcolors() == [(64, ((column * 7) % 256, (row * 5) % 256, (column * row) % 256))]


def test_two_fingers_pinch(shown: Notebook) -> None:
    """Two touches that part enlarge the pictures."""
    box = panes(shown).first.bounding_box()
    assert box is not None
    client = shown.page.context.new_cdp_session(shown.page)
    client.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    try:
        for kind, apart in (("touchStart", 40), ("touchMove", 60), ("touchMove", 120)):
            points = [
                {"x": box["x"] + 150 + side * apart, "y": box["y"] + 150, "id": side + 1}
                for side in (-1, 1)
            ]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finally:
        client.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        client.detach()
    settled(shown, "zoom.level > 1", True)


# -- wipe -------------------------------------------------------------------------------------


def test_a_drag_wipes(shown: Notebook) -> None:
    """The line follows the mouse, and Python sees where it is."""
    stage = pair(shown)
    box = stage.bounding_box()
    assert box is not None
    drag(shown, stage, (20, 100), (round(box["width"] * 0.75), 100))
    settled(shown, "round(wipe.position)", 75)


def test_a_fast_hand_does_not_flood_python(shown: Notebook) -> None:
    """Of eighty moves Python hears only some, and the last of them."""
    stage = pair(shown)
    shown.kernel_do("heard = []; wipe.observe(lambda change: heard.append(change.new), 'position')")
    box = stage.bounding_box()
    assert box is not None
    mouse = shown.page.mouse
    mouse.move(box["x"] + 1, box["y"] + 50)
    mouse.down()
    mouse.move(box["x"] + box["width"], box["y"] + 50, steps=80)
    mouse.up()
    settled(shown, "wipe.position", 100)
    assert shown.kernel_eval("len(heard)") < 60


def test_the_slider_is_worked_with_keys(shown: Notebook) -> None:
    """Arrows on the slider move the line."""
    pair(shown)
    shown.page.locator(".il-look-wipe").get_by_label("Wipe position").focus()
    shown.page.keyboard.press("ArrowLeft")
    settled(shown, "wipe.position", 49.5)


def test_keys_choose_the_mode(shown: Notebook) -> None:
    """o, f, d and w are onion skin, flicker, difference and wipe."""
    pair(shown)
    shown.page.get_by_role("button", name="Wipe", exact=True).focus()
    for key, mode in {"o": "onion", "f": "flicker", "d": "difference", "w": "wipe"}.items():
        shown.page.keyboard.press(key)
        settled(shown, "wipe.mode", mode)
        expect(shown.page.locator(".il-pair")).to_have_attribute("data-mode", mode)


def test_onion_skin_blends(shown: Notebook) -> None:
    """At 25 % the upper picture shines through by a quarter."""
    pair(shown)
    shown.kernel_do("wipe.mode, wipe.opacity = 'onion', 25")
    expect(shown.page.locator(".il-pair img").nth(1)).to_have_css("opacity", "0.25")


def test_flicker_shows_one_after_the_other_until_halted(shown: Notebook) -> None:
    """The pictures take turns; the space bar halts them and then turns by hand."""
    pair(shown)
    shown.kernel_do("wipe.mode, wipe.seconds = 'flicker', 0.2")
    upper = shown.page.locator(".il-pair img").nth(1)
    for opacity in ("1", "0", "1"):
        expect(upper).to_have_css("opacity", opacity)
    shown.page.get_by_role("button", name="Halt").click()
    expect(shown.page.get_by_role("button", name="Turn")).to_be_visible()
    before = upper.evaluate("image => image.style.opacity")
    shown.page.get_by_role("button", name="Flicker").focus()
    shown.page.mouse.move(0, 0)
    shown.page.get_by_role("button", name="Turn").press(" ")
    assert upper.evaluate("image => image.style.opacity") != before


def test_the_difference_is_a_map(shown: Notebook) -> None:
    """The map has the first picture's size, is black where nothing differs, and takes a gain."""
    shown.page.locator(".il-look-wipe").scroll_into_view_if_needed()
    shown.page.get_by_role("button", name="Difference").click()
    canvas = shown.page.locator(".il-pair canvas")
    expect(canvas).to_be_visible()
    assert canvas.evaluate("({ width, height }) => [width, height]") == [640, 640]
    pixel = "canvas => [...canvas.getContext('2d').getImageData(9, 9, 1, 1).data].slice(0, 3)"
    faint = canvas.evaluate(pixel)
    shown.kernel_do("wipe.gain = 32")
    expect(shown.page.get_by_text("× 32")).to_be_visible()
    assert sum(canvas.evaluate(pixel)) > sum(faint) > 0


def test_the_numbers_stand_below(shown: Notebook) -> None:
    """SSIM and mean difference are those that Python computes."""
    ssim, mean = shown.kernel_eval("[wipe.ssim, wipe.mean_difference]")
    expect(shown.page.locator(".il-numbers")).to_have_text(
        f"SSIM {ssim:.3f} · mean difference {mean:.1f} of 255"
    )


def test_sides_are_swapped(shown: Notebook) -> None:
    """After s the second picture is on the left."""
    pair(shown)
    shown.page.get_by_role("button", name="Swap").focus()
    shown.page.keyboard.press("s")
    settled(shown, "wipe.swapped", True)
    expect(shown.page.locator(".il-pair .il-sign").first).to_have_css("order", "1")


# -- mask -------------------------------------------------------------------------------------


def alpha(notebook: Notebook, x: int, y: int) -> int:
    """Give the mask's alpha at a pixel of the picture."""
    return int(notebook.kernel_eval(f"pad.mask.getpixel(({x}, {y}))[3]"))


def scale(stage: Locator) -> float:
    """Tell how many CSS pixels one pixel of the picture takes."""
    return float(stage.evaluate("node => node.clientWidth")) / 640


def test_a_stroke_is_a_mask(shown: Notebook) -> None:
    """Where the brush went the mask's alpha is 0; elsewhere it is 255."""
    stage = easel(shown)
    drag(shown, stage, (100, 100), (300, 100))
    settled(shown, "pad.share > 0", True)
    by = scale(stage)
    assert alpha(shown, round(200 / by), round(100 / by)) == 0
    assert alpha(shown, round(200 / by), round(200 / by)) == 255


def test_the_eraser_takes_away(shown: Notebook) -> None:
    """What is erased is no longer edited."""
    stage = easel(shown)
    drag(shown, stage, (100, 100), (300, 100))
    stage.focus()
    shown.page.keyboard.press("e")
    settled(shown, "pad.tool", "eraser")
    drag(shown, stage, (250, 60), (250, 140))
    settled(shown, "pad.at - pad._bottom > 1 and pad.tool", "eraser")
    by = scale(stage)
    settled(shown, f"pad.mask.getpixel(({round(250 / by)}, {round(100 / by)}))[3]", 255)
    assert alpha(shown, round(150 / by), round(100 / by)) == 0


def test_a_box_is_exact(shown: Notebook) -> None:
    """A box drawn with the mouse frees a rectangle with sharp edges."""
    stage = easel(shown)
    shown.page.get_by_role("button", name="Box").click()
    by = scale(stage)
    start, end = (round(64 * by), round(128 * by)), (round(320 * by), round(256 * by))
    drag(shown, stage, start, end)
    settled(shown, "pad.share > 0", True)
    x0, y0, x1, y1 = shown.kernel_eval("pad._painted().getbbox()")
    assert (x1 - x0, y1 - y0) == (pytest.approx(256, abs=2), pytest.approx(128, abs=2))
    assert shown.kernel_eval("pad.share") == pytest.approx((x1 - x0) * (y1 - y0) / 640**2)


def test_undo_redo_invert_and_clear(shown: Notebook) -> None:
    """Buttons walk through the steps, turn the mask inside out, and empty it."""
    drag(shown, easel(shown), (100, 100), (300, 100))
    settled(shown, "pad.share > 0", True)
    share = shown.kernel_eval("pad.share")
    press = lambda name: shown.page.get_by_role("button", name=name, exact=True).click()  # noqa: E731
    press("Invert")
    settled(shown, f"abs(pad.share - (1 - {share})) < 0.001", True)
    press("Undo")
    settled(shown, "pad.share", share)
    press("Redo")
    settled(shown, "pad.share > 0.5", True)
    press("Clear")
    settled(shown, "pad.share", 0)
    expect(shown.page.locator(".il-share")).to_contain_text("Paint where")


def test_a_hand_on_the_keyboard_paints(shown: Notebook) -> None:
    """The space bar puts the brush down, arrows draw, the space bar lifts it; Ctrl+Z undoes."""
    easel(shown).focus()
    count = shown.cells().count()
    for key in (" ", "ArrowRight", "ArrowRight", "ArrowDown", " "):
        shown.page.keyboard.press(key)
    settled(shown, "pad.share > 0", True)
    assert alpha(shown, 340, 320) == 0
    shown.page.keyboard.press("Control+z")
    settled(shown, "pad.share", 0)
    assert shown.cells().count() == count


def test_the_size_is_set_with_keys_and_from_python(shown: Notebook) -> None:
    """Brackets change the width by a fifth; the slider shows what Python sets."""
    easel(shown).focus()
    shown.page.keyboard.press("]")
    settled(shown, "pad.size", 48)
    shown.kernel_do("pad.size = 100")
    expect(shown.page.get_by_label("Width of the brush")).to_have_value("100")


def test_a_mask_from_python_is_seen(shown: Notebook) -> None:
    """What Python sets is painted in the view, and can be undone there."""
    easel(shown)
    shown.kernel_do(
        "mask = Image.new('RGBA', (640, 640), 'black'); mask.paste((0, 0, 0, 0), (0, 0, 320, 640));"
        "pad.mask = mask"
    )
    expect(shown.page.locator(".il-share")).to_have_text("50 % painted; the rest stays as it is.")
    shown.page.get_by_role("button", name="Undo", exact=True).click()
    settled(shown, "pad.share", 0)


# -- what they share --------------------------------------------------------------------------


def cells_of(notebook: Notebook) -> object:
    """Tell which cells there are, and which of them is active."""
    return notebook.page.evaluate(
        """() => {
            const { widgets, activeCellIndex } = window.jupyterapp.shell.currentWidget.content;
            return [activeCellIndex, ...widgets.map(({ model }) => model.sharedModel.getSource())];
        }"""
    )


VIEWS = [".il-look-zoom", ".il-look-wipe", ".il-look-mask"]


@pytest.mark.parametrize("selector", VIEWS)
def test_the_notebook_keeps_its_cells(shown: Notebook, selector: str) -> None:
    """Keys that would cut, add, merge or move cells do nothing, wherever the focus is."""
    inside = shown.page.locator(f"{selector} :is(button:enabled, input, [tabindex='0']):visible")
    assert inside.count() > 2
    inside.first.focus()  # which makes its cell the active one
    before = cells_of(shown)
    for at in range(inside.count()):
        inside.nth(at).focus()
        for key in ("x", "x", "a", "b", "m", "k", "j", "Delete", "ArrowUp", "ArrowDown"):
            shown.page.keyboard.press(key)
    assert cells_of(shown) == before


@pytest.mark.parametrize("selector", [".il-pane", ".il-look-wipe button", ".il-easel"])
def test_the_notebook_keeps_its_shortcuts(shown: Notebook, selector: str) -> None:
    """Ctrl+S saves the notebook, with the focus in a view as anywhere."""
    model = "window.jupyterapp.shell.currentWidget.context.model"
    shown.page.evaluate(f"() => {{ {model}.dirty = true }}")
    shown.page.locator(selector).first.focus()
    shown.page.keyboard.press("Control+s")
    shown.page.wait_for_function(f"() => !{model}.dirty")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_grave(shown: Notebook, theme: str) -> None:
    """Names, roles and contrast of all three views are in order in both themes."""
    for node in (panes, pair, easel):
        node(shown)
    shown.theme(theme)
    try:
        assert axe.grave(shown.page, ".il-look") == []
    finally:
        shown.theme("Light")


def test_high_contrast_is_followed(shown: Notebook) -> None:
    """With forced colours the chosen mode still stands out, and frames have an edge."""
    shown.page.emulate_media(forced_colors="active")
    try:
        colours = shown.page.locator(".il-look-wipe .il-set button").evaluate_all(
            "all => all.slice(0, 2).map(one => getComputedStyle(one).backgroundColor)"
        )
        assert colours[0] != colours[1]
        expect(shown.page.locator(".il-pair")).to_have_css("border-top-width", "1px")
    finally:
        shown.page.emulate_media(forced_colors="none")


def test_a_reloaded_page_has_everything_back(shown: Notebook) -> None:
    """With the kernel alive, level, middle, mode, line and mask are there, and undo too."""
    shown.kernel_do("zoom.level, zoom.x = 2, 0.25; wipe.mode, wipe.gain = 'difference', 8")
    drag(shown, easel(shown), (100, 100), (300, 100))
    settled(shown, "pad.share > 0", True)
    shown.save()
    shown.reload()
    expect(shown.page.locator(".il-level")).to_have_text("200 %")
    expect(shown.page.get_by_text("× 8")).to_be_visible()
    easel(shown)
    expect(shown.page.locator(".il-share")).to_contain_text("% painted")
    shown.page.get_by_role("button", name="Undo", exact=True).click()
    settled(shown, "pad.share", 0)


def test_a_narrow_cell_stacks_its_pictures(shown: Notebook) -> None:
    """In a narrow window the pictures stand one below the other, and nothing is cut."""
    panes(shown)
    shown.page.set_viewport_size({"width": 620, "height": 900})
    shown.page.wait_for_function("() => document.querySelector('.il-look-zoom').clientWidth < 420")
    for selector in VIEWS:
        fits = "node => node.scrollWidth <= node.clientWidth"
        assert shown.page.locator(selector).evaluate(fits)
    boxes = [shown.page.locator(".il-pane").nth(at).bounding_box() for at in (0, 1)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["y"] > boxes[0]["y"] + 100


LEAKS = """async ([script, state]) => {
    const given = new Set(), listening = [];
    const make = URL.createObjectURL, drop = URL.revokeObjectURL;
    let module = null;
    URL.createObjectURL = (blob) => {
        const at = make.call(URL, blob);
        if (new Error().stack.includes(module)) given.add(at); // and not another view's
        return at;
    };
    URL.revokeObjectURL = (at) => { given.delete(at); drop.call(URL, at); };
    try {
        module = make.call(URL, new Blob([script], { type: "text/javascript" }));
        const { default: view } = await import(module);
        const [small, nothing] = [8, 0].map((size) => new DataView(new ArrayBuffer(size)));
        const bytes = (name) => (name.startsWith("step_") ? nothing : small);
        const model = {
            get: (name) => (/^(small|step|picture)_/.test(name) ? bytes(name) : state[name]),
            set: () => {}, save_changes: () => {}, send: () => {},
            on: (event, act) => listening.push([event, act]),
            off: (event, act) => {
                const at = listening.findIndex((one) => one[0] === event && one[1] === act);
                if (at >= 0) listening.splice(at, 1);
            },
        };
        const el = document.createElement("div");
        document.body.append(el);
        const end = view.render({ model, el });
        const during = [listening.length, given.size, el.childElementCount];
        await new Promise((done) => setTimeout(done, 100));
        end();
        const after = [listening.length, given.size, el.childElementCount];
        el.remove();
        return { during, after };
    } finally {
        URL.createObjectURL = make;
        URL.revokeObjectURL = drop;
    }
}"""


def leaks(notebook: Notebook, name: str) -> dict[str, list[int]]:
    """Count listeners, addresses and nodes while a view is shown and after it has ended."""
    script, state = notebook.kernel_eval(
        f"[str({name}._esm), {{k: v for k, v in {name}.get_state().items() "
        "if isinstance(v, (int, float, str, bool, list, dict)) and k != '_esm'}]"
    )
    counts: dict[str, list[int]] = notebook.page.evaluate(LEAKS, [script, state])
    return counts


@pytest.mark.parametrize("name", ["zoom", "wipe", "pad"])
def test_a_closed_view_leaves_nothing_behind(shown: Notebook, name: str) -> None:
    """No listener at the model, no address of a picture, no node is left when a view ends."""
    counts = leaks(shown, name)
    assert all(number > 0 for number in counts["during"])
    assert counts["after"] == [0, 0, 0]


def test_reopened_without_its_kernel_a_wipe_still_wipes(shown: Notebook) -> None:
    """Saved, its kernel ended, opened again: pictures, numbers, and a slider that works."""
    shown.reopen()
    static = shown.output(2).locator(".il-static")
    expect(static.locator(".il-tile img")).to_have_count(2)
    expect(static).to_contain_text("SSIM 0.")
    wiped = static.locator(".il-wiped img")
    expect(wiped).to_have_count(2)
    slider = static.get_by_label("Wipe position")
    slider.focus()
    shown.page.keyboard.press("Home")
    expect(wiped.nth(1)).to_have_css("clip-path", "inset(0px 0px 0px 0%)")
    before = cells_of(shown)
    for key in ("x", "x", "a", "b", "ArrowDown"):
        shown.page.keyboard.press(key)
    assert cells_of(shown) == before
    shown.page.keyboard.press("End")
    expect(wiped.nth(1)).to_have_css("clip-path", "inset(0px 0px 0px 100%)")
    static.get_by_label("Left").select_option("1")
    expect(wiped.first).to_have_attribute("alt", "other")
    expect(shown.page.get_by_text("Error displaying widget").first).to_be_hidden()


def test_exported_to_html_a_wipe_still_wipes(shown: Notebook) -> None:
    """``nbconvert --to html`` makes a page whose slider works, with no network at all."""
    shown.save()
    page, _ = HTMLExporter().from_filename(str(shown.path))
    exported = shown.path.with_suffix(".html")
    exported.write_text(page, encoding="utf-8")
    window = shown.page.context.new_page()
    window.route("http*://**", lambda route: route.abort())
    window.goto(exported.as_uri(), wait_until="domcontentloaded")
    static = window.locator(".il-static").nth(1)
    expect(static.locator(".il-wiped img")).to_have_count(2)
    static.get_by_label("Wipe position").press("End")
    gone = "inset(0px 0px 0px 100%)"
    expect(static.locator(".il-wiped img").nth(1)).to_have_css("clip-path", gone)
    window.close()


# -- in notebooks of their own, last since another notebook takes seconds to open ----------


def test_pictures_of_two_sizes_show_the_same_part(notebook: Open) -> None:
    """One of half the size is shown twice as large, and says its own level."""
    made = notebook([MAKE, "zoom = Zoom(one, one.resize((320, 320)), level=2, x=0.3)\nzoom"])
    expect(made.page.locator('.il-pane[data-state="ready"]')).to_have_count(2)
    found = places(made)
    assert found[0] == found[1]
    expect(made.page.locator(".il-signs .il-sign:last-child")).to_have_text(["200 %", "400 %"])


def test_originals_are_let_go_of_when_out_of_sight(notebook: Open) -> None:
    """Far down the notebook the view keeps only its small pictures, and asks again when seen."""
    made = notebook(
        [MAKE, ZOOM, "from IPython.display import HTML\nHTML('<div style=height:6000px>')"]
    )
    address = panes(made).first.locator("img").get_attribute("src")
    made.output(2).evaluate("node => node.scrollIntoView({ block: 'end' })")
    expect(made.page.locator('.il-pane[data-state="small"]')).to_have_count(2)
    assert not made.page.evaluate("at => fetch(at).then(() => true, () => false)", address)
    panes(made)


def test_another_shape_is_fitted_and_that_is_said(notebook: Open) -> None:
    """A wide picture lies whole inside a square one, and the line below tells it."""
    made = notebook([MAKE, "Wipe(one, wide)"])
    expect(made.page.locator(".il-numbers")).to_contain_text("960 × 640 fitted into 640 × 640")
    expect(made.page.locator(".il-pair img").nth(1)).to_have_css("object-fit", "contain")


def test_they_nest_in_boxes(notebook: Open) -> None:
    """Inside boxes views work as they do alone, and share the room."""
    made = notebook([MAKE, "zoom = Zoom(one, other)\nVBox([HBox([zoom, Wipe(one, other)])])"])
    widths = made.page.locator(".il-look").evaluate_all("all => all.map((one) => one.clientWidth)")
    assert widths[0] == pytest.approx(widths[1], abs=2)
    assert widths[0] > 400
    panes(made).first.focus()
    made.page.keyboard.press("2")
    settled(made, "zoom.level", 2)
    pair(made)
    expect(made.page.locator(".il-numbers")).to_contain_text("SSIM 0.")


def test_a_comparison_without_its_kernel_wipes_any_two(notebook: Open) -> None:
    """Below a grid's static pictures a wipe opens on a click and takes any two of them."""
    from tests.browser.test_grid_view import MAKE as SIX
    from tests.browser.test_grid_view import SHOW

    made = notebook([SIX, SHOW])
    expect(made.page.locator(".il-frame img").first).to_be_visible()
    made.reopen()
    expect(made.page.locator(".il-wiped img")).to_have_count(0)
    made.page.get_by_text("Wipe two pictures").click()
    wiped = made.page.locator(".il-wiped img")
    expect(wiped.nth(1)).to_have_attribute("alt", "a red fox, high")
    made.page.get_by_label("Right").select_option(label="a blue fox, low")
    expect(wiped.nth(1)).to_have_attribute("alt", "a blue fox, low")
