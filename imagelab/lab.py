"""The lab: the one object a user holds. Every method is a sentence over the rest."""

from __future__ import annotations

import html
import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from imagelab import keeping, planning
from imagelab.actions import ArchiveActions, BenchActions, PurseLook
from imagelab.catalog import models
from imagelab.catalog.arguments import budget_nano, check_number, folder, named
from imagelab.catalog.money import show, usd
from imagelab.catalog.prices import Book
from imagelab.comparison import Comparison, finisher, run_to_end
from imagelab.connections import Connections
from imagelab.errors import ImageLabError, InputError, RecordError, SetupError
from imagelab.exchange import listing, organization
from imagelab.exchange.place import Place
from imagelab.insight import (
    billing,
    costs,
    finding,
    measuring,
    metrics,
    probing,
    repricing,
    spending,
    unpacking,
)
from imagelab.insight import replaying as recording
from imagelab.insight.finding import Match, Sought
from imagelab.insight.pricebook import Prices
from imagelab.records import checking, measures, notes, pricefile, shown
from imagelab.records.checking import Check
from imagelab.records.ledger import Ledger
from imagelab.records.rows import Unknown, generation_of
from imagelab.records.store import Store
from imagelab.references.gathering import Along
from imagelab.references.taking import Given
from imagelab.replaying import warn_of_retirement
from imagelab.request import REPLAY, Generation, ImageRequest, dollars_kept, in_notebook, key_of
from imagelab.runner import Run
from imagelab.sweep import Cell, Sweep
from imagelab.watching import Watch

if TYPE_CHECKING:
    from pandas import DataFrame

    from imagelab.views.bench import Bench
    from imagelab.views.gallery import Gallery
    from imagelab.views.spend import Spend

TIMEOUT_SECONDS = 600.0
"""Slow tiers take minutes; a shorter time-out than the server's pays for pictures unseen."""

MEASURED = ("id", "prompt", "model", "quality", "sample")
"""What stands beside measures in their table."""

_SEVERAL = "For several: lab.compare(prompt, samples=...)."
_SEVERAL_EDITS = "For several: lab.compare(prompt, images=images, samples=...)."


class Lab:
    """Ask for pictures, compare them, and know what each one cost.

    ``Lab()`` is the offline simulator: no key, no cost. ``Lab("openai")`` reads
    OPENAI_API_KEY, ``Lab("vercel")`` AI_GATEWAY_API_KEY, ``Lab("azure", base_url=...)``
    AZURE_OPENAI_API_KEY; ``Lab(base_url=..., api_key=...)`` is anything compatible. What was
    asked for, what came and what it cost is kept under ``path``, and what is there already is
    never paid for twice.

    Args:
        provider: ``"simulator"``, ``"openai"``, ``"vercel"``, ``"azure"``, or a name of your own
            for ``base_url``. The environment's IMAGELAB_PROVIDER is used where it is not given.
        model: the model where a request names none; each provider has its default.
        budget: dollars over the life of the ledger under ``path`` that are never passed.
        path: the folder of the ledger and the pictures; it is made, and ignores itself in git.
        concurrency: how many requests are in flight at most.
        api_key: the key; better leave it in the environment.
        api_key_env: the variable to read the key from, where it is not the usual one.
        base_url: the address of a compatible API, ending in ``/v1`` as a rule; for Azure that of
            your resource, ``"https://NAME.openai.azure.com"``.
        timeout: seconds for one whole answer.
        images_per_minute: the provider's limit, where you know it; it is learnt otherwise.
        replay: a ZIP that ``comparison.zip`` wrote: it answers in place of a provider, over
            real HTTP on this machine, what it was asked before, for simulated money.
        api_version: Azure's: a day means its classic endpoint; left out, it is the v1 endpoint.
        deployments: Azure's: models by the names they were deployed by.
        prices: a TOML file with prices of your own; ``prices.toml`` under ``path`` otherwise.

    Raises:
        MissingKeyError: no key was found; the message names the variable to set.
        SetupError: the provider is unknown.
        RecordError: ``path`` cannot be used.
        InputError: an option is misspelt or out of range.

    >>> lab = Lab()                                                     # doctest: +SKIP
    >>> grid = lab.compare("a red fox in snow", quality=["low", "high"])  # doctest: +SKIP

    """

    @named()
    def __init__(
        self,
        provider: str | None = None,
        *,
        model: str | None = None,
        budget: float | None = None,
        path: str | Path = "imagelab-data",
        concurrency: int = 8,
        api_key: str | None = None,
        api_key_env: str | None = None,
        base_url: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        images_per_minute: float | None = None,
        api_version: str | None = None,
        deployments: Mapping[str, str] | None = None,
        prices: str | Path | None = None,
        replay: str | Path | None = None,
    ) -> None:
        recorded = _recorded(replay, provider, base_url)
        self._place = (
            recorded.place
            if recorded
            else Place.find(provider, base_url, api_version=api_version, deployments=deployments)
        )
        self.model = model or self._place.default_model
        self.path = folder(path)
        check_number("concurrency", concurrency, 1, 1000, whole=True)
        check_number("timeout", timeout, 0.001, 86_400)
        _check_pace(images_per_minute)
        key, most = self._place.key(api_key, api_key_env), budget_nano(budget)
        _make_folder(self.path)
        store = Store(self.path / "pictures")
        book_file = _price_file(prices, self.path)
        book = Book(pricefile.load(book_file, self._place.name))
        self._connections = Connections(
            ledger=Ledger(self.path / "ledger.sqlite", loader=store.path),
            store=store,
            book=book,
            budget_nano=most,
            timeout=timeout,
            concurrency=concurrency,
        )
        self._session = self._connections.open(
            self._place,
            key,
            images_per_minute=images_per_minute,
            drawn=self._drawn,
            answer=recorded.answer if recorded else None,
        )
        self._prices = Prices(book, book_file, self._place.name)
        self._watches: weakref.WeakSet[Watch[Any]] = weakref.WeakSet()
        self._check_model(self.model, self._place)

    @named()
    def connect(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        api_key_env: str | None = None,
        images_per_minute: float | None = None,
        api_version: str | None = None,
        deployments: Mapping[str, str] | None = None,
    ) -> None:
        """Join another provider, so that ``compare(prompt, provider=[...])`` can ask it too.

        Those of the catalogue whose key is in the environment need no joining. The budget, the
        ledger and the prices are this lab's; keys, connections and limits are each one's own.

        >>> lab = Lab("openai", budget=5)                                       # doctest: +SKIP
        >>> lab.connect("azure", base_url="https://me.openai.azure.com")        # doctest: +SKIP
        >>> lab.compare("a red fox", provider=["openai", "azure"])              # doctest: +SKIP

        Raises:
            MissingKeyError: no key was found; the message names the variable to set.
            SetupError: no provider is called so, and no address is given.
            InputError: it is joined already, or it would mix real and simulated money.

        """
        _check_pace(images_per_minute)
        place = Place.find(provider, base_url, api_version=api_version, deployments=deployments)
        key = place.key(api_key, api_key_env)
        self._connections.open(place, key, images_per_minute=images_per_minute)

    # -- asking ---------------------------------------------------------------------------

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

    @named()
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
        return Run(self._session, cells, finish=finisher(), fresh=fresh, unknown=unknown)

    def _cells(self, sweep: Sweep) -> list[Cell]:
        if not isinstance(sweep, Sweep):
            raise InputError(
                f"A sweep is wanted, not {sweep!r}: lab.run(Sweep(prompts)), or "
                "lab.compare(prompts) in one step."
            )
        cells = [self._at_home(cell) for cell in sweep.cells(model=self.model)]
        for model, provider in dict.fromkeys((one.request.model, one.provider) for one in cells):
            self._check_model(model, self._place_of(provider))
        return cells

    def _at_home(self, cell: Cell) -> Cell:
        """Name a cell's model as the ledger does, whatever its provider puts on the name."""
        model = self._place_of(cell.provider).bare(cell.request.model)
        if model == cell.request.model:
            return cell
        factors = {**cell.factors, "model": model}
        return replace(cell, request=replace(cell.request, model=model), factors=factors)

    def _place_of(self, provider: str | None) -> Place:
        return self._place if provider is None else self._connections.place(provider)

    def _cell(self, prompt: str, *, model: str | None, **settings: Any) -> Cell:
        """Make the one picture of a prompt; a setting that is ``None`` is not given."""
        given = {name: value for name, value in settings.items() if value is not None}
        bare = self._place.bare(str(model or self.model))
        request = ImageRequest(prompt=prompt, model=bare, **given)
        self._check_model(request.model, self._place)
        return Cell(0, {"prompt": prompt}, request)

    # -- looking ----------------------------------------------------------------------------

    @named()
    def bench(
        self,
        prompt: str = "",
        *,
        quality: str = "low",
        size: str = "1024x1024",
        model: str | None = None,
        background: str | None = None,
        samples: int = 1,
    ) -> Bench:
        """Open a prompt pad: every press of Generate is a new picture and a row of ``lab.log``.

        The quote follows while you type. The settings can be read and set on the bench too,
        ``bench.generate()`` presses the button, ``bench.generations`` are the pictures.

        >>> lab.bench("a red fox in snow", quality="medium")        # doctest: +SKIP

        Raises:
            InputError: ``samples`` is no number from 1 to 10.

        """
        from imagelab.views.bench import Bench

        def request(**settings: Any) -> ImageRequest:
            return self._cell(
                settings.pop("prompt"), model=settings.pop("model"), **settings
            ).request

        return Bench(
            BenchActions(self._session, request),
            models.choices(),
            prompt=prompt,
            quality=quality,
            size=size,
            model=model or self.model,
            background=background or "",
            samples=samples,
        )

    @named()
    def spend(self, *, by: str = "quality") -> Spend:
        """Show what is spent, held, at risk and left of the budget, by tier, model and day.

        The view follows the ledger, whoever writes it, until it is closed or run again.

        >>> lab.spend(by="day")                         # doctest: +SKIP

        Raises:
            InputError: ``by`` is none of quality, model and day.

        """
        from imagelab.views.spend import Spend

        look = PurseLook(self._session)
        view = Spend(*look(), by=by)
        watch = Watch(look, lambda found: view.show(*found)).start()
        view.at_close(watch.stop)
        self._watches.add(watch)
        return view

    @named()
    def gallery(
        self,
        prompt: str = "",
        *,
        model: str = "",
        quality: str = "",
        since: str = "",
        until: str = "",
        star: bool = False,
    ) -> Gallery:
        """Show everything in the ledger, the newest first, searched here or in the view.

        ``prompt`` are words of the prompt or of your remarks; ``since`` and ``until`` are days
        such as ``"2026-11-22"``, UTC. A picture leads back to its row and its request.

        >>> gallery = lab.gallery("fox", star=True)     # doctest: +SKIP
        >>> gallery.generation, gallery.request         # doctest: +SKIP

        Raises:
            InputError: ``since`` or ``until`` is no day.

        """
        from imagelab.views.gallery import Gallery

        archive = ArchiveActions(self._session)
        query = {"model": model, "quality": quality, "since": since, "until": until, "star": star}
        view = Gallery(archive, prompt=prompt, **query)
        watch = Watch(archive.newest, lambda _: view.refresh()).start()
        view.at_close(watch.stop)
        self._watches.add(watch)
        return view

    # -- knowing --------------------------------------------------------------------------

    @named(samples="A sweep counts them: lab.quote(Sweep(prompt, samples=...)).")
    def quote(
        self,
        what: str | Sweep,
        *,
        quality: str | None = None,
        size: str | None = None,
        model: str | None = None,
        background: str | None = None,
        output_format: str | None = None,
        output_compression: int | None = None,
        moderation: str | None = None,
        images: Any = None,
        mask: Any = None,
        markup: Any = None,
        input_fidelity: str | None = None,
        complexity: str | None = None,
        frame_count: int | None = None,
        frame_duration_ms: int | None = None,
        svg: Mapping[str, Any] | None = None,
        partial_images: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> planning.LabQuote:
        """Say what a sweep, or one prompt with settings as for ``generate``, will cost here.

        With ``images`` it is an edit, as for ``edit``.

        List prices at this lab's provider, with its model where none is named, and what of
        it the ledger holds already. Nothing is sent and nothing is held.

        >>> lab.quote(Sweep("a fox", quality=["low", "high"])).to_pay_usd       # doctest: +SKIP
        0.17731

        Raises:
            InputError: a combination is impossible, or settings stand beside a sweep.

        """
        settings: dict[str, Any] = {
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
            "svg": svg,
            "partial_images": partial_images,
            "extra": extra,
        }
        if images is not None and not isinstance(what, Sweep):
            along = Along.of(images, mask=mask, markup=markup)
            like = along.size_for(str(model or self.model))
            settings |= {**along.settings, "size": size or like}
        else:
            settings |= {"images": images, "mask": mask, "markup": markup}
        if not isinstance(what, Sweep):
            cells = [self._cell(what, model=model, **settings)]
        elif model is None and not any(one is not None for one in settings.values()):
            cells = self._cells(what)
        else:
            raise InputError("A sweep names its own settings: Sweep(prompts, quality=[...]).")
        return planning.quote(
            self._session.ledger,
            self._place.name,
            cells,
            self._connections.limits(self._place.name),
            elsewhere=self._connections.all_limits(),
            book=self._connections.book,
        )

    @property
    def prices(self) -> Prices:
        """The prices that this lab goes by: to see, and to add your own to."""
        return self._prices

    @named()
    def reprice(
        self,
        *,
        model: str | None = None,
        at: str | date | None = None,
        provider: str | None = None,
    ) -> repricing.Repricing:
        """Say what the history would have cost at other prices; nothing in it is changed.

        With ``at`` at the prices of a day, today's otherwise; with ``provider`` at another's;
        with ``model`` as if that one had been asked. What cannot be known stays unknown.

        >>> lab.reprice(model="gpt-image-2.5-flare").difference_usd         # doctest: +SKIP
        -0.1421

        Raises:
            ModelError: the catalogue has no such model.
            InputError: ``at`` is no day.

        """
        return repricing.reprice(
            self._session.ledger.rows(),
            self._connections.book,
            simulated=self._session.simulated,
            model=model,
            provider=provider,
            at=at,
        )

    def probe(self, provider: str | None = None) -> probing.Probe:
        """Ask the provider what it serves, without cost, and compare it with the catalogue.

        Tells what it has retired, what is new, and whose price has changed; prices that it
        tells are gone by from now on. Azure lists what a resource could deploy, not what it has.

        >>> lab.probe().new         # doctest: +SKIP
        ('gpt-image-3',)

        Raises:
            ExchangeError: nobody answered, or the answer was an error. Nothing was billed.

        """
        place = self._place_of(provider)
        found = listing.read(self._connections.session(place.name).client(), place)
        probe = probing.compare(found, place, self._connections.book)
        self._connections.learn(place, found)
        return probe

    @named()
    def reconcile(
        self,
        start: str | date,
        end: str | date | None = None,
        *,
        admin_key: str | None = None,
        project: str | None = None,
    ) -> billing.Reconciliation:
        """Put OpenAI's bill beside the ledger, per UTC day and model; neither is changed.

        Needs an admin key (``sk-admin-...``), best in OPENAI_ADMIN_KEY; it goes into a header
        and nowhere else. A bill counts whatever was asked of the organisation: give imagelab a
        project of its own and name it.

        Args:
            start: the first day, ``"2026-11-01"``.
            end: the last day, itself included; today where it is not given.
            admin_key: the admin key; better leave it in the environment.
            project: the project to look at, ``"proj_..."``; that of OPENAI_PROJECT_ID if set.

        Raises:
            MissingKeyError: there is no admin key; the message names the variable to set.
            InputError: no days, or a provider that has no such bill.
            KeyRefusedError: the key is no admin key.

        >>> lab.reconcile("2026-11-01").unexplained         # doctest: +SKIP

        """
        first, last = billing.days(start, end)
        key = self._place.admin_key(admin_key)
        project = project or self._place.project
        with self._connections.as_admin(self._place.name, key) as client:
            billed = organization.read(client, first, last, project)
        return billing.reconcile(
            self._session.ledger.rows(),
            billed,
            start=first,
            end=last,
            provider=self._place.name,
            simulated=self._session.simulated,
            words=f"{self._place.title}{f', project {project}' if project else ''}",
        )

    @property
    def log(self) -> DataFrame:
        """Everything ever asked for under this path: one row per picture, oldest first."""
        ledger = self._session.ledger
        return metrics.add_columns(costs.log_frame(ledger.rows()), measures.read(ledger))

    @named()
    def costs(
        self,
        by: str | Sequence[str] | None = "quality",
        *,
        over: costs.Over | None = None,
        values: costs.Value = "spent_usd",
        totals: bool | None = None,
    ) -> DataFrame:
        """Add up the log by one column or several: pictures, dollars spent, mean and share.

        ``over`` is ``"hour"``, ``"day"``, ``"week"`` or ``"month"`` (UTC): the table then has
        one row for each of them and the columns' values across, and its cells show ``values``:
        ``"spent_usd"``, ``"pictures"``, ``"mean_usd"`` or ``"unknown"``. ``totals`` adds a
        ``total``; over time there is one unless it is ``False``. ``imagelab.styled`` makes any
        of these tables one to read. Simulated money is never added to real money.

        >>> lab.costs(["model", "quality"], over="month")       # doctest: +SKIP

        Raises:
            InputError: ``by`` names no column of the log.

        """
        return costs.costs(self.log, by, over=over, values=values, totals=totals)

    @named()
    def quoted(
        self, by: str | Sequence[str] | None = "quality", *, totals: bool = False
    ) -> DataFrame:
        """Set what was quoted against what it did cost, by one column or several.

        ``ratio`` is the cost by the quote, ``worst`` that of the picture that passed its quote
        most; ``left_out`` counts pictures that lack one of the two.

        >>> lab.quoted("model")         # doctest: +SKIP
        """
        return spending.quoted(self.log, by, totals=totals)

    @named()
    def waste(self, by: str | Sequence[str] | None = None, *, totals: bool = False) -> DataFrame:
        """Count what was asked for and brought nothing that was wanted, by reason.

        Failed, refused, perhaps billed, spoilt; and pictures without a star, once any is
        starred. ``at_risk_usd`` was held for what was perhaps billed.

        >>> lab.waste("model")          # doctest: +SKIP
        """
        return spending.waste(self.log, by, totals=totals)

    @named()
    def savings(self, by: str | Sequence[str] | None = None, *, totals: bool = False) -> DataFrame:
        """Add up what the ledger saved: pictures that were shown again and not paid again.

        >>> lab.savings(totals=True)    # doctest: +SKIP
        """
        shown_cells = shown.cells(self._session.ledger)
        return spending.savings(self.log, shown_cells, by, totals=totals)

    def forecast(self) -> DataFrame:
        """Say what this month (UTC) will have cost at its end, a line for each purse.

        The mean of the last 28 days for each day that is left; ``low_usd`` and ``high_usd``
        hold the end in 8 of 10 months whose days are like those behind.

        >>> lab.forecast().loc["real", "forecast_usd"]          # doctest: +SKIP
        """
        return spending.forecast(self.log, datetime.now(UTC))

    # -- measuring ------------------------------------------------------------------------

    def measure(
        self,
        *names: str,
        of: Iterable[Generation] | None = None,
        fresh: bool = False,
        **functions: metrics.Function,
    ) -> DataFrame:
        """Measure pictures, each once; the measures are columns of the log from then on.

        Built in are ``"sharpness"``, ``"colourfulness"``, ``"alpha"`` (the part that is
        transparent) and ``"dhash"`` (a perceptual hash); without any name all of them. A
        function of your own takes a Pillow picture and gives a number, a truth or a text.

        Args:
            names: built-in measures.
            of: a comparison, or generations; all pictures of the log where it is left out.
            fresh: measure again what was measured; an edited function measures anew by itself.
            functions: your own, by the name of their column.

        Raises:
            InputError: a name is taken, or a function failed for every picture. Where it
                failed for some, a warning names them, and everything else is kept.

        >>> lab.measure("sharpness", brightness=lambda picture: ...)        # doctest: +SKIP
        """
        wanted = metrics.chosen(names, functions)
        pictures = self._pictures() if of is None else list(of)
        found = measuring.measure(self._session.ledger, pictures, wanted, fresh=fresh)
        if found.failures:
            warnings.warn(found.words, stacklevel=2)
        ids = [one.id for one in pictures if one.status == "done"]
        log = self.log
        return log.loc[log["id"].isin(ids), [*MEASURED, *(n for n in wanted if n in log)]]

    def near_duplicates(self, most_bits: int = metrics.ALIKE_BITS) -> DataFrame:
        """List pairs of pictures that look alike, by perceptual hash, the likest first.

        ``distance`` is how many of the hash's 256 bits differ; pairs above ``most_bits`` are
        left out. The hashes are measured first where they are missing.

        >>> lab.near_duplicates().head()        # doctest: +SKIP
        """
        check_number("most_bits", most_bits, 0, 256, whole=True)
        self.measure("dhash")
        return metrics.near_duplicates(metrics.add_columns(self.log, {"dhash": {}}), most_bits)

    def _pictures(self) -> list[Generation]:
        rows = (row for row in self._session.ledger.rows() if row["forgotten_us"] is None)
        return [generation_of(row, self._session.store.path) for row in rows if row["picture"]]

    # -- purse and files ------------------------------------------------------------------

    @property
    def spent_usd(self) -> float:
        """Dollars spent from this lab's purse (real or simulated) so far."""
        return usd(self._purse().spent)

    @property
    def thumbnails(self) -> int:
        """The longest edge, in pixels, of the small pictures that comparisons show and keep.

        256 at first. Larger ones are sharper on large screens and make notebooks heavier:
        twelve pictures of 256 take some 0.3 MB of a saved notebook, of 512 four times that. Set,
        it holds for the comparisons made after.

        >>> lab.thumbnails = 512                        # doctest: +SKIP

        Raises:
            InputError: it is no whole number from 64 to 1024.

        """
        return self._session.thumbnail_side

    @thumbnails.setter
    def thumbnails(self, side: int) -> None:
        check_number("thumbnails", side, 64, 1024, whole=True)
        self._session = replace(self._session, thumbnail_side=side)

    def _purse(self) -> Any:
        return self._session.ledger.purse(simulated=self._session.simulated)

    def find(self, picture: Sought) -> Match | None:
        """Find the generation that made a picture, however it was saved or scaled since.

        Takes a file, its bytes, or a Pillow picture. The same bytes and the same pixels are
        certain; otherwise the nearest picture is given with how ``sure`` that is, or ``None``
        where nothing here is like it. The first search of a large ledger takes a while.

        >>> lab.find("fox.jpg")                         # doctest: +SKIP
        Match(97% sure by its looks, 1.1 levels apart: Generation('a red fox in snow', ...))

        Raises:
            InputError: it is no file, bytes or picture.
            PictureError: it is no picture that can be read.

        """
        return finding.find(self._session.ledger, self._session.store, picture)

    @named()
    def note(self, what: Generation | Match, *, star: bool = True, remark: str = "") -> None:
        """Star a picture, and write down a remark; they stand in ``lab.log``.

        In place of what was noted before: ``lab.note(generation, star=False)`` takes both away.

        Raises:
            InputError: it is no generation of this lab.

        """
        one = what.generation if isinstance(what, finding.Match) else what
        if not isinstance(one, Generation):
            raise InputError(f"note takes a generation, such as comparison[0]; not {what!r}.")
        notes.keep(self._session.ledger, one.id, notes.Note(star, remark))

    def check(self) -> Check:
        """Compare the ledger with the disk: every picture is read and hashed again.

        What a dead process left open is settled, its drafts are thrown away, and the purse
        is counted anew; the rest is told.

        >>> lab.check()                                 # doctest: +SKIP
        Check(12 rows, 12 pictures read and hashed; all is well)
        """
        return checking.check(self._session.ledger, self._session.store)

    def forget(self, what: Generation | Iterable[Generation]) -> int:
        """Delete pictures from the disk, and keep their rows and what they cost.

        Takes a generation, a comparison, or any several of them. Asked for again, such a
        picture is asked for anew. Returns how many files were deleted; one that another row
        shows too is kept.
        """
        several = [what] if isinstance(what, Generation) else list(what)
        gone = self._session.ledger.forget(one.id for one in several)
        for picture in gone:
            self._session.store.forget(picture)
        return len(gone)

    # -- the lab itself -------------------------------------------------------------------

    def close(self) -> None:
        """Let go of connections, the simulator and the ledger. Files stay."""
        for watch in self._watches:
            watch.stop()
            watch.join(5)
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _card(self) -> dict[str, str]:
        purse = self._purse()
        budget = self._session.budget_nano
        money = "simulated money" if self._session.simulated else "real money"
        card = {
            "provider": self._place.title,
            "model": self.model,
            "spent": f"{show(purse.spent)} ({money})",
            "budget": "none" if budget is None else show(budget),
            "files": _short(self.path),
        }
        if others := [place.title for place in self._connections.places.values()][1:]:
            card["also"] = ", ".join(others)
        if purse.at_risk:
            card["at risk"] = f"{show(purse.at_risk)} (perhaps billed)"
        return card

    def __repr__(self) -> str:
        return f"Lab({', '.join(f'{name}: {value}' for name, value in self._card().items())})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self._card().items()
        )
        caption = "<caption style='text-align:left'><b>imagelab</b></caption>"
        return dollars_kept(f"<table>{caption}{rows}</table>")

    def _check_model(self, model: str, place: Place) -> None:
        if place.catalogued:
            models.get(model)
        if not place.simulated:
            warn_of_retirement(model, place.name)

    def _drawn(self, body: Mapping[str, object]) -> int:
        """Count the pictures of a request so far, so that asking again gives a new one."""
        operation = "edit" if "images" in body else "generate"
        key = key_of(self._session.provider, operation, body)
        return self._session.ledger.pictures_of(key)


class _Recorded(NamedTuple):
    place: Place
    answer: recording.Answer


def _recorded(
    replay: str | Path | None, provider: str | None, base_url: str | None
) -> _Recorded | None:
    """Read the ZIP that is to answer, if one is."""
    if replay is None:
        if provider == REPLAY:
            raise SetupError('A replay needs its ZIP: Lab(replay="file.zip").')
        return None
    if base_url is not None or provider not in (None, REPLAY):
        raise InputError(
            "A replay answers in place of a provider: leave provider and base_url out."
        )
    held = unpacking.read(replay)
    place = Place.of_replay(f"Replay of {Path(replay).name}", held.digest, held.model)
    return _Recorded(place, recording.answers(held))


def _only_generation(run: Run[Generation]) -> Generation:
    """Give the one picture of a run, or raise the error that its row tells of."""
    if 0 not in run.landed:
        raise ImageLabError(f"The picture was not asked for: {run.left.get(0, 'stopped')}.")
    generation = run.landed[0]
    if generation.status != "done":
        raise run.error_of(generation)
    return generation


def _make_folder(path: Path) -> None:
    """Make the data folder; it keeps itself out of git, since pictures are heavy and private."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        ignore = path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as cause:
        raise RecordError(
            f"The folder {path} cannot be used: {cause.strerror or cause}. Give the lab a path "
            "that can be written."
        ) from cause


def _check_pace(images_per_minute: float | None) -> None:
    if images_per_minute is not None:
        check_number("images_per_minute", images_per_minute, 0.01, 1_000_000)


def _price_file(given: str | Path | None, path: Path) -> Path:
    """Find the file of one's own prices; one that was named must be there."""
    if given is None:
        return path / "prices.toml"
    named_file = Path(given).expanduser().resolve()
    if not named_file.is_file():
        raise RecordError(f"There is no file {named_file}: prices names one with [[price]] rows.")
    return named_file


def _short(path: Path) -> str:
    """Name a folder from here, so that no saved notebook tells where its author lives."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
