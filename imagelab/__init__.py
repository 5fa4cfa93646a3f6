"""imagelab: see, know and decide what a picture from OpenAI's GPT Image models is worth.

>>> from imagelab import Lab
>>> lab = Lab()                                             # the offline simulator
>>> lab.compare(["a red fox in snow", "a red fox in snow, watercolour"],
...             quality=["low", "medium", "high"])          # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagelab.catalog.tables import models, prices, providers
    from imagelab.comparison import Comparison
    from imagelab.errors import ImageLabError
    from imagelab.lab import Lab
    from imagelab.pricing import Quote, quote
    from imagelab.request import Generation, ImageRequest
    from imagelab.runner import Run
    from imagelab.sweep import Sweep

# Where each name lives. Nothing is imported before it is used.
_HOMES = {
    "Comparison": "imagelab.comparison",
    "Generation": "imagelab.request",
    "ImageLabError": "imagelab.errors",
    "ImageRequest": "imagelab.request",
    "Lab": "imagelab.lab",
    "Quote": "imagelab.pricing",
    "Run": "imagelab.runner",
    "Sweep": "imagelab.sweep",
    "models": "imagelab.catalog.tables",
    "prices": "imagelab.catalog.tables",
    "providers": "imagelab.catalog.tables",
    "quote": "imagelab.pricing",
}

__all__ = [
    "Comparison",
    "Generation",
    "ImageLabError",
    "ImageRequest",
    "Lab",
    "Quote",
    "Run",
    "Sweep",
    "models",
    "prices",
    "providers",
    "quote",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'imagelab' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
