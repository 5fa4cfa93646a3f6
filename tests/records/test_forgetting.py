from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from imagelab.pictures import Reference
from imagelab.records.forgetting import forget
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from tests.records.rows import DONE, UNKNOWN, held, intent
from tests.servers import picture
from tests.sessions import fox

FOX = picture("png", 64, 64, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A folder of pictures."""
    return Store(tmp_path / "pictures")


def receive(ledger: Ledger, store: Store, prompt: str, data: bytes = FOX) -> int:
    """Receive a picture as the pipeline does: its row names it, it is kept, the row settled."""
    row = held(ledger, prompt)
    ledger.sent(row)
    outcome = replace(DONE, picture=Reference.of(data).sha256)
    ledger.arrived(row, outcome)
    store.keep(data, "png")
    ledger.settle(row, outcome)
    return row.id


class Meeting(Store):
    """A store that lets somebody else act while it deletes, for as long as they need or may."""

    def __init__(self, folder: Path, act: Callable[[], object]) -> None:
        super().__init__(folder)
        self.other = threading.Thread(target=act)

    def forget(self, name: str) -> bool:
        """Let the other begin, and delete."""
        self.other.start()
        self.other.join(0.5)
        return super().forget(name)


def test_what_is_in_flight_is_not_forgotten(ledger: Ledger, store: Store) -> None:
    """A row that is held or sent stays, so that nobody asks for its picture a second time."""
    waiting, sent = held(ledger, "waiting"), held(ledger, "sent")
    ledger.sent(sent)
    assert forget(ledger, store, [waiting.id, sent.id]) == 0
    for prompt in ("waiting", "sent"):
        assert not ledger.hold(intent(prompt))[1]


def test_what_was_perhaps_billed_is_not_forgotten(ledger: Ledger, store: Store) -> None:
    """A row that may be on the bill stays, so that nobody asks again without saying so."""
    forget(ledger, store, [ledger.settle(held(ledger), UNKNOWN).id])
    assert not ledger.hold(intent())[1]


def test_forgetting_keeps_what_an_edit_started_from(ledger: Ledger, store: Store) -> None:
    """A picture that another row was made from is not deleted with the row that made it."""
    first = receive(ledger, store, "a fox")
    edit, _ = ledger.hold(intent(request=fox(images=(Reference.of(FOX),)), key="v1:edit"))
    made = store.keep(picture("png", 64, 64, 2), "png")
    ledger.settle(edit, replace(DONE, picture=made))
    assert forget(ledger, store, [first]) == 0
    assert forget(ledger, store, [edit.id]) == 2
    assert store.files() == []


def test_a_picture_that_another_row_shows_stays(ledger: Ledger, store: Store) -> None:
    """Equal bytes are one file, deleted with the last row that shows them."""
    one, other = receive(ledger, store, "one"), receive(ledger, store, "other")
    assert [forget(ledger, store, [row]) for row in (one, other)] == [0, 1]


def test_what_comes_while_its_equal_is_forgotten_is_kept(
    ledger: Ledger, store: Store, path: Path
) -> None:
    """Who receives the bytes that another kernel is about to delete has them in the end."""
    mine, beside = receive(ledger, store, "mine"), Ledger(path)
    meeting = Meeting(store.folder, lambda: receive(beside, store, "theirs"))
    assert forget(ledger, meeting, [mine]) == 1
    meeting.other.join()
    assert [row["status"] for row in beside.rows()] == ["done", "done"]
    assert store.read(Reference.of(FOX).sha256) == FOX
    beside.close()
