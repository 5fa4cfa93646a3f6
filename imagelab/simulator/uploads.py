"""The pictures that go into an edit: where they stand in a body, and what is wrong with them."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagelab.catalog.models import Model
from imagelab.simulator import bodies, shape
from imagelab.simulator.bodies import USER_ERROR, Reply, error
from imagelab.simulator.files import Files
from imagelab.simulator.multipart import Form
from imagelab.simulator.wanted import Reference, Upload

if TYPE_CHECKING:
    from PIL.Image import Image

OVERLAYS = ("mask", "markup")
IN_JSON = ("images", *OVERLAYS)
MIMES = ("image/jpeg", "image/png", "image/webp")
MOST_IMAGES = 16
MOST_BYTES = 50_000_000
MOST_MASK_BYTES = 4_000_000
MOST_URL = 20_971_520
MOST_PIXELS = 80_000_000
"""Pixels that are still opened: what has more is taken for a bomb."""

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.+-]+)*?;base64,", re.ASCII)
_TURNED = range(5, 9)
"""EXIF orientations of pictures that lie on their side."""


@dataclass(frozen=True)
class Incoming:
    """The files of a request, as they came. ``name`` is what the body calls the pictures."""

    images: tuple[Upload, ...] = ()
    mask: Upload | None = None
    markup: Upload | None = None
    name: str = "image"

    def __iter__(self) -> Iterator[Upload]:
        rest = (one for one in (self.mask, self.markup) if one)
        return iter((*self.images, *rest))

    def digests(self) -> dict[str, Any]:
        """Return what stands for the files where requests are told apart."""
        images = {"images": [one.digest for one in self.images]}
        overlays = {"mask": self.mask, "markup": self.markup}
        named = {name: one.digest for name, one in overlays.items() if one}
        return (images if self.images else {}) | named


@dataclass(frozen=True)
class Opened:
    """The files of a good request."""

    references: tuple[Reference, ...] = ()
    mask: Upload | None = None
    markup: Upload | None = None

    def digests(self) -> dict[str, Any]:
        """Return what stands for the files where requests are told apart."""
        images = tuple(one.upload for one in self.references)
        return Incoming(images, self.mask, self.markup).digests()


# --- where they stand ------------------------------------------------------------------------


def from_form(form: Form) -> Incoming | Reply:
    """Return the files of a form."""
    images: list[Upload] = []
    single: dict[str, Upload] = {}
    many = sum(one.param.partition("[")[0] == "image" for one in form.uploads) > 1
    for one in form.uploads:
        name = one.param.partition("[")[0]
        if name == "image":
            listed = many or "[" in one.param
            param = f"image[{len(images)}]" if listed else "image"
            images.append(Upload(param, one.filename, one.mime, one.data))
        elif name in OVERLAYS:
            single[name] = one
        else:
            message = f"Unknown parameter: '{one.param}'."
            return error(400, message, code="unknown_parameter", param=one.param)
    return Incoming(tuple(images), single.get("mask"), single.get("markup"))


def from_json(body: Mapping[str, Any], files: Files) -> Incoming | Reply:
    """Return the files that a JSON body carries, or names by the ids of uploaded ones."""
    items = body.get("images", [])
    if not isinstance(items, list):
        return shape.wrong_type("images", "an array", items)
    images = [_item(f"images[{number}]", item, files) for number, item in enumerate(items)]
    single = {name: _item(name, body[name], files) for name in OVERLAYS if name in body}
    wrong = [one for one in (*images, *single.values()) if isinstance(one, Reply)]
    if wrong:
        return wrong[0]
    good = tuple(one for one in images if isinstance(one, Upload))
    rest = {name: one for name, one in single.items() if isinstance(one, Upload)}
    return Incoming(good, rest.get("mask"), rest.get("markup"), name="images")


def _item(param: str, item: object, files: Files) -> Upload | Reply:
    if not isinstance(item, dict):
        return shape.wrong_type(param, "an object", item)
    given = {name: value for name, value in item.items() if value is not None}
    if list(given) not in (["image_url"], ["file_id"]):
        message = f"Invalid '{param}': provide exactly one of 'image_url' and 'file_id'."
        return error(400, message, code="invalid_value", param=param)
    (name, value), where = given.popitem(), f"{param}.{next(iter(item))}"
    if not isinstance(value, str):
        return shape.wrong_type(where, "a string", value)
    return _of_file(param, value, files) if name == "file_id" else _of_url(param, value)


def _of_file(param: str, file_id: str, files: Files) -> Upload | Reply:
    file = files.get(file_id)
    if file is None:
        return bodies.no_such_file(file_id, status=400, param=f"{param}.file_id")
    return Upload(param, file.filename, file.mime, file.data)


def _of_url(param: str, url: str) -> Upload | Reply:
    where = f"{param}.image_url"
    if len(url) > MOST_URL:
        message = (
            f"Invalid '{where}': string too long. Expected a string with maximum length "
            f"{MOST_URL}, but got a string with length {len(url)} instead."
        )
        return error(400, message, code="string_above_max_length", param=where)
    match = _DATA_URL.match(url)
    try:
        if match:
            data = base64.b64decode(url[match.end() :], validate=True)
            return Upload(param, "image", match[1].lower(), data)
    except (binascii.Error, ValueError):
        pass  # told with what else is no data URL
    if url.startswith(("http://", "https://")):
        message = f"Error while downloading {url[:200]}: the simulator reaches no other machine."
        return error(400, message, code="invalid_image_url", param=where)
    message = f"Invalid '{where}': expected a base64-encoded data URL with an image MIME type."
    return error(400, message, code="invalid_image_url", param=where)


# --- what is wrong with them -----------------------------------------------------------------


def problem(incoming: Incoming) -> Reply | None:
    """Return the refusal of files that can be judged unopened: how many, which types, how big."""
    count = len(incoming.images)
    if not count:
        return bodies.missing(incoming.name)
    if count > MOST_IMAGES:
        message = (
            f"Invalid '{incoming.name}': array too long. Expected an array with maximum length "
            f"{MOST_IMAGES}, but got an array with length {count} instead."
        )
        return error(400, message, code="array_above_max_length", param=incoming.name)
    return _first(_type_problem(one) or _weight_problem(one) for one in incoming)


def _first(problems: Iterable[Reply | None]) -> Reply | None:
    return next((one for one in problems if one), None)


def _type_problem(upload: Upload) -> Reply | None:
    if upload.mime in MIMES:
        return None
    formats = bodies.listed(MIMES)
    message = (
        f"Invalid file '{upload.param}': unsupported mimetype ('{upload.mime}'). "
        f"Supported file formats are {formats}."
    )
    return error(400, message, code="unsupported_file_mimetype", param=upload.param)


def _weight_problem(upload: Upload) -> Reply | None:
    overlay = upload.param in OVERLAYS
    most = MOST_MASK_BYTES if overlay else MOST_BYTES
    if len(upload.data) < most:
        return None
    message = (
        f"Invalid file '{upload.param}': file too large. Expected less than "
        f"{most // 1_000_000}MB, but got {len(upload.data) / 1_000_000:.1f}MB instead."
    )
    return error(400, message, code="file_too_large", param=upload.param)


def model_problem(incoming: Incoming, model: Model, body: Mapping[str, Any]) -> Reply | None:
    """Return the refusal of files that do not go with the model or with the rest of the body."""
    if incoming.markup and not model.markup:
        return bodies.not_supported(model.id, "markup")
    if incoming.markup and incoming.mask:
        message = "'markup' cannot be combined with 'mask'."
        return error(400, message, code="invalid_value", param="markup")
    if incoming.mask and body.get("output_format") == "gif":
        message = "GIF output does not support 'mask'."
        return error(400, message, code="unsupported_value", param="mask")
    return None


def opened(incoming: Incoming) -> Opened | Reply:
    """Return the files with the sizes of their pictures, or the refusal of one of them."""
    references = []
    for number, upload in enumerate(incoming.images):
        size = _size(upload)
        if size is None:
            return bodies.broken_image(number)
        if size[0] * size[1] > MOST_PIXELS:
            return bodies.too_many_pixels(number, size, MOST_PIXELS)
        references.append(Reference(upload, size))
    for overlay in (incoming.mask, incoming.markup):
        if overlay and (wrong := _overlay_problem(overlay, references[0].size)):
            return wrong
    return Opened(tuple(references), incoming.mask, incoming.markup)


def _size(upload: Upload) -> tuple[int, int] | None:
    """Return width and height of a picture when upright, or None if it is none of its type."""
    picture = _headed(upload)
    if picture is None or _is_stereo(upload.data):
        return None
    width, height = picture.size
    return (height, width) if _orientation(picture) in _TURNED else (width, height)


def _orientation(picture: Image) -> int:
    """Return how a picture is turned, out of its header alone."""
    from PIL.Image import Exif

    exif = Exif()
    try:
        exif.load(picture.info.get("exif", b""))
    except (SyntaxError, ValueError, OSError):
        return 1
    return int(exif.get(0x0112, 1))


def _headed(upload: Upload) -> Image | None:
    """Return a picture of which only the header is read, so that a bomb does not go off."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    readers: dict[str, Callable[[io.BytesIO], Image]] = {
        "image/jpeg": JpegImageFile,
        "image/png": PngImageFile,
        "image/webp": WebPImageFile,
    }
    try:
        return readers[upload.mime](
            io.BytesIO(upload.data)
        )  # unlike Image.open, it neither guesses nor warns
    except (OSError, SyntaxError, ValueError, EOFError):
        return None


def _is_stereo(data: bytes) -> bool:
    """Return whether a JPEG holds several pictures, as some cameras make them: refused."""
    return data[:2] == b"\xff\xd8" and b"MPF\0" in data[:65_536]


def _overlay_problem(overlay: Upload, size: tuple[int, int]) -> Reply | None:
    if overlay.mime != "image/png" or (picture := _headed(overlay)) is None:
        return _overlay_error(overlay, "image must be a PNG file")
    if not (picture.has_transparency_data or "transparency" in picture.info):
        return _overlay_error(overlay, "image missing alpha channel")
    if picture.size != size:
        return _overlay_error(overlay, "size does not match image size")
    try:
        alpha = picture.convert("RGBA").getchannel("A")
    except (OSError, SyntaxError, ValueError):
        return _overlay_error(overlay, "image cannot be read")
    if overlay.param == "markup" and not any(alpha.histogram()[:255]):
        return _overlay_error(overlay, "image has no transparent pixels")
    return None


def _overlay_error(overlay: Upload, what: str) -> Reply:
    name = overlay.param
    message = f"Invalid {name} image format - {name} {what}"
    return error(400, message, kind=USER_ERROR, code=f"invalid_{name}_image_format")
