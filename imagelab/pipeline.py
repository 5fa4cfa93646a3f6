"""The way of one picture: look up -> hold -> send -> keep -> settle."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from imagelab import errors, judged, pictured, pricing, unfinished
from imagelab.catalog.prices import Book
from imagelab.errors import (
    BudgetError,
    ExchangeError,
    ImageLabError,
    RecordError,
    RejectedError,
)
from imagelab.exchange.client import Client
from imagelab.exchange.pacing import Pacer
from imagelab.exchange.streams import Watching
from imagelab.records.ledger import Came, Ledger
from imagelab.records.rows import UNSETTLED, Intent, Outcome, Unknown
from imagelab.records.store import Store
from imagelab.request import Generation, ImageRequest, ImageResponse
from imagelab.underway import Runs

ATTEMPTS: dict[type[ExchangeError], int] = {errors.RateLimitError: 12, errors.UnreachableError: 4}
"""How often a request that surely cost nothing is tried, before its failure is a row."""

POLL_SECONDS = 0.1
"""How often to look whether another thread or kernel has settled the picture we want too."""


GRACE_SECONDS = 60.0
"""How long, beyond a time-out, what somebody else has in flight is waited for."""

LOOKS_AT_PURSE = 10
"""How often to read whether the budget has room again, before its money is asked for anyway."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Everything a request needs on its way: who serves it, and where it is written down."""

    provider: str
    simulated: bool
    cost_basis: str
    client: Callable[[], Client] = field(repr=False)
    ledger: Ledger = field(repr=False)
    store: Store = field(repr=False)
    budget_nano: int | None = None
    timeout: float = 600.0
    concurrency: int = 8
    thumbnail_side: int = 256
    dearest: Mapping[tuple[str, str, str], int] = field(default_factory=dict, repr=False)
    """Bills that are known before, by model, quality and size: no less is held."""

    watching: Watching = field(default_factory=Watching, repr=False)
    runs: Runs = field(default_factory=Runs, repr=False)
    book: Book = field(default_factory=Book, repr=False)
    peers: dict[str, Session] = field(default_factory=dict, repr=False)
    draw: judged.Draw = field(default=judged.no_drawing, repr=False)
    """Makes of a kept picture what a judge looks at."""

    def at(self, provider: str | None) -> Session:
        """Give the session of another provider that a sweep asks too, on the same purse."""
        return self if provider in (None, self.provider) else self.peers[str(provider)]


class Answer(NamedTuple):
    """A row, where it came from, and the error that made it what it is, if one did."""

    generation: Generation
    came: Came
    error: ExchangeError | None = None


class _TurnedAway(NamedTuple):
    """A request that surely cost nothing and may be sent again after some seconds.

    ``None`` seconds: it can never fit.
    """

    generation: Generation
    error: ExchangeError
    attempt: int
    seconds: float | None


class _UnderWay(NamedTuple):
    """A row of the same picture that somebody else will settle."""

    generation: Generation


def obtain(
    session: Session,
    request: ImageRequest,
    sample: int,
    *,
    run: int | None,
    fresh: bool = False,
    unknown: Unknown = "keep",
    stopping: threading.Event | None = None,
) -> Answer | None:
    """Get one picture: from the ledger if it is there, else from the provider.

    The whole story of money and pictures, in its order. A failure of the provider is not
    raised: it is a row. Where somebody else is asking for the same picture it is waited
    for. ``None`` means that ``stopping`` was set before anything went out.

    Raises:
        BudgetError: the hold did not fit, and nothing was sent.
        RecordError: the ledger or the disk failed; a picture that had come is on the error.

    """
    # Before money is held: where there is no provider to ask there is nothing to hold it for.
    client, stopping = session.client(), stopping or threading.Event()
    intent = replace(_intent(session, request, sample, run), fresh=fresh, unknown=unknown)
    ends = time.monotonic() + session.timeout + GRACE_SECONDS
    with contextlib.ExitStack() as ending:
        first = _try(session, client, intent, stopping, ending)
        while isinstance(first, _UnderWay | BudgetError):
            # Outside of the room that was had: who is waited for may need it to come to an end.
            if (found := _wait(session, intent, first, stopping, ends)) is not None:
                return Answer(found, "ledger")
            first = _try(session, client, intent, stopping, ending)
        return first if first is None else _persist(session, client, first, stopping)


def _try(
    session: Session,
    client: Client,
    intent: Intent,
    stopping: threading.Event,
    ending: contextlib.ExitStack,
) -> Answer | _TurnedAway | _UnderWay | BudgetError | None:
    """Hold the money and send, once there is room; ``ending`` lets the row go at last.

    Money is held for what goes out now, not for what waits for room under a limit.
    """
    tokens, pacer = pricing.tokens_of(intent.request), client.pacer_of(intent.request)
    with pacer.room(tokens, stopping) as there_is_room:
        if not there_is_room:
            return None
        with contextlib.ExitStack() as unsent:
            unsent.callback(pacer.give_back, tokens)
            held = _hold(session, intent)
            if not isinstance(held, Generation):
                return held
            unsent.pop_all()
        ending.callback(session.ledger.let_go, held)
        _mark_sent(session, held)
        with _no_row_left_open(session, held):
            return _ask(session, client, held, 1)


def _persist(
    session: Session, client: Client, answer: Answer | _TurnedAway, stopping: threading.Event
) -> Answer:
    """Ask again, by itself, only for what surely cost nothing: turned away, or nobody there."""
    request = answer.generation.request
    tokens, pacer = pricing.tokens_of(request), client.pacer_of(request)
    while isinstance(answer, _TurnedAway):
        generation, error, attempt, seconds = answer
        with _no_row_left_open(session, generation):
            if seconds is None or attempt >= ATTEMPTS[type(error)] or stopping.wait(seconds):
                return _give_up(session, answer)
            with pacer.room(tokens, stopping) as there_is_room:
                if not there_is_room:
                    return _give_up(session, answer)
                session.ledger.sent(generation)
                answer = _ask(session, client, generation, attempt + 1)
    return answer


def _give_up(session: Session, answer: _TurnedAway) -> Answer:
    generation, error, attempt, _ = answer
    outcome = replace(_of_error(error), attempts=attempt)
    error.generation = session.ledger.settle(generation, outcome)
    return Answer(error.generation, "sent", error)


def _hold(session: Session, intent: Intent) -> Generation | Answer | _UnderWay | BudgetError:
    """Hold the money; or give the row that the ledger has, or what is to be waited for.

    Raises:
        BudgetError: it does not fit, and nothing in flight may give money back.

    """
    try:
        generation, ours = session.ledger.hold(intent, session.budget_nano)
    except BudgetError as error:
        # What is in flight costs less than its hold, as a rule: there may be room yet.
        if not error.held_nano:
            raise
        return error
    if ours:
        return generation
    if generation.status in UNSETTLED:
        return _UnderWay(generation)
    return Answer(generation, "ledger")


def _wait(
    session: Session,
    intent: Intent,
    what: _UnderWay | BudgetError,
    stopping: threading.Event,
    ends: float,
) -> Generation | None:
    """Wait for money, or for who is asking for the same picture: it pays for both.

    Gives the other's row once that has come, or when it is waited for no longer; ``None``
    where it is time to try again.
    """
    if isinstance(what, BudgetError):
        if time.monotonic() > ends:
            raise what
        _wait_for_money(session, intent, stopping)
        return None
    while session.ledger.in_flight(what.generation.id):
        if stopping.wait(POLL_SECONDS) or time.monotonic() > ends:
            return what.generation
    settled = session.ledger.generation(what.generation.id)
    again = settled.status in (*UNSETTLED, "failed") or intent.replaces({"status": settled.status})
    return None if again else settled


def _wait_for_money(session: Session, intent: Intent, stopping: threading.Event) -> None:
    """Wait until the budget has room again, or a while, since a hold looks for the dead too.

    Sixty threads that each open a transaction to ask would keep a core busy, and the disk.
    """
    needed = session.ledger.raised(intent)
    for _ in range(LOOKS_AT_PURSE):
        if stopping.wait(2 * POLL_SECONDS):
            break
        purse = session.ledger.purse(simulated=session.simulated)
        if not purse.held or purse.taken + needed <= (session.budget_nano or 0):
            break  # there is room, or there will be none


def _mark_sent(session: Session, generation: Generation) -> None:
    try:
        session.ledger.sent(generation)
    except RecordError as error:
        with contextlib.suppress(RecordError):
            session.ledger.settle(
                generation, replace(_interrupted(error), status="failed", billed="no", cost_nano=0)
            )
        raise


@contextlib.contextmanager
def _no_row_left_open(session: Session, generation: Generation) -> Iterator[None]:
    """Settle the row whatever nobody foresaw: money held for ever would block the budget."""
    try:
        yield
    except RecordError:
        raise  # its row is settled as well as the disk allows
    except BaseException as error:
        with contextlib.suppress(RecordError):
            session.ledger.settle(generation, _interrupted(error))
        raise


def _interrupted(error: BaseException) -> Outcome:
    kind = type(error).__name__
    words = f"It was broken off by an error of this program ({kind})."
    return Outcome(status="unknown", billed="perhaps", error=words, error_kind=kind)


def _ask(
    session: Session, client: Client, generation: Generation, attempt: int
) -> Answer | _TurnedAway:
    request = generation.request
    try:
        if request.operation == "judge":
            return _verdict(session, client, generation, attempt)
        watch = session.watching.of((generation.key, generation.sample))
        response = client.ask(
            request,
            files=session.store.read,
            watch=watch,
            sample=generation.sample,
            take=generation.take,
        )
    except tuple(ATTEMPTS) as error:
        # The pacer first: while this is written down, others would run into the same wall.
        away = _hear(client.pacer_of(request), generation, error, attempt)
        session.ledger.held_again(generation, away.seconds or 0.0)
        return away
    except ExchangeError as error:
        partial = unfinished.keep_partial(session.store, error)
        outcome = replace(_of_error(error), attempts=attempt, partial=partial)
        error.generation = session.ledger.settle(generation, outcome)
        return Answer(error.generation, "sent", error)
    client.pacer.passed(pricing.tokens_of(request), response.usage.total)
    outcome = replace(_keep(session, generation, response), attempts=attempt)
    return Answer(_settle(session, generation, outcome, response), "sent")


def _hear(pacer: Pacer, generation: Generation, error: ExchangeError, attempt: int) -> _TurnedAway:
    try:
        return _TurnedAway(generation, error, attempt, pacer.turned_away(error, attempt))
    except RejectedError as never:
        return _TurnedAway(generation, never, attempt, None)


def _verdict(session: Session, client: Client, generation: Generation, attempt: int) -> Answer:
    """Ask a judge; what it said is kept with what it cost, in one step."""
    request = generation.request
    answered = judged.ask(client, request, session.draw)
    client.pacer_of(request).passed(pricing.tokens_of(request), answered.usage.total)
    outcome = judged.outcome(answered, request, session.provider, session.book)
    try:
        settled = session.ledger.settle(generation, replace(outcome, attempts=attempt))
    except RecordError as error:
        error.pictures[f"judge-{generation.id}.json"] = answered.text.encode()
        raise
    return Answer(settled, "sent")


def _intent(session: Session, request: ImageRequest, sample: int, run: int | None) -> Intent:
    quote = pricing.quote_request(request, session.provider, book=session.book)
    known = session.dearest.get((request.model, request.quality, request.size), 0)
    return Intent(
        key=request.key(session.provider),
        request=request,
        sample=sample,
        provider=session.provider,
        simulated=session.simulated,
        quoted_nano=quote.nano,
        hold_nano=max(quote.bound_nano, known),
        cost_basis=session.cost_basis,
        lease_seconds=session.timeout * 2 + 60,
        run=run,
    )


def _of_error(error: ExchangeError) -> Outcome:
    return Outcome(
        status=error.status,
        billed=error.billed,
        request_id=error.request_id,
        error=str(error),
        error_kind=type(error).__name__,
        cost_nano=0 if error.billed == "no" else None,
    )


def _keep(session: Session, generation: Generation, response: ImageResponse) -> Outcome:
    """Make the bytes safe, then say what they are: done, or paid for and spoilt."""
    asked = (generation.request, session.provider, session.book)
    outcome = pictured.outcome(response, *asked)
    try:
        session.ledger.arrived(generation, outcome)
        session.store.keep(response.data, pictured.suffix(outcome))
    except RecordError as error:
        pictured.hand_out(error, response)
        # The disk that has no room for the picture may have none for its row either.
        with contextlib.suppress(RecordError):
            lost = pictured.lost(response, *asked, error)
            error.generation = session.ledger.settle(generation, lost)
        raise
    return outcome


def _settle(
    session: Session, generation: Generation, outcome: Outcome, response: ImageResponse
) -> Generation:
    try:
        return session.ledger.settle(generation, outcome)
    except RecordError as error:
        pictured.hand_out(error, response)
        raise


def is_overrun(generation: Generation) -> bool:
    """Tell whether a bill passed the money that was held for it."""
    return (generation.cost_nano or 0) > generation.hold_nano


_BY_STATUS: dict[str, type[ExchangeError]] = {
    "failed": errors.ExchangeError,
    "refused": errors.RefusedError,
    "unknown": errors.OutcomeUnknownError,
    "spoilt": errors.SpoiltError,
}


def as_error(generation: Generation) -> ImageLabError:
    """Turn a row that is no picture back into the error that made it."""
    otherwise = _BY_STATUS.get(generation.status, errors.OutcomeUnknownError)
    kind = getattr(errors, generation.error_kind or "", otherwise)
    error: ImageLabError = kind(generation.error or f"It ended as {generation.status}.")
    if isinstance(error, ExchangeError) and generation.billed is not None:
        error.billed = generation.billed
    error.generation = generation
    return error
