"""Tables as a cell shows them: few rows, days without hours, and what is unknown said so."""

from __future__ import annotations

import datetime as dt
import html
from typing import TYPE_CHECKING

from imagelab.request import dollars_kept

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_ROWS = 30


def show(words: str, frame: DataFrame, *, unknown: str = "unknown") -> str:
    """Write a sentence and a table as HTML; where the table is empty, the sentence alone.

    A named index becomes columns, so that all heads stand in one row.
    """
    head = f"<p><b>{html.escape(words)}</b></p>"
    if frame.empty:
        return dollars_kept(head)
    first = frame.head(MOST_ROWS)
    first = first.reset_index() if any(first.index.names) else first
    table = first.astype(object).where(first.notna(), unknown).map(_plain)
    rest = len(frame) - len(first)
    more = f"<p>… and {rest} more in .frame</p>" if rest else ""
    body = table.to_html(border=0, index=False, escape=True, justify="left")
    return dollars_kept(head + body + more)


def _plain(value: object) -> object:
    """Write a value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date()
    return f"{value:.6g}" if isinstance(value, float) else value
