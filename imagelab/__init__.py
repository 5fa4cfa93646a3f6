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
    from imagelab.errors import (
        BudgetError,
        ExchangeError,
        ImageLabError,
        InputError,
        MissingKeyError,
        ModelError,
        PictureError,
        RecordError,
        SetupError,
        TemplateError,
    )
    from imagelab.insight import plots
    from imagelab.insight.tables import styled
    from imagelab.lab import Lab
    from imagelab.opened import open_zip
    from imagelab.pricing import Quote, quote
    from imagelab.request import Generation, ImageRequest
    from imagelab.runner import Run
    from imagelab.sweep import Sweep
    from imagelab.views.mask import MaskPad
    from imagelab.views.wipe import Wipe
    from imagelab.views.zoom import Zoom

    __version__: str

# Where each name lives. Nothing is imported before it is used.
_HOMES = {
    "BudgetError": "imagelab.errors",
    "Comparison": "imagelab.comparison",
    "ExchangeError": "imagelab.errors",
    "Generation": "imagelab.request",
    "ImageLabError": "imagelab.errors",
    "ImageRequest": "imagelab.request",
    "InputError": "imagelab.errors",
    "Lab": "imagelab.lab",
    "MaskPad": "imagelab.views.mask",
    "MissingKeyError": "imagelab.errors",
    "ModelError": "imagelab.errors",
    "PictureError": "imagelab.errors",
    "Quote": "imagelab.pricing",
    "RecordError": "imagelab.errors",
    "Run": "imagelab.runner",
    "SetupError": "imagelab.errors",
    "Sweep": "imagelab.sweep",
    "TemplateError": "imagelab.errors",
    "Wipe": "imagelab.views.wipe",
    "Zoom": "imagelab.views.zoom",
    "models": "imagelab.catalog.tables",
    "open_zip": "imagelab.opened",
    "plots": "imagelab.insight.plots",
    "prices": "imagelab.catalog.tables",
    "providers": "imagelab.catalog.tables",
    "quote": "imagelab.pricing",
    "styled": "imagelab.insight.tables",
}

_MODULES = ("plots",)
"""Names that are modules themselves."""

__all__ = [
    "BudgetError",
    "Comparison",
    "ExchangeError",
    "Generation",
    "ImageLabError",
    "ImageRequest",
    "InputError",
    "Lab",
    "MaskPad",
    "MissingKeyError",
    "ModelError",
    "PictureError",
    "Quote",
    "RecordError",
    "Run",
    "SetupError",
    "Sweep",
    "TemplateError",
    "Wipe",
    "Zoom",
    "models",
    "open_zip",
    "plots",
    "prices",
    "providers",
    "quote",
    "styled",
]


def __getattr__(name: str) -> object:
    value: object
    if name == "__version__":
        value = importlib.import_module("importlib.metadata").version("imagelab")
    elif name in _HOMES:
        home = importlib.import_module(_HOMES[name])
        value = home if name in _MODULES else getattr(home, name)
    else:
        raise AttributeError(f"module 'imagelab' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
