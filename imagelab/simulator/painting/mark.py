"""The honest mark: a small pill in the corner that says the picture is simulated."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

TEXT = "SIMULATED"


@lru_cache(maxsize=32)
def _pill(shorter: int) -> Image.Image:
    font = ImageFont.load_default(size=max(8.0, shorter * 0.034))
    left, top, right, bottom = font.getbbox(TEXT)
    pad = max(2, round((bottom - top) * 0.62))
    size = (round(right - left) + 2 * pad + pad // 2, round(bottom - top) + round(1.5 * pad))
    mask = Image.new("L", (size[0] * 3, size[1] * 3), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, size[0] * 3 - 1, size[1] * 3 - 1), size[1] * 1.5, 208
    )
    pill = Image.new("RGBA", size, (18, 20, 28, 255))
    pill.putalpha(mask.resize(size, Image.Resampling.BOX))
    draw = ImageDraw.Draw(pill)
    draw.text((size[0] / 2, size[1] / 2), TEXT, font=font, fill=(255, 255, 255, 255), anchor="mm")
    return pill


def stamp(picture: Image.Image) -> None:
    """Set the mark into the lower right corner, in place; it scales with the shorter side."""
    pill = _pill(min(picture.size))
    gap = max(2, round(min(picture.size) * 0.018))
    at = (picture.width - pill.width - gap, picture.height - pill.height - gap)
    if picture.mode == "RGBA":
        picture.alpha_composite(pill, at)
    else:
        picture.paste(pill, at, pill)
