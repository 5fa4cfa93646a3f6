"""What a view has done for it: notes kept, quotes, new takes. Views hold these, and no ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from imagelab import keeping, pricing
from imagelab.bookkeeping import purse
from imagelab.bookkeeping.costs import TIERS
from imagelab.catalog.money import show
from imagelab.errors import InputError, PictureError
from imagelab.insight.board import facts_of
from imagelab.insight.code import code_of, code_of_generation
from imagelab.insight.thumbs import kept
from imagelab.pipeline import Session
from imagelab.progress import Progress
from imagelab.records import notes, searching
from imagelab.records.ledger import Came
from imagelab.records.notes import Note
from imagelab.records.rows import Purse
from imagelab.records.sums import sums
from imagelab.references import taking
from imagelab.references.gathering import Along
from imagelab.references.taking import Given
from imagelab.request import Generation, ImageRequest
from imagelab.runner import Run
from imagelab.sweep import Cell

BENCH_SIDE = 384
"""A bench shows few pictures, and larger than a comparison does."""

_UNSAID: tuple[object, ...] = ("", 0, ())
"""What a bench gives where nothing was chosen."""

SpendValues = tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]

Tell = Callable[[Mapping[int, Generation], str], None]
"""Hears what came of a new take, by position, or in words why nothing came."""


def quote_words(
    session: Session, request: ImageRequest, pictures: int = 1, provider: str | None = None
) -> str:
    """Say in a few words what new pictures will cost, in real money or simulated."""
    whose = session.at(provider).provider
    quote = pricing.quote_request(request, whose, book=session.book)
    if quote.nano is None:
        words = f"cost unknown before asking, at most {show(quote.bound_nano * pictures)}"
    else:
        words = show(quote.nano * pictures)
    return f"{words} simulated" if session.simulated else words


@dataclass(frozen=True)
class CellActions:
    """What may be done about the pictures of a comparison; new takes stand in it at once."""

    session: Session
    cells: Sequence[Cell]
    generations: dict[int, Generation]
    came: dict[int, Came]

    def note(self, position: int, star: bool, remark: str) -> None:
        """Keep what a person thinks of a picture."""
        notes.keep(self.session.ledger, self._one(position).id, Note(star, remark))

    def quote(self, position: int) -> str:
        """Say what a new take of a picture will cost."""
        cell = self._cell(position)
        return quote_words(self.session, cell.request, provider=cell.provider)

    def code(self, position: int) -> str:
        """Write the Python that asks for a picture."""
        cell, made = self._cell(position), self.generations.get(position)
        take = made.take if made else 1
        provider = cell.factors.get("provider")
        return code_of(cell.request, sample=cell.sample, take=take, provider=provider)

    def again(self, position: int, tell: Tell) -> None:
        """Ask for a new take in the background; every cell that shows the old one takes it."""
        cell = self._cell(position)
        same = [one.position for one in self.cells if _same(one, cell)]

        def take(run: Run[None]) -> None:
            landed = run.landed.get(0)
            if landed is None:
                tell({}, str(run.error or run.left.get(0) or "It was not asked for."))
            elif landed.status != "done":
                # The picture that was there is worth more than the word that none came.
                tell({}, landed.error or landed.status)
            else:
                self.generations.update(dict.fromkeys(same, landed))
                self.came.update(dict.fromkeys(same, "sent"))
                tell(dict.fromkeys(same, landed), "")

        again_in_background(self.session, replace(cell, position=0), take)

    def _cell(self, position: int) -> Cell:
        return next(cell for cell in self.cells if cell.position == position)

    def _one(self, position: int) -> Generation:
        if position not in self.generations:
            raise PictureError("This picture was not asked for: there is nothing to note of.")
        return self.generations[position]


@dataclass(frozen=True)
class BenchActions:
    """What a bench has done for it: ``request`` makes one of its settings, or raises."""

    session: Session
    request: Callable[..., ImageRequest]

    def quote(self, settings: Mapping[str, Any]) -> str:
        """Say what a press will cost."""
        return quote_words(self.session, self._one(settings), settings["samples"])

    def ask(self, settings: Mapping[str, Any], display: BenchDisplay) -> Run[None]:
        """Ask for new pictures in the background."""
        request = self._one(settings)
        asked = [
            Cell(at, {"prompt": request.prompt, "sample": str(at + 1)}, request, at + 1)
            for at in range(settings["samples"])
        ]
        session, along = self.session, settings["images"]
        cells = keeping.keep(session.ledger, session.store, asked, along)
        run: Run[None] = Run(self.session, cells, finish=lambda _: None, fresh=True)
        return run.start(_WithLastWord(display, run))

    def take(self, given: object, name: str = "") -> tuple[Given, ...]:
        """Take in pictures that are to go along; ``name`` is the file's whose bytes they are."""
        if given is None or (taking.is_several(given) and not given):
            return ()
        return (taking.take(given, label=name),) if name else taking.take_all(given)

    def original(self, generation: Generation) -> bytes:
        """Give a picture's bytes, when somebody opens it."""
        notes.look_at(self.session.ledger, [generation.id])
        return generation.bytes

    def small(self, generation: Generation) -> bytes:
        """Give a thumbnail."""
        return kept(self.session.store, generation, BENCH_SIDE)

    def note(self, generation: Generation, star: bool, remark: str) -> None:
        """Keep what a person thinks of a picture."""
        notes.keep(self.session.ledger, generation.id, Note(star, remark))

    def code(self, generation: Generation) -> str:
        """Write the Python that made a picture."""
        return code_of_generation(generation)

    def _one(self, settings: Mapping[str, Any]) -> ImageRequest:
        given = {
            name: one for name, one in settings.items() if name != "samples" and one not in _UNSAID
        }
        if "prompt" not in given:
            raise InputError("Write a prompt first.")
        along = given.pop("images", ())
        return self.request(**given, **(Along(images=along).settings if along else {}))


class BenchDisplay(Protocol):
    """A display that also hears what was not asked for, and why."""

    def update(
        self, landed: Mapping[int, Generation], progress: Progress, left: Mapping[int, str]
    ) -> None:
        """Take in what landed since the last call."""


@dataclass(frozen=True)
class _WithLastWord:
    display: BenchDisplay
    run: Run[None]

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        left = dict(self.run.left)
        if progress.finished and self.run.error is not None:
            left = {0: str(self.run.error)}
        self.display.update(landed, progress, left)


@dataclass(frozen=True)
class PurseLook:
    """Look at the purse of a session; its rows are added up only when it has changed."""

    session: Session
    _known: dict[Purse, SpendValues] = field(default_factory=dict)

    def __call__(self) -> SpendValues:
        """Give figures and tables as a view shows them."""
        ledger, simulated = self.session.ledger, self.session.simulated
        found = ledger.purse(simulated=simulated)
        if found not in self._known:
            self._known.clear()
            told = purse.figures(found, self.session.budget_nano, simulated=simulated)
            self._known[found] = told, purse.tables(sums(ledger, simulated=simulated))
        return self._known[found]


@dataclass(frozen=True)
class ArchiveActions:
    """What a gallery finds in a ledger, and does there."""

    session: Session

    def search(self, **query: Any) -> list[int]:
        """List the ids of the rows that fit, the newest first."""
        return searching.search(self.session.ledger, searching.Query(**query))

    def offered(self) -> dict[str, list[str]]:
        """List the models and the tiers there are; tiers as they rise."""
        found = searching.offered(self.session.ledger)
        tiers = sorted(found["tiers"], key=lambda one: TIERS.index(one) if one in TIERS else 99)
        return {**found, "tiers": tiers}

    def newest(self) -> tuple[int, int]:
        """Tell whether anything has come."""
        return searching.newest(self.session.ledger)

    def generations(self, ids: Sequence[int]) -> dict[int, tuple[Generation, bool, str]]:
        """Read rows, each with its star and its remark."""
        return {
            row["id"]: (
                self.session.ledger.generation_of(row),
                bool(row["star"]),
                row["remark"] or "",
            )
            for row in self.session.ledger.rows(ids)
        }

    def original(self, generation: Generation) -> bytes:
        """Give a picture's bytes, when somebody opens it."""
        notes.look_at(self.session.ledger, [generation.id])
        return generation.bytes

    def small(self, generation: Generation) -> bytes:
        """Give a thumbnail."""
        return kept(self.session.store, generation)

    def note(self, generation: Generation, star: bool, remark: str) -> None:
        """Keep what a person thinks of a picture."""
        notes.keep(self.session.ledger, generation.id, Note(star, remark))

    def code(self, generation: Generation) -> str:
        """Write the Python that made a picture."""
        return code_of_generation(generation)

    def facts(self, generation: Generation) -> list[tuple[str, str]]:
        """Write down the row: what was asked, what came, what it cost."""
        return facts_of(generation)


def _same(one: Cell, other: Cell) -> bool:
    return (one.request, one.sample, one.provider) == (
        other.request,
        other.sample,
        other.provider,
    )


def again_in_background(session: Session, cell: Cell, take: Callable[[Run[None]], None]) -> None:
    """Run one cell afresh, and call ``take`` with the run once it is over."""
    run: Run[None] = Run(session, [cell], finish=lambda _: None, fresh=True)
    run.start(_AtItsEnd(lambda: take(run)))


@dataclass(frozen=True)
class _AtItsEnd:
    """A display that waits for a run's last word."""

    act: Callable[[], None]

    def update(self, _: Mapping[int, Generation], progress: Progress) -> None:
        if progress.finished:
            self.act()
