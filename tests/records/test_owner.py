from __future__ import annotations

import socket
import subprocess
import sys
import threading

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


def test_of_another_host_nobody_can_tell() -> None:
    """Whether an owner on another host lives is unknown."""
    assert owner.is_dead(f"not-{socket.gethostname()}/1/1") is None
