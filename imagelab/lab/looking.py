"""Looking at what there is: views, searches, notes, measures."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imagelab.actions import ArchiveActions, BenchActions, PurseLook
from imagelab.catalog import settings
from imagelab.catalog.arguments import check_number, named
from imagelab.errors import ImageLabError, InputError
from imagelab.insight import finding, measuring, metrics
from imagelab.insight.finding import Match, Sought
from imagelab.lab.base import Base
from imagelab.records import notes
from imagelab.records.rows import generation_of
from imagelab.request import Generation, ImageRequest
from imagelab.watching import Watch

if TYPE_CHECKING:
    from pandas import DataFrame

    from imagelab.views.bench import Bench
    from imagelab.views.gallery import Gallery
    from imagelab.views.spend import Spend


MEASURED = ("id", "prompt", "model", "quality", "sample")
"""What stands beside measures in their table."""


class Looking(Base):
    """Everything of a lab that shows, finds and measures pictures."""

    @named()
    def bench(
        self,
        prompt: str = "",
        *,
        quality: str = "low",
        size: str = "1024x1024",
        model: str | None = None,
        background: str | None = None,
        samples: int = 1,
        partial_images: int = 0,
        images: Any = None,
    ) -> Bench:
        """Open a prompt pad: every press of Generate is a new picture and a row of ``lab.log``.

        The quote follows while you type. The settings can be read and set on the bench too,
        ``bench.generate()`` presses the button, ``bench.generations`` are the pictures. With
        ``images``, given as for ``edit`` or dropped on the pad, a press is an edit of them.

        >>> lab.bench("a red fox in snow", quality="medium")        # doctest: +SKIP

        Raises:
            InputError: the model cannot do what is given here, which names what it can;
                ``samples`` is no number from 1 to 10, ``partial_images`` none from 0 to 3, or
                an image is no picture. What is chosen on the pad later is judged there.

        """
        from imagelab.views.bench import Bench

        def request(**settings: Any) -> ImageRequest:
            return self._cell(
                settings.pop("prompt"), model=settings.pop("model"), **settings
            ).request

        bench = Bench(
            BenchActions(self._session, request),
            settings.choices(),
            prompt=prompt,
            quality=quality,
            size=size,
            model=model or self.model,
            background=background or "",
            samples=samples,
            partial_images=partial_images,
            images=images,
        )
        try:
            bench.check()
        except ImageLabError:
            bench.close()
            raise
        return bench

    @named()
    def spend(self, *, by: str = "quality") -> Spend:
        """Show what is spent, held, at risk and left of the budget, by tier, model and day.

        The view follows the ledger, whoever writes it, until it is closed or run again.

        >>> lab.spend(by="day")                         # doctest: +SKIP

        Raises:
            InputError: ``by`` is none of quality, model and day.

        """
        from imagelab.views.spend import Spend

        look = PurseLook(self._session)
        view = Spend(*look(), by=by)
        watch = Watch(look, lambda found: view.show(*found)).start()
        view.at_close(watch.stop)
        self._watches.add(watch)
        return view

    @named()
    def gallery(
        self,
        prompt: str = "",
        *,
        model: str = "",
        quality: str = "",
        since: str = "",
        until: str = "",
        star: bool = False,
    ) -> Gallery:
        """Show everything in the ledger, the newest first, searched here or in the view.

        ``prompt`` are words of the prompt or of your remarks; ``since`` and ``until`` are days
        such as ``"2026-11-22"``, UTC. A picture leads back to its row and its request.

        >>> gallery = lab.gallery("fox", star=True)     # doctest: +SKIP
        >>> gallery.generation, gallery.request         # doctest: +SKIP

        Raises:
            InputError: ``since`` or ``until`` is no day.

        """
        from imagelab.views.gallery import Gallery

        archive = ArchiveActions(self._session)
        query = {"model": model, "quality": quality, "since": since, "until": until, "star": star}
        view = Gallery(archive, prompt=prompt, **query)
        watch = Watch(archive.newest, lambda _: view.refresh()).start()
        view.at_close(watch.stop)
        self._watches.add(watch)
        return view

    @property
    def thumbnails(self) -> int:
        """The longest edge, in pixels, of the small pictures that comparisons show and keep.

        256 at first. Larger ones are sharper on large screens and make notebooks heavier:
        twelve pictures of 256 take some 0.3 MB of a saved notebook, of 512 four times that. Set,
        it holds for the comparisons made after.

        >>> lab.thumbnails = 512                        # doctest: +SKIP

        Raises:
            InputError: it is no whole number from 64 to 1024.

        """
        return self._session.thumbnail_side

    @thumbnails.setter
    def thumbnails(self, side: int) -> None:
        check_number("thumbnails", side, 64, 1024, whole=True)
        self._session = replace(self._session, thumbnail_side=side)

    @named()
    def find(self, picture: Sought) -> Match | None:
        """Find the generation that made a picture, however it was saved or scaled since.

        Takes a file, its bytes, or a Pillow picture. The same bytes and the same pixels are
        certain; otherwise the nearest picture is given with how ``sure`` that is, or ``None``
        where nothing here is like it. The first search of a large ledger takes a while.

        >>> lab.find("fox.jpg")                         # doctest: +SKIP
        Match(97% sure by its looks, 1.1 levels apart: Generation('a red fox in snow', ...))

        Raises:
            InputError: it is no file, bytes or picture.
            PictureError: it is no picture that can be read.

        """
        return finding.find(self._session.ledger, self._session.store, picture)

    @named()
    def note(self, what: Generation | Match, *, star: bool = True, remark: str = "") -> None:
        """Star a picture, and write down a remark; they stand in ``lab.log``.

        In place of what was noted before: ``lab.note(generation, star=False)`` takes both away.

        Raises:
            InputError: it is no generation of this lab.

        """
        one = what.generation if isinstance(what, finding.Match) else what
        if not isinstance(one, Generation):
            raise InputError(f"note takes a generation, such as comparison[0]; not {what!r}.")
        notes.keep(self._session.ledger, one.id, notes.Note(star, remark))

    def measure(
        self,
        *names: str,
        of: Generation | Iterable[Generation] | None = None,
        fresh: bool = False,
        **functions: metrics.Function,
    ) -> DataFrame:
        """Measure pictures, each once; the measures are columns of the log from then on.

        Built in are ``"sharpness"``, ``"colourfulness"``, ``"alpha"`` (the part that is
        transparent) and ``"dhash"`` (a perceptual hash); without any name all of them. A
        function of your own takes a Pillow picture and gives a number, a truth or a text.

        Args:
            names: built-in measures.
            of: a comparison, or generations; all pictures of the log where it is left out.
            fresh: measure again what was measured; an edited function measures anew by itself.
            functions: your own, by the name of their column.

        Raises:
            InputError: a name is taken, or a function failed for every picture. Where it
                failed for some, a warning names them, and everything else is kept.

        >>> lab.measure("sharpness", brightness=lambda picture: ...)        # doctest: +SKIP
        """
        wanted = metrics.chosen(names, functions)
        pictures = self._pictures() if of is None else _several(of)
        found = measuring.measure(self._session.ledger, pictures, wanted, fresh=fresh)
        if found.failures:
            warnings.warn(found.words, stacklevel=2)
        ids = [one.id for one in pictures if one.status == "done"]
        log = self.log
        return log.loc[log["id"].isin(ids), [*MEASURED, *(n for n in wanted if n in log)]]

    @named()
    def near_duplicates(self, most_bits: int = metrics.ALIKE_BITS) -> DataFrame:
        """List pairs of pictures that look alike, by perceptual hash, the likest first.

        ``distance`` is how many of the hash's 256 bits differ; pairs above ``most_bits`` are
        left out. The hashes are measured first where they are missing.

        >>> lab.near_duplicates().head()        # doctest: +SKIP
        """
        check_number("most_bits", most_bits, 0, 256, whole=True)
        self.measure("dhash")
        return metrics.near_duplicates(metrics.add_columns(self.log, {"dhash": {}}), most_bits)

    def _pictures(self) -> list[Generation]:
        rows = (row for row in self._session.ledger.rows() if row["forgotten_us"] is None)
        return [generation_of(row, self._session.store.path) for row in rows if row["picture"]]


def _several(of: object) -> list[Generation]:
    """Take one generation or any several of them; refuse everything else."""
    given = list(of) if isinstance(of, Iterable) else [of]
    found = [one for one in given if isinstance(one, Generation)]
    if len(found) < len(given):
        raise InputError(f"of takes a comparison or generations, not {of!r}.")
    return found
