"""The provider's bill beside the ledger: what agrees, what is missing, and what nobody explains."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from imagelab import showing
from imagelab.bookkeeping import costs
from imagelab.catalog import authors
from imagelab.catalog.money import show, usd_or_none
from imagelab.errors import InputError
from imagelab.exchange.organization import Billed, plain_model

if TYPE_CHECKING:
    from pandas import DataFrame

Verdict = Literal["matched", "suspects", "unexplained", "missing", "differs"]
"""``matched``: pictures, tokens and dollars agree. ``suspects``: the bill has more, and rows that
were perhaps billed account for it. ``unexplained``: it has more than those account for.
``missing``: it has fewer pictures than were paid for here. ``differs``: as many pictures, at
other tokens or dollars."""

TOKENS = ("text_in", "image_in", "image_out", "text_out")


@dataclass(frozen=True, kw_only=True)
class Own:
    """What the ledger says of one day and model. ``suspects`` were perhaps billed.

    Tokens and dollars are None as soon as those of one picture are unknown; ``known_nano`` adds up
    the dollars of the others. What the authors of svgs cost stands on the bill under their own
    names, among whatever else those models did: it is ``author_nano``, and no part of the rest.
    """

    pictures: int = 0
    suspects: tuple[int, ...] = ()
    text_in: int | None = 0
    image_in: int | None = 0
    image_out: int | None = 0
    text_out: int | None = 0
    cost_nano: int | None = 0
    known_nano: int = 0
    author_nano: int = 0
    unpriced: int = 0
    at_risk_nano: int = 0


@dataclass(frozen=True, kw_only=True)
class Line:
    """One day and model, by both accounts."""

    day: dt.date
    model: str
    own: Own
    billed: Billed

    @property
    def more_pictures(self) -> int:
        """How many pictures the bill has more than the ledger."""
        return (self.billed.pictures or 0) - self.own.pictures

    @property
    def difference_nano(self) -> int | None:
        """Nano-dollars that the bill has more than the ledger; None where either is unknown."""
        if self.billed.cost_nano is None or self.own.cost_nano is None:
            return None
        return self.billed.cost_nano - self.own.cost_nano

    @property
    def verdict(self) -> Verdict:
        """What to make of it."""
        more = self.more_pictures
        if more < 0:
            return "missing"
        if more > 0:
            return "suspects" if more <= len(self.own.suspects) else "unexplained"
        return "matched" if self.tokens_agree and self.dollars_agree else "differs"

    @property
    def tokens_agree(self) -> bool:
        """Whether all counts of tokens that both accounts know are the same."""
        pairs = ((getattr(self.own, kind), getattr(self.billed, kind)) for kind in TOKENS)
        return all(ours == theirs for ours, theirs in pairs if None not in (ours, theirs))

    @property
    def dollars_agree(self) -> bool:
        """Whether the dollars are the same, as exactly as the bill writes them."""
        more = self.difference_nano
        return more is None or abs(more) <= self.billed.exact_nano

    @property
    def note(self) -> str:
        """What there is to know, in a sentence."""
        more, suspects = self.more_pictures, len(self.own.suspects)
        words = {
            "missing": f"{-more} paid for here and not on the bill: it may come a day late",
            "suspects": f"{more} of {suspects} that were perhaps billed were",
            "unexplained": f"{more - suspects} that this ledger never asked for",
            "differs": self._other(),
            "matched": f"{suspects} perhaps billed were not" if suspects else "",
        }[self.verdict]
        late = "" if self.billed.cost_nano is not None else "no dollars on the bill yet"
        return "; ".join(filter(None, (words, late, *self._besides())))

    def _besides(self) -> Iterator[str]:
        if self.own.unpriced:
            yield f"the cost of {self.own.unpriced} is unknown here"
        if self.own.author_nano:
            yield f"and {show(self.own.author_nano)} for the authors of svgs, under their own names"

    def _other(self) -> str:
        if not self.tokens_agree:
            pairs = {kind: (getattr(self.own, kind), getattr(self.billed, kind)) for kind in TOKENS}
            told = (f"{kind} {a} here, {b} billed" for kind, (a, b) in pairs.items() if a != b)
            return f"other tokens: {', '.join(told)}"
        more = self.difference_nano or 0
        return f"the same tokens, and {show(abs(more))} {'more' if more > 0 else 'less'}: its price"


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """A bill beside the ledger, per UTC day and model; in a cell it shows itself.

    >>> found = lab.reconcile("2026-11-01")         # doctest: +SKIP
    >>> found.unexplained.frame                     # doctest: +SKIP
    """

    start: dt.date
    end: dt.date
    words: str
    lines: tuple[Line, ...]
    rows: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    def _which(self, *verdicts: Verdict) -> Reconciliation:
        lines = tuple(line for line in self.lines if line.verdict in verdicts)
        return Reconciliation(
            start=self.start, end=self.end, words=self.words, lines=lines, rows=self.rows
        )

    @property
    def matched(self) -> Reconciliation:
        """The days and models that agree."""
        return self._which("matched")

    @property
    def missing(self) -> Reconciliation:
        """Where pictures were paid for here that are not on the bill."""
        return self._which("missing")

    @property
    def unexplained(self) -> Reconciliation:
        """Where the bill has what nothing here accounts for."""
        return self._which("unexplained", "differs")

    @property
    def suspects(self) -> DataFrame:
        """The rows of the log that were perhaps billed on these days: timed out, or cut off."""
        wanted = {number for line in self.lines for number in line.own.suspects}
        return costs.log_frame([row for row in self.rows if row["id"] in wanted])

    @property
    def billed_nano(self) -> int:
        """Nano-dollars on the bill, as far as it tells them."""
        return sum(line.billed.cost_nano or 0 for line in self.lines)

    @property
    def own_nano(self) -> int:
        """Nano-dollars in the ledger, as far as they are known, without the authors of svgs."""
        return sum(line.own.known_nano for line in self.lines)

    @property
    def agrees(self) -> bool:
        """Whether everything is matched."""
        return all(line.verdict == "matched" for line in self.lines)

    @property
    def frame(self) -> DataFrame:
        """One row per day and model: pictures, tokens and dollars by both accounts."""
        import pandas as pd

        columns: dict[str, Any] = {
            "verdict": pd.array([line.verdict for line in self.lines], "string"),
            "pictures": pd.array([line.own.pictures for line in self.lines], "Int64"),
            "billed_pictures": pd.array([line.billed.pictures for line in self.lines], "Int64"),
            "suspects": pd.array([len(line.own.suspects) for line in self.lines], "Int64"),
            "usd": _dollars(line.own.cost_nano for line in self.lines),
            "billed_usd": _dollars(line.billed.cost_nano for line in self.lines),
            "difference_usd": _dollars(line.difference_nano for line in self.lines),
        }
        for kind in TOKENS:
            columns[kind] = pd.array([getattr(line.own, kind) for line in self.lines], "Int64")
            billed = [getattr(line.billed, kind) for line in self.lines]
            columns[f"billed_{kind}"] = pd.array(billed, "Int64")
        columns["note"] = pd.array([line.note for line in self.lines], "string")
        days = pd.DatetimeIndex(
            [line.day for line in self.lines], name="day", dtype="datetime64[s]"
        )
        index = pd.MultiIndex.from_arrays(
            [days, pd.Index([line.model for line in self.lines], name="model", dtype="string")]
        )
        return pd.DataFrame(columns, index=index)

    def __str__(self) -> str:
        counts = {name: len(self._which(name).lines) for name in Verdict.__args__}  # type: ignore[attr-defined]
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        more = " and more" if any(line.own.unpriced for line in self.lines) else ""
        money = f"billed {show(self.billed_nano)}, here {show(self.own_nano)}{more}"
        days = f"{self.start} to {self.end}"
        return f"{self.words}, {days} (UTC): {told or 'nothing was billed or asked'}; {money}"

    def __repr__(self) -> str:
        return f"Reconciliation({self})"

    def _repr_html_(self) -> str:
        shown = ["verdict", "pictures", "billed_pictures", "usd", "billed_usd", "note"]
        return showing.show(str(self), self.frame[shown])


def _dollars(amounts: Iterable[int | None]) -> Any:
    import pandas as pd

    return pd.array([usd_or_none(amount) for amount in amounts], "Float64")


def days(start: object, end: object) -> tuple[dt.date, dt.date]:
    """Read the first and the last day, both of them included; without a last one it is today.

    Raises:
        InputError: they are no days, or the last one is before the first.

    """
    today = dt.datetime.now(dt.UTC).date()
    first, last = _day("start", start), today if end is None else _day("end", end)
    if last < first and end is None:
        raise InputError(f"start is {first}, which is still to come: today is {today} (UTC).")
    if last < first:
        raise InputError(f"end is {last}, before start, {first}: name them the other way round.")
    return first, last


def _day(name: str, given: object) -> dt.date:
    try:
        if isinstance(given, dt.datetime):
            return given.astimezone(dt.UTC).date() if given.tzinfo else given.date()
        return given if isinstance(given, dt.date) else dt.date.fromisoformat(given)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise InputError(f"{name} is a day, such as '2026-11-01', not {given!r}.") from None


def reconcile(
    rows: Sequence[Mapping[str, Any]],
    billed: Sequence[Billed],
    *,
    start: dt.date,
    end: dt.date,
    provider: str,
    simulated: bool,
    words: str,
) -> Reconciliation:
    """Put the ledger's rows of one provider beside its bill. Nothing in either is changed."""
    asked: dict[tuple[dt.date, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        is_ours = row["provider"] == provider and bool(row["simulated"]) == simulated
        is_ours = is_ours and row["operation"] != "judge"  # the bill is read for pictures
        if is_ours and row["billed"] in ("yes", "perhaps") and start <= day_of(row) <= end:
            asked.setdefault((day_of(row), plain_model(row["model"])), []).append(row)
    told = {(one.day, one.model): one for one in billed if start <= one.day <= end}
    lines = [
        Line(
            day=day,
            model=model,
            own=_own(asked.get((day, model), [])),
            billed=told.get((day, model)) or Billed(day=day, model=model),
        )
        for day, model in sorted({*asked, *told})
    ]
    return Reconciliation(start=start, end=end, words=words, lines=tuple(lines), rows=tuple(rows))


def day_of(row: Mapping[str, Any]) -> dt.date:
    """Give the UTC day of a row: that of its answer, else that of its sending."""
    moment = row["settled_us"] or row["sent_us"] or row["created_us"]
    return dt.datetime.fromtimestamp(moment / 1e6, dt.UTC).date()


def _own(rows: Sequence[Mapping[str, Any]]) -> Own:
    paid = [row for row in rows if row["billed"] == "yes"]
    unsure = [row for row in rows if row["billed"] == "perhaps"]
    amounts = [_without_author(row) for row in paid]
    known = [amount for amount in amounts if amount is not None]
    return Own(
        pictures=len(paid),
        suspects=tuple(row["id"] for row in unsure),
        text_in=_sum(row["text_input_tokens"] for row in paid),
        image_in=_sum(row["image_input_tokens"] or 0 for row in paid),
        image_out=_sum(row["image_output_tokens"] for row in paid),
        text_out=_sum(row["text_output_tokens"] or 0 for row in paid),
        cost_nano=_sum(amounts),
        known_nano=sum(known),
        author_nano=sum(
            (row["cost_nano"] or 0) - one
            for row, one in zip(paid, amounts, strict=True)
            if one is not None
        ),
        unpriced=len(amounts) - len(known),
        at_risk_nano=sum(row["hold_nano"] for row in unsure),
    )


def _without_author(row: Mapping[str, Any]) -> int | None:
    """Give what a picture cost at its own model; the author of an svg is billed beside it."""
    if row["cost_nano"] is None or row["author_model"] is None:
        return row["cost_nano"]  # type: ignore[no-any-return]
    tokens = (row["author_input_tokens"], row["author_output_tokens"])
    author = authors.cost(row["author_model"], *tokens)
    return None if author is None else row["cost_nano"] - author


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Add up; one that is unknown makes the sum unknown, never smaller."""
    whole = 0
    for amount in amounts:
        if amount is None:
            return None
        whole += amount
    return whole
