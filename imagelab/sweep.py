"""Sweeps: prompts x settings x samples, written down and not yet run. A sweep spends nothing."""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from imagelab import pricing
from imagelab.catalog import models, providers
from imagelab.errors import InputError, TemplateError
from imagelab.request import SETTINGS, Generation, ImageRequest, Usage, names

if TYPE_CHECKING:
    from pandas import DataFrame

FACTORS = ("prompt", "model", "quality", "size", "background", "output_format")
"""The settings that a sweep can vary, beside template variables and samples."""

DEFAULTS = {"quality": "low", "size": "1024x1024"}

# Words that later columns and parameters will need; a template variable may not take them.
_LATER = (
    "samples variables fresh n user stream partial_images input_fidelity mask markup image images "
    "complexity svg frame_count frame_duration_ms safety_identifier extra provider lane batch "
    "parents owner rater vote star bytes cost cost_usd quoted_usd spent pictures template position"
)


@dataclass(frozen=True)
class Cell:
    """One picture of a sweep: where it stands, what varies there, and what is asked."""

    position: int
    factors: Mapping[str, str]
    request: ImageRequest
    sample: int = 1


def reserved() -> frozenset[str]:
    """Give the names that no template variable may have: API parameters and log columns."""
    own = {*names(Generation), *names(Usage), *names(ImageRequest), *FACTORS, *SETTINGS}
    return frozenset({*own, *_LATER.split(), "sample"})


class Sweep:
    """Prompts x settings x samples, not yet run.

    Each setting is one value or a list; ``None`` leaves it to the lab. Where variables are
    given, ``{name}`` in a prompt is filled with each of their values, and they become
    factors; where none are given, braces are only braces.

    >>> sweep = Sweep("a {animal} in snow", animal=["fox", "owl"], quality=["low", "high"])
    >>> len(sweep)
    4

    Raises:
        InputError: a setting has no value, or ``samples`` is below 1.
        TemplateError: a variable is missing, unused, reserved, or a misspelt setting.

    """

    def __init__(
        self,
        prompt: str | Sequence[str],
        *,
        quality: str | Sequence[str] | None = None,
        size: str | Sequence[str] | None = None,
        model: str | Sequence[str] | None = None,
        background: str | Sequence[str] | None = None,
        output_format: str | Sequence[str] | None = None,
        samples: int = 1,
        variables: Mapping[str, str | Sequence[Any]] = {},
        **more_variables: str | Sequence[Any],
    ) -> None:
        self.templates = _values("prompt", prompt)
        self.samples = _samples(samples)
        self.variables = {
            name: _values(name, values) for name, values in {**variables, **more_variables}.items()
        }
        _check_variables(self.templates, self.variables)
        given = {
            "model": model,
            "quality": quality,
            "size": size,
            "background": background,
            "output_format": output_format,
        }
        self.settings = {
            name: _values(name, values) for name, values in given.items() if values is not None
        }

    def __len__(self) -> int:
        return len(list(self._points()))

    def __repr__(self) -> str:
        parts = [f"{len(self.templates)} prompt{'s' * (len(self.templates) != 1)}"]
        varied = {**self.variables, **self.settings}
        parts += [f"{name}: {', '.join(values)}" for name, values in varied.items()]
        if self.samples > 1:
            parts.append(f"{self.samples} samples")
        return f"Sweep({len(self)} pictures; {'; '.join(parts)})"

    def _points(self) -> Iterator[tuple[dict[str, str], int]]:
        """Walk every combination: prompts slowest, then variables, settings, samples."""
        axes = {"template": self.templates, **self.variables, **self.settings}
        for values in itertools.product(*axes.values()):
            for sample in range(1, self.samples + 1):
                yield dict(zip(axes, values, strict=True)), sample

    def cells(self, *, model: str) -> list[Cell]:
        """Write out every picture as a request, for a lab whose model is ``model``.

        Raises:
            InputError: some combinations are illegal; the message names every one of them.

        """
        cells: list[Cell] = []
        wrong: dict[str, None] = {}
        for point, sample in self._points():
            factors = self._factors(point)
            settings = {"model": model, **DEFAULTS, **factors}
            asked = {name: settings[name] for name in FACTORS if name in settings}
            try:
                request = ImageRequest(**asked)  # type: ignore[arg-type]
            except InputError as problem:
                wrong[f"{_label(asked)}: {problem}"] = None
                continue
            shown = {**factors, **asked, "sample": str(sample)}
            cells.append(Cell(len(cells), shown, request, sample))
        if wrong:
            raise InputError(_illegal(list(wrong)))
        return cells

    def _factors(self, point: Mapping[str, str]) -> dict[str, str]:
        """Fill the template, and keep what varies under its name."""
        factors = {name: value for name, value in point.items() if name != "template"}
        template = point["template"]
        if not self.variables:
            return {"prompt": template, **factors}
        return {"prompt": template.format_map(factors), **factors}

    def quote(self, provider: str = "openai", *, model: str | None = None) -> pricing.Quote:
        """Say what the whole sweep costs at ``provider``'s list prices, in exact dollars.

        ``model`` counts where the sweep names none; it is the provider's default otherwise.

        >>> Sweep("a red fox", quality=["low", "high"], model="gpt-image-1").quote().pictures
        2
        """
        known = providers.find(provider)
        default = model or (known.default_model if known else "gpt-image-2")
        cells = self.cells(model=default)
        return pricing.total(pricing.quote_request(cell.request, provider) for cell in cells)

    def frame(self) -> DataFrame:
        """Write the sweep as a table, one row per picture."""
        import pandas as pd

        rows = [{**self._factors(point), "sample": sample} for point, sample in self._points()]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        table = self.frame()
        shown = table.head(20).to_html(index=False, border=0, escape=True)
        more = f"<p>… and {len(table) - 20} more</p>" if len(table) > 20 else ""
        return f"<p><b>{len(table)} pictures, not yet asked for</b></p>{shown}{more}"

    def with_model(self, model: str) -> Self:
        """Give the same sweep on another model."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.settings = {**self.settings, "model": _values("model", model)}
        return twin


def _values(name: str, given: object) -> tuple[str, ...]:
    """Take one value or several; refuse none, and what is no text or number."""
    several = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if not several:
        raise InputError(f"{name} has no values: give at least one, or leave it out.")
    for value in several:
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise InputError(f"{name} takes text, not {value!r}.")
    return tuple(str(value) for value in several)


def _samples(samples: object) -> int:
    if not isinstance(samples, int) or isinstance(samples, bool) or samples < 1:
        raise InputError(f"samples is a whole number of at least 1; got {samples!r}.")
    return samples


def _check_variables(templates: Sequence[str], variables: Mapping[str, tuple[str, ...]]) -> None:
    if not variables:
        return
    used = set().union(*(_slots(template) for template in templates))
    for name in variables:
        if name not in used:
            raise TemplateError(_unused(name, used))
        if name in reserved():
            raise TemplateError(
                f"A template variable cannot be called {name!r}: that is a setting or a column "
                f"of the log. Rename it in the prompt, for example {{{name}_word}}."
            )
    for name in sorted(used - set(variables)):
        raise TemplateError(
            f"The prompt uses {{{name}}}, but no variable of that name is given: add "
            f"{name}=[...], or write {{{{{name}}}}} for braces that stay."
        )


def _slots(template: str) -> set[str]:
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as cause:
        raise TemplateError(
            f"The prompt {template!r} is no template: {cause}. Double a brace that is to stay."
        ) from cause
    slots = set()
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise TemplateError(
                f"A template variable is a plain name in braces, not {{{name}}}: "
                "use {animal}, and double a brace that is to stay."
            )
        slots.add(name)
    return slots


def _unused(name: str, used: set[str]) -> str:
    settings = (*FACTORS, "samples", "variables")
    meant = "samples" if name == "n" else models.closest(name, [*settings, *used])
    hint = f" Did you mean {meant}?" if meant else ""
    return (
        f"No prompt uses {{{name}}}, and {name!r} is no setting of a sweep.{hint} "
        f"The settings are {', '.join(settings)}."
    )


def _label(asked: Mapping[str, str]) -> str:
    prompt = asked["prompt"] if len(asked["prompt"]) <= 40 else asked["prompt"][:39] + "…"
    rest = [value for name, value in asked.items() if name != "prompt"]
    return f"{prompt!r} {' '.join(rest)}"


def _illegal(wrong: Sequence[str]) -> str:
    what = "One combination is" if len(wrong) == 1 else f"{len(wrong)} combinations are"
    return "\n  ".join([f"{what} impossible; nothing was sent:", *wrong])
