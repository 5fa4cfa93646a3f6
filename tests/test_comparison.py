"""What a run made: a collection, tables and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab import Comparison, Generation, Lab
from imagelab.errors import InputError, PictureError


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


def test_the_sheet_is_one_picture(four: Comparison) -> None:
    """The contact sheet is a Pillow image that holds all four."""
    sheet = four.sheet(side=100)
    assert sheet.width > 200
    assert sheet.height > 200


def test_the_page_holds_pictures_and_costs(four: Comparison) -> None:
    """The page is one HTML file with four pictures and the cost table."""
    page = four.page()
    assert page.count("data:image/webp") == 4
    assert "spent_usd" in page


def test_the_grid_shows_what_is_asked(four: Comparison) -> None:
    """Rows and columns of the grid are the caller's choice."""
    assert repr(four.grid(rows="quality", columns="animal")) == (
        "Grid(2 rows x 2 columns, 4 pictures)"
    )


def test_a_wrong_axis_is_named(four: Comparison) -> None:
    """An axis that is no factor is an input error."""
    with pytest.raises(InputError, match="colour"):
        four.grid(rows="colour")


def test_the_repr_has_pictures_and_money(four: Comparison) -> None:
    """A comparison's repr is short and steady."""
    assert repr(four) == "Comparison(4 pictures, $0.106)"


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    """A picture whose file somebody deleted says so."""
    with Lab(path=tmp_path) as lab:
        made = lab.compare("a fox")
        next(iter(made)).path.unlink()
        with pytest.raises(PictureError, match="put the file back"):
            made.sheet()
