"""Where a provider answers: found from a name, an address and the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from imagelab.catalog import models, providers
from imagelab.errors import InputError, MissingKeyError, SetupError
from imagelab.exchange import azure
from imagelab.request import REPLAY

DEFAULT = "simulator"
FALLBACK_MODEL = "gpt-image-2"
OPENAI_PREFIX = "openai/"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# Read for the provider they were made for, passed on by hand and shown: never unseen.
OPENAI_ADDRESS = "OPENAI_BASE_URL"
OPENAI_ORGANIZATION = "OPENAI_ORG_ID"
OPENAI_PROJECT = "OPENAI_PROJECT_ID"
OPENAI_ADMIN = "OPENAI_ADMIN_KEY"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who serves the API, and everything a client must know of it but the key.

    ``name`` is the identity that keys and rows carry. ``base_url`` is ``None`` where the
    simulator is to be started on this machine. ``catalogued`` places have no other models
    than the catalogue's; elsewhere an unknown model may well be there. At Azure, ``deployments``
    maps models to the names they are asked for by, and a dated ``api_version`` means the
    classic endpoint, where a deployment is part of the address. One that ``replays`` is told
    which sample and take of a request is asked for; ``called`` is whom it answers for, by whose
    name a comparison asks it and by whose prices it goes, and it ``holds`` pictures of models.
    """

    name: str
    title: str
    default_model: str = FALLBACK_MODEL
    base_url: str | None = None
    model_prefix: str = ""
    key_env: str | None = None
    simulated: bool = False
    catalogued: bool = False
    cost_basis: str = "assumed"
    organization: str | None = None
    project: str | None = None
    from_environment: bool = False
    azure: bool = False
    api_version: str | None = None
    deployments: Mapping[str, str] = field(default_factory=dict)
    chats: bool = False
    lists_prices: bool = False
    replays: bool = False
    called: str | None = None
    holds: frozenset[str] = frozenset()

    @classmethod
    def find(
        cls,
        provider: str | None,
        base_url: str | None,
        *,
        api_version: str | None = None,
        deployments: Mapping[str, str] | None = None,
    ) -> Self:
        """Find the place a lab was told of; the simulator where it was told nothing.

        Raises:
            SetupError: the provider is unknown, or the address is no web address.
            InputError: deployments or a version are given, and the place is not Azure's.

        """
        if base_url is not None:
            _check_address(base_url)
        name = provider
        if name is None and base_url is None:
            name = os.environ.get("IMAGELAB_PROVIDER") or DEFAULT
        known = providers.get(name) if name is not None and base_url is None else None
        known = known or (providers.find(name) if name else _served_at(base_url))
        if known is not None and known.azure:
            return cls._azure(known, base_url, api_version, deployments)
        if api_version is not None or deployments is not None:
            raise InputError("api_version and deployments belong to Azure: Lab('azure', ...).")
        if base_url is not None:
            _check_plain(base_url)
        if known is not None:
            return cls._named(known, base_url)
        name = name or _host(base_url or "")
        return cls(name=name, title=f"{name} at {base_url}", base_url=base_url)

    @classmethod
    def of_replay(
        cls,
        title: str,
        digest: str,
        default_model: str | None,
        *,
        called: str | None = None,
        holds: Iterable[str] = (),
        beside_others: bool = False,
    ) -> Self:
        """Name the place where a record answers: on this machine, for simulated money.

        Each record has a name of its own, and each of several providers in it: so their
        pictures do not mix in a ledger, with one another or with those of the provider itself.
        """
        return cls(
            name=f"{REPLAY}-{digest}-{called}" if beside_others else f"{REPLAY}-{digest}",
            title=f"{title}, {called}" if beside_others else title,
            default_model=default_model or FALLBACK_MODEL,
            simulated=True,
            cost_basis="list",
            replays=True,
            called=called,
            holds=frozenset(holds),
        )

    @classmethod
    def _named(cls, known: providers.Provider, base_url: str | None) -> Self:
        is_openai = known.name == "openai"
        read = os.environ.get(OPENAI_ADDRESS) if is_openai and base_url is None else None
        if read:
            _check_address(read)
            _check_plain(read)
        url = base_url or read or known.base_url
        shown = f" at {url}" if url != known.base_url else ""
        return cls(
            name=known.name,
            title=f"{known.title}{shown}{f' (from {OPENAI_ADDRESS})' if read else ''}",
            default_model=known.default_model,
            base_url=url,
            model_prefix=known.model_prefix,
            key_env=known.key_env,
            simulated=known.simulated,
            catalogued=True,
            cost_basis="list" if url == known.base_url else "assumed",
            organization=os.environ.get(OPENAI_ORGANIZATION) if is_openai else None,
            project=os.environ.get(OPENAI_PROJECT) if is_openai else None,
            from_environment=bool(read),
            chats=known.chats,
            lists_prices=known.lists_prices,
        )

    @classmethod
    def _azure(
        cls,
        known: providers.Provider,
        base_url: str | None,
        api_version: str | None,
        deployments: Mapping[str, str] | None,
    ) -> Self:
        address = base_url or os.environ.get(known.endpoint_env or "")
        if not address:
            raise azure.missing(known.endpoint_env)
        _check_address(address)
        resource = azure.resource(address)
        version, of_environment = azure.version(api_version, resource.api_version)
        catalogued = tuple(model.id for model in models.all_models())
        mapped = azure.deployments(deployments, resource, catalogued)
        spoken = f"version {version}" if version else "v1"
        hidden = f" (from {azure.API_VERSION})" if of_environment else ""
        there = f" (from {known.endpoint_env})" if base_url is None else ""
        first = resource.deployment or next(iter(mapped), known.default_model)
        return cls(
            name=known.name,
            title=f"{known.title} at {resource.root}{there}, {spoken}{hidden}",
            default_model=known.default_model if known.default_model in mapped else first,
            base_url=resource.base_url(version),
            key_env=known.key_env,
            cost_basis="list" if _host(address).endswith(".azure.com") else "assumed",
            from_environment=base_url is None or of_environment,
            azure=True,
            api_version=version,
            deployments=mapped,
        )

    @property
    def by_deployment(self) -> bool:
        """Whether a deployment is part of the address: Azure's classic API."""
        return self.azure and azure.is_dated(self.api_version)

    def on_wire(self, model: str) -> str:
        """Give the name that a model is asked for by: with a prefix, or a deployment's."""
        return self.deployments.get(model) or self.model_prefix + model

    def bare(self, model: str) -> str:
        """Take off whatever a provider puts on a model's name: one model has one in the ledger."""
        deployed = {name: known for known, name in self.deployments.items()}
        if model in self.holds:
            return model
        is_openais = (self.catalogued and not self.simulated) or self.replays
        prefix = self.model_prefix or (OPENAI_PREFIX if is_openais or self.azure else "")
        return deployed.get(model) or model.removeprefix(prefix)

    def key(self, api_key: str | None, api_key_env: str | None) -> str:
        """Find the API key: as given, from ``api_key_env``, or from the usual variable.

        Raises:
            MissingKeyError: there is none; the message names the variable to set.

        """
        variable = api_key_env or self.key_env
        if api_key is not None:
            if not isinstance(api_key, str):
                raise InputError(f"api_key is a text, not one {type(api_key).__name__}.")
            found = api_key
        elif variable is None:
            # The simulator and many servers of one's own accept any key, but not none.
            return "none"
        else:
            found = os.environ.get(variable, "")
        return _clean(found, self.title, variable)

    def admin_key(self, given: str | None) -> str:
        """Find the key that may read an organisation's bill: as given, or from OPENAI_ADMIN_KEY.

        Raises:
            MissingKeyError: there is none.
            InputError: no bill can be read here.

        """
        if self.chats or self.azure:
            raise InputError(
                f"{self.title} tells no usage and costs by the day: only OpenAI's own API does."
            )
        if self.simulated and given is None:
            return "sk-admin-simulated"
        found = os.environ.get(OPENAI_ADMIN, "") if given is None else given
        return _clean(found, f"The bill of {self.title}", OPENAI_ADMIN)

    @property
    def is_loopback(self) -> bool:
        """Whether the provider runs on this machine: proxies are then never asked."""
        return self.base_url is None or urlsplit(self.base_url).hostname in LOOPBACK


def _clean(found: str, title: str, variable: str | None) -> str:
    found = found.strip()
    if not found:
        raise MissingKeyError(_missing(title, variable))
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise MissingKeyError(
            f"The API key for {title} has spaces or characters that no key has: it was "
            "probably copied with something around it. Copy it again."
        )
    return found


def _missing(title: str, variable: str | None) -> str:
    if variable is None:
        return (
            f"The api_key given for {title} is empty: give the key, or leave api_key out where "
            "the server needs none."
        )
    return (
        f"{title} needs an API key: set the environment variable {variable} before starting "
        'Python, or name another one with api_key_env="...". The simulator needs no key: '
        "Lab()."
    )


def _served_at(base_url: str | None) -> providers.Provider | None:
    """Give the provider whose own address this is: its pictures are not paid for twice."""
    known = (one for one in providers.all_providers() if base_url and one.base_url)
    return next((one for one in known if _host(one.base_url or "") == _host(base_url or "")), None)


def _host(base_url: str) -> str:
    """Name who serves an address: one name however it is written, and no catalogued one."""
    parts = urlsplit(base_url)
    usual = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    is_plain = parts.port in (None, usual) and providers.find(host) is None
    return host if is_plain else f"{host}:{parts.port or usual}"


def _check_plain(base_url: str) -> None:
    """Refuse an address that paths cannot be put behind; Azure's may name a version there."""
    if "?" in base_url or "#" in base_url or base_url != base_url.strip():
        raise SetupError(
            "base_url has a query, a fragment or a space at its end, and the paths of the API "
            "belong there: write it as https://api.example.com/v1."
        )


def _check_address(base_url: str) -> None:
    if not isinstance(base_url, str):
        raise SetupError(
            f"base_url is an address such as https://api.example.com/v1; got {base_url!r}."
        )
    shown = base_url.rpartition("@")[2]
    try:
        parts = urlsplit(base_url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:  # brackets that do not close, a port that is none
        wrong = True
    if wrong:
        raise SetupError(
            f"{shown!r} is no web address: base_url looks like https://api.example.com/v1."
        )
    if parts.username or parts.password:
        raise SetupError("base_url carries a password: pass it as api_key, where it stays hidden.")
