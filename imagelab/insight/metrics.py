"""What can be measured of one picture at little cost, and pictures that look alike."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import TYPE_CHECKING, Any

from imagelab.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pandas import DataFrame
    from PIL.Image import Image

Value = float | int | bool | str | None
"""What a measure gives; ``None`` where a picture has none."""

Function = Callable[["Image"], Value]
"""Measures one picture, decoded by Pillow."""

SIDE = 1024
"""The longer edge at which pictures are measured: figures of other sizes would not compare."""

HASH_SIDE = 16
ALIKE_BITS = 24
"""Of 256 bits: copies that were scaled or saved again differ in fewer."""


def sharpness(picture: Image) -> float:
    """Measure how much fine detail there is: the variance of the Laplacian of its light.

    Pech-Pacheco et al., 2000. Noise counts as detail too; compare pictures of one prompt.
    """
    grey = _pixels(_opaque(picture).convert("L"))
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    edges = around - 4 * grey[1:-1, 1:-1]
    return round(float(edges.var()), 3) if edges.size else 0.0


def colourfulness(picture: Image) -> float:
    """Measure how colourful it looks: 0 is grey, above 60 is vivid.

    Hasler and Süsstrunk, "Measuring colourfulness in natural images", 2003.
    """
    red, green, blue = _pixels(_opaque(picture)).transpose(2, 0, 1)
    across, down = red - green, (red + green) / 2 - blue
    spread = math.hypot(float(across.std()), float(down.std()))
    return round(spread + 0.3 * math.hypot(float(across.mean()), float(down.mean())), 3)


def alpha(picture: Image) -> float:
    """Measure the part of the picture that is transparent, if only a little: 0 to 1."""
    if not picture.has_transparency_data:
        return 0.0
    clear = _pixels(picture.convert("RGBA").getchannel("A")) < 255
    return round(float(clear.mean()), 6)


def dhash(picture: Image) -> str:
    """Give the 256-bit difference hash, in hex: pictures that look alike have alike hashes."""
    import numpy as np
    from PIL import Image

    size = (HASH_SIDE + 1, HASH_SIDE)
    small = _opaque(picture).convert("L").resize(size, Image.Resampling.LANCZOS)
    grey = _pixels(small)
    bits = np.packbits(grey[:, 1:] > grey[:, :-1])
    return bits.tobytes().hex()


BUILT_IN: dict[str, Function] = {
    "sharpness": sharpness,
    "colourfulness": colourfulness,
    "alpha": alpha,
    "dhash": dhash,
}
"""The measures that need no function of the user's."""


def _opaque(picture: Image) -> Image:
    """Lay a picture on white, as pages do, at the size at which all are measured."""
    from PIL import Image

    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    plain = picture.convert("RGB")
    plain.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return plain


def _pixels(picture: Image) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(picture, dtype=np.float32)


def version(function: Function) -> str:
    """Tell one function from another of the same name: a digest of what it does.

    An edited function is another one, wherever its code can be seen; what it reads from
    elsewhere (globals, a model's weights) is not looked at.
    """
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return f"{type(function).__module__}.{type(function).__qualname__}"[:64]
    return hashlib.sha256(_content(code).encode()).hexdigest()[:16]


def _content(code: CodeType) -> str:
    parts = [code.co_code.hex(), repr(code.co_names), repr(code.co_varnames)]
    for constant in code.co_consts:
        parts.append(_content(constant) if isinstance(constant, CodeType) else repr(constant))
    return "|".join(parts)


def checked(name: str, value: Any) -> Value:
    """Take what a function gave as a value that can be kept.

    Raises:
        InputError: it is no number, truth or text.

    """
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()  # numbers of numpy and of its kin
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    raise InputError(f"{name} gave {type(value).__name__}: a number, a truth or a text is wanted.")


def add_columns(table: DataFrame, values: Mapping[str, Mapping[str, Value]]) -> DataFrame:
    """Add measures, by name and then by picture, as columns to a table with ``picture``."""
    import pandas as pd

    for name, found in values.items():
        if name not in table.columns:
            column = [found.get(one) for one in table["picture"].astype("object")]
            table[name] = pd.Series(column, index=table.index, dtype=_kind(found.values()))
    return table


def _kind(values: Any) -> str:
    kinds = {type(one) for one in values if one is not None}
    if kinds == {bool}:
        return "boolean"
    return (
        "string" if str in kinds and kinds == {str} else "Float64" if str not in kinds else "object"
    )


def near_duplicates(log: DataFrame, most_bits: int = ALIKE_BITS) -> DataFrame:
    """List pairs of pictures that look alike, the likest first.

    ``log`` needs the column ``dhash``. ``distance`` is how many of 256 bits differ, 0 for
    equal looks; pairs of the very same bytes are among them.
    """
    import numpy as np
    import pandas as pd

    there = log[log["dhash"].notna()].drop_duplicates("id")
    words = [bytes.fromhex(one) for one in there["dhash"]]
    bits = np.unpackbits(np.frombuffer(b"".join(words), np.uint8)).reshape(len(words), HASH_SIDE**2)
    pairs = _pairs(bits.astype(np.float32) * 2 - 1, most_bits)
    pairs.sort(key=lambda pair: (pair[2], pair[0], pair[1]))
    first, second = [there.iloc[[pair[end] for pair in pairs]] for end in (0, 1)]
    columns = {
        "id": first["id"].to_numpy(),
        "other": second["id"].to_numpy(),
        "distance": [pair[2] for pair in pairs],
        "prompt": first["prompt"].to_numpy(),
        "other_prompt": second["prompt"].to_numpy(),
    }
    return pd.DataFrame(columns)


def _pairs(signs: NDArray[np.float32], most: int, step: int = 1024) -> list[tuple[int, int, int]]:
    """Compare all with all, a block of rows at a time: the product of signs counts equal bits."""
    import numpy as np

    found = []
    for start in range(0, len(signs), step):
        differing = (signs.shape[1] - signs[start : start + step] @ signs.T) / 2
        for row, column in np.argwhere(differing <= most):
            if column > row + start:
                found.append((int(row) + start, int(column), int(differing[row, column])))
    return found


def chosen(names: Sequence[str], functions: Mapping[str, Function]) -> dict[str, Function]:
    """Gather built-in measures by name and functions of the user's; all built-in ones if none.

    Raises:
        InputError: no measure is called so, or what is given is no function.

    """
    if not names and not functions:
        return dict(BUILT_IN)
    for name in names:
        if name not in BUILT_IN:
            raise InputError(
                f"No measure is called {name!r}. Built in are {', '.join(BUILT_IN)}; for one of "
                "your own: lab.measure(name=function)."
            )
    for name, function in functions.items():
        if not callable(function):
            raise InputError(f"{name} is to be a function of a Pillow picture, not {function!r}.")
        if name in BUILT_IN:
            raise InputError(f"{name} is built in: give your function another name.")
    return {**{name: BUILT_IN[name] for name in names}, **functions}
