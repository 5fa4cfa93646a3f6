"""What every view promises."""

from __future__ import annotations

import subprocess
import sys

import pytest

from imagelab.views._view import View
from imagelab.views.grid import Grid
from tests.insight.making import board_of


def test_a_misspelt_option_is_a_type_error() -> None:
    """An option that a view does not have is refused, not dropped."""
    with pytest.raises(TypeError, match="tumbnails"):
        Grid(board_of(), tumbnails={})  # type: ignore[call-arg]


def test_a_view_refuses_traits_it_does_not_have() -> None:
    """The base refuses what is no trait, whatever a subclass passes on."""
    with pytest.raises(TypeError, match="no option 'colour'"):
        View(colour="red")


def test_a_view_without_its_script_cannot_be_made() -> None:
    """A missing script fails when the class is written, not in somebody's browser."""
    with pytest.raises(FileNotFoundError):
        type("Lost", (View,), {}, stem="no-such-script")


def test_views_are_light_to_import() -> None:
    """Importing the grid imports neither pandas, matplotlib, openai nor SQLAlchemy."""
    code = (
        "import sys, imagelab.views.grid; "
        "print(sorted({'pandas', 'matplotlib', 'openai', 'sqlalchemy', 'PIL'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
