"""Comparisons that were kept in a ZIP, opened again."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from imagelab.catalog.arguments import folder as as_folder
from imagelab.catalog.arguments import named
from imagelab.comparison import Comparison
from imagelab.errors import SetupError
from imagelab.exchange.client import Client
from imagelab.insight import unpacking
from imagelab.pipeline import Session
from imagelab.records import notes, travelling, votes
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store


@named()
def open_zip(path: str | Path, *, folder: str | Path | None = None) -> Comparison:
    """Open what ``comparison.zip`` wrote: a comparison that shows itself, offline and for nothing.

    It has its pictures, costs, errors, stars, remarks and votes as they were, and ledger and files
    of its own, in ``folder`` (a new one, or the one it was opened in before: what you noted there
    stays), or for as long as Python runs. Answers to a ballot that was made before the ZIP are
    counted by its ``add_votes``.
    ``Lab(replay=path)`` runs code against it as if it were the provider.

    >>> imagelab.open_zip("foxes.zip")          # doctest: +SKIP
    Comparison(6 pictures, $0.440)

    Raises:
        InputError: it is no such ZIP, is damaged, or was made to do harm.
        RecordError: ``folder`` cannot be written, or holds something else.

    """
    held = unpacking.read(path)
    where = _temporary() if folder is None else as_folder(folder)
    store = Store(where / "pictures")
    for _, suffix, data in unpacking.pictures(held):
        store.keep(data, suffix)
    ledger = Ledger(where / "ledger.sqlite", loader=store.path)
    travelling.take_over(ledger, held.rows)
    votes.take_over_ballots(ledger, held.ballots)
    votes.take_over(ledger, held.votes)
    notes.take_over(ledger, held.notes)
    rows = {row["id"]: ledger.generation(row["id"]) for row in held.rows}
    session = Session(
        provider=held.provider,
        simulated=all(row["simulated"] for row in held.rows),
        cost_basis="list",
        client=_nobody,
        ledger=ledger,
        store=store,
    )
    session.peers.update({name: replace(session, provider=name) for name in held.providers})
    generations = {position: rows[number] for position, number in held.shown.items()}
    return Comparison(session, held.cells, generations, came=held.came, left=held.left)


def _temporary() -> Path:
    made = Path(tempfile.mkdtemp(prefix="imagelab-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def _nobody() -> Client:
    raise SetupError("A comparison from a ZIP asks nobody. Lab(replay=...) asks the ZIP itself.")
