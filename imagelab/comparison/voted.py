"""Which picture is better: votes of people and of judges, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imagelab.catalog.arguments import check_number, named
from imagelab.catalog.judges import DEFAULT as DEFAULT_JUDGE
from imagelab.comparison.pictures import Pictures
from imagelab.deciding.field import Field, field_of
from imagelab.records import votes
from imagelab.records.rows import Unknown
from imagelab.request import in_notebook
from imagelab.runner import Run
from imagelab.vote import MOST_PAIRS, Vote

if TYPE_CHECKING:
    from imagelab.deciding.field import By
    from imagelab.deciding.judgement import Judgement
    from imagelab.deciding.ranking import Ranking
    from imagelab.insight.verdict import Verdict
    from imagelab.planning import LabQuote
    from imagelab.views.duel import Duel
    from imagelab.voting import Booth, Given


class Voted(Pictures):
    """Pictures that are voted on."""

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
        which. At its end a rater saves a small file; ``add_votes`` reads it, here or where a ZIP
        that was made after the ballot is opened. Send it to as many as you like.

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

        check_number("pairs", pairs, 1, MOST_PAIRS, whole=True)
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
