"""What is asked and what came: frozen values, validated at birth, keyed by content."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from imagelab.catalog import models
from imagelab.catalog.money import show, usd_or_none
from imagelab.errors import Billed, InputError, PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

Status = Literal["held", "sent", "done", "failed", "refused", "unknown", "spoilt"]
"""Where a generation stands; see ``Generation.status``."""

SETTINGS = (
    "model",
    "quality",
    "size",
    "background",
    "output_format",
    "output_compression",
    "moderation",
)
"""The settings of a request beside its prompt, in the order people read them."""

MOST_TOKENS = 2**31 - 1
"""No picture takes as many: a higher count is a mistake, and its true number is unknown."""

REPLAY = "replay"
"""How providers are called that answer as was answered before, each with its ZIP's digest."""

MIME = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """One picture, as it is asked for.

    A setting that is ``None`` is not sent, and the provider decides. What the catalogue
    knows to be impossible is an ``InputError`` at birth, naming what is allowed; a model
    that it does not know passes here, and only its provider can judge it.

    >>> ImageRequest(prompt="a red fox in snow", model="gpt-image-1", quality="high").size
    '1024x1024'
    """

    prompt: str
    model: str
    quality: str = "low"
    size: str = "1024x1024"
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    moderation: str | None = None
    operation: Literal["generate"] = "generate"

    def __post_init__(self) -> None:
        if wrong := self.problems():
            raise InputError(" ".join(wrong))

    def problems(self) -> list[str]:
        """Say everything that makes this request illegal, in sentences; empty when legal."""
        known = models.find(self.model)
        if no_text := models.text_problem(self.prompt):
            return [no_text]
        if known is None:
            return []
        return models.problems(
            known,
            prompt=self.prompt,
            quality=self.quality,
            size=self.size,
            background=self.background,
            output_format=self.output_format,
            output_compression=self.output_compression,
            moderation=self.moderation,
        )

    def parameters(self) -> dict[str, str | int]:
        """Give what is sent and what decides the picture: absent settings are absent."""
        named = {name: getattr(self, name) for name in ("prompt", *SETTINGS)}
        return {name: value for name, value in named.items() if value is not None}

    def key(self, provider: str) -> str:
        """Digest what makes two requests the same: provider, operation and parameters.

        Tagged with its version, so that another way of counting can never be mistaken
        for this one.
        """
        return key_of(provider, self.operation, self.parameters())


def key_of(provider: str, operation: str, parameters: Mapping[str, object]) -> str:
    """Digest a request's content; see ``ImageRequest.key``."""
    content = {"provider": provider, "operation": operation, **parameters}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"v1:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens by kind, as the provider returned them; ``None`` where it did not say."""

    text_input_tokens: int | None = None
    image_input_tokens: int | None = None
    text_cached_tokens: int | None = None
    image_cached_tokens: int | None = None
    image_output_tokens: int | None = None
    text_output_tokens: int | None = None

    @classmethod
    def from_wire(cls, body: object) -> Self:
        """Read the ``usage`` object of an answer; whatever is missing or odd stays unknown."""
        if not isinstance(body, Mapping):
            return cls()
        came = _part(body, "input_tokens_details")
        went = _part(body, "output_tokens_details")
        cached = _part(came, "cached_tokens_details")
        text_out = _count(went, "text_tokens")
        total_out = _count(body, "output_tokens")
        image_in, image_out = _count(came, "image_tokens"), _count(went, "image_tokens")
        # Where only a sum is given, the input is all words and the output all picture.
        words = _rest(_count(body, "input_tokens"), image_in)
        rest = _rest(total_out, text_out)
        text_in = _count(came, "text_tokens")
        return cls(
            text_input_tokens=words if text_in is None else text_in,
            image_input_tokens=image_in,
            text_cached_tokens=_count(cached, "text_tokens"),
            image_cached_tokens=_count(cached, "image_tokens"),
            image_output_tokens=rest if image_out is None else image_out,
            text_output_tokens=text_out,
        )

    @property
    def total(self) -> int | None:
        """All tokens that were counted, in and out; ``None`` where none were."""
        went_in = (self.text_input_tokens, self.image_input_tokens)
        came_out = (self.image_output_tokens, self.text_output_tokens)
        counts = [count for count in (*went_in, *came_out) if count is not None]
        return sum(counts) if counts else None

    def priced_kinds(self) -> dict[str, int | None]:
        """Give the counts under the names that prices use."""
        return {
            "text_in": self.text_input_tokens,
            "image_in": self.image_input_tokens,
            "text_cached": self.text_cached_tokens,
            "image_cached": self.image_cached_tokens,
            "image_out": self.image_output_tokens,
            "text_out": self.text_output_tokens,
        }


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _rest(whole: int | None, part: int | None) -> int | None:
    return None if whole is None else max(0, whole - (part or 0))


def _count(body: Mapping[str, Any], name: str) -> int | None:
    count = body.get(name)
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if 0 <= count <= MOST_TOKENS else None


@dataclass(frozen=True, kw_only=True)
class ImageResponse:
    """What came for one request: the bytes as received, and what the provider said of them."""

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


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One row of the ledger: one picture asked for, and what became of it.

    ``status`` is ``done``; or ``failed`` (surely not billed), ``refused`` (the safety
    system said no), ``unknown`` (perhaps billed: no whole answer came), ``spoilt`` (billed,
    but what came is no picture); and while it lasts ``held`` or ``sent``.

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
    request_id: str | None = None
    error: str | None = None
    error_kind: str | None = None
    note: str | None = None
    loader: Callable[[str], Path] | None = field(default=None, repr=False, compare=False)

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
        import PIL.Image

        try:
            picture = PIL.Image.open(io.BytesIO(self.bytes))
            picture.load()
        except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError) as cause:
            raise PictureError(
                f"What generation {self.id} received is no picture that can be read: {cause}."
            ) from cause
        return picture

    @property
    def format(self) -> str:
        """The kind of file that came: ``png``, ``jpeg``, ``webp`` or ``bin`` if no picture."""
        return "bin" if self.status == "spoilt" else (self.actual_format or "png")

    @property
    def mime(self) -> str:
        """The MIME type of the bytes."""
        return MIME.get(self.format, "application/octet-stream")

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
            raise PictureError(f"The picture cannot be written to {target}: {cause}.") from cause
        return target

    def _ipython_display_(self) -> None:
        """Show the picture, and under it what was asked and what it cost."""
        from IPython.display import display

        if not in_notebook():
            display({"text/plain": repr(self)}, raw=True)
            return
        if self.status == "done":
            display({**self._preview(), "text/plain": repr(self)}, raw=True)
        words = self._caption()
        paragraph = dollars_kept(f"<p>{html.escape(words)}</p>")
        display({"text/html": paragraph, "text/plain": words}, raw=True)

    def _caption(self) -> str:
        asked = (self.prompt, self.request.model, self.request.quality, self.request.size)
        words = [*asked, show(self.cost_nano), *(["simulated"] if self.simulated else [])]
        words += [word for word in (self.error, self.note) if word]
        return " · ".join(words)

    def _preview(self, side: int = 512) -> dict[str, str]:
        """Make a small picture for a notebook: an image on its own shows on code hosts too."""
        picture = self.image
        kind = "PNG" if "A" in picture.getbands() else "JPEG"
        picture.thumbnail((side, side))
        out = io.BytesIO()
        picture.convert("RGBA" if kind == "PNG" else "RGB").save(out, kind)
        return {f"image/{kind.lower()}": base64.b64encode(out.getvalue()).decode()}

    def __repr__(self) -> str:
        asked = f"{self.request.model} {self.request.quality} {self.request.size}"
        return f"Generation({self.prompt!r}, {asked}, {self.status}, {show(self.cost_nano)})"


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
