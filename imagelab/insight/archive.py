"""A comparison in a ZIP: originals under the hash of their bytes, and a manifest of all the rest.

``manifest.json`` holds the cells and the rows of the ledger that a reader needs, and what people
said of them: no owner, no host and no key. What is read is believed in nothing: names, sizes,
hashes and values are checked before anything is kept, and nothing is ever unpacked by the name it
claims.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagelab.insight.files import written
from imagelab.records.ledger import Came
from imagelab.records.notes import Note
from imagelab.records.travelling import asked_for, packed, with_parents_among
from imagelab.request import Generation
from imagelab.sweep import Cell
from imagelab.vote import Ballot, Vote

FORMAT, VERSION = "imagelab comparison", 1
MANIFEST = "manifest.json"

_STEADY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """What a ZIP holds, checked: cells, rows, what was said of them, and pictures by hash."""

    digest: str
    cells: tuple[Cell, ...]
    shown: Mapping[int, int]
    came: Mapping[int, Came]
    left: Mapping[int, str]
    rows: tuple[Mapping[str, Any], ...]
    votes: tuple[Vote, ...]
    ballots: tuple[Ballot, ...]
    notes: Mapping[int, Note]
    suffixes: Mapping[str, str]
    read: Callable[[str], bytes]

    @property
    def model(self) -> str | None:
        """The model that most pictures were asked of: what a replay's lab asks by default."""
        models = [cell.request.model for cell in self.cells]
        return max(models, key=models.count) if models else None

    @property
    def provider(self) -> str:
        """Who served the pictures: that of the first one shown, where rows name several."""
        shown = [self.shown[one.position] for one in self.cells if one.position in self.shown]
        first = next((row for row in self.rows if row["id"] in shown[:1]), None)
        return str(first["provider"]) if first else "simulator"

    @property
    def providers(self) -> dict[str, tuple[Mapping[str, Any], ...]]:
        """The rows of each provider, by the name that it was asked by; the first cell's first."""
        rows = {row["id"]: row for row in self.rows}
        found: dict[str, dict[int, Mapping[str, Any]]] = {}
        for cell in self.cells:
            row = rows.get(self.shown.get(cell.position, -1))
            name = cell.provider or (row and str(row["provider"]))
            if name:
                found.setdefault(name, {}).update({row["id"]: row} if row else {})
        for number in sorted(rows.keys() - set(self.shown.values())):
            found.setdefault(str(rows[number]["provider"]), {})[number] = rows[number]
        return {name: tuple(those.values()) for name, those in found.items()}


def write(
    path: str | Path,
    cells: Sequence[Cell],
    generations: Mapping[int, Generation],
    rows: Sequence[Mapping[str, Any]],
    *,
    votes: Sequence[Vote] = (),
    ballots: Sequence[Ballot] = (),
    notes: Mapping[int, Note] = {},
    read: Callable[[str], bytes],
    came: Mapping[int, str] = {},
    left: Mapping[int, str] = {},
) -> Path:
    """Write the ZIP: cells, what each shows by position, and the ledger's rows of that.

    ``votes`` and ``notes`` are what people said of these rows, ``ballots`` what they may yet be
    saying: a vote that answers one says so, and counts once where its file is handed in again.

    What went along with an edit travels too, by its hash; ``read`` gives its bytes. The same
    comparison gives the same bytes.

    Raises:
        RecordError: it cannot be written, or a picture is gone (a ``PictureError``).

    """
    unique = {one.id: one for one in generations.values()}
    ids = {row["id"] for row in rows}
    answered = _answers(ballots)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "cells": [_of_cell(cell, generations, came, left) for cell in cells],
        "generations": [packed(with_parents_among(row, ids)) for row in rows],
        "votes": [_of_vote(vote, answered(vote)) for vote in votes],
        "ballots": [_of_ballot(ballot) for ballot in ballots],
        "notes": [_of_note(at, note) for at, note in sorted(notes.items()) if note != Note()],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
    with written(path, "ZIP file", (".zip",)) as draft, zipfile.ZipFile(draft, "w") as file:
        kept = zipfile.ZIP_DEFLATED
        file.writestr(_entry(MANIFEST), text.encode("utf-8", "replace"), kept)
        shown = {g.picture: g for g in unique.values() if g.picture}
        for one in shown.values():
            # Pictures are pressed as far as they go already.
            file.writestr(_entry(f"pictures/{one.picture}.{one.format}"), one.bytes)
        for name, suffix in _along(cells, unique.values()).items():
            if name not in shown:
                file.writestr(_entry(f"pictures/{name}.{suffix}"), read(name))
    return Path(path)


def _along(cells: Sequence[Cell], generations: Iterable[Generation]) -> dict[str, str]:
    """Name everything that went along, or would have, by its hash, with the kind it is."""
    asked = (*(cell.request for cell in cells), *(one.request for one in generations))
    return {one.sha256: one.format for request in asked for one in request.references}


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _STEADY)
    entry.external_attr = 0o644 << 16
    return entry


def _of_cell(
    cell: Cell,
    generations: Mapping[int, Generation],
    came: Mapping[int, str],
    left: Mapping[int, str],
) -> dict[str, Any]:
    """Write a cell; what it asked for stands in its row, or here where there is none."""
    at, shown = cell.position, generations.get(cell.position)
    found = {
        "position": at,
        "factors": dict(cell.factors),
        "sample": cell.sample,
        "generation": None if shown is None else shown.id,
        "request": asked_for(cell.request) if shown is None else None,
        "came": came.get(at),
        "left": left.get(at),
    }
    return {name: value for name, value in found.items() if value is not None}


def _answers(ballots: Sequence[Ballot]) -> Callable[[Vote], dict[str, Any]]:
    """Make what names the ballot and the pair that a vote answers; nothing, where it does not."""
    places: dict[tuple[int, int], list[tuple[Ballot, int]]] = {}
    for ballot in ballots:
        for at, sides in enumerate(ballot.pairs):
            places.setdefault(sides, []).append((ballot, at))

    def answered(vote: Vote) -> dict[str, Any]:
        for ballot, at in places.get((vote.left, vote.right), []):
            if vote.token == ballot.token(vote.rater, at):
                return {"ballot": ballot.name, "pair": at}
        return {}

    return answered


def _of_vote(vote: Vote, answered: Mapping[str, Any]) -> dict[str, Any]:
    """Write a vote; where it was cast from, and under which number, stays here."""
    found = {
        "rater": vote.rater,
        "left": vote.left,
        "right": vote.right,
        "winner": vote.winner,
        "by": list(vote.by),
        "source": vote.source,
        "seconds": vote.seconds,
        "time": vote.time.isoformat(),
        **answered,
    }
    return {name: value for name, value in found.items() if value is not None}


def _of_ballot(ballot: Ballot) -> dict[str, Any]:
    """Write a ballot, and what its raters must not know: which rows its pairs are."""
    return {"name": ballot.name, "by": list(ballot.by), "pairs": [list(p) for p in ballot.pairs]}


def _of_note(generation: int, note: Note) -> dict[str, Any]:
    """Write what a person thinks of a generation; when that was noted stays here."""
    return {"generation": generation, "star": note.star, "remark": note.remark}
