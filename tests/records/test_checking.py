"""Checks beside others that run and forget meanwhile; see also ``tests/test_lab.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from imagelab.pictures import Reference
from imagelab.records.checking import check
from imagelab.records.forgetting import forget
from imagelab.records.ledger import Ledger, Outcome
from imagelab.records.store import Store
from imagelab.request import Generation
from tests.records.rows import DONE, held, intent
from tests.servers import picture
from tests.sessions import fox

FOX, OWL = picture("png", 64, 64, 1), picture("png", 64, 64, 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A folder of pictures."""
    return Store(tmp_path / "pictures")


def arrive(ledger: Ledger, prompt: str, data: bytes) -> tuple[Generation, Outcome]:
    """Write down that an answer came, whose bytes are not kept yet."""
    row, outcome = held(ledger, prompt), replace(DONE, picture=Reference.of(data).sha256)
    ledger.sent(row)
    ledger.arrived(row, outcome)
    return row, outcome


def receive(ledger: Ledger, store: Store, prompt: str, data: bytes) -> Generation:
    """Receive a picture as the pipeline does: its row names it, it is kept, the row settled."""
    row, outcome = arrive(ledger, prompt, data)
    store.keep(data, "png")
    return ledger.settle(row, outcome)


class Shared(Store):
    """A store in which somebody else acts once, just before or after its files are listed."""

    def __init__(self, folder: Path, act: Callable[[], object], when: str) -> None:
        super().__init__(folder)
        self.act, self.when = act, when

    def files(self) -> list[Path]:
        """List the files, beside somebody who changes them."""
        if self.when == "before":
            self.act()
        found = super().files()
        if self.when == "after":
            self.act()
        return found


class Forgotten(Store):
    """A store in which somebody forgets a picture as it is looked for."""

    def __init__(self, folder: Path, act: Callable[[], object]) -> None:
        super().__init__(folder)
        self.act = act

    def path(self, name: str) -> Path:
        """Find a file, after somebody acted."""
        self.act()
        return super().path(name)


def test_a_picture_that_is_about_to_be_kept_is_under_way(ledger: Ledger, store: Store) -> None:
    """A row whose answer came and whose bytes are not kept yet misses nothing."""
    arrive(ledger, "a fox", FOX)
    found = check(ledger, store)
    assert (found.ok, found.under_way, found.missing) == (True, 1, ())


def test_a_picture_that_was_just_kept_is_no_stray(ledger: Ledger, store: Store) -> None:
    """A file whose row is not settled yet is known, and told as nothing strange."""
    arrive(ledger, "a fox", FOX)
    store.keep(FOX, "png")
    found = check(ledger, store)
    assert (found.ok, found.strays, found.unused) == (True, (), ())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_picture_that_comes_during_a_check_is_well(
    ledger: Ledger, store: Store, when: str
) -> None:
    """What another kernel receives just before or after the files are listed is known."""
    receive(ledger, store, "a fox", FOX)
    shared = Shared(store.folder, lambda: receive(ledger, store, "an owl", OWL), when)
    found = check(ledger, shared)
    assert (found.ok, found.pictures, found.strays, found.unused) == (True, 2, (), ())


def test_a_picture_that_is_forgotten_during_a_check_is_not_missed(
    ledger: Ledger, store: Store
) -> None:
    """What another kernel forgets while its file is looked for is nothing that is gone."""
    row = receive(ledger, store, "a fox", FOX)
    shared = Forgotten(store.folder, lambda: forget(ledger, store, [row.id]))
    assert check(ledger, shared).ok
    assert store.files() == []


def test_what_goes_along_with_a_picture_in_flight_is_missed(ledger: Ledger, store: Store) -> None:
    """What an edit starts from was kept before its row: that it is gone is told at once."""
    request = fox(images=(Reference.of(FOX),))
    edit, _ = ledger.hold(intent(request=request, key="v1:edit"))
    assert check(ledger, store).missing == (edit.id,)
