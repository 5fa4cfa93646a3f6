"""The ways in which providers differ: names of models, addresses, keys, refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from imagelab.catalog import models
from imagelab.simulator import bodies
from imagelab.simulator.bodies import Reply, error

Provider = Literal["openai", "vercel", "azure"]
PROVIDERS: tuple[Provider, ...] = ("openai", "vercel", "azure")

ADMIN = "sk-admin"
"""What an admin key begins with."""

_NO_KEY = (
    "You didn't provide an API key. Provide one in the Authorization header, as Bearer YOUR_KEY; "
    "the simulator takes any that is not empty."
)


@dataclass(frozen=True)
class Manners:
    """How OpenAI itself behaves; ``root`` is the path of its base URL."""

    root: str = "/v1"

    def model(self, named: str) -> str | None:
        """Return the catalogue's name of a model as clients call it, or None."""
        return named

    def unknown(self, named: str) -> Reply:
        """Return what the images endpoints say of a model that is not there."""
        return bodies.no_such_model(named)

    def chat_refusal(self, named: str) -> Reply | None:
        """Return what chat completions answer to a model, or None where it may draw there."""
        return bodies.not_a_chat_model() if models.find(named) else bodies.model_not_found(named)

    def key_problem(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        """Return the refusal of a request whose key may not do this."""
        key = _bearer(headers)
        if key is None:
            return bodies.bad_key(_NO_KEY)
        for_admins = path.startswith(f"{self.root}/organization/")
        if for_admins and not key.startswith(ADMIN):
            message = (
                "You have insufficient permissions for this operation. Missing scopes: "
                "api.usage.read. It takes an admin key."
            )
            return error(403, message)
        if key.startswith(ADMIN) and not for_admins:
            message = "Admin API keys cannot be used for this endpoint. Use a project key."
            return error(401, message, code="invalid_api_key")
        return None


@dataclass(frozen=True)
class Gateway(Manners):
    """How the Vercel AI Gateway behaves: models of any maker, and pictures in chats."""

    def model(self, named: str) -> str | None:
        """Return the name without the maker's, which must stand before it."""
        return named.removeprefix("openai/") if named.startswith("openai/") else None

    def unknown(self, named: str) -> Reply:
        """Return what the gateway says of a model that it does not serve."""
        return error(404, f"Model '{named}' not found", kind="model_not_found")

    def chat_refusal(self, named: str) -> Reply | None:
        """Let the models of pictures draw."""
        known = self.model(named)
        return None if known and models.find(known) else self.unknown(named)

    def key_problem(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        """Ask for a key, but not for the list of models, which is public."""
        if path == "/v1/models" or path.startswith("/v1/models/"):
            return None
        return None if _bearer(headers) else bodies.bad_key(_NO_KEY)


@dataclass(frozen=True)
class Azure(Manners):
    """How Azure OpenAI behaves: deployments in the address or as models, and its own errors.

    ``deployments`` names models; without any, each model is deployed under its own name.
    """

    root: str = "/openai/v1"
    deployments: Mapping[str, str] = field(default_factory=dict)

    def model(self, named: str) -> str | None:
        """Return the model behind a deployment."""
        return self.deployments.get(named) if self.deployments else named

    def unknown(self, named: str) -> Reply:
        """Return what is said of a deployment that is not there."""
        return _azure(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment "
            "within the last 5 minutes, please wait a moment and try again.",
        )

    def chat_refusal(self, named: str) -> Reply | None:
        """Return what chat completions answer: no model of pictures draws there."""
        model = self.model(named)
        if not (model and models.find(model)):
            return self.unknown(named)
        return _azure(
            400,
            "OperationNotSupported",
            "The chatCompletion operation does not work with the specified model, "
            f"{model}. Please choose different model and try again.",
        )

    def key_problem(self, path: str, headers: Mapping[str, str]) -> Reply | None:
        """Ask for a key in ``api-key``, or for a token."""
        if headers.get("api-key", "").strip() or _bearer(headers):
            return None
        return _azure(
            401,
            "401",
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to "
            "provide a valid key for an active subscription and use a correct regional API "
            "endpoint for your resource.",
        )


def no_such_resource() -> Reply:
    """Return Azure's answer to a wrong address, or one without its version."""
    return _azure(404, "404", "Resource not found")


def _azure(status: int, code: str, message: str) -> Reply:
    return Reply(status, json.dumps({"error": {"code": code, "message": message}}).encode())


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
