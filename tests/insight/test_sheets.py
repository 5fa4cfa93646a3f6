"""A contact sheet as a Pillow picture that a notebook keeps small."""

from __future__ import annotations

import io

from IPython.core.formatters import DisplayFormatter
from PIL import Image

from imagelab.insight.sheets import Sheet


def test_a_sheet_is_the_same_picture() -> None:
    """A sheet has the pixels of the picture it was made of, and saves as any picture."""
    sheet = Sheet.of(Image.new("RGB", (30, 20), "#123456"))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    assert Image.open(out).getpixel((3, 3)) == (0x12, 0x34, 0x56)


def test_a_notebook_keeps_one_jpeg() -> None:
    """The display of a sheet holds one JPEG and no PNG."""
    kept, _ = DisplayFormatter().format(Sheet.of(Image.new("RGB", (30, 20))))
    assert set(kept) == {"image/jpeg", "text/plain"}
