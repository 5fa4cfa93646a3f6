"""A nursery of processes that are killed at a chosen instant: ``python -m tests.crashing``.

Everything heavy is imported once; each trial is a fork of that, so that a hundred deaths
take seconds. Lines on standard input name a trial as JSON; one line answers each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from imagelab import Sweep
from imagelab.exchange.client import Client
from imagelab.lab import Lab
from imagelab.records import store
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store

PROMPTS = [f"fox {number}" for number in range(4)]

STATES: dict[str, tuple[Any, str, str]] = {
    "before the hold": (Ledger, "hold", "before"),
    "held": (Ledger, "hold", "after"),
    "sent": (Ledger, "sent", "after"),
    "answered": (Client, "ask", "after"),
    "arrived": (Ledger, "arrived", "after"),
    "half written": (store.os, "replace", "before"),
    "kept": (Store, "keep", "after"),
    "settled": (Ledger, "settle", "after"),
}
"""Every state between a hold and its settlement, and the step that ends or begins it."""


def die() -> None:
    """End this process as a power cut would: nothing of Python runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


def lay(state: str, hit: int) -> None:
    """Make this process die the ``hit``-th time it comes to ``state``."""
    home, name, when = STATES[state]
    real: Callable[..., Any] = getattr(home, name)
    count, lock = [0], threading.Lock()

    def trap(*words: Any, **options: Any) -> Any:
        with lock:
            count[0] += 1
            deadly = count[0] == hit
        if deadly and when == "before":
            die()
        value = real(*words, **options)
        if deadly:
            die()
        return value

    setattr(home, name, trap)


def child(trial: dict[str, Any]) -> None:
    """Run a sweep until death, or to its end."""
    if trial["state"] == "any":
        threading.Timer(trial["seconds"], die).start()
    else:
        lay(trial["state"], trial["hit"])
    with Lab("openai", base_url=trial["url"], api_key="key-of-a-test", path=trial["path"]) as lab:
        lab.start(Sweep(PROMPTS, model="gpt-image-2")).result()


def main() -> None:
    """Raise and bury children, one a line."""
    for line in sys.stdin:
        trial = json.loads(line)
        began, pid = time.monotonic(), os.fork()
        if pid == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            try:
                child(trial)
            finally:
                os._exit(0)
        _, status = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(status)
        print(json.dumps({"killed": killed, "seconds": time.monotonic() - began}), flush=True)


if __name__ == "__main__":
    main()
