"""A comparison looked at in another way: other axes, tabs, sorted and searched."""

from __future__ import annotations

import pytest

from imagelab.errors import InputError
from imagelab.insight.board import Arrangement, Board
from imagelab.insight.layout import arrange, lay_out
from imagelab.request import Usage
from imagelab.sweep import Sweep
from tests.insight.making import all_came, board_of, came, cells_of, lost

WIDE = Sweep(["a red fox", "a blue fox"], quality=["low", "high"], size=["1024x1024", "1536x1024"])


def looked_at(board: Board, **changes: object) -> Board:
    """Arrange a board anew."""
    return arrange(board.everything, Arrangement(**changes))  # type: ignore[arg-type]


def test_any_factor_may_be_an_axis() -> None:
    """Rows and columns are whatever is asked for, and what is on neither stands abreast."""
    board = looked_at(board_of(WIDE), rows=("size",), columns=("prompt",))
    assert (board.rows, board.columns) == (("1024x1024", "1536x1024"), ("a red fox", "a blue fox"))
    assert [tile.label for tile in board.at(0, 0)] == ["low", "high"]


def test_a_tab_shows_its_own_pictures_and_sums() -> None:
    """With tabs only the pictures of the open one are looked at, and added up."""
    board = looked_at(board_of(WIDE), tabs=("size",), tab="1536x1024")
    assert board.tabs == ("1024x1024", "1536x1024")
    assert {tile.factors["size"] for tile in board.tiles} == {"1536x1024"}
    assert board.pictures == 4
    assert len(board.everything) == 8


def test_a_tab_that_is_not_there_is_the_first() -> None:
    """After another choice of factors an old tab leads nowhere; the first one is open."""
    assert looked_at(board_of(WIDE), tabs=("size",), tab="high").arrangement.tab == "1024x1024"


def test_a_factor_on_a_tab_is_on_no_axis() -> None:
    """What makes the tabs leaves the axes of its own accord, and may not be named for both."""
    assert looked_at(board_of(WIDE), tabs=("quality",)).column_name == "size"
    with pytest.raises(InputError, match="'quality' cannot be on two axes"):
        looked_at(board_of(WIDE), tabs=("quality",), columns=("quality",))


def test_no_axes_at_all_make_one_place() -> None:
    """Without rows and columns all pictures stand in one place, told apart by their labels."""
    board = looked_at(board_of(WIDE), rows=(), columns=())
    assert (board.rows, board.columns, board.widest) == (("",), ("",), 8)
    assert board.tiles[3].label == "a red fox · high · 1536x1024"


def test_pictures_are_sorted_by_a_column() -> None:
    """The dearest come first where that is asked for, and what is unknown comes last."""
    cells = cells_of(Sweep(["a", "b", "c"]))
    costs = {0: 5, 1: None, 2: 9}
    rows = {at: came(cells[at], cost_nano=cost) for at, cost in costs.items()}
    for sort, order in (("cost_usd", [0, 2, 1]), ("-cost_usd", [2, 0, 1])):
        board = looked_at(lay_out(cells, rows), rows=(), columns=(), sort=sort)
        assert [tile.position for tile in board.tiles] == order


def test_rows_are_sorted_by_their_mean_and_columns_stay() -> None:
    """A row goes where its pictures' mean leads it; tiers stay in their order."""
    cells = cells_of(Sweep(["slow", "quick"], quality=["low", "high"]))
    taken = (9.0, 1.0, 2.0, 3.0)
    rows = {at: came(cells[at], seconds=seconds) for at, seconds in enumerate(taken)}
    board = looked_at(lay_out(cells, rows), sort="seconds")
    assert (board.rows, board.columns) == (("quick", "slow"), ("low", "high"))


def test_tiers_are_sorted_as_they_rise() -> None:
    """Sorting by a tier goes from low to high, not by the alphabet."""
    board = looked_at(board_of(Sweep("a", quality=["high", "low", "medium"])), sort="-quality")
    assert board.columns == ("high", "medium", "low")


def test_a_search_leaves_what_it_finds() -> None:
    """Rows and columns that a search empties are gone, and sums are of what is left."""
    board = looked_at(board_of(WIDE), where="red quality:high")
    assert (board.rows, board.columns) == (
        ("a red fox · 1024x1024", "a red fox · 1536x1024"),
        ("high",),
    )


def test_a_search_that_finds_nothing_is_an_empty_board() -> None:
    """Nothing found is no error."""
    board = looked_at(board_of(WIDE), where="unicorn")
    assert (board.rows, board.tiles, board.total) == ((), (), "")


def test_stars_and_states_are_searched() -> None:
    """A star, a remark and what became of a picture can be searched for."""
    cells = cells_of(WIDE)
    rows = {**all_came(cells), 3: lost(cells[3], "refused")}
    board = lay_out(cells, rows, notes={1: (True, "lovely tail")})
    found = {
        where: [tile.position for tile in looked_at(board, where=where).tiles]
        for where in ("star", "tail", "status:refused", "-star -status:refused size:1536x1024")
    }
    assert found == {
        "star": [1],
        "tail": [1],
        "status:refused": [3],
        "-star -status:refused size:1536x1024": [5, 7],
    }


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"sort": "prise"}, "no column 'prise' to sort by"),
        ({"where": "qualty:high"}, "Did you mean quality"),
        ({"where": "cost_usd>much"}, "'much' is neither a number nor a date"),
        ({"rows": ("colour",)}, "No factor is called 'colour'"),
    ],
)
def test_what_cannot_be_arranged_is_said(how: dict[str, object], said: str) -> None:
    """A wrong column, number or factor is an input error that names what there is."""
    with pytest.raises(InputError, match=said):
        looked_at(board_of(WIDE), **how)


def test_what_is_asked_and_what_came_stand_under_a_picture() -> None:
    """Tokens, take, size, and what came otherwise than asked are written out."""
    cell = cells_of(Sweep("a fox", quality="auto", size="auto"))[0]
    row = came(
        cell,
        width=1536,
        height=1024,
        cost_nano=1,
        take=2,
        actual_quality="high",
        simulated=True,
        usage=Usage(image_output_tokens=6208),
    )
    tile = lay_out([cell], {0: row}).tiles[0]
    assert tile.details == (
        "6,208 tokens",
        "take 2",
        "auto → 1536x1024",
        "auto → high",
        "3.2 s simulated",
    )


def test_what_came_as_asked_is_said_once() -> None:
    """Where nothing differs only tokens and size stand there."""
    cell = cells_of(Sweep("a fox", quality="high"))[0]
    row = came(cell, actual_quality="high", usage=Usage(image_output_tokens=4160))
    assert lay_out([cell], {0: row}).tiles[0].details == ("4,160 tokens", "1024x1024")


def test_a_star_stays_when_a_new_take_comes() -> None:
    """What becomes of a picture changes its tile, and neither its place nor its neighbours."""
    cells = cells_of(WIDE)
    board = looked_at(lay_out(cells, {}), tabs=("size",), tab="1536x1024")
    old = board.tile(3)
    assert old is not None
    board = board.with_tile(old.with_generation(came(cells[3], id=99)))
    assert [tile.generation for tile in board.tiles] == [None, 99, None, None]
    assert (board.tiles[1].row, board.tiles[1].column) == (0, 1)
