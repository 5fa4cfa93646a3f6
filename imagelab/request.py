"""What is asked and what came: frozen values. What is asked stands in ``asked``."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from imagelab import pictures
from imagelab.asked import SETTINGS as SETTINGS
from imagelab.asked import ImageRequest as ImageRequest
from imagelab.asked import key_of as key_of
from imagelab.catalog.arguments import made_by_name, named
from imagelab.catalog.money import show, usd_or_none
from imagelab.errors import Billed, InputError, PictureError
from imagelab.usage import Usage as Usage

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_MOVING_BYTES = 1_500_000
"""Larger animations stand still in a notebook; ``save`` gives all of them."""

Data = bytes
"""A name for bytes where a generation's own stand in the way."""

Status = Literal["held", "sent", "done", "failed", "refused", "unknown", "spoilt"]
"""Where a generation stands; see ``Generation.status``."""

REPLAY = "replay"
"""How providers are called that answer as was answered before, each with its ZIP's digest."""


@dataclass(frozen=True, kw_only=True)
class ImageResponse:
    """What came for one request: the bytes as received, and what the provider said of them.

    ``as_billed`` is what a replay says that it cost then, and by which row of prices.
    """

    data: bytes = field(repr=False)
    usage: Usage
    raw_usage: str | None = None
    request_id: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    seconds: float = 0.0
    problem: str | None = None
    as_billed: tuple[int | None, str | None] | None = None
    note: str | None = None
    """What is odd about the answer, though its picture is good."""


def apart(
    request: ImageRequest, *, size: str | None, quality: str | None, background: str | None
) -> dict[str, tuple[str, str]]:
    """Give what came otherwise than it was asked for: both values, by the setting's name.

    What was left to the provider, or what it does not tell, is no difference; nor is the size
    of an svg, which has none of its own.
    """
    pairs = {
        "size": (request.size, None if request.output_format == "svg" else size),
        "quality": (request.quality, quality),
        "background": (request.background, background),
    }
    return {
        name: (asked, came)
        for name, (asked, came) in pairs.items()
        if asked not in (None, "auto", came) and came not in (None, "auto")
        if asked is not None and came is not None
    }


def difference(request: ImageRequest, response: ImageResponse, size: str) -> str | None:
    """Say what came otherwise than it was asked for, and what was odd about the answer.

    ``size`` is that of the picture that came.
    """
    found = apart(request, size=size, quality=response.quality, background=response.background)
    told = [
        f"asked for {'' if name == 'size' else f'{name} '}{asked}, came as {came}"
        for name, (asked, came) in found.items()
    ]
    told += [response.note] if response.note else []
    return "; ".join(told) or None


@made_by_name
@dataclass(frozen=True, kw_only=True)
class Generation:
    """One row of the ledger: one picture asked for, and what became of it.

    ``status`` is ``done``; or ``failed`` (surely not billed), ``refused`` (the safety
    system said no), ``unknown`` (perhaps billed: no whole answer came), ``spoilt`` (what
    came is no picture: billed, or perhaps); and while it lasts ``held`` or ``sent``.

    >>> generation = lab.generate("a red fox in snow")      # doctest: +SKIP
    >>> generation.cost_usd, generation.status              # doctest: +SKIP
    (0.010935, 'done')
    """

    id: int
    key: str
    sample: int
    take: int
    provider: str
    simulated: bool
    request: ImageRequest
    status: Status
    time: datetime
    run: int | None = None
    billed: Billed | None = None
    cost_nano: int | None = None
    quoted_nano: int | None = None
    hold_nano: int = 0
    cost_basis: str | None = None
    price: str | None = None
    usage: Usage = field(default_factory=Usage)
    raw_usage: str | None = None
    seconds: float | None = None
    attempts: int = 0
    picture: str | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    actual_size: str | None = None
    actual_quality: str | None = None
    actual_background: str | None = None
    actual_format: str | None = None
    partial: str | None = None
    request_id: str | None = None
    error: str | None = None
    error_kind: str | None = None
    note: str | None = None
    answer: str | None = None
    """What a judge said, in its own words; pictures have none."""
    loader: Callable[[str], Path] | None = field(default=None, repr=False, compare=False)
    relatives: Callable[[int], Generation] | None = field(default=None, repr=False, compare=False)

    @property
    def prompt(self) -> str:
        """The text that was asked for."""
        return self.request.prompt

    @property
    def cost_usd(self) -> float | None:
        """Dollars paid, from the usage that came back; ``None`` where nobody knows."""
        return usd_or_none(self.cost_nano)

    @property
    def quoted_usd(self) -> float | None:
        """Dollars expected before sending; ``None`` where that could not be known."""
        return usd_or_none(self.quoted_nano)

    @property
    def differences(self) -> dict[str, tuple[str, str]]:
        """What came otherwise than it was asked for: ``{"quality": ("high", "medium")}``."""
        return apart(
            self.request,
            size=self.actual_size,
            quality=self.actual_quality,
            background=self.actual_background,
        )

    @property
    def path(self) -> Path:
        """The file that holds the bytes exactly as received."""
        if self.picture is None or self.loader is None:
            raise PictureError(
                f"Generation {self.id} has no picture: its status is {self.status}"
                f"{f' ({self.error})' if self.error else ''}. Ask again with fresh=True."
            )
        return self.loader(self.picture)

    @property
    def bytes(self) -> bytes:
        """The bytes exactly as received; they carry the provider's provenance marks."""
        path, remedy = self.path, "Put the file back, or ask again with fresh=True."
        try:
            data = path.read_bytes()
        except OSError as cause:
            raise PictureError(
                f"The picture of generation {self.id} cannot be read from {path}: {cause}. {remedy}"
            ) from cause
        if hashlib.sha256(data).hexdigest() != self.picture:
            raise PictureError(f"The file {path} is no longer as it was received. {remedy}")
        return data

    @property
    def image(self) -> Image:
        """The picture, decoded by Pillow."""
        try:
            return pictures.opened(self.bytes)
        except PictureError as problem:
            raise PictureError(f"What generation {self.id} received: {problem}") from problem

    @property
    def partial_image(self) -> Image:
        """The last picture that came before the answer was cut; it was never finished."""
        data = self.partial_bytes
        if data is None:
            raise PictureError(f"Generation {self.id} kept no partial picture.")
        return pictures.opened(data)

    @property
    def partial_bytes(self) -> Data | None:
        """The bytes of that picture; ``None`` where none was kept, or its file is gone."""
        if self.partial is None or self.loader is None:
            return None
        try:
            return self.loader(self.partial).read_bytes()
        except (PictureError, OSError):
            return None

    @property
    def parents(self) -> tuple[Generation, ...]:
        """The generations whose pictures this one was made from, in the order they were given.

        >>> lab.edit("make it night", fox).parents == (fox,)        # doctest: +SKIP
        True
        """
        if self.relatives is None:
            return ()
        return tuple(self.relatives(number) for number in self.request.parents)

    def lineage(self) -> tuple[Generation, ...]:
        """Give everything this picture was made from, the oldest first, and itself at the end."""
        found: dict[int, Generation] = {}

        def gather(one: Generation) -> None:
            for parent in one.parents:
                if parent.id not in found and parent.id < one.id:
                    gather(parent)
            found[one.id] = one

        gather(self)
        return tuple(found.values())

    @property
    def format(self) -> str:
        """The kind of file that came: ``png``, ``jpeg``, ``webp``, ``gif``, ``svg``; or ``bin``."""
        return "bin" if self.status == "spoilt" else (self.actual_format or "png")

    @property
    def mime(self) -> str:
        """The MIME type of the bytes."""
        return pictures.MIME.get(self.format, "application/octet-stream")

    @named()
    def save(self, path: str | Path) -> Path:
        """Write the bytes as received to ``path`` and return it.

        A folder gets a file named after the picture. The suffix is not looked at: bytes
        are never re-encoded, since that would lose their provenance marks.

        Raises:
            InputError: ``path`` is no path.
            PictureError: there is no picture, or it cannot be written there.

        """
        if not isinstance(path, str | os.PathLike):
            raise InputError(f"save takes a file or a folder to write to, not {path!r}.")
        target = Path(path)
        if target.is_dir():
            target = target / self.path.name
        try:
            target.write_bytes(self.bytes)
        except OSError as cause:
            raise PictureError(
                f"The picture cannot be written to {target}: {cause.strerror or cause}."
            ) from cause
        return target

    def _ipython_display_(self) -> None:
        """Show the picture, and under it what was asked and what it cost."""
        from IPython.display import display

        if not in_notebook():
            display({"text/plain": repr(self)}, raw=True)
            return
        if self.status == "done" and self.picture is not None:
            display({**self._preview(), "text/plain": repr(self)}, raw=True)
        elif self.partial_bytes is not None:
            display({**_small(self.partial_image), "text/plain": "unfinished"}, raw=True)
        words = self._caption()
        paragraph = dollars_kept(f"<p>{html.escape(words)}</p>")
        display({"text/html": paragraph, "text/plain": words}, raw=True)

    def _caption(self) -> str:
        asked = (self.prompt, self.request.model, self.request.quality, self.request.size)
        words = [*filter(None, asked), show(self.cost_nano)]
        words += ["simulated"] if self.simulated else []
        words += [word for word in (self.error, self.note) if word]
        return " · ".join(words)

    def _preview(self) -> dict[str, str]:
        """Make a small picture for a notebook: an image on its own shows on code hosts too."""
        if self.format == "gif" and (self.size_bytes or 0) <= MOST_MOVING_BYTES:
            return {"image/gif": base64.b64encode(self.bytes).decode()}
        return _small(self.image)

    def __repr__(self) -> str:
        asked = f"{self.request.model} {self.request.quality} {self.request.size}"
        return f"Generation({self.prompt!r}, {asked}, {self.status}, {show(self.cost_nano)})"


def _small(picture: Image, side: int = 512) -> dict[str, str]:
    kind = "PNG" if "A" in picture.getbands() else "JPEG"
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.convert("RGBA" if kind == "PNG" else "RGB").save(out, kind)
    return {f"image/{kind.lower()}": base64.b64encode(out.getvalue()).decode()}


def in_notebook() -> bool:
    """Whether a front end that shows pictures, and not a terminal, shows what cells give."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def dollars_kept(html: str) -> str:
    """Wrap HTML so that a notebook does not set what stands between two dollar signs as maths."""
    return f'<div class="mathjax_ignore tex2jax_ignore">{html}</div>'


def plain(words: str) -> str:
    """Make words that can be written down anywhere: no half letters, no zero bytes."""
    return words.encode("utf-8", "replace").decode().replace("\x00", "?")


def names(kind: type) -> tuple[str, ...]:
    """List the field names of one of the values above."""
    return tuple(one.name for one in fields(kind))
