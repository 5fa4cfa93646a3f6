"""One file that tells a whole comparison, offline and anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab.bookkeeping.costs import costs
from imagelab.bookkeeping.spending import quoted
from imagelab.catalog.arguments import check_number
from imagelab.catalog.money import nano, show
from imagelab.errors import InputError
from imagelab.insight import plots, stills
from imagelab.insight.drawing import let_go, png
from imagelab.insight.layout import Board
from imagelab.insight.tables import styled
from imagelab.insight.verdict import Verdict
from imagelab.request import SETTINGS, Generation
from imagelab.sweep import Cell

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

MOST_BYTES = 5_600_000
"""What pictures may take in a page, a third longer as text, where nobody says how large."""

INCH = 96
"""Pixels of a page."""

SIDES = (1024, 896, 768, 640, 512, 448, 384, 320, 256, 192, 144, 112)
"""The sizes that are tried, largest first, in pixels of the longer edge."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a report beside its pictures: words, a table, a chart, or all of them.

    ``table`` is a DataFrame, ``figure`` one of matplotlib's; ``lead`` sets the first line of the
    words off from the rest. Words and headings are text, not
    HTML: whatever is in them is shown as it is.
    """

    title: str
    words: str = ""
    table: DataFrame | None = None
    figure: Figure | None = None
    lead: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.title, str) or not isinstance(self.words, str):
            raise InputError("A section has a title and words, which are texts.")


def render(
    board: Board,
    originals: Mapping[int, bytes],
    *,
    title: str,
    side: int | None = None,
    before: Sequence[Section] = (),
    after: Sequence[Section] = (),
    parameters: Mapping[str, str],
    code: str,
) -> str:
    """Write the report: verdicts first, then pictures, the wipe, costs, parameters and code.

    ``originals`` maps positions to the bytes of pictures. They are made as large as ``side``
    says, or else as large as fits into about six megabytes. The page's own script is the only
    one that runs in it, and nothing is fetched: its policy says so to the browser.
    """
    if side is not None:
        check_number("side", side, 16, 4096, whole=True)
    for one in before:
        if not isinstance(one, Section):
            raise InputError(f"A section of a report is a Section, not {one!r}.")
    script, board = _script(), _with_gone(board, originals)
    told = [[_shown(one) for one in sections] for sections in (before, after)]
    charts = sum(len(one["figure"]["uri"]) for part in told for one in part if one["figure"])
    return stills.render_report(
        board,
        shrunk(originals, side, max(MOST_BYTES // 2, MOST_BYTES - charts)),
        title=title,
        before=told[0],
        after=told[1],
        parameters=parameters,
        code=code,
        script=script,
        policy=_policy(script),
        tiles=_tiles(board),
    )


def _with_gone(board: Board, originals: Mapping[int, bytes]) -> Board:
    """Say where a picture was whose file is gone."""
    for tile in board.tiles:
        if tile.shown and tile.position not in originals:
            board = board.with_tile(replace(tile, note="The file of this picture is gone."))
    return board


def shrunk(
    originals: Mapping[int, bytes], side: int | None, most: int = MOST_BYTES
) -> dict[int, bytes]:
    """Make the pictures small enough: of ``side`` pixels, or as large as all of them may be."""
    if side is not None:
        return {at: stills.thumbnail(data, side) for at, data in originals.items()}
    for size in SIDES:
        if stills.most_bytes(size) * len(originals) > 1.3 * most * 3 / 4:
            continue  # usual pictures would not fit
        if made := _all_of(originals, size, most * 3 // 4):
            return made
    return {at: stills.thumbnail(data, SIDES[-1]) for at, data in originals.items()}


def _all_of(originals: Mapping[int, bytes], side: int, most: int) -> dict[int, bytes]:
    """Make all pictures small; none where they turn out to take more than ``most``."""
    made: dict[int, bytes] = {}
    for number, (at, data) in enumerate(originals.items(), 1):
        made[at] = stills.thumbnail(data, side)
        taken = sum(map(len, made.values()))
        if taken > most or (number >= 8 and taken / number * len(originals) > 1.2 * most):
            return {}
    return made


def _tiles(board: Board) -> list[dict[str, Any]]:
    """List what the wipe may lay over each other: every picture, by row, with its name."""
    shown = [tile for tile in board.tiles if tile.shown]
    return [
        {
            "at": tile.position,
            "row": tile.row,
            "name": " · ".join(filter(None, (board.columns[tile.column], tile.label))),
            "price": tile.price,
        }
        for tile in shown
    ]


def _shown(section: Section) -> dict[str, Any]:
    from markupsafe import Markup

    table = "" if section.table is None else styled(section.table).to_html()
    return {
        "title": section.title,
        "lead": section.lead,
        "words": [line for line in section.words.splitlines() if line.strip()],
        "table": Markup(table),  # noqa: S704 - our own table, whose every text is escaped
        "figure": None if section.figure is None else _printed(section.figure),
    }


def _printed(figure: Figure) -> dict[str, Any]:
    """Write a chart into the page, an inch of it as wide as CSS holds an inch to be."""
    data = png(figure, 2 * INCH)
    width = int.from_bytes(data[16:20]) // 2
    return {"uri": f"data:image/png;base64,{base64.b64encode(data).decode()}", "width": width}


@cache
def _script() -> str:
    return (Path(__file__).parent / "templates" / "report.js").read_text(encoding="utf-8")


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )


def vote_sections(verdict: Verdict, *, alone: bool) -> list[Section]:
    """Tell what people voted: the verdict, the ranking it rests on, and who beat whom.

    Without votes there is nothing to tell. Where votes compare several things, and this is not
    ``alone``, headings say which.
    """
    ranking = verdict.ranking
    if not ranking.counts.votes:
        return []
    by = "" if alone else f" by {' and '.join(verdict.field.by)}"
    chart, matrix = let_go(verdict.plot()), let_go(plots.wins(verdict))
    words = "\n".join(verdict.sentences)
    return [
        Section(title=f"Verdict{by}", words=words, table=verdict.table, figure=chart, lead=True),
        Section(title=f"Ranking{by}", words=verdict.how, table=ranking.table, figure=matrix),
    ]


def cost_sections(frame: DataFrame, factors: Mapping[str, Sequence[str]]) -> list[Section]:
    """Tell what the pictures cost, by what varies, and how that compares with the quotes."""
    paid = frame.drop_duplicates("id")
    varying = [name for name in factors if name in paid.columns and name not in _NOT_BY]
    orders = {name: factors[name] for name in varying if name != "quality"}
    table = costs(paid, varying[:2] or "quality", orders, totals=True)
    return [Section(title="Costs", words=_quoted(paid), table=table)]


_NOT_BY = ("prompt", "sample")


def _quoted(paid: DataFrame) -> str:
    lines = []
    for simulated, purse in paid.groupby("simulated"):
        for line in quoted(purse, None).to_dict("records"):
            if line["pictures"]:
                quote, cost = (show(nano(line[one])) for one in ("quoted_usd", "spent_usd"))
                money = "simulated" if simulated else "real"
                lines.append(f"Quoted {quote}, paid {cost} ({money} money).")
    return "\n".join(lines)


def parameters(
    generations: Sequence[Generation], cells: Sequence[Cell], factors: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """List what was asked for, by name; where it varies, every value in its order."""
    found: list[tuple[str, Any]] = [
        (name, getattr(cell.request, name)) for name in SETTINGS for cell in cells
    ]
    variables = [name for name in factors if name not in (*SETTINGS, *_NOT_BY)]
    found += [(name, value) for name in variables for value in factors[name]]
    found += [("samples", max((cell.sample for cell in cells), default=1))]
    found += [("provider", one.provider) for one in generations]
    found += [("money", "simulated" if one.simulated else "real") for one in generations]
    found += [("asked for on", f"{time:%Y-%m-%d}") for time in sorted(o.time for o in generations)]
    values: dict[str, dict[str, None]] = {}
    for name, value in found:
        if value is not None:
            values.setdefault(name, {})[str(value)] = None
    return {name: ", ".join(several) for name, several in values.items()}
