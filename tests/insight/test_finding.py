"""A picture found again, whatever became of its file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from imagelab import Comparison, Lab
from imagelab.errors import InputError, PictureError


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One lab for all the facts here: they only read."""
    with Lab(path=tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="module")
def foxes(lab: Lab) -> Comparison:
    """Nine pictures, three of them of one prompt."""
    return lab.compare(["a red fox in snow", "a grey owl", "a boat at sea"], samples=3)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Save a picture anew."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def test_the_same_bytes_are_certain(lab: Lab, foxes: Comparison, tmp_path: Path) -> None:
    """A file that was copied is found by its hash, whatever it is called now."""
    copy = foxes[4].save(tmp_path / "renamed.bin")  # type: ignore[union-attr]
    for sought in (copy, str(copy), copy.read_bytes()):
        match = lab.find(sought)
        assert match is not None
        assert (match.generation.id, match.how, match.sure) == (foxes[4].id, "bytes", 1.0)  # type: ignore[union-attr]


def test_the_same_pixels_are_certain(lab: Lab, foxes: Comparison) -> None:
    """A decoded picture, and one that was written anew without loss, are found by their pixels."""
    image = foxes[1].image  # type: ignore[union-attr]
    for sought in (
        image,
        saved(image, "PNG", compress_level=9),
        saved(image, "WEBP", lossless=True),
    ):
        match = lab.find(sought)
        assert match is not None
        assert (match.generation.id, match.how) == (foxes[1].id, "pixels")  # type: ignore[union-attr]


@pytest.mark.parametrize("position", [0, 1, 2, 5, 8])
def test_what_was_saved_with_loss_is_found_by_its_looks(
    lab: Lab, foxes: Comparison, position: int
) -> None:
    """A small JPEG leads to its own sample, not to another one of the same prompt."""
    image = foxes[position].image.convert("RGB")  # type: ignore[union-attr]
    match = lab.find(saved(image.resize((400, 400)), "JPEG", quality=50))
    assert match is not None
    assert (match.generation.id, match.how) == (foxes[position].id, "looks")  # type: ignore[union-attr]
    assert 0.5 < match.sure < 1
    assert "sure by its looks" in repr(match)


def test_another_picture_is_not_found(lab: Lab, foxes: Comparison) -> None:
    """What no row made leads nowhere: a gradient, and a picture cut to another shape."""
    assert lab.find(Image.linear_gradient("L")) is None
    assert lab.find(foxes[0].image.crop((0, 0, 900, 300))) is None  # type: ignore[union-attr]


def test_an_empty_ledger_has_nothing(tmp_path: Path) -> None:
    """Before the first picture nothing is found."""
    with Lab(path=tmp_path) as empty:
        assert empty.find(Image.new("RGB", (64, 64))) is None


def test_what_is_no_picture_is_said(lab: Lab, tmp_path: Path) -> None:
    """A missing file, bytes of something else, and a number are errors that say so."""
    with pytest.raises(InputError, match=r"no file .*gone\.png"):
        lab.find(tmp_path / "gone.png")
    with pytest.raises(PictureError, match="no picture"):
        lab.find(b"words")
    with pytest.raises(InputError, match="5 is no picture"):
        lab.find(5)  # type: ignore[arg-type]


def test_a_picture_that_was_lost_is_still_found_by_its_looks(tmp_path: Path) -> None:
    """Once it has been looked for, a picture whose file is gone is known by its print."""
    with Lab(path=tmp_path) as lab:
        made = lab.generate("a red fox in snow")
        image = made.image
        assert lab.find(image.resize((300, 300))) is not None
        made.path.unlink()
        match = lab.find(image.resize((300, 300)))
        assert match is not None
        assert match.generation.id == made.id
        lab.note(match, remark="found")
        assert list(lab.log["remark"]) == ["found"]
