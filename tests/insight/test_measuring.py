"""Measuring the pictures of a lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL.Image import Image

from imagelab import Lab
from imagelab.errors import InputError


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One lab with three pictures, the last of them asked for twice."""
    with Lab(path=tmp_path_factory.mktemp("lab")) as opened:
        opened.compare(["a fox", "an owl", "a newt"])
        yield opened


def test_measures_are_columns_of_the_log(lab: Lab) -> None:
    """After measuring, the log and each comparison's frame have the columns."""
    table = lab.measure()
    assert {"sharpness", "colourfulness", "alpha", "dhash"} <= set(table.columns)
    assert lab.log["sharpness"].notna().all()
    assert lab.compare("a fox").frame["sharpness"].notna().all()


def test_each_picture_is_measured_once(lab: Lab) -> None:
    """A second call measures nothing again; an edited function does."""
    seen: list[int] = []

    def wide(picture: Image) -> int:
        seen.append(picture.width)
        return picture.width

    lab.measure(wide=wide)
    lab.measure(wide=wide)
    assert len(seen) == 3
    lab.measure(wide=wide, fresh=True)
    assert len(seen) == 6


def test_a_failure_names_the_picture_and_loses_nothing(lab: Lab) -> None:
    """Where a function fails for one picture, a warning has its id; the others are kept."""
    calls: list[int] = []

    def moody(picture: Image) -> int:
        calls.append(1)
        return 1 // (len(calls) - 2)

    number = list(lab.log["id"])[1]
    with pytest.warns(UserWarning, match=f"moody of picture {number}: ZeroDivisionError"):
        lab.measure(moody=moody)
    assert list(lab.log["moody"].isna()) == [False, True, False]


def test_a_function_that_always_fails_is_an_error(lab: Lab) -> None:
    """Where no picture can be measured it is the function's fault, and is raised."""

    def broken(picture: Image) -> int:
        raise KeyError("weights")

    with pytest.raises(InputError, match="broken failed for every picture"):
        lab.measure("alpha", broken=broken)


def test_a_function_may_draw_on_its_picture(lab: Lab) -> None:
    """Each function gets a copy: what one does to it no other sees."""

    def shrinks(picture: Image) -> int:
        picture.thumbnail((8, 8))
        return picture.width

    lab.measure(shrinks=shrinks, after=lambda picture: picture.width)
    assert list(lab.log["after"]) == [1024] * 3


def test_a_lost_file_is_told(tmp_path: Path) -> None:
    """A picture whose file is gone is named, and the rest is measured."""
    with Lab(path=tmp_path) as lab:
        made = lab.compare(["a fox", "an owl"])
        made[0].path.unlink()  # type: ignore[union-attr]
        with pytest.warns(UserWarning, match=f"the file of picture {made[0].id}"):  # type: ignore[union-attr]
            lab.measure("sharpness")
        missing = lab.log.set_index("id")["sharpness"].isna()
        assert dict(missing) == {made[0].id: True, made[1].id: False}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["prompt", "star", "dhash"])
def test_a_name_that_is_taken_is_said(lab: Lab, name: str) -> None:
    """A measure cannot take the name of a column or of a built-in one."""
    with pytest.raises(InputError, match=name):
        lab.measure(**{name: lambda picture: 1})  # type: ignore[arg-type]


def test_pictures_of_other_prompts_are_no_duplicates(lab: Lab) -> None:
    """No two animals have one look, and every pair is listed where all may differ."""
    assert lab.near_duplicates(most_bits=0).empty
    assert len(lab.near_duplicates(most_bits=256)) == 3
