from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imagelab import Lab
from imagelab.catalog import abilities
from imagelab.errors import InputError
from imagelab.references.taking import take, take_all
from tests.references.making import (
    RED,
    bomb,
    deep,
    deep_rgb,
    encoded,
    moving,
    opened,
    plain,
    turned,
)

# --- as they are ----------------------------------------------------------------------------

LEGAL = {
    "png": encoded(plain()),
    "png with alpha": encoded(plain(mode="RGBA")),
    "png of few colours": encoded(plain().convert("P")),
    "grey png": encoded(plain(mode="L")),
    "jpeg": encoded(plain(), "JPEG"),
    "webp": encoded(plain(), "WEBP"),
}


@pytest.mark.parametrize("data", LEGAL.values(), ids=LEGAL)
def test_legal_bytes_go_as_they_are(data: bytes, tmp_path: Path) -> None:
    """A png, jpeg or webp in order is sent byte for byte, given as bytes, path or file."""
    path = tmp_path / "picture"
    path.write_bytes(data)
    with path.open("rb") as file:
        forms = [data, bytearray(data), memoryview(data), path, str(path), io.BytesIO(data), file]
        assert {take(form).data for form in forms} == {data}
    assert take(data).reference.sha256 == hashlib.sha256(data).hexdigest()


def test_a_reference_says_its_size_and_kind() -> None:
    """What is taken in names its pixels and its MIME type, which is always sent."""
    reference = take(encoded(plain(), "JPEG")).reference
    assert (reference.size, reference.mime) == ("64x32", "image/jpeg")


def test_a_path_gives_its_name() -> None:
    """A file is called by its name, a picture in memory by nothing."""
    assert take(plain()).label == ""


def test_a_generation_gives_its_bytes(lab: Lab) -> None:
    """A generation is sent as it was received, and is remembered as the source."""
    fox = lab.generate("a red fox")
    taken = take(fox)
    assert (taken.data, taken.source, taken.label) == (fox.bytes, fox, f"generation {fox.id}")


# --- made legal -----------------------------------------------------------------------------


def test_a_turned_photograph_is_sent_upright() -> None:
    """Where EXIF says to turn a picture it is turned, and no EXIF is left to turn it again."""
    taken = take(turned())
    upright = opened(taken.data)
    assert (taken.reference.size, taken.reference.format) == ("32x64", "jpeg")
    assert upright.getexif().get(0x0112, 1) == 1
    top, bottom = upright.getpixel((16, 8)), upright.getpixel((16, 56))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 150, bottom[2] > 150) == (True, True)


def test_printers_colours_are_sent_as_rgb() -> None:
    """A CMYK jpeg becomes an RGB jpeg that looks the same."""
    taken = take(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95))
    red = opened(taken.data).convert("RGB").getpixel((8, 8))
    assert isinstance(red, tuple)
    assert taken.reference.format == "jpeg"
    assert red[0] > 200
    assert max(red[1:]) < 60


def test_sixteen_bits_are_sent_as_eight() -> None:
    """A png of 16 bits a colour becomes one of 8, as bright as it was."""
    for data in (deep(), deep_rgb()):
        taken = opened(take(data).data).convert("RGB")
        assert taken.getpixel((3, 3)) == (156, 156, 156)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_sent(kind: str) -> None:
    """An animation becomes a png of its first frame, and that is said."""
    with pytest.warns(UserWarning, match="animated"):
        taken = take(moving(kind))
    assert taken.reference.format == "png"
    assert opened(taken.data).convert("RGB").getpixel((3, 3)) == RED


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "GIF"])
def test_other_kinds_are_sent_as_png(kind: str) -> None:
    """A picture of a kind that the service does not take becomes a png."""
    taken = take(encoded(plain(), kind))
    assert taken.reference.format == "png"
    assert opened(taken.data).convert("RGB").size == (64, 32)


def test_an_svg_is_sent_as_its_pixels() -> None:
    """An svg, which no edit takes, becomes a png of what it shows."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="9"/></svg>'
    assert take(svg).reference.size == "20x10"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "F", "HSV"])
def test_a_pil_image_of_any_mode_is_taken(mode: str) -> None:
    """Every mode of Pillow becomes a legal png."""
    image = Image.new(mode, (16, 8)) if mode in ("I;16", "LA") else plain(16, 8).convert(mode)
    if mode == "F":
        image = Image.fromarray(np.full((8, 16), 0.5, np.float32))
    taken = take(image)
    assert (taken.reference.format, taken.reference.size) == ("png", "16x8")
    assert opened(taken.data).mode in ("RGB", "RGBA", "L", "LA", "1")


ARRAYS: dict[str, Any] = {
    "bytes": np.full((4, 6, 3), 128, np.uint8),
    "alpha": np.full((4, 6, 4), 128, np.uint8),
    "grey": np.full((4, 6), 128, np.uint8),
    "one colour": np.full((4, 6, 1), 128, np.uint8),
    "floats": np.full((4, 6, 3), 128 / 255),
    "whole numbers": np.full((4, 6, 3), 128),
    "16 bits": np.full((4, 6, 3), 128 * 256, np.uint16),
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_an_array_of_any_usual_kind_is_taken(array: Any) -> None:
    """Arrays of 0..255, 0..65535 and 0.0..1.0 become the same grey picture."""
    picture = opened(take(array).data)
    assert picture.size == (6, 4)
    assert picture.convert("RGB").getpixel((2, 2)) == (128, 128, 128)


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3, 4]), st.booleans())
def test_whatever_is_taken_is_legal(width: int, height: int, bands: int, floats: bool) -> None:
    """Whatever its shape, an array becomes a picture that is taken again as it is."""
    array = np.zeros((height, width, bands), np.float64 if floats else np.uint8)
    once = take(array)
    assert take(once.data).data == once.data
    assert once.reference.size == f"{width}x{height}"


# --- refused --------------------------------------------------------------------------------


WRONG: dict[str, tuple[Any, str]] = {
    "nothing": (None, "is no picture: give a path"),
    "number": (7, "is no picture"),
    "no file": ("no/such/file.png", "There is no file no"),
    "address": ("https://example.org/fox.png", "nothing is fetched"),
    "data address": ("data:image/png;base64,AAAA", "nothing is fetched"),
    "no bytes": (b"", "no picture"),
    "words": (b"these are words", "no picture"),
    "cut png": (encoded(plain())[:-30], "cut short|no picture"),
    "cut jpeg": (encoded(plain(400, 400), "JPEG")[:-30], "cut short"),
    "text file": (io.StringIO("words"), "open it with 'rb'"),
    "two colours": (np.zeros((4, 4, 2)), "4 x 4 x 2"),
    "batch": (np.zeros((2, 4, 4, 3)), "2 x 4 x 4 x 3"),
    "no pixels": (np.zeros((0, 4)), "no pixels"),
    "too bright": (np.full((4, 4), 300.0), "300"),
    "not a number": (np.full((4, 4), np.nan), "nan"),
    "letters": (np.array([["a"]]), "<U1|str"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_picture_is_refused_with_what_is(given: object, said: str) -> None:
    """What cannot be taken is an InputError that names it and what to give instead."""
    with pytest.raises(InputError, match=said):
        take(given)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    """A folder in a picture's place is an InputError."""
    with pytest.raises(InputError, match="cannot be read"):
        take(tmp_path)


@pytest.mark.parametrize("edge", [9_000, 30_000])
def test_an_image_bomb_is_refused_unopened(edge: int) -> None:
    """A small file that claims a giant picture is refused, with the limit."""
    with pytest.raises(InputError, match="pixels"):
        take(bomb(edge))


def test_what_is_too_heavy_is_refused(tmp_path: Path) -> None:
    """From 50 MB on a file is refused before it is read, with its size and the limit."""
    most = abilities.limits().reference_bytes
    file = tmp_path / "heavy.png"
    with file.open("wb") as sparse:
        sparse.truncate(most)
    with pytest.raises(InputError, match=r"heavy\.png has 50\.0 MB.*below 50 MB"):
        take(file)
    with pytest.raises(InputError, match="50 MB"):
        take(bytes(most))


def test_nearly_fifty_megabytes_go_as_they_are() -> None:
    """A legal picture just below 50 MB is sent byte for byte."""
    noise = np.random.default_rng(7).integers(0, 256, (4_080, 4_080, 3), np.uint8)
    data = encoded(Image.fromarray(noise), compress_level=0)
    assert 47 * 2**20 < len(data) < abilities.limits().reference_bytes
    assert take(data).data == data


# --- several --------------------------------------------------------------------------------


def test_one_is_several_too() -> None:
    """One picture and a list of one are the same."""
    data = encoded(plain())
    assert take_all(data) == take_all([data])
    assert len(take_all(np.zeros((4, 4, 3), np.uint8))) == 1


def test_sixteen_are_taken_and_seventeen_are_not() -> None:
    """One request takes sixteen pictures at most; that is said before they are read."""
    data = encoded(plain())
    assert len(take_all([data] * 16)) == 16
    with pytest.raises(InputError, match="17 images are too many"):
        take_all([b"nothing"] * 17)


def test_no_picture_at_all_is_refused() -> None:
    """An empty list is an InputError that says what to give."""
    with pytest.raises(InputError, match="images has no picture"):
        take_all([])
