"""Animations: a picture that sways and glitters, as frames of a GIF that loops."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw

from imagelab.simulator.painting.mark import stamp

_REACH = 0.02
_SPARKS = 14


def gif(picture: Image.Image, frames: int, frame_ms: int) -> bytes:
    """Return a looping GIF of so many frames, each shown for `frame_ms` milliseconds."""
    still = picture.convert("RGB")
    palette = still.resize((256, 256), Image.Resampling.BILINEAR).quantize(255)
    made = [
        _frame(still, number / frames).quantize(palette=palette, dither=Image.Dither.NONE)
        for number in range(frames)
    ]
    target = io.BytesIO()
    made[0].save(
        target, "GIF", save_all=True, append_images=made[1:], duration=frame_ms, loop=0,
        disposal=1, optimize=False,
    )  # fmt: skip
    return target.getvalue()


def _frame(still: Image.Image, phase: float) -> Image.Image:
    """Return the picture a little nearer and to one side, with sparks; `phase` runs from 0 to 1."""
    width, height = still.size
    turn = 2 * math.pi * phase
    near = _REACH * (1.5 + math.cos(turn) / 2)
    x, y = width * near, height * near
    left = x * (1 + 0.9 * math.sin(turn))
    box = (left, y, left + width - 2 * x, height - y)
    frame = still.resize(still.size, Image.Resampling.BILINEAR, box=box)
    draw = ImageDraw.Draw(frame)
    for number in range(_SPARKS):
        glow = max(0.0, math.sin(turn + number * 2.4))
        spot = (width * (number * 0.6180 % 1), height * (number * 0.7548 % 1) * 0.8)
        radius = 1 + glow * min(still.size) * 0.005
        draw.ellipse(
            (spot[0] - radius, spot[1] - radius, spot[0] + radius, spot[1] + radius),
            fill=(255, 250, 225),
        )
    stamp(frame)
    return frame
