"""What a run made: pictures by factor, to look at, to index and to add up."""

from __future__ import annotations

import operator
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from imagelab import pricing
from imagelab.actions import CellActions
from imagelab.bookkeeping import costs
from imagelab.catalog.arguments import check_number, named
from imagelab.catalog.judges import DEFAULT as DEFAULT_JUDGE
from imagelab.catalog.money import show, usd
from imagelab.deciding.field import Field, field_of
from imagelab.errors import InputError, PictureError
from imagelab.insight import archive, files, layout, metrics, report, stills
from imagelab.insight.code import code_of_cells
from imagelab.insight.differing import Difference, differ
from imagelab.insight.report import Section
from imagelab.insight.thumbs import kept
from imagelab.pipeline import Session
from imagelab.records import measures, notes, votes
from imagelab.records.rows import Unknown
from imagelab.replaying import bare_name, successor, twins, warn_of_retirement
from imagelab.request import Generation, in_notebook
from imagelab.runner import Run
from imagelab.sweep import Cell
from imagelab.vote import Vote

if TYPE_CHECKING:
    from pandas import DataFrame
    from PIL.Image import Image

    from imagelab.deciding.field import By
    from imagelab.deciding.judgement import Judgement
    from imagelab.deciding.ranking import Ranking
    from imagelab.insight.verdict import Verdict
    from imagelab.planning import LabQuote
    from imagelab.records.ledger import Came
    from imagelab.views.duel import Duel
    from imagelab.views.grid import Grid
    from imagelab.views.wipe import Wipe
    from imagelab.views.zoom import Zoom
    from imagelab.voting import Booth, Given

Result = TypeVar("Result")

Axis = str | Sequence[str] | None


class Comparison:
    """The pictures of one run, each in its cell; in a notebook it shows itself as a grid.

    >>> comparison = lab.compare(["a fox", "an owl"], quality=["low", "high"])  # doctest: +SKIP
    >>> comparison["a fox", "high"].cost_usd                                    # doctest: +SKIP
    0.16641
    >>> comparison.costs("quality")                                             # doctest: +SKIP
    """

    def __init__(
        self,
        session: Session,
        cells: Sequence[Cell],
        generations: Mapping[int, Generation],
        *,
        came: Mapping[int, Came] = {},
        left: Mapping[int, str] = {},
        columns: Axis = None,
    ) -> None:
        self._session = session
        self._columns = columns
        self.cells = tuple(cells)
        self.generations = dict(generations)
        self.came = dict(came)
        self.left = dict(left)
        """Cells that were not asked for, by position, and why."""

    # -- as a collection ------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Generation]:
        """Walk the generations in the order of the sweep; cells not asked for are passed over."""
        return (self.generations[c.position] for c in self.cells if c.position in self.generations)

    def __getitem__(self, chosen: int | slice | str | Sequence[str]) -> Generation | Comparison:
        """Choose by position, by a slice of positions, or by values of factors in any order.

        One picture gives its ``Generation``; several, and a slice, a smaller ``Comparison``.

        Raises:
            InputError: no picture has these values; the message names those there are.

        """
        if isinstance(chosen, slice):
            return self._part(self.cells[chosen])
        if hasattr(chosen, "__index__"):
            return self._at(operator.index(chosen))
        if not isinstance(chosen, str | list | tuple):
            raise InputError(
                f"{chosen!r} chooses nothing here: give a position, a slice, or values such as "
                "comparison['a fox', 'high']."
            )
        values = (chosen,) if isinstance(chosen, str) else tuple(str(one) for one in chosen)
        cells = [cell for cell in self.cells if set(values) <= set(cell.factors.values())]
        if not cells:
            known = "; ".join(f"{name}: {', '.join(v)}" for name, v in self.factors.items())
            raise InputError(
                f"No picture has {' and '.join(map(repr, values))}. There are {known}."
            )
        if len(cells) == 1:
            return self._at(self.cells.index(cells[0]))
        return self._part(cells)

    def _part(self, cells: Sequence[Cell]) -> Comparison:
        if not cells:
            raise InputError(f"There are {len(self)} pictures; that slice holds none of them.")
        left = {at: self.left[at] for cell in cells if (at := cell.position) in self.left}
        return Comparison(
            self._session,
            cells,
            self.generations,
            came=self.came,
            left=left,
            columns=self._columns,
        )

    def _at(self, index: int) -> Generation:
        try:
            position = self.cells[index].position
        except IndexError:
            raise InputError(f"There are {len(self)} pictures; {index} is none of them.") from None
        if position not in self.generations:
            raise PictureError(f"This picture was not asked for: {self.left.get(position)}")
        return self.generations[position]

    def _ipython_key_completions_(self) -> list[str]:
        return [value for values in self.factors.values() for value in values]

    @property
    def factors(self) -> dict[str, tuple[str, ...]]:
        """The factors that vary here, each with its values in order."""
        names = dict.fromkeys(name for cell in self.cells for name in cell.factors)
        values = {
            name: tuple(dict.fromkeys(cell.factors.get(name, "") for cell in self.cells))
            for name in names
        }
        return {name: found for name, found in values.items() if len(found) > 1}

    # -- as tables ------------------------------------------------------------------------

    @property
    def frame(self) -> DataFrame:
        """One row per cell: the columns of ``lab.log``, the factors, and where it came from."""
        found = {row["id"]: row for row in self._session.ledger.rows(one.id for one in self)}
        cells = [cell for cell in self.cells if cell.position in self.generations]
        rows = [found[self.generations[cell.position].id] for cell in cells]
        table = costs.log_frame(rows)
        for name in dict.fromkeys(name for cell in cells for name in cell.factors):
            if name not in table.columns:
                table[name] = [cell.factors.get(name) for cell in cells]
        table["came"] = [self.came.get(cell.position, "ledger") for cell in cells]
        return metrics.add_columns(table, measures.read(self._session.ledger))

    def costs(
        self,
        by: str | Sequence[str] | None = "quality",
        *,
        over: costs.Over | None = None,
        values: costs.Value = "spent_usd",
        totals: bool | None = None,
    ) -> DataFrame:
        """Add up what these pictures cost, whenever they were paid; see ``Lab.costs``."""
        # Tiers have their own order; everything else comes as it was given.
        orders = {n: v for n, v in self.factors.items() if n not in ("quality", "sample")}
        paid = self.frame.drop_duplicates("id")
        return costs.costs(paid, by, orders, over=over, values=values, totals=totals)

    @property
    def saved_usd(self) -> float:
        """Dollars that these pictures did not cost again, since the ledger held them."""
        from_ledger = {
            one.id: one.cost_nano or 0
            for at, one in self.generations.items()
            if self.came.get(at) == "ledger"
        }
        return usd(sum(from_ledger.values()))

    @property
    def left_quote(self) -> pricing.Quote:
        """What the pictures that were not asked for would cost, at list price."""
        requests = {
            (cell.request.key(whose), cell.sample): (whose, cell.request)
            for cell in self.cells
            if cell.position in self.left
            for whose in [cell.provider or self._session.provider]
        }
        return pricing.total(
            pricing.quote_request(one, whose, book=self._session.book)
            for whose, one in requests.values()
        )

    def difference(self, by: str = "model") -> Difference:
        """Say what the other values of a factor cost beside its first, picture by picture.

        >>> comparison.difference("quality").usd        # doctest: +SKIP
        {'high': 0.15552}

        Raises:
            InputError: that factor does not vary here; the message names those that do.

        """
        return differ(self.cells, self.generations, by)

    @named()
    def replay(
        self, model: str | None = None, *, fresh: bool = False, unknown: Unknown = "keep"
    ) -> Comparison:
        """Run the same sweep on another model, and show both side by side.

        This asks a provider anew. To play a comparison back out of a ZIP, for nothing, there is
        ``Lab(replay="file.zip")``.

        Without a model it is the successor that is named for a retired one. What the ledger
        holds is not asked for again; ``difference()`` of the new comparison has the dollars.

        >>> both = comparison.replay("gpt-image-2.5-flare")         # doctest: +SKIP
        >>> both.difference()                                       # doctest: +SKIP

        Raises:
            InputError: that model is here already, or cannot do the same; nothing was sent.
            ModelError: the catalogue has no such model.

        """
        if model is not None and str(model).lower().endswith(".zip"):
            raise InputError(
                f"replay() takes a model; a ZIP is played back by Lab(replay={str(model)!r})."
            )
        bare = successor(self.cells) if model is None else bare_name(model)
        cells = twins(self.cells, bare)
        if not self._session.simulated:
            for provider in dict.fromkeys(cell.provider for cell in cells):
                warn_of_retirement(bare, provider or self._session.provider)
        run = Run(self._session, cells, finish=self._beside, fresh=fresh, unknown=unknown)
        return run_to_end(run)

    def _beside(self, run: Run[Comparison]) -> Comparison:
        """Put what a replay brought beside what is here."""
        return Comparison(
            self._session,
            [*self.cells, *run.cells],
            {**self.generations, **run.landed},
            came={**self.came, **run.came},
            left={**self.left, **run.left},
            columns="model",
        )

    # -- by votes -------------------------------------------------------------------------

    @named()
    def vote(self, by: By = None, *, rater: str = "me") -> Duel:
        """Vote blind: two pictures of one prompt at a time, and a key for the better one.

        Sides are drawn by lot; labels, prices and file names are hidden, and nothing in the page
        tells which is which. Every vote is in the ledger at once. The next pair is the one that
        teaches most, with a share drawn by lot, and the view says by which rule it stops; run
        again, it goes on where it stopped.

        Args:
            by: the factor to compare, or a list of several; 2 to 50 levels. ``None`` is the
                quality, or the only factor that varies.
            rater: who votes; nobody sees a pair twice but for a few repetitions.

        Raises:
            InputError: no such factor varies, or no two pictures differ in it alone.

        >>> comparison.vote(by="quality", rater="ann")      # doctest: +SKIP

        """
        from imagelab.views.duel import Duel

        booth = self._booth(by, rater)
        return Duel(booth, name=f"{', '.join(booth.field.by)}, rater {booth.rater!r}")

    @named()
    def ballot(self, path: str | Path, *, by: By = None, pairs: int = 60) -> Path:
        """Write one HTML file for raters without Python, and return its path.

        It opens anywhere, asks nothing of any network, and tells nothing of which picture is
        which. At its end a rater saves a small file; ``add_votes`` reads it. Send it to as many
        as you like.

        Args:
            path: the HTML file to write.
            by: the factor to compare, or a list of several, as for ``vote``.
            pairs: how many pairs a rater sees at most; levels and prompts take turns.

        Raises:
            InputError: no such factor varies, or no two pictures can be shown.
            PictureError: the file cannot be written.

        >>> comparison.ballot("ballot.html", by="quality")          # doctest: +SKIP
        >>> comparison.add_votes("votes-ann.json")                  # doctest: +SKIP
        60

        """
        from imagelab import voting

        check_number("pairs", pairs, 1, 1000, whole=True)
        target = voting.a_file(path)
        voting.write_ballot(self._field(by), self._session.ledger, target, pairs=pairs)
        return target

    @named()
    def add_votes(
        self, votes: str | Path | Iterable[Given], *, by: By = None, rater: str = "me"
    ) -> int:
        """Keep votes that were cast elsewhere; say how many of them are new.

        Either the file that a rater saved from a ballot, which says by itself who voted on what;
        or votes as left picture, right picture and ``"left"``, ``"right"``, ``"tie"`` or
        ``"skip"``. The same votes handed in again count once, so a cell may be run twice.

        Raises:
            InputError: something in it is no vote, two pictures differ in more than ``by``, or
                the file is damaged or answers another ballot. Nothing was kept.

        >>> pair = comparison["a fox", "low"], comparison["a fox", "high"]     # doctest: +SKIP
        >>> comparison.add_votes([(*pair, "right")], rater="ann")              # doctest: +SKIP
        1
        """
        from imagelab import voting

        ledger = self._session.ledger
        if isinstance(votes, str | Path):
            return voting.count_ballot(ledger, votes, {one.id for one in self})
        return voting.add(self._field(by), ledger, votes, voting.checked(rater))

    @named()
    def ranking(self, by: By = None, *, raters: str | Sequence[str] | None = None) -> Ranking:
        """Rank the levels of a factor, or of several, by the votes of people, or of some raters.

        A judge's votes count where ``raters`` names it.

        Bradley-Terry strengths with ties (Davidson's model), with 95 % intervals, pooled
        (``.frame``) and by prompt (``.rounds``); how far raters agree (``.alpha``), side bias
        and consistency.

        Raises:
            InputError: there are no votes on it yet, or no such factor varies.

        >>> comparison.ranking(by="quality").frame          # doctest: +SKIP
        """
        from imagelab.deciding.ranking import rank

        return rank(self._field(by), self._votes_of(raters))

    @named()
    def verdict(self, by: By = None, *, raters: str | Sequence[str] | None = None) -> Verdict:
        """Say which level is worth its price: in a cell some sentences, a table and a chart.

        For each level its win rate with the 95 % interval, what a picture costs, and the dollars
        per extra win; the cheapest level that is not clearly worse than the best, and the prompts
        where that differs. Where votes are too few it says so, and guesses how many are missing.
        ``raters`` are those whose votes count; all people's do where it is not given, and no
        judge's.

        Raises:
            InputError: no such factor varies, no two pictures differ in it alone, or one of
                the raters has no votes here.

        >>> comparison.verdict()                            # doctest: +SKIP
        >>> comparison.verdict().choice                     # doctest: +SKIP
        'medium'
        """
        from imagelab.insight.verdict import decide

        simulated = any(one.simulated for one in self)
        return decide(self._field(by), self._votes_of(raters), simulated=simulated)

    @named()
    def judge(
        self,
        model: str = DEFAULT_JUDGE,
        *,
        by: By = None,
        rubric: str | None = None,
        pairs: int = 60,
        side: int | None = 768,
        fresh: bool = False,
        unknown: Unknown = "keep",
    ) -> Judgement:
        """Have a vision model vote: every pair in both orders, with its reasons, within the budget.

        Its votes stand beside those of people in the ledger, and count in a ranking or a verdict
        only where ``raters=`` names it: what this returns says first how far it agrees with
        people. What was judged already is not asked, nor paid, again. ``judge_quote`` says what
        it will cost.

        Args:
            model: who judges; its tokens' price must be known, or be added to ``lab.prices``.
            by: the factor to compare, as for ``vote``.
            rubric: what to look for, in words to the judge; it has a sensible one.
            pairs: how many pairs at most, levels and prompts in turn; each is two questions.
            side: the longer edge of the pictures that it gets, in pixels; ``None`` sends the
                originals, which costs more.
            fresh: ask again what was judged already, and pay for it.
            unknown: ``"send"`` asks again for what was perhaps billed and never came.

        Raises:
            InputError: what the model costs is not known, or no two pictures can meet; nothing
                was sent.
            BudgetError: not one question fits the budget; nothing was sent.

        >>> judgement = comparison.judge("gpt-4.1-mini", by="quality")      # doctest: +SKIP
        >>> judgement.frame[["left", "right", "winner", "reason"]]          # doctest: +SKIP
        """
        run = self._judged(model, by, rubric, pairs, side, fresh=fresh, unknown=unknown)
        if not in_notebook():
            from imagelab.views.text import TextProgress

            return run.start(TextProgress("questions")).result()
        from imagelab.views import judging

        return judging.follow(run, model)

    @named()
    def start_judge(
        self,
        model: str = DEFAULT_JUDGE,
        *,
        by: By = None,
        rubric: str | None = None,
        pairs: int = 60,
        side: int | None = 768,
        fresh: bool = False,
        unknown: Unknown = "keep",
    ) -> Run[Judgement]:
        """Have a vision model vote in the background, with a Stop button, and return at once.

        Arguments are those of ``judge``.

        >>> run = comparison.start_judge()      # doctest: +SKIP
        >>> judgement = await run               # doctest: +SKIP
        """
        run = self._judged(model, by, rubric, pairs, side, fresh=fresh, unknown=unknown)
        if not in_notebook():
            return run.start()
        from imagelab.views import judging

        return judging.begin(run, model)

    @named()
    def judge_quote(
        self,
        model: str = DEFAULT_JUDGE,
        *,
        by: By = None,
        rubric: str | None = None,
        pairs: int = 60,
        side: int | None = 768,
    ) -> LabQuote:
        """Say what ``judge`` with the same arguments would cost at most; nothing is sent.

        >>> comparison.judge_quote().to_pay_bound_usd       # doctest: +SKIP
        0.0412
        """
        from imagelab import judging

        made = judging.jury(self._field(by), model, rubric=rubric, side=side, pairs=pairs)
        return judging.quote(self._session, made)

    def _judged(
        self,
        model: str,
        by: By,
        rubric: str | None,
        pairs: int,
        side: int | None,
        *,
        fresh: bool,
        unknown: Unknown,
    ) -> Run[Judgement]:
        from imagelab import judging

        made = judging.jury(self._field(by), model, rubric=rubric, side=side, pairs=pairs)
        return judging.bind(self._session, made, fresh=fresh, unknown=unknown)

    @property
    def votes(self) -> list[Vote]:
        """All votes between pictures of this comparison, oldest first; none that was undone."""
        return votes.votes_about(self._session.ledger, (one.id for one in self))

    def _votes_of(self, raters: str | Sequence[str] | None) -> list[Vote]:
        from imagelab.voting import of_raters

        return of_raters(self.votes, raters)

    def _booth(self, by: By, rater: str) -> Booth:
        from imagelab.voting import Booth

        return Booth(self._field(by), self._session.ledger, rater)

    def _field(self, by: By) -> Field:
        return field_of(self.cells, self._done(), self.factors, by)

    # -- as pictures ----------------------------------------------------------------------

    @named()
    def grid(
        self,
        rows: Axis = None,
        columns: Axis = None,
        *,
        tabs: Axis = (),
        sort: str = "",
        where: str = "",
    ) -> Grid:
        """Show the live grid with these factors down, across and as tabs.

        ``sort`` is a column of ``lab.log`` or a factor (``"-cost_usd"``: the dearest first),
        ``where`` a search such as ``"fox quality:high cost_usd>0.05 star"``. All of them can
        be set on the grid as well, which also tells what is ``selected`` in it.

        >>> grid = comparison.grid(rows="prompt", columns="quality", tabs="size")  # doctest: +SKIP
        >>> grid.selected, grid.selection                                      # doctest: +SKIP
        ([0, 3], (Generation(...), Generation(...)))

        Raises:
            InputError: there is no such factor or column; the message names those there are.

        """
        board = self._board(rows, columns, tabs=tabs)
        how = replace(board.arrangement, sort=sort, where=where)
        return self._grid(layout.arrange(board.everything, how))

    def _grid(self, board: layout.Board) -> Grid:
        from imagelab.views._pictures import EAGER, FIRST
        from imagelab.views.grid import Grid

        few = len(board.everything) <= EAGER
        seen = [at for at in self._pictured() if few] or [
            tile.position for tile in board.tiles if tile.shown
        ][:FIRST]
        return Grid(
            board,
            {at: self._thumbnail(at) for at in seen},
            original=self._original,
            thumbnail=self._thumbnail,
            generations=self.generations,
            sheet=lambda: self._small_sheet(board),
            came=self.came,
            actions=CellActions(self._session, self.cells, self.generations, self.came),
        )

    def zoom(
        self,
        *which: int | slice | str | Sequence[str],
        level: float = 0.0,
        x: float = 0.5,
        y: float = 0.5,
    ) -> Zoom:
        """Look at two to six pictures at original resolution, zoomed and moved as one.

        ``which`` are positions, values or slices as in ``comparison[...]``; none means all.
        ``level`` is screen pixels per pixel, 0 to fit; ``x`` and ``y`` say what is in the
        middle, from 0 to 1. All three are traits of the view: read them, set them.

        Raises:
            InputError: that chooses fewer than two pictures, or more than six.

        >>> comparison.zoom("a red fox in snow", level=4)    # doctest: +SKIP
        Zoom(low, medium, high)
        """
        from imagelab.views.zoom import Zoom

        return Zoom(*self._chosen(which), level=level, x=x, y=y)

    def wipe(
        self,
        a: int | str | Sequence[str] = 0,
        b: int | str | Sequence[str] = 1,
        *,
        mode: str = "wipe",
    ) -> Wipe:
        """Lay two pictures on each other: ``mode`` is wipe, onion, flicker or difference.

        ``a`` and ``b`` choose one picture each, as in ``comparison[...]``. The view's ``ssim``
        and ``mean_difference`` say how far apart the originals are.

        Raises:
            InputError: one of them chooses several pictures, or none.

        >>> comparison.wipe(("a red fox in snow", "low"), ("a red fox in snow", "high")).ssim
        0.585                                           # doctest: +SKIP
        """
        from imagelab.views.wipe import Wipe

        return Wipe(self._one(a), self._one(b), mode=mode)

    def _chosen(self, which: Sequence[int | slice | str | Sequence[str]]) -> list[Generation]:
        """Walk the pictures that any of these choose, each once."""
        found: dict[int, Generation] = {}
        for one in [self[each] for each in which] or [self]:
            several = one._done().values() if isinstance(one, Comparison) else [one]
            found.update({generation.id: generation for generation in several})
        return list(found.values())

    def _one(self, which: int | str | Sequence[str]) -> Generation:
        found = self[which]
        if isinstance(found, Generation):
            return found
        raise InputError(
            f"{which!r} chooses {len(found)} pictures, and each side of a wipe holds one: give a "
            "position or all its values, such as comparison.wipe(('a fox', 'low'), 3)."
        )

    def sheet(self, side: int = 320, *, rows: Axis = None, columns: Axis = None) -> Image:
        """Put all the pictures, labels and prices on one contact sheet (Pillow).

        ``side`` is the longest edge of each picture on it, in pixels. A notebook shows and
        saves it as one JPEG; ``save`` writes any format that Pillow writes.
        """
        from imagelab.insight.sheets import Sheet

        return Sheet.of(stills.sheet(self._board(rows, columns), self._shown(), side=side))

    def report(
        self,
        path: str | Path,
        *,
        title: str = "Comparison",
        side: int | None = None,
        sections: Sequence[Section] = (),
    ) -> Path:
        """Write one HTML file that opens anywhere, offline: pictures, costs, parameters, code.

        Where there are votes it begins with the verdict and the ranking. Pictures grow on a
        click, and two of them can be laid over each other. Their longer edge is ``side`` pixels;
        left out, as large as keeps the file below about 6 MB. ``sections`` of your own stand
        before everything else.

        >>> comparison.report("foxes.html", title="Foxes")          # doctest: +SKIP

        Raises:
            RecordError: the file cannot be written; the pictures are kept.

        """
        page = report.render(
            self._board(),
            self._shown(pass_over=PictureError),
            title=title,
            side=side,
            before=[*sections, *self._vote_sections()],
            after=report.cost_sections(self.frame, self.factors),
            parameters=report.parameters(list(self), self.cells, self.factors),
            code=self.code,
        )
        with files.written(path, "report") as draft:
            draft.write_text(page, encoding="utf-8")
        return Path(path)

    def _vote_sections(self) -> list[Section]:
        """Tell the verdict on everything that was voted on, what most votes are about first."""
        of_people = self._votes_of(None)
        there = [by for by, _ in Counter(vote.by for vote in of_people).most_common()]
        voted = [by for by in there if set(by) <= set(self.factors)]
        found = [self.verdict(by=by) for by in voted]
        return [part for one in found for part in report.vote_sections(one, alone=len(found) == 1)]

    @property
    def code(self) -> str:
        """The Python that asks for these pictures again."""
        held = sum(one.hold_nano for one in {one.id: one for one in self}.values())
        return code_of_cells(self.cells, self._session.provider, hold_nano=held)

    def zip(self, path: str | Path) -> Path:
        """Write a ZIP with the originals, byte for byte, and a manifest of all the rest.

        ``imagelab.open_zip`` shows it again, and ``Lab(replay=path)`` asks it as if it were the
        provider: a paid run becomes a free tutorial, or a bug report. Votes go along, each with
        its rater's name as it was given. No key, owner or host is in it; prompts, and errors in
        their own words, are.

        >>> comparison.zip("foxes.zip")         # doctest: +SKIP

        Raises:
            RecordError: the file cannot be written, or a picture is gone.

        """
        rows = self._session.ledger.rows(one.id for one in self)
        return archive.write(
            path,
            self.cells,
            self._asked(),
            rows,
            votes=self.votes,
            read=self._session.store.read,
            came=self.came,
            left=self.left,
        )

    def _asked(self) -> dict[int, Generation]:
        """Give what was asked for, by position, of the cells that are here."""
        there = {cell.position: self.generations.get(cell.position) for cell in self.cells}
        return {at: one for at, one in there.items() if one is not None}

    def to_csv(self, path: str | Path) -> Path:
        """Write ``frame`` as a CSV file; formulas in prompts are defused for spreadsheets."""
        return files.to_csv(self.frame, path)

    def to_parquet(self, path: str | Path) -> Path:
        """Write ``frame`` as a Parquet file, types and all; it needs pyarrow."""
        return files.to_parquet(self.frame, path)

    def _board(self, rows: Axis = None, columns: Axis = None, *, tabs: Axis = ()) -> layout.Board:
        columns = columns if columns is not None or rows is not None else self._columns
        noted = notes.read(self._session.ledger, (one.id for one in self))
        return layout.lay_out(
            self.cells,
            self.generations,
            rows=rows,
            columns=columns,
            tabs=tabs or (),
            left=self.left,
            notes={
                at: (noted[one.id].star, noted[one.id].remark)
                for at, one in self.generations.items()
                if one.id in noted
            },
        )

    def _small_sheet(self, board: layout.Board) -> Image:
        """Draw the sheet that a notebook keeps for places where nothing else is shown."""
        return stills.sheet(board, self._thumbnails(), side=224)

    def _shown(self, *, pass_over: type[PictureError] | tuple[()] = ()) -> dict[int, bytes]:
        """Give the pictures by position, and what is left of those that were cut."""
        there = {cell.position: self.generations.get(cell.position) for cell in self.cells}
        left = {at: one.partial_bytes for at, one in there.items() if one and one.partial}
        found: dict[int, bytes] = {at: data for at, data in left.items() if data}
        for at, one in self._done().items():
            try:
                found[at] = one.bytes
            except pass_over:  # a picture that is gone does not hide the others
                continue
        return found

    def _done(self) -> dict[int, Generation]:
        """Give the good pictures by position."""
        return {at: one for at, one in self._asked().items() if one.status == "done"}

    def _thumbnails(self, side: int | None = None) -> dict[int, bytes]:
        return {at: self._thumbnail(at, side) for at in self._pictured()}

    def _thumbnail(self, position: int, side: int | None = None) -> bytes:
        """Make a picture small, or what is left of one that was cut."""
        one, side = self.generations[position], side or self._session.thumbnail_side
        if one.status != "done" and (left := one.partial_bytes):
            return stills.thumbnail(left, side)
        return kept(self._session.store, one, side)

    def _pictured(self) -> list[int]:
        """Give the positions that have something to show."""
        there = [cell.position for cell in self.cells if cell.position in self.generations]
        done = self._done()
        return [at for at in there if at in done or self.generations[at].partial_bytes]

    def _original(self, position: int) -> tuple[bytes, str, str]:
        """Give a picture's bytes, MIME type and file name, when somebody opens it."""
        generation = self.generations[position]
        return generation.bytes, generation.mime, generation.path.name

    def _ipython_display_(self) -> None:
        board = self._board()
        if not in_notebook():
            from IPython.display import display

            display({"text/plain": f"{self!r}\n{stills.text(board)}"}, raw=True)
            return
        self._grid(board)._ipython_display_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from imagelab.views.grid import bundle

        board = self._board()
        return bundle(board, self._thumbnails(), self._small_sheet(board))

    @property
    def shortfall(self) -> str | None:
        """What is missing and why, in a sentence or two; ``None`` where all pictures are there."""
        troubled = [one for one in self if one.status != "done"]
        words = []
        if self.left:
            reason = next(iter(self.left.values()))
            words.append(f"{len(self.left)} not asked for: {_ended(reason)}")
            words.append(f"They would cost {self.left_quote.money}.")
        if troubled:
            reason = troubled[0].error or troubled[0].status
            words.append(f"{len(troubled)} without a good picture: {_ended(reason)}")
        return " ".join([f"{self._counted()}.", *words]) if words else None

    def _counted(self) -> str:
        there, all_of_them = len(self._done()), len(self)
        if there < all_of_them:
            return f"{there} of {all_of_them} pictures"
        return f"{there} picture{'s' * (there != 1)}"

    def __repr__(self) -> str:
        costs_nano = [one.cost_nano for one in {one.id: one for one in self}.values()]
        known = sum(cost for cost in costs_nano if cost is not None)
        more = " and more" if None in costs_nano else ""
        return f"Comparison({self._counted()}, {show(known)}{more})"


def _ended(sentence: str) -> str:
    return f"{sentence.rstrip('.')}."


def run_to_end(run: Run[Result]) -> Result:
    """Run to the end, with a grid that fills where pictures can be shown, else with a line."""
    if not in_notebook():
        from imagelab.views.text import TextProgress

        return run.start(TextProgress()).result()
    from imagelab.views import live

    return live.follow(run)


def finisher(recorded: archive.Archive | None = None) -> Callable[[Run[Comparison]], Comparison]:
    """Make what a run brought a comparison; where no grid shows it, say once what is missing.

    ``recorded`` is the ZIP that is replayed: its votes about these pictures come along.
    """
    told: list[str] = []

    def finish(run: Run[Comparison]) -> Comparison:
        made = Comparison(run.session, run.cells, run.landed, came=run.came, left=run.left)
        if recorded and recorded.votes:
            from imagelab.voting import bring

            bring(run.session.ledger, recorded, made)
        if made.shortfall and not told and not in_notebook():
            told.append(made.shortfall)
            sys.stderr.write(f"imagelab: {made.shortfall}\n")
        return made

    return finish
