"""``python -m imagelab.simulator``."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest

from imagelab.simulator.__main__ import main
from imagelab.simulator.faults import KINDS
from tests.simulator.wire import SMALL


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the command on a free port; give the process and its URL."""
    command = [sys.executable, "-W", "error", "-m", "imagelab.simulator", "--port", "0", *options]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+[/\w]*/v1", process.stdout.readline())
        assert found
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_ends_on_a_signal(number: signal.Signals) -> None:
    """It prints its URL, serves any OpenAI client, and on Ctrl-C or SIGTERM ends with its count."""
    with running() as (process, url):
        with openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client:
            assert client.images.generate(**SMALL).data
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert "Pictures: 1, simulated cost: $0." in out


def test_faults_are_ordered_on_the_command_line() -> None:
    """--fault may be given more than once, and the faults come in order."""
    with (
        running("--fault", "429:retry-after=2,times=1", "--fault", "401") as (_, url),
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client,
    ):
        with pytest.raises(openai.RateLimitError):
            client.images.generate(**SMALL)
        with pytest.raises(openai.AuthenticationError):
            client.images.generate(**SMALL)


def test_the_other_options_reach_the_server() -> None:
    """--retire, --images-per-minute and --latency do what they say."""
    options = ("--retire", "--images-per-minute", "1", "--latency", "0.2")
    with (
        running(*options) as (_, url),
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client,
    ):
        with pytest.raises(openai.BadRequestError, match="does not exist"):
            client.images.generate(**{**SMALL, "model": "gpt-image-1"})
        headers = client.images.with_raw_response.generate(**SMALL).headers
        with pytest.raises(openai.RateLimitError):
            client.images.generate(**SMALL)
    assert int(headers["openai-processing-ms"]) >= 200


@pytest.mark.parametrize(
    ("options", "root", "model"),
    [
        (("--as", "vercel"), "/v1", "openai/gpt-image-2"),
        (("--as", "azure", "--deployment", "fox=gpt-image-2"), "/openai/v1", "fox"),
    ],
)
def test_it_behaves_like_another_provider(options: tuple[str, ...], root: str, model: str) -> None:
    """--as serves a gateway's or Azure's addresses, and the greeting names a model they know."""
    with (
        running(*options) as (_, url),
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client,
    ):
        assert url.endswith(root)
        assert client.images.generate(**{**SMALL, "model": model}).data


def test_streams_may_end_as_those_of_relays() -> None:
    """--done ends a stream with [DONE]."""
    with (
        running("--done") as (_, url),
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as client,
    ):
        answer = client.images.with_raw_response.generate(**SMALL, stream=True)
        assert answer.http_response.read().endswith(b"data: [DONE]\n\n")


def test_help_names_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """--help shows the options, and every fault by name."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    text = capsys.readouterr().out
    assert caught.value.code == 0
    assert [kind for kind in KINDS if kind not in text] == []
    assert "--images-per-minute" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fault", "nonsense"], "No fault is called 'nonsense'"),
        (["--chat-only"], "chat_only is for provider='vercel'"),
        (["--port", "70000"], "Port 70000 does not exist"),
        (["--images-per-minute", "0"], "give 1 or more"),
    ],
)
def test_wrong_options_end_with_a_word(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong option ends with status 2 and one clear line, without a traceback."""
    assert main(options) == 2
    assert message in capsys.readouterr().err
