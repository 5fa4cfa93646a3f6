from __future__ import annotations

import hashlib
import io
import struct
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagelab.errors import PictureError
from imagelab.pictures import Look, Reference, drawn, look, opened
from tests.servers import picture

KINDS = ("png", "jpeg", "webp", "gif")

SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">
<rect width="120" height="80" fill="#2060c0"/></svg>"""


# --- looking --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_tells_size_and_kind(kind: str) -> None:
    """A look at a png, jpeg, webp or gif tells its pixels and its kind."""
    assert look(picture(kind, 320, 200)) == Look(320, 200, kind)


@pytest.mark.parametrize("kind", ["bmp", "tiff"])
def test_another_kind_of_picture_is_refused(kind: str) -> None:
    """A picture that no model makes is a PictureError that says which are taken."""
    with pytest.raises(PictureError, match="not png, jpeg, webp, gif or svg"):
        look(picture(kind, 32, 32))


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"<html>busy</html>", b"\0" * 999])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Bytes that are no picture are a PictureError."""
    with pytest.raises(PictureError, match="no picture"):
        look(data)


def textured(kind: str) -> bytes:
    """Make a picture of many bytes, so that there is much to cut."""
    file = io.BytesIO()
    pixels = bytes(value * value % 251 for value in range(64 * 64 * 3))
    Image.frombytes("RGB", (64, 64), pixels).save(file, kind)
    return file.getvalue()


@given(kind=st.sampled_from(KINDS), part=st.floats(0, 1, exclude_max=True))
@settings(deadline=None, max_examples=200)
def test_a_picture_that_is_cut_short_is_refused(kind: str, part: float) -> None:
    """A picture that ends too early, wherever it was cut, is a PictureError."""
    whole = textured(kind)
    with pytest.raises(PictureError):
        look(whole[: int(len(whole) * part)])


@given(part=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@settings(deadline=None, max_examples=200)
def test_a_png_with_a_changed_byte_is_refused(part: float, flip: int) -> None:
    """A png of which one byte was changed, anywhere before its end mark, is a PictureError."""
    damaged = bytearray(textured("png"))
    damaged[int((len(damaged) - 12) * part)] ^= flip
    with pytest.raises(PictureError):
        look(bytes(damaged))


@pytest.mark.parametrize("edge", [10_000, 60_000])
def test_a_picture_that_claims_too_many_pixels_is_refused(edge: int) -> None:
    """A small file that claims a giant picture is a PictureError, and is not decoded."""
    small = bytearray(picture("png", 32, 32))
    small[16:24] = struct.pack(">II", edge, edge)
    with pytest.raises(PictureError):
        look(bytes(small))


def test_looking_from_many_threads_leaves_the_warning_filters_alone() -> None:
    """However many threads look at once, the process's warning filters are what they were."""
    data = picture("png", 64, 64)
    before, often = list(warnings.filters), sys.getswitchinterval()
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        for _ in range(300):
            look(data)

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work) for _ in range(8)]:
                done.result()
        after = list(warnings.filters)
    finally:
        sys.setswitchinterval(often)
        warnings.filters[:] = before
    assert after == before


# --- svg ------------------------------------------------------------------------------------


def test_a_look_tells_the_size_of_an_svg() -> None:
    """An svg's size is its width and height, or its view box where it has none."""
    boxed = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"/>'
    assert (look(SVG), look(boxed)) == (Look(120, 80, "svg"), Look(64, 48, "svg"))


@pytest.mark.parametrize("end", range(60, len(SVG) - 1, 17))
def test_an_svg_that_is_cut_short_is_refused(end: int) -> None:
    """An svg whose last tag is missing is a PictureError."""
    with pytest.raises(PictureError, match="cut short"):
        look(SVG[:end])


@pytest.mark.parametrize(
    "size",
    [b'width="%s" height="1"' % (b"9" * 400), b'viewBox="0 0 1.2.3 4"', b'viewBox="0 0 . 4"'],
    ids=["endless", "two points", "a point"],
)
def test_an_svg_of_no_size_is_refused(size: bytes) -> None:
    """Numbers that are none, or that no number holds, are a PictureError."""
    with pytest.raises(PictureError, match="nonsense of its size"):
        look(b'<svg xmlns="http://www.w3.org/2000/svg" %s/>' % size)


def test_an_svg_that_defines_entities_is_refused() -> None:
    """An svg with entities of its own, which could grow to gigabytes, is a PictureError."""
    trap = b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'
    with pytest.raises(PictureError, match="trap"):
        look(trap)


def test_an_svg_is_drawn_as_pixels() -> None:
    """An svg is drawn at its own size, or with the longer edge that is asked for."""
    assert opened(SVG).size == (120, 80)
    small = drawn(SVG, 60)
    assert (small.size, small.getpixel((30, 20))) == ((60, 40), (0x20, 0x60, 0xC0, 255))


def test_a_drawn_svg_shows_no_file_of_this_machine(tmp_path: Path) -> None:
    """What an svg points at outside of itself is not drawn."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture("png", 8, 8, shade=255))
    for name in ("href", "xlink:href"):
        svg = f"""<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"
            xmlns:xlink="http://www.w3.org/1999/xlink">
            <image {name}="{secret}" width="8" height="8"/></svg>"""
        assert drawn(svg.encode()).getbbox() is None


def test_a_reference_is_known_by_the_hash_of_its_bytes() -> None:
    """A reference names the bytes, their kind, size and length."""
    data = picture("webp", 64, 48)
    found = Reference.of(data)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert (found.size, found.mime, found.size_bytes) == ("64x48", "image/webp", len(data))
