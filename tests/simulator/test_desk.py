"""Which picture a request gets."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from imagelab.simulator import Fault, Simulator
from tests.simulator.wire import SMALL, ask


def test_the_kth_picture_is_the_same_on_every_fresh_simulator() -> None:
    """Two fresh simulators give the same bytes for the first, second and third asking."""
    series = []
    for _ in range(2):
        with Simulator() as fresh:
            series.append([ask(fresh).pictures[0] for _ in range(3)])
    assert series[0] == series[1]


def test_asking_again_gives_another_picture(simulator: Simulator) -> None:
    """The same request asked twice gives two pictures."""
    assert ask(simulator).pictures != ask(simulator).pictures


def test_n_pictures_are_those_that_single_requests_would_give(simulator: Simulator) -> None:
    """n=2 gives the first and the second picture."""
    with Simulator() as other:
        singles = [ask(other).pictures[0], ask(other).pictures[0]]
    assert ask(simulator, n=2).pictures == singles


def test_counting_goes_on_where_drawn_says() -> None:
    """With two pictures already drawn, the first asking gives the third picture."""
    with Simulator() as fresh:
        third = [ask(fresh).pictures[0] for _ in range(3)][2]
    with Simulator(drawn=lambda body: 2) as going_on:
        assert ask(going_on).pictures[0] == third


def test_drawn_is_asked_once_per_request() -> None:
    """`drawn` sees the body that makes the picture, once, however often it is asked for."""
    seen: list[Mapping[str, object]] = []

    def drawn(body: dict[str, object]) -> int:
        seen.append(body)
        return 0

    with Simulator(drawn=drawn) as counting, ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(lambda _: ask(counting, user="u").pictures[0], range(4)))
    assert seen == [SMALL]
    assert len(set(pictures)) == 4


def test_refused_requests_use_up_no_picture(simulator: Simulator) -> None:
    """After a 429 the next asking still gives the first picture."""
    with Simulator() as other:
        first = ask(other).pictures[0]
    simulator.faults.add(Fault.too_many().only(times=1))
    assert ask(simulator).status == 429
    assert ask(simulator).pictures[0] == first


def test_a_failing_drawn_is_an_error_and_no_bill() -> None:
    """If drawn raises, the answer is a 500 that says why, and nothing is billed."""

    def drawn(body: dict[str, object]) -> int:
        raise ValueError("the ledger is locked")

    with Simulator(drawn=drawn) as broken:
        answer = ask(broken)
        assert answer.status == 500
        assert "the ledger is locked" in answer.error["message"]
        assert broken.billed.pictures == 0
