from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from imagelab import pipeline, pricing
from imagelab.errors import (
    BudgetError,
    ImageLabError,
    InputError,
    KeyRefusedError,
    ModelGoneError,
    QuotaError,
    RecordError,
    UnreachableError,
)
from imagelab.pipeline import Session
from imagelab.progress import Progress
from imagelab.records.ledger import Ledger, Purse
from imagelab.request import Generation, ImageRequest
from imagelab.runner import ELSEWHERE, Run
from imagelab.simulator import Fault, Simulator
from imagelab.sweep import Cell
from tests.records.rows import intent
from tests.servers import Asked, Server, error, picture, success
from tests.sessions import fox, session

Value = TypeVar("Value")

Landed = dict[int, Generation]

HOLD = pricing.quote_request(fox("fox 0"), "simulator").bound_nano


def cells(*requests: ImageRequest | str, sample: int = 1) -> list[Cell]:
    """Make the cells of a sweep out of prompts or requests."""
    asked = [fox(one) if isinstance(one, str) else one for one in requests]
    return [
        Cell(position, {"prompt": one.prompt}, one, sample) for position, one in enumerate(asked)
    ]


def foxes(number: int) -> list[Cell]:
    """Make cells that each ask for another picture."""
    return cells(*(f"fox {one}" for one in range(number)))


def started(session: Session, some: Sequence[Cell], **settings: Any) -> Run[Run[Any]]:
    """Start a run whose result is itself."""
    run: Run[Run[Any]] = Run(session, some, finish=lambda ended: ended, **settings)
    return run.start()


def ran(session: Session, some: Sequence[Cell], **settings: Any) -> Run[Any]:
    """Run cells to their end."""
    return started(session, some, **settings).result(60)


class Gate:
    """Holds answers back until it is opened, and tells when requests have arrived."""

    def __init__(self, arrivals: int = 1) -> None:
        self._arrived = threading.Semaphore(0)
        self._arrivals = arrivals
        self._open = threading.Event()

    def __call__(self, asked: Asked) -> Iterator[bytes]:
        """Answer one request when the gate is open."""
        self._arrived.release()
        self._open.wait(30)
        yield success(asked)

    def wait_for_arrivals(self) -> None:
        """Wait until as many requests are here as were announced."""
        for _ in range(self._arrivals):
            assert self._arrived.acquire(timeout=20)

    def open(self) -> None:
        """Let all answers go, those to come too."""
        self._open.set()


# --- what lands -----------------------------------------------------------------------------


def test_every_cell_lands(tmp_path: Path) -> None:
    """Each cell of a run ends with its own picture, sent once."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run = ran(open_session, foxes(5))
        assert server.posts == 5
        assert {at: one.prompt for at, one in run.landed.items()} == {
            at: f"fox {at}" for at in range(5)
        }
        assert set(run.came.values()) == {"sent"}
        assert (run.left, run.error, run.stopped_by) == ({}, None, None)


def test_no_more_are_in_flight_than_allowed(tmp_path: Path) -> None:
    """A run never has more requests in flight than its session allows."""
    counting, flying, most = threading.Lock(), 0, 0

    def count(asked: Asked) -> Iterator[bytes]:
        nonlocal flying, most
        with counting:
            flying += 1
            most = max(most, flying)
        time.sleep(0.05)
        with counting:
            flying -= 1
        yield success(asked)

    with Server(count) as server, session(tmp_path, server.url, concurrency=3) as open_session:
        ran(open_session, foxes(9))
    assert 1 < most <= 3


def test_equal_cells_share_a_picture(tmp_path: Path) -> None:
    """Cells that ask for the same are asked once and show the same generation."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run = ran(open_session, cells("a fox", "an owl", "a fox", "a fox"))
        assert server.posts == 2
        assert run.landed[0].id == run.landed[2].id == run.landed[3].id != run.landed[1].id
        assert run.progress().spent_nano == open_session.ledger.purse(simulated=True).spent


@pytest.mark.parametrize("fresh", [False, True])
def test_equal_cells_share_a_fresh_picture_too(tmp_path: Path, fresh: bool) -> None:
    """A fresh run asks once for equal cells as well."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        ran(open_session, cells("a fox", "a fox"), fresh=fresh)
        assert server.posts == 1


def test_the_second_run_asks_for_nothing(tmp_path: Path) -> None:
    """Running the same cells again sends no request and takes everything from the ledger."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        first, second = ran(open_session, foxes(3)), ran(open_session, foxes(3))
        assert server.posts == 3
        assert set(second.came.values()) == {"ledger"}
        assert second.landed == first.landed
        assert second.progress().spent_nano == 0


def test_a_larger_run_asks_for_what_is_new(tmp_path: Path) -> None:
    """Of a run that was enlarged only what is new is sent."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        ran(open_session, foxes(2))
        run = ran(open_session, foxes(4))
        assert server.posts == 4
        assert run.came == {0: "ledger", 1: "ledger", 2: "sent", 3: "sent"}


def test_a_fresh_run_asks_for_everything(tmp_path: Path) -> None:
    """A fresh run sends everything anew, and later runs show what it brought."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        ran(open_session, foxes(2))
        fresh = ran(open_session, foxes(2), fresh=True)
        later = ran(open_session, foxes(2))
        assert server.posts == 4
        assert later.landed == fresh.landed
        assert {one.take for one in later.landed.values()} == {2}


def lost_at_first(asked: Asked, seen: set[str]) -> bytes:
    """Break off the first time a prompt with an odd number is asked for."""
    prompt = asked.json["prompt"]
    if int(prompt.split()[-1]) % 2 and prompt not in seen:
        seen.add(prompt)
        return success(asked)[:300]
    return success(asked)


def test_what_was_perhaps_billed_is_sent_again_only_when_told(tmp_path: Path) -> None:
    """Running again leaves unknown rows; unknown="send" asks for just those, as a next take."""
    seen: set[str] = set()
    with (
        Server(lambda asked: lost_at_first(asked, seen)) as server,
        session(tmp_path, server.url) as open_session,
    ):
        ran(open_session, foxes(4))
        kept = ran(open_session, foxes(4))
        assert server.posts == 4
        sent = ran(open_session, foxes(4), unknown="send")
        assert server.posts == 6
        again = ran(open_session, foxes(4), unknown="send")
        assert server.posts == 6
    assert [kept.landed[at].status for at in range(4)] == ["done", "unknown"] * 2
    assert [sent.came[at] for at in range(4)] == ["ledger", "sent"] * 2
    assert [again.landed[at].take for at in range(4)] == [1, 2, 1, 2]


def test_the_risk_of_a_picture_that_is_sent_again_stays(tmp_path: Path) -> None:
    """A second payment does not make the first one certain: both count in the purse."""
    seen: set[str] = set()
    with (
        Server(lambda asked: lost_at_first(asked, seen)) as server,
        session(tmp_path, server.url) as open_session,
    ):
        ran(open_session, cells("fox 1"))
        run = ran(open_session, cells("fox 1"), unknown="send")
        cost = run.landed[0].cost_nano or 0
        assert open_session.ledger.purse(simulated=True) == Purse(cost, HOLD, 0)


def test_what_to_do_about_unknown_pictures_has_two_words(tmp_path: Path) -> None:
    """Another word than keep or send is an InputError that names both."""
    with (
        session(tmp_path, "http://127.0.0.1:9/v1") as open_session,
        pytest.raises(InputError, match='"keep" or "send"'),
    ):
        started(open_session, foxes(1), unknown="sent")


def test_a_run_writes_down_its_cells(tmp_path: Path) -> None:
    """Every cell of a run is written down with what it shows and where that came from."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        ran(open_session, foxes(1))
        run = ran(open_session, foxes(2))
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as reader:
        rows = reader.execute(
            "SELECT position, generation, came FROM run_cells WHERE run = ?", (run.number,)
        ).fetchall()
    expected = [(0, run.landed[0].id, "ledger"), (1, run.landed[1].id, "sent")]
    assert sorted(rows) == expected


def test_a_row_names_the_run_that_paid(tmp_path: Path) -> None:
    """A generation remembers the run that sent it, not those that found it."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        first, second = ran(open_session, foxes(1)), ran(open_session, foxes(1))
        assert second.landed[0].run == first.number != second.number


def test_a_run_of_nothing_ends(tmp_path: Path) -> None:
    """A run without cells ends at once with nothing."""
    with session(tmp_path, "http://127.0.0.1:9/v1") as open_session:
        run = ran(open_session, [])
        assert (run.landed, run.left) == ({}, {})


# --- what goes wrong ------------------------------------------------------------------------


def test_one_failure_is_a_row_and_not_the_end(tmp_path: Path) -> None:
    """What is refused, unknown or spoilt stops nothing; what is turned away comes later."""
    faults = [
        Fault.moderated_input().only(word="blood"),
        Fault.fail(500).only(word="storm"),
        Fault.too_many(retry_after_ms=20).only(word="crowd", times=1),
        Fault.no_picture().only(word="noise"),
    ]
    prompts = ["blood", "storm", "crowd", "noise", "a fox"]
    asked = [fox(one, model="gpt-image-2", size="1024x640") for one in prompts]
    with Simulator(faults=faults) as simulator, session(tmp_path, simulator.url) as open_session:
        run = ran(open_session, cells(*asked))
        assert simulator.requests == 6
        money = open_session.ledger.purse(simulated=True)
        assert simulator.billed.nano <= money.spent + money.at_risk
    statuses = [run.landed[at].status for at in range(5)]
    assert statuses == ["refused", "unknown", "done", "spoilt", "done"]
    assert run.progress().troubled == 3


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(401, "Wrong key.", "invalid_api_key"), KeyRefusedError),
        (error(403, "Not verified."), KeyRefusedError),
        (error(429, "No money.", "insufficient_quota"), QuotaError),
        (error(400, "Limit.", "billing_hard_limit_reached"), QuotaError),
    ],
    ids=["401", "403", "quota", "billing"],
)
def test_what_the_next_would_meet_too_stops_the_run(
    tmp_path: Path, reply: bytes, kind: type[ImageLabError]
) -> None:
    """A bad key or an empty account ends a run after the requests in flight, and is its error."""
    with (
        Server(lambda asked: reply) as server,
        session(tmp_path, server.url, concurrency=2) as open_session,
    ):
        run = started(open_session, foxes(100))
        with pytest.raises(kind) as caught:
            run.result(60)
        assert 1 <= server.posts < 50
        assert open_session.ledger.purse(simulated=True).taken == 0
    assert caught.value.generation is not None
    assert len(run.left) + len(run.landed) == 100


def test_a_model_that_is_gone_is_not_asked_for_again(tmp_path: Path) -> None:
    """A retired model ends what asks for it after the requests in flight; other models go on."""
    gone = error(400, "The model 'gpt-image-1' does not exist.")
    some = [fox(f"fox {at}", model=("gpt-image-1", "gpt-image-1.5")[at % 2]) for at in range(60)]
    with (
        Server(
            lambda asked: gone if asked.json["model"] == "gpt-image-1" else success(asked)
        ) as server,
        session(tmp_path, server.url, concurrency=2) as open_session,
    ):
        run = ran(open_session, cells(*some))
        asked = [one.json["model"] for one in server.asked]
    assert asked.count("gpt-image-1.5") == 30
    assert 1 <= asked.count("gpt-image-1") <= 3
    assert sum(one.status == "done" for one in run.landed.values()) == 30
    assert all("does not exist" in reason for reason in run.left.values())


def test_a_run_whose_only_model_is_gone_is_its_error(tmp_path: Path) -> None:
    """Where no picture came since the model is gone, the run raises that, with its remedy."""
    gone = error(404, "The model `gpt-image-1` does not exist.", "model_not_found")
    with (
        Server(lambda asked: gone) as server,
        session(tmp_path, server.url, concurrency=2) as open_session,
        pytest.raises(ModelGoneError, match=r"imagelab\.models"),
    ):
        started(open_session, foxes(50)).result(60)


def test_a_server_that_is_not_there_stops_the_run(tmp_path: Path) -> None:
    """Where nobody answers a run ends at once with an UnreachableError."""
    with session(tmp_path, "http://127.0.0.1:9/v1", concurrency=2) as open_session:
        with pytest.raises(UnreachableError):
            started(open_session, foxes(100)).result(60)
        assert len(open_session.ledger.rows()) < 50


def test_what_came_before_a_stop_is_the_result(tmp_path: Path) -> None:
    """A run that the account's end stops half-way still has what came before as its result."""
    replies = iter([None, error(429, "No money.", "insufficient_quota")])

    def one_is_fine(asked: Asked) -> bytes:
        return next(replies) or success(asked)

    with (
        Server(one_is_fine) as server,
        session(tmp_path, server.url, concurrency=1) as open_session,
    ):
        run = ran(open_session, [*foxes(1), *foxes(2)[1:]])
        assert server.posts == 2
    assert [one.status for one in run.landed.values()] == ["done", "failed"]


def failing_disk(
    folder: Path, handle: Callable[[Asked], Iterator[bytes]]
) -> Callable[[Asked], Iterator[bytes]]:
    """Answer as before, on a disk that takes no pictures from the first request on."""
    lock = threading.Lock()

    def handled(asked: Asked) -> Iterator[bytes]:
        with lock:
            if (folder / "pictures").is_dir():
                shutil.rmtree(folder / "pictures")
                (folder / "pictures").write_text("a file in the folder's place")
        yield from handle(asked)

    return handled


def test_a_disk_that_takes_no_pictures_is_told_before_paying(tmp_path: Path) -> None:
    """Where a picture could not be kept none is asked for; what is there already still comes."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        ran(open_session, foxes(1))
        shutil.rmtree(tmp_path / "pictures")
        (tmp_path / "pictures").write_text("a file in the folder's place")
        with pytest.raises(RecordError, match=r"cannot be written.*another path") as caught:
            started(open_session, foxes(3)).result(60)
        assert list(ran(open_session, foxes(1)).came.values()) == ["ledger"]
        assert (server.posts, caught.value.pictures) == (1, {})


def test_a_disk_that_fails_stops_the_run_and_hands_the_picture_out(tmp_path: Path) -> None:
    """When pictures cannot be kept the run ends with a RecordError that carries the picture."""
    gate = Gate()
    gate.open()
    with (
        Server(failing_disk(tmp_path, gate)) as server,
        session(tmp_path, server.url, concurrency=1) as open_session,
    ):
        with pytest.raises(RecordError) as caught:
            started(open_session, foxes(50)).result(60)
        assert server.posts < 25
        assert open_session.ledger.purse(simulated=True).held == 0
    assert caught.value.rescued == picture()


def test_a_disk_that_fails_hands_out_every_picture_in_flight(tmp_path: Path) -> None:
    """The error of a run holds each picture that was paid for and could not be kept."""
    gate = Gate(arrivals=3)

    def own(asked: Asked) -> Iterator[bytes]:
        shade = int(asked.json["prompt"][-1])
        list(gate(asked))
        yield success(asked, picture(shade=shade))

    with (
        Server(failing_disk(tmp_path, own)) as server,
        session(tmp_path, server.url, concurrency=3) as open_session,
    ):
        run = started(open_session, foxes(3))
        gate.wait_for_arrivals()
        gate.open()
        with pytest.raises(RecordError) as caught:
            run.result(60)
    assert set(caught.value.pictures.values()) == {picture(shade=shade) for shade in range(3)}


def test_cells_that_cannot_be_written_down_do_not_lose_pictures(tmp_path: Path) -> None:
    """When a run's cells cannot be recorded it stops, and shows what had come all the same."""
    gate = Gate()
    with Server(gate) as server, session(tmp_path, server.url, concurrency=1) as open_session:
        run = started(open_session, foxes(50))
        gate.wait_for_arrivals()
        with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as other, other:
            other.execute("DROP TABLE run_cells")
        gate.open()
        with pytest.raises(RecordError):
            run.result(60)
        assert server.posts < 25
    assert run.landed[0].bytes == picture()


def test_a_surprise_stops_the_run(tmp_path: Path) -> None:
    """An error that nobody foresaw is raised, and no more is sent behind its back."""
    calls = 0

    def surprise() -> Any:
        nonlocal calls
        calls += 1
        raise RuntimeError("nobody foresaw this")

    with session(tmp_path, "http://127.0.0.1:9/v1", client=surprise, concurrency=1) as open_session:
        run = started(open_session, foxes(50))
        with pytest.raises(RuntimeError, match="foresaw"):
            run.result(60)
    assert calls < 25


def test_a_broken_screen_does_not_break_the_run(tmp_path: Path) -> None:
    """When the display fails the pictures still land, in the ledger and in the run."""

    class Broken:
        def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
            raise OSError("the screen is gone")

    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run: Run[Run[Any]] = Run(open_session, foxes(3), finish=lambda ended: ended)
        with contextlib.suppress(OSError):
            run.start(Broken()).result(60)
        assert sorted(run.landed) == [0, 1, 2]


def test_a_broken_screen_is_told_once_and_left_alone(tmp_path: Path) -> None:
    """A display that fails is warned of once, and is not told anything more."""
    calls = 0

    class Broken:
        def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
            nonlocal calls
            calls += 1
            raise OSError("the screen is gone")

    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run: Run[Run[Any]] = Run(open_session, foxes(3), finish=lambda ended: ended)
        with pytest.warns(UserWarning, match="the screen is gone.*goes on") as warned:
            run.start(Broken()).result(60)
    assert (calls, len(warned)) == (1, 1)


# --- budget ---------------------------------------------------------------------------------


def test_what_does_not_fit_is_left_and_said(tmp_path: Path) -> None:
    """A run sends what fits the budget, leaves the rest, and says why at each cell."""
    with (
        Server(success) as server,
        session(tmp_path, server.url, budget_nano=3 * HOLD) as open_session,
    ):
        run = ran(open_session, foxes(20))
        assert server.posts == len(run.landed) >= 3
        assert len(run.left) == 20 - len(run.landed)
        assert all("budget" in reason for reason in run.left.values())
        assert open_session.ledger.purse(simulated=True).taken <= 3 * HOLD


def test_a_budget_holds_with_many_in_flight(tmp_path: Path) -> None:
    """With 32 requests in flight at once a budget for three is never passed by what is held."""
    most = 0
    lock = threading.Lock()

    def look(asked: Asked) -> bytes:
        nonlocal most
        with lock, contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as reader:
            taken = reader.execute(
                "SELECT spent_nano + at_risk_nano + held_nano FROM purse WHERE name = 'simulated'"
            ).fetchone()[0]
            most = max(most, taken)
        return success(asked)

    with (
        Server(look) as server,
        session(tmp_path, server.url, budget_nano=3 * HOLD, concurrency=32) as open_session,
    ):
        ran(open_session, foxes(32))
        assert server.posts >= 3
    assert 0 < most <= 3 * HOLD


def test_nothing_that_fits_is_a_budget_error(tmp_path: Path) -> None:
    """A run of which nothing fits the budget is a BudgetError, and nothing was sent."""
    with (
        Server(success) as server,
        session(tmp_path, server.url, budget_nano=HOLD - 1) as open_session,
    ):
        with pytest.raises(BudgetError):
            started(open_session, foxes(3)).result(60)
        assert server.posts == 0


def test_cheaper_cells_still_fit(tmp_path: Path) -> None:
    """A cell that is too dear for what is left does not keep a cheaper one from being sent."""
    with (
        Server(success) as server,
        session(tmp_path, server.url, budget_nano=HOLD, concurrency=1) as open_session,
    ):
        run = ran(open_session, cells(fox("fox 0", quality="high"), fox("fox 1")))
        assert server.posts == 1
    assert (list(run.left), run.landed[1].status) == ([0], "done")


DEAR = {"input_tokens_details": {"text_tokens": 13}, "output_tokens": 9000}


def test_a_bill_above_its_hold_stops_new_sends(tmp_path: Path) -> None:
    """After a bill that passed its hold no more is sent, and the reason is said."""
    with (
        Server(lambda asked: success(asked, usage=DEAR)) as server,
        session(tmp_path, server.url, concurrency=1) as open_session,
    ):
        run = ran(open_session, foxes(50))
        assert server.posts < 25
        spent = sum(one.cost_nano or 0 for one in run.landed.values())
        assert open_session.ledger.purse(simulated=True) == Purse(spent, 0, 0)
    assert "bill passed" in (run.stopped_by or "")
    assert set(run.left.values()) == {run.stopped_by}


def test_a_bill_above_its_hold_is_the_reason_of_what_waited_for_the_budget(tmp_path: Path) -> None:
    """Pictures for which there was no money while the dear one was on its way are told of it."""
    gate = Gate(arrivals=2)

    def dear(asked: Asked) -> Iterator[bytes]:
        for _ in gate(asked):
            yield success(asked, usage=DEAR)

    with (
        Server(dear) as server,
        session(tmp_path, server.url, budget_nano=2 * HOLD, concurrency=8) as open_session,
    ):
        run = started(open_session, foxes(8))
        gate.wait_for_arrivals()
        while run.progress().in_flight < 8:  # the others wait for the budget
            time.sleep(0.01)
        gate.open()
        run.result(60)
        assert server.posts == 2
    assert "bill passed" in (run.stopped_by or "")
    assert set(run.left.values()) == {run.stopped_by}


def test_what_waits_for_the_budget_as_a_run_stops_was_not_too_dear(tmp_path: Path) -> None:
    """A picture that waited for money when the run was stopped is told of the stop."""
    gate = Gate()
    with (
        Server(gate) as server,
        session(tmp_path, server.url, budget_nano=HOLD, concurrency=2) as open_session,
    ):
        run = started(open_session, foxes(2))
        gate.wait_for_arrivals()
        while run.progress().in_flight < 2:
            time.sleep(0.01)
        run.stop()
        gate.open()
        run.result(60)
    assert (len(run.landed), list(run.left.values())) == (1, ["stopped"])


def test_after_a_bill_above_its_hold_the_next_run_goes_on(tmp_path: Path) -> None:
    """An old bill that passed its hold, found in the ledger, does not stop later runs."""
    with (
        Server(lambda asked: success(asked, usage=DEAR)) as server,
        session(tmp_path, server.url, concurrency=1) as open_session,
    ):
        ran(open_session, foxes(1))
        run = ran(open_session, foxes(4))
        assert server.posts == 4
    assert (run.left, run.stopped_by) == ({}, None)


# --- stopping -------------------------------------------------------------------------------


def test_stopping_keeps_what_is_in_flight(tmp_path: Path) -> None:
    """After stop() nothing new is sent, and what is in flight is kept and paid."""
    gate = Gate(arrivals=2)
    with Server(gate) as server, session(tmp_path, server.url, concurrency=2) as open_session:
        run = started(open_session, foxes(10))
        gate.wait_for_arrivals()
        run.stop()
        gate.open()
        run.result(60)
        assert server.posts == 2
        assert {one.status for one in run.landed.values()} == {"done"}
        assert open_session.ledger.purse(simulated=True).held == 0
    assert len(run.landed) == 2
    assert set(run.left.values()) == {"stopped"}


def test_stopping_does_not_wait_for_other_kernels(tmp_path: Path) -> None:
    """A run that waits for a picture of another lab ends when it is stopped."""
    gate = Gate()
    with (
        Server(gate) as server,
        session(tmp_path, server.url) as one,
        session(tmp_path, server.url) as other,
    ):
        asking = started(one, foxes(1))
        gate.wait_for_arrivals()
        waiting = started(other, foxes(1))
        while not waiting.progress().in_flight:
            time.sleep(0.01)
        waiting.stop()
        assert waiting.result(20).landed == {}
        gate.open()
        assert asking.result(60).landed[0].status == "done"
    assert waiting.left == {0: "stopped"}


def test_running_again_finishes_what_was_stopped(tmp_path: Path) -> None:
    """The same cells, run again after a stop, send what is missing and nothing else."""
    gate = Gate(arrivals=2)
    with Server(gate) as server, session(tmp_path, server.url, concurrency=2) as open_session:
        run = started(open_session, foxes(6))
        gate.wait_for_arrivals()
        run.stop()
        gate.open()
        run.result(60)
        again = ran(open_session, foxes(6))
        assert server.posts == 6
    assert len(again.landed) == 6


def test_a_result_that_is_not_there_in_time_is_a_timeout(tmp_path: Path) -> None:
    """result(timeout) raises TimeoutError while the run goes on, and can be asked again."""
    gate = Gate()
    with Server(gate) as server, session(tmp_path, server.url) as open_session:
        run = started(open_session, foxes(1))
        gate.wait_for_arrivals()
        with pytest.raises(TimeoutError):
            run.result(0.05)
        assert not run.done
        gate.open()
        assert run.result(60).landed[0].status == "done"
    assert run.done


def test_a_result_can_be_read_again(tmp_path: Path) -> None:
    """The result of a run is the same each time it is asked for, and stop() changes nothing."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run = started(open_session, foxes(2))
        first = run.result(60)
        run.stop()
        assert run.result(60).landed == first.landed


# --- waiting in asyncio ---------------------------------------------------------------------


def test_a_run_can_be_awaited(tmp_path: Path) -> None:
    """A run is awaited in a loop that goes on meanwhile."""

    async def wait(open_session: Session) -> tuple[Run[Any], int]:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        turning = asyncio.create_task(turn())
        run = await started(open_session, foxes(2))
        turning.cancel()
        return run, turns

    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run, turns = in_a_loop(wait(open_session))
    assert len(run.landed) == 2
    assert turns > 1


def test_an_awaited_run_raises_its_error(tmp_path: Path) -> None:
    """Awaiting a run that could ask for nothing raises what stopped it."""

    async def wait(open_session: Session) -> None:
        await started(open_session, foxes(1))

    with (
        session(tmp_path, "http://127.0.0.1:9/v1") as open_session,
        pytest.raises(UnreachableError),
    ):
        in_a_loop(wait(open_session))


def test_cancelling_stops_the_run(tmp_path: Path) -> None:
    """Cancelling whoever awaits a run stops it: nothing new is sent, what is in flight is kept."""
    gate = Gate()

    async def give_up(run: Run[Any]) -> None:
        waiting = asyncio.ensure_future(_value(run))
        await asyncio.to_thread(gate.wait_for_arrivals)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    with Server(gate) as server, session(tmp_path, server.url, concurrency=1) as open_session:
        run = started(open_session, foxes(10))
        in_a_loop(give_up(run))
        gate.open()
        run.result(60)
        assert server.posts == 1
    assert (len(run.landed), run.stopped_by) == (1, "interrupted")


def in_a_loop(coroutine: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine to its end; a browser's loop may stand in the way in this thread."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


async def _value(run: Run[Any]) -> Any:
    return await run


# --- interrupting ---------------------------------------------------------------------------

INTERRUPTED = """
import signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from pathlib import Path
from imagelab.errors import RecordError
from tests.sessions import session
from tests.test_runner import foxes, started
def tell():
    while not run.progress().stopping:
        time.sleep(0.01)
    print("stopping", flush=True)
with session(Path(sys.argv[1]), sys.argv[2], concurrency=2) as open_session:
    run = started(open_session, foxes(10))
    threading.Thread(target=tell, daemon=True).start()
    try:
        run.result()
    except KeyboardInterrupt:
        print("interrupted", len(run.landed), run.stopped_by, flush=True)
    except RecordError as error:
        print("rescued", len(error.pictures), run.stopped_by, flush=True)
"""


def interrupted(path: Path, gate: Gate, url: str) -> str:
    """Press Ctrl-C while two are in flight, and let them be answered; give what the run said."""
    command = [sys.executable, "-c", INTERRUPTED, str(path), url]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        gate.wait_for_arrivals()
        os.kill(child.pid, signal.SIGINT)
        assert child.stdout is not None
        # The stop must be known before answers let the next requests out.
        assert child.stdout.readline() == "stopping\n"
        gate.open()
        said, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    return said.strip()


def test_an_interrupt_keeps_what_is_in_flight(tmp_path: Path) -> None:
    """Ctrl-C sends no more, waits for what is in flight, keeps it, and is then raised."""
    gate = Gate(arrivals=2)
    with Server(gate) as server:
        assert interrupted(tmp_path, gate, server.url) == "interrupted 2 interrupted"
        assert server.posts == 2
    with contextlib.closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
        assert [row["status"] for row in ledger.rows()] == ["done", "done"]


def test_an_interrupt_hands_out_what_could_not_be_kept(tmp_path: Path) -> None:
    """Where the disk fails and Ctrl-C comes, the error with the paid pictures is raised."""
    gate = Gate(arrivals=2)
    with Server(failing_disk(tmp_path, gate)) as server:
        # Both pictures have the same bytes here, and so the same name.
        assert interrupted(tmp_path, gate, server.url) == "rescued 1 interrupted"


def test_a_killed_run_can_be_finished(tmp_path: Path) -> None:
    """After kill -9 what was in flight is unknown, and running again sends only the rest."""
    gate = Gate(arrivals=2)
    with Server(gate) as server:
        with subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED, str(tmp_path), server.url],
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
        ) as child:
            gate.wait_for_arrivals()
            child.kill()
        gate.open()
        with session(tmp_path, server.url) as open_session:
            run = ran(open_session, foxes(10))
            assert server.posts == 10
            assert open_session.ledger.purse(simulated=True).held == 0
    statuses = sorted(one.status for one in run.landed.values())
    assert statuses == ["done"] * 8 + ["unknown"] * 2


# --- progress -------------------------------------------------------------------------------


class Screen:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.landed: Landed = {}
        self.told: list[Progress] = []

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Take it in."""
        self.landed |= landed
        self.told.append(progress)


def test_a_run_begins_once(tmp_path: Path) -> None:
    """Starting a run again is refused, and sends nothing a second time."""
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        run = started(open_session, foxes(2), fresh=True)
        with pytest.raises(InputError, match="has begun already"):
            run.start()
        assert len(run.result(60).landed) == server.posts == 2


def test_who_waits_for_a_picture_does_not_hold_up_its_next_try(tmp_path: Path) -> None:
    """Many that ask for one picture leave the room under a limit to who has to ask again."""
    gate, replies = Gate(), itertools.count()

    def turned_away_once(asked: Asked) -> Iterator[bytes]:
        if next(replies):
            yield success(asked)
            return
        for _ in gate(asked):
            yield error(429, "Slow down.", headers={"retry-after-ms": "200"})

    with Server(turned_away_once) as server, session(tmp_path, server.url) as open_session:
        runs = [started(open_session, foxes(1)) for _ in range(12)]
        gate.wait_for_arrivals()
        while not all(run.progress().in_flight for run in runs):
            time.sleep(0.01)
        gate.open()
        found = {run.result(60).landed[0].id for run in runs}
        assert (len(found), server.posts) == (1, 2)


def test_what_another_kernel_keeps_asking_for_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that somebody else asks for, and does not finish, is left, and the run says so."""
    monkeypatch.setattr(pipeline, "GRACE_SECONDS", 0.0)
    with (
        Server(success) as server,
        session(tmp_path, server.url) as other,
        session(tmp_path, server.url, timeout=0.5) as open_session,
    ):
        other.ledger.hold(intent("fox 0"))
        run = ran(open_session, foxes(2))
        assert run.left == {0: ELSEWHERE}
        assert len(server.asked) == len(run.landed) == 1


def test_a_display_is_told_everything(tmp_path: Path) -> None:
    """A display is told every picture, and last of all that the run is finished."""
    screen = Screen()
    with Server(success) as server, session(tmp_path, server.url) as open_session:
        ran(open_session, foxes(1))
        run: Run[Run[Any]] = Run(open_session, foxes(4), finish=lambda ended: ended)
        run.start(screen).result(60)
        saved, *paid = [one.cost_nano or 0 for _, one in sorted(run.landed.items())]
        deadline = time.monotonic() + 20
        while not screen.told[-1].finished and time.monotonic() < deadline:
            time.sleep(0.01)
    last = screen.told[-1]
    assert screen.landed == run.landed
    assert (last.pictures, last.landed, last.from_ledger, last.troubled) == (4, 4, 1, 0)
    assert (last.in_flight, last.spent_nano, last.saved_nano) == (0, sum(paid), saved)
    assert last.finished


def test_progress_never_goes_back(tmp_path: Path) -> None:
    """What has landed and what is spent only ever grows."""
    screen = Screen()
    with Server(success) as server, session(tmp_path, server.url, concurrency=2) as open_session:
        run: Run[Run[Any]] = Run(open_session, foxes(8), finish=lambda ended: ended)
        run.start(screen).result(60)
    counts = [(one.landed, one.spent_nano) for one in screen.told]
    assert counts == sorted(counts)


def test_a_run_at_a_limit_says_how_long_the_limit_takes(tmp_path: Path) -> None:
    """With two a minute, the eight that are left after two take four minutes, and it says why."""
    with Simulator(images_per_minute=2) as server, session(tmp_path, server.url) as open_session:
        run = started(open_session, foxes(10))
        while len(run.landed) < 2 or not run.progress().limited:
            time.sleep(0.02)
        left = run.progress().seconds_left
        run.stop()
        run.result(60)
    assert left is not None
    assert 200 < left <= 240


def test_the_quote_of_a_run_is_that_of_its_pictures(tmp_path: Path) -> None:
    """A run knows from the beginning what all its cells together are quoted."""
    some = foxes(3)
    expected = pricing.total(pricing.quote_request(one.request, "simulator") for one in some).nano
    with session(tmp_path, "http://127.0.0.1:9/v1") as open_session:
        run: Run[Any] = Run(open_session, some, finish=lambda ended: ended)
        before = run.progress()
    assert (before.quoted_nano, before.landed, before.finished) == (expected, 0, False)


def test_the_quote_of_a_run_counts_a_shared_picture_once(tmp_path: Path) -> None:
    """Cells that share a picture are quoted as one: a run never expects more than it may spend."""
    one = pricing.quote_request(fox("a fox"), "simulator").nano
    with session(tmp_path, "http://127.0.0.1:9/v1") as open_session:
        run: Run[Any] = Run(open_session, cells("a fox", "a fox"), finish=lambda ended: ended)
        assert run.progress().quoted_nano == one
