"""The door only opens: lazy, sorted, and nothing heavy behind it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version

import pytest

import imagelab
from imagelab.errors import CallError


def test_all_is_sorted() -> None:
    """The public names are listed in their order."""
    assert imagelab.__all__ == sorted(imagelab.__all__)


@pytest.mark.parametrize("name", imagelab.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """Each listed name can be taken."""
    assert getattr(imagelab, name) is not None


@pytest.mark.parametrize("name", imagelab.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """Each public name says what it is."""
    assert getattr(imagelab, name).__doc__


CALLABLE = [
    *(getattr(imagelab, name) for name in imagelab.__all__ if name != "plots"),
    *(getattr(imagelab.plots, name) for name in imagelab.plots.__all__),
]


@pytest.mark.parametrize(
    "public",
    [one for one in CALLABLE if not (isinstance(one, type) and issubclass(one, Exception))],
    ids=lambda one: one.__name__,
)
def test_every_public_name_answers_a_wrong_word(public: Callable[..., object]) -> None:
    """A misspelt option is our own error wherever it is written, and a TypeError still."""
    with pytest.raises(CallError, match=f"^{public.__name__}[: ]") as said:
        public(no_such_option=1)
    assert isinstance(said.value, TypeError)


def test_dir_lists_the_public_names() -> None:
    """Tab completion offers what is public."""
    assert dir(imagelab) == imagelab.__all__


def test_the_version_is_that_of_the_package() -> None:
    """The version is the one that was installed."""
    assert imagelab.__version__ == version("imagelab")


@pytest.mark.parametrize(
    "name",
    [
        "BudgetError",
        "ExchangeError",
        "InputError",
        "MissingKeyError",
        "ModelError",
        "PictureError",
        "RecordError",
        "SetupError",
        "TemplateError",
    ],
)
def test_the_errors_are_at_the_door(name: str) -> None:
    """Errors that docstrings name can be taken from the package, and are of the one tree."""
    assert name in imagelab.__all__
    assert issubclass(getattr(imagelab, name), imagelab.ImageLabError)


def test_a_wrong_name_is_an_attribute_error() -> None:
    """A name that is not there fails as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'Lap'"):
        _ = imagelab.Lap


def test_importing_loads_nothing_heavy() -> None:
    """The import alone brings in none of the libraries behind it."""
    heavy = "openai pandas matplotlib sqlalchemy anywidget PIL numpy starlette uvicorn jinja2"
    code = (
        f"import sys, imagelab; print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_lab_loads_no_charts() -> None:
    """Opening a lab brings in neither the SDK nor matplotlib."""
    code = (
        "import sys, tempfile; from imagelab import Lab; Lab(path=tempfile.mkdtemp()).close(); "
        "print([name for name in ('openai', 'matplotlib', 'anywidget') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
