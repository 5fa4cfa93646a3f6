"""MaskPad: paint on a picture where it shall be edited, and get a legal mask."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import traitlets

from imagelab.catalog.arguments import named
from imagelab.errors import InputError
from imagelab.insight.pictures import Source
from imagelab.insight.thumbs import whole
from imagelab.views._looking import Choice, Looking, Ranged

if TYPE_CHECKING:
    from PIL.Image import Image

KEPT = 24
"""How many steps back there are."""


def _step() -> Any:
    """Make the trait of one step: a PNG whose alpha says what is painted; nothing if empty.

    The page sends it as a view of memory; it is not sent back to who sent it.
    """
    kept = traitlets.Bytes(b"").tag(sync=True, echo_update=False)
    return kept.tag(from_json=lambda value, _: bytes(value or b""))


class MaskPad(Looking, stem="mask", shared=("looking",)):
    """Paint over the parts of a picture that shall change; ``pad.mask`` is the mask for it.

    The picture is a file's path, its bytes, a Pillow picture or a ``Generation``. Brush,
    eraser and box paint with mouse, pen or finger; with keys, arrows move the brush, the
    space bar paints (or sets a corner of a box), b, e, r choose the tool, [ and ] the size,
    i inverts, c clears, u undoes and y does it again.

    Attributes:
        tool: ``"brush"``, ``"eraser"`` or ``"box"``.
        size: how wide brush and eraser are, in pixels of the picture.
        share: how much of the picture is painted, from 0 to 1.

    >>> pad = MaskPad("fox.png")                            # doctest: +SKIP
    >>> pad                                                 # doctest: +SKIP
    >>> lab.edit("a hat", "fox.png", mask=pad.mask)         # doctest: +SKIP

    """

    tool = Choice("brush", "eraser", "box")
    size = Ranged(64.0, 1, 1024)
    at = traitlets.Int(0, min=0).tag(sync=True)
    """The step that is seen; its pixels are in ``step_<at % KEPT>``."""
    top = traitlets.Int(0, min=0).tag(sync=True)
    """The newest step, up to which undone ones can be done again."""

    title = "The picture to edit"

    @named()
    def __init__(self, picture: Source, *, tool: str = "brush", size: float | None = None) -> None:
        self.add_traits(**{f"step_{number}": _step() for number in range(KEPT)})
        super().__init__((picture,), tool=tool)
        self.size = size if size is not None else max(8.0, min(self._pixels) // 16)

    @property
    def mask(self) -> Image:
        """The mask: a Pillow picture of the same size, alpha 0 where the picture is edited.

        Setting it takes such a mask (a picture, bytes or a file) or ``None`` for nothing
        painted; it can be undone in the view.

        Raises:
            InputError: nothing is painted, or what is set is no mask for this picture.

        """
        from PIL import Image, ImageChops

        if not self.share:
            raise InputError(
                "Nothing is painted yet: paint where the picture shall change, "
                "or set pad.mask to a picture whose alpha is 0 there."
            )
        mask = Image.new("RGBA", self._pixels, "black")
        mask.putalpha(ImageChops.invert(self._painted()))
        return mask

    @mask.setter
    def mask(self, mask: Source | None) -> None:
        from PIL import Image

        if mask is None:
            self._push(b"")
            return
        given = self._read_mask(mask)
        painted = given.getchannel("A").point(lambda alpha: 255 * (alpha < 128))
        ink = Image.new("RGBA", self._pixels, "white")
        ink.putalpha(painted)
        self._push(_png(ink))

    @property
    def png(self) -> bytes:
        """The mask as the bytes of a PNG."""
        return _png(self.mask)

    @property
    def share(self) -> float:
        """How much of the picture is painted, from 0 to 1."""
        painted = self._painted().histogram()[255]
        return painted / (self._pixels[0] * self._pixels[1])

    def undo(self) -> None:
        """Go one step back, if there is one."""
        self.at = max(self.at - 1, self._bottom)

    def redo(self) -> None:
        """Do again what was undone last, if anything was."""
        self.at = min(self.at + 1, self.top)

    def clear(self) -> None:
        """Paint nothing; it can be undone."""
        self.mask = None

    @property
    def _bottom(self) -> int:
        return max(0, self.top - KEPT + 1)

    @property
    def _pixels(self) -> tuple[int, int]:
        return self._shown[0].width, self._shown[0].height

    def _push(self, step: bytes) -> None:
        after = self.at + 1
        with self.hold_sync():
            setattr(self, f"step_{after % KEPT}", step)
            self.top = self.at = after

    def _painted(self) -> Image:
        """Give what is painted, in white on black, without half tones."""
        from PIL import Image

        step = getattr(self, f"step_{self.at % KEPT}")
        if not step:
            return Image.new("L", self._pixels)
        return whole(step).convert("RGBA").getchannel("A").point(lambda alpha: 255 * (alpha >= 128))

    def _read_mask(self, mask: Source) -> Image:
        from imagelab.insight.pictures import pictures_of

        given = whole(pictures_of([mask])[0].read())
        if given.size != self._pixels:
            width, height = self._pixels
            raise InputError(
                f"A mask has the picture's size, {width}x{height}; "
                f"this one has {given.width}x{given.height}."
            )
        if given.mode != "RGBA":
            raise InputError("A mask has an alpha channel: 0 where the picture shall be edited.")
        return given


def _png(picture: Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()
