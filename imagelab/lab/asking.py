"""Asking for pictures: one, an edit, a comparison, a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imagelab import keeping
from imagelab.catalog.arguments import named
from imagelab.comparison import Comparison, finisher, run_to_end
from imagelab.errors import ImageLabError, InputError
from imagelab.lab.base import Base
from imagelab.records.rows import Unknown
from imagelab.references.gathering import Along
from imagelab.references.taking import Given
from imagelab.request import Generation, in_notebook
from imagelab.runner import Run
from imagelab.sweep import Cell, Sweep

_SEVERAL = "For several: lab.compare(prompt, samples=...)."
_SEVERAL_EDITS = "For several: lab.compare(prompt, images=images, samples=...)."


class Asking(Base):
    """Everything of a lab that asks a provider for pictures."""

    @named(samples=_SEVERAL, n=_SEVERAL, images="For edits: lab.edit(prompt, images).")
    def generate(
        self,
        prompt: str,
        *,
        quality: str = "low",
        size: str = "1024x1024",
        model: str | None = None,
        background: str | None = None,
        output_format: str | None = None,
        output_compression: int | None = None,
        moderation: str | None = None,
        complexity: str | None = None,
        frame_count: int | None = None,
        frame_duration_ms: int | None = None,
        svg: Mapping[str, Any] | None = None,
        partial_images: int | None = None,
        safety_identifier: str | None = None,
        extra: Mapping[str, Any] | None = None,
        fresh: bool = False,
        unknown: Unknown = "keep",
    ) -> Generation:
        """Ask for one picture; in a cell it shows itself.

        ``size`` is ``"WIDTHxHEIGHT"`` in pixels or ``"auto"``. What the ledger holds already
        is given without asking; ``fresh=True`` asks for a new picture, and ``unknown="send"``
        only where the ledger's was perhaps billed and never came.

        Args:
            prompt: what the picture should show.
            quality: the tier; 2.5 and later have ``"xhigh"`` and ``"max"`` too.
            size: pixels, or ``"auto"``.
            model: the lab's where none is named.
            background: ``"transparent"``, ``"opaque"`` or ``"auto"``.
            output_format: ``"png"``, ``"jpeg"`` or ``"webp"``; of 2.6 also ``"gif"``, ``"svg"``.
            output_compression: 0 to 100, of jpeg and webp.
            moderation: ``"auto"`` or ``"low"``.
            complexity: how much 2.6 plans before it draws: ``"low"``, ``"medium"``, ``"high"``.
            frame_count: 2 to 16 frames of a gif.
            frame_duration_ms: how long each of them is shown.
            svg: who writes an svg: ``{"model": ..., "reasoning": {"effort": ...}}``.
            partial_images: 0 to 3 pictures on the way, shown as they come; each is billed.
            safety_identifier: the hash of your user's name; it changes no picture and no key.
            extra: parameters of the API that have no name here; they are passed on as they are.
            fresh: ask for a new picture, and pay for it.
            unknown: ``"send"`` asks again for what was perhaps billed and never came.

        Raises:
            InputError: the combination is one the model cannot do; nothing was sent.
            BudgetError: it does not fit the budget; nothing was sent.
            ExchangeError: no good picture came; ``error.generation`` is its row.

        """
        cell = self._cell(
            prompt,
            quality=quality,
            size=size,
            model=model,
            background=background,
            output_format=output_format,
            output_compression=output_compression,
            moderation=moderation,
            complexity=complexity,
            frame_count=frame_count,
            frame_duration_ms=frame_duration_ms,
            svg=svg,
            partial_images=partial_images,
            safety_identifier=safety_identifier,
            extra=extra,
        )
        return self._obtain(cell, (), fresh, unknown)

    @named(samples=_SEVERAL_EDITS, n=_SEVERAL_EDITS, image="Call it images.")
    def edit(
        self,
        prompt: str,
        images: Any,
        *,
        mask: Any = None,
        markup: Any = None,
        input_fidelity: str | None = None,
        quality: str = "low",
        size: str | None = None,
        model: str | None = None,
        background: str | None = None,
        output_format: str | None = None,
        output_compression: int | None = None,
        moderation: str | None = None,
        complexity: str | None = None,
        frame_count: int | None = None,
        frame_duration_ms: int | None = None,
        svg: Mapping[str, Any] | None = None,
        partial_images: int | None = None,
        safety_identifier: str | None = None,
        extra: Mapping[str, Any] | None = None,
        fresh: bool = False,
        unknown: Unknown = "keep",
    ) -> Generation:
        """Make a new picture from one to sixteen others; in a cell it shows itself.

        >>> fox = lab.generate("a red fox in snow")                 # doctest: +SKIP
        >>> night = lab.edit("make it night", fox)                  # doctest: +SKIP
        >>> night.parents == (fox,), len(night.lineage())           # doctest: +SKIP
        (True, 2)

        Legal png, jpeg and webp bytes are sent as they are. Others are made legal: turned
        upright, to 8 bits and RGB; of an animation the first frame is sent. The bytes are kept,
        and are part of what makes two edits the same.

        Args:
            prompt: what to change, or what the new picture should show.
            images: a path, bytes, a PIL image, a numpy array or a ``Generation`` (such as a
                cell of a comparison), or up to 16 of them.
            mask: where the first image may be edited: a png that is transparent there, or a
                black and white drawing (or an array of true and false) that is white there.
            markup: a transparent png with what you drew over the first image; of 2.5 and later.
            input_fidelity: ``"high"`` keeps more of faces and details and costs more; of
                gpt-image-1 and 1.5.
            quality: the tier.
            size: pixels, or ``"auto"``; where none is given, about a megapixel in the shape of
                the first image.
            model: the lab's where none is named.
            background: as for ``generate``; so are all that follow.
            output_format: as for ``generate``.
            output_compression: as for ``generate``.
            moderation: as for ``generate``.
            complexity: as for ``generate``.
            frame_count: as for ``generate``.
            frame_duration_ms: as for ``generate``.
            svg: as for ``generate``.
            partial_images: as for ``generate``.
            safety_identifier: as for ``generate``.
            extra: as for ``generate``.
            fresh: as for ``generate``.
            unknown: as for ``generate``.

        Raises:
            InputError: a picture cannot be sent, or the model cannot do this; nothing was sent.
            BudgetError: it does not fit the budget; nothing was sent.
            ExchangeError: no good picture came; ``error.generation`` is its row.

        """
        if not isinstance(prompt, str) and isinstance(images, str):
            raise InputError("edit takes the prompt first: lab.edit('make it night', fox).")
        along = Along.of(images, mask=mask, markup=markup)
        wanted = str(model or self.model)
        cell = self._cell(
            prompt,
            model=model,
            quality=quality,
            size=along.size_for(wanted) if size is None else size,
            input_fidelity=input_fidelity,
            background=background,
            output_format=output_format,
            output_compression=output_compression,
            moderation=moderation,
            complexity=complexity,
            frame_count=frame_count,
            frame_duration_ms=frame_duration_ms,
            svg=svg,
            partial_images=partial_images,
            safety_identifier=safety_identifier,
            extra=extra,
            **along.settings,
        )
        return self._obtain(cell, along.all, fresh, unknown)

    def _obtain(
        self, cell: Cell, along: Iterable[Given], fresh: bool, unknown: Unknown
    ) -> Generation:
        cells = keeping.keep(self._session.ledger, self._session.store, [cell], along)
        run = Run(self._session, cells, finish=_only_generation, fresh=fresh, unknown=unknown)
        if cell.request.partial_images and in_notebook():
            from imagelab.views import live

            return live.follow(run)
        return run.start().result()

    @named(prompt="Call it prompts, or give it without a name.")
    def compare(
        self,
        prompts: str | Sequence[str],
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
        fresh: bool = False,
        unknown: Unknown = "keep",
        **more_variables: str | Sequence[Any],
    ) -> Comparison:
        """Run every combination and show them side by side: ``lab.run(Sweep(...))``.

        Each setting is one value or a list of them; lists are multiplied. ``None`` leaves it
        to the lab: quality low, size 1024x1024, the lab's model; of the others nothing is sent.

        Args:
            prompts: one prompt or several; ``{name}`` in them is a variable where any is given.
            quality: tiers, such as ``["low", "high"]``; ``None`` means low.
            size: ``"WIDTHxHEIGHT"`` in pixels, or ``"auto"``.
            model: models, to compare them.
            background: ``"transparent"``, ``"opaque"`` or ``"auto"``.
            output_format: ``"png"``, ``"jpeg"`` or ``"webp"``; of 2.6 also ``"gif"``, ``"svg"``.
            output_compression: 0 to 100, of jpeg and webp.
            moderation: ``"auto"`` or ``"low"``.
            images: pictures to edit, one after the other; several for one edit are a list in the
                list, and a mapping gives them names: ``{"fox": "fox.png", "owl": owl}``.
            mask: masks, as for ``edit``; ``None`` among them is no mask.
            markup: markups, as for ``edit``.
            input_fidelity: ``"low"`` or ``"high"``.
            complexity: ``"low"``, ``"medium"`` or ``"high"``, of 2.6.
            frame_count: frames of a gif.
            frame_duration_ms: how long each of them is shown.
            svg: who writes an svg; the same in every place, as all that follow.
            partial_images: 0 to 3 pictures on the way, shown in the grid; each is billed.
            safety_identifier: the hash of your user's name.
            extra: parameters of the API that have no name here.
            provider: providers, to compare them; see ``connect``.
            samples: how many different pictures of each combination.
            variables: values of the variables, as a mapping: ``{"animal": ["fox", "owl"]}``.
            fresh: ask for new pictures even where the ledger holds some, and pay for them.
            unknown: ``"send"`` asks again for pictures that were perhaps billed and never came.
            more_variables: values of the variables as keywords: ``animal=["fox", "owl"]``.

        Raises:
            InputError: a combination is impossible; nothing was sent.
            TemplateError: a variable is missing or unused, or a setting is misspelt.

        >>> lab.compare(["a fox", "an owl"], quality=["low", "medium", "high"])  # doctest: +SKIP
        """
        sweep = Sweep(
            prompts,
            quality=quality,
            size=size,
            model=model,
            background=background,
            output_format=output_format,
            output_compression=output_compression,
            moderation=moderation,
            images=images,
            mask=mask,
            markup=markup,
            input_fidelity=input_fidelity,
            complexity=complexity,
            frame_count=frame_count,
            frame_duration_ms=frame_duration_ms,
            svg=svg,
            partial_images=partial_images,
            safety_identifier=safety_identifier,
            extra=extra,
            provider=provider,
            samples=samples,
            variables=variables,
            **more_variables,
        )
        return self.run(sweep, fresh=fresh, unknown=unknown)

    @named()
    def run(self, sweep: Sweep, *, fresh: bool = False, unknown: Unknown = "keep") -> Comparison:
        """Run a sweep to its end, showing its progress, and return the comparison.

        The kernel's stop button ends it early: no more is sent, and what is in flight is
        kept. Running the same cell again goes on where it ended. What was perhaps billed and
        never came stays ``unknown``; ``unknown="send"`` asks for it again, and may pay twice.
        """
        return run_to_end(self._bind(sweep, fresh, unknown))

    @named()
    def start(
        self, sweep: Sweep, *, fresh: bool = False, unknown: Unknown = "keep"
    ) -> Run[Comparison]:
        """Run a sweep in the background and return at once.

        >>> run = lab.start(sweep)      # doctest: +SKIP
        >>> comparison = await run      # doctest: +SKIP
        """
        run = self._bind(sweep, fresh, unknown)
        if not in_notebook():
            return run.start()
        from imagelab.views import live

        return live.begin(run)

    def _bind(self, sweep: Sweep, fresh: bool, unknown: Unknown) -> Run[Comparison]:
        """Make a sweep's requests for this lab; an illegal one fails before anything is sent."""
        cells = self._cells(sweep)
        along = (one for cell in cells for one in sweep.along(cell))
        cells = keeping.keep(self._session.ledger, self._session.store, cells, along)
        return Run(
            self._session, cells, finish=finisher(self._recorded), fresh=fresh, unknown=unknown
        )


def _only_generation(run: Run[Generation]) -> Generation:
    """Give the one picture of a run, or raise the error that its row tells of."""
    if 0 not in run.landed:
        raise ImageLabError(f"The picture was not asked for: {run.left.get(0, 'stopped')}.")
    generation = run.landed[0]
    if generation.status != "done":
        raise run.error_of(generation)
    return generation
