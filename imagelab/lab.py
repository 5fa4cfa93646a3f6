"""The lab: the one object a user holds. Every method is a sentence over the rest."""

from __future__ import annotations

import functools
import html
import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from imagelab import planning
from imagelab.actions import ArchiveActions, BenchActions, PurseLook
from imagelab.catalog import models
from imagelab.catalog.arguments import budget_nano, check_number, folder, named
from imagelab.catalog.money import show, usd
from imagelab.comparison import Comparison, finisher
from imagelab.errors import ImageLabError, InputError, RecordError
from imagelab.exchange.opening import Opening
from imagelab.exchange.place import Place
from imagelab.insight import costs, finding
from imagelab.insight.finding import Match, Sought
from imagelab.pipeline import Session
from imagelab.records import checking, notes
from imagelab.records.checking import Check
from imagelab.records.ledger import Ledger
from imagelab.records.rows import Unknown
from imagelab.records.store import Store
from imagelab.request import Generation, ImageRequest, dollars_kept, in_notebook, key_of
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


_SEVERAL = "For several: lab.compare(prompt, samples=...)."


class Lab:
    """Ask for pictures, compare them, and know what each one cost.

    ``Lab()`` is the offline simulator: no key, no cost. ``Lab("openai")`` reads
    OPENAI_API_KEY, ``Lab("vercel")`` AI_GATEWAY_API_KEY; ``Lab(base_url=..., api_key=...)``
    is anything compatible. What was asked for, what came and what it cost is kept under
    ``path``, and what is there already is never paid for twice.

    Args:
        provider: ``"simulator"``, ``"openai"``, ``"vercel"``, or a name of your own for
            ``base_url``. The environment's IMAGELAB_PROVIDER is used where it is not given.
        model: the model where a request names none; each provider has its default.
        budget: dollars over the life of the ledger under ``path`` that are never passed.
        path: the folder of the ledger and the pictures; it is made, and ignores itself in git.
        concurrency: how many requests are in flight at most.
        api_key: the key; better leave it in the environment.
        api_key_env: the variable to read the key from, where it is not the usual one.
        base_url: the address of a compatible API, ending in ``/v1`` as a rule.
        timeout: seconds for one whole answer.
        images_per_minute: the provider's limit, where you know it; it is learnt otherwise.

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
    ) -> None:
        self._place = Place.find(provider, base_url)
        self.model = model or self._place.default_model
        self.path = folder(path)
        check_number("concurrency", concurrency, 1, 1000, whole=True)
        check_number("timeout", timeout, 0.001, 86_400)
        if images_per_minute is not None:
            check_number("images_per_minute", images_per_minute, 0.01, 1_000_000)
        self._opening = Opening(
            self._place,
            self._place.key(api_key, api_key_env),
            timeout=timeout,
            connections=concurrency,
            images_per_minute=images_per_minute,
            drawn=self._drawn,
        )
        most = budget_nano(budget)
        _make_folder(self.path)
        store = Store(self.path / "pictures")
        ledger = Ledger(self.path / "ledger.sqlite", loader=store.path)
        self._session = Session(
            provider=self._place.name,
            simulated=self._place.simulated,
            cost_basis=self._place.cost_basis,
            client=self._opening.client,
            ledger=ledger,
            store=store,
            budget_nano=most,
            timeout=timeout,
            concurrency=concurrency,
        )
        self._watches: weakref.WeakSet[Watch[Any]] = weakref.WeakSet()
        self._check_model(self.model)

    # -- asking ---------------------------------------------------------------------------

    @named(samples=_SEVERAL, n=_SEVERAL)
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
        fresh: bool = False,
        unknown: Unknown = "keep",
    ) -> Generation:
        """Ask for one picture; in a cell it shows itself.

        ``size`` is ``"WIDTHxHEIGHT"`` in pixels or ``"auto"``. What the ledger holds already
        is given without asking; ``fresh=True`` asks for a new picture, and ``unknown="send"``
        only where the ledger's was perhaps billed and never came.

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
        )
        run = Run(self._session, [cell], finish=_only_generation, fresh=fresh, unknown=unknown)
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
            output_format: ``"png"``, ``"jpeg"`` or ``"webp"``.
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
        run = self._bind(sweep, fresh, unknown)
        if not in_notebook():
            from imagelab.views.text import TextProgress

            return run.start(TextProgress()).result()
        from imagelab.views import live

        return live.follow(run)

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
        return Run(self._session, cells, finish=finisher(), fresh=fresh, unknown=unknown)

    def _cells(self, sweep: Sweep) -> list[Cell]:
        if not isinstance(sweep, Sweep):
            raise InputError(
                f"A sweep is wanted, not {sweep!r}: lab.run(Sweep(prompts)), or "
                "lab.compare(prompts) in one step."
            )
        cells = sweep.cells(model=self.model)
        for model in dict.fromkeys(cell.request.model for cell in cells):
            self._check_model(model)
        return cells

    def _cell(self, prompt: str, *, model: str | None, **settings: Any) -> Cell:
        """Make the one picture of a prompt; a setting that is ``None`` is not given."""
        given = {name: value for name, value in settings.items() if value is not None}
        wire_free = self._wire_free(str(model or self.model))
        request = ImageRequest(prompt=prompt, model=wire_free, **given)
        self._check_model(request.model)
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
    ) -> planning.LabQuote:
        """Say what a sweep, or one prompt with settings as for ``generate``, will cost here.

        List prices at this lab's provider, with its model where none is named, and what of
        it the ledger holds already. Nothing is sent and nothing is held.

        >>> lab.quote(Sweep("a fox", quality=["low", "high"])).to_pay_usd       # doctest: +SKIP
        0.17731

        Raises:
            InputError: a combination is impossible, or settings stand beside a sweep.

        """
        settings = {
            "quality": quality,
            "size": size,
            "background": background,
            "output_format": output_format,
            "output_compression": output_compression,
            "moderation": moderation,
        }
        if not isinstance(what, Sweep):
            cells = [self._cell(what, model=model, **settings)]
        elif model is None and not any(one is not None for one in settings.values()):
            cells = self._cells(what)
        else:
            raise InputError("A sweep names its own settings: Sweep(prompts, quality=[...]).")
        return planning.quote(
            self._session.ledger, self._place.name, cells, self._opening.pacer.limits
        )

    @property
    def log(self) -> DataFrame:
        """Everything ever asked for under this path: one row per picture, oldest first."""
        return costs.log_frame(self._session.ledger.rows())

    def costs(self, by: str | Sequence[str] | None = "quality") -> DataFrame:
        """Add up the log by one column or several: pictures, dollars spent, mean and share.

        Simulated money is never added to real money.

        Raises:
            InputError: ``by`` names no column of the log.

        """
        return costs.costs(self.log, by)

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
        self._opening.close()
        self._session.ledger.close()

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

    def _wire_free(self, model: str) -> str:
        """Take the provider's own prefix off: one model has one name in the ledger."""
        return model.removeprefix(self._place.model_prefix)

    def _check_model(self, model: str) -> None:
        if self._place.catalogued:
            models.get(model)
        if not self._session.simulated:
            _warn_of_retirement(model)

    def _drawn(self, body: Mapping[str, object]) -> int:
        """Count the pictures of a request so far, so that asking again gives a new one."""
        key = key_of(self._session.provider, "generate", body)
        return self._session.ledger.pictures_of(key)


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


@functools.cache
def _warn_of_retirement(model: str) -> None:
    """Say once that a provider has retired a model, or will: the server decides."""
    if farewell := models.farewell(model, datetime.now(UTC).date()):
        warnings.warn(farewell, stacklevel=5)


def _short(path: Path) -> str:
    """Name a folder from here, so that no saved notebook tells where its author lives."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
