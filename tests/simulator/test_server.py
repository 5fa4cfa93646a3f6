"""The simulator's life: start, stop, start again, and what it leaves behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from imagelab.errors import InputError, SetupError
from imagelab.simulator import Fault, Simulator
from tests.simulator.wire import SMALL, ask, get, port

QUIET = """
import openai
from imagelab.simulator import Fault, Simulator

simulator = Simulator(faults=[Fault.cut().only(times=1), Fault.drop().only(times=1)])
client = openai.OpenAI(base_url=simulator.url, api_key="any", max_retries=0)
for _ in range(3):
    try:
        client.images.generate(model="gpt-image-2", prompt="a fox", quality="low", size="1024x640")
    except openai.APIConnectionError:
        pass
client.close()
assert simulator.billed.pictures == 3
"""


def test_it_starts_at_the_first_use_of_its_url() -> None:
    """Nothing serves until url is read."""
    lazy = Simulator()
    assert not lazy.running
    assert ask(lazy).status == 200
    assert lazy.running
    lazy.stop()


def test_it_is_not_loaded_before_it_starts() -> None:
    """Importing and making a simulator loads neither starlette, uvicorn nor Pillow."""
    code = (
        "import sys; from imagelab.simulator import Simulator; Simulator(); "
        "print(sorted({'starlette', 'uvicorn', 'PIL', 'numpy'} & set(sys.modules)))"
    )
    assert _run("-c", code).stdout == "[]\n"


def test_starting_twice_is_starting_once(simulator: Simulator) -> None:
    """`start` on a running simulator changes nothing."""
    before = simulator.url
    assert simulator.start().url == before


def test_a_stopped_simulator_refuses_connections() -> None:
    """After stop nobody listens at the port."""
    with Simulator() as running:
        place = port(running)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", place))


def test_it_starts_again_where_it_was() -> None:
    """Stopped and started again it has its port, its bills and its count of pictures."""
    with Simulator() as fresh:
        series = [ask(fresh).pictures[0] for _ in range(2)]
    with Simulator() as again:
        url, first = again.url, ask(again).pictures[0]
        again.stop()
        assert again.url == url
        assert [first, ask(again).pictures[0]] == series
        assert again.billed.pictures == again.requests == 2


def test_stopping_ends_its_threads() -> None:
    """After stop no thread of the simulator is left."""
    before = set(threading.enumerate())
    with Simulator() as running:
        ask(running)
        assert _begun_since(before)
    assert not _begun_since(before)


def _begun_since(before: set[threading.Thread]) -> list[str]:
    ours = (one for one in threading.enumerate() if one not in before)
    return [one.name for one in ours if one.name.startswith("imagelab")]


def test_stopping_breaks_off_what_is_in_hand() -> None:
    """A request in hand ends at once, in a broken line, and is not billed."""
    waiting = Simulator(faults=[Fault.slow(60)]).start()
    broken: list[Exception] = []

    def wait() -> None:
        try:
            ask(waiting)
        except Exception as problem:
            broken.append(problem)

    client = threading.Thread(target=wait)
    client.start()
    while not waiting.requests:
        time.sleep(0.01)
    waiting.stop()
    client.join(10)
    assert isinstance(broken[0], (ConnectionError, OSError))
    assert waiting.billed.pictures == 0


def test_a_forgotten_simulator_stops() -> None:
    """A simulator that nobody holds any more gives its port back."""
    place = port(Simulator())
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", place)).close()
        except ConnectionError:
            return
        time.sleep(0.05)
    raise AssertionError("it still listens")


def test_it_writes_nothing_and_ends_without_a_word(tmp_path: Path) -> None:
    """A program that never stops its simulator ends in silence, faults and all."""
    script = tmp_path / "quiet.py"
    script.write_text(QUIET, encoding="utf-8")
    ended = _run("-W", "error", str(script))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == [script]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(root), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )


def test_idle_is_told(simulator: Simulator) -> None:
    """wait_until_idle is False while a request is in hand, and True when none is."""
    simulator.faults.add(Fault.slow(0.5))
    client = threading.Thread(target=ask, args=(simulator,))
    client.start()
    while not simulator.requests:
        time.sleep(0.01)
    assert not simulator.wait_until_idle(0.01)
    client.join()
    assert simulator.wait_until_idle()


def test_refused_requests_are_counted_as_requests(simulator: Simulator) -> None:
    """`requests` counts every POST, bad ones too, and no GET."""
    ask(simulator, {})
    ask(simulator, SMALL, path="/v1/chat/completions")
    get(simulator, "/v1/models")
    assert simulator.requests == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.168.0.1", "example.org", "::"])
def test_other_hosts_are_refused(host: str) -> None:
    """It serves loopback only: any other host is a SetupError."""
    with pytest.raises(SetupError, match=r"127\.0\.0\.1"):
        Simulator(host=host)


def test_it_listens_on_loopback_only(simulator: Simulator) -> None:
    """The port is bound to 127.0.0.1: another address of loopback is refused."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port(simulator)))


def test_a_port_in_use_says_so(simulator: Simulator) -> None:
    """A second simulator on one port is a SetupError that names the way out, at its start."""
    second = Simulator(port=port(simulator))
    with pytest.raises(SetupError, match="is in use: choose another, or 0"):
        second.start()
    assert not second.running


@pytest.mark.parametrize("settings", [{"latency": -1}, {"latency": float("nan")}, {"port": 70000}])
def test_figures_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    """A latency or port outside its range is an InputError."""
    with pytest.raises(InputError):
        Simulator(**settings)  # type: ignore[arg-type]


def test_it_shows_where_it_is(simulator: Simulator) -> None:
    """The repr has the address, and what was billed."""
    assert repr(simulator) == f"Simulator({simulator.url}, Billed(pictures=0, nano=0))"
