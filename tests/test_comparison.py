"""What a run made: a collection, tables and pictures."""

from __future__ import annotations

import functools
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from imagelab import Comparison, Generation, Lab
from imagelab.errors import BudgetError, InputError, PictureError


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One lab for all the facts here: they only read."""
    with Lab(path=tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="module")
def four(lab: Lab) -> Comparison:
    """Two animals at two tiers."""
    return lab.compare("a {animal}", animal=["fox", "owl"], quality=["low", "medium"])


def test_its_length_is_its_cells(four: Comparison) -> None:
    """A comparison is as long as its sweep."""
    assert len(four) == 4


def test_it_walks_its_generations(four: Comparison) -> None:
    """Iterating gives the generations in order."""
    assert [one.request.quality for one in four] == ["low", "medium", "low", "medium"]


def test_values_of_all_factors_give_one_generation(four: Comparison) -> None:
    """Naming a value of each factor, in any order, gives the picture."""
    found = four["medium", "owl"]
    assert isinstance(found, Generation)
    assert (found.prompt, found.request.quality) == ("a owl", "medium")


def test_some_values_give_a_smaller_comparison(four: Comparison) -> None:
    """Naming fewer values gives the comparison of what is left."""
    found = four["fox"]
    assert isinstance(found, Comparison)
    assert [one.prompt for one in found] == ["a fox", "a fox"]


def test_a_smaller_comparison_is_indexed_again(four: Comparison) -> None:
    """Choosing in two steps gives the same picture as in one."""
    assert four["owl"]["low"] is four["owl", "low"]  # type: ignore[index]


def test_a_number_is_a_position(four: Comparison) -> None:
    """Whole numbers count cells, from the end too."""
    assert four[0] is four["fox", "low"]
    assert four[-1] is four["owl", "medium"]


def test_a_wrong_value_names_those_there_are(four: Comparison) -> None:
    """A value that nothing has is an error that lists the factors."""
    with pytest.raises(InputError, match=r"animal: fox, owl; .*quality: low, medium"):
        four["bear"]


def test_a_wrong_number_is_said(four: Comparison) -> None:
    """A position that is not there is an input error."""
    with pytest.raises(InputError, match="4 pictures"):
        four[4]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    """Six pictures, of which the dearer ones, and most replays, do not fit the budget."""
    with Lab(path=tmp_path_factory.mktemp("short"), budget=0.1) as opened:
        yield opened.compare(["a fox", "an owl"], quality=["low", "medium", "high"])


STEPS = st.one_of(
    st.tuples(st.integers(-6, 6), st.integers(-6, 6), st.sampled_from([1, 2, -1])).map(
        lambda ends: slice(*ends)
    ),
    st.sampled_from(["a fox", "low", "medium", "high", "gpt-image-1"]),
    st.sampled_from(["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2"]).map(
        lambda model: {"model": model}
    ),
)


def after(comparison: Comparison, step: slice | str | dict[str, str]) -> Comparison:
    """Choose a part, or replay on another model, where there is such."""
    try:
        found = comparison.replay(**step) if isinstance(step, dict) else comparison[step]
    except (InputError, PictureError, BudgetError):
        return comparison
    return found if isinstance(found, Comparison) else comparison


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=5))
def test_every_cell_of_a_part_shows_its_own_picture(
    short: Comparison, steps: list[slice | str | dict[str, str]]
) -> None:
    """Parts, parts of parts and their replays show what their cells ask for, and no other."""
    part = functools.reduce(after, steps, short)
    cells = {cell.position: cell for cell in part.cells}
    assert len(cells) == len(part.cells)
    assert cells.keys() >= part.generations.keys() | part.left.keys() | part.came.keys()
    for at, one in part.generations.items():
        assert (one.request, one.sample) == (cells[at].request, cells[at].sample)


def test_a_slice_is_a_smaller_comparison(four: Comparison) -> None:
    """A slice gives the comparison of these positions, as lists do."""
    part = four[1:3]
    assert isinstance(part, Comparison)
    assert [one.id for one in part] == [four[1].id, four[2].id]  # type: ignore[union-attr]


def test_an_empty_slice_is_said(four: Comparison) -> None:
    """A slice that holds no picture is an input error."""
    with pytest.raises(InputError, match="4 pictures"):
        four[9:]


@pytest.mark.parametrize("chosen", [1.5, None, {"fox"}])
def test_what_chooses_nothing_is_said(four: Comparison, chosen: object) -> None:
    """Neither a position nor values is an input error that shows how to choose."""
    with pytest.raises(InputError, match="position, a slice, or values"):
        four[chosen]  # type: ignore[index]


def test_completion_offers_the_values(four: Comparison) -> None:
    """Tab completion in brackets offers values of factors."""
    assert {"fox", "owl", "low", "medium"} <= set(four._ipython_key_completions_())


def test_factors_are_what_varies(four: Comparison) -> None:
    """Only what varies is a factor."""
    assert four.factors == {
        "animal": ("fox", "owl"),
        "quality": ("low", "medium"),
        "prompt": ("a fox", "a owl"),
    }


def test_the_frame_has_factors_and_origin(four: Comparison) -> None:
    """The frame has a row per cell, with its variables and where it came from."""
    assert list(four.frame["animal"]) == ["fox", "fox", "owl", "owl"]
    assert set(four.frame["came"]) == {"sent"}


def test_the_second_time_comes_from_the_ledger(lab: Lab, four: Comparison) -> None:
    """The same sweep again is the same pictures, from the ledger."""
    again = lab.compare("a {animal}", animal=["fox", "owl"], quality=["low", "medium"])
    assert set(again.frame["came"]) == {"ledger"}
    assert [one.picture for one in again] == [one.picture for one in four]


def test_costs_are_of_these_pictures(four: Comparison) -> None:
    """The cost table of a comparison adds up its own pictures, by a variable too."""
    table = four.costs("animal")
    assert list(table.index) == ["fox", "owl"]
    assert float(table["spent_usd"].sum()) == pytest.approx(sum(one.cost_usd or 0 for one in four))


def test_costs_keep_the_order_given(lab: Lab) -> None:
    """The values of a variable come in the cost table as they were given, not sorted."""
    made = lab.compare("a {animal}", animal=["owl", "fox", "newt"])
    assert list(made.costs("animal").index) == ["owl", "fox", "newt"]
    assert list(made.costs("prompt").index) == ["a owl", "a fox", "a newt"]


def test_costs_of_samples_are_there(lab: Lab) -> None:
    """The samples of a comparison have a line each."""
    assert list(lab.compare("a fox", samples=2).costs("sample").index) == [1, 2]


def test_what_the_ledger_saved_is_told(lab: Lab, four: Comparison) -> None:
    """A comparison that was run before saved all its money, and the first one none."""
    again = lab.compare(list(four.factors["prompt"]), quality=list(four.factors["quality"]))
    assert four.saved_usd == 0
    assert again.saved_usd == pytest.approx(sum(one.cost_usd or 0 for one in four))


def test_what_was_left_says_what_it_would_cost(tmp_path: Path) -> None:
    """Pictures that did not fit the budget are named with their price."""
    with Lab(path=tmp_path, budget=0.03, concurrency=1) as lab:
        made = lab.compare("a fox", quality=["low", "high"])
        high = lab.quote("a fox", quality="high")
    assert made.left_quote.nano == high.nano
    assert f"1 not asked for: {made.left[1]}" in (made.shortfall or "")
    assert f"They would cost {high.money}." in (made.shortfall or "")


def test_nothing_is_missing_from_a_whole_comparison(four: Comparison) -> None:
    """Where all pictures came there is no shortfall."""
    assert four.shortfall is None


def test_the_sheet_is_kept_as_one_jpeg(four: Comparison) -> None:
    """What a notebook keeps of a contact sheet is one JPEG, and the sheet is Pillow's."""
    sheet = four.sheet(side=100)
    assert isinstance(sheet, PIL.Image.Image)
    kept, _ = DisplayFormatter().format(sheet)
    assert set(kept) == {"image/jpeg", "text/plain"}
    assert PIL.Image.open(io.BytesIO(kept["image/jpeg"])).size == sheet.size


def test_the_sheet_is_one_picture(four: Comparison) -> None:
    """The contact sheet is a Pillow image that holds all four."""
    sheet = four.sheet(side=100)
    assert sheet.width > 200
    assert sheet.height > 200


def test_the_grid_shows_what_is_asked(four: Comparison) -> None:
    """Rows and columns of the grid are the caller's choice."""
    assert repr(four.grid(rows="quality", columns="animal")) == (
        "Grid(2 rows x 2 columns, 4 pictures)"
    )


def test_a_wrong_axis_is_named(four: Comparison) -> None:
    """An axis that is no factor is an input error."""
    with pytest.raises(InputError, match="colour"):
        four.grid(rows="colour")


def test_zoom_takes_what_is_chosen(four: Comparison) -> None:
    """Positions, values and slices choose pictures; nothing chosen means all of them."""
    assert repr(four.zoom("fox")) == "Zoom(low, medium)"
    assert repr(four.zoom(0, ("owl", "low"), level=2)) == "Zoom(a fox, a owl)"
    assert len(four.zoom().pictures) == len(four.zoom(slice(0, 4), 1).pictures) == 4


def test_zoom_of_too_few_says_how_to_choose(four: Comparison) -> None:
    """One picture, chosen twice, is not two."""
    with pytest.raises(InputError, match=r"2 to 6 pictures .* got 1"):
        four.zoom(0, ("fox", "low"))


def test_wipe_lays_one_on_the_other(four: Comparison) -> None:
    """Two pictures are named by what differs, and measured."""
    wipe = four.wipe(("fox", "low"), ("fox", "medium"), mode="onion")
    assert (repr(wipe), wipe.mode) == ("Wipe(low, medium)", "onion")
    assert 0 < wipe.ssim < 1


def test_a_side_of_a_wipe_is_one_picture(four: Comparison) -> None:
    """What chooses two pictures is refused with the number and the way."""
    with pytest.raises(InputError, match=r"'fox' chooses 2 pictures,.* comparison\.wipe"):
        four.wipe("fox", "owl")


def test_the_repr_has_pictures_and_money(four: Comparison) -> None:
    """A comparison's repr is short and steady."""
    assert repr(four) == "Comparison(4 pictures, $0.106)"


def test_in_a_terminal_it_is_plain_text(tmp_path: Path) -> None:
    """A comparison and a picture shown in a terminal's IPython are text, and nothing else."""
    code = (
        "from imagelab import Lab\n"
        f"lab = Lab(path={str(tmp_path)!r})\n"
        "lab.generate('a fox')\n"
        "lab.compare('a fox', quality=['low', 'medium'])\n"
    )
    command = [
        sys.executable,
        "-m",
        "IPython",
        "--simple-prompt",
        "--no-banner",
        "--colors=NoColor",
    ]
    told = subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout
    assert "Generation('a fox', gpt-image-1 low 1024x1024, done, $0.011)" in told
    assert "Comparison(2 pictures, " in told
    assert "Grid(" not in told
    assert "object>" not in told


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    """A picture whose file somebody deleted says so."""
    with Lab(path=tmp_path) as lab:
        made = lab.compare("a fox")
        next(iter(made)).path.unlink()
        with pytest.raises(PictureError, match="put the file back"):
            made.sheet()


def test_what_was_opened_is_known(lab: Lab) -> None:
    """A picture that was opened in the grid, or laid beside another, was looked at."""
    made = lab.compare("a fox", quality=["low", "medium", "high"], samples=2)
    made.wipe(0, 1)
    made.grid()._heard(None, {"kind": "original", "position": 2}, [])
    seen = lab.log.set_index("id")["looked_at"]
    assert [bool(seen[one.id]) for one in made] == [True, True, True, False, False, False]
