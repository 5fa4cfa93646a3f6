"""A view that takes in pictures: dropped, pasted or chosen in its page, or given in Python."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import traitlets

from imagelab.catalog.abilities import limits
from imagelab.errors import ImageLabError
from imagelab.insight import stills
from imagelab.pictures import Reference
from imagelab.views._pictures import PictureView

if TYPE_CHECKING:
    from imagelab.references.taking import Given

FACE_SIDE = 160
MOST_COMING = 16
"""So many files may be on their way at once; it is what one request takes."""


class Taker(Protocol):
    """Who makes pictures legal to send."""

    def take(self, given: object, name: str = "") -> tuple[Given, ...]:
        """Take in one picture or several, or nothing."""


class TakesAlong(PictureView):
    """A view with pictures that go along with what it asks for.

    ``along`` tells the page about them. A file comes from the page in parts, each small
    enough for any server between the two.
    """

    along = traitlets.List(traitlets.Dict()).tag(sync=True)
    most_bytes = traitlets.Int(read_only=True).tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(self, taker: Taker, images: object = (), **options: Any) -> None:
        self._taker = taker
        self._turn = threading.RLock()
        self._coming: dict[str, dict[int, bytes]] = {}
        self._given: tuple[Given, ...] = taker.take(images)
        super().__init__(along=[_told(one) for one in self._given], **options)
        self.set_trait("most_bytes", limits().reference_bytes)
        self.on_msg(self._receive)

    @property
    def images(self) -> tuple[Reference, ...]:
        """What goes along. Set a path, bytes, a PIL image, an array, a ``Generation``, or several.

        ``None`` or an empty list takes all of them away.
        """
        return tuple(one.reference for one in self._given)

    @images.setter
    def images(self, given: object) -> None:
        self._put(self._taker.take(given))

    def _put(self, given: Sequence[Given]) -> None:
        """Have these go along, each once, in this order."""
        with self._turn:
            self._given = tuple({one.reference.sha256: one for one in given}.values())
            self.along = [_told(one) for one in self._given]

    def _add(self, given: object, name: str = "") -> None:
        """Take in one more for the page: nobody is there to catch an error."""
        try:
            taken = self._taker.take(given, name)
        except ImageLabError as wrong:
            self.problem = str(wrong)
        else:
            self._put([*self._given, *taken])

    # -- for the page ---------------------------------------------------------------------

    def _receive(self, _: object, content: object, buffers: Sequence[Any]) -> None:
        """Put the parts of a file together, in whatever order they come."""
        if not isinstance(content, Mapping) or content.get("kind") != "part":
            return
        key, name = str(content["id"]), str(content["name"])
        with self._turn:
            if key not in self._coming and len(self._coming) >= MOST_COMING:
                self._coming.pop(next(iter(self._coming)))  # its page was closed
            parts = self._coming.setdefault(key, {})
            parts[int(content["part"])] = bytes(buffers[0]) if buffers else b""
            if len(parts) < int(content["of"]):
                return
            del self._coming[key]
            self._add(b"".join(parts[at] for at in sorted(parts)), name)
        self.send({"kind": "taken", "id": key})

    def _on_leave(self, asked: Mapping[str, Any]) -> None:
        """Take one of them away."""
        at = int(asked["number"])
        self._put([one for number, one in enumerate(self._given) if number != at])


def _told(given: Given) -> dict[str, Any]:
    """Write down a picture, with a face to know it by."""
    reference = given.reference
    told = {"name": given.label or "picture", "width": reference.width, "height": reference.height}
    return {**told, "face": stills.thumbnail(given.data, FACE_SIDE)}
