"""Closing waits for runs, and lets none begin meanwhile."""

from __future__ import annotations

import threading

from imagelab.underway import CLOSED, Runs


def test_a_run_that_begins_while_a_lab_closes_starts_after_it() -> None:
    """Between the wait for runs and the end of the connections nobody slips in."""
    runs, began = Runs(), threading.Event()
    late = threading.Thread(target=began.set)
    starting = threading.Thread(target=runs.start, args=(late, lambda reason: None))
    with runs.ended():
        starting.start()
        assert not began.wait(0.2)
    assert began.wait(10)
    starting.join()


def test_every_run_is_told_why_it_stops() -> None:
    """All runs are stopped before the first is waited for."""
    runs, told, all_told = Runs(), [], threading.Event()

    def stop(reason: str) -> None:
        told.append(reason)
        if len(told) == 2:
            all_told.set()

    for _ in range(2):
        runs.start(threading.Thread(target=all_told.wait, args=(20,)), stop)
    with runs.ended():
        assert told == [CLOSED, CLOSED]


def test_a_run_that_closes_its_own_lab_does_not_wait_for_itself() -> None:
    """What is called in a run's own thread may close the lab."""
    runs, closed = Runs(), threading.Event()

    def work() -> None:
        with runs.ended():
            closed.set()

    runs.start(threading.Thread(target=work), lambda reason: None)
    assert closed.wait(10)
