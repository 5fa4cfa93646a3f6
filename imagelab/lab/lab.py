"""The lab: the one object a user holds. Every method is a sentence over the rest."""

from __future__ import annotations

import html
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from imagelab.bookkeeping.pricebook import Prices
from imagelab.catalog.arguments import budget_nano, check_number, folder, named
from imagelab.catalog.money import show, usd
from imagelab.catalog.prices import Book
from imagelab.connections import Connections
from imagelab.errors import InputError, RecordError, SetupError
from imagelab.exchange.place import Place
from imagelab.insight import replaying as recording
from imagelab.insight import unpacking
from imagelab.insight.archive import Archive
from imagelab.insight.replaying import Part
from imagelab.lab.accounts import Accounts
from imagelab.lab.asking import Asking
from imagelab.lab.looking import Looking
from imagelab.records import checking, forgetting, pricefile
from imagelab.records.checking import Check
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from imagelab.request import REPLAY, Generation, dollars_kept, key_of
from imagelab.watching import Watch

TIMEOUT_SECONDS = 600.0
"""Slow tiers take minutes; a shorter time-out than the server's pays for pictures unseen."""


class Lab(Asking, Accounts, Looking):
    """Ask for pictures, compare them, and know what each one cost.

    ``Lab()`` is the offline simulator: no key, no cost. ``Lab("openai")`` reads
    OPENAI_API_KEY, ``Lab("vercel")`` AI_GATEWAY_API_KEY, ``Lab("azure", base_url=...)``
    AZURE_OPENAI_API_KEY; ``Lab(base_url=..., api_key=...)`` is anything compatible. What was
    asked for, what came and what it cost is kept under ``path``, and what is there already is
    never paid for twice.

    Args:
        provider: ``"simulator"``, ``"openai"``, ``"vercel"``, ``"azure"``, or a name of your own
            for ``base_url``. The environment's IMAGELAB_PROVIDER is used where it is not given.
        model: the model where a request names none; each provider has its default.
        budget: dollars over the life of the ledger under ``path`` that are never passed.
        path: the folder of the ledger and the pictures; it is made, and a new or empty one
            ignores itself in git.
        concurrency: how many requests are in flight at most.
        api_key: the key; better leave it in the environment.
        api_key_env: the variable to read the key from, where it is not the usual one.
        base_url: the address of a compatible API, ending in ``/v1`` as a rule; for Azure that of
            your resource, ``"https://NAME.openai.azure.com"``.
        timeout: seconds for one whole answer.
        images_per_minute: the provider's limit, where you know it; it is learnt otherwise.
        replay: a ZIP that ``comparison.zip`` wrote: it answers in place of its providers, over
            real HTTP on this machine, what each was asked before, for simulated money. Where
            they are several, ``compare(prompt, provider=[...])`` names them as it did then.
            Stars, remarks and votes come along with the pictures they are about.
        api_version: Azure's: a day means its classic endpoint; left out, it is the v1 endpoint.
        deployments: Azure's: models by the names they were deployed by.
        prices: a TOML file with prices of your own; ``prices.toml`` under ``path`` otherwise.

    Raises:
        MissingKeyError: no key was found; the message names the variable to set.
        SetupError: the provider is unknown.
        RecordError: ``path`` cannot be used.
        InputError: an option is misspelt or out of range.

    >>> lab = Lab()                                                     # doctest: +SKIP
    >>> grid = lab.compare("a red fox in snow", quality=["low", "high"])  # doctest: +SKIP

    """

    @named()
    def __init__(
        self,
        provider: str | None = None,
        *,
        model: str | None = None,
        budget: float | None = None,
        path: str | Path = "imagelab-data",
        concurrency: int = 8,
        api_key: str | None = None,
        api_key_env: str | None = None,
        base_url: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        images_per_minute: float | None = None,
        api_version: str | None = None,
        deployments: Mapping[str, str] | None = None,
        prices: str | Path | None = None,
        replay: str | Path | None = None,
    ) -> None:
        self._recorded, parts = _recorded(replay, provider, base_url)
        self._place = (
            parts[0].place
            if parts
            else Place.find(provider, base_url, api_version=api_version, deployments=deployments)
        )
        self.model = model or self._place.default_model
        self.path = folder(path)
        check_number("concurrency", concurrency, 1, 1000, whole=True)
        check_number("timeout", timeout, 0.001, 86_400)
        _check_pace(images_per_minute)
        key, most = self._place.key(api_key, api_key_env), budget_nano(budget)
        _make_folder(self.path)
        store = Store(self.path / "pictures")
        book_file = _price_file(prices, self.path)
        book = Book(pricefile.load(book_file, self._place.name))
        self._connections = Connections(
            ledger=Ledger(self.path / "ledger.sqlite", loader=store.path),
            store=store,
            book=book,
            budget_nano=most,
            timeout=timeout,
            concurrency=concurrency,
        )
        self._session = self._connections.open(
            self._place,
            key,
            images_per_minute=images_per_minute,
            drawn=self._drawn,
            answer=parts[0].answer if parts else None,
            dearest=parts[0].dearest if parts else {},
        )
        for part in parts[1:]:
            nobodys = part.place.key(None, None)
            self._connections.open(part.place, nobodys, answer=part.answer, dearest=part.dearest)
        self._prices = Prices(book, book_file, self._place.name)
        self._watches: weakref.WeakSet[Watch[Any]] = weakref.WeakSet()
        self._check_model(self.model, self._place)

    @named()
    def connect(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        api_key_env: str | None = None,
        images_per_minute: float | None = None,
        api_version: str | None = None,
        deployments: Mapping[str, str] | None = None,
    ) -> None:
        """Join another provider, so that ``compare(prompt, provider=[...])`` can ask it too.

        Those of the catalogue whose key is in the environment need no joining. The budget, the
        ledger and the prices are this lab's; keys, connections and limits are each one's own.

        >>> lab = Lab("openai", budget=5)                                       # doctest: +SKIP
        >>> lab.connect("azure", base_url="https://me.openai.azure.com")        # doctest: +SKIP
        >>> lab.compare("a red fox", provider=["openai", "azure"])              # doctest: +SKIP

        Raises:
            MissingKeyError: no key was found; the message names the variable to set.
            SetupError: no provider is called so, and no address is given.
            InputError: it is joined already, a recording answers for it here, or it would mix
                real and simulated money.

        """
        _check_pace(images_per_minute)
        place = Place.find(provider, base_url, api_version=api_version, deployments=deployments)
        self._connections.check(place)
        key = place.key(api_key, api_key_env)
        self._connections.open(place, key, images_per_minute=images_per_minute)

    # -- purse and files ------------------------------------------------------------------

    @property
    def spent_usd(self) -> float:
        """Dollars spent from this lab's purse (real or simulated) so far."""
        return usd(self._purse().spent)

    def check(self) -> Check:
        """Compare the ledger with the disk: every picture is read and hashed again.

        What a dead process left open is settled, its drafts are thrown away, and the purse
        is counted anew; the rest is told.

        >>> lab.check()                                 # doctest: +SKIP
        Check(12 rows, 12 pictures read and hashed; all is well)
        """
        return checking.check(self._session.ledger, self._session.store)

    @named()
    def forget(self, what: Generation | Iterable[Generation]) -> int:
        """Delete pictures from the disk, and keep their rows and what they cost.

        Takes a generation, a comparison, or any several of them. Asked for again, such a
        picture is asked for anew; what is still being asked for, and what was perhaps billed,
        stays as it is. Returns how many pictures were deleted; one that another row shows too is
        kept.

        Raises:
            InputError: a generation is of another ledger; nothing is forgotten then.

        """
        several = list(what) if isinstance(what, Iterable) else [what]
        if not all(isinstance(one, Generation) for one in several):
            raise InputError(f"forget takes a generation or several, not {what!r}: comparison[0].")
        ledger, store = self._session.ledger, self._session.store
        if strange := [one.id for one in several if not ledger.has(one)]:
            raise InputError(
                f"Generation {strange[0]} is not of this lab's ledger ({_short(self.path)}), and "
                "nothing was forgotten: ask the lab that made it."
            )
        return forgetting.forget(ledger, store, (one.id for one in several))

    # -- the lab itself -------------------------------------------------------------------

    def close(self) -> None:
        """Let go of connections, the simulator and the ledger. Files stay.

        Runs that are under way send no more. What they have in flight is paid for, so it is
        waited for and kept; an interrupt ends that wait, and then the lab stays open.
        """
        with self._connections.runs.ended():
            for watch in self._watches:
                watch.stop()
                watch.join(5)
            self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _card(self) -> dict[str, str]:
        purse = self._purse()
        budget = self._session.budget_nano
        money = "simulated money" if self._session.simulated else "real money"
        card = {
            "provider": self._place.title,
            "model": self.model,
            "spent": f"{show(purse.spent)} ({money})",
            "budget": "none" if budget is None else show(budget),
            "files": _short(self.path),
        }
        if others := [place.title for place in self._connections.places.values()][1:]:
            card["also"] = ", ".join(others)
        if purse.at_risk:
            card["at risk"] = f"{show(purse.at_risk)} (perhaps billed)"
        return card

    def __repr__(self) -> str:
        return f"Lab({', '.join(f'{name}: {value}' for name, value in self._card().items())})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in self._card().items()
        )
        caption = "<caption style='text-align:left'><b>imagelab</b></caption>"
        return dollars_kept(f"<table>{caption}{rows}</table>")

    def _drawn(self, body: Mapping[str, object]) -> int:
        """Count the pictures of a request so far, so that asking again gives a new one."""
        operation = "edit" if "images" in body else "generate"
        key = key_of(self._session.provider, operation, body)
        return self._session.ledger.pictures_of(key)


def _recorded(
    replay: str | Path | None, provider: str | None, base_url: str | None
) -> tuple[Archive | None, tuple[Part, ...]]:
    """Read the ZIP that is to answer, if one is: what it holds, of each of its providers."""
    if replay is None:
        if provider == REPLAY:
            raise SetupError('A replay needs its ZIP: Lab(replay="file.zip").')
        return None, ()
    if base_url is not None or provider not in (None, REPLAY):
        raise InputError(
            "A replay answers in place of a provider: leave provider and base_url out."
        )
    held = unpacking.read(replay)
    return held, recording.parts(held, f"Replay of {Path(replay).name}")


def _make_folder(path: Path) -> None:
    """Make the data folder; it keeps itself out of git, since pictures are heavy and private.

    A folder in which somebody keeps things already is not hidden from their git.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not any(path.iterdir()):
            (path / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as cause:
        raise RecordError(
            f"The folder {path} cannot be used: {cause.strerror or cause}. Give the lab a path "
            "that can be written."
        ) from cause


def _check_pace(images_per_minute: float | None) -> None:
    if images_per_minute is not None:
        check_number("images_per_minute", images_per_minute, 0.01, 1_000_000)


def _price_file(given: str | Path | None, path: Path) -> Path:
    """Find the file of one's own prices; one that was named must be there."""
    if given is None:
        return path / "prices.toml"
    named_file = Path(given).expanduser().resolve()
    if not named_file.is_file():
        raise RecordError(f"There is no file {named_file}: prices names one with [[price]] rows.")
    return named_file


def _short(path: Path) -> str:
    """Name a folder from here, so that no saved notebook tells where its author lives."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
