"""Rows for tests of the ledger: intents, outcomes, and what they do to a purse."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from imagelab.records.ledger import Intent, Ledger, Outcome, Purse
from imagelab.request import Generation
from tests.sessions import fox

HOLD = 11_000_000
DONE = Outcome(status="done", billed="yes", cost_nano=10_945_000, picture="a" * 64)
FAILED = Outcome(status="failed", billed="no", cost_nano=0, error_kind="RateLimitError")
UNKNOWN = Outcome(status="unknown", billed="perhaps", error_kind="OutcomeUnknownError")
REFUSED = Outcome(status="refused", billed="no", cost_nano=0)
REFUSED_LATE = Outcome(status="refused", billed="perhaps")
SPOILT = Outcome(status="spoilt", billed="yes", cost_nano=10_945_000, picture="b" * 64)
UNPRICED = Outcome(status="done", billed="yes", cost_nano=None, picture="c" * 64)


def intent(prompt: str = "a red fox in snow", **changes: Any) -> Intent:
    """Make an intent to ask for one picture."""
    request = fox(prompt)
    values: dict[str, Any] = {
        "key": request.key("simulator"),
        "request": request,
        "sample": 1,
        "provider": "simulator",
        "simulated": True,
        "quoted_nano": 10_945_000,
        "hold_nano": HOLD,
        "cost_basis": "list",
        "lease_seconds": 60.0,
    }
    return Intent(**{**values, **changes})


def held(ledger: Ledger, *arguments: Any, **changes: Any) -> Generation:
    """Hold money for a picture that is not there yet."""
    generation, ours = ledger.hold(intent(*arguments, **changes))
    assert ours
    return generation


def purse(ledger: Ledger) -> Purse:
    """Read the purse of simulated money."""
    return ledger.purse(simulated=True)


def at_once(threads: int, work: Callable[[int], Any]) -> list[Any]:
    """Do something in many threads that start together."""
    start = threading.Barrier(threads)

    def one(number: int) -> Any:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))
