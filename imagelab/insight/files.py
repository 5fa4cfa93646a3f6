"""Writing a file whole or not at all, and tables as files for other programs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab.errors import InputError, RecordError, SetupError

if TYPE_CHECKING:
    from pandas import DataFrame, Series

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, in full width too."""


@contextlib.contextmanager
def written(path: str | Path, what: str, endings: Sequence[str]) -> Iterator[Path]:
    """Give a draft to write to; when all is written, it takes the place of ``path``.

    Raises:
        InputError: ``path`` is no path, or ends as another kind of file does.
        RecordError: it cannot be written; what stood there before stays.

    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"A {what} takes the file to write, not {path!r}.")
    target = Path(path).expanduser()
    if target.suffix.lower() not in endings:
        name = target.with_suffix(endings[0]).name
        raise InputError(
            f"A {what} ends in {' or '.join(endings)}, such as {name!r}; got {path!r}."
        )
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
        os.replace(draft, target)
    except OSError as cause:
        raise RecordError(
            f"The {what} cannot be written to {target}: {cause.strerror or cause}. Name a file in "
            "a folder that is there and can be written."
        ) from cause
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def to_csv(table: DataFrame, path: str | Path) -> Path:
    """Write a table as CSV that spreadsheets open as it is: UTF-8 with its mark, no formulas.

    A text that a spreadsheet would take for a formula gets an apostrophe in front of it, as
    spreadsheets do themselves.
    """
    import pandas as pd

    columns = {defused(name): _safe(table[name]) for name in table.columns}
    with written(path, "CSV file", (".csv",)) as draft:
        pd.DataFrame(columns).to_csv(draft, index=False, encoding="utf-8-sig")
    return Path(path)


def _safe(column: Series[Any]) -> Any:
    from pandas.api import types

    kinds = (types.is_numeric_dtype, types.is_bool_dtype, types.is_datetime64_any_dtype)
    if any(kind(column.dtype) for kind in kinds):
        return column
    return [defused(one) for one in column.astype("object")]


def defused(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    risky = isinstance(value, str) and value.lstrip(" ").startswith(DANGEROUS)
    return f"'{value}" if risky else value


def to_parquet(table: DataFrame, path: str | Path) -> Path:
    """Write a table as Parquet, with its types, by pyarrow.

    Raises:
        SetupError: pyarrow is not installed.

    """
    with written(path, "Parquet file", (".parquet", ".pq")) as draft:
        try:
            table.to_parquet(draft, engine="pyarrow", index=False)
        except ImportError as cause:
            raise SetupError(
                'Parquet is written by pyarrow, which is missing: pip install "imagelab[parquet]".'
            ) from cause
    return Path(path)
