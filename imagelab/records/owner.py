"""Who holds a row: told so that the rows of a dead process are known from a living one's."""

from __future__ import annotations

import functools
import os
import socket
from pathlib import Path

import psutil

File = tuple[int, int] | None
"""A ledger's file by device and number, whatever path leads there (a link, a mount)."""

at_work: dict[tuple[File, int], float] = {}
"""The rows, by ledger and id, that some thread of this process will settle, and the seconds of its
lease. What it holds and is not here was given up: a disk was full, or the ledger was locked as it
was to be settled."""

_TOLERANCE = 2
"""Units of start time: where a clock is read to tell it, it is read twice."""


def me() -> str:
    """Name this process: host, pid and start time, since pids are used again."""
    return f"{_host()}/{os.getpid()}/{_my_start(os.getpid())}"


def is_dead(owner: str) -> bool | None:
    """Tell whether an owner on this host is gone; ``None`` for another host: nobody can tell."""
    host, pid, started = owner.rsplit("/", 2)
    if host != _host():
        return True if _has_restarted(host) else None
    try:
        now_there = _started(int(pid))
    except psutil.Error:
        # A process of another user may be hidden: it is there all the same.
        return None if psutil.pid_exists(int(pid)) else True
    return now_there is None or abs(now_there - int(started)) > _TOLERANCE


@functools.cache
def _host() -> str:
    """Name this host, its boot, and the room that its pids are counted in (containers have own)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        room = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        boot = room = "-"
    return f"{socket.gethostname()} {boot} {room}"


def _has_restarted(host: str) -> bool:
    """Tell whether a host is this one before it was started again."""
    theirs, ours = host.split(" "), _host().split(" ")
    return len(theirs) == 3 and theirs[0] == ours[0] and theirs[1] != ours[1]


@functools.cache
def _my_start(pid: int) -> int:
    return _started(pid) or 0


def _started(pid: int) -> int | None:
    """Read when a process began; ``None`` if it has ended and only its name is still there.

    On Linux in ticks since the boot: a time of day would move whenever the clock is set.
    """
    try:
        # The process's own name comes before, in brackets, and may hold anything.
        state, *numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return round(psutil.Process(pid).create_time() * 10)
    return None if state in "ZX" else int(numbers[18])
