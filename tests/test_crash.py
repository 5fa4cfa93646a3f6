"""Killed at any instant, the ledger agrees with what the server did."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab, Sweep
from tests.crashing import PROMPTS, STATES
from tests.servers import Asked, Server, picture, success, usage

LOW = 196
"""The image tokens of a low square of gpt-image-2."""

ROUNDS = 9
ANY = 30

Trial = dict[str, Any]


def trials() -> list[Trial]:
    """Choose every state at several of its hits, and more instants at random; seeded."""
    chance = random.Random(20261123)
    chosen = [
        {"state": state, "hit": chance.randint(1, len(PROMPTS))}
        for state in STATES
        for _ in range(ROUNDS)
    ]
    return chosen + [{"state": "any", "seconds": chance.uniform(0.0, 0.5)} for _ in range(ANY)]


@pytest.fixture(scope="module")
def kill() -> Iterator[Callable[[Trial], dict[str, Any]]]:
    """Give what runs one trial to its death."""
    command = [sys.executable, "-m", "tests.crashing"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None

        def run(trial: Trial) -> dict[str, Any]:
            nursery.stdin.write(json.dumps(trial) + "\n")  # type: ignore[union-attr]
            nursery.stdin.flush()  # type: ignore[union-attr]
            told: dict[str, Any] = json.loads(nursery.stdout.readline())  # type: ignore[union-attr]
            return told

        yield run
        nursery.stdin.close()


def answered(asked: Asked) -> bytes:
    """Answer with a picture of its own for each prompt."""
    shade = int(asked.json["prompt"].split()[-1])
    drawn = picture(width=64, height=64, shade=shade)
    return success(asked, drawn, usage=usage(asked.json["prompt"], LOW), size="64x64")


def look(path: Path, server: Server) -> tuple[list[dict[str, Any]], Lab]:
    """Open the ledger that the dead left, and compare it with what the server was asked."""
    lab = Lab("openai", base_url=server.url, api_key="key-of-a-test", path=path)
    rows = lab.log.to_dict("records")
    posts = Counter(one.json["prompt"] for one in server.asked)
    billed = {row["prompt"] for row in rows if row["billed"] != "no"}
    assert set(posts) <= billed, "the server was asked for a picture that no row admits to"
    assert all(row["status"] in ("done", "failed", "unknown") for row in rows)
    purse = lab._session.ledger.purse(simulated=False)
    costs = lab.log["cost_usd"].dropna()
    assert purse.held == 0
    assert purse.spent == sum(round(cost * 1e9) for cost in costs)
    return rows, lab


@pytest.mark.parametrize("trial", trials(), ids=lambda trial: trial["state"].replace(" ", "-"))
def test_a_kill_at_any_instant_leaves_a_true_ledger(
    trial: Trial, kill: Callable[[Trial], dict[str, Any]], tmp_path: Path
) -> None:
    """What the server was asked for is a row, nothing is unexplained, nothing is paid twice."""
    with Server(answered) as server:
        told = kill({**trial, "url": server.url, "path": str(tmp_path)})
        assert told["killed"] or trial["state"] == "any"
        _, lab = look(tmp_path, server)
        assert lab.check().ok, lab.check()
        before = Counter(one.json["prompt"] for one in server.asked)
        lab.start(Sweep(PROMPTS, model="gpt-image-2")).result()
        after = Counter(one.json["prompt"] for one in server.asked)
        rows, again = look(tmp_path, server)
        lab.close()
        again.close()
    unsure = {row["prompt"] for row in rows if row["status"] == "unknown"}
    done = {row["prompt"] for row in rows if row["status"] == "done"}
    assert done | unsure == set(PROMPTS), "running again finishes the sweep"
    assert set(after) | unsure == set(PROMPTS)
    assert max(after.values(), default=0) <= 1, "a picture was asked for twice"
    assert before.items() <= after.items()


def test_every_state_is_hit() -> None:
    """The trials are at least a hundred and come to every state many times."""
    count = Counter(trial["state"] for trial in trials())
    assert sum(count.values()) >= 100
    assert all(count[state] >= ROUNDS for state in STATES)
