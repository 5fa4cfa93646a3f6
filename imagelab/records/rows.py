"""Rows: what is about to be asked, what became of it, and how both are written and read."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from imagelab.errors import ASK_AGAIN, Billed
from imagelab.records import asking, owner
from imagelab.records.schema import generations
from imagelab.request import Generation, ImageRequest, Status, Usage, names, plain

Row = Mapping[str, Any]
"""The columns of one generation, as the ledger has them."""

UNSETTLED = ("held", "sent")

INTERRUPTED = "Interrupted"
"""The kind of error of a row whose owner was gone, and which somebody else settled."""

UNTOLD: dict[str, Any] = {"billed": None, "settled_us": None}
"""What a row that is in flight does not say; not even one that was settled before by mistake."""

Unknown = Literal["keep", "send"]
"""What to do about a picture that was perhaps billed and never came: leave it, or ask anew."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What is about to be asked, by whom, and the money to set aside for it."""

    key: str
    request: ImageRequest
    sample: int
    provider: str
    simulated: bool
    quoted_nano: int | None
    hold_nano: int
    cost_basis: str
    lease_seconds: float
    run: int | None = None
    fresh: bool = False
    unknown: Unknown = "keep"

    def replaces(self, newest: Row) -> bool:
        """Tell whether this is asked although the ledger holds that row already."""
        return self.fresh or (self.unknown == "send" and newest["status"] == "unknown")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a request, as the ledger will say it for ever."""

    status: Status
    billed: Billed
    cost_nano: int | None = None
    price: str | None = None
    usage: Usage = field(default_factory=Usage)
    raw_usage: str | None = None
    seconds: float | None = None
    attempts: int = 1
    picture: str | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    actual_size: str | None = None
    actual_quality: str | None = None
    actual_background: str | None = None
    actual_format: str | None = None
    partial: str | None = None
    request_id: str | None = None
    error: str | None = None
    error_kind: str | None = None
    note: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Purse:
    """Money over the life of a ledger, in nano-dollars, real or simulated, never both.

    ``at_risk`` was held for requests that were perhaps billed; ``held`` is set aside for
    what is in flight.
    """

    spent: int
    at_risk: int
    held: int

    @property
    def taken(self) -> int:
        """What a budget must count: spent, at risk and held."""
        return self.spent + self.at_risk + self.held


def money_of(row: Row) -> Purse:
    """Say where the money of a row counts: a cost that is unknown counts in full, at risk."""
    if row["status"] in UNSETTLED:
        return Purse(0, 0, row["hold_nano"])
    if row["cost_nano"] is not None:
        return Purse(row["cost_nano"], 0, 0)
    return Purse(0, 0 if row["billed"] == "no" else row["hold_nano"], 0)


def is_guessed(row: Row) -> bool:
    """Tell whether a row that was sent was settled in its owner's absence.

    The owner may come back (a host that slept) and tell what really became of it.
    """
    guess: bool = row["status"] == "unknown" and row["error_kind"] == INTERRUPTED
    return guess


def is_final(row: Row) -> bool:
    """Tell whether a row says its last word."""
    return row["status"] not in UNSETTLED and not is_guessed(row)


def is_left_behind(row: Row, ledger: owner.File) -> bool:
    """Tell whether a row is in flight and nobody is there any more to settle it."""
    if row["status"] not in UNSETTLED:
        return False
    if row["owner"] == owner.me():
        return (ledger, row["id"]) not in owner.at_work
    dead = owner.is_dead(row["owner"])
    return row["lease_us"] < now_us() if dead is None else dead


def columns_of_the_dead(row: Row, is_kept: Callable[[str], bool]) -> dict[str, Any]:
    """Say what became of a row that was left behind.

    What was held was never sent. What was sent is unsure, unless its answer had arrived:
    then its cost is known, and if the bytes were kept it is as good as settled.
    """
    if row["status"] == "held":
        return columns_of(_NEVER_SENT)
    if row["picture"] is None:
        return columns_of(_IN_FLIGHT)
    billed = _billed(row)
    if is_kept(row["picture"]):
        return {"status": "spoilt" if row["error_kind"] else "done", "billed": billed}
    paid = "It was billed" if billed == "yes" else "It may have been billed"
    return {
        "status": "unknown",
        "billed": billed,
        "picture": None,
        "error_kind": INTERRUPTED,
        "error": f"{paid}, and was given up before what came was kept. {ASK_AGAIN}",
    }


def _billed(row: Row) -> Billed:
    """Say whether an answer that had arrived was billed: a picture was, or what was counted."""
    counted = Usage(**{name: row[name] for name in _USAGE}).was_counted
    return "yes" if counted or not row["error_kind"] else "perhaps"


_NEVER_SENT = Outcome(
    status="failed",
    billed="no",
    attempts=0,
    error="It was given up before the request was sent. Run it again.",
    error_kind=INTERRUPTED,
)
_IN_FLIGHT = Outcome(
    status="unknown",
    billed="perhaps",
    error="Nobody was left to take its answer: it may have been billed. " + ASK_AGAIN,
    error_kind=INTERRUPTED,
)


def row_of(intent: Intent, take: int) -> dict[str, Any]:
    """Write an intent as a row that is held, in every column but its id."""
    now = now_us()
    return {
        **dict.fromkeys(generations.columns.keys()),
        **asking.columns_of(intent.request),
        "key": intent.key,
        "sample": intent.sample,
        "take": take,
        "run": intent.run,
        "provider": intent.provider,
        "simulated": intent.simulated,
        "lane": "standard",
        "status": "held",
        "attempts": 0,
        "quoted_nano": intent.quoted_nano,
        "hold_nano": intent.hold_nano,
        "cost_basis": intent.cost_basis,
        "created_us": now,
        "owner": owner.me(),
        "lease_us": now + round(intent.lease_seconds * 1e6),
    }


def columns_of(outcome: Outcome) -> dict[str, Any]:
    """Write an outcome as columns. A provider's words may be no text that a database takes."""
    columns = asdict(outcome)
    columns |= columns.pop("usage")
    return {name: plain(one) if isinstance(one, str) else one for name, one in columns.items()}


def generation_of(
    row: Row,
    loader: Callable[[str], Path] | None,
    relatives: Callable[[int], Generation] | None = None,
) -> Generation:
    """Read a row as a value; ``relatives`` reads the rows that it was made from."""
    return Generation(
        **{name: row[name] for name in _PLAIN},
        request=asking.request_of(row),
        usage=Usage(**{name: row[name] for name in _USAGE}),
        time=datetime.fromtimestamp(row["created_us"] / 1e6, UTC),
        loader=loader,
        relatives=relatives,
    )


_PLAIN = tuple(set(names(Generation)) - {"request", "usage", "time", "loader", "relatives"})
_USAGE = names(Usage)


def now_us() -> int:
    """Give the time of day in microseconds since 1970, UTC."""
    return time.time_ns() // 1000
