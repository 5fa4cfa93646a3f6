"""A run: many pictures at once, each on its way through the pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any, Generic, TypeVar, get_args

from imagelab import futile, pricing
from imagelab.catalog.arguments import made_by_name, named
from imagelab.errors import (
    BudgetError,
    ImageLabError,
    InputError,
    RecordError,
)
from imagelab.exchange.streams import Partial
from imagelab.pipeline import Answer, Session, as_error, is_overrun, obtain
from imagelab.progress import Display, Progress
from imagelab.records.ledger import Came, Identity
from imagelab.records.rows import UNSETTLED, Unknown
from imagelab.request import Generation
from imagelab.sweep import Cell

Result = TypeVar("Result")

TICK_SECONDS = 0.1
"""A screen is told at most ten times a second: front ends drop what comes faster."""

ELSEWHERE = "It is being asked for in another cell or kernel. Run it again when that is done."

OVERRUN = (
    "A bill passed the money that was held for it; it is recorded as it is, and the next holds are "
    "larger. Run again to go on."
)


@made_by_name
class Run(Generic[Result]):
    """A sweep in progress. It goes on by itself; you may wait for it, or stop it.

    >>> run = lab.start(sweep)          # doctest: +SKIP
    >>> comparison = await run          # doctest: +SKIP
    >>> comparison = run.result()       # doctest: +SKIP
    """

    def __init__(
        self,
        session: Session,
        cells: Sequence[Cell],
        *,
        finish: Callable[[Run[Result]], Result],
        fresh: bool = False,
        unknown: Unknown = "keep",
    ) -> None:
        if unknown not in get_args(Unknown):
            raise InputError(f'unknown is "keep" or "send"; got {unknown!r}.')
        if not isinstance(fresh, bool):  # "no" would count as yes, and pay again
            raise InputError(f"fresh is True or False; got {fresh!r}.")
        self.session = session
        self.cells = tuple(cells)
        self.landed: dict[int, Generation] = {}
        self.came: dict[int, Came] = {}
        self.left: dict[int, str] = {}
        self.errors: dict[int, ImageLabError] = {}
        self.number: int | None = None
        self.stopped_by: str | None = None
        self.error: BaseException | None = None
        self._finish = finish
        self._fresh = fresh
        self._unknown = unknown
        self._display: Display | None = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._has_begun = False
        self._is_over = False
        self._counting = threading.Lock()
        self._flying = 0
        self._over: BudgetError | None = None
        self._too_dear: set[int] = set()
        self._partials: dict[int, Partial] = {}
        self._began = time.monotonic()
        self._wanted = _by_identity(self.cells, session)
        self._providers = tuple(dict.fromkeys(cell.provider for cell in self.cells))
        self._futile = futile.Futile(self._providers)
        self._quoted = pricing.total(
            pricing.quote_request(
                cells[0].request, session.at(cells[0].provider).provider, book=session.book
            )
            for cells in self._wanted.values()
        ).nano

    # -- from outside -----------------------------------------------------------------

    def start(self, display: Display | None = None) -> Run[Result]:
        """Begin in the background, and tell ``display`` how it goes.

        Raises:
            InputError: it has begun already: a run is run once.

        """
        if self._has_begun:
            raise InputError(
                "This run has begun already: await it, or ask for its result(). Running the "
                "sweep again makes another one."
            )
        self._has_begun = True
        self._display = display
        # A bare thread has no context, and some kernels cannot send to the screen without.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._work,), name="imagelab-run", daemon=True
        )
        self.session.runs.start(thread, self.stop)
        return self

    @named()
    def stop(self, reason: str = "stopped") -> None:
        """Send no more. What is in flight is paid for, so it is waited for and kept."""
        if not self._stopping.is_set():
            self.stopped_by = reason
            self._stopping.set()

    @property
    def done(self) -> bool:
        """Whether everything that was sent has come to its end."""
        return self._ended.is_set()

    @named()
    def result(self, timeout: float | None = None) -> Result:
        """Wait for the end, and return the comparison. An interrupt stops the run first.

        Raises:
            TimeoutError: it is not finished after ``timeout`` seconds; it goes on.
            RecordError: pictures that were paid for could not be kept; they are on the error,
                after an interrupt too.
            ImageLabError: nothing could be asked at all.

        """
        ends = None if timeout is None else time.monotonic() + timeout
        try:
            # Short waits, so that a kernel's interrupt comes through.
            while not self._ended.wait(TICK_SECONDS):
                if ends is not None and time.monotonic() > ends:
                    raise TimeoutError(f"The run is not finished after {timeout:g} seconds.")
        except KeyboardInterrupt as interrupt:
            self.stop("interrupted")
            self._ended.wait()
            self._hand_out_rescued(interrupt)
            raise
        return self._outcome()

    def __await__(self) -> Generator[Any, None, Result]:
        return self._wait().__await__()

    async def _wait(self) -> Result:
        try:
            # One long wait would not be interrupted by the kernel's stop button.
            while not self._ended.is_set():
                await asyncio.sleep(TICK_SECONDS / 2)
        except asyncio.CancelledError:
            self.stop("interrupted")
            raise
        return self._outcome()

    def _outcome(self) -> Result:
        if self.error is not None:
            raise self.error
        return self._finish(self)

    def _hand_out_rescued(self, interrupt: KeyboardInterrupt) -> None:
        """Pictures that were paid for and could not be kept are only on the error."""
        if isinstance(self.error, RecordError) and self.error.pictures:
            raise self.error from interrupt

    def error_of(self, generation: Generation) -> ImageLabError:
        """Give the error that made a row what it is: itself, or as the ledger remembers it."""
        return self.errors.get(generation.id) or as_error(generation)

    def progress(self) -> Progress:
        """Say how far it is."""
        came = dict(self.came)
        landed = dict(self.landed)  # after it: what came has landed
        sent, kept = (
            [landed[at] for at, how in came.items() if how == one] for one in ("sent", "ledger")
        )
        seconds = time.monotonic() - self._began
        remaining = len(self.cells) - len(landed) - len(self.left)
        guessed = seconds / len(sent) * remaining if sent and remaining else None
        paced = self._seconds_paced(remaining) if guessed else 0.0
        limited = guessed is not None and paced > guessed
        return Progress(
            pictures=len(self.cells),
            landed=len(landed),
            from_ledger=len(kept),
            troubled=sum(one.status != "done" for one in landed.values()),
            in_flight=self._flying,
            spent_nano=sum(one.cost_nano or 0 for one in _unique(sent)),
            saved_nano=sum(one.cost_nano or 0 for one in _unique(kept)),
            quoted_nano=self._quoted,
            simulated=self.session.simulated,
            seconds=seconds,
            seconds_left=paced if limited else guessed,
            limited=limited,
            stopping=self._stopping.is_set(),
            finished=self._is_over,
        )

    def _seconds_paced(self, remaining: int) -> float:
        """How long the limits hold back what remains; asked once answers have come."""
        if len(self._providers) > 1:
            return 0.0  # each has limits of its own, and what remains at which is not counted
        request = self.cells[0].request
        client = self.session.at(self.cells[0].provider).client()
        tokens = pricing.tokens_of(request)
        return client.pacer_of(request).seconds_until(remaining, tokens)

    # -- inside -------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            with self.session.watching.followed(self._see):
                self._run()
        except BaseException as error:  # whoever waits for the result shall see it
            self.error = error
        finally:
            self._is_over = True
            self._tell({})
            self._ended.set()

    def _run(self) -> None:
        session = self.session
        names = ", ".join(session.at(one).provider for one in self._providers)
        self.number = session.ledger.begin_run(
            names, simulated=session.simulated, pictures=len(self.cells)
        )
        known = {} if self._fresh else self._look_up()
        waiting = [cells for identity, cells in self._wanted.items() if identity not in known]
        if waiting:
            session.store.check_room()  # before anything is paid that could not be kept
        with contextlib.ExitStack() as stack:
            # Each provider has threads of its own: one whose limit is low holds up no other.
            pools = {
                one: stack.enter_context(ThreadPoolExecutor(session.concurrency, "imagelab-ask"))
                for one in self._providers
            }
            try:
                self._follow(
                    {
                        pools[cells[0].provider].submit(self._ask, cells[0]): cells
                        for cells in waiting
                    }
                )
            except BaseException:
                self.stop("an error")  # first: leaving the pool waits for all that is queued
                raise
        if self.stopped_by == OVERRUN:  # it is what took the money that was not there
            self.left |= dict.fromkeys(self._too_dear, OVERRUN)
        self._raise_if_nothing_came()

    def _see(self, identity: Identity, partial: Partial) -> None:
        """Take note of a partial picture; called in the thread that asks for it."""
        with self._counting:  # what is told meanwhile may be another mapping already
            for cell in self._wanted.get(identity, ()):
                self._partials[cell.position] = partial

    def _look_up(self) -> dict[Identity, Generation]:
        """Take what the ledger has already."""
        found = self.session.ledger.find(self._wanted)
        asked_anew = (*UNSETTLED, "unknown") if self._unknown == "send" else UNSETTLED
        known = {at: one for at, one in found.items() if one.status not in asked_anew}
        self._land([(self._wanted[identity], one, "ledger") for identity, one in known.items()])
        return known

    def _ask(self, cell: Cell) -> Answer | None:
        """Get one picture; in the asking thread, so that what ends a run ends it at once."""
        if self._stopping.is_set() or self._futile.why(cell):
            return None
        with self._counting:
            self._flying += 1
        try:
            answer = obtain(
                self.session.at(cell.provider),
                cell.request,
                cell.sample,
                run=self.number,
                fresh=self._fresh,
                unknown=self._unknown,
                stopping=self._stopping,
            )
        except BudgetError:
            raise  # what is cheaper may still fit
        except BaseException as error:
            self.stop(str(error) or type(error).__name__)
            raise
        finally:
            with self._counting:
                self._flying -= 1
        return self._watched(answer, cell.provider)

    def _watched(self, answer: Answer | None, provider: str | None) -> Answer | None:
        """Stop the run where the next request would fare no better; ``None`` if not awaited."""
        if answer is None:
            return None
        generation = answer.generation
        if answer.came == "ledger":
            return None if generation.status in UNSETTLED else answer
        self._futile.learn(generation, provider)
        if reason := self._futile.everywhere:
            self.stop(reason)
        if is_overrun(generation):
            self.stop(OVERRUN)
        return answer

    def _follow(self, flying: dict[Future[Answer | None], list[Cell]]) -> None:
        """Take pictures in as they land, a tick's worth at a time, until none is in flight."""
        while flying:
            ended, _ = wait(flying, TICK_SECONDS, FIRST_COMPLETED)
            self._land([self._take(future, flying.pop(future)) for future in ended])
            if ended and flying:
                time.sleep(TICK_SECONDS)

    def _take(
        self, future: Future[Answer | None], cells: list[Cell]
    ) -> tuple[list[Cell], Generation | None, Came]:
        """Read how a request ended; ``None`` where it was not made."""
        try:
            answer = future.result()
        except BudgetError as error:
            self._over = error
            self._too_dear |= {cell.position for cell in cells}
            self.left |= {cell.position: str(error) for cell in cells}
            return cells, None, "sent"
        except BaseException as error:  # what else is in flight shall still land
            self._fail(error)
            return cells, getattr(error, "generation", None), "sent"
        if answer is None:
            reason = self._futile.why(cells[0]) or self.stopped_by or ELSEWHERE
            self.left |= {cell.position: reason for cell in cells}
            return cells, None, "sent"
        if answer.error is not None:
            self.errors[answer.generation.id] = answer.error
        return cells, answer.generation, answer.came

    def _fail(self, error: BaseException) -> None:
        """Remember what the run shall raise: the first error, with every picture rescued."""
        first = self.error or error
        if isinstance(error, RecordError) and error.pictures:
            first = first if isinstance(first, RecordError) else error
            first.pictures |= error.pictures
        self.error = first

    def _land(self, answers: Iterable[tuple[list[Cell], Generation | None, Came]]) -> None:
        """Show each generation in every cell that asked for it, and write that down."""
        rows: list[tuple[int, Mapping[str, str], int, Came]] = []
        landed: dict[int, Generation] = {}
        for cells, generation, came in answers:
            if generation is None:
                continue
            for cell in cells:
                landed[cell.position] = generation
                rows.append((cell.position, cell.factors, generation.id, came))
        self.landed |= landed
        self.came |= {position: came for position, _, _, came in rows}
        self._write_down(rows)
        self._tell(landed)

    def _write_down(self, rows: Sequence[tuple[int, Mapping[str, str], int, Came]]) -> None:
        if self.number is None:
            return
        try:
            self.session.ledger.record_cells(self.number, rows)
        except RecordError as error:
            self.stop(str(error))
            self._fail(error)

    def _raise_if_nothing_came(self) -> None:
        """A run that an error ended before any picture came has only that error to show."""
        came = (one.picture or one.answer for one in self.landed.values())
        if self.error is not None or any(came):
            return
        hopeless = [one for one in self.landed.values() if futile.ends(one)]
        if hopeless:
            self.error = self.error_of(hopeless[0])
        elif not self.landed:
            self.error = self._over

    def _tell(self, landed: Mapping[int, Generation]) -> None:
        """Tell the display; one that breaks is told of once and then left alone."""
        if self._display is None:
            return
        try:
            with self._counting:
                partials, self._partials = self._partials, {}
            still = {at: one for at, one in partials.items() if at not in self.landed}
            self._display.update(landed, replace(self.progress(), partials=still))
        except Exception as error:
            self._display = None
            # Where warnings are errors, this one shall not end the run either.
            with contextlib.suppress(Warning):
                warnings.warn(
                    f"The display of this run broke ({type(error).__name__}: {error}). The run "
                    "goes on without it; its result will be whole.",
                    stacklevel=2,
                )


def _by_identity(cells: Iterable[Cell], session: Session) -> dict[Identity, list[Cell]]:
    """Gather the cells that ask for the same picture: it is asked for once."""
    wanted: dict[Identity, list[Cell]] = {}
    for cell in cells:
        key = cell.request.key(session.at(cell.provider).provider)
        wanted.setdefault((key, cell.sample), []).append(cell)
    return wanted


def _unique(generations: Iterable[Generation]) -> list[Generation]:
    return list({one.id: one for one in generations}.values())
