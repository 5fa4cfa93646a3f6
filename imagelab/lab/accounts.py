"""What pictures will cost, did cost and would have cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from imagelab import planning
from imagelab.bookkeeping import billing, costs, probing, repricing, spending
from imagelab.bookkeeping.pricebook import Prices
from imagelab.catalog.arguments import named
from imagelab.errors import InputError
from imagelab.exchange import listing, organization
from imagelab.lab.base import Base
from imagelab.records import shown
from imagelab.references.gathering import Along
from imagelab.sweep import Sweep

if TYPE_CHECKING:
    from pandas import DataFrame


class Accounts(Base):
    """Everything of a lab that speaks of money."""

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

    @named()
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

        Failed, refused, perhaps billed, spoilt; pictures without a star, once any is starred;
        and those that nobody opened or voted on, once any was. ``at_risk_usd`` was held for what
        was perhaps billed.

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

    @named()
    def forecast(self) -> DataFrame:
        """Say what this month (UTC) will have cost at its end, a line for each purse.

        The mean of the last 28 days for each day that is left; ``low_usd`` and ``high_usd``
        hold the end in 8 of 10 months whose days are like those behind.

        >>> lab.forecast().loc["real", "forecast_usd"]          # doctest: +SKIP
        """
        return spending.forecast(self.log, datetime.now(UTC))
