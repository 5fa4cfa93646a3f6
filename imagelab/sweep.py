"""Sweeps: prompts x settings x samples, written down and not yet run. A sweep spends nothing."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from imagelab import pricing
from imagelab.catalog import models, providers
from imagelab.catalog.arguments import named
from imagelab.errors import InputError, TemplateError
from imagelab.references.factors import Choices
from imagelab.references.gathering import Along
from imagelab.references.taking import Given
from imagelab.request import SETTINGS, Generation, ImageRequest, Usage, dollars_kept, names

if TYPE_CHECKING:
    from pandas import DataFrame

FACTORS = (
    "prompt",
    "model",
    "quality",
    "size",
    "background",
    "output_format",
    "provider",
    "output_compression",
    "moderation",
    "input_fidelity",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "images",
    "mask",
    "markup",
)
"""The settings that a sweep can vary, beside template variables and samples."""

SHOWN_ROWS, SHOWN_VALUES, SHOWN_LETTERS = 20, 6, 40
"""How much of a long sweep its table and its repr show."""

DEFAULTS = {"quality": "low", "size": "1024x1024"}

WHOLE = ("output_compression", "frame_count", "frame_duration_ms")
"""The settings that are whole numbers."""

# Words that later columns and parameters will need; a template variable may not take them.
_LATER = (
    "samples variables fresh n user stream partial_images input_fidelity mask markup image images "
    "complexity svg frame_count frame_duration_ms safety_identifier extra lane batch "
    "parents owner rater vote star remark bytes cost cost_usd quoted_usd spent pictures template "
    "position"
)


@dataclass(frozen=True)
class Cell:
    """One picture of a sweep: where it stands, what varies there, what is asked, and of whom.

    ``provider`` is ``None`` where the sweep names none: the lab's own is then asked.
    ``template`` is the prompt before its variables were filled in.
    """

    position: int
    factors: Mapping[str, str]
    request: ImageRequest
    sample: int = 1
    provider: str | None = None
    template: str = ""


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

    @named()
    def __init__(
        self,
        prompt: str | Sequence[str],
        *,
        quality: str | Sequence[str] | None = None,
        size: str | Sequence[str] | None = None,
        model: str | Sequence[str] | None = None,
        background: str | Sequence[str] | None = None,
        output_format: str | Sequence[str] | None = None,
        output_compression: int | Sequence[int] | None = None,
        moderation: str | Sequence[str] | None = None,
        images: Any = None,
        mask: Any = None,
        markup: Any = None,
        input_fidelity: str | Sequence[str] | None = None,
        complexity: str | Sequence[str] | None = None,
        frame_count: int | Sequence[int] | None = None,
        frame_duration_ms: int | Sequence[int] | None = None,
        svg: Mapping[str, Any] | None = None,
        partial_images: int | None = None,
        safety_identifier: str | None = None,
        extra: Mapping[str, Any] | None = None,
        provider: str | Sequence[str] | None = None,
        samples: int = 1,
        variables: Mapping[str, str | Sequence[Any]] = {},
        **more_variables: str | Sequence[Any],
    ) -> None:
        self.templates = _prompts(prompt)
        self.samples = _samples(samples)
        self.variables = {
            name: _values(name, values)
            for name, values in {**_mapping(variables), **more_variables}.items()
        }
        _check_variables(self.templates, self.variables)
        given = {
            "model": model,
            "quality": quality,
            "size": size,
            "background": background,
            "output_format": output_format,
            "output_compression": output_compression,
            "moderation": moderation,
            "input_fidelity": input_fidelity,
            "complexity": complexity,
            "frame_count": frame_count,
            "frame_duration_ms": frame_duration_ms,
            "provider": provider,
        }
        self._choices = Choices(images, mask=mask, markup=markup)
        self.settings = {
            name: _values(name, values) for name, values in given.items() if values is not None
        } | self._choices.axes
        constant = {
            "svg": svg,
            "partial_images": partial_images,
            "safety_identifier": safety_identifier,
            "extra": extra,
        }
        self.constant = {name: one for name, one in constant.items() if one is not None}
        """Settings that are the same in every place and make no factor."""

    def __len__(self) -> int:
        axes = (self.templates, *self.variables.values(), *self.settings.values())
        return math.prod(map(len, axes)) * self.samples

    def __repr__(self) -> str:
        parts = [f"{len(self.templates)} prompt{'s' * (len(self.templates) != 1)}"]
        varied = {**self.variables, **self.settings}
        parts += [f"{name}: {_few(values)}" for name, values in varied.items()]
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
            provider = settings.pop("provider", None)
            asked = {name: settings[name] for name in FACTORS if name in settings}
            try:
                along = self._choices.along(asked)
                if along and "size" not in factors:
                    asked["size"] = along.size_for(asked["model"])
                request = ImageRequest(**{**asked, **self._meant(asked, along)})
            except InputError as problem:
                wrong[f"{_label(asked)}: {problem}"] = None
                continue
            shown = {**factors, **asked, "sample": str(sample)}
            template = point["template"]
            cells.append(Cell(len(cells), shown, request, sample, provider, template))
        if wrong:
            raise InputError(_illegal(list(wrong)))
        return cells

    def _meant(self, asked: Mapping[str, str], along: Along | None) -> dict[str, Any]:
        """Give what stands behind the names and texts of one place."""
        numbers = {name: _whole(asked[name]) for name in WHOLE if name in asked}
        return {**numbers, **(along.settings if along else {}), **self.constant}

    def along(self, cell: Cell) -> tuple[Given, ...]:
        """Give the pictures that go along with one of this sweep's requests, as bytes."""
        along = self._choices.along(cell.factors)
        return along.all if along else ()

    def _factors(self, point: Mapping[str, str]) -> dict[str, str]:
        """Fill the template, and keep what varies under its name."""
        factors = {name: value for name, value in point.items() if name != "template"}
        template = point["template"]
        if not self.variables:
            return {"prompt": template, **factors}
        return {"prompt": template.format_map(factors), **factors}

    @named()
    def quote(self, provider: str = "openai", *, model: str | None = None) -> pricing.Quote:
        """Say what the whole sweep costs at ``provider``'s list prices, in exact dollars.

        ``model`` counts where the sweep names none; it is the provider's default otherwise.
        A sweep that names providers itself is quoted at each one's list.
        ``Lab.quote`` also knows what is paid already.

        Raises:
            InputError: some combinations are illegal; the message names every one of them.
            SetupError: no provider is called so.

        >>> Sweep("a red fox", quality=["low", "high"], model="gpt-image-1").quote().pictures
        2
        """
        default = providers.get(provider).default_model
        cells = self.cells(model=model or default)
        return pricing.total(
            pricing.quote_request(cell.request, cell.provider or provider) for cell in cells
        )

    @property
    def frame(self) -> DataFrame:
        """The sweep as a table, one row per picture."""
        return self._table(self._points())

    def _table(self, points: Iterable[tuple[Mapping[str, str], int]]) -> DataFrame:
        import pandas as pd

        return pd.DataFrame([{**self._factors(one), "sample": sample} for one, sample in points])

    def _repr_html_(self) -> str:
        few = self._table(itertools.islice(self._points(), SHOWN_ROWS))
        shown = few.to_html(index=False, border=0, escape=True)
        pictures = f"{len(self)} picture{'s' * (len(self) != 1)}"
        rest = len(self) - len(few)
        more = f"<p>… and {rest} more</p>" if rest else ""
        return dollars_kept(f"<p><b>{pictures}, not yet asked for</b></p>{shown}{more}")

    def with_model(self, model: str) -> Self:
        """Give the same sweep on another model."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.settings = {**self.settings, "model": _values("model", model)}
        return twin


def _prompts(given: object) -> tuple[str, ...]:
    """Take one prompt or several: texts, and nothing that would only be turned into text."""
    if isinstance(given, Sweep):
        raise InputError("This is a sweep already: run it with lab.run(sweep).")
    if isinstance(given, Iterable) and not isinstance(given, str | Mapping):
        given = list(given)
        if not given:
            raise InputError("prompt has no values: give at least one text.")
        for one in given:
            if not isinstance(one, str):
                raise InputError(f"A prompt is a text, not {one!r}: write str(...) if you mean it.")
    elif not isinstance(given, str | Mapping):
        raise InputError(f"prompt takes a text or several, not {given!r}.")
    return _values("prompt", given)


def _mapping(variables: object) -> Mapping[str, Any]:
    if isinstance(variables, Mapping) and all(isinstance(name, str) for name in variables):
        return variables
    raise InputError(
        f"variables takes names with their values, not {variables!r}: write "
        "variables={'animal': ['fox', 'owl']}."
    )


def _values(name: str, given: object) -> tuple[str, ...]:
    """Take one value or several; refuse none, and what is no text or number."""
    if isinstance(given, Mapping):
        raise InputError(
            f"{name} takes one value or a list, not a mapping: give list(mapping.values()) or "
            "list(mapping), whichever you mean."
        )
    several = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if not several:
        raise InputError(f"{name} has no values: give at least one, or leave it out.")
    for value in several:
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise InputError(f"{name} takes text, not {value!r}.")
    return tuple(str(value) for value in several)


def _whole(text: str) -> int | str:
    """Read a number that went through a factor's text; what is none is judged later."""
    try:
        return int(text)
    except ValueError:
        return text


def _few(values: Sequence[str]) -> str:
    """List the first of many values, each cut to a readable length."""
    first = [
        one if len(one) <= SHOWN_LETTERS else one[: SHOWN_LETTERS - 1] + "…"
        for one in values[:SHOWN_VALUES]
    ]
    rest = len(values) - len(first)
    return ", ".join([*first, f"… {rest} more"] if rest else first)


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
    constant = ("svg", "partial_images", "safety_identifier", "extra")
    settings = (*FACTORS, *constant, "samples", "variables")
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
