"""What the simulator billed: the server's own count, to compare a ledger with."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from imagelab.catalog.prices import Lane
from imagelab.simulator.wanted import Operation


@dataclass(frozen=True)
class BilledRow:
    """One request that was billed. ``nano`` is nano-dollars, None where no price is known.

    ``text_tokens`` and ``image_input_tokens`` went in, ``image_tokens`` came out. ``author``
    wrote an SVG, if one was written. ``at`` is the Unix time of the bill.
    """

    request_id: str
    model: str
    quality: str
    size: str
    pictures: int
    text_tokens: int
    image_tokens: int
    nano: int | None
    image_input_tokens: int = 0
    operation: Operation = "generation"
    author: str | None = None
    author_input_tokens: int = 0
    author_output_tokens: int = 0
    lane: Lane = "standard"
    at: float = field(default_factory=time.time, compare=False)


class Billed:
    """Counts what was billed; safe to read from any thread while requests are served.

    >>> with Simulator() as simulator:  # doctest: +SKIP
    ...     ask(simulator.url)
    ...     simulator.billed.pictures, simulator.billed.nano
    (1, 10930000)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: list[BilledRow] = []

    def add(self, row: BilledRow) -> None:
        """Bill one request."""
        with self._lock:
            self._rows.append(row)

    def clear(self) -> None:
        """Forget everything billed so far."""
        with self._lock:
            self._rows.clear()

    @property
    def rows(self) -> tuple[BilledRow, ...]:
        """Every billed request, oldest first."""
        with self._lock:
            return tuple(self._rows)

    @property
    def pictures(self) -> int:
        """Pictures billed."""
        return sum(row.pictures for row in self.rows)

    @property
    def nano(self) -> int:
        """Nano-dollars billed, of the requests whose price is known."""
        return sum(row.nano for row in self.rows if row.nano is not None)

    @property
    def unpriced(self) -> int:
        """Billed requests whose price is not known."""
        return sum(row.nano is None for row in self.rows)

    @property
    def pictures_by_model(self) -> dict[str, int]:
        """Pictures billed, by model."""
        found: Counter[str] = Counter()
        for row in self.rows:
            found[row.model] += row.pictures
        return dict(found)

    @property
    def nano_by_model(self) -> dict[str, int]:
        """Nano-dollars billed, by model, of the requests whose price is known."""
        found: Counter[str] = Counter()
        for row in self.rows:
            if row.nano is not None:
                found[row.model] += row.nano
        return dict(found)

    def __repr__(self) -> str:
        return f"Billed(pictures={self.pictures}, nano={self.nano})"
