"""Spend: what is spent, held, at risk and left of the budget, by tier, model and day, live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from imagelab.catalog.models import closest
from imagelab.errors import InputError
from imagelab.views import lasting
from imagelab.views._view import View

WAYS = ("quality", "model", "day")


class Spend(View, stem="spend", shared=("lightbox", "tiles")):
    """The money of one purse, real or simulated, as it is now.

    ``figures`` has the sums in dollars (``spent_usd``, ``held_usd``, ``at_risk_usd``,
    ``left_usd``, ``budget_usd``) and written out; ``tables`` the lines ``by`` quality, model
    and day, and ``by`` is which of them is looked at.

    >>> spend = lab.spend()                 # doctest: +SKIP
    >>> spend.figures["left_usd"]           # doctest: +SKIP
    4.83
    """

    figures = traitlets.Dict().tag(sync=True)
    tables = traitlets.Dict().tag(sync=True)
    by = traitlets.Unicode("quality").tag(sync=True)

    def __init__(
        self,
        figures: Mapping[str, Any],
        tables: Mapping[str, Sequence[Mapping[str, Any]]],
        *,
        by: str = "quality",
    ) -> None:
        self._ending: list[Callable[[], None]] = []
        super().__init__(figures=dict(figures), tables=dict(tables), by=by)
        self._belong_to_cell()

    def show(
        self, figures: Mapping[str, Any], tables: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> None:
        """Show other sums. May be called from any thread."""
        with self.hold_sync():
            self.figures, self.tables = dict(figures), dict(tables)

    def at_close(self, act: Callable[[], None]) -> None:
        """Have something done when the view is closed."""
        self._ending.append(act)

    def close(self) -> None:
        """Close the view, and end what feeds it."""
        for act in getattr(self, "_ending", ()):
            act()
        super().close()

    @traitlets.validate("by")
    def _check_by(self, proposal: Any) -> Any:
        if proposal.value in WAYS:
            return proposal.value
        meant = closest(str(proposal.value), WAYS)
        hint = f" Did you mean {meant}?" if meant else ""
        raise InputError(f"by is {', '.join(WAYS)}; not {proposal.value!r}.{hint}")

    def _ipython_display_(self) -> None:
        words = f"{self._words()}. The live view ended with its kernel; run the cell again."
        lasting.alive(self, words)

    def _words(self) -> str:
        told = self.figures
        parts = [f"{told['spent']} spent"]
        if told["at_risk_usd"]:
            parts.append(f"{told['at_risk']} at risk")
        if told["held_usd"]:
            parts.append(f"{told['held']} held")
        if told["budget"]:
            parts.append(f"{told['left']} left of {told['budget']}")
        money = "simulated money" if told["simulated"] else "real money"
        return f"{', '.join(parts)} ({money})"

    def __repr__(self) -> str:
        return f"Spend({self._words()})"
