"""The grid as Python arranges it, and what it has done for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import traitlets

from imagelab.errors import BudgetError, InputError, RecordError
from imagelab.request import Generation
from imagelab.sweep import Sweep
from imagelab.views.grid import Grid
from tests.insight.making import all_came, board_of, came, cells_of

WIDE = Sweep(["a fox", "an owl"], quality=["low", "high"], size=["1024x1024", "1536x1024"])


class Kept:
    """Actions that remember what was asked of them."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []
        self.tell: Callable[[Mapping[int, Generation], str], None] | None = None

    def note(self, position: int, star: bool, remark: str) -> None:
        """Remember a note."""
        if remark == "full":
            raise RecordError("The disk is full.")
        self.said.append((position, star, remark))

    def quote(self, position: int) -> str:
        """Quote everything alike."""
        return f"$0.0{position}"

    def code(self, position: int) -> str:
        """Have no code."""
        raise InputError("There is no code.")

    def again(self, position: int, tell: Callable[[Mapping[int, Generation], str], None]) -> None:
        """Remember whom to tell."""
        if position == 7:
            raise BudgetError("It does not fit.")
        self.tell = tell


@pytest.fixture
def grid() -> Grid:
    """A grid of eight pictures that can have things done."""
    rows = all_came(cells_of(WIDE))
    return Grid(
        board_of(WIDE, rows),
        dict.fromkeys(rows, b"old"),
        thumbnail=lambda at: b"new",
        generations=rows,
        actions=Kept(),
    )


def sent(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Gather the messages that a grid sends its page."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(grid, "send", lambda content, buffers=None: told.append(content))
    return told


def hear(grid: Grid, **message: Any) -> None:
    """Have the grid hear a message as its page sends them."""
    grid._handle_custom_msg(message, [])


def test_axes_are_read_and_set(grid: Grid) -> None:
    """The factors of each axis are there from the first; one may be given by its name."""
    assert (grid.rows, grid.columns) == (["prompt", "size"], ["quality"])
    grid.rows = "size"
    assert grid.board.rows == ("1024x1024", "1536x1024")


def test_a_factor_leaves_where_it_was(grid: Grid) -> None:
    """Set on the rows, the columns' only factor goes there, and they get what was given up."""
    grid.rows = ["quality"]
    assert (grid.rows, grid.columns) == (["quality"], ["prompt", "size"])
    grid.tabs = "size"
    assert (grid.columns, grid.tab) == (["prompt"], "1024x1024")


def test_several_traits_at_once_make_one_change(grid: Grid) -> None:
    """What the page sends in one message is taken together."""
    grid.set_state({"rows": ["quality"], "columns": ["size"], "tabs": ["prompt"]})
    assert (grid.rows, grid.columns, grid.tabs) == (["quality"], ["size"], ["prompt"])
    assert grid.board.pictures == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", "colour"), ("sort", "prise"), ("where", "qualty:high"), ("selected", [99])],
)
def test_what_python_sets_wrongly_is_refused(grid: Grid, name: str, value: object) -> None:
    """A wrong factor, column or position is an input error, and everything stays as it was."""
    before = grid.get_state()
    with pytest.raises(InputError):
        setattr(grid, name, value)
    assert grid.get_state()["table"] == before["table"]
    assert getattr(grid, name) == before[name]


def test_what_the_page_types_wrongly_is_told(grid: Grid) -> None:
    """While somebody types, an error is words in the view; the board stays, and then follows."""
    grid.set_state({"where": "qualty:high"})
    assert "Did you mean quality" in grid.problem
    assert grid.board.pictures == 8
    grid.set_state({"where": "quality:high"})
    assert (grid.problem, grid.board.pictures) == ("", 4)


def test_what_is_selected_gives_generations(grid: Grid) -> None:
    """Positions go in, generations come out; the page may not name what is not there."""
    grid.selected = [3, 0, 3]
    assert [one.id for one in grid.selection] == [4, 1]
    grid.set_state({"selected": [2, 99]})
    assert grid.selected == [2]


def test_a_selection_is_numbers(grid: Grid) -> None:
    """What is no position at all is refused by its kind."""
    with pytest.raises(traitlets.TraitError):
        grid.selected = ["a fox"]


def test_a_note_is_kept_and_shown(grid: Grid) -> None:
    """What the page notes goes to the actions, and stands on the tile."""
    hear(grid, kind="note", position=2, star=True, remark="good")
    assert grid._actions.said == [(2, True, "good")]  # type: ignore[union-attr]
    assert grid.get_state()["tile_2"]["star"] is True
    grid.where = "star"
    assert [tile.position for tile in grid.board.tiles] == [2]


def test_a_note_that_cannot_be_kept_says_why(grid: Grid) -> None:
    """A full disk is words on the tile, and no star is shown that was not kept."""
    hear(grid, kind="note", position=2, star=True, remark="full")
    tile = grid.get_state()["tile_2"]
    assert (tile["problem"], tile["star"]) == ("The disk is full.", False)


def test_a_quote_is_answered_and_an_error_too(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks hears words, or why there are none."""
    told = sent(grid, monkeypatch)
    hear(grid, kind="quote", position=1)
    hear(grid, kind="code", position=1)
    assert told == [
        {"kind": "quote", "position": 1, "words": "$0.01"},
        {"kind": "code", "position": 1, "error": "There is no code."},
    ]


def test_a_new_take_replaces_the_old_when_it_comes(grid: Grid) -> None:
    """Until then the tile says that one is under way; the old star is not the new one's."""
    hear(grid, kind="note", position=0, star=True, remark="")
    hear(grid, kind="again", position=0)
    assert grid.get_state()["tile_0"]["asking"] is True
    take = came(cells_of(WIDE)[0], id=99, take=2)
    grid._actions.tell({0: take}, "")  # type: ignore[union-attr]
    tile = grid.get_state()["tile_0"]
    assert (tile["asking"], tile["star"]) == (False, False)
    assert grid.thumbnails[0] == b"new"
    assert "take 2" in tile["details"]


def test_a_new_take_that_is_refused_leaves_the_old(grid: Grid) -> None:
    """What does not fit the budget is said, and the picture stays."""
    hear(grid, kind="again", position=7)
    tile = grid.get_state()["tile_7"]
    assert (tile["problem"], tile["asking"], tile["status"]) == ("It does not fit.", False, "done")


def test_nonsense_from_a_page_is_passed_over(grid: Grid) -> None:
    """A message of no known kind, or for a picture that is not there, does nothing."""
    before = grid.get_state()
    for message in ({"kind": "explode"}, {"kind": "note", "position": 99, "star": 1, "remark": ""}):
        hear(grid, **message)
    grid._handle_custom_msg("words", [])
    assert grid.get_state() == before


def test_of_very_many_only_the_first_thumbnails_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand cells hold no thousand thumbnails; the others come when they are asked for."""
    board = board_of(Sweep([f"fox {n}" for n in range(200)], quality=["low"]))
    grid = Grid(board, dict.fromkeys(range(48), b"small"), thumbnail=lambda at: b"%d" % at)
    assert sum(name.startswith("picture_") for name in grid.get_state()) == 48
    told: list[tuple[Any, Any]] = []
    monkeypatch.setattr(grid, "send", lambda content, buffers=None: told.append((content, buffers)))
    hear(grid, kind="thumbnails", positions=[150, 151])
    assert told == [({"kind": "thumbnails", "positions": [150, 151]}, [b"150", b"151"])]


def test_a_run_of_very_many_pushes_what_lands(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a cell blocks nobody can ask: what has no trait of its own is sent as it lands."""
    from tests.views.test_grid import progress

    cells = cells_of(Sweep([f"fox {n}" for n in range(200)], quality=["low"]))
    grid = Grid.live(cells, small=lambda _: b"small")
    told: list[Any] = []
    monkeypatch.setattr(grid, "send", lambda content, buffers=None: told.append((content, buffers)))
    grid.update({3: came(cells[3]), 150: came(cells[150])}, progress(landed=2))
    assert grid.thumbnails == {3: b"small"}
    assert told == [({"kind": "thumbnails", "positions": [150]}, [b"small"])]
