"""What the environment sets for every program, and what is wrong with it: proxies, certificates."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from imagelab.errors import SetupError

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")


def of_setup(error: Exception) -> SetupError:
    """Say which variable keeps the HTTP library from being set up, and what to do about it.

    No value is told: a proxy's address may hold a password.
    """
    if isinstance(error, OSError):  # of encryption too
        named = _set(CERTIFICATES) or ["the certificates of this system"]
        return SetupError(
            f"No certificates can be read by {_either(named)} ({type(error).__name__}), and "
            "nothing was sent: name a file or a folder of certificates in PEM form there, or unset "
            "it."
        )
    named = [name for name in _set(PROXIES) if not _is_plain(os.environ[name])]
    who = _either(named or _set(PROXIES) or ["the proxies of this system"])
    if isinstance(error, ImportError):
        return SetupError(
            f"The SOCKS proxy of {who} needs another package, and nothing was sent: run "
            "pip install socksio, name an http:// proxy there, or unset it."
        )
    return SetupError(
        f"The proxy of {who} cannot be used ({type(error).__name__}), and nothing was sent: write "
        "it as http://host:port or socks5://host:port, or unset it."
    )


def _set(variables: tuple[str, ...]) -> list[str]:
    both = (name for one in variables for name in (one, one.lower()))
    return [name for name in both if os.environ.get(name)]


def _is_plain(proxy: str) -> bool:
    """Tell whether an address is of the kind that every HTTP library takes."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in ("http", "https") and (parts.port or 1) > 0
    except ValueError:
        return False


def _either(names: list[str]) -> str:
    return " or ".join(names)
