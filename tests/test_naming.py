"""Long names made short, so that they can still be told apart."""

from __future__ import annotations

from imagelab.naming import cut, told_apart

BEGINS = "a photograph of a red fox in deep snow at the edge of a forest, "


def test_a_long_name_is_cut() -> None:
    """What fits stays, line breaks do not."""
    assert cut("a  fox\nin snow", 20) == "a fox in snow"
    assert cut("a fox in snow", 8) == "a fox i…"


def test_names_that_begin_alike_are_told_by_what_differs() -> None:
    """Two long prompts with one other word are known by that word; the rest is left alone."""
    names = [f"{BEGINS}at dawn, film grain", f"{BEGINS}at dusk, film grain", "an owl"]
    assert told_apart(names, 24) == ["… dawn, film grain", "… dusk, film grain", "an owl"]
    assert told_apart(names[::2], 24) == ["a photograph of a red f…", "an owl"]


def test_equal_names_stay_equal() -> None:
    """What is the same is not told apart."""
    assert told_apart([BEGINS, BEGINS], 10) == ["a photogr…"] * 2
