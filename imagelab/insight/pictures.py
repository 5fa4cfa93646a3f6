"""Pictures from anywhere, as a view wants them: described, measured, and read when asked for."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from imagelab.catalog.money import show
from imagelab.errors import InputError, PictureError
from imagelab.insight.layout import Board, Tile
from imagelab.insight.thumbs import small, whole
from imagelab.pictures import MIME, is_markup, look
from imagelab.references.reading import read
from imagelab.request import Generation

if TYPE_CHECKING:
    import PIL.Image
    from PIL.Image import Image

Source: TypeAlias = "str | os.PathLike[str] | bytes | Generation | PIL.Image.Image"
"""What a picture may be given as: a file, its bytes, a Pillow picture, a generation."""

_TELL_APART = ("prompt", "model", "quality", "size", "background", "output_format")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture to look at; ``read`` gives its bytes as they are, when somebody wants them.

    ``width`` and ``height`` are pixels as stored; ``generation`` is where it came from, if a
    lab made it.
    """

    read: Callable[[], bytes] = field(repr=False)
    width: int
    height: int
    format: str
    label: str
    name: str
    generation: Generation | None = field(default=None, repr=False)

    @property
    def alt(self) -> str:
        """Say in words what it is: its label, and the prompt where the label does not tell it."""
        prompt = "" if self.generation is None else " ".join(self.generation.prompt.split())
        return self.label if not prompt or prompt in self.label else f"{prompt}, {self.label}"

    @property
    def price(self) -> str:
        """What it cost, written out; nothing for a picture that no lab made."""
        return "" if self.generation is None else show(self.generation.cost_nano)

    @property
    def mime(self) -> str:
        """The MIME type of the bytes."""
        return MIME[self.format]


def pictures_of(sources: Sequence[Source], names: Sequence[str] | None = None) -> list[Picture]:
    """Take pictures given in any way; each is named by ``names``, or by what tells it apart.

    Raises:
        InputError: what was given is no picture, or there is not one name for each.
        PictureError: its bytes are damaged or gone.

    >>> pictures_of(["fox.png", generation])[0].label       # doctest: +SKIP
    'fox.png'
    """
    if names is not None and (isinstance(names, str) or len(names) != len(sources)):
        raise InputError(f"Give one name for each of the {len(sources)} pictures; got {names!r}.")
    made = [_picture(one, number) for number, one in enumerate(sources, 1)]
    labels = _told_apart(made) if names is None else [str(name) for name in names]
    return [replace(one, label=label) for one, label in zip(made, labels, strict=True)]


def board_of(pictures: Sequence[Picture], title: str) -> Board:
    """Lay pictures out side by side, for the static pictures that a view leaves."""
    tiles = [_tile(at, one) for at, one in enumerate(pictures)]
    labels = tuple(one.label for one in pictures)
    return Board(
        rows=(title,), columns=labels, row_name="pictures", column_name="", tiles=tuple(tiles)
    )


def _tile(at: int, picture: Picture) -> Tile:
    tile = Tile(position=at, row=0, column=at, sample=1)
    if picture.generation is not None:
        tile = tile.with_generation(picture.generation)
    width, height = picture.width, picture.height
    return replace(tile, status="done", alt=picture.alt, note="", width=width, height=height)


def _picture(source: Source, number: int) -> Picture:
    if isinstance(source, Generation):
        return _described(lambda: source.bytes, label="", name=source.path.name, made=source)
    found, name = read(source)
    if name and isinstance(found, bytes) and isinstance(source, str | os.PathLike):
        # A file is read again when somebody wants it: not all of them are kept in memory.
        return _described(lambda: _bytes_of(source), label=name, name=name)
    data = found if isinstance(found, bytes) else _encoded(found)
    return _described(lambda: data, label=name or f"picture {number}", name=name)


def _bytes_of(file: str | os.PathLike[str]) -> bytes:
    found, _ = read(file)
    return found if isinstance(found, bytes) else _encoded(found)


def _described(
    read: Callable[[], bytes], *, label: str, name: str, made: Generation | None = None
) -> Picture:
    """Look at the bytes once, for their size and kind."""
    data = read()
    try:
        small(data, 16)  # decodes: what is no picture is refused now, not in the page
        seen = look(data)
    except PictureError as cause:
        raise PictureError(
            f"{label or name} is no picture that can be shown: give a whole PNG, JPEG, WebP, "
            "GIF or SVG."
        ) from cause
    if is_markup(data):
        # Its pixels are looked at: a document could run scripts where a view opens it.
        drawn, png = read, f"{Path(name or label).stem}.png"
        return _described(lambda: _encoded(whole(drawn())), label=label, name=png, made=made)
    kind, width, height = seen.format, seen.width, seen.height
    suffix = {"jpeg": "jpg"}.get(kind, kind)
    file = name or f"{label.replace(' ', '-')}.{suffix}"
    return Picture(
        read=read, width=width, height=height, format=kind, label=label, name=file, generation=made
    )


def _encoded(picture: Image) -> bytes:
    """Write pixels as PNG, without loss."""
    kept = picture if picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else None
    out = io.BytesIO()
    (kept or picture.convert("RGB")).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _told_apart(pictures: Sequence[Picture]) -> list[str]:
    """Name generations by the settings in which they differ, and the rest by their files."""
    asked = [one.generation.request for one in pictures if one.generation is not None]
    differing = [name for name in _TELL_APART if len({getattr(r, name) for r in asked}) > 1]
    labels = []
    for number, one in enumerate(pictures, 1):
        request = one.generation.request if one.generation is not None else None
        told = [str(value) for name in differing if (value := getattr(request, name, None))]
        alone = [request.prompt] if request is not None and len(asked) == 1 else []
        labels.append(" · ".join(told or alone) or one.label or f"picture {number}")
    return _numbered(labels)


def _numbered(labels: Sequence[str]) -> list[str]:
    """Tell equal labels apart by counting them."""
    again = {label for label in labels if labels.count(label) > 1}
    return [
        f"{label} ({labels[: at + 1].count(label)})" if label in again else label
        for at, label in enumerate(labels)
    ]
