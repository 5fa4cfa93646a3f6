"""The faults that a running simulator serves, and whose turn it is."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

from imagelab.errors import InputError
from imagelab.simulator.faults import Fault, When

_ADD_UP = ("slow", "refuse")
"""Kinds that come on top of whatever else happens to a request."""


class Faults:
    """The faults of one simulator, in order; may be changed from any thread while it serves."""

    def __init__(self, *faults: Fault) -> None:
        self._lock = threading.Lock()
        self._turns: list[_Turn] = []
        self._served: Counter[str] = Counter()
        self._shut: Callable[[float], None] | None = None
        self._shut_later = 0.0
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Add faults behind those there are.

        Raises:
            InputError: not a Fault.
        """
        for fault in faults:
            if not isinstance(fault, Fault):
                raise InputError(f"{fault!r} is no Fault. Make one, such as Fault.slow(3).")
        with self._lock:
            self._turns += [_Turn(fault) for fault in faults if not _at_once(fault)]
        self._serve_refusals([fault for fault in faults if _at_once(fault)])

    def clear(self) -> None:
        """Remove every fault. A port that is shut opens when its time is over."""
        with self._lock:
            self._turns.clear()

    @property
    def served(self) -> dict[str, int]:
        """How often each kind was served so far."""
        with self._lock:
            return dict(self._served)

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter([turn.fault for turn in self._turns])

    def __len__(self) -> int:
        with self._lock:
            return len(self._turns)

    def __repr__(self) -> str:
        return f"Faults({', '.join(fault.kind for fault in self)})"

    def pick(self, prompt: str, *, size_is_auto: bool, in_batch: bool = False) -> tuple[Fault, ...]:
        """Return what goes wrong with a request: any delays, and at most one other fault."""
        with self._lock:
            picked = self._due(prompt, size_is_auto, in_batch)
            self._served.update(fault.kind for fault in picked if fault.kind != "refuse")
        self._serve_refusals([fault for fault in picked if fault.kind == "refuse"])
        return tuple(fault for fault in picked if fault.kind != "refuse")

    def hangs_up(self) -> bool:
        """Return whether the line is to be dropped before the next request is read."""
        with self._lock:
            hit = any(turn.fault.kind == "hang_up" and turn.strikes() for turn in self._turns)
            self._served.update(["hang_up"] if hit else [])
        return hit

    def connect(self, shut: Callable[[float], None] | None) -> None:
        """Say who shuts the port for some seconds; what was ordered before is done now."""
        with self._lock:
            self._shut, seconds = shut, self._shut_later
            self._shut_later = 0.0 if shut else seconds
        if shut and seconds:
            shut(seconds)

    def _due(self, prompt: str, size_is_auto: bool, in_batch: bool) -> list[Fault]:
        picked: list[Fault] = []
        taken = False
        for turn in self._turns:
            adds_up = turn.fault.kind in _ADD_UP
            hit = turn.could_hit(prompt, size_is_auto, in_batch)
            if (adds_up or not taken) and hit and turn.strikes():
                picked.append(turn.fault)
                taken = taken or not adds_up
        return picked

    def _serve_refusals(self, refusals: list[Fault]) -> None:
        if not refusals:
            return
        seconds = max(fault.seconds for fault in refusals)
        with self._lock:
            self._served.update(fault.kind for fault in refusals)
            shut = self._shut
            self._shut_later = seconds if shut is None else 0.0
        if shut:
            shut(seconds)


def _at_once(fault: Fault) -> bool:
    return fault.kind == "refuse" and fault.when == When()


class _Turn:
    """A fault, and how many requests it has seen and hit."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0
        self._hit = 0

    def could_hit(self, prompt: str, size_is_auto: bool, in_batch: bool) -> bool:
        kind = self.fault.kind
        if kind == "hang_up" or (kind == "odd_size" and not size_is_auto):
            return False
        if kind == "expire" and not in_batch:
            return False
        word = self.fault.when.word
        return word is None or word.casefold() in prompt.casefold()

    def strikes(self) -> bool:
        """Count one request, and return whether it is hit."""
        when = self.fault.when
        self._seen += 1
        if (when.times is not None and self._hit >= when.times) or not when.strikes(self._seen):
            return False
        self._hit += 1
        return True
