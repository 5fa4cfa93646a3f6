"""A judge at work in real JupyterLab and Chromium: progress, what it said, Stop, the result."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import axe
from tests.browser.jupyter import Notebook
from tests.browser.test_grid_desk import until

Open = Callable[..., Notebook]

CELLS = (
    "from imagelab import Lab\nfrom imagelab.simulator import Fault, Simulator\n"
    "server = Simulator()\n"
    "lab = Lab('simulator', base_url=server.url, path='judge-data', concurrency=1)\n"
    "foxes = lab.compare(['a fox', 'an owl'], quality=['low', 'medium', 'high'], fresh=True)",
    "server.faults.add(Fault.slow(2).only(word='demanding'))\nrun = foxes.start_judge()",
)
BLOCKING = (
    CELLS[0].replace("judge-data", "judgement-data"),
    "judgement = foxes.judge(pairs=2)\njudgement",
)


def shot(notebook: Notebook, cell: int, name: str) -> None:
    """Take a picture of one cell's output where somebody asked for pictures."""
    if folder := os.environ.get("IMAGELAB_SHOTS"):
        notebook.output(cell).screenshot(path=f"{folder}/{name}.png")


@pytest.fixture
def judge(notebook: Open) -> Notebook:
    """Give a notebook in which a judge is at work."""
    return notebook(CELLS)


def view(notebook: Notebook) -> Locator:
    """Give the judge's view."""
    return notebook.output(1).locator(".il-live")


def test_a_judge_is_followed_and_stopped(judge: Notebook) -> None:
    """The view counts questions, tells the last reason, and Stop ends the run early."""
    live = view(judge)
    expect(live.locator(".il-headline")).to_contain_text(
        re.compile(r"gpt-4\.1-mini is at question [2-9] of 12"), timeout=30_000
    )
    expect(live.locator(".il-said b")).to_contain_text(re.compile(r"(low|medium|high) or "))
    expect(live.locator(".il-why").first).to_contain_text("SIMULATED")
    shot(judge, 1, "judging-light")
    assert axe.grave(judge.page, ".il-judging") == []
    judge.theme("Dark")
    shot(judge, 1, "judging-dark")
    judge.theme("Light")
    live.get_by_role("button", name="Stop").click()
    expect(live.get_by_role("progressbar")).to_be_hidden(timeout=30_000)
    until(judge, "run.done", True)
    assert judge.kernel_eval("0 < len(run.result().votes) < 12 and len(run.result().left) > 0")
    assert judge.kernel_eval("server.billed.nano > run.result().cost_nano > 0")


def test_a_blocking_judge_leaves_a_line_and_its_result(notebook: Open) -> None:
    """Run to the end in a cell, it leaves one line, and its result says what it said and why."""
    made = notebook(BLOCKING)
    output = made.output(1)
    expect(output).to_contain_text("4 of 4 questions answered")
    expect(output).to_contain_text("No person has voted on these pairs")
    expect(output).to_contain_text("SIMULATED: picture")
    shot(made, 1, "judgement-light")
    made.theme("Dark")
    shot(made, 1, "judgement-dark")
    made.theme("Light")
    made.reopen()
    expect(made.output(1)).to_contain_text("4 of 4 questions answered")
    assert "sk-" not in made.stored()
