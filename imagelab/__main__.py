"""The command line: ``imagelab demo`` makes a comparison without a browser or a key."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from imagelab.errors import ImageLabError, RecordError

if TYPE_CHECKING:
    from imagelab.comparison import Comparison

PROMPTS = ("a red fox in snow", "a red fox in snow, watercolour")
TIERS = ("low", "medium", "high")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 when it worked, 1 when it did not."""
    chosen = _parser().parse_args(words)
    try:
        return _demo(chosen)
    except ImageLabError as error:
        print(f"imagelab: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="imagelab", description=__doc__)
    parser.add_argument("--version", action="version", version=f"imagelab {version('imagelab')}")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser(
        "demo", help="compare two prompts at three tiers, print the costs, write one HTML page"
    )
    demo.add_argument("prompts", nargs="*", default=PROMPTS, help="the prompts to compare")
    demo.add_argument("--quality", nargs="+", default=TIERS, metavar="TIER", help="the tiers")
    demo.add_argument("--provider", help="simulator (the default), openai or vercel")
    demo.add_argument("--model", help="the model; each provider has its default")
    demo.add_argument("--budget", type=float, help="dollars that are never passed")
    demo.add_argument("--path", default="imagelab-data", help="where pictures and ledger are kept")
    demo.add_argument("--html", default="imagelab-demo.html", help="the page to write")
    return parser


def _demo(chosen: argparse.Namespace) -> int:
    from imagelab.lab import Lab

    options = {"model": chosen.model, "budget": chosen.budget, "path": chosen.path}
    with Lab(chosen.provider, **options) as lab:
        comparison = lab.compare(list(chosen.prompts), quality=list(chosen.quality))
        page = Path(chosen.html)
        _report(comparison, page)
        print(comparison.costs("quality").to_string(float_format=lambda value: f"{value:.4f}"))
        print(f"\n{comparison}\nPictures: {lab.path}\nPage: {page.resolve()}")
    return 0


def _report(comparison: Comparison, page: Path) -> None:
    try:
        comparison.report(page, title="imagelab demo")
    except RecordError as cause:
        raise ImageLabError(f"{cause} Name another with --html; the pictures are kept.") from cause


if __name__ == "__main__":
    sys.exit(main())
