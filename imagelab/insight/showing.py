"""Tables as a cell shows them: few rows, dollars in full, and what is unknown said so."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from imagelab.request import dollars_kept

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_ROWS = 30


def show(words: str, frame: DataFrame, *, index: bool = True, unknown: str = "unknown") -> str:
    """Write a sentence and a table as HTML; where the table is empty, the sentence alone."""
    head = f"<p><b>{html.escape(words)}</b></p>"
    if frame.empty:
        return dollars_kept(head)
    first = frame.head(MOST_ROWS).astype(object)
    table = first.where(first.notna(), unknown).to_html(border=0, index=index, escape=True)
    rest = len(frame) - len(first)
    more = f"<p>… and {rest} more in .frame</p>" if rest else ""
    return dollars_kept(head + table + more)
