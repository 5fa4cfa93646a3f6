from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

from imagelab.records import owner


def test_this_process_is_alive() -> None:
    """A process does not take itself for dead."""
    assert owner.is_dead(owner.me()) is False


def test_every_thread_has_the_same_owner() -> None:
    """The owner is the process, whichever thread asks."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(owner.me()))
    thread.start()
    thread.join()
    assert found == [owner.me()]


def test_a_process_that_ended_is_dead() -> None:
    """A process on this host that has ended is dead at once."""
    done = subprocess.run(
        [sys.executable, "-c", "from imagelab.records import owner; print(owner.me())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert owner.is_dead(done.stdout.strip()) is True


def test_a_living_process_is_seen_alive_by_another() -> None:
    """Another process sees that this one lives."""
    code = "import sys; from imagelab.records import owner; print(owner.is_dead(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, owner.me()], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_number_that_is_used_again_is_another_process() -> None:
    """A process that has the number of a dead one is not taken for it."""
    host, pid, started = owner.me().rsplit("/", 2)
    assert owner.is_dead(f"{host}/{pid}/{int(started) - 100_000}") is True


def test_the_start_of_a_process_does_not_follow_the_clock() -> None:
    """A process's start is counted from the boot, so that setting the clock kills nobody."""
    started = int(owner.me().rpartition("/")[2]) / os.sysconf("SC_CLK_TCK")
    assert started <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_whoever_lived_before_the_boot_is_dead() -> None:
    """A process of this host before it was started again is dead, whatever has its number now."""
    host, pid, started = owner.me().rsplit("/", 2)
    name, _, room = host.split(" ")
    assert owner.is_dead(f"{name} another-boot {room}/{pid}/{started}") is True


def test_of_another_container_nobody_can_tell() -> None:
    """Numbers are counted anew in each container: whether a process of another lives is unknown."""
    host, pid, started = owner.me().rsplit("/", 2)
    name, boot, _ = host.split(" ")
    assert owner.is_dead(f"{name} {boot} 1/{pid}/{started}") is None


def test_a_process_that_was_not_yet_buried_is_dead() -> None:
    """A process that has ended is dead even while its parent has not asked how it ended."""
    code = "from imagelab.records import owner; print(owner.me(), flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert owner.is_dead(name) is True


def test_of_another_host_nobody_can_tell() -> None:
    """Whether an owner on another host lives is unknown."""
    assert owner.is_dead(f"not-{socket.gethostname()}/1/1") is None
