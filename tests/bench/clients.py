"""Try the simulator with clients that are not ours: ``python -m tests.bench.clients``.

The openai Python SDK that is installed and its version 2, the official npm package and LiteLLM
ask over real HTTP: OpenAI's manners, a relay's, the Vercel AI Gateway's and Azure's. What is
not installed is installed from its registry into a temporary folder, or into ``--folder DIR``,
where the next run finds it. Needs pip, npm, node and some minutes. Ends with status 1 if
anything went wrong.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from imagelab.simulator import Fault, Simulator
from tests.bench.installing import node_with, python_with, run, version_of
from tests.simulator.wire import png, window

HERE = Path(__file__).parent
FAULTS = (
    Fault.moderated_input().only(word="blood"),
    Fault.too_many(retry_after=2).only(word="too many"),
    Fault.fail().only(word="fail"),
    Fault.cut_stream().only(word="cut the stream"),
    Fault.stream_error().only(word="an error inside"),
)


@dataclass(frozen=True)
class Client:
    """A client: its name with its version, and how it is run on a job."""

    name: str
    ask: Callable[[str], str]


@contextmanager
def addresses() -> Iterator[str]:
    """Serve every manner, and give what the clients need to know of it."""
    with (
        Simulator(faults=FAULTS) as plain,
        Simulator(says_done=True) as relay,
        Simulator(provider="vercel") as gateway,
        Simulator(provider="azure", deployments={"fox": "gpt-image-2"}) as azure,
    ):
        served = {"openai": plain, "relay": relay, "vercel": gateway, "azure": azure}
        yield json.dumps(
            {
                **{name: simulator.url for name, simulator in served.items()},
                "png": base64.b64encode(png((512, 512), "teal")).decode(),
                "mask": base64.b64encode(window((512, 512), (100, 100, 300, 300))).decode(),
                "today": int(time.time()) // 86_400 * 86_400,
            }
        )


def clients(folder: Path) -> Iterator[Client]:
    """Yield every client, installed."""
    sdk = str(HERE / "clients_sdk.py")
    yield _python("openai", sys.executable, sdk)
    yield _python("openai", python_with(folder, "openai2", "openai<3"), sdk)
    home = node_with(folder, "npm", "openai")
    about = json.loads((home / "node_modules" / "openai" / "package.json").read_text())
    script = str(HERE / "clients_node.mjs")
    yield Client(
        f"npm openai {about['version']}", lambda job: run("node", script, stdin=job, cwd=home)
    )
    lite = str(HERE / "clients_litellm.py")
    yield _python("litellm", python_with(folder, "litellm", "litellm"), lite)


def _python(package: str, python: str, script: str) -> Client:
    name = f"{package} {version_of(python, package)}"
    return Client(name, lambda job: run(python, script, stdin=job))


def main() -> int:
    """Try, print, and return 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the clients are, or are installed")
    options = parser.parse_args()
    wrong = 0
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for client in clients(folder):
            wrong += _told(client)
    return min(wrong, 1)


def _told(client: Client) -> int:
    """Try one client, print what came of it, and return how much went wrong."""
    with addresses() as job:
        told = json.loads(client.ask(job).strip().rpartition("\n")[2])
    good = [name for name, said in told.items() if said == "ok"]
    print(f"{client.name}: {len(good)} of {len(told)} as they should be ({', '.join(good)})")
    for name, said in told.items():
        if said != "ok":
            print(f"  {name}: {said}")
    return len(told) - len(good)


if __name__ == "__main__":
    sys.exit(main())
