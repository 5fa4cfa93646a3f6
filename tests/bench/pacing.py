"""Print how close the lab keeps to a provider's limits: ``python -m tests.bench.pacing``.

Each line asks for two minutes' worth of a burst and a half: ``throughput`` is the time that
the limit allows at best, by the time it took; ``turned away`` is the share of requests that
the server answered 429, and how many of these came later than two seconds after the first
one: those before are what it takes to learn a limit. Takes some eight minutes.
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
from imagelab.catalog import tokens

MODEL = "gpt-image-2"
IMAGES, TOKENS = 600, 150_000
SLOW_IMAGES, SLOW_SECONDS = 240, 8.0
ANSWER_SECONDS = 0.2
SAYS = {
    "headers": ["headers", "words", "delay"],
    "words of a 429": ["words", "delay"],
    "the delay alone": ["delay"],
    "nothing at all": [],
}


@contextlib.contextmanager
def serving(seconds: float = ANSWER_SECONDS, **options: Any) -> Iterator[str]:
    """Run the limited server in a process of its own."""
    told = json.dumps({"seconds": seconds, **options})
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
        made = lab.start(Sweep(prompts(pictures), model=MODEL))
        done = sum(one.status == "done" for one in made.result())
        took = time.perf_counter() - began
    counts = json.loads(urllib.request.urlopen(url).read())  # noqa: S310 - our own server
    share = counts["turned_away"] / (counts["turned_away"] + counts["answered"])
    told = f"{done} of {pictures} pictures in {took:.1f} s, at best {ideal:.1f} s"
    later = counts["turned_away_later"]
    return f"throughput {ideal / took:6.1%}   turned away {share:5.1%}, later {later}   ({told})"


def prompts(number: int) -> list[str]:
    """Give as many prompts, each another one."""
    return [f"fox {at}" for at in range(number)]


def best(amount: float, per_minute: float, seconds: float = ANSWER_SECONDS) -> float:
    """Give the least seconds that an amount takes, of which a minute's worth goes at once."""
    return (amount - per_minute) * 60 / per_minute + seconds


def images(per_minute: int, seconds: float, told_by: str, **settings: Any) -> None:
    """Measure one way of knowing a limit of pictures."""
    pictures = per_minute + per_minute // 2
    at_once = settings["concurrency"]
    print(f"pictures of {seconds:g} s, {at_once} in flight, told by {told_by}:", flush=True)
    with serving(seconds, images_per_minute=per_minute, says=SAYS.get(told_by, [])) as url:
        ideal = best(pictures, per_minute, seconds)
        print("  " + measured(pictures, ideal, url, **settings), flush=True)


def main() -> None:
    """Measure each way of knowing a limit, for pictures and for tokens."""
    for at_once in (32, 250):
        for told_by in SAYS:
            images(IMAGES, ANSWER_SECONDS, told_by, concurrency=at_once)
    given = {"concurrency": 250, "images_per_minute": IMAGES}
    images(IMAGES, ANSWER_SECONDS, "the person, as images_per_minute", **given)
    for told_by in SAYS:
        images(SLOW_IMAGES, SLOW_SECONDS, told_by, concurrency=250)
    drawn = tokens.output_tokens(MODEL, "low", "1024x1024").tokens or 0
    each = [tokens.text_tokens(prompt) + drawn for prompt in prompts(TOKENS * 3 // 2 // drawn)]
    for told_by in ("headers", "words of a 429"):
        with serving(tokens_per_minute=TOKENS, says=SAYS[told_by]) as url:
            print(f"tokens, 250 in flight, told by {told_by}:", flush=True)
            ideal = best(sum(each), TOKENS)
            print("  " + measured(len(each), ideal, url, concurrency=250), flush=True)


if __name__ == "__main__":
    main()
