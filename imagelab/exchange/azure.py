"""Azure OpenAI: whose addresses are each customer's own, and whose models are deployments."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from imagelab.errors import InputError, SetupError

API_VERSION = "OPENAI_API_VERSION"
"""The variable that Azure's own pages and the SDK read the version from."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
_UNDATED = ("v1", "preview", "latest")
_PATH = re.compile(r"(?P<before>.*?)(/openai(/v1|/deployments(/(?P<deployment>[^/]+))?)?(/.*)?)?/?")


@dataclass(frozen=True)
class Resource:
    """One customer's resource: its root, and what an address copied from the portal names."""

    root: str
    api_version: str | None = None
    deployment: str | None = None

    def base_url(self, api_version: str | None) -> str:
        """Give the address of the v1 endpoint, or of the deployments that a dated version has."""
        return f"{self.root}/openai" if is_dated(api_version) else f"{self.root}/openai/v1"


def resource(address: str) -> Resource:
    """Read a resource's address, however much of it was copied: with a route, with a version.

    >>> resource("https://me.openai.azure.com/openai/deployments/pics/images/generations?"
    ...          "api-version=2025-04-01-preview").deployment
    'pics'
    """
    parts = urlsplit(address)
    found = _PATH.fullmatch(parts.path)
    versions = parse_qs(parts.query).get("api-version", [None])
    before = found["before"] if found else ""
    return Resource(
        root=f"{parts.scheme}://{parts.netloc}{before}".rstrip("/"),
        api_version=versions[0],
        deployment=found["deployment"] if found else None,
    )


def is_dated(api_version: str | None) -> bool:
    """Tell whether a version is one of the classic API, which is asked by deployment."""
    return api_version is not None and api_version not in _UNDATED


def version(given: str | None, of_address: str | None) -> tuple[str | None, bool]:
    """Find the version of the API, and say whether it is from the environment.

    Raises:
        SetupError: it is no version.

    """
    said = given or of_address
    found = said or os.environ.get(API_VERSION) or None
    if found is not None and found not in _UNDATED and not _DAY.fullmatch(found):
        raise SetupError(
            f"{found!r} is no version of Azure's API: leave api_version out for the v1 endpoint, "
            "or name a day, such as '2025-04-01-preview'."
        )
    return found, found is not None and said is None


def deployments(given: object, resource: Resource, models: tuple[str, ...]) -> dict[str, str]:
    """Map models to deployments, from what was given or from the address itself.

    Raises:
        InputError: what was given maps nothing, or two models to one deployment.
        SetupError: the address names a deployment, and nobody says of which model.

    """
    if given is None:
        if resource.deployment in (None, *models):
            return {}
        raise SetupError(
            f"The address names the deployment {resource.deployment!r}; say which model that is: "
            f"deployments={{'gpt-image-2': {resource.deployment!r}}}."
        )
    pairs = dict(given) if isinstance(given, dict) else None
    if not pairs or not all(isinstance(one, str) and one for pair in pairs.items() for one in pair):
        raise InputError(
            "deployments maps models to the names you deployed them by: "
            "deployments={'gpt-image-2': 'my-pictures'}."
        )
    if len(set(pairs.values())) < len(pairs):
        raise InputError("deployments names one deployment for two models: one of them is wrong.")
    return pairs


def missing(variable: str | None) -> SetupError:
    """Say that a resource has no address yet."""
    return SetupError(
        "Azure OpenAI needs the address of your resource: base_url='https://NAME.openai.azure.com'"
        f", or the environment variable {variable}."
    )
