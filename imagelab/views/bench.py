"""The bench: a prompt pad. Every press of Generate is a new picture and a row of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import traitlets

from imagelab.catalog.arguments import check_number
from imagelab.errors import ImageLabError, InputError, PictureError
from imagelab.insight import stills
from imagelab.insight.board import Tile
from imagelab.request import Generation
from imagelab.views import lasting
from imagelab.views._along import Taker, TakesAlong
from imagelab.views._pictures import Original, file_name
from imagelab.views._tiles import progress_of, tile_of

if TYPE_CHECKING:
    from imagelab.progress import Progress

MOST_SAMPLES = 10
MOST_PARTIALS = 3
MOST_SHOWN = 120
"""How much of a bench's history stands in its view; the ledger has all of it."""

SETTINGS = ("prompt", "model", "quality", "size", "background", "samples", "partial_images")


class Running(Protocol):
    """What has been asked for and is under way."""

    def stop(self) -> None:
        """Send no more; what is in flight still comes."""


class Desk(Taker, Protocol):
    """What a bench may have done for it."""

    def quote(self, settings: Mapping[str, Any]) -> str:
        """Say what these settings will cost."""

    def ask(self, settings: Mapping[str, Any], display: Bench) -> Running:
        """Ask for new pictures and return at once; the display hears what comes."""

    def original(self, generation: Generation) -> bytes:
        """Give a picture's bytes, when somebody opens it."""

    def small(self, generation: Generation) -> bytes:
        """Give a thumbnail."""

    def note(self, generation: Generation, star: bool, remark: str) -> None:
        """Keep what a person thinks of a picture."""

    def code(self, generation: Generation) -> str:
        """Write the Python that made a picture."""


@dataclass
class _Shot:
    """One picture of the history: what was asked, and what became of it."""

    number: int
    settings: Mapping[str, Any]
    tile: Tile
    generation: Generation | None = None


class Bench(TakesAlong, stem="bench", shared=("lightbox", "tiles", "along")):
    """A prompt pad: prompt, settings, what they cost, Generate and Stop, and the history.

    ``prompt``, ``model``, ``quality``, ``size``, ``background`` (empty: the provider's choice)
    ``samples`` and ``partial_images`` (previews on the way, up to 3) can be read and set, and
    so can ``images``: with any, a press is an edit of them. ``quote`` follows. ``generate()`` is
    the press of the button, ``generations`` what has come so far, the newest first.

    >>> bench = lab.bench("a red fox in snow")      # doctest: +SKIP
    >>> bench.quality = "high"                      # doctest: +SKIP
    >>> bench.generations[0].cost_usd               # doctest: +SKIP
    """

    prompt = traitlets.Unicode().tag(sync=True)
    model = traitlets.Unicode().tag(sync=True)
    quality = traitlets.Unicode("low").tag(sync=True)
    size = traitlets.Unicode("1024x1024").tag(sync=True)
    background = traitlets.Unicode().tag(sync=True)
    samples = traitlets.Int(1).tag(sync=True)
    partial_images = traitlets.Int(0).tag(sync=True)
    opened = traitlets.Int(-1).tag(sync=True)
    choices = traitlets.List(traitlets.Dict()).tag(sync=True)
    quote = traitlets.Unicode().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    history = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        desk: Desk,
        choices: Sequence[Mapping[str, Any]] = (),
        *,
        images: object = (),
        **settings: Any,
    ) -> None:
        self._desk = desk
        self._running: Running | None = None
        self._shots: dict[int, _Shot] = {}
        self._partial: dict[int, bytes] = {}
        self._base = 0
        self._thumbnail, self._original = self._small_of, self._original_of
        super().__init__(desk, images, choices=[dict(one) for one in choices], **settings)
        self._quote_anew()

    # -- for Python -----------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """What the next press asks for."""
        return {**{name: getattr(self, name) for name in SETTINGS}, "images": self._given}

    @property
    def generations(self) -> tuple[Generation, ...]:
        """What has come so far, the newest first; failures too."""
        shots = sorted(self._shots.values(), key=lambda one: -one.number)
        return tuple(one.generation for one in shots if one.generation is not None)

    def generate(self) -> None:
        """Ask for new pictures with these settings, and return at once.

        Raises:
            InputError: the settings are impossible, or a press is still under way.

        """
        with self._turn:
            if self._running is not None:
                raise InputError("The last press is still under way: wait for it, or stop it.")
            self._desk.quote(self.settings)
            self._begin()

    def check(self) -> None:
        """Judge the settings as they stand, whether there is a prompt yet or not.

        Raises:
            InputError: they are impossible.

        """
        settings = self.settings
        self._desk.quote({**settings, "prompt": settings["prompt"].strip() or "a prompt to come"})

    def stop(self) -> None:
        """Send no more of what was asked for; what is in flight still comes."""
        running = self._running
        if running is not None:
            running.stop()

    def update(
        self,
        landed: Mapping[int, Generation],
        progress: Progress,
        left: Mapping[int, str] = {},
    ) -> None:
        """Lay in what has landed. Called by a run, from its thread; ``left`` is its last word."""
        pushed: dict[int, bytes] = {}
        with self._turn:
            for position, partial in progress.partials.items():
                pushed |= self._show_partial(self._base + position, partial.data)
            for position, generation in landed.items():
                pushed |= self._land(self._base + position, generation)
            if progress.finished:
                self._end(left)
            self._tell(progress_of(progress))
        self._push(pushed)

    # -- inside ---------------------------------------------------------------------------

    def _begin(self) -> None:
        settings = self.settings
        self._base = 1 + max(self._shots, default=-1)
        width, height = _pixels(settings["size"])
        for number in range(self._base, self._base + settings["samples"]):
            tile = Tile(
                position=number,
                alt=", ".join((settings["prompt"][:240], settings["quality"])),
                width=width,
                height=height,
            )
            self._shots[number] = _Shot(number, settings, tile)
        self.problem = ""
        self._tell({"pictures": settings["samples"], "landed": 0, "finished": False})
        try:
            self._running = self._desk.ask(settings, self)
        except ImageLabError:
            self._drop_waiting()
            self._tell({})
            raise

    def _land(self, number: int, generation: Generation) -> dict[int, bytes]:
        shot = self._shots.get(number)
        if shot is None:
            return {}
        shot.generation, shot.tile = generation, shot.tile.with_generation(generation)
        self._partial.pop(number, None)
        return {number: self._small(number)} if shot.tile.shown else {}

    def _show_partial(self, number: int, data: bytes) -> dict[int, bytes]:
        try:
            self._partial[number] = stills.thumbnail(data)
        except PictureError:
            return {}
        return {number: self._partial[number]}

    def _end(self, left: Mapping[int, str]) -> None:
        self._running = None
        self._partial.clear()
        if left:
            self.problem = next(iter(left.values()))
        self._drop_waiting()

    def _drop_waiting(self) -> None:
        """What was not asked for leaves no tile: no row stands behind it."""
        self._shots = {at: one for at, one in self._shots.items() if one.tile.status != "waiting"}

    def _tell(self, progress: Mapping[str, Any] | None = None) -> None:
        shots = sorted(self._shots.values(), key=lambda one: -one.number)[:MOST_SHOWN]
        with self.hold_sync():
            self.history = [self._told(one) for one in shots]
            if progress is not None:
                self.progress = dict(progress)

    def _told(self, shot: _Shot) -> dict[str, Any]:
        settings = {name: shot.settings[name] for name in SETTINGS}
        told = {"number": shot.number, "settings": settings, "latest": shot.number >= self._base}
        tile, along = tile_of(shot.tile), len(shot.settings["images"])
        if along:
            tile["details"] += [f"edit of {stills.counted(along)}"]
        return {**told, **tile, "partial": shot.number in self._partial}

    def _small_of(self, number: int) -> bytes:
        if number in self._partial:
            return self._partial[number]
        return self._desk.small(self._generation(number))

    def _original_of(self, number: int) -> Original:
        generation = self._generation(number)
        return self._desk.original(generation), generation.mime, file_name(generation)

    def _generation(self, number: int) -> Generation:
        shot = self._shots.get(number)
        if shot is None or shot.generation is None:
            raise PictureError("This picture has not come yet.")
        return shot.generation

    @traitlets.validate("samples", "partial_images")
    def _check_number(self, proposal: Any) -> Any:
        name = proposal.trait.name
        least, most = (1, MOST_SAMPLES) if name == "samples" else (0, MOST_PARTIALS)
        if self._is_from_page(name):
            return max(least, min(most, proposal.value))
        check_number(name, proposal.value, least, most, whole=True)
        return proposal.value

    @traitlets.observe(*SETTINGS, "along")
    def _settings_changed(self, _: object) -> None:
        if hasattr(self, "_desk"):
            self._quote_anew()

    def _quote_anew(self) -> None:
        with self.hold_sync():
            if not self.prompt.strip():
                self.quote, self.problem = "", ""
                return
            try:
                self.quote, self.problem = self._desk.quote(self.settings), ""
            except ImageLabError as wrong:
                self.quote, self.problem = "", str(wrong)

    # -- for the page ---------------------------------------------------------------------

    def _on_generate(self, _: Mapping[str, Any]) -> None:
        try:
            self.generate()
        except ImageLabError as wrong:
            self.problem = str(wrong)

    def _on_stop(self, _: Mapping[str, Any]) -> None:
        self.stop()

    def _on_refer(self, asked: Mapping[str, Any]) -> None:
        """Have a picture of the history go along."""
        try:
            made = self._generation(int(asked["position"]))
        except PictureError as wrong:
            self.problem = str(wrong)
        else:
            self._add(made)

    def _on_reuse(self, asked: Mapping[str, Any]) -> None:
        """Have the same pictures go along as with one of the history; the page takes the rest."""
        shot = self._shots.get(int(asked["position"]))
        if shot is not None:
            self._put(shot.settings["images"])

    def _on_note(self, asked: Mapping[str, Any]) -> None:
        number, star, remark = int(asked["position"]), bool(asked["star"]), str(asked["remark"])
        try:
            self._desk.note(self._generation(number), star, remark)
        except ImageLabError as wrong:
            self.problem = str(wrong)
            return
        with self._turn:
            shot = self._shots[number]
            shot.tile = replace(shot.tile, star=star, remark=remark)
            self._tell()

    def _on_code(self, asked: Mapping[str, Any]) -> None:
        reply: dict[str, Any] = {"kind": "code", "position": int(asked["position"])}
        try:
            self.send({**reply, "words": self._desk.code(self._generation(reply["position"]))})
        except ImageLabError as wrong:
            self.send({**reply, "error": str(wrong)})

    def _ipython_display_(self) -> None:
        words = "The bench ended with its kernel; its pictures are kept: lab.gallery() shows them."
        lasting.alive(self, words)

    def __repr__(self) -> str:
        return f"Bench({stills.counted(len(self.generations))})"


def _pixels(size: str) -> tuple[int, int]:
    """Read a size; one that is left to the provider is drawn square until it comes."""
    width, _, height = size.partition("x")
    if width.isdecimal() and height.isdecimal() and int(width) and int(height):
        return int(width), int(height)
    return 1024, 1024
