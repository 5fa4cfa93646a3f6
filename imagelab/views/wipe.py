"""Wipe: two pictures in one place, and how far apart they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import traitlets

from imagelab.catalog.arguments import named
from imagelab.errors import ImageLabError
from imagelab.insight import alike, stills
from imagelab.insight.alike import Likeness
from imagelab.insight.pictures import Source
from imagelab.views._looking import Choice, Looking, Ranged


class Wipe(Looking, stem="wipe", shared=("looking",)):
    """Two pictures laid on each other: wiped, blended, flickered, or subtracted.

    Each picture is a file's path, its bytes, a Pillow picture or a ``Generation``; ``names``
    are what they are called. A second picture of another size is fitted into the first, and
    the view says so. Keys: w, o, f, d choose the mode, arrows move the slider, the space bar
    halts and turns the flicker, s swaps the sides.

    Attributes:
        mode: ``"wipe"``, ``"onion"``, ``"flicker"`` or ``"difference"``.
        position: per cent of the width at which the second picture begins, when wiped.
        opacity: per cent of the second picture in the blend, as onion skin.
        seconds: how long each picture stays when they flicker, 0.2 to 5.
        gain: how many times the difference map is amplified, 1 to 32.
        swapped: whether the second picture takes the first one's side.

    Raises:
        InputError: what was given is no picture, or a value is out of its range.

    >>> wipe = Wipe("low.png", "high.png", mode="difference")   # doctest: +SKIP
    >>> wipe.ssim, wipe.mean_difference                         # doctest: +SKIP
    (0.8712, 9.402)

    """

    mode = Choice("wipe", "onion", "flicker", "difference")
    position = Ranged(50.0, 0, 100)
    opacity = Ranged(50.0, 0, 100)
    # Three flashes in a second can harm; two pictures of 0.2 s are two and a half.
    seconds = Ranged(0.6, 0.2, 5)
    gain = Ranged(4.0, 1, 32)
    swapped = traitlets.Bool(False).tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)

    title = "Two pictures"
    wiped = True

    @named()
    def __init__(
        self,
        first: Source,
        second: Source,
        *,
        names: Sequence[str] | None = None,
        mode: str = "wipe",
        position: float = 50.0,
        opacity: float = 50.0,
        seconds: float = 0.6,
        gain: float = 4.0,
        swapped: bool = False,
    ) -> None:
        super().__init__(
            (first, second),
            names,
            mode=mode,
            position=position,
            opacity=opacity,
            seconds=seconds,
            gain=gain,
            swapped=swapped,
        )
        one, other = self._shown
        fitted = alike.fitting((one.width, one.height), (other.width, other.height))
        self.numbers = {"fitted": fitted}

    @property
    def likeness(self) -> Likeness:
        """How alike the originals are; computed when first asked for, then remembered.

        Raises:
            PictureError: one of them can no longer be read.

        """
        one, other = self._shown
        return alike.likeness(one.read(), other.read())

    @property
    def ssim(self) -> float:
        """Structural similarity of the originals: 1 where they are equal."""
        return self.likeness.ssim

    @property
    def mean_difference(self) -> float:
        """Mean difference of the originals, in levels of 255, over all pixels and colours."""
        return self.likeness.mean_difference

    def _hear(self, widget: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        if content.get("kind") == "measure":
            self._measure()
        elif content.get("kind") == "difference":
            self._give({"kind": "difference", "mime": "image/png"}, lambda: self.likeness.map)
        super()._hear(widget, content, buffers)

    def _measure(self) -> None:
        """Tell the page the numbers, or why there are none."""
        try:
            found = self.likeness
        except ImageLabError as problem:
            self.numbers = {**self.numbers, "error": str(problem)}
            return
        told = {"ssim": found.ssim, "mean_difference": found.mean_difference}
        self.numbers = {"fitted": found.fitted, **told}

    def _board(self) -> stills.Board:
        self._measure()
        return replace(super()._board(), common=_in_words(self.numbers))


def _in_words(numbers: dict[str, Any]) -> str:
    words = []
    if "ssim" in numbers:
        words.append(f"SSIM {numbers['ssim']:.3f}")
        words.append(f"mean difference {numbers['mean_difference']:.1f} of 255")
    return " · ".join([*words, *filter(None, [numbers.get("fitted", "")])])
