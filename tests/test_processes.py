"""Several processes on one ledger and one budget, against a server that counts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from imagelab import pricing
from imagelab.catalog.money import NANO
from imagelab.lab import Lab
from imagelab.simulator import Simulator
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
