"""Tables made to be read: the same DataFrames, with dollars as people write them."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from imagelab.bookkeeping.costs import TOTAL
from imagelab.catalog.arguments import named
from imagelab.catalog.money import nano, show
from imagelab.errors import InputError

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas.io.formats.style import Styler

NOTHING = "–"
"""What stands where nothing is known."""

_LINE = "1px solid color-mix(in srgb, currentColor 22%, transparent)"


@named()
def styled(table: DataFrame, title: str = "") -> Styler:
    """Style a table of costs for reading: dollars, percents, totals set off, a note below.

    Takes what ``costs``, ``quoted``, ``waste``, ``savings`` and ``forecast`` return, and gives
    pandas' own Styler, which can be styled further. Equal tables give equal HTML.

    >>> imagelab.styled(lab.costs("quality", over="month"))      # doctest: +SKIP
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame) or not table.index.is_unique:
        raise InputError(f"styled takes a table, such as lab.costs('quality'), not {table!r}.")
    style = _kind()(table).set_uuid(_digest(table, title))
    style = style.format({one: _writer(table, one) for one in table.columns}, na_rep=NOTHING)
    for axis in (0, 1):
        style = style.format_index(_label, axis=axis)
    # Two dollar signs would be set as mathematics.
    style = style.set_table_attributes('class="mathjax_ignore tex2jax_ignore"')
    style = style.set_table_styles(_rules(table), overwrite=False)
    note = html.escape(str(table.attrs.get("note", "")))
    words = [html.escape(title), f'<span style="font-weight: 400">{note}</span>' if note else ""]
    return style.set_caption("<br>".join(filter(None, words))) if any(words) else style


@cache
def _kind() -> type[Styler]:
    from pandas.io.formats.style import Styler

    class Table(Styler):
        """A Styler whose repr names no address in memory, and no day: notebooks keep it."""

        def __repr__(self) -> str:
            rows, columns = len(self.index), len(self.columns)
            return f"Styled table of {rows} rows and {columns} columns"

    return Table


def _digest(table: DataFrame, title: str) -> str:
    content = "\n".join([title, table.to_csv(), repr(table.attrs)])
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:10]


def _writer(table: DataFrame, column: Any) -> Callable[[Any], str]:
    last = column[-1] if isinstance(column, tuple) else column
    name = str(table.attrs.get("cells", last))
    if name.endswith("_usd"):
        return lambda dollars: show(nano(float(dollars)))
    return _WRITERS.get(name, lambda value: html.escape(str(value)))


_WRITERS: dict[str, Callable[[Any], str]] = {
    "share": lambda part: f"{part:.1%}",
    "ratio": lambda ratio: f"{ratio:.3f}",
    "worst": lambda ratio: f"{ratio:.3f}",
    "days_left": lambda days: f"{days:.1f}",
}


def _label(value: Any) -> str:
    """Write a heading; prompts are headings too, and come from outside."""
    words = {True: "simulated", False: "real"}.get(value) if isinstance(value, bool) else None
    return html.escape(words or str(value))


def _rules(table: DataFrame) -> list[Any]:
    rules: list[Any] = [
        {"selector": "", "props": "border-collapse: collapse; font-variant-numeric: tabular-nums"},
        {"selector": "caption", "props": "caption-side: top; text-align: left; font-weight: 600"},
        {"selector": "th, td", "props": "padding: 4px 12px; border: 0; background: none"},
        {"selector": "td, thead th", "props": "text-align: right; white-space: nowrap"},
        {
            "selector": "tbody th, thead th.index_name, thead th.blank",
            "props": "text-align: left; font-weight: 400; max-width: 32em; vertical-align: top",
        },
        {"selector": "thead tr:last-child th", "props": f"border-bottom: {_LINE}"},
    ]
    for number, key in enumerate(table.index):
        if TOTAL in (key if isinstance(key, tuple) else (key,)):
            line = f"tbody tr:nth-child({number + 1})"
            props = f"font-weight: 600; border-top: {_LINE}"
            rules.append({"selector": f"{line} th, {line} td", "props": props})
    return rules
