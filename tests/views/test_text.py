from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from imagelab.simulator import Simulator

COMPARE = """
import sys
from imagelab import Lab
lab = Lab("simulator", base_url=sys.argv[1])
lab.compare("a red fox in snow", samples=int(sys.argv[2]))
"""


def said(folder: Path, url: str, samples: int) -> str:
    """Run a script at a terminal, and read what it writes there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    try:
        done = subprocess.Popen(
            [sys.executable, "-c", COMPARE, url, str(samples)], cwd=folder, stderr=theirs
        )
        os.close(theirs)
        whole = b"".join(_pieces(ours))
    finally:
        os.close(ours)
    assert done.wait() == 0, whole
    return whole.decode()


def _pieces(terminal: int) -> list[bytes]:
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # so a terminal ends
            return pieces
        if not piece:
            return pieces
        pieces.append(piece)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What a script says that asks for two pictures, and then for three."""
    folder = tmp_path_factory.mktemp("script")
    with Simulator() as simulator:
        return said(folder, simulator.url, 2), said(folder, simulator.url, 3)


def test_a_script_at_a_terminal_says_what_it_paid(lines: tuple[str, str]) -> None:
    """The line ends with all pictures and the money, of which it says that it is simulated."""
    assert "2/2" in lines[0]
    assert "simulated" in lines[0]


def test_a_script_that_found_nothing_says_nothing_of_the_ledger(lines: tuple[str, str]) -> None:
    """Where every picture was asked for, nothing was saved."""
    assert "ledger" not in lines[0]


def test_a_script_says_what_it_did_not_pay_again(lines: tuple[str, str]) -> None:
    """Pictures that were there are counted, with what they would have cost."""
    assert "3/3" in lines[1]
    assert "2 from the ledger, saved $" in lines[1]
