"""Progress as one line of text, for terminals and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Never

from tqdm import tqdm

from imagelab.catalog.money import show

if TYPE_CHECKING:
    from imagelab.progress import Progress
    from imagelab.request import Generation


class TextProgress:
    """A progress bar on standard error: pictures, dollars, what was saved, and time left.

    It is silent where nobody watches (standard error is no terminal).
    """

    def __init__(self, unit: str = "pictures") -> None:
        self._unit = unit
        self._bar: tqdm[Never] | None = None

    def update(self, landed: Mapping[int, Generation], progress: Progress) -> None:
        """Take in what landed since the last call."""
        if self._bar is None:
            self._bar = tqdm(total=progress.pictures, unit=f" {self._unit}", disable=None)
        bar = self._bar
        bar.update(progress.landed - bar.n)
        money = "simulated" if progress.simulated else "real"
        words = [f"{show(progress.spent_nano)} {money}"]
        if progress.from_ledger:
            saved = f"saved {show(progress.saved_nano)}"
            words.append(f"{progress.from_ledger} from the ledger, {saved}")
        if progress.limited:
            words.append("at the provider's limit")
        bar.set_postfix_str(", ".join(words), refresh=False)
        if progress.finished:
            bar.close()
