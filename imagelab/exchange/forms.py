"""Writing a request in the words of the SDK: pictures as files, and what it has no name for."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pybase64

from imagelab.errors import RecordError, RejectedError
from imagelab.pictures import Reference
from imagelab.request import ImageRequest

Files = Callable[[str], bytes]
"""Reads the bytes of a picture that goes along, by its hash."""

File = tuple[str, bytes, str]
"""A file's name, bytes and MIME type: without a type the service refuses it."""


_OLD = frozenset(
    ("prompt", "model", "quality", "size", "background", "output_format", "output_compression")
)
"""What every version of the SDK has a name for."""


def no_files(name: str) -> bytes:
    """Have no files at all."""
    raise RecordError(f"The picture {name[:12]}… that goes along is nowhere.")


def by_name(wanted: Mapping[str, Any], method: Callable[..., Any]) -> dict[str, Any]:
    """Put what this SDK's method has no name for into the body, where it belongs all the same."""
    if _OLD.issuperset(wanted):
        return dict(wanted)
    known = inspect.signature(method).parameters
    named = {name: value for name, value in wanted.items() if name in known}
    rest = {name: value for name, value in wanted.items() if name not in known}
    return {**named, "extra_body": rest} if rest else named


def with_files(
    request: ImageRequest, wanted: Mapping[str, Any], files: Files, method: Callable[..., Any]
) -> dict[str, Any]:
    """Add the pictures of an edit.

    Raises:
        RejectedError: one of them cannot be read any more; nothing was sent.

    """
    images = [_file(f"image-{at}", one, files) for at, one in enumerate(request.images, 1)]
    sent: dict[str, Any] = {"image": images[0] if len(images) == 1 else images}
    for name in ("mask", "markup"):
        if (one := getattr(request, name)) is not None:
            sent[name] = _file(name, one, files)
    return {**by_name(wanted, method), **sent}


def editing(asked: Any, *, markup: bool) -> Callable[..., Any]:
    """Give the method that edits of an SDK's client; before 3.0 none of them takes a markup."""
    images = asked.images
    if not markup or "markup" in inspect.signature(images.edit).parameters:
        own: Callable[..., Any] = images.with_streaming_response.edit
        return own

    def edit(
        *,
        image: File | list[File],
        markup: File,
        extra_headers: Mapping[str, str] = {},
        extra_body: Mapping[str, Any] = {},
        **fields: Any,
    ) -> Any:
        """Post the form that later versions post; `markup` is a file like the others."""
        files = (
            [("image[]", one) for one in image] if isinstance(image, list) else [("image", image)]
        )
        return asked.post(
            "/images/edits",
            cast_to=object,
            body={**fields, **extra_body},
            files=[*files, ("markup", markup)],
            options={"headers": {"Content-Type": "multipart/form-data", **extra_headers}},
        )

    marking = copy.copy(images)
    marking.edit = edit
    streaming: Callable[..., Any] = type(images.with_streaming_response)(marking).edit
    return streaming


def as_addresses(request: ImageRequest, files: Files) -> list[str]:
    """Write the pictures of an edit as data URLs, as a chat takes them.

    Raises:
        RejectedError: there is a mask or a markup, which no chat takes, or a picture cannot be
            read any more; nothing was sent.

    """
    if request.mask is not None or request.markup is not None:
        raise RejectedError(
            "This gateway has no images endpoint, and the chat that draws there takes no mask or "
            "markup. Nothing was sent: leave it out, or ask another provider."
        )
    read = [_file("image", one, files) for one in request.images]
    return [f"data:{mime};base64,{pybase64.b64encode(data).decode()}" for _, data, mime in read]


def _file(name: str, reference: Reference, files: Files) -> File:
    try:
        data = files(reference.sha256)
    except RecordError as cause:
        raise RejectedError(
            f"A picture that goes along cannot be read, and nothing was sent: {cause}"
        ) from cause
    suffix = "jpg" if reference.format == "jpeg" else reference.format
    return f"{name}.{suffix}", data, reference.mime
