"""Two pictures that tell nothing but what they show."""

from __future__ import annotations

import io

from PIL import Image

from imagelab.deciding.disguise import disguised
from imagelab.insight.thumbs import small
from tests.insight.making import picture


def opened(data: bytes) -> Image.Image:
    """Decode a picture."""
    with Image.open(io.BytesIO(data)) as found:
        found.load()
        return found


def noisy(side: int) -> Image.Image:
    """Make a picture that takes many bytes."""
    return Image.effect_noise((side, side), 90).convert("RGB")


def test_both_are_as_many_bytes_and_pixels_of_one_kind() -> None:
    """A plain small picture and a noisy large one look alike as files."""
    one, other = disguised(Image.new("RGB", (512, 512), "#336699"), noisy(1024))
    assert len(one) == len(other)
    assert opened(one).size == opened(other).size == (512, 512)
    assert opened(one).format == opened(other).format == "JPEG"


def test_nothing_but_pixels_is_kept() -> None:
    """Comments and EXIF data, which may name the model, are gone."""
    tagged = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "gpt-image-1 quality=high"
    noisy(64).save(tagged, "JPEG", exif=exif, comment=b"quality=high")
    one, _ = disguised(small(tagged.getvalue(), 64), noisy(64))
    assert b"high" not in one
    assert not opened(one).getexif()


def test_shapes_that_differ_stay_as_they_are() -> None:
    """A portrait and a landscape cannot be made alike, and are not bent."""
    one, other = disguised(noisy(64).resize((64, 96)), noisy(64).resize((96, 64)))
    assert opened(one).size == (64, 96)
    assert opened(other).size == (96, 64)


def test_transparent_parts_lie_on_squares() -> None:
    """Where nothing is, two greys take turns."""
    clear = small(picture(128, 128, kind="PNG", colour="#00000000"), 128)
    one, _ = disguised(clear, noisy(128))
    found = opened(one)
    first, second = found.getpixel((8, 8)), found.getpixel((24, 8))
    assert abs(first[0] - second[0]) > 30  # type: ignore[index]
