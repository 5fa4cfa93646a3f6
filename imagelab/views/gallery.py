"""The gallery: everything in the ledger, searched, and from a picture back to its row."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import traitlets

from imagelab.errors import ImageLabError, InputError
from imagelab.insight import stills
from imagelab.insight.board import Tile
from imagelab.request import Generation, ImageRequest
from imagelab.views import lasting
from imagelab.views._pictures import MOST_AT_ONCE, Original, PictureView, file_name
from imagelab.views._tiles import tile_of

QUERY = ("prompt", "model", "quality", "since", "until", "star")


class Archive(Protocol):
    """Where a gallery finds its pictures."""

    def search(self, **query: Any) -> list[int]:
        """List the ids of the rows that fit, the newest first."""

    def offered(self) -> Mapping[str, Sequence[str]]:
        """List the models and the tiers there are."""

    def generations(self, ids: Sequence[int]) -> Mapping[int, tuple[Generation, bool, str]]:
        """Read rows, each with its star and its remark."""

    def original(self, generation: Generation) -> bytes:
        """Give a picture's bytes, when somebody opens it."""

    def small(self, generation: Generation) -> bytes:
        """Give a thumbnail."""

    def note(self, generation: Generation, star: bool, remark: str) -> None:
        """Keep what a person thinks of a picture."""

    def code(self, generation: Generation) -> str:
        """Write the Python that made a picture."""

    def facts(self, generation: Generation) -> list[tuple[str, str]]:
        """Write down the row."""


class Gallery(PictureView, stem="gallery", shared=("lightbox", "tiles")):
    """Everything in the ledger, the newest first.

    ``prompt`` (words), ``model``, ``quality``, ``since`` and ``until`` (days) and ``star`` are
    what is searched for, read and set; ``found`` are the ids that fit. ``selected`` and
    ``opened`` are ids too; ``selection`` gives the generations that are selected, and
    ``generation`` and ``request`` the one that was opened last.

    >>> gallery = lab.gallery("fox", star=True)     # doctest: +SKIP
    >>> gallery.generation.request                  # doctest: +SKIP
    """

    prompt = traitlets.Unicode().tag(sync=True)
    model = traitlets.Unicode().tag(sync=True)
    quality = traitlets.Unicode().tag(sync=True)
    since = traitlets.Unicode().tag(sync=True)
    until = traitlets.Unicode().tag(sync=True)
    star = traitlets.Bool(False).tag(sync=True)
    found = traitlets.List(traitlets.Int()).tag(sync=True)
    offered = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    opened = traitlets.Int(-1).tag(sync=True)
    selected = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, archive: Archive, **query: Any) -> None:
        if not isinstance(query.get("prompt", ""), str):
            raise InputError(f"prompt are words to search for, not {query['prompt']!r}.")
        self._archive = archive
        self._turn = threading.RLock()
        self._under_way: set[int] = set()
        self._ending: list[Callable[[], None]] = []
        self._thumbnail, self._original = self._small_of, self._original_of
        super().__init__(
            found=archive.search(**query),
            offered={name: list(values) for name, values in archive.offered().items()},
            **query,
        )
        self._belong_to_cell()

    # -- for Python -----------------------------------------------------------------------

    @property
    def query(self) -> dict[str, Any]:
        """What is searched for."""
        return {name: getattr(self, name) for name in QUERY}

    @property
    def generation(self) -> Generation | None:
        """The picture opened last: its row."""
        return None if self.opened < 0 else self._one(self.opened)

    @property
    def request(self) -> ImageRequest | None:
        """What was asked for to get the picture opened last."""
        generation = self.generation
        return None if generation is None else generation.request

    @property
    def selection(self) -> tuple[Generation, ...]:
        """The generations that are selected."""
        rows = self._archive.generations(self.selected)
        return tuple(rows[one][0] for one in self.selected if one in rows)

    def refresh(self) -> None:
        """Search again: pictures may have come. Safe from any thread."""
        with self._turn:
            try:
                found = self._archive.search(**self.query)
            except ImageLabError as wrong:
                self.problem = str(wrong)
                return
            with self.hold_sync():
                self.found, self.problem = found, ""
                self.offered = {n: list(v) for n, v in self._archive.offered().items()}
            # What the page was told to be under way may have come meanwhile.
            if self._under_way:
                self._send_rows(sorted(self._under_way))

    def at_close(self, act: Callable[[], None]) -> None:
        """Have something done when the view is closed."""
        self._ending.append(act)

    def close(self) -> None:
        """Close the view, and end what feeds it."""
        for act in getattr(self, "_ending", ()):
            act()
        super().close()

    # -- inside ---------------------------------------------------------------------------

    @traitlets.validate("since", "until", "selected")
    def _check(self, proposal: Any) -> Any:
        name, value = proposal.trait.name, proposal.value
        if name != "selected" and not self._is_from_page(name):
            self._archive.search(**{**_nothing(), name: value})
        return list(dict.fromkeys(value)) if name == "selected" else value

    @traitlets.observe(*QUERY)
    def _searched(self, _: object) -> None:
        if self.comm is not None and hasattr(self, "_archive"):
            self.refresh()

    def _one(self, number: int) -> Generation:
        rows = self._archive.generations([number])
        if number not in rows:
            raise InputError(f"There is no generation {number} in this ledger.")
        return rows[number][0]

    def _small_of(self, number: int) -> bytes:
        return self._archive.small(self._one(number))

    def _original_of(self, number: int) -> Original:
        generation = self._one(number)
        return self._archive.original(generation), generation.mime, file_name(generation)

    def _on_rows(self, asked: Mapping[str, Any]) -> None:
        self._send_rows([int(one) for one in asked["positions"]][:MOST_AT_ONCE])

    def _send_rows(self, numbers: Sequence[int]) -> None:
        rows = self._archive.generations(numbers)
        told = [{"position": one, **_told(*rows[one])} for one in numbers if one in rows]
        for row in told:
            change = self._under_way.add if row["status"] == "waiting" else self._under_way.discard
            change(row["position"])
        self.send({"kind": "rows", "rows": told})

    def _on_note(self, asked: Mapping[str, Any]) -> None:
        number, star, remark = int(asked["position"]), bool(asked["star"]), str(asked["remark"])
        try:
            self._archive.note(self._one(number), star, remark)
        except ImageLabError as wrong:
            self.problem = str(wrong)
        self._send_rows([number])

    def _on_code(self, asked: Mapping[str, Any]) -> None:
        number = int(asked["position"])
        self.send(
            {"kind": "code", "position": number, "words": self._archive.code(self._one(number))}
        )

    def _on_facts(self, asked: Mapping[str, Any]) -> None:
        """Tell of the row behind a picture, and of its request."""
        one = self._one(int(asked["position"]))
        self.opened = one.id
        code, facts = self._archive.code(one), self._archive.facts(one)
        self.send({"kind": "facts", "position": one.id, "facts": facts, "code": code})

    def _ipython_display_(self) -> None:
        words = "The gallery ended with its kernel; its pictures are kept. Run the cell again."
        lasting.alive(self, words)

    def __repr__(self) -> str:
        return f"Gallery({stills.counted(len(self.found))})"


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(QUERY, ""), "star": False}


def _told(generation: Generation, star: bool, remark: str) -> dict[str, Any]:
    prompt = " ".join(generation.prompt.split())
    short = prompt if len(prompt) <= 240 else f"{prompt[:239]}…"
    tile = Tile(
        position=generation.id,
        alt=", ".join(filter(None, (short, generation.request.quality))),
        star=star,
        remark=remark,
    ).with_generation(generation)
    asked = (generation.request.model, generation.request.quality)
    day = f"{generation.time:%Y-%m-%d}"
    return {**tile_of(tile), "label": short, "details": [*filter(None, asked), day]}
