"""A mapping that never changes, so that a request which holds one can be a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from imagelab.errors import InputError


class FrozenMapping(Mapping[str, Any]):
    """Names and values as JSON knows them; equal content is equal, whatever its order.

    >>> FrozenMapping({"b": 1, "a": [2]})
    {'a': [2], 'b': 1}

    Raises:
        InputError: a name is no text, or a value is nothing that JSON can say.

    """

    def __init__(self, given: object, *, name: str = "This") -> None:
        if not isinstance(given, Mapping) or not all(isinstance(one, str) for one in given):
            raise InputError(f"{name} takes names with their values, not {given!r}.")
        try:
            self.text = json.dumps(dict(given), sort_keys=True, default=_plain, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as cause:
            raise InputError(f"{name} holds what cannot be sent as JSON: {cause}.") from cause

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.text)
        return content

    def __getitem__(self, name: str) -> Any:
        return self._content()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content())

    def __len__(self) -> int:
        return len(self._content())

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return repr(self._content())


def _plain(value: object) -> object:
    """Read mappings of other kinds, and numbers of other libraries, as JSON would write them."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} {value!r}")
