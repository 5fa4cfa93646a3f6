"""Print how close the lab keeps to a provider's limits: ``python -m tests.bench.pacing``.

Each line asks for two minutes' worth of a burst and a half: ``throughput`` is the time that
the limit allows at best, by the time it took; ``turned away`` is the share of requests that
the server answered 429, and how many of these came later than two seconds after the first
one: those before are what it takes to learn a limit. Takes some five minutes.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from imagelab import Lab, Sweep

IMAGES, TOKENS = 600, 150_000
ANSWER_SECONDS = 0.2


@contextlib.contextmanager
def serving(**options: Any) -> Iterator[str]:
    """Run the limited server in a process of its own."""
    told = json.dumps({"seconds": ANSWER_SECONDS, **options})
    command = [sys.executable, "-m", "tests.bench.limited", told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def measured(pictures: int, ideal: float, url: str, **settings: Any) -> str:
    """Run a sweep against the server and tell how it went."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab("limited", base_url=url, api_key="k", path=folder, **settings) as lab,
    ):
        began = time.perf_counter()
        made = lab.start(Sweep([f"fox {at}" for at in range(pictures)], model="gpt-image-2"))
        done = sum(one.status == "done" for one in made.result())
        took = time.perf_counter() - began
    counts = json.loads(urllib.request.urlopen(url).read())  # noqa: S310 - our own server
    share = counts["turned_away"] / (counts["turned_away"] + counts["answered"])
    told = f"{done} of {pictures} pictures in {took:.1f} s, at best {ideal:.1f} s"
    later = counts["turned_away_later"]
    return f"throughput {ideal / took:6.1%}   turned away {share:5.1%}, later {later}   ({told})"


def main() -> None:
    """Measure each way of knowing a limit, for pictures and for tokens."""
    pictures = IMAGES + IMAGES // 2
    ideal = (pictures - IMAGES) * 60 / IMAGES + ANSWER_SECONDS
    each = {"headers": ["headers", "words", "delay"], "words of a 429": ["words", "delay"]}
    each["the delay alone"] = ["delay"]
    for at_once in (32, 250):
        for name, says in each.items():
            with serving(images_per_minute=IMAGES, says=says) as url:
                print(f"pictures, {at_once} in flight, told by {name}:", flush=True)
                print("  " + measured(pictures, ideal, url, concurrency=at_once), flush=True)
    with serving(images_per_minute=IMAGES, says=["words", "delay"]) as url:
        print("pictures, 250 in flight, given as images_per_minute:", flush=True)
        given = {"concurrency": 250, "images_per_minute": IMAGES}
        print("  " + measured(pictures, ideal, url, **given), flush=True)
    for_tokens = 204  # a low square of gpt-image-2 and such a prompt: 196 out, 8 in
    pictures = TOKENS * 3 // 2 // for_tokens
    ideal = (pictures * for_tokens - TOKENS) * 60 / TOKENS + ANSWER_SECONDS
    for name in ("headers", "words of a 429"):
        with serving(tokens_per_minute=TOKENS, says=each[name]) as url:
            print(f"tokens, 250 in flight, told by {name}:", flush=True)
            print("  " + measured(pictures, ideal, url, concurrency=250), flush=True)


if __name__ == "__main__":
    main()
