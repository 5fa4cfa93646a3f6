"""``python -m imagelab.simulator``: the offline Images API on its own, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import textwrap
import threading
from collections.abc import Sequence

from imagelab.errors import ImageLabError
from imagelab.simulator import Fault, Simulator
from imagelab.simulator.fault_spec import parse
from imagelab.simulator.faults import KINDS
from imagelab.simulator.manners import PROVIDERS

_EXAMPLE = """\
  client = openai.OpenAI(base_url="{url}", api_key="any")
  client.images.generate(model="{model}", prompt="a red fox in snow", quality="low")"""

_NAMES = textwrap.fill(
    f"Names: {', '.join(KINDS)}; or a status: 401, 403, 429, 500, 502, 503.", subsequent_indent="  "
)

_ABOUT_FAULTS = f"""\
A fault is NAME[:FIGURE][,key=value...], for example
  --fault slow:3                      every answer takes 3 seconds
  --fault 429:retry-after=2,times=3   the next three requests are too many
  --fault 503:chance=0.1,seed=7       a tenth of the requests fail
  --fault moderated_input:word=blood  prompts with the word are refused
{_NAMES}
Conditions: times, after, every, chance, seed, word."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit status."""
    options = _parser().parse_args(argv)
    try:
        simulator = _simulator(options).start()
    except ImageLabError as problem:
        print(problem, file=sys.stderr)
        return 2
    with simulator:
        over = _told_to_stop()
        _greet(simulator, _model(options))
        while not over.wait(0.5):
            pass
    billed = simulator.billed
    print(f"Stopped. Pictures: {billed.pictures}, simulated cost: ${billed.nano / 1e9:.6f}.")
    return 0


def _told_to_stop() -> threading.Event:
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    return over


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m imagelab.simulator",
        description="An offline OpenAI Images API on 127.0.0.1: no key, no cost.",
        epilog=_ABOUT_FAULTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8111, help="0: any free one (default: 8111)")
    parser.add_argument(
        "--latency",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="what a picture takes at least",
    )
    parser.add_argument("--images-per-minute", type=int, metavar="N", help="limit the pictures")
    parser.add_argument("--tokens-per-minute", type=int, metavar="N", help="limit the tokens")
    parser.add_argument("--retire", action="store_true", help="do not serve models shut down")
    parser.add_argument(
        "--as",
        dest="provider",
        choices=PROVIDERS,
        default="openai",
        help="whom to behave like (default: openai)",
    )
    parser.add_argument("--chat-only", action="store_true", help="vercel: draw in chats only")
    parser.add_argument(
        "--deployment",
        action="append",
        default=[],
        metavar="NAME=MODEL",
        help="azure: deploy a model under a name (default: each under its own)",
    )
    parser.add_argument("--done", action="store_true", help="end streams with [DONE]")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="what shall go wrong; see below",
    )
    return parser


def _simulator(options: argparse.Namespace) -> Simulator:
    faults: list[Fault] = [parse(spec) for spec in options.fault]
    return Simulator(
        port=options.port,
        latency=options.latency,
        faults=faults,
        images_per_minute=options.images_per_minute,
        tokens_per_minute=options.tokens_per_minute,
        retire=options.retire,
        says_done=options.done,
        provider=options.provider,
        chat_only=options.chat_only,
        deployments=dict(one.partition("=")[::2] for one in options.deployment),
    )


def _model(options: argparse.Namespace) -> str:
    """Return a model by the name that clients must give it."""
    if options.deployment:
        return str(options.deployment[0].partition("=")[0])
    return "openai/gpt-image-1" if options.provider == "vercel" else "gpt-image-1"


def _greet(simulator: Simulator, model: str) -> None:
    print(f"Simulated Images API at {simulator.url} (any key; Ctrl-C stops it). For example:")
    print(_EXAMPLE.format(url=simulator.url, model=model), flush=True)


if __name__ == "__main__":
    sys.exit(main())
