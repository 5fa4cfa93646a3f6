"""Processes that spend from one ledger at once: ``python -m tests.spending``.

Reads one JSON object from standard input: ``url``, ``path``, ``budget`` and a list of prompts
for each process. Everything heavy is imported once; each process is a fork of that. Writes a
list of what became of them: how many pictures came, how many were left.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from imagelab.errors import BudgetError
from imagelab.lab import Lab
from imagelab.sweep import Sweep


def spend(told: dict[str, Any], prompts: list[str]) -> dict[str, int]:
    """Run one sweep in this process."""
    with Lab(
        "openai",
        base_url=told["url"],
        api_key="key-of-a-test",
        path=told["path"],
        budget=told["budget"],
        concurrency=16,
    ) as lab:
        try:
            made = lab.start(Sweep(prompts, model="gpt-image-2")).result()
        except BudgetError:
            return {"sent": 0, "ledger": 0, "left": len(prompts)}
        came = list(made.came.values())
        return {"sent": came.count("sent"), "ledger": came.count("ledger"), "left": len(made.left)}


def main() -> None:
    """Fork, spend, and tell."""
    told = json.load(sys.stdin)
    lines = []
    for prompts in told["prompts"]:
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                os.write(writing, json.dumps(spend(told, prompts)).encode())
            finally:
                os._exit(0)
        os.close(writing)
        lines.append(reading)
    print(json.dumps([json.loads(os.read(line, 65536)) for line in lines]))


if __name__ == "__main__":
    main()
