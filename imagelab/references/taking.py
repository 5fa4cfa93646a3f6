"""Pictures that go along with a request: taken in whatever form they come, sent as legal files.

Bytes that are legal go as they are, since their hash is their identity. The rest is made legal
without loss where that can be: turned upright, in 8 bits, in RGB, as one still picture.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from imagelab import pictures
from imagelab.catalog import abilities
from imagelab.errors import InputError, PictureError
from imagelab.pictures import Reference
from imagelab.references.reading import FORMS, check_pixels, eight_bits, is_pixels, read, too_large
from imagelab.request import Generation

if TYPE_CHECKING:
    from PIL.Image import Image

LEGAL = ("png", "jpeg", "webp")

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
    data, named = read(given)
    words = label or named
    legal = _legal(data, words) if isinstance(data, bytes) else _encoded(data, words)
    most = abilities.limits().reference_bytes
    if len(legal) >= most:
        raise InputError(too_large(words, len(legal), most))
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
    return isinstance(given, Iterable) and not (is_pixels(given) or hasattr(given, "read"))


# --- made legal -----------------------------------------------------------------------------


def _legal(data: bytes, words: str) -> bytes:
    """Give bytes that may be sent: as they are, if they are png, jpeg or webp and in order."""
    what = words or "The picture"
    most = abilities.limits().reference_bytes
    if len(data) >= most:
        raise InputError(too_large(what, len(data), most))
    if pictures.is_markup(data):
        return _png(_opened(data, what))
    picture = _opened_lazily(data, what)
    check_pixels(what, picture.width, picture.height)
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
        raise InputError(
            f"{what} is no picture that can be read: {pictures.said(cause)}."
        ) from cause


def _opened(data: bytes, what: str) -> Image:
    try:
        return pictures.opened(data)
    except PictureError as problem:
        raise InputError(f"{what} cannot be sent: {problem}") from problem


def _loaded(picture: Image, what: str) -> Image:
    try:
        picture.load()
    except Exception as cause:  # Pillow raises a dozen kinds for damaged bytes
        raise InputError(f"{what} is damaged: {pictures.said(cause)}.") from cause
    return picture


def _encoded(picture: Image, words: str, *, jpeg: bool = False) -> bytes:
    """Write pixels as a file: png, which loses nothing; photographs stay jpeg."""
    from PIL import ImageOps

    what = words or "The picture"
    check_pixels(what, picture.width, picture.height)
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
    return PIL.Image.fromarray(eight_bits(array))


def _png(picture: Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
