"""Does the ledger agree with what lies on the disk? Every picture is read and hashed again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from imagelab.errors import PictureError
from imagelab.records.asking import pictures_in
from imagelab.records.ledger import Ledger
from imagelab.records.rows import UNSETTLED, Row
from imagelab.records.store import Store


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check found. ``ok`` when every picture is as it came and nothing is unexplained.

    ``under_way`` counts rows that somebody is still asking for;
    ``missing`` and ``damaged`` are ids of rows whose picture is gone or was changed;
    ``strays`` are files that no row knows; ``unused`` whole pictures that no row names: kept to
    go along with edits that were not asked for, or not yet, or of a ledger that is gone;
    ``mended`` says what was put right.
    """

    rows: int
    pictures: int
    under_way: int = 0
    missing: tuple[int, ...] = ()
    damaged: tuple[int, ...] = ()
    strays: tuple[Path, ...] = ()
    unused: tuple[Path, ...] = ()
    mended: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong that could not be mended."""
        return not (self.missing or self.damaged or self.strays)

    def __str__(self) -> str:
        words = [f"{self.rows} rows, {self.pictures} pictures read and hashed"]
        if self.under_way:
            words.append(f"{self.under_way} still under way")
        if self.missing:
            words.append(f"pictures gone of rows {', '.join(map(str, self.missing))}")
        if self.damaged:
            words.append(f"pictures changed of rows {', '.join(map(str, self.damaged))}")
        if self.strays:
            words.append(f"files that no row knows: {', '.join(map(str, self.strays))}")
        if self.unused:
            words.append(f"{len(self.unused)} whole pictures that no row names")
        return "; ".join([*words, *self.mended, "all is well" if self.ok else "look into it"])

    def __repr__(self) -> str:
        return f"Check({self})"


def check(ledger: Ledger, store: Store) -> Check:
    """Settle what was left open, count the purse anew, and read every picture again.

    Others may run and forget meanwhile. Who receives a picture names it in a row, keeps it, and
    then settles; who forgets marks a row, and then deletes: so files are listed before rows are
    read, what is in flight need not be there yet, and what seems wrong is looked at twice.
    """
    mended = _mend(ledger, store)
    files = store.files()
    rows = ledger.rows()
    wanted = {row["id"]: _wanted(row) for row in rows}
    states = {name: _state(store, name) for some in wanted.values() for name in some}
    wrong = [at for at in wanted if any(states[name] != "whole" for name in wanted[at])]
    wanted |= {row["id"]: wanted[row["id"]] & _wanted(row) for row in ledger.rows(wrong)}
    known = pictures_in(rows)
    unknown = [file for file in files if file.stem not in known]
    # What goes along, or was cut, is kept before its row tells of it; nothing else is.
    unused = [file for file in unknown if _state(store, file.stem) == "whole"]
    return Check(
        rows=len(rows),
        under_way=sum(row["status"] in UNSETTLED for row in rows),
        pictures=sum(state == "whole" for state in states.values()),
        missing=_of_state("missing", wanted, states),
        damaged=_of_state("damaged", wanted, states),
        strays=tuple(file for file in unknown if file not in unused and file.exists()),
        unused=tuple(unused),
        mended=tuple(mended),
    )


def _mend(ledger: Ledger, store: Store) -> list[str]:
    mended = []
    if released := ledger.release():
        mended.append(f"{released} rows settled that nobody was left to settle")
    if ledger.mend_purse():
        mended.append("the purse was counted anew from the rows")
    if drafts := store.sweep():
        mended.append(f"{drafts} drafts of dead processes thrown away")
    return mended


def _wanted(row: Row) -> set[str]:
    """Name the pictures of a row that must be there: what went along too, edits start from it."""
    if row["forgotten_us"] is not None:
        return set()
    if row["status"] in UNSETTLED:
        return pictures_in([{**row, "picture": None, "partial": None}])
    return pictures_in([row])


def _of_state(
    state: str, names: Mapping[int, Collection[str]], states: Mapping[str, str]
) -> tuple[int, ...]:
    """List the rows of which a picture is so."""
    return tuple(at for at in sorted(names) if any(states[name] == state for name in names[at]))


def _state(store: Store, name: str) -> str:
    try:
        data = store.path(name).read_bytes()
    except (PictureError, OSError):
        return "missing"
    return "whole" if hashlib.sha256(data).hexdigest() == name else "damaged"
