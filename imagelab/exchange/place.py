"""Where a provider answers: found from a name, an address and the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from imagelab.catalog import providers
from imagelab.errors import MissingKeyError, SetupError
from imagelab.request import REPLAY

DEFAULT = "simulator"
FALLBACK_MODEL = "gpt-image-2"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# Read for the provider they were made for, passed on by hand and shown: never unseen.
OPENAI_ADDRESS = "OPENAI_BASE_URL"
OPENAI_ORGANIZATION = "OPENAI_ORG_ID"
OPENAI_PROJECT = "OPENAI_PROJECT_ID"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who serves the API, and everything a client must know of it but the key.

    ``name`` is the identity that keys and rows carry. ``base_url`` is ``None`` where the
    simulator is to be started on this machine. ``catalogued`` places have no other models
    than the catalogue's; elsewhere an unknown model may well be there.
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

    @classmethod
    def find(cls, provider: str | None, base_url: str | None) -> Self:
        """Find the place a lab was told of; the simulator where it was told nothing.

        Raises:
            SetupError: the provider is unknown, or the address is no web address.

        """
        if base_url is not None:
            _check_address(base_url)
        name = provider
        if name is None and base_url is None:
            name = os.environ.get("IMAGELAB_PROVIDER") or DEFAULT
        if name is not None and (providers.find(name) or base_url is None):
            return cls._named(providers.get(name), base_url)
        name = name or _host(base_url or "")
        return cls(name=name, title=f"{name} at {base_url}", base_url=base_url)

    @classmethod
    def of_replay(cls, title: str, digest: str, default_model: str | None) -> Self:
        """Name the place where a record answers: on this machine, for simulated money.

        Each record has a name of its own, so that their pictures do not mix in a ledger.
        """
        return cls(
            name=f"{REPLAY}-{digest}",
            title=title,
            default_model=default_model or FALLBACK_MODEL,
            simulated=True,
            cost_basis="list",
        )

    @classmethod
    def _named(cls, known: providers.Provider, base_url: str | None) -> Self:
        is_openai = known.name == "openai"
        read = os.environ.get(OPENAI_ADDRESS) if is_openai and base_url is None else None
        if read:
            _check_address(read)
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
        )

    def key(self, api_key: str | None, api_key_env: str | None) -> str:
        """Find the API key: as given, from ``api_key_env``, or from the usual variable.

        Raises:
            MissingKeyError: there is none; the message names the variable to set.

        """
        variable = api_key_env or self.key_env
        if api_key is not None:
            found = api_key
        elif variable is None:
            # The simulator and many servers of one's own accept any key, but not none.
            return "none"
        else:
            found = os.environ.get(variable, "")
        found = found.strip()
        if not found:
            raise MissingKeyError(_missing(self.title, variable))
        if not (found.isascii() and found.isprintable() and " " not in found):
            raise MissingKeyError(
                f"The API key for {self.title} has spaces or characters that no key has: it was "
                "probably copied with something around it. Copy it again."
            )
        return found

    @property
    def is_loopback(self) -> bool:
        """Whether the provider runs on this machine: proxies are then never asked."""
        return self.base_url is None or urlsplit(self.base_url).hostname in LOOPBACK


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


def _host(base_url: str) -> str:
    """Name who serves an address: one name however it is written, and no catalogued one."""
    parts = urlsplit(base_url)
    usual = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    is_plain = parts.port in (None, usual) and providers.find(host) is None
    return host if is_plain else f"{host}:{parts.port or usual}"


def _check_address(base_url: str) -> None:
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
