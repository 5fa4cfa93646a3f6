"""Print how the lab compares with the plain SDK on this machine: ``python -m tests.bench``.

Every line is a ratio of two things measured in turn in this run, and the bound it is held
to. The machine's speed cancels out; run it on an otherwise idle machine all the same.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

PICTURES, AT_ONCE = 200, 16

PLAIN = """
import base64, pathlib, sys
from concurrent.futures import ThreadPoolExecutor
import openai
client = openai.OpenAI(base_url=URL, api_key="k", max_retries=0)
folder = pathlib.Path(FOLDER)
def one(number):
    answer = client.images.generate(model="gpt-image-1", prompt=f"p{number}", quality="low",
                                    size="1024x1024")
    (folder / f"{number}.png").write_bytes(base64.b64decode(answer.data[0].b64_json))
one(-1)
begin()
with ThreadPoolExecutor(AT_ONCE) as pool:
    list(pool.map(one, range(PICTURES)))
end()
"""

LAB = """
from imagelab import Lab
lab = Lab("bench", base_url=URL, api_key="k", path=FOLDER, concurrency=AT_ONCE, model="gpt-image-1")
lab.generate("warm")
begin()
made = lab.compare([f"p{number}" for number in range(PICTURES)])
end()
assert sum(one.status == "done" for one in made) == PICTURES
"""

MEASURE = """
import resource, time, gc
def begin():
    global seconds, memory
    gc.collect()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time.perf_counter()
def end():
    took = time.perf_counter() - seconds
    print(took, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024)
"""


@contextlib.contextmanager
def serving(delay: float) -> Iterator[str]:
    """Run the answering server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.answering", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def measured(code: str, url: str) -> tuple[float, float]:
    """Run one side in a fresh process: seconds, and megabytes grown over the idle process."""
    with tempfile.TemporaryDirectory() as folder:
        names = f"URL, FOLDER, PICTURES, AT_ONCE = {url!r}, {folder!r}, {PICTURES}, {AT_ONCE}\n"
        told = subprocess.run(
            [sys.executable, "-c", names + MEASURE + code],
            capture_output=True,
            text=True,
            check=True,
        )
    seconds, megabytes = told.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def seconds_of(code: str) -> float:
    """Time a fresh process from start to end, seen from outside."""
    import time

    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - began


def paired(first: str, second: str, times: int = 5) -> float:
    """Give the median ratio of two processes, taken in turn."""
    return statistics.median(seconds_of(first) / seconds_of(second) for _ in range(times))


def say(what: str, ratio: float, bound: float) -> None:
    """Print one line."""
    print(f"{ratio:6.2f}  (bound {bound:4.2f})  {what}", flush=True)


def main() -> None:
    """Measure everything."""
    say("import imagelab / import openai", paired("import imagelab", "import openai"), 0.3)
    first = (
        "import tempfile; from imagelab import Lab; "
        "Lab(path=tempfile.mkdtemp()).generate('a red fox')"
    )
    imports = "import openai, pandas, anywidget"
    say("a fresh process to its first picture / its imports", paired(first, imports), 2.5)
    with serving(0.0) as url:
        pairs = [(measured(LAB, url), measured(PLAIN, url)) for _ in range(5)]
    times = statistics.median(lab[0] / plain[0] for lab, plain in pairs)
    say(f"{PICTURES} pictures of 1.5 MB, lab / plain SDK loop", times, 1.2)
    grown = statistics.median(lab[1] / plain[1] for lab, plain in pairs)
    say("memory grown over the idle process, lab / plain SDK loop", grown, 1.0)
    with serving(0.5) as url:
        ideal = 0.5 * -(-PICTURES // AT_ONCE)
        slow = statistics.median(measured(LAB, url)[0] / ideal for _ in range(3))
    say("the same from a server of 500 ms, lab / ideal", slow, 1.15)


if __name__ == "__main__":
    main()
