"""The providers of a lab: a session for each, on one ledger, one purse and one book of prices."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from imagelab.catalog.prices import Book
from imagelab.errors import ExchangeError, InputError
from imagelab.exchange import listing
from imagelab.exchange.client import Client
from imagelab.exchange.opening import Drawn, Opening
from imagelab.exchange.place import Place
from imagelab.exchange.streams import Watching
from imagelab.pipeline import Session
from imagelab.records.ledger import Ledger
from imagelab.records.store import Store
from imagelab.simulator.desk import Answer
from imagelab.underway import Runs


@dataclass(kw_only=True)
class Connections:
    """Whom a lab asks. The first provider that is opened is its own, and says whose money it is.

    Each has its key, its connections and its limits for itself; what is kept and what may be
    spent they share.
    """

    ledger: Ledger
    store: Store
    book: Book
    budget_nano: int | None
    timeout: float
    concurrency: int
    watching: Watching = field(default_factory=Watching)
    runs: Runs = field(default_factory=Runs)
    places: dict[str, Place] = field(default_factory=dict)
    _replayed: dict[str, str] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _openings: dict[str, Opening] = field(default_factory=dict)

    def open(
        self,
        place: Place,
        key: str,
        *,
        images_per_minute: float | None = None,
        drawn: Drawn = lambda body: 0,
        answer: Answer | None = None,
        dearest: Mapping[tuple[str, str, str], int] = {},
    ) -> Session:
        """Join a provider; nothing is sent before the first picture is asked for.

        ``dearest`` are bills that are known before, by model, quality and size: no less is held.

        Raises:
            InputError: it is joined already, or its money is not that of the others.

        """
        self.check(place)
        opening = Opening(
            place,
            key,
            timeout=self.timeout,
            connections=self.concurrency,
            images_per_minute=images_per_minute,
            drawn=drawn,
            answer=answer,
            greet=self._reader_of(place),
        )
        session = Session(
            provider=place.name,
            simulated=place.simulated,
            cost_basis=place.cost_basis,
            client=opening.client,
            ledger=self.ledger,
            store=self.store,
            budget_nano=self.budget_nano,
            timeout=self.timeout,
            concurrency=self.concurrency,
            book=self.book,
            watching=self.watching,
            runs=self.runs,
            peers=self._sessions,
            dearest=dict(dearest),
        )
        if place.called is not None:
            self._replayed[place.called] = place.name
            self.book.follow(place.name, place.called)
        else:  # whoever joins a simulator by its name wants that one, and not the recording
            self._replayed.pop(place.name, None)
        self.places[place.name], self._sessions[place.name] = place, session
        self._openings[place.name] = opening
        return session

    def check(self, place: Place) -> None:
        """Refuse a provider that cannot be joined.

        Raises:
            InputError: it is joined already, or its money is not that of the others.

        """
        if place.name in self._replayed and not place.simulated:
            raise InputError(
                f"The recording answers for {place.name!r} here, and need not be joined: leave "
                "connect out."
            )
        if place.name in self.places:
            raise InputError(
                f"{place.name!r} is joined to this lab already. Give the other one a name of its "
                "own, or open a lab of its own for it."
            )
        money = {True: "simulated", False: "real"}
        for other in self.places.values():
            if other.simulated != place.simulated:
                raise InputError(
                    f"{place.name} takes {money[place.simulated]} money and {other.name} "
                    f"{money[other.simulated]} money: they are two purses that never mix. Open a "
                    f"lab of its own for it: Lab({place.name!r})."
                )

    def place(self, provider: str) -> Place:
        """Give the place of a provider; one of the catalogue is joined at its first use.

        Raises:
            SetupError: no provider is called so, or its key is missing.
            InputError: its money is not that of the others, or a recording answers here that
                holds nothing of it.

        """
        provider = self._replayed.get(provider, provider)
        if provider not in self.places:
            if self._replayed:
                there = " and ".join(self._replayed)
                raise InputError(f"This replay holds nothing of {provider!r}, but of {there}.")
            place = Place.find(provider, None)
            self.check(place)
            self.open(place, place.key(None, None))
        return self.places[provider]

    def session(self, provider: str) -> Session:
        """Give the session of a provider, as ``place`` gives its place."""
        return self._sessions[self.place(provider).name]

    def limits(self, provider: str) -> dict[str, float]:
        """Give what a provider allows a minute, as far as it is known so far."""
        return self._openings[provider].pacer.limits

    def all_limits(self) -> dict[str, dict[str, float]]:
        """Give what every provider allows a minute, as far as it is known so far."""
        return {provider: self.limits(provider) for provider in self._openings}

    def _reader_of(self, place: Place) -> Callable[[Client], None] | None:
        """Read a provider's own prices before the first picture is asked of it."""
        if not place.lists_prices:
            return None

        def read(client: Client) -> None:
            try:
                found = listing.read(client, place, seconds=listing.PATIENCE_SECONDS)
            except ExchangeError:
                return  # the catalogue's prices do
            self.learn(place, found)

        return read

    def learn(self, place: Place, found: listing.Listing) -> None:
        """Go by what a provider says of its prices, where that differs from what is known."""
        today = datetime.now(UTC).date()
        for offer in found.offers:
            said = offer.price(place.name, today)
            known = self.book.price(place.name, offer.model, on=today)
            if said and (known is None or differs(said.kinds, known.kinds)):
                self.book.add(said)

    @contextlib.contextmanager
    def as_admin(self, provider: str, admin_key: str) -> Iterator[Client]:
        """Open a client that reads an organisation's bill; its key goes into its header only."""
        place = replace(self.place(provider), project=None)
        base_url = self.session(provider).client().base_url
        client = Client(place, base_url, admin_key, timeout=self.timeout, connections=1)
        try:
            yield client
        finally:
            client.close()

    def close(self) -> None:
        """Let go of every provider's connections, and of the ledger. Files stay."""
        for opening in self._openings.values():
            opening.close()
        self.ledger.close()


def differs(said: Mapping[str, int], known: Mapping[str, int]) -> bool:
    """Tell whether a provider asks another price than is known of any kind."""
    return any(known.get(kind) != price for kind, price in said.items())
