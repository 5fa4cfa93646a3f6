"""Before anything is sent: what goes along is kept, and told from which generations it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from imagelab.references.taking import Given
from imagelab.request import Generation
from imagelab.sweep import Cell


def keep(ledger: Ledger, store: Store, cells: Sequence[Cell], along: Iterable[Given]) -> list[Cell]:
    """Make the bytes that go along durable, and give the cells with the parents of each edit.

    Raises:
        RecordError: the disk is full, the folder is read-only, or the like; nothing was sent.

    """
    given = {one.reference.sha256: one for one in along}
    for one in given.values():
        store.keep(one.data, one.reference.format)
    if not given:
        return list(cells)
    parents = _parents(ledger, given)
    return [_with_parents(cell, parents) for cell in cells]


def _parents(ledger: Ledger, given: Mapping[str, Given]) -> dict[str, int]:
    """Find of each picture which generation of this ledger made it, where one did."""
    # What had to be made legal has other bytes than the generation that it was made from.
    made = {name: _picture_of(one.source) or name for name, one in given.items()}
    makers = ledger.makers_of(made.values())
    found = {}
    for name, picture in made.items():
        several, source = makers.get(picture, []), given[name].source
        if several:
            own = source is not None and source.id in several
            found[name] = source.id if own and source else several[0]
    return found


def _picture_of(source: Generation | None) -> str | None:
    return source.picture if source is not None else None


def _with_parents(cell: Cell, parents: Mapping[str, int]) -> Cell:
    found = dict.fromkeys(
        parents[one.sha256] for one in cell.request.images if one.sha256 in parents
    )
    return replace(cell, request=replace(cell.request, parents=tuple(found))) if found else cell
