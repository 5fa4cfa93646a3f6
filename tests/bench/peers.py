"""Print what imagelab and its peers pay in the same bad moments: ``python -m tests.bench.peers``.

Every tool asks imagelab's simulator, a real server on 127.0.0.1, and the server's own count of
what it billed is the truth. Peers are installed from their registries into a temporary folder,
or into ``--folder DIR``, where the next run finds them. Needs pip, npm and some five minutes.
A cell that could not be measured says so; nothing is written here that was not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from imagelab.simulator import Fault, Simulator
from tests.bench import peers_tools
from tests.bench.peers_tools import ImageLab, Job, LiteLlm, PlainSdk, Promptfoo, Told, Tool

MANY, BILLED_AT_KILL, FEW = 64, 24, 12
NOT_MEASURED = "not measured"
DISK_CACHE = "Run with its disk cache on, `litellm.Cache(type='disk')`."
WAYS = {
    "max_budget": "`litellm.max_budget`",
    "manager": "`BudgetManager`",
    "router": "a `Router` with a provider budget",
    "proxy": "its proxy, a key with that budget",
}


@dataclass(frozen=True)
class Cell:
    """What one tool did in one situation, and what has to be said about it under the table."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One tool: its name with its version, and its cells, top to bottom."""

    title: str
    cells: tuple[Cell, ...]


@contextlib.contextmanager
def asking(simulator: Simulator, **settings: Any) -> Iterator[Job]:
    """Give a job at a running simulator, with an empty folder; wait for all that it billed."""
    with simulator, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield dataclasses.replace(Job(url=simulator.url, folder=folder), **settings)


def bill(simulator: Simulator) -> str:
    """Write what the server billed, when all is in.

    Raises:
        RuntimeError: nothing was: the tool never got as far as asking, which is no thrift.
    """
    simulator.wait_until_idle()
    if not simulator.billed.pictures:
        raise RuntimeError("nothing it asked for was billed")
    return f"{simulator.billed.pictures} billed, ${simulator.billed.nano / 1e9:.3f}"


# --- the situations --------------------------------------------------------------------------


def late(tool: Tool) -> Cell:
    """Give up on an answer that is on its way."""
    simulator = Simulator(latency=1.5)
    with asking(simulator, timeout=0.5) as job:
        told = tool.ask(job)
        says = "says nothing of cost" if told.cost_usd is None else f"says ${told.cost_usd:.3f}"
        if told.unknown:
            says = f"says unknown, {told.at_risk} at risk"
        text = f"{bill(simulator)}; {says}"
    waits = "Its waits between retries are cut short here; how many there are is its default."
    return Cell(text, (waits,) if isinstance(tool, Promptfoo) else ())


def budget(tool: Tool) -> Cell:
    """Ask for twelve dear pictures at once with money for three."""
    if not tool.budget_ways:
        return Cell(f"{_under_budget(tool, '', 12)[0]}; it has no budget")
    found = {way: _under_budget(tool, way, 12) for way in tool.budget_ways}
    text = found[tool.budget_ways[0]][0]
    if "router" not in found:
        return Cell(text)
    each = "; ".join(f"{WAYS[way]} {billed}" for way, (billed, _) in found.items())
    in_turn, _ = _under_budget(tool, "router", 1)
    note = (
        f"{each}. Asked one after another, the `Router`: {in_turn}. The proxy set aside "
        f"{found['proxy'][1].set_aside} for each picture."
    )
    return Cell(text, (note,))


def _under_budget(tool: Tool, way: str, at_once: int) -> tuple[str, Told]:
    simulator = Simulator()
    settings: dict[str, Any] = {"pictures": 12, "quality": "high", "budget": 0.5, "way": way}
    with asking(simulator, at_once=at_once, **settings) as job:
        told = tool.ask(job)
        return bill(simulator), told


def killed(tool: Tool) -> Cell:
    """Kill a run in its middle, and run it again."""
    text = _killed(tool, "")
    if isinstance(tool, PlainSdk):
        note = f"A loop that leaves out the files it finds: {_killed(tool, 'skip')}."
    elif isinstance(tool, LiteLlm):
        note = DISK_CACHE
    elif isinstance(tool, Promptfoo):
        note = "Run again with its own `eval --resume`."
    else:
        note = (
            "Unknown: in flight when it was killed, perhaps billed. The rows say so, count "
            "against the budget, and are not asked for again in silence."
        )
    return Cell(text, (note,))


def _killed(tool: Tool, way: str) -> str:
    simulator = Simulator(latency=0.5)
    with asking(simulator, pictures=MANY, way=way) as job:
        with tool.running(job) as process:
            _wait_for(simulator, BILLED_AT_KILL, process)
        simulator.wait_until_idle()
        told = tool.ask(job, resume=True)
        simulator.wait_until_idle()
        unknown = f", {told.unknown} unknown" if told.unknown else ""
        return f"{simulator.billed.pictures} billed; {told.in_hand} in hand{unknown}"


def _wait_for(simulator: Simulator, pictures: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + peers_tools.LONGEST_SECONDS
    while simulator.billed.pictures < pictures:
        if process.poll() is not None or time.monotonic() > ends:
            raise RuntimeError(f"it ended before it had {pictures} pictures")
        time.sleep(0.02)


def again(tool: Tool) -> Cell:
    """Run the same twice at an address that is not api.openai.com."""
    simulator = Simulator()
    with asking(simulator, pictures=FEW) as job:
        tool.ask(job)
        bill(simulator)
        first = simulator.billed.pictures
        tool.ask(job)
        simulator.wait_until_idle()
        billed = simulator.billed.pictures - first
    if isinstance(tool, LiteLlm):
        return Cell(f"{billed} billed again", (DISK_CACHE,))
    if isinstance(tool, Promptfoo):
        return Cell(f"{billed} billed again", ("Run with its cache on, as it is by default.",))
    return Cell(f"{billed} billed again")


def failed(tool: Tool) -> Cell:
    """Meet a server error after the picture was made and billed."""
    simulator = Simulator(faults=[Fault.fail(500, billed=True).only(times=1)])
    with asking(simulator) as job:
        told = tool.ask(job)
        held = f"{told.in_hand} in hand" + (", 1 unknown" if told.unknown else "")
        return Cell(f"{simulator.requests} sent, {bill(simulator)}; {held}")


SITUATIONS: tuple[tuple[str, Callable[[Tool], Cell]], ...] = (
    ("1 picture, time-out of 0.5 s, answer after 1.5 s", late),
    ("12 high pictures at once, budget $0.50", budget),
    (f"{MANY} pictures, killed (SIGKILL) on the way and run again", killed),
    (f"{FEW} pictures a second time, custom base URL", again),
    ("1 picture, the first answer a 500 after billing", failed),
)


# --- the table -------------------------------------------------------------------------------


def column(tool: Tool, folder: Path) -> Column:
    """Install a tool and take it through every situation."""
    try:
        tool.install(folder)
        title = f"{tool.name} {tool.version()}"
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        cell = Cell(NOT_MEASURED, (f"{tool.name} could not be installed: {error}.",))
        return Column(tool.name, (cell,) * len(SITUATIONS))
    return Column(title, tuple(_measured(tool, situation) for _, situation in SITUATIONS))


def _measured(tool: Tool, situation: Callable[[Tool], Cell]) -> Cell:
    try:
        return situation(tool)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return Cell(NOT_MEASURED, (f"{tool.name}: {error}.",))


def markdown(columns: list[Column]) -> str:
    """Write the table with its footnotes."""
    notes: list[str] = []
    lines = [
        "| | " + " | ".join(one.title for one in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for row, (title, _) in enumerate(SITUATIONS):
        cells = [_with_marks(one.cells[row], notes) for one in columns]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    under = [f"{number}. {note}" for number, note in enumerate(notes, 1)]
    return "\n".join([*lines, "", *under])


def _with_marks(cell: Cell, notes: list[str]) -> str:
    notes += [note for note in cell.notes if note not in notes]
    marks = ", ".join(str(notes.index(note) + 1) for note in cell.notes)
    return f"{cell.text} <sup>{marks}</sup>" if marks else cell.text


def main() -> None:
    """Measure all tools side by side, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers")
    parser.add_argument("--folder", type=Path, help="install the peers here, and keep them")
    options = parser.parse_args()
    tools = [PlainSdk(), LiteLlm(), Promptfoo(), ImageLab()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = (options.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(len(tools)) as pool:
            columns = list(pool.map(lambda tool: column(tool, folder), tools))
    print(f"Billed by the server, gpt-image-1 1024x1024, 8 in flight, {date.today()}.\n")
    print(markdown(columns))


if __name__ == "__main__":
    main()
