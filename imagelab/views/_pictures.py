"""Views of pictures: originals when somebody opens one, thumbnails as they come into sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagelab.errors import ImageLabError
from imagelab.request import Generation
from imagelab.views._view import View

Original = tuple[bytes, str, str]
"""A picture as received: its bytes, MIME type and a file name to save it under."""

EAGER = 96
"""Up to so many thumbnails travel with a view; of more only the first, and the rest on demand."""

FIRST = 48
"""How many of many: what a screen or two show, so that they are seen without a question."""

MOST_AT_ONCE = 64


def file_name(generation: Generation) -> str:
    """Name the file that a picture is saved as."""
    suffix = {"jpeg": "jpg"}.get(generation.format, generation.format)
    return f"{(generation.picture or 'picture')[:16]}.{suffix}"


class PictureView(View):
    """A view whose page asks for originals and thumbnails by number."""

    _original: Callable[[int], Original] | None = None
    _thumbnail: Callable[[int], bytes] | None = None

    def _on_original(self, asked: Mapping[str, Any]) -> None:
        if self._original is None:
            return
        reply: dict[str, Any] = {"kind": "original", "position": int(asked["position"])}
        try:
            data, mime, name = self._original(reply["position"])
        except Exception as problem:  # whatever it is, the person who clicked must read it
            self.send({**reply, "error": str(problem) or type(problem).__name__})
        else:
            self.send({**reply, "mime": mime, "name": name}, buffers=[data])

    def _on_thumbnails(self, asked: Mapping[str, Any]) -> None:
        """Send the thumbnails asked for; an empty one where a picture cannot be shown."""
        wanted = [int(at) for at in asked["positions"]][:MOST_AT_ONCE]
        self._push({at: self._small(at) for at in wanted})

    def _push(self, thumbnails: Mapping[int, bytes]) -> None:
        if thumbnails:
            told = {"kind": "thumbnails", "positions": list(thumbnails)}
            self.send(told, buffers=list(thumbnails.values()))

    def _small(self, position: int) -> bytes:
        if self._thumbnail is None:
            return b""
        try:
            return self._thumbnail(position)
        except (ImageLabError, KeyError, IndexError):
            return b""
