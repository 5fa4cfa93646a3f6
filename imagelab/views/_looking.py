"""What the views that look closely at a few pictures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from imagelab.catalog.arguments import check_number
from imagelab.catalog.models import closest
from imagelab.errors import InputError
from imagelab.insight import stills
from imagelab.insight.pictures import Picture, Source, board_of, pictures_of
from imagelab.insight.thumbs import thumbnail
from imagelab.request import in_notebook
from imagelab.views import lasting
from imagelab.views._view import View

SIDE = 384
"""The longest edge of the small pictures that stand in until the originals come."""


class Ranged(traitlets.Float[float, float]):
    """A number between two others; anything else is refused with both of them named."""

    def __init__(self, default: float, least: float, most: float) -> None:
        super().__init__(default)
        self.least, self.most = least, most
        self.tag(sync=True)

    def validate(self, obj: object, value: object) -> float:
        """Give the number, or refuse it."""
        check_number(str(self.name), value, self.least, self.most)
        return float(value)  # type: ignore[arg-type]


class Choice(traitlets.Enum[str]):
    """One word of several; another is refused with all of them named."""

    def __init__(self, *words: str) -> None:
        super().__init__(words, words[0])
        self.words = words
        self.tag(sync=True)

    def validate(self, obj: object, value: object) -> str:
        """Give the word, or refuse it."""
        if isinstance(value, str) and value in self.words:
            return value
        meant = closest(str(value), self.words)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise InputError(f"{self.name} is {' or '.join(map(repr, self.words))}.{hint}")


class Looking(View):
    """A view of a few pictures, whose originals are read when the page asks, and only then.

    ``pictures`` tells the page about them; ``small_<number>`` holds what stands in until an
    original comes.
    """

    pictures = traitlets.List(traitlets.Dict()).tag(sync=True)

    title: ClassVar[str] = ""
    """What stands above the static pictures that the view leaves."""

    wiped: ClassVar[bool] = False
    """Whether a wipe stands open below them."""

    def __init__(
        self,
        sources: Sequence[Source],
        names: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        shown = pictures_of(sources, names)
        self._shown = tuple(shown)
        self._small = {at: thumbnail(one.read(), SIDE) for at, one in enumerate(shown)}
        self.add_traits(
            **{
                f"small_{at}": traitlets.Bytes(data).tag(sync=True)
                for at, data in self._small.items()
            }
        )
        super().__init__(pictures=[_told(one) for one in shown], **options)
        self.on_msg(self._hear)

    def _hear(self, _: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Answer what the page asks."""
        if content.get("kind") == "original":
            at = int(content["position"])
            if 0 <= at < len(self._shown):
                picture = self._shown[at]
                self._give({"kind": "original", "position": at, "mime": picture.mime}, picture.read)

    def _give(self, reply: Mapping[str, Any], read: Any) -> None:
        """Send bytes to the page, or why there are none."""
        try:
            data = read()
        except Exception as problem:  # whatever it is, the person who waits must read it
            self.send({**reply, "error": str(problem) or type(problem).__name__})
        else:
            self.send(dict(reply), buffers=[data])

    def _ipython_display_(self) -> None:
        """Show the live view, and after it what is seen where no view lives."""
        board = self._board()
        if not in_notebook():
            lasting.show(
                {"text/plain": "\n".join(filter(None, [stills.text(board), board.common]))}
            )
            return
        bundle = self._repr_mimebundle_()
        data, metadata = bundle if bundle else ({"text/plain": repr(self)}, {})
        lasting.show({**data, "text/plain": ""}, metadata)
        self._leave(board)

    def _leave(self, board: stills.Board) -> None:
        sheet = stills.sheet(board, self._small, side=SIDE)
        lasting.leave(board, self._small, sheet, wipe_open=self.wiped)

    def _board(self) -> stills.Board:
        return board_of(self._shown, self.title)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(one.label for one in self._shown)})"


def _told(picture: Picture) -> dict[str, Any]:
    return {
        "label": picture.label,
        "alt": picture.alt,
        "price": picture.price,
        "name": picture.name,
        "width": picture.width,
        "height": picture.height,
    }
