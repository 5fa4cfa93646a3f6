"""Lines are hung up in time, and the thread that watches them does not outlive them."""

from __future__ import annotations

import socket
import threading

import pytest

from imagelab.exchange import line as lines
from imagelab.exchange.line import Line


class Connected:
    """What the HTTP library gives of a connection: its socket."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def get_extra_info(self, name: str) -> socket.socket:
        """Give the socket."""
        assert name == "socket"
        return self._end


def heard(end: socket.socket, seconds: float) -> bytes | None:
    """Wait for what comes on a socket: nothing more (empty), or not even that (None)."""
    end.settimeout(seconds)
    try:
        return end.recv(10)
    except TimeoutError:
        return None


def watchers() -> int:
    """Count the threads that watch lines."""
    return sum(one.name == lines.THREAD for one in threading.enumerate())


def test_a_line_is_hung_up_in_time() -> None:
    """When its seconds are over, who reads on it reads that it has ended."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Line(0.1) as line:
        line.trace("connection.connect_tcp.complete", {"return_value": Connected(ours)})
        assert heard(ours, 5) == b""
        assert line.is_over


def test_a_line_that_slept_through_its_time_is_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a sleep of the machine, whose seconds count, it has some grace and no more."""
    monkeypatch.setattr(lines, "GRACE_SECONDS", 0.5)
    slept = [0]
    ours, theirs = socket.socketpair()
    with ours, theirs, Line(600.0, clock=lambda: lines.clock() + slept[0]) as line:
        line.trace("connection.connect_tcp.complete", {"return_value": Connected(ours)})
        assert heard(ours, 0.1) is None
        slept[0] += 3600
        assert heard(ours, 20) == b""


def test_a_sleep_gives_grace_to_what_it_made_late() -> None:
    """Where the watch itself did not run there is time to read what came; else there is none."""
    now = [100.0]
    line = Line(60.0, clock=lambda: now[0])
    assert line.look(1.0) == 60
    now[0] += 1.5
    assert line.look(1.0) == 58.5
    now[0] += 57
    assert line.look(1.0) == lines.GRACE_SECONDS
    now[0] += 1
    assert line.look(1.0) == lines.GRACE_SECONDS - 1


def test_a_sleep_shortens_nothing() -> None:
    """A line that has long to go after a sleep keeps what it has."""
    now = [100.0]
    line = Line(600.0, clock=lambda: now[0])
    line.look(0.0)
    now[0] += 30
    assert line.look(1.0) == 570


def test_a_late_first_look_is_no_sleep() -> None:
    """A busy machine that starts the watch late gives nobody longer."""
    now = [100.0]
    line = Line(1.0, clock=lambda: now[0])
    now[0] += 5
    assert line.look(0.0) == -4


def test_a_connection_that_comes_too_late_is_hung_up() -> None:
    """A line that was over before its connection stood ends that connection at once."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Line(0.0) as line:
        line.hang_up()
        line.trace("connection.connect_tcp.complete", {"return_value": Connected(ours)})
        assert heard(theirs, 5) == b""


def test_many_lines_are_watched_by_one_thread() -> None:
    """However many requests are in flight, one thread watches them, and it ends with the last."""
    some = [Line(30.0) for _ in range(50)]
    for line in some:
        line.__enter__()
    assert watchers() == 1
    for line in some:
        line.__exit__(None, None, None)
    for thread in threading.enumerate():
        if thread.name == lines.THREAD:
            thread.join(5)
    assert watchers() == 0


def test_the_clock_goes_on_where_the_system_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a clock that counts sleep there is the ordinary one."""
    assert lines.clock() <= lines.clock()
    monkeypatch.delattr("time.CLOCK_BOOTTIME", raising=False)
    assert lines.clock() <= lines.clock()
