"""Who holds a row: told so that the rows of a dead process are known from a living one's."""

from __future__ import annotations

import functools
import os
import socket

import psutil


@functools.cache
def _started(pid: int) -> int:
    return round(psutil.Process(pid).create_time() * 10)


def me() -> str:
    """Name this process: host, pid and start time, since pids are used again."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def is_dead(owner: str) -> bool | None:
    """Tell whether an owner on this host is gone; ``None`` for another host: nobody can tell."""
    host, pid, started = owner.rsplit("/", 2)
    if host != socket.gethostname():
        return None
    try:
        # A tenth of a second either way: the kernel's clock is read twice.
        return abs(psutil.Process(int(pid)).create_time() * 10 - int(started)) > 2
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
