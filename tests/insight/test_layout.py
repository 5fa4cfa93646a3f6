"""Boards: which picture stands where, what is written under it, and what it all cost."""

from __future__ import annotations

import pytest

from imagelab.errors import InputError
from imagelab.insight.layout import counted, lay_out
from imagelab.sweep import Sweep
from tests.insight.making import FOXES, all_came, board_of, came, cells_of, lost


def test_prompts_go_down_and_tiers_across() -> None:
    """Two prompts at three tiers make two rows and three columns."""
    board = board_of()
    assert board.rows == ("a red fox", "a blue fox")
    assert board.columns == ("low", "medium", "high")


def test_a_tile_points_at_its_place() -> None:
    """The last picture of a sweep stands in the last row and the last column."""
    last = board_of().tiles[-1]
    assert (last.position, last.row, last.column) == (5, 1, 2)


def test_models_go_across_when_there_is_one_tier() -> None:
    """The first setting that varies makes the columns."""
    board = board_of(Sweep("a fox", model=["gpt-image-1", "gpt-image-1.5"], size="1024x1024"))
    assert board.columns == ("gpt-image-1", "gpt-image-1.5")
    assert board.column_name == "model"


def test_a_second_setting_joins_the_rows() -> None:
    """With tiers across, models stand beside the prompt in the rows."""
    board = board_of(
        Sweep("a fox", model=["gpt-image-1", "gpt-image-1.5"], quality=["low", "high"])
    )
    assert board.rows == ("a fox · gpt-image-1", "a fox · gpt-image-1.5")


def test_template_rows_are_filled_prompts() -> None:
    """A template's rows read as the prompts that were asked for."""
    board = board_of(Sweep("a {animal}", animal=["fox", "owl"], quality=["low", "high"]))
    assert board.rows == ("a fox", "a owl")


def test_the_last_of_two_variables_goes_across() -> None:
    """Two variables at one tier make a table of both."""
    board = board_of(Sweep("a {animal} in {style}", animal=["fox", "owl"], style=["ink", "oil"]))
    assert (board.rows, board.columns) == (("fox", "owl"), ("ink", "oil"))


def test_one_column_says_its_tier() -> None:
    """A sweep of prompts alone has one column, named after its tier."""
    assert board_of(Sweep(["a fox", "an owl"])).columns == ("low",)


def test_samples_stay_in_their_place() -> None:
    """Samples of one request stand side by side and are numbered."""
    board = board_of(Sweep("a fox", quality=["low", "high"], samples=2))
    assert [tile.label for tile in board.at(0, 1)] == ["sample 1", "sample 2"]


def test_axes_can_be_named() -> None:
    """Rows and columns follow the factors that are named."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {}, rows="quality", columns="prompt")
    assert (board.rows, board.columns) == (("low", "medium", "high"), ("a red fox", "a blue fox"))


def test_several_factors_share_an_axis() -> None:
    """An axis of two factors has a label for each combination."""
    cells = cells_of(Sweep("a {animal}", animal=["fox", "owl"], quality=["low", "high"]))
    board = lay_out(cells, {}, columns=["animal", "quality"])
    assert board.columns == ("fox · low", "fox · high", "owl · low", "owl · high")


def test_what_is_on_no_axis_labels_its_tile() -> None:
    """Pictures that share a place say what tells them apart."""
    sweep = Sweep("a {animal} in {style}", animal=["fox", "owl"], style=["ink", "oil"])
    board = lay_out(cells_of(sweep), {}, rows="animal", columns="quality")
    assert [tile.label for tile in board.at(0, 0)] == ["ink", "oil"]


def test_two_templates_are_told_apart_by_their_prompts() -> None:
    """Where variables are the same, the prompt labels the tile."""
    sweep = Sweep(["a {animal}", "the {animal}"], animal=["fox", "owl"])
    board = lay_out(cells_of(sweep), {}, rows="animal", columns="quality")
    assert [tile.label for tile in board.at(1, 0)] == ["a owl", "the owl"]


def test_an_unknown_factor_is_refused_with_the_known_ones() -> None:
    """A misspelt axis names the factors that there are."""
    with pytest.raises(InputError, match=r"'tier'.*quality"):
        lay_out(cells_of(FOXES), {}, columns="tier")


def test_a_factor_stands_on_one_axis_only() -> None:
    """A factor named for both axes is refused."""
    with pytest.raises(InputError, match="on two axes"):
        lay_out(cells_of(FOXES), {}, rows="quality", columns="quality")


def test_a_tile_without_a_generation_waits() -> None:
    """What has not come has no price, and the size that was asked for."""
    tile = board_of(Sweep("a fox", size="1536x1024"), rows={}).tiles[0]
    assert (tile.status, tile.price, tile.width, tile.height) == ("waiting", "", 1536, 1024)


def test_a_request_under_way_waits_too() -> None:
    """A generation that is sent and not answered is shown as waiting."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {0: came(cells[0], status="sent")})
    assert board.tiles[0].status == "waiting"


def test_a_cell_left_out_says_why() -> None:
    """A cell that was not asked for says so, and why."""
    board = lay_out(cells_of(FOXES), {}, left={2: "the budget is spent"})
    assert (board.tiles[2].status, board.tiles[2].note) == ("not asked", "the budget is spent")


def test_a_picture_has_its_price_and_seconds() -> None:
    """Under a picture stand what it cost and how long it took."""
    tile = board_of().tiles[1]
    assert (tile.price, tile.seconds) == ("$0.042", "3.2 s")


def test_a_failure_says_that_it_was_not_billed() -> None:
    """A request that surely cost nothing says so, and why it failed."""
    cells = cells_of(FOXES)
    tile = lay_out(cells, {0: lost(cells[0], "failed")}).tiles[0]
    assert (tile.price, tile.note) == ("not billed", "It failed.")


def test_perhaps_billed_is_unknown_and_not_zero() -> None:
    """A lost answer has an unknown cost, and its sums say that something is missing."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {0: came(cells[0]), 1: lost(cells[1], "unknown")})
    assert board.tiles[1].price == "cost unknown"
    assert board.row_totals[0] == "$0.011 + ?"


def test_a_sum_of_unknowns_is_unknown() -> None:
    """A column whose only cost is unknown does not say nothing was paid."""
    cells = cells_of(FOXES)
    assert lay_out(cells, {1: lost(cells[1], "unknown")}).column_totals[1] == "?"


def test_sums_add_up_by_row_column_and_all() -> None:
    """Rows, columns and the whole board have their sums."""
    board = board_of()
    assert board.row_totals == ("$0.220", "$0.220")
    assert board.column_totals == ("$0.022", "$0.084", "$0.334")
    assert board.total == "$0.440"


def test_a_picture_shown_twice_was_paid_once() -> None:
    """Equal prompts share a generation, and sums count it once."""
    cells = cells_of(Sweep(["a fox", "a fox"]))
    board = lay_out(cells, {cell.position: came(cell, id=7) for cell in cells})
    assert board.total == "$0.011"


def test_simulated_money_is_never_added_to_real() -> None:
    """A board of both purses names both sums."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {0: came(cells[0]), 1: came(cells[1], simulated=True)})
    assert board.total == "$0.011 + $0.042 simulated"


def test_a_tile_can_be_replaced() -> None:
    """A board with a new tile leaves the old board as it was."""
    cells = cells_of(FOXES)
    empty = lay_out(cells, {})
    board = empty.with_tile(empty.tiles[3].with_generation(came(cells[3])))
    assert (board.tiles[3].status, empty.tiles[3].status) == ("done", "waiting")


def test_a_description_names_prompt_tier_and_sample() -> None:
    """Screen readers hear what the picture is of."""
    board = board_of(Sweep("a  fox\nin snow", quality=["low", "high"], samples=2))
    assert board.tiles[-1].alt == "a fox in snow, high, sample 2"


def test_an_actual_size_replaces_the_asked_one() -> None:
    """A picture of another size than asked is drawn in its own shape, with the note."""
    cells = cells_of(FOXES)
    rows = all_came(cells, width=1536, height=1024, note="asked 1024x1024, got 1536x1024")
    tile = lay_out(cells, rows).tiles[0]
    assert (tile.width, tile.height, tile.note[:5]) == (1536, 1024, "asked")


def test_what_all_pictures_share_is_said_once() -> None:
    """Model and size are the same for all, so the board names them; tiers stand across."""
    assert board_of().common == "gpt-image-1 · 1024x1024"


def test_what_varies_is_not_shared() -> None:
    """A board of two models and one tier names the tier and not the models."""
    board = board_of(Sweep("a fox", model=["gpt-image-1", "gpt-image-1.5"], quality="low"))
    assert board.common == "1024x1024 · low"


def test_shared_words_that_would_be_riddles_name_their_setting() -> None:
    """A background and a setting left to the provider are told with their names."""
    sweep = Sweep("a fox", size="auto", background="transparent", output_format="webp")
    board = lay_out(cells_of(sweep), {})
    assert board.common == "gpt-image-1 · auto size · transparent background · webp"


def test_the_seconds_of_a_simulator_are_not_shown() -> None:
    """A simulated picture took as long as a painter's queue: its tile names no seconds."""
    cells = cells_of(FOXES)
    assert lay_out(cells, all_came(cells, simulated=True)).tiles[0].seconds == ""


def test_pictures_that_came_are_counted() -> None:
    """Of six cells, one refused and four left out, one picture is there to show."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {0: came(cells[0]), 1: lost(cells[1], "refused")}, left={2: "budget"})
    assert (board.shown, board.pictures) == (1, 6)


def test_missing_pictures_are_counted_in_words() -> None:
    """Two of eight is said as such; eight of eight is just eight."""
    assert (counted(2, 8), counted(8, 8), counted(1, 1)) == (
        "2 of 8 pictures",
        "8 pictures",
        "1 picture",
    )
