"""Pictures of every odd kind, as bytes."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

RED = (200, 40, 30)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Write a picture as a file of a kind."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def plain(width: int = 64, height: int = 32, mode: str = "RGB") -> Image.Image:
    """Make a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste((30, 60, 200), (width // 2, 0, width, height))
    return image.convert(mode)


def turned() -> bytes:
    """Make a photograph that its EXIF says to turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(plain(), "JPEG", exif=exif, quality=95)


def deep() -> bytes:
    """Make a grey png of 16 bits."""
    return encoded(Image.fromarray(np.full((32, 64), 40_000, np.uint16)))


def deep_rgb() -> bytes:
    """Make an RGB png of 16 bits, which Pillow reads as one of 8."""
    pixels = np.full((8, 8, 3), 40_000, ">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def moving(kind: str) -> bytes:
    """Make an animation whose first frame is red."""
    frames = [Image.new("RGB", (32, 32), color) for color in (RED, (0, 0, 255), (0, 255, 0))]
    return encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=100, lossless=True
    )


def bomb(edge: int = 30_000) -> bytes:
    """Make a small file that claims a giant picture."""
    small = bytearray(encoded(Image.new("L", (8, 8))))
    small[16:24] = struct.pack(">II", edge, edge)
    small[29:33] = struct.pack(">I", zlib.crc32(bytes(small[12:29])))
    return bytes(small)


def opened(data: bytes) -> Image.Image:
    """Decode bytes."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
