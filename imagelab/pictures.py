"""Bytes that are pictures: of which kind, how large, whole or not, and how they look.

Kinds are told by the bytes, never by a name. Nothing here decodes what only claims to be small:
limits come before pixels.
"""

from __future__ import annotations

import hashlib
import io
import re
import xml.parsers.expat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from imagelab.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 64_000_000
"""Far above what any model makes; a file that claims more is damaged, or a trap."""

SUFFIX = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "GIF": "gif"}

MIME = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}

_SVG_MIME = re.compile(r"\s*data:image/(png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(?:px)?\s*")


@dataclass(frozen=True)
class Look:
    """What a look at the bytes tells: pixel size and kind of file."""

    width: int
    height: int
    format: str


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A picture that goes along with a request, known by the hash of the bytes that are sent."""

    sha256: str
    format: str
    width: int
    height: int
    size_bytes: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Look at bytes and name them.

        Raises:
            PictureError: they are no picture.

        """
        found = look(data)
        digest = hashlib.sha256(data).hexdigest()
        return cls(sha256=digest, size_bytes=len(data), **vars(found))

    @property
    def size(self) -> str:
        """Width and height in pixels, as ``1024x1024``."""
        return f"{self.width}x{self.height}"

    @property
    def mime(self) -> str:
        """The MIME type that the bytes are sent with."""
        return MIME[self.format]


def look(data: bytes) -> Look:
    """Read the size and kind of a picture and check that its bytes are whole.

    The check is structural (checksums, lengths, tags), without decoding a single pixel: cheap
    enough for every answer.

    Raises:
        PictureError: the bytes are no png, jpeg, webp, gif or svg, or are cut short.

    """
    from PIL import Image

    if is_markup(data):
        return _look_at_svg(data)
    try:
        picture = Image.open(io.BytesIO(data))
        kind, (width, height) = picture.format or "", picture.size
        picture.verify()
    except Exception as cause:  # Pillow raises a dozen kinds for damaged bytes
        raise PictureError(f"These {len(data)} bytes are no picture: {said(cause)}.") from cause
    if kind not in SUFFIX:
        raise PictureError(f"{kind or 'This kind of file'} is not png, jpeg, webp, gif or svg.")
    _check_size(SUFFIX[kind], width, height)
    if not _whole(data, kind):
        raise PictureError(f"The {SUFFIX[kind]} is cut short after {len(data)} bytes.")
    return Look(width, height, SUFFIX[kind])


def said(cause: Exception) -> str:
    """Give Pillow's words without the address in memory that it names a file by."""
    return re.sub(r" <_io\.BytesIO object at 0x[0-9a-f]+>", "", str(cause))


def _check_size(kind: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureError(f"This {kind} claims {width}x{height} pixels.")


def _whole(data: bytes, kind: str) -> bool:
    """Tell whether the last byte is where the format says it is."""
    if kind == "WEBP":
        return len(data) >= int.from_bytes(data[4:8], "little") + 8
    return _is_whole_gif(data) if kind == "GIF" else _ENDS[kind] in data[-64:]


_ENDS = {"PNG": b"IEND\xae\x42\x60\x82", "JPEG": b"\xff\xd9"}


def _is_whole_gif(data: bytes) -> bool:
    """Walk the blocks of a gif, unread, to the one that ends it."""
    at = 13 + _table(data[10:11])
    while (kind := data[at : at + 1]) in (b"!", b","):
        # A picture has a head, perhaps colours of its own, and one byte before its blocks.
        at += 2 if kind == b"!" else 11 + _table(data[at + 9 : at + 10])
        while length := data[at : at + 1]:
            at += 1 + length[0]
            if length == b"\0":
                break
    return kind == b";"


def _table(flags: bytes) -> int:
    """Say how many bytes of colours follow, by the flags that announce them."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


# --- svg ------------------------------------------------------------------------------------


def is_markup(data: bytes) -> bool:
    """Tell whether bytes are a document of tags, as an svg is."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _look_at_svg(data: bytes) -> Look:
    root = _Root()
    _walk(data, start=root.start)
    if root.tag != "svg":
        raise PictureError(f"This is no picture but a document <{root.tag}>.")
    try:
        width, height = root.size()
    except (ValueError, OverflowError) as cause:
        raise PictureError(f"This svg says nonsense of its size: {str(cause)[:80]}.") from cause
    _check_size("svg", width, height)
    return Look(width, height, "svg")


class _Root:
    """The first tag of a document, and what it says of its size."""

    def __init__(self) -> None:
        self.tag = ""
        self.attributes: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.tag:
            self.tag, self.attributes = tag.rpartition(":")[2], attributes

    def size(self) -> tuple[int, int]:
        box = [float(one) for one in re.findall(r"-?[\d.]+", self.attributes.get("viewBox", ""))]
        across, down = (box[2], box[3]) if len(box) == 4 else (300.0, 150.0)
        width, height = (_LENGTH.fullmatch(self.attributes.get(n, "")) for n in ("width", "height"))
        if width and height:
            across, down = float(width[1]), float(height[1])
        return max(1, round(across)), max(1, round(down))


def _walk(data: bytes, **handlers: Any) -> None:
    """Read a document to its end; one that defines entities of its own may be a trap.

    Raises:
        PictureError: it is not well formed, or defines entities.

    """
    parser = xml.parsers.expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise PictureError("This svg defines entities of its own, which may be a trap.")

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = handlers.get("start")
    parser.EndElementHandler = handlers.get("end")
    parser.CharacterDataHandler = handlers.get("text")
    try:
        parser.Parse(data, True)
    except (xml.parsers.expat.ExpatError, ValueError) as cause:
        raise PictureError(f"The svg is cut short or not well formed: {cause}.") from cause


def _harmless(data: bytes) -> str:
    """Write an svg without scripts, and without anything that leads out of the file."""
    from xml.sax.saxutils import escape, quoteattr

    out: list[str] = []
    skipped: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if skipped or tag.rpartition(":")[2].lower() in ("script", "foreignobject"):
            skipped.append(tag)
            return
        kept = {name: value for name, value in attributes.items() if _stays(name, value)}
        words = "".join(f" {name}={quoteattr(value)}" for name, value in kept.items())
        out.append(f"<{tag}{words}>")

    def end(tag: str) -> None:
        if skipped:
            skipped.pop()
        else:
            out.append(f"</{tag}>")

    def text(words: str) -> None:
        if not skipped:
            out.append(escape(words))

    _walk(data, start=start, end=end, text=text)
    return "".join(out)


def _stays(name: str, value: str) -> bool:
    bare = name.rpartition(":")[2].lower()
    if bare.startswith("on"):
        return False
    return bare != "href" or value.strip().startswith("#") or bool(_SVG_MIME.match(value))


def drawn(data: bytes, side: int | None = None) -> Image:
    """Draw an svg as pixels, its longer edge ``side`` where one is given.

    Drawn by resvg, which runs no scripts; scripts and whatever leads out of the file are taken
    out before, since a file of this machine could be shown otherwise.

    Raises:
        PictureError: it is no svg, or one that cannot be drawn.

    """
    import resvg_py
    from PIL import Image

    found = look(data)
    scale = 1.0 if side is None else side / max(found.width, found.height)
    width, height = (max(1, round(edge * scale)) for edge in (found.width, found.height))
    _check_size("svg", width, height)
    try:
        png = resvg_py.svg_to_bytes(svg_string=_harmless(data), width=width, height=height)
        return Image.open(io.BytesIO(bytes(png))).convert("RGBA")
    except ValueError as cause:
        raise PictureError(f"This svg cannot be drawn: {cause}.") from cause


def opened(data: bytes) -> Image:
    """Decode a picture of any kind, an svg at its own size; of an animation the first frame.

    Raises:
        PictureError: the bytes are no picture that can be read.

    """
    from PIL import Image

    if is_markup(data):
        return drawn(data)
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as cause:
        raise PictureError(
            f"These bytes are no picture that can be read: {said(cause)}."
        ) from cause
    return picture
