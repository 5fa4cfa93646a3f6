"""Zoom: two to six pictures, enlarged and moved as one, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.catalog.arguments import named
from imagelab.errors import InputError
from imagelab.insight.pictures import Source
from imagelab.views._looking import Looking, Ranged

FEWEST, MOST = 2, 6
MOST_LEVEL = 32.0


class Zoom(Looking, stem="zoom", shared=("looking",)):
    """Two to six pictures side by side at original resolution, zoomed and moved together.

    Each picture is a file's path, its bytes, a Pillow picture or a ``Generation``; ``names``
    stand above them. Wheel (after a click into a picture, or with Ctrl), drag, pinch and keys:
    + and - zoom, arrows move, 0 fits, 1 to 8 show so many hundred per cent. The page asks for
    originals while it is seen, and lets them go after.

    Attributes:
        level: screen pixels per pixel of the first picture: 1.0 is 100 %, 0.0 fits the
            picture into its frame. Pictures of other sizes show the same part of themselves.
        x, y: what is in the middle, from 0 to 1 across and down.

    Raises:
        InputError: fewer than two pictures or more than six, or what is none.

    >>> zoom = Zoom("low.png", "high.png", level=4)         # doctest: +SKIP
    >>> zoom.x, zoom.y = 0.3, 0.6                           # doctest: +SKIP

    """

    level = Ranged(0.0, 0, MOST_LEVEL)
    x = Ranged(0.5, 0, 1)
    y = Ranged(0.5, 0, 1)

    title = "Side by side"

    @named()
    def __init__(
        self,
        *pictures: Source,
        names: Sequence[str] | None = None,
        level: float = 0.0,
        x: float = 0.5,
        y: float = 0.5,
    ) -> None:
        if not FEWEST <= len(pictures) <= MOST:
            raise InputError(
                f"Zoom shows {FEWEST} to {MOST} pictures side by side; got {len(pictures)}. "
                "Choose some: comparison.zoom(0, 3)."
            )
        super().__init__(pictures, names, level=level, x=x, y=y)
