"""Pictures read in whatever form they come: paths, bytes, open files, arrays, generations."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab import pictures
from imagelab.catalog import abilities
from imagelab.errors import InputError
from imagelab.request import Generation

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

FORMS = (
    "a path, bytes, a PIL image, a numpy array, or a Generation such as comparison['a fox', 'high']"
)


def read(given: object) -> tuple[bytes | Image, str]:
    """Give the bytes of a picture, or its pixels where it never was a file, and a name for it.

    Raises:
        InputError: it is in no form that is known here, or its file cannot be read.

    """
    if isinstance(given, Generation):
        return given.bytes, f"generation {given.id}"
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given), ""
    if isinstance(given, str | os.PathLike):
        return _read_file(given)
    opened = getattr(given, "read", None)
    if callable(opened):
        return _read_open(opened), Path(str(getattr(given, "name", "") or "")).name
    pixels = _pixels(given)
    if pixels is not None:
        return pixels
    raise InputError(f"{_short(given)} is no picture: give {FORMS}.")


def _read_file(path: str | os.PathLike[str]) -> tuple[bytes, str]:
    where = os.fspath(path)
    if isinstance(where, str) and where.partition(":")[0] in ("http", "https", "data", "file"):
        raise InputError(
            f"{_short(where)} is an address, and nothing is fetched by itself: download the "
            "picture, and give its path or its bytes."
        )
    file, most = Path(where).expanduser(), abilities.limits().reference_bytes
    try:
        length = file.stat().st_size
        if length >= most:
            raise InputError(too_large(file.name, length, most))
        return file.read_bytes(), file.name
    except FileNotFoundError:
        raise InputError(f"There is no file {where}: give the path of a picture.") from None
    except (OSError, ValueError) as cause:
        if isinstance(cause, InputError):
            raise
        reason = getattr(cause, "strerror", None) or cause
        raise InputError(f"The picture {where} cannot be read: {reason}.") from cause


def _read_open(read: Callable[[], object]) -> bytes:
    data = read()
    if not isinstance(data, bytes):
        raise InputError("A file that is open as text gives no picture: open it with 'rb'.")
    return data


def _pixels(given: object) -> tuple[Image, str] | None:
    """Give the pixels of what is a picture in memory; ``None`` where it is none."""
    import PIL.Image

    if isinstance(given, PIL.Image.Image):
        return given, Path(str(getattr(given, "filename", ""))).name
    if is_pixels(given):
        return _image_of_array(given), ""
    return None


def _image_of_array(given: Any) -> Image:
    """Read rows of pixels: numbers from 0 to 255, 0 to 65535, 0.0 to 1.0, or true and false."""
    import numpy as np
    import PIL.Image

    array = np.asarray(given)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    shape = " x ".join(map(str, array.shape)) or "no"
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise InputError(
            f"An array of {shape} numbers is no picture: height x width, or with 3 or 4 colours "
            "as its last axis."
        )
    if 0 in array.shape:
        raise InputError(f"An array of {shape} numbers has no pixels.")
    check_pixels("array", array.shape[1], array.shape[0])
    return PIL.Image.fromarray(np.ascontiguousarray(eight_bits(array)))


def eight_bits(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Bring the numbers of an array to 0..255."""
    import numpy as np

    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return np.where(array, 255, 0).astype(np.uint8)
    if array.dtype == np.uint16:
        return (array >> 8).astype(np.uint8)
    if not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
        raise InputError(f"An array of {array.dtype} is no picture: take numbers, such as uint8.")
    if not np.isfinite(array).all():
        raise InputError("The array holds numbers that are none (nan or infinite): fill them in.")
    least, most = array.min(), array.max()
    if np.issubdtype(array.dtype, np.floating) and least >= 0 and most <= 1:
        return (array * 255).round().astype(np.uint8)
    if least >= 0 and most <= 255 and not np.issubdtype(array.dtype, np.floating):
        return array.astype(np.uint8)
    raise InputError(
        f"The array's numbers run from {least:g} to {most:g}: bring them to 0..255 as uint8, or "
        "to 0.0..1.0 as floats."
    )


def is_pixels(given: object) -> bool:
    """Tell whether something holds rows of pixels."""
    return hasattr(given, "__array_interface__") or hasattr(given, "__array__")


def check_pixels(what: str, width: int, height: int) -> None:
    """Refuse a picture of far too many pixels."""
    if width * height > pictures.MOST_PIXELS:
        raise InputError(
            f"{what} has {width}x{height} pixels, and more than {pictures.MOST_PIXELS:,} are not "
            "taken in: make it smaller, the models look at far fewer."
        )


def too_large(what: str, length: int, most: int) -> str:
    """Say how large a picture is, and may be."""
    return (
        f"{what or 'The picture'} has {length / 2**20:.1f} MB, and one picture must stay below "
        f"{most / 2**20:.0f} MB: make it smaller, or save it as jpeg or webp."
    )


def _short(given: object) -> str:
    words = repr(given)
    return words if len(words) <= 80 else f"{words[:79]}…"
