"""A comparison as a file: report, ZIP, tables, code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from imagelab.catalog.arguments import named
from imagelab.comparison.shown import Shown
from imagelab.comparison.voted import Voted
from imagelab.errors import PictureError
from imagelab.insight import archive, files, report
from imagelab.insight.code import code_of_cells
from imagelab.insight.report import Section
from imagelab.records import notes, votes


class Written(Shown, Voted):
    """Pictures that are written down to be taken elsewhere."""

    @named()
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
        with files.written(path, "report", (".html", ".htm")) as draft:
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

    @named()
    def zip(self, path: str | Path) -> Path:
        """Write a ZIP with the originals, byte for byte, and a manifest of all the rest.

        ``imagelab.open_zip`` shows it again, and ``Lab(replay=path)`` asks it as if it were the
        provider: a paid run becomes a free tutorial, or a bug report. Stars and remarks go along
        as they were written, and votes, each with its rater's name as it was given. So do ballots
        all of whose pictures are here, with what their raters must not know: which picture is
        which. No key, owner or host is in it; prompts, and errors in their own words, are.

        >>> comparison.zip("foxes.zip")         # doctest: +SKIP

        Raises:
            RecordError: the file cannot be written, or a picture is gone.

        """
        ledger, asked = self._session.ledger, {one.id for one in self}
        return archive.write(
            path,
            self.cells,
            self._asked(),
            ledger.rows(asked),
            votes=self.votes,
            ballots=votes.ballots_about(ledger, asked),
            notes=notes.read(ledger, asked),
            read=self._session.store.read,
            came=self.came,
            left=self.left,
        )

    @named()
    def to_csv(self, path: str | Path) -> Path:
        """Write ``frame`` as a CSV file; formulas in prompts are defused for spreadsheets."""
        return files.to_csv(self.frame, path)

    @named()
    def to_parquet(self, path: str | Path) -> Path:
        """Write ``frame`` as a Parquet file, types and all; it needs pyarrow."""
        return files.to_parquet(self.frame, path)
