"""The lab: the one object a user holds. Every method is a sentence over the rest."""

from __future__ import annotations

import functools
import html
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from imagelab.catalog import models
from imagelab.catalog.money import NANO, nano, show, usd
from imagelab.comparison import Comparison
from imagelab.errors import ImageLabError, InputError, RecordError
from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from imagelab.insight import costs
from imagelab.pipeline import Session
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from imagelab.request import Generation, ImageRequest, key_of
from imagelab.runner import Run
from imagelab.simulator import Simulator
from imagelab.sweep import Cell, Sweep

if TYPE_CHECKING:
    from pandas import DataFrame

TIMEOUT_SECONDS = 600.0
"""Slow tiers take minutes; a shorter time-out than the server's pays for pictures unseen."""

MOST_BUDGET_USD = 10_000_000


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

    Raises:
        MissingKeyError: no key was found; the message names the variable to set.
        SetupError: the provider is unknown.
        RecordError: ``path`` cannot be used.

    >>> lab = Lab()                                                     # doctest: +SKIP
    >>> grid = lab.compare("a red fox in snow", quality=["low", "high"])  # doctest: +SKIP

    """

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
    ) -> None:
        self._place = Place.find(provider, base_url)
        self.model = model or self._place.default_model
        self.path = Path(path).expanduser().resolve()
        _check_number("concurrency", concurrency, 1, 1000)
        _check_number("timeout", timeout, 0.001, 86_400)
        self._closing: list[Callable[[], None]] = []
        client = self._client_maker(api_key, api_key_env, timeout, concurrency)
        budget_nano = _budget(budget)
        _make_folder(self.path)
        store = Store(self.path / "pictures")
        ledger = Ledger(self.path / "ledger.sqlite", loader=store.path)
        self._closing.insert(0, ledger.close)
        self._session = Session(
            provider=self._place.name,
            simulated=self._place.simulated,
            cost_basis=self._place.cost_basis,
            client=client,
            ledger=ledger,
            store=store,
            budget_nano=budget_nano,
            timeout=timeout,
            concurrency=concurrency,
        )
        self._check_model(self.model)

    # -- asking ---------------------------------------------------------------------------

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
    ) -> Generation:
        """Ask for one picture; in a cell it shows itself.

        ``size`` is ``"WIDTHxHEIGHT"`` in pixels or ``"auto"``. What the ledger holds already
        is given without asking; ``fresh=True`` asks for a new picture.

        Raises:
            InputError: the combination is one the model cannot do; nothing was sent.
            BudgetError: it does not fit the budget; nothing was sent.
            ExchangeError: no good picture came; ``error.generation`` is its row.

        """
        request = ImageRequest(
            prompt=prompt,
            model=self._wire_free(model or self.model),
            quality=quality,
            size=size,
            background=background,
            output_format=output_format,
            output_compression=output_compression,
            moderation=moderation,
        )
        self._check_model(request.model)
        cell = Cell(0, {"prompt": prompt}, request)
        run = Run(self._session, [cell], finish=_only_generation, fresh=fresh)
        return run.start().result()

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
        **more_variables: str | Sequence[Any],
    ) -> Comparison:
        """Run every combination and show them side by side: ``lab.run(Sweep(...))``.

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
        return self.run(sweep, fresh=fresh)

    def run(self, sweep: Sweep, *, fresh: bool = False) -> Comparison:
        """Run a sweep to its end, showing its progress, and return the comparison.

        The kernel's stop button ends it early: no more is sent, and what is in flight is
        kept. Running the same cell again goes on where it ended.
        """
        run = self._bind(sweep, fresh)
        if not _in_notebook():
            from imagelab.views.text import TextProgress

            return run.start(TextProgress()).result()
        from imagelab.views import live

        return live.follow(run)

    def start(self, sweep: Sweep, *, fresh: bool = False) -> Run[Comparison]:
        """Run a sweep in the background and return at once.

        >>> run = lab.start(sweep)      # doctest: +SKIP
        >>> comparison = await run      # doctest: +SKIP
        """
        run = self._bind(sweep, fresh)
        if not _in_notebook():
            return run.start()
        from imagelab.views import live

        return live.begin(run)

    def _bind(self, sweep: Sweep, fresh: bool) -> Run[Comparison]:
        """Make a sweep's requests for this lab; an illegal one fails before anything is sent."""
        cells = sweep.cells(model=self.model)
        for model in dict.fromkeys(cell.request.model for cell in cells):
            self._check_model(model)
        return Run(self._session, cells, finish=_comparison, fresh=fresh)

    # -- knowing --------------------------------------------------------------------------

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

    def _purse(self) -> Any:
        return self._session.ledger.purse(simulated=self._session.simulated)

    # -- the lab itself -------------------------------------------------------------------

    def close(self) -> None:
        """Let go of connections, the simulator and the ledger. Files stay."""
        while self._closing:
            self._closing.pop()()

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
        return f"<table><caption style='text-align:left'><b>imagelab</b></caption>{rows}</table>"

    def _wire_free(self, model: str) -> str:
        """Take the provider's own prefix off: one model has one name in the ledger."""
        return model.removeprefix(self._place.model_prefix)

    def _check_model(self, model: str) -> None:
        if self._place.catalogued:
            models.get(model)
        if not self._session.simulated:
            _warn_of_retirement(model)

    # -- reaching the provider ----------------------------------------------------------

    def _client_maker(
        self, api_key: str | None, api_key_env: str | None, timeout: float, connections: int
    ) -> Callable[[], Client]:
        """Give a function that makes the client at first use (the simulator starts then)."""
        place = self._place
        made: list[Client] = []
        lock = threading.Lock()
        key = place.key(api_key, api_key_env)

        def client() -> Client:
            with lock:
                if not made:
                    url = place.base_url or self._start_simulator()
                    made.append(Client(place, url, key, timeout=timeout, connections=connections))
                    self._closing.append(made[0].close)
            return made[0]

        return client

    def _start_simulator(self) -> str:
        simulator = Simulator(drawn=self._drawn).start()
        self._closing.append(simulator.stop)
        return simulator.url

    def _drawn(self, body: Mapping[str, object]) -> int:
        """Count the pictures of a request so far, so that asking again gives a new one."""
        key = key_of(self._session.provider, "generate", body)
        return self._session.ledger.pictures_of(key)


def _comparison(run: Run[Comparison]) -> Comparison:
    """Make what a run brought a comparison."""
    return Comparison(run.session, run.cells, run.landed, came=run.came, left=run.left)


def _only_generation(run: Run[Generation]) -> Generation:
    """Give the one picture of a run, or raise the error that its row tells of."""
    if 0 not in run.landed:
        raise ImageLabError(f"The picture was not asked for: {run.left.get(0, 'stopped')}.")
    generation = run.landed[0]
    if generation.status != "done":
        raise run.error_of(generation)
    return generation


def _budget(budget: float | None) -> int | None:
    """Turn a budget in dollars into nano-dollars; refuse what is no sum of money."""
    if budget is None:
        return None
    amount = nano(budget)
    if not 0 <= amount <= MOST_BUDGET_USD * NANO:
        raise InputError(f"A budget is between 0 and {MOST_BUDGET_USD:,} dollars; got {budget!r}.")
    return amount


def _check_number(name: str, value: object, least: float, most: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not least <= value <= most:  # type: ignore[operator]
        raise InputError(f"{name} is a number between {least:g} and {most:,g}; got {value!r}.")


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
    known = models.find(model)
    today = datetime.now(UTC).date()
    if known is None or known.shutdown is None or models.state(known, today) == "active":
        return
    when = "was shut down" if known.shutdown <= today else "will be shut down"
    warnings.warn(
        f"{model} {when} on {known.shutdown}; its successor is {known.successor}.", stacklevel=4
    )


def _short(path: Path) -> str:
    """Name a folder from here, so that no saved notebook tells where its author lives."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _in_notebook() -> bool:
    """Whether a front end with widgets shows what cells give."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
