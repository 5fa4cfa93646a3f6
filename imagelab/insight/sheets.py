"""A contact sheet as a Pillow picture that a notebook keeps small. Loaded at first use."""

from __future__ import annotations

import io
from typing import Self

from PIL import Image

JPEG_QUALITY = 85


class Sheet(Image.Image):
    """A Pillow picture whose display in a notebook is one JPEG.

    Pillow's own pictures show themselves as PNG and as JPEG, and a notebook saves both.
    """

    @classmethod
    def of(cls, picture: Image.Image) -> Self:
        """Give the same picture as a sheet; the pixels are shared."""
        sheet = cls.__new__(cls)
        sheet.__dict__.update(picture.__dict__)
        return sheet

    def _repr_png_(self) -> None:
        return None

    def _repr_jpeg_(self) -> bytes:
        out = io.BytesIO()
        self.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return out.getvalue()
