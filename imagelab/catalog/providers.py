"""Who serves the Images API, and how each is reached."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from imagelab.catalog import _facts
from imagelab.catalog.models import closest
from imagelab.errors import SetupError


@dataclass(frozen=True)
class Provider:
    """One provider that can be named.

    ``base_url`` is None where the service is started on this machine, ``key_env`` is None
    where no key is needed. ``model_prefix`` stands before model ids on the wire, and
    ``price_list`` names the provider whose prices hold. ``endpoint_env`` is the variable of an
    address that every customer has of their own; ``azure`` means Azure's ways (the key in
    ``api-key``, models by the names of their deployments). With ``chats`` pictures can be asked
    for through chat completions too; with ``lists_prices`` its list of models tells prices.
    """

    name: str
    title: str
    default_model: str
    simulated: bool
    price_list: str
    date: dt.date
    source: str
    base_url: str | None = None
    key_env: str | None = None
    model_prefix: str = ""
    endpoint_env: str | None = None
    azure: bool = False
    chats: bool = False
    lists_prices: bool = False


@functools.cache
def all_providers() -> tuple[Provider, ...]:
    """Return every provider of the catalogue, in its order."""
    return tuple(Provider(**row) for row in _facts.rows("providers")["provider"])


def find(name: str) -> Provider | None:
    """Return the provider of this name, or None."""
    return next((one for one in all_providers() if one.name == name), None)


def get(name: str) -> Provider:
    """Return the provider of this name.

    Raises:
        SetupError: no provider is called so.
    """
    provider = find(name)
    if provider is None:
        raise SetupError(_unknown(name))
    return provider


def _unknown(name: str) -> str:
    names = [one.name for one in all_providers()]
    if str(name).lower().startswith(("sk-", "vck_")):  # a key stands in no message
        return (
            "A key was given where the name of a provider belongs: leave it in its environment "
            f"variable, and name one of {', '.join(names)}."
        )
    guess = closest(name, names)
    hint = f" Did you mean {guess!r}?" if guess else ""
    return (
        f"No provider is called {name!r}.{hint} Known are {', '.join(names)}; "
        f"any other OpenAI-compatible service is reached with base_url=."
    )
