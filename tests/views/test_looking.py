"""Zoom, Wipe and MaskPad from the Python side."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from PIL import Image

from imagelab.errors import InputError
from imagelab.views.mask import KEPT, MaskPad
from imagelab.views.wipe import Wipe
from imagelab.views.zoom import Zoom
from tests.insight.making import picture

Outputs = list[list[nbformat.NotebookNode]]

RED, BLUE = picture(64, 48), picture(64, 48, colour="#2040b5")
WIDGET = "application/vnd.jupyter.widget-view+json"


def sent(view: Any, monkeypatch: pytest.MonkeyPatch, **message: Any) -> list[Any]:
    """Say something to a view as its page does; give what it answers."""
    answers: list[Any] = []
    monkeypatch.setattr(view, "send", lambda content, buffers=None: answers.append(content))
    view._handle_custom_msg(message, [])
    return answers


# -- what they share --------------------------------------------------------------------------


def test_their_words_are_steady() -> None:
    """The repr names the pictures and nothing that changes."""
    assert repr(Zoom(RED, BLUE)) == "Zoom(picture 1, picture 2)"
    assert repr(Wipe(RED, BLUE, names=["before", "after"])) == "Wipe(before, after)"
    assert repr(MaskPad(RED)) == "MaskPad(picture 1)"


@pytest.mark.parametrize("make", [Zoom, Wipe])
def test_a_misspelt_option_is_a_type_error(make: Callable[..., Any]) -> None:
    """What a view does not know it refuses."""
    with pytest.raises(TypeError, match="levle"):
        make(RED, BLUE, levle=2)
    with pytest.raises(TypeError, match="sise"):
        MaskPad(RED, sise=2)  # type: ignore[call-arg]


def test_only_small_pictures_are_state() -> None:
    """Originals are in no trait; what stands in for them is a WebP."""
    big = picture(900, 900)
    state = Zoom(big, big).get_state()
    assert state["small_1"][:4] == b"RIFF"
    assert all(value != big for value in state.values())


def test_an_original_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page asks by number; a number that is none is passed over."""
    zoom = Zoom(RED, BLUE)
    asked = {"kind": "original", "position": 1}
    assert sent(zoom, monkeypatch, **asked) == [{**asked, "mime": "image/png"}]
    assert sent(zoom, monkeypatch, kind="original", position=2) == []


def test_an_original_that_is_gone_says_why(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file deleted after the view was made is an answer, not an exception in a log."""
    (tmp_path / "fox.png").write_bytes(RED)
    zoom = Zoom(tmp_path / "fox.png", BLUE)
    (tmp_path / "fox.png").unlink()
    (answer,) = sent(zoom, monkeypatch, kind="original", position=0)
    assert "There is no file" in answer["error"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"level": 33}, "level is a number between 0 and 32"),
        ({"x": -0.1}, "x is a number between 0 and 1"),
        ({"y": "top"}, "y is a number between 0 and 1"),
    ],
)
def test_a_value_out_of_range_names_the_range(setting: dict[str, Any], words: str) -> None:
    """What cannot be shown is refused, when made and when set."""
    with pytest.raises(InputError, match=words):
        Zoom(RED, BLUE, **setting)
    zoom = Zoom(RED, BLUE)
    with pytest.raises(InputError, match=words):
        zoom.set_trait(*next(iter(setting.items())))


# -- zoom -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 7])
def test_zoom_takes_two_to_six(number: int) -> None:
    """Fewer or more are refused with the way to choose."""
    with pytest.raises(InputError, match=r"2 to 6 pictures .* got .* comparison\.zoom"):
        Zoom(*[RED] * number)


# -- wipe -------------------------------------------------------------------------------------


def test_a_wrong_mode_names_the_right_ones() -> None:
    """A word that is none is refused with what was meant."""
    with pytest.raises(InputError, match=r"mode is 'wipe' or .*Did you mean 'flicker'"):
        Wipe(RED, BLUE, mode="flikcer")


def test_wipe_knows_the_numbers() -> None:
    """SSIM and mean difference are those of the originals."""
    wipe = Wipe(RED, BLUE)
    assert 0 < wipe.ssim < 1
    # Red, green and blue differ by 149, 5 and 137 on three quarters of the picture.
    assert wipe.mean_difference == pytest.approx((149 + 5 + 137) / 3 * 0.75, abs=0.01)


def test_pictures_of_two_sizes_say_so() -> None:
    """The page is told how the second is fitted, before anything is computed."""
    assert Wipe(RED, picture(32, 24)).numbers == {"fitted": "32 × 24 fitted into 64 × 48"}


def test_the_map_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page asks for the map of differences when somebody looks at it."""
    answers = sent(Wipe(RED, BLUE), monkeypatch, kind="difference")
    assert answers == [{"kind": "difference", "mime": "image/png"}]


# -- mask -------------------------------------------------------------------------------------


def half() -> Image.Image:
    """Make a mask of RED that frees its left half."""
    mask = Image.new("RGBA", (64, 48), (1, 2, 3, 255))
    mask.paste((0, 0, 0, 0), (0, 0, 32, 48))
    return mask


def test_a_mask_is_legal() -> None:
    """It is of the picture's size and has alpha 0 where it is painted, 255 elsewhere."""
    pad = MaskPad(RED)
    pad.mask = half()
    assert (pad.mask.mode, pad.mask.size, pad.share) == ("RGBA", (64, 48), 0.5)
    assert [pad.mask.getpixel((x, 9))[3] for x in (31, 32)] == [0, 255]


def test_a_mask_comes_as_bytes_too() -> None:
    """``png`` is the same mask as a file, and can be set again."""
    pad, other = MaskPad(RED), MaskPad(RED)
    pad.mask = half()
    other.mask = pad.png
    assert Image.open(io.BytesIO(pad.png)).format == "PNG"
    assert other.png == pad.png


def test_nothing_painted_is_no_mask() -> None:
    """An empty mask would be paid for and change nothing, or everything."""
    with pytest.raises(InputError, match="Nothing is painted yet"):
        MaskPad(RED).mask  # noqa: B018


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (Image.new("RGBA", (48, 64)), "has the picture's size, 64x48; this one has 48x64"),
        (Image.new("RGB", (64, 48)), "has an alpha channel"),
    ],
)
def test_what_is_no_mask_of_this_picture_is_refused(mask: Image.Image, words: str) -> None:
    """Another size or no alpha channel is an error that names what is wanted."""
    with pytest.raises(InputError, match=words):
        MaskPad(RED).mask = mask


def test_steps_can_be_undone_and_done_again() -> None:
    """Undo and redo walk through the steps; a new step ends what could be done again."""
    pad = MaskPad(RED)
    pad.mask = half()
    pad.clear()
    pad.undo()
    assert pad.share == 0.5
    pad.redo()
    assert pad.share == 0
    pad.undo()
    pad.undo()
    pad.undo()
    pad.mask = half()
    pad.redo()
    assert (pad.share, pad.at, pad.top) == (0.5, 1, 1)


def test_only_so_many_steps_are_kept() -> None:
    """After many steps undo ends at the oldest that is kept, and never at another's pixels."""
    pad = MaskPad(RED)
    for _ in range(KEPT):
        pad.mask = half()
    pad.clear()
    for _ in range(2 * KEPT):
        pad.undo()
    assert pad.at == pad.top - KEPT + 1
    assert pad.share == 0.5


def test_the_brush_fits_the_picture() -> None:
    """The first width is a sixteenth of the smaller side, but not under eight pixels."""
    assert MaskPad(RED).size == 8
    assert MaskPad(picture(1024, 640)).size == 40


# -- what stays -------------------------------------------------------------------------------

MAKE = """
from imagelab import MaskPad, Wipe, Zoom
from ipywidgets import VBox
from tests.views.test_looking import BLUE, RED
"""


@pytest.fixture(scope="module")
def shown(executed: Callable[[Sequence[str]], Outputs]) -> Outputs:
    """Give the outputs of cells that show each view, and one that shows two in a box."""
    cells = ["Zoom(RED, BLUE)", "Wipe(RED, BLUE)", "MaskPad(RED)", "VBox([Zoom(RED, BLUE)])"]
    return executed([MAKE, *cells])


@pytest.mark.parametrize("cell", [1, 2, 3])
def test_each_leaves_its_pictures_for_ever(shown: Outputs, cell: int) -> None:
    """A live view, static pictures and a contact sheet follow each other."""
    kinds = [sorted(output.data) for output in shown[cell]]
    assert kinds == [
        [WIDGET, "text/plain"],
        ["text/html", "text/plain"],
        ["image/jpeg", "text/plain"],
    ]


def test_a_wipe_leaves_a_wipe_and_its_numbers(shown: Outputs) -> None:
    """Exported to HTML it still has two pictures, an open wipe, and what was measured."""
    cell = nbformat.v4.new_code_cell("wipe", outputs=shown[2])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert page.count('src="data:image/webp;base64,') == 2
    assert re.search('<details class="il-wipe"[^>]* open=""', page)
    assert "SSIM 0." in page


def test_they_nest_in_boxes(shown: Outputs) -> None:
    """Inside a VBox a view is one widget among others."""
    assert WIDGET in shown[4][0].data
