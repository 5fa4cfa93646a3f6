"""Ballots: one HTML file for raters without Python, and the answers that come back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab.deciding.disguise import jpeg
from imagelab.errors import InputError
from imagelab.request import plain
from imagelab.vote import WINNERS, Winner

if TYPE_CHECKING:
    from jinja2 import Template
    from PIL.Image import Image

FORMAT = "imagelab ballot answers 1"
MOST_BYTES = 20_000_000
"""No honest file of answers is as long."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a rater said of one pair of a ballot, by its number."""

    pair: int
    winner: Winner
    seconds: float | None
    time: datetime


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One file of answers: whose they are, to which ballot, and what was said."""

    ballot: str
    rater: str
    said: tuple[Answer, ...]


def page(
    name: str,
    pictures: Sequence[Image],
    pairs: Sequence[tuple[int, int]],
    prompts: Sequence[str],
) -> str:
    """Write a ballot as one HTML file that opens anywhere and asks nothing of any network.

    ``pairs`` names pictures by their place in ``pictures``, ``prompts`` what stands above each
    pair. All pictures are files of one kind and of one length, in an order drawn by lot, and
    nothing else is said of them.
    """
    drawn = [jpeg(picture) for picture in pictures]
    longest = max(map(len, drawn))
    told = {
        "format": FORMAT,
        "ballot": name,
        "pairs": pairs,
        "prompts": prompts,
        "pictures": [base64.b64encode(one.ljust(longest, b"\0")).decode() for one in drawn],
    }
    # In a script nothing may look like the end of it.
    return _template().render(data=json.dumps(told).replace("<", "\\u003c"), pairs=len(pairs))


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined).get_template(
        "ballot.html"
    )


def read(path: str | Path) -> Answers:
    """Read a file of answers, and believe nothing in it that cannot be.

    Raises:
        InputError: there is no such file, or it is no file of answers, or a damaged one; the
            message says what is wrong.

    """
    found = _opened(Path(path))
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(
            f"{path} holds no answers to a ballot: it is the file that 'Save my votes' makes."
        )
    ballot, rater, said = (found.get(name) for name in ("ballot", "rater", "votes"))
    whole = isinstance(ballot, str) and isinstance(rater, str) and isinstance(said, list)
    if not whole or not rater.strip():  # type: ignore[union-attr]
        raise _damaged(path, "the ballot, the rater or the votes are missing")
    answers = tuple(_answers(path, said))  # type: ignore[arg-type]
    return Answers(ballot=str(ballot), rater=plain(str(rater)).strip(), said=answers)


def _opened(path: Path) -> Any:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _damaged(path, "it is far too long")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as cause:
        raise InputError(f"{path} cannot be read: {cause.strerror or cause}.") from cause
    except (ValueError, RecursionError) as cause:
        raise _damaged(path, "it is no JSON, or was cut short") from cause


def _answers(path: str | Path, said: list[Any]) -> Iterator[Answer]:
    seen: set[int] = set()
    for at, one in enumerate(said):
        pair = one.get("pair") if isinstance(one, dict) else None
        if not isinstance(pair, int) or isinstance(pair, bool) or one.get("winner") not in WINNERS:
            raise _damaged(path, f"vote {at + 1} says nothing of a pair")
        if pair in seen:
            raise _damaged(path, f"pair {pair} was voted on twice")
        seen.add(pair)
        seconds = one.get("seconds")
        believable = isinstance(seconds, int | float) and 0 <= seconds < 86_400
        yield Answer(
            pair=pair,
            winner=one["winner"],
            seconds=float(seconds) if believable else None,
            time=_time(path, at, one.get("time")),
        )


def _time(path: str | Path, at: int, said: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(said))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as cause:
        raise _damaged(path, f"vote {at + 1} has no time") from cause


def _damaged(path: str | Path, what: str) -> InputError:
    return InputError(
        f"{path} is damaged: {what}. Nothing was kept; ask its rater to save it again."
    )
