"""Measuring the pictures of a ledger: each once, and no failure loses another's measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from imagelab.bookkeeping.costs import COLUMNS
from imagelab.errors import InputError, PictureError
from imagelab.insight import metrics
from imagelab.insight.metrics import Function, Value
from imagelab.records import measures
from imagelab.records.ledger import Ledger
from imagelab.request import Generation
from imagelab.sweep import reserved

PATIENCE = 20
"""With more pictures to measure than this, a terminal sees how far it is."""

TOLD = 3
"""How many failures are told in full."""


@dataclass
class Findings:
    """What came of measuring: how many pictures were new, and which measures failed where."""

    pictures: int = 0
    failures: list[tuple[int, str, Exception]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Tell the failures: the picture's id, the measure and the error of each."""
        told = [
            f"{name} of picture {number}: {type(error).__name__}: {error}"
            for number, name, error in self.failures[:TOLD]
        ]
        rest = len(self.failures) - len(told)
        more = [f"and {rest} more"] if rest else []
        kept = "All other measures are kept, and these are tried again next time."
        return f"{len(self.failures)} failed. {'; '.join([*told, *more])}. {kept}"


def measure(
    ledger: Ledger,
    generations: Iterable[Generation],
    functions: Mapping[str, Function],
    *,
    fresh: bool = False,
) -> Findings:
    """Measure the pictures that these versions of the functions have not measured yet.

    Each picture's measures are kept before the next is looked at: whatever breaks off, even
    the kernel's stop button, loses none.

    Raises:
        InputError: a name is one of the log's own columns, or a function failed every time.

    """
    _check_names(functions)
    versions = {name: metrics.version(one) for name, one in functions.items()}
    known = {} if fresh else measures.read(ledger, versions)
    pictures = {one.picture: one for one in generations if one.picture and one.status == "done"}
    missing = {
        picture: names
        for picture in pictures
        if (names := [name for name in functions if picture not in known.get(name, {})])
    }
    found = Findings(len(missing))
    for picture, names in _watched(missing):
        values = _values(pictures[picture], {name: functions[name] for name in names}, found)
        measures.keep(ledger, picture, values, versions)
    _refuse_hopeless(found, missing)
    return found


def _values(
    generation: Generation, functions: Mapping[str, Function], found: Findings
) -> dict[str, Value]:
    try:
        picture = generation.image
    except PictureError as error:
        found.failures.append((generation.id, "the file", error))
        return {}
    values: dict[str, Value] = {}
    for name, function in functions.items():
        try:
            # A copy, since a function may draw on its picture or shrink it.
            values[name] = metrics.checked(name, function(picture.copy()))
        except Exception as error:  # somebody else's code: whatever it raises is told
            found.failures.append((generation.id, name, error))
    return values


def _check_names(functions: Mapping[str, Function]) -> None:
    for name in functions:
        if name in COLUMNS or name in reserved():
            raise InputError(f"{name!r} is a column of the log already: take another name.")


def _refuse_hopeless(found: Findings, missing: Mapping[str, list[str]]) -> None:
    """Raise the error of a function that failed for every picture: it is the function's."""
    asked = [name for names in missing.values() for name in names]
    for name in dict.fromkeys(asked):
        errors = [one for one in found.failures if one[1] == name]
        if len(errors) == asked.count(name):
            number, _, error = errors[0]
            raise InputError(
                f"{name} failed for every picture, the first of them {number}: "
                f"{type(error).__name__}: {str(error).rstrip('.')}."
            ) from error


def _watched(missing: Mapping[str, list[str]]) -> Iterable[tuple[str, list[str]]]:
    from tqdm import tqdm

    silent = True if len(missing) <= PATIENCE else None
    return tqdm(missing.items(), unit=" pictures", desc="measuring", disable=silent, leave=False)
