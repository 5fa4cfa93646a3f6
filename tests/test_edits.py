"""Edits from the lab: what goes along, what it costs, and where pictures come from."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagelab import Lab, Sweep
from imagelab.errors import BudgetError, InputError, RecordError
from imagelab.pricing import quote_request
from imagelab.request import Generation
from tests.references.making import bomb, encoded, moving, plain, turned
from tests.servers import Server, answer, picture

SPOT = np.zeros((1024, 1024), bool)
SPOT[300:700, 300:700] = True


@pytest.fixture
def fox(lab: Lab) -> Generation:
    """A picture to edit."""
    return lab.generate("a red fox in snow")


def test_an_edit_keeps_its_parents(lab: Lab, fox: Generation) -> None:
    """A chain of edits knows where it came from, oldest first."""
    night = lab.edit("make it night", fox)
    moon = lab.edit("add a moon", night)
    both = lab.edit("put them side by side", [fox, moon])
    assert (night.parents, moon.parents, both.parents) == ((fox,), (night,), (fox, moon))
    assert both.lineage() == (fox, night, moon, both)
    assert fox.lineage() == (fox,)


def test_parents_are_found_by_the_bytes(lab: Lab, fox: Generation, tmp_path: Path) -> None:
    """A picture that was saved, and comes back as a file, is known again."""
    file = fox.save(tmp_path / "fox.png")
    assert lab.edit("make it night", file).parents == (fox,)


def test_a_picture_of_another_ledger_is_no_parent(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """Numbers of another ledger mean nothing here; the picture goes along all the same."""
    elsewhere = open_lab(path=tmp_path / "elsewhere")
    fox = elsewhere.generate("a red fox in snow")
    here = open_lab(path=tmp_path / "here")
    assert here.edit("make it night", fox).parents == ()


def test_an_edit_is_not_paid_twice(lab: Lab, fox: Generation) -> None:
    """The same words and bytes are the same edit, whatever form they were given in."""
    first = lab.edit("make it night", fox, mask=SPOT)
    again = lab.edit("make it night", fox.bytes, mask=Image.fromarray(SPOT))
    other = lab.edit("make it night", fox)
    assert (first.id == again.id, other.id == first.id) == (True, False)


def test_what_went_along_is_kept(lab: Lab, fox: Generation) -> None:
    """References lie in the store, are named in the log, and are checked like pictures."""
    edit = lab.edit("make it night", plain(), mask=plain(mode="L").point(lambda v: v))
    row = lab.log.iloc[-1]
    (name,) = row["images"]
    file = lab.path / "pictures" / name[:2] / f"{name}.png"
    assert file.is_file()
    assert (row["operation"], row["mask"]) == ("edit", edit.request.mask and row["mask"])
    file.unlink()
    assert lab.check().missing == (edit.id,)


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("gpt-image-1", {}),
        ("gpt-image-1", {"input_fidelity": "high"}),
        ("gpt-image-1.5", {"quality": "medium", "partial_images": 2}),
        ("gpt-image-1-mini", {}),
        ("gpt-image-2", {"size": "1184x880"}),
        ("gpt-image-2.5-flare", {"quality": "xhigh"}),
    ],
    ids=str,
)
def test_the_quote_of_an_edit_is_what_it_costs(
    lab: Lab, fox: Generation, model: str, settings: dict[str, Any]
) -> None:
    """Tokens of every reference are in the quote, in the hold and on the bill, to the last one."""
    images = [fox, plain(900, 300)]
    quote = lab.quote("make it night", images=images, mask=SPOT, model=model, **settings)
    edit = lab.edit("make it night", images, mask=SPOT, model=model, **settings)
    assert edit.cost_usd == quote.usd
    assert quote.bound_usd >= quote.usd
    seen = f"{edit.usage.image_input_tokens} image input tokens x $"
    assert seen in " ".join(quote_request(edit.request, edit.provider).why)


def test_an_edit_that_is_counted_in_one_number_has_no_known_cost(tmp_path: Path) -> None:
    """A sum does not say how much of it were pictures, which cost more than words."""
    whole = {"input_tokens": 413, "output_tokens": 272, "total_tokens": 685}
    letters = base64.b64encode(picture()).decode()
    with (
        Server(
            lambda asked: answer(200, {"data": [{"b64_json": letters}], "usage": whole})
        ) as server,
        Lab("simulator", base_url=server.url, path=tmp_path) as lab,
    ):
        edit = lab.edit("make it night", plain(64, 64))
        assert (edit.status, edit.cost_nano) == ("done", None)
        assert lab._session.ledger.purse(simulated=True).at_risk == edit.hold_nano


def test_a_markup_and_what_is_not_known_is_held_for(lab: Lab, fox: Generation) -> None:
    """What a markup costs nobody knows before; the hold is enough."""
    sheet = Image.new("RGBA", (1024, 1024))
    sheet.paste((255, 0, 0, 255), (10, 10, 300, 60))
    edit = lab.edit("follow the red line", fox, markup=sheet, model="gpt-image-2.5-flare")
    assert edit.quoted_usd is None
    assert edit.cost_nano is not None
    assert edit.cost_nano <= edit.hold_nano


def test_an_edit_that_does_not_fit_the_budget_sends_nothing(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """The references' tokens count: where only they pass the budget, nothing is sent."""
    lab = open_lab(budget=0.012)
    with pytest.raises(BudgetError):
        lab.edit("make it night", [plain(1024, 1024)] * 16)
    assert lab.spent_usd == 0


def test_sixteen_pictures_of_every_form_go_along(lab: Lab, fox: Generation, tmp_path: Path) -> None:
    """Paths, bytes, arrays, Pillow's images, generations and cells may stand beside each other."""
    file = tmp_path / "a.webp"
    file.write_bytes(encoded(plain(), "WEBP"))
    grid = lab.compare(["an owl", "a cat"])
    odd = [turned(), encoded(plain(mode="CMYK"), "JPEG"), encoded(plain(), "TIFF")]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        images = [fox, grid["an owl"], *grid, file, str(file), np.zeros((8, 8), bool), plain()]
        edit = lab.edit("all of them", [*images, *odd, moving("GIF"), *[plain(8, 8)] * 4])
    assert (len(edit.request.images), edit.status) == (16, "done")
    assert {one.mime for one in edit.request.images} == {"image/png", "image/jpeg", "image/webp"}
    assert [str(one.message) for one in said] == [
        "The picture is animated: its first frame is sent."
    ]


@pytest.mark.parametrize(
    ("images", "settings", "said"),
    [
        (bomb(), {}, "pixels"),
        ([plain()] * 17, {}, "17 images are too many"),
        ([], {}, "images has no picture"),
        (plain(), {"mask": plain()}, "no alpha channel"),
        (plain(), {"mask": SPOT}, "mask is 1024x1024, and the first image 64x32"),
        (plain(), {"input_fidelity": "high", "model": "gpt-image-2"}, "does not take input_fid"),
        (plain(), {"markup": plain(mode="RGBA")}, "no transparent pixels"),
        (plain(), {"size": "100x100"}, "choose 1024x1024"),
        (plain(), {"colour": "red"}, "edit has no 'colour'"),
    ],
    ids=["bomb", "many", "none", "alpha", "size", "fidelity", "markup", "pixels", "word"],
)
def test_what_cannot_be_edited_is_refused_before_sending(
    lab: Lab, images: Any, settings: dict[str, Any], said: str
) -> None:
    """Wrong pictures, masks and settings are InputErrors; nothing is written and nothing sent."""
    with pytest.raises(InputError, match=said):
        lab.edit("make it night", images, **settings)
    assert lab.log.empty


def test_a_disk_that_cannot_be_written_stops_before_money(lab: Lab) -> None:
    """Where references cannot be kept nothing is held and nothing is sent."""
    (lab.path / "pictures").write_text("a file in the folder's place")
    with pytest.raises(RecordError):
        lab.edit("make it night", plain())
    assert lab.log.empty


# --- sweeps ---------------------------------------------------------------------------------


def test_images_and_masks_are_factors(lab: Lab, fox: Generation) -> None:
    """A sweep multiplies prompts, images and masks; each has a name to choose by."""
    owl = lab.generate("an owl")
    grid = lab.compare(
        ["make it night", "make it snow"],
        images={"fox": fox, "owl": owl, "both": [fox, owl]},
        mask={"spot": SPOT, "free": None},
    )
    assert grid.factors == {
        "prompt": ("make it night", "make it snow"),
        "images": ("fox", "owl", "both"),
        "mask": ("spot", "free"),
    }
    one = grid["make it snow", "both", "spot"]
    assert isinstance(one, Generation)
    assert (one.parents, one.request.mask is None) == ((fox, owl), False)
    assert {tile.status for tile in grid.grid().board.tiles} == {"done"}


def test_a_sweep_of_edits_is_quoted_before_it_is_kept(lab: Lab) -> None:
    """A quote keeps nothing and costs nothing; its sum is what the run costs."""
    sweep = Sweep("make it night", images=[plain(), plain(64, 64)], quality=["low", "high"])
    quote = lab.quote(sweep)
    assert not (lab.path / "pictures").exists()
    made = lab.run(sweep)
    assert sum(one.cost_nano or 0 for one in made) == quote.nano
    assert lab.quote(sweep).to_pay == 0


def test_the_size_of_an_edit_follows_its_image(lab: Lab) -> None:
    """Where no size is given each place is drawn in the shape of its image."""
    sweep = Sweep("make it night", images={"wide": plain(300, 200), "tall": plain(200, 300)})
    sizes = [cell.request.size for cell in sweep.cells(model="gpt-image-1")]
    assert sizes == ["1536x1024", "1024x1536"]


def test_every_place_that_cannot_be_is_told(lab: Lab) -> None:
    """A mask that does not fit one of the images is named with that place; nothing is sent."""
    with pytest.raises(InputError, match=r"combination is impossible(?s:.)*small(?s:.)*mask is"):
        lab.compare(
            "make it night", images={"large": plain(1024, 1024), "small": plain()}, mask=SPOT
        )
    assert lab.log.empty


def test_settings_that_are_no_factors_are_in_every_place(lab: Lab) -> None:
    """Unknown parameters and the author of an svg are the same throughout a sweep."""
    sweep = Sweep("a fox", quality=["low", "high"], extra={"style": "vivid"}, partial_images=1)
    cells = sweep.cells(model="gpt-image-1")
    assert [dict(cell.request.extra or {}) for cell in cells] == [{"style": "vivid"}] * 2
    assert "extra" not in cells[0].factors


def test_what_was_kept_for_an_edit_that_was_not_asked_for_is_explained(
    open_lab: Callable[..., Lab],
) -> None:
    """Pictures of edits that a budget left out are no strange files: all is well."""
    lab = open_lab(budget=0.02)
    made = lab.compare("make it night", images={"a": plain(), "b": plain(32)})
    told = lab.check()
    assert (len(made.left), len(told.unused), told.strays, told.ok) == (1, 1, (), True)


def test_edits_go_on_counting_in_a_new_kernel(open_lab: Callable[..., Lab]) -> None:
    """Another sample or take of an edit is another picture, whoever drew the ones before."""
    image, seen = plain(), list[str | None]()
    for samples, fresh in ((2, False), (3, False), (3, True)):
        with open_lab() as kernel:
            made = kernel.compare("make it blue", images=image, samples=samples, fresh=fresh)
            seen += [one.picture for one in made if one.picture not in seen]
    assert len(seen) == 6
