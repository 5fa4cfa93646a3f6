"""What need not be asked any more: a provider that refuses the key, a model that is gone."""

from __future__ import annotations

from collections.abc import Iterable

from imagelab.errors import KeyRefusedError, ModelGoneError, QuotaError, UnreachableError
from imagelab.request import Generation
from imagelab.sweep import Cell

_HOPELESS = frozenset(kind.__name__ for kind in (KeyRefusedError, QuotaError, UnreachableError))
"""Errors that the next request to the same provider would meet too."""

_GONE = ModelGoneError.__name__
"""An error that the next request for the same model would meet too."""


class Futile:
    """The providers and the models of one run that would only refuse again, and why.

    Many threads tell it what they met, and ask before they send.
    """

    def __init__(self, providers: Iterable[str | None]) -> None:
        self._providers = tuple(providers)
        self._given_up: dict[str | None, str] = {}
        self._gone: dict[tuple[str | None, str], str] = {}

    def learn(self, generation: Generation, provider: str | None) -> None:
        """Take note of how a request ended."""
        if generation.error_kind in _HOPELESS:
            self._given_up.setdefault(provider, generation.error or "stopped")
        if generation.error_kind == _GONE:
            gone = generation.error or "The model is gone."
            self._gone[provider, generation.request.model] = gone

    def why(self, cell: Cell) -> str | None:
        """Say why a picture need not be asked for: its provider, or its model there, is gone."""
        return self._given_up.get(cell.provider) or self._gone.get(
            (cell.provider, cell.request.model)
        )

    @property
    def everywhere(self) -> str | None:
        """Why no provider need be asked any more, if so: what the last of them said."""
        if len(self._given_up) < len(self._providers):
            return None
        return list(self._given_up.values())[-1]


def ends(generation: Generation) -> bool:
    """Tell whether a request met what others of its run would meet too."""
    return generation.error_kind in _HOPELESS or generation.error_kind == _GONE
