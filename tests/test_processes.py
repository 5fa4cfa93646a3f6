"""Several processes on one ledger and one budget, against a server that counts."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab import pricing
from imagelab.catalog.money import NANO
from imagelab.lab import Lab
from imagelab.simulator import Fault, Simulator
from tests.servers import Asked, Server, success
from tests.sessions import fox

HOLD = pricing.quote_request(fox("fox 0 0", model="gpt-image-2"), "openai").bound_nano


def spent_by(url: str, path: Path, budget_nano: int, prompts: list[list[str]]) -> list[Any]:
    """Have a process for each list of prompts, all at once; give what became of each."""
    told = {"url": url, "path": str(path), "budget": budget_nano / NANO, "prompts": prompts}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.spending"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[Any] = json.loads(ended.stdout)
    return found


def test_four_processes_share_one_budget(tmp_path: Path) -> None:
    """What four processes with 16 in flight each make the server bill never passes the budget."""
    prompts = [[f"fox {process} {number}" for number in range(16)] for process in range(4)]
    with Simulator(latency=0.02) as simulator:
        came = spent_by(simulator.url, tmp_path, 10 * HOLD, prompts)
        assert simulator.billed.pictures == sum(one["sent"] for one in came)
        assert 10 * HOLD - HOLD < simulator.billed.nano <= 10 * HOLD
        with Lab("openai", base_url=simulator.url, api_key="key-of-a-test", path=tmp_path) as lab:
            purse = lab._session.ledger.purse(simulated=False)
            assert (purse.spent, purse.at_risk, purse.held) == (simulator.billed.nano, 0, 0)
            assert lab.check().ok
    assert sum(one["left"] for one in came) == 64 - simulator.billed.pictures


def test_four_processes_that_want_the_same_pay_once(tmp_path: Path) -> None:
    """Pictures that four processes ask for at the same time are asked for and paid once."""
    prompts = [f"fox {number}" for number in range(6)]
    with Simulator(latency=0.2) as simulator:
        came = spent_by(simulator.url, tmp_path, 100 * HOLD, [prompts] * 4)
        assert simulator.billed.pictures == 6
    assert sum(one["sent"] for one in came) == 6
    assert all(one["sent"] + one["ledger"] == 6 for one in came)


LATE = """
import sys
from imagelab import Lab
with Lab("openai", base_url=sys.argv[1], api_key="key-of-a-test", path=sys.argv[2]) as lab:
    made = lab.generate("a fox", **(dict(partial_images=1) if sys.argv[3:] else {}))
    print(made.status, made.billed, len(made.bytes) > 0)
"""

ASLEEP = """
import sys
from dataclasses import replace
from pathlib import Path
from imagelab.errors import RecordError
from imagelab.pipeline import obtain
from imagelab.records.ledger import Ledger
from tests.sessions import fox, session

class Asleep(Ledger):
    def sent(self, generation):
        print("held", flush=True)
        sys.stdin.readline()
        super().sent(generation)

path = Path(sys.argv[2])
with session(path, sys.argv[1], provider="openai") as open_session:
    ledger = Asleep(path / "ledger.sqlite")
    try:
        obtain(replace(open_session, ledger=ledger), fox("a fox"), 1, run=None)
    except RecordError as error:
        print(error)
"""


OPEN_BEFORE = """
import sys
from imagelab import Lab, Sweep
with Lab(
    "openai", model="gpt-image-2", base_url=sys.argv[1], api_key="key-of-a-test",
    path=sys.argv[2], budget=float(sys.argv[3]), concurrency=16,
) as lab:
    lab.generate("a fox 00")
    print("open", flush=True)
    sys.stdin.readline()
    lab.start(Sweep([f"an owl {number:02}" for number in range(30)])).result()
"""


@contextlib.contextmanager
def running(code: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """Run Python beside this process, and end it."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def give_up(path: Path, url: str) -> Lab:
    """Open a lab for which every row is of another machine, and has outlived its lease."""
    with contextlib.closing(sqlite3.connect(path / "ledger.sqlite")) as file, file:
        file.execute("UPDATE generations SET owner = 'another-host/1/1', lease_us = 1")
    return Lab("openai", base_url=url, api_key="key-of-a-test", path=path)


@pytest.mark.parametrize("words", [[], ["streamed"]], ids=["whole", "streamed"])
def test_a_process_that_outlives_its_lease_keeps_its_picture(
    tmp_path: Path, words: list[str]
) -> None:
    """What another kernel took for left behind is done, paid once, when its answer comes."""
    answering = threading.Event()

    def answer(asked: Asked) -> bytes:
        answering.wait(20)
        return success(asked)

    with Server(answer) as server, running(LATE, server.url, tmp_path, *words) as child:
        while not server.posts:
            assert child.poll() is None  # it would be waited for without end
            time.sleep(0.01)
        with give_up(tmp_path, server.url) as lab:
            assert list(lab.log["status"]) == ["unknown"]
            answering.set()
            assert child.communicate(timeout=60)[0] == "done yes True\n"
            assert lab.compare("a fox", **({"partial_images": 1} if words else {}))
            assert list(lab.log["status"]) == ["done"]
            purse = lab._session.ledger.purse(simulated=False)
            cost = round(lab.log["cost_usd"].sum() * NANO)
            assert (purse.spent, purse.at_risk, purse.held) == (cost, 0, 0)
            assert lab.check().ok
        assert server.posts == 1


def test_a_process_that_wakes_before_it_sends_does_not(tmp_path: Path) -> None:
    """What another kernel settled as never sent is not sent by who held it."""
    with Server(success) as server, running(ASLEEP, server.url, tmp_path) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with give_up(tmp_path, server.url) as lab:
            assert list(lab.log["status"]) == ["failed"]
            told, _ = child.communicate("go on\n", timeout=60)
            assert "no longer held" in told
            assert server.posts == 0
            assert list(lab.log["status"]) == ["failed"]
            assert lab.spent_usd == 0


def test_a_bill_above_its_hold_raises_the_bound_in_every_process(tmp_path: Path) -> None:
    """Who had the ledger open before another process was billed too much holds more from then."""
    with (
        Simulator(latency=0.1) as simulator,
        running(OPEN_BEFORE, simulator.url, tmp_path, 30 * HOLD / NANO) as child,
    ):
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        simulator.faults.add(Fault.extra_tokens(3000))
        with Lab("openai", base_url=simulator.url, api_key="key-of-a-test", path=tmp_path) as lab:
            dear = lab.generate("a bird 0", model="gpt-image-2")
            assert dear.cost_nano > dear.hold_nano
            child.communicate("go on\n", timeout=60)
            rows = lab._session.ledger.rows()
            assert {row["hold_nano"] for row in rows[2:]} == {dear.cost_nano}
            assert sum(row["cost_nano"] for row in rows) == simulator.billed.nano
        assert 2 < len(rows) == simulator.billed.pictures
        assert simulator.billed.nano <= 30 * HOLD


BUSY = """
import sys
from imagelab import Lab, Sweep
with Lab("openai", base_url=sys.argv[1], api_key="key-of-a-test", path=sys.argv[2]) as lab:
    lab.start(Sweep([f"fox {number}" for number in range(60)])).result()
"""


def test_a_check_beside_a_process_that_runs_finds_nothing_wrong(tmp_path: Path) -> None:
    """However often a ledger is checked while another process fills it, all is well."""
    with (
        Simulator(latency=0.02) as simulator,
        Lab("openai", base_url=simulator.url, api_key="key-of-a-test", path=tmp_path) as lab,
        running(BUSY, simulator.url, tmp_path) as child,
    ):
        checks = [lab.check()]
        while child.poll() is None:
            checks.append(lab.check())
        checks.append(lab.check())
    assert [one for one in checks if not one.ok or one.mended or one.unused] == []
    assert (checks[-1].pictures, checks[-1].under_way) == (60, 0)
