from __future__ import annotations

import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.errors import ExchangeError, OutcomeUnknownError, RejectedError, UnreachableError
from imagelab.simulator import Fault, Simulator
from tests.exchange.conftest import Ask
from tests.servers import Asked, Server, answer, error, picture, success
from tests.sessions import KEY, fox

SMALL = fox(model="gpt-image-2", size="1024x640")


def test_a_host_that_cannot_be_named_is_surely_free(at: Ask) -> None:
    """Where there never was a connection nothing was sent, whatever error said so."""
    with pytest.raises(RejectedError, match=r"Nothing was sent.*check the address") as caught:
        at(f"http://{'a' * 70}.test/v1").ask(fox())
    assert (caught.value.status, caught.value.billed) == ("failed", "no")


def test_nobody_there_is_unreachable(at: Ask) -> None:
    """A refused connection is an UnreachableError: nothing was sent, and the address is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port}") as caught:
        at(f"http://127.0.0.1:{port}/v1").ask(fox())
    assert (caught.value.status, caught.value.billed) == ("failed", "no")


def test_a_name_that_leads_nowhere_is_unreachable(at: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that does not exist is an UnreachableError."""
    for variable in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UnreachableError, match=r"nobody\.invalid"):
        at("http://nobody.invalid/v1", timeout=5).ask(fox())


def test_a_server_that_stops_listening_is_unreachable(at: Ask) -> None:
    """While the simulator refuses connections it is unreachable, and bills nothing."""
    with Simulator() as simulator:
        client = at(simulator.url)
        simulator.faults.add(Fault.refuse(60))
        with pytest.raises(UnreachableError):
            client.ask(SMALL)
        assert (simulator.requests, simulator.billed.pictures) == (0, 0)


SLEEPER = """
import sys
from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from tests.sessions import fox
place = Place.find("simulator", sys.argv[1])
client = Client(place, sys.argv[1], sys.argv[2], timeout=1.5, connections=1)
print(len(client.ask(fox()).data))
"""


def test_an_answer_that_came_in_a_sleep_is_read() -> None:
    """A process that slept past its time-out reads what was sent to it meanwhile."""
    asleep = threading.Event()

    def long(asked: Asked) -> Iterator[bytes]:
        assert asleep.wait(20)
        yield success(asked, padding="-" * 20_000_000)

    with Server(long) as server:
        asking = subprocess.Popen(
            [sys.executable, "-c", SLEEPER, server.url, KEY],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        while not server.posts:
            time.sleep(0.01)
        asking.send_signal(signal.SIGSTOP)
        asleep.set()
        time.sleep(3)  # longer than the whole time-out
        asking.send_signal(signal.SIGCONT)
        assert int(asking.communicate(timeout=30)[0]) > 1000


def test_no_answer_in_time_is_unknown(at: Ask) -> None:
    """An answer that does not come in time is unknown, and says to give more time."""

    def late(asked: Asked) -> Iterator[bytes]:
        time.sleep(0.6)
        yield success(asked)

    with Server(late) as server:
        with pytest.raises(OutcomeUnknownError, match=r"0\.2 seconds.*longer timeout") as caught:
            at(server.url, timeout=0.2).ask(fox())
        assert server.posts == 1
    assert (caught.value.status, caught.value.billed) == ("unknown", "perhaps")


def test_what_is_billed_after_the_client_left_is_unknown(at: Ask) -> None:
    """The simulator bills a picture that nobody waited for, and the error says perhaps."""
    with Simulator(faults=[Fault.slow(0.6)]) as simulator:
        with pytest.raises(OutcomeUnknownError) as caught:
            at(simulator.url, timeout=0.2).ask(SMALL)
        assert simulator.wait_until_idle()
        assert (simulator.requests, simulator.billed.pictures) == (1, 1)
    assert caught.value.billed == "perhaps"


def drip(whole: bytes, start: int, pieces: int, stayed: list[str]) -> Iterator[bytes]:
    """Send the first bytes at once and more one by one, note that the client stayed, and end."""
    yield whole[:start]
    for at in range(start, start + pieces):
        time.sleep(0.05)
        yield whole[at : at + 1]
    stayed.append("to the end")
    yield whole[start + pieces :]


def trickle(at: Ask, whole: bytes, start: int) -> ExchangeError:
    """Ask, with little time, a server that trickles; the client must leave, asking once."""
    stayed: list[str] = []
    with Server(lambda asked: drip(whole, start, 50, stayed)) as server:
        with pytest.raises(ExchangeError) as caught:
            at(server.url, timeout=0.3).ask(fox())
        assert server.posts == 1
        server.stop_sending()
    assert stayed == []
    return caught.value


ASKED = Asked("", {}, b'{"prompt": "a red fox in snow"}')


def test_a_body_that_trickles_ends_at_the_deadline(at: Ask) -> None:
    """A body that comes byte by byte, none of them late, is unknown when the time is over."""
    whole = success(ASKED)
    found = trickle(at, whole, whole.index(b"\r\n\r\n") + 10)
    assert isinstance(found, OutcomeUnknownError)
    assert "not whole after 0.3 seconds" in str(found)


def test_headers_that_trickle_end_at_the_deadline(at: Ask) -> None:
    """Headers that come byte by byte, none of them late, are unknown when the time is over."""
    assert isinstance(trickle(at, success(ASKED), 20), OutcomeUnknownError)


def test_a_body_without_a_length_that_trickles_is_unknown(at: Ask) -> None:
    """A body that would end with its line is not taken for whole when the time is over."""
    head = b"HTTP/1.1 200 OK\r\nx-request-id: req_1\r\n\r\n"
    found = trickle(at, head + success(ASKED).partition(b"\r\n\r\n")[2], len(head) + 20)
    assert isinstance(found, OutcomeUnknownError)
    assert found.request_id == "req_1"


def test_after_a_trickle_the_next_is_asked(at: Ask) -> None:
    """A request that was given up takes no other's place: the client goes on as before."""
    stayed: list[str] = []

    def first_trickles(asked: Asked) -> Iterator[bytes]:
        whole = success(asked)
        return drip(whole, 20, 50, stayed) if "slow" in asked.json["prompt"] else iter([whole])

    with Server(first_trickles) as server:
        client = at(server.url, timeout=0.3)
        for _ in range(5):  # more than the client has connections
            with pytest.raises(OutcomeUnknownError):
                client.ask(fox("slow"))
        client.timeout = 20.0
        assert client.ask(fox()).data == picture()
        server.stop_sending()


def test_an_error_that_trickles_ends_at_the_deadline(at: Ask) -> None:
    """An error whose body comes byte by byte is waited for no longer than a picture."""
    whole = error(400, "words that never end, or so it seems to whoever is waiting for them")
    trickle(at, whole, whole.index(b"\r\n\r\n") + 5)


def test_a_slow_answer_in_time_is_whole(at: Ask) -> None:
    """A body that comes slowly, but in time, is whole."""

    def slow(asked: Asked) -> Iterator[bytes]:
        whole = success(asked)
        return drip(whole, len(whole) - 5, 4, [])

    with Server(slow) as server:
        assert at(server.url, timeout=10).ask(fox()).data == picture()


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99, 1.0])
def test_a_body_that_is_cut_is_unknown(at: Ask, part: float) -> None:
    """An answer that breaks off is unknown, wherever it breaks off until its picture has come."""

    def cut(asked: Asked) -> bytes:
        whole = success(asked)
        return whole[: int(whole.index(b'"}]') * part)]

    with Server(cut) as server:
        with pytest.raises(OutcomeUnknownError, match="middle of the answer") as caught:
            at(server.url).ask(fox())
        assert server.posts == 1
    assert caught.value.request_id == "req_1"


def test_headers_that_are_cut_are_unknown(at: Ask) -> None:
    """An answer that breaks off among its headers is unknown."""
    with Server(lambda asked: success(asked)[:30]) as server:
        with pytest.raises(OutcomeUnknownError):
            at(server.url).ask(fox())
        assert server.posts == 1


def test_no_answer_at_all_is_unknown(at: Ask) -> None:
    """A server that reads the request and closes the line leaves it unknown."""
    with Server(lambda asked: b"") as server:
        with pytest.raises(OutcomeUnknownError, match="before an answer came"):
            at(server.url).ask(fox())
        assert server.posts == 1


def test_an_answer_that_is_no_http_is_unknown(at: Ask) -> None:
    """A server that answers in another language leaves it unknown."""
    with Server(lambda asked: b"220 mail.example.com ESMTP\r\n") as server:
        with pytest.raises(OutcomeUnknownError):
            at(server.url).ask(fox())
        assert server.posts == 1


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_an_error_that_is_cut_is_an_error_of_ours(at: Ask, status: int) -> None:
    """An error whose body breaks off is an ExchangeError like any other."""
    cut = error(status, "words that are not all there")[:-20]
    with Server(lambda asked: cut) as server:
        with pytest.raises(ExchangeError):
            at(server.url).ask(fox())
        assert server.posts == 1


def test_a_line_that_is_reset_is_unknown(at: Ask) -> None:
    """A connection that is reset after the request was read leaves it unknown."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reset() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        thread = threading.Thread(target=reset)
        thread.start()
        with pytest.raises(OutcomeUnknownError) as caught:
            at(f"http://127.0.0.1:{listening.getsockname()[1]}/v1").ask(fox())
        thread.join()
    assert caught.value.billed == "perhaps"


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_one_ask_is_one_request(at: Ask, status: int) -> None:
    """Whatever the server answers, even that it should be asked again, it is asked once."""
    headers = {"x-should-retry": "true", "retry-after-ms": "1"}
    with Server(lambda asked: error(status, "Try again.", headers=headers)) as server:
        with pytest.raises(ExchangeError):
            at(server.url).ask(fox())
        assert len(server.asked) == 1


def test_a_server_that_closes_idle_lines_is_asked_again(at: Ask) -> None:
    """A line that the server closed after an answer is not used for the next request."""
    with Server(success) as server:
        client = at(server.url)
        for _ in range(3):
            assert client.ask(fox()).data == picture()
        assert server.posts == 3


def test_a_redirect_is_not_followed(at: Ask) -> None:
    """A redirect does not take the key or the request anywhere else."""
    with Server(success) as other:
        location = {"location": f"{other.url}/images/generations"}
        with Server(lambda asked: answer(307, b"", location)) as server:
            with pytest.raises(ExchangeError):
                at(server.url).ask(fox())
            assert (server.posts, other.posts) == (1, 0)


def test_a_line_that_is_dropped_unread_costs_nothing(at: Ask) -> None:
    """A server that hangs up before reading bills nothing, and is an error of ours."""
    with Simulator(faults=[Fault.hang_up()]) as simulator:
        with pytest.raises((UnreachableError, OutcomeUnknownError)):
            at(simulator.url).ask(SMALL)
        assert simulator.wait_until_idle()
        assert (simulator.requests, simulator.billed.pictures) == (0, 0)
