"""Pictures that go along with a request: taken in whatever form they come, sent as legal files.

Bytes that are legal go as they are, since their hash is their identity. The rest is made legal
without loss where that can be: turned upright, in 8 bits, in RGB, as one still picture.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from imagelab import pictures
from imagelab.catalog import abilities
from imagelab.errors import InputError, PictureError
from imagelab.pictures import Reference
from imagelab.request import Generation

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

LEGAL = ("png", "jpeg", "webp")

FORMS = (
    "a path, bytes, a PIL image, a numpy array, or a Generation such as comparison['a fox', 'high']"
)

_TURNED = 0x0112
"""The EXIF tag that says how a picture is to be turned."""

_PLAIN_MODES = ("RGB", "RGBA", "L", "LA", "P", "1")


@dataclass(frozen=True, kw_only=True)
class Given:
    """One picture to send: what it is known by, its bytes, and the generation it came from."""

    reference: Reference
    data: bytes = field(repr=False)
    label: str = ""
    source: Generation | None = field(default=None, repr=False, compare=False)


def take(given: object, *, label: str | None = None) -> Given:
    """Take in one picture and make it legal to send.

    Raises:
        InputError: it is no picture, too large, or in no form that is known here.

    """
    source = given if isinstance(given, Generation) else None
    data, named = _bytes_of(given)
    words = label or named
    legal = _legal(data, words) if isinstance(data, bytes) else _encoded(data, words)
    most = abilities.limits().reference_bytes
    if len(legal) >= most:
        raise InputError(_too_large(words, len(legal), most))
    reference = Reference.of(legal)
    return Given(reference=reference, data=legal, label=words, source=source)


def take_all(given: object) -> tuple[Given, ...]:
    """Take in one picture or several, for one request.

    Raises:
        InputError: as for ``take``; or there is none, or more than one request takes.

    """
    several = list(given) if is_several(given) else [given]
    if not several:
        raise InputError(f"images has no picture: give {FORMS}, or a list of them.")
    most = abilities.limits().references
    if len(several) > most:
        raise InputError(f"{len(several)} images are too many: one request takes {most} at most.")
    taken: dict[int, Given] = {}
    for one in several:
        if id(one) not in taken:
            taken[id(one)] = take(one)
    return tuple(taken[id(one)] for one in several)


def is_several(given: object) -> TypeGuard[Iterable[object]]:
    """Tell whether something holds pictures, and is none itself."""
    if isinstance(given, str | bytes | bytearray | memoryview | Mapping | Generation):
        return False
    return isinstance(given, Iterable) and not (_is_pixels(given) or hasattr(given, "read"))


def _is_pixels(given: object) -> bool:
    return hasattr(given, "__array_interface__") or hasattr(given, "__array__")


# --- in whatever form it comes --------------------------------------------------------------


def _bytes_of(given: object) -> tuple[bytes | Image, str]:
    """Give the bytes of a picture, or its pixels where it never was a file, and a name for it."""
    if isinstance(given, Generation):
        return given.bytes, f"generation {given.id}"
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given), ""
    if isinstance(given, str | os.PathLike):
        return _read(given)
    read = getattr(given, "read", None)
    if callable(read):
        return _read_open(read), Path(str(getattr(given, "name", "") or "")).name
    pixels = _pixels(given)
    if pixels is not None:
        return pixels
    raise InputError(f"{_short(given)} is no picture: give {FORMS}.")


def _read(path: str | os.PathLike[str]) -> tuple[bytes, str]:
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
            raise InputError(_too_large(file.name, length, most))
        return file.read_bytes(), file.name
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
    if _is_pixels(given):
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
    _check_pixels("array", array.shape[1], array.shape[0])
    return PIL.Image.fromarray(np.ascontiguousarray(_eight_bits(array)))


def _eight_bits(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
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


# --- made legal -----------------------------------------------------------------------------


def _legal(data: bytes, words: str) -> bytes:
    """Give bytes that may be sent: as they are, if they are png, jpeg or webp and in order."""
    what = words or "The picture"
    most = abilities.limits().reference_bytes
    if len(data) >= most:
        raise InputError(_too_large(what, len(data), most))
    if pictures.is_markup(data):
        return _png(_opened(data, what))
    picture = _opened_lazily(data, what)
    _check_pixels(what, picture.width, picture.height)
    still = getattr(picture, "n_frames", 1) == 1
    if picture.format in ("PNG", "JPEG", "WEBP"):
        _check_whole(data, what)
        if still and _in_order(picture, data):
            return data
    if not still and picture.format in ("PNG", "WEBP", "GIF"):
        warnings.warn(f"{what} is animated: its first frame is sent.", stacklevel=2)
    return _encoded(_loaded(picture, what), words, jpeg=picture.format in ("JPEG", "MPO"))


def _in_order(picture: Image, data: bytes) -> bool:
    deep = picture.format == "PNG" and data[24:25] > b"\x08"
    # Asked for what a png does not have, Pillow would decode all of it to be sure.
    told = picture.format != "PNG" or b"eXIf" in data
    turned = told and picture.getexif().get(_TURNED, 1) not in (0, 1)
    return picture.mode in _PLAIN_MODES and not deep and not turned


def _check_whole(data: bytes, what: str) -> None:
    """Refuse bytes that are cut short: the provider would, and perhaps only after a while."""
    try:
        pictures.look(data)
    except PictureError as problem:
        raise InputError(f"{what} cannot be sent: {problem}") from problem


def _opened_lazily(data: bytes, what: str) -> Image:
    import PIL.Image

    try:
        return PIL.Image.open(io.BytesIO(data))
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as bomb:
        raise InputError(f"{what} claims far too many pixels: {bomb}") from bomb
    except Exception as cause:  # Pillow raises a dozen kinds for damaged bytes
        raise InputError(f"{what} is no picture that can be read: {cause}.") from cause


def _opened(data: bytes, what: str) -> Image:
    try:
        return pictures.opened(data)
    except PictureError as problem:
        raise InputError(f"{what} cannot be sent: {problem}") from problem


def _loaded(picture: Image, what: str) -> Image:
    try:
        picture.load()
    except Exception as cause:  # Pillow raises a dozen kinds for damaged bytes
        raise InputError(f"{what} is damaged: {cause}.") from cause
    return picture


def _encoded(picture: Image, words: str, *, jpeg: bool = False) -> bytes:
    """Write pixels as a file: png, which loses nothing; photographs stay jpeg."""
    from PIL import ImageOps

    what = words or "The picture"
    _check_pixels(what, picture.width, picture.height)
    upright = ImageOps.exif_transpose(_loaded(picture, what))
    plain = _plain(upright)
    if not jpeg or plain.mode not in ("RGB", "L"):
        return _png(plain)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue()


def _plain(picture: Image) -> Image:
    """Bring pixels to 8 bits of grey or RGB, with or without alpha."""
    if picture.mode == "CMYK":
        return _from_print(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        return _image_of_deep(picture)
    if picture.mode == "P" or picture.mode not in _PLAIN_MODES:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def _from_print(picture: Image) -> Image:
    """Turn printers' colours into a screen's, by the picture's own profile where it has one."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            turned = None  # the profile is damaged: the usual conversion is near enough
        if turned is not None:
            turned.info.pop("icc_profile", None)
            return turned
    return picture.convert("RGB")


def _image_of_deep(picture: Image) -> Image:
    import numpy as np
    import PIL.Image

    array = np.asarray(picture)
    if picture.mode != "F" and array.size and array.min() >= 0 and array.max() <= 65_535:
        return PIL.Image.fromarray((array.astype(np.uint16) >> 8).astype(np.uint8))
    return PIL.Image.fromarray(_eight_bits(array))


def _png(picture: Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _check_pixels(what: str, width: int, height: int) -> None:
    if width * height > pictures.MOST_PIXELS:
        raise InputError(
            f"{what} has {width}x{height} pixels, and more than {pictures.MOST_PIXELS:,} are not "
            "taken in: make it smaller, the models look at far fewer."
        )


def _too_large(what: str, length: int, most: int) -> str:
    return (
        f"{what or 'The picture'} has {length / 2**20:.1f} MB, and one picture must stay below "
        f"{most / 2**20:.0f} MB: make it smaller, or save it as jpeg or webp."
    )


def _short(given: object) -> str:
    words = repr(given)
    return words if len(words) <= 80 else f"{words[:79]}…"
