"""Thumbnails: small, in shape, and never from what is no picture."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from imagelab.errors import PictureError
from imagelab.insight.thumbs import thumbnail, whole
from imagelab.simulator.painter import encode, paint
from tests.insight.making import picture


def opened(data: bytes) -> Image.Image:
    """Decode bytes that must be WebP."""
    return Image.open(io.BytesIO(data), formats=["WEBP"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_kind_of_picture_becomes_webp(kind: str) -> None:
    """Thumbnails of png, jpeg and webp are WebP."""
    assert opened(thumbnail(picture(kind=kind))).size == (256, 256)


def test_the_longer_edge_is_the_side() -> None:
    """A landscape keeps its shape, 1536 by 1024 becoming 96 by 64."""
    assert opened(thumbnail(picture(1536, 1024), 96)).size == (96, 64)


def test_small_pictures_are_not_enlarged() -> None:
    """A picture smaller than the side keeps its size."""
    assert opened(thumbnail(picture(40, 20))).size == (40, 20)


def test_transparency_stays() -> None:
    """A transparent picture has a transparent thumbnail."""
    small = opened(thumbnail(picture(colour="#ff000000"))).convert("RGBA")
    assert small.getpixel((10, 10))[3] == 0


def test_a_painted_picture_takes_about_nine_kilobytes() -> None:
    """The busiest picture of the simulator stays below 12 kB at 256 pixels."""
    painted = encode(paint("a red fox in snow, oil painting", tier="high"), "png")
    assert 2_000 < len(thumbnail(painted)) < 12_000


def test_the_same_picture_makes_the_same_thumbnail() -> None:
    """Thumbnails do not change from run to run."""
    assert thumbnail(picture()) == thumbnail(picture())


@pytest.mark.parametrize("data", [b"", b"not a picture", picture()[:-400], b"GIF89a" + bytes(40)])
def test_what_is_no_picture_is_an_error(data: bytes) -> None:
    """Empty, foreign and truncated bytes are a PictureError that names a remedy."""
    with pytest.raises(PictureError, match="fresh=True"):
        thumbnail(data)


def test_a_picture_that_claims_to_be_huge_is_not_decoded() -> None:
    """A file of a few bytes that claims 60,000 by 60,000 pixels is refused."""
    with pytest.raises(PictureError):
        thumbnail(bomb(60_000))


def test_a_picture_larger_than_any_provider_makes_is_refused() -> None:
    """A picture just below Pillow's own limit is refused as well."""
    with pytest.raises(PictureError, match="9000"):
        thumbnail(bomb(9_000))


def bomb(side: int) -> bytes:
    """Write a PNG header that claims ``side`` by ``side`` pixels, and hardly any data."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_whole_is_the_size_it_has(kind: str) -> None:
    """Decoded whole, a picture loses no pixel, however it is kept."""
    assert whole(picture(700, 500, kind=kind)).size == (700, 500)
