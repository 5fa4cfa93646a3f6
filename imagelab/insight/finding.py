"""A picture found again in the ledger: by its bytes, by its pixels, or by its looks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from imagelab.errors import PictureError
from imagelab.insight.thumbs import kept, small
from imagelab.records import prints
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from imagelab.references.reading import read
from imagelab.request import Generation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    Levels = NDArray[np.int16]

Sought: TypeAlias = "str | os.PathLike[str] | bytes | Image | Generation"
"""What is looked for: a file, its bytes, a Pillow picture, or a generation's own picture."""

KIND, SIDE = "rgb16", 16
"""A print is the picture itself, 16 pixels square: what differs there is another picture."""

CLOSE_SIDE = 128
NEAREST = 6

FARTHEST = 12.0
"""A mean difference in levels of 255, at 128 pixels; above it two pictures are not alike.
JPEG at quality 40 makes some 2 to 5 of it, another picture of the same prompt 15 and more."""

NEXT = 40.0
"""What stands for the next picture where there is none: as far as pictures usually are."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """The generation that made a picture, and how sure that is.

    ``how`` is ``"bytes"`` (the same file), ``"pixels"`` (the same pixels in another file) or
    ``"looks"`` (scaled, or saved with loss). ``difference`` is the mean difference in levels
    of 255. ``sure`` is from 0 to 1: for looks, how much nearer this picture is than the next
    one in the ledger. ``others`` are further rows that show this very picture.
    """

    generation: Generation
    how: Literal["bytes", "pixels", "looks"]
    difference: float = 0.0
    sure: float = 1.0
    others: tuple[Generation, ...] = ()

    def __str__(self) -> str:
        how = {"bytes": "the same bytes", "pixels": "the same pixels"}.get(self.how)
        words = how or f"{self.sure:.0%} sure by its looks, {self.difference:.1f} levels apart"
        return f"{words}: {self.generation!r}"

    def __repr__(self) -> str:
        return f"Match({self})"


def find(ledger: Ledger, store: Store, sought: Sought) -> Match | None:
    """Find the generation that made a picture; ``None`` where nothing in the ledger is like it.

    Raises:
        InputError: it is no file, bytes or picture.
        PictureError: it is no picture that can be read.

    """
    found, _ = read(sought)
    if not isinstance(found, bytes):
        return _by_looks(ledger, store, found)
    rows = prints.showing(ledger, hashlib.sha256(found).hexdigest())
    if rows:
        return Match(generation=rows[0], how="bytes", others=tuple(rows[1:]))
    return _by_looks(ledger, store, small(found, 4096))


def _by_looks(ledger: Ledger, store: Store, image: Image) -> Match | None:
    import numpy as np

    _complete(ledger, store)
    known = prints.read(ledger, KIND)
    if not known:
        return None
    names = list(known)
    table = np.frombuffer(b"".join(known.values()), np.uint8).reshape(len(names), -1)
    apart = np.abs(table - _levels(image, SIDE).reshape(-1)).mean(axis=1)
    nearest = [names[at] for at in np.argsort(apart, kind="stable")[:NEAREST]]
    ranked = sorted(
        (found for one in nearest if (found := _close(ledger, store, one, image))),
        key=lambda pair: pair[0],
    )
    if not ranked or ranked[0][0] > FARTHEST:
        return None
    (difference, rows), *rest = ranked
    if _has_pixels(rows[0], image):
        return Match(generation=rows[0], how="pixels", others=tuple(rows[1:]))
    further = min([NEXT, *(far for far, _ in rest)])
    return Match(
        generation=rows[0],
        how="looks",
        difference=round(difference, 2),
        sure=round(max(0.0, 1 - difference / max(further, 1e-9)), 3),
        others=tuple(rows[1:]),
    )


def _complete(ledger: Ledger, store: Store) -> None:
    """Make the prints that are missing; what was deleted from the disk has none."""

    def one(picture: str) -> bytes | None:
        try:
            rows = prints.showing(ledger, picture)
            levels = _levels(small(kept(store, rows[0]), 256), SIDE)
            return bytes(levels.astype("uint8").tobytes())
        except PictureError:
            return None

    lacking = prints.missing(ledger, KIND)
    with ThreadPoolExecutor(4, "imagelab-print") as pool:
        made = dict(zip(lacking, pool.map(one, lacking), strict=True))
    prints.keep(ledger, KIND, {name: data for name, data in made.items() if data is not None})


def _close(
    ledger: Ledger, store: Store, picture: str, image: Image
) -> tuple[float, Sequence[Generation]] | None:
    """Compare closely; ``None`` where the shapes differ or the picture cannot be read."""
    import numpy as np

    rows = prints.showing(ledger, picture)
    try:
        other = small(kept(store, rows[0]), 256)
    except PictureError:
        return None
    shape = (rows[0].width or 1) / (rows[0].height or 1)
    if not 0.97 < shape / (image.width / image.height) < 1.03:
        return None
    apart = np.abs(_levels(other, CLOSE_SIDE) - _levels(image, CLOSE_SIDE)).mean()
    return float(apart), rows


def _has_pixels(generation: Generation, image: Image) -> bool:
    if (generation.width, generation.height) != image.size:
        return False
    try:
        whole = small(generation.bytes, max(image.size))
    except PictureError:
        return False
    return whole.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def _levels(image: Image, side: int) -> Any:
    """Scale a picture to a square, on grey where it is transparent."""
    import numpy as np
    from PIL import Image as Pillow

    whole = image.convert("RGBA")
    ground = Pillow.new("RGBA", whole.size, (128, 128, 128, 255))
    flat = Pillow.alpha_composite(ground, whole).convert("RGB")
    scaled = flat.resize((side, side), Pillow.Resampling.BOX, reducing_gap=3.0)
    return np.asarray(scaled, np.int16)
