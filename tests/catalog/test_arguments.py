"""Arguments at the door: wrong calls say what was meant."""

from __future__ import annotations

import inspect

import pytest

from imagelab.catalog.arguments import budget_nano, named
from imagelab.errors import InputError


@named(number="Count elsewhere.")
def paint(what: str, *, colour: str = "red", size: int = 1) -> str:
    """Say what is painted."""
    return f"{size} {colour} {what}"


def test_a_right_call_goes_through() -> None:
    """A call that fits is as it would be without."""
    assert paint("fox", colour="blue") == "1 blue fox"


def test_the_signature_stays() -> None:
    """Help and completion see the function's own signature and words."""
    assert list(inspect.signature(paint).parameters) == ["what", "colour", "size"]
    assert paint.__doc__ == "Say what is painted."


def test_a_misspelt_word_is_suggested() -> None:
    """A misspelt word is an input error with the right one and all there are."""
    with pytest.raises(InputError, match=r"no 'color'. Did you mean colour\?.*what, colour, size"):
        paint("fox", color="blue")  # type: ignore[call-arg]


def test_a_wrong_call_is_pythons_own_error_too() -> None:
    """Whoever catches a TypeError catches a wrong call."""
    with pytest.raises(TypeError):
        paint("fox", color="blue")  # type: ignore[call-arg]


def test_what_is_elsewhere_is_said() -> None:
    """A word that belongs elsewhere says where."""
    with pytest.raises(InputError, match="Count elsewhere"):
        paint("fox", number=2)  # type: ignore[call-arg]


def test_what_needs_a_name_is_said() -> None:
    """An argument without a name that needs one says how to write it."""
    with pytest.raises(InputError, match=r"only what may stand without a name.*colour="):
        paint("fox", "blue")  # type: ignore[call-arg]


def test_what_is_missing_is_said() -> None:
    """A call without its first argument says which is missing."""
    with pytest.raises(InputError, match="paint: missing a required argument: 'what'"):
        paint()  # type: ignore[call-arg]


def test_an_error_inside_is_left_alone() -> None:
    """A TypeError that the function itself raises is not taken for a wrong call."""

    @named()
    def broken(what: str) -> None:
        raise TypeError(what)

    with pytest.raises(TypeError, match="inside"):
        broken("inside")


def test_nothing_may_stand_without_a_name() -> None:
    """Where every argument has a name, the message says so in a whole sentence."""

    @named()
    def by_name(*, model: str) -> str:
        return model

    with pytest.raises(InputError, match=r"^by_name: nothing may stand.*Name the rest: model="):
        by_name("x")  # type: ignore[call-arg, misc]


def test_a_budget_in_words_is_none() -> None:
    """A text is refused, however much it looks like a number: a number is to be given."""
    assert budget_nano(2.5) == 2_500_000_000
    for text in ("5", "$5"):
        with pytest.raises(InputError, match=r"number of dollars, such as 5 .*got '\$?5'"):
            budget_nano(text)  # type: ignore[arg-type]
