"""A view whose pictures can be looked at in another way: other axes, sorted, searched."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import traitlets

from imagelab.errors import InputError
from imagelab.insight.board import Arrangement, Board
from imagelab.insight.layout import arrange, factors_of
from imagelab.views._pictures import PictureView
from imagelab.views._tiles import AXES, table_of, totals_of


class Names(traitlets.List[str]):
    """The factors of an axis; one may be given by its name alone."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Take a name for a list of one."""
        several = [value] if isinstance(value, str) else value
        return super().validate(obj, list(several) if isinstance(several, tuple) else several)


class Arranged(PictureView):
    """A view of a board: its page and Python choose what goes where, by the same traits."""

    table = traitlets.Dict().tag(sync=True)
    totals = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    rows = Names(traitlets.Unicode()).tag(sync=True)
    columns = Names(traitlets.Unicode()).tag(sync=True)
    tabs = Names(traitlets.Unicode()).tag(sync=True)
    tab = traitlets.Unicode().tag(sync=True)
    sort = traitlets.Unicode().tag(sync=True)
    where = traitlets.Unicode().tag(sync=True)

    def __init__(self, board: Board, **options: Any) -> None:
        self._turn = threading.RLock()
        self._settling = True
        self._board = board
        super().__init__(table=table_of(board), totals=totals_of(board), **_axes(board), **options)
        self._settling = False

    @property
    def board(self) -> Board:
        """What is shown, and where."""
        return self._board

    @traitlets.validate(*AXES)
    def _check_axis(self, proposal: Any) -> Any:
        known = factors_of(self._board.everything)
        wrong = [name for name in proposal.value if name not in known]
        if wrong and not self._settling:
            raise InputError(
                f"No factor is called {wrong[0]!r} here. The factors are {', '.join(known)}."
            )
        return list(dict.fromkeys(proposal.value))

    @traitlets.validate("sort", "where")
    def _check_words(self, proposal: Any) -> Any:
        # What somebody types in the page may be wrong for a while: it is said there.
        if not self._settling and not self._is_from_page(proposal.trait.name):
            changed = {proposal.trait.name: proposal.value}
            arrange(self._board.everything, replace(self._board.arrangement, **changed))
        return proposal.value

    @traitlets.observe(*AXES, "tab", "sort", "where")
    def _look_anew(self, change: Any) -> None:
        with self._turn:  # first: what another thread settles must not swallow this change
            if self._settling:
                return
            with self._settled():
                if change.name in AXES:
                    self._take_from_others(change.name, change.old, change.new)
                self._arrange()

    def _take_from_others(self, axis: str, old: Sequence[str], new: Sequence[str]) -> None:
        """A factor stands in one place; an axis that loses its last gets what was given up."""
        for other in AXES:
            names = getattr(self, other)
            kept = [name for name in names if name not in new]
            if other != axis and kept != names:
                freed = [name for name in old if name not in new]
                setattr(self, other, kept or (freed if other != "tabs" else []))

    def _arrange(self) -> None:
        how = Arrangement(
            rows=tuple(self.rows),
            columns=tuple(self.columns),
            tabs=tuple(self.tabs),
            tab=self.tab,
            sort=self.sort,
            where=self.where,
        )
        try:
            board = arrange(self._board.everything, how)
        except InputError as wrong:
            self.problem = str(wrong)
            return
        with self.hold_sync():
            self._board, self.problem, self.tab = board, "", board.arrangement.tab
            self.table, self.totals = table_of(board), totals_of(board)

    @contextlib.contextmanager
    def _settled(self) -> Iterator[None]:
        """Keep traits that follow from the one that was set from causing anything themselves."""
        self._settling = True
        try:
            yield
        finally:
            self._settling = False

    def _whole(self) -> Board:
        """Give what lasts: every picture, tabs among the rows."""
        how = self._board.arrangement
        if not (how.tabs or how.sort or how.where):
            return self._board
        rows = (*how.tabs, *(how.rows or ()))
        return arrange(self._board.everything, Arrangement(rows=rows, columns=how.columns))


def _axes(board: Board) -> dict[str, Any]:
    how = board.arrangement
    axes = {"rows": list(how.rows or ()), "columns": list(how.columns or ())}
    return {**axes, "tabs": list(how.tabs), "tab": how.tab, "sort": how.sort, "where": how.where}
