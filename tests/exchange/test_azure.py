from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from imagelab.errors import InputError, RefusedError, RejectedError, SetupError
from imagelab.exchange import azure
from imagelab.exchange.client import Client
from imagelab.exchange.place import Place
from tests.servers import Server, answer, picture, success
from tests.sessions import KEY, fox

ROOT = "https://me.openai.azure.com"
AtAzure = Callable[..., Client]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def at_azure() -> Iterator[AtAzure]:
    """Make clients for a resource at an address."""
    made: list[Client] = []

    def make(server: Server, **settings: Any) -> Client:
        place = Place.find("azure", server.url.removesuffix("/v1"), **settings)
        assert place.base_url is not None
        made.append(Client(place, place.base_url, KEY, timeout=20.0, connections=2))
        return made[-1]

    yield make
    for client in made:
        client.close()


# --- whose address --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        ROOT,
        f"{ROOT}/",
        f"{ROOT}/openai",
        f"{ROOT}/openai/v1/",
        f"{ROOT}/openai/v1/images/generations",
        f"{ROOT}/openai/deployments/gpt-image-2",
    ],
)
def test_an_address_may_be_copied_whole(address: str) -> None:
    """Whatever route follows a resource's address, the resource is found."""
    assert azure.resource(address).root == ROOT
    assert Place.find("azure", address).base_url == f"{ROOT}/openai/v1"


def test_a_resource_may_stand_behind_a_gateway() -> None:
    """A path before the API's own is part of the address."""
    assert azure.resource("https://apim.example.com/team/openai/v1").root == (
        "https://apim.example.com/team"
    )


def test_the_portals_address_names_version_and_deployment() -> None:
    """The address that the portal shows says which classic version and deployment are meant."""
    address = f"{ROOT}/openai/deployments/pics/images/generations?api-version=2025-04-01-preview"
    place = Place.find("azure", address, deployments={"gpt-image-2": "pics"})
    assert (place.base_url, place.api_version) == (f"{ROOT}/openai", "2025-04-01-preview")
    with pytest.raises(SetupError, match=r"deployments=\{'gpt-image-2': 'pics'\}"):
        Place.find("azure", address)


def test_the_environment_names_the_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    """AZURE_OPENAI_ENDPOINT is used where no address is given, and that shows."""
    with pytest.raises(SetupError, match="AZURE_OPENAI_ENDPOINT"):
        Place.find("azure", None)
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", ROOT)
    place = Place.find("azure", None)
    assert (place.base_url, place.name, place.cost_basis) == (f"{ROOT}/openai/v1", "azure", "list")
    assert f"{ROOT} (from AZURE_OPENAI_ENDPOINT)" in place.title


def test_a_version_of_the_environment_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_API_VERSION chooses the endpoint as it does in the SDK, but never unseen."""
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-04-01-preview")
    place = Place.find("azure", ROOT)
    assert place.base_url == f"{ROOT}/openai"
    assert "version 2025-04-01-preview (from OPENAI_API_VERSION)" in place.title
    assert Place.find("azure", ROOT, api_version="v1").base_url == f"{ROOT}/openai/v1"


def test_a_resource_elsewhere_has_assumed_prices() -> None:
    """What is called Azure and stands elsewhere does not surely sell at Azure's list."""
    assert Place.find("azure", "http://127.0.0.1:8000").cost_basis == "assumed"


def test_what_is_no_version_is_refused() -> None:
    """A misspelt version is a SetupError before anything is sent."""
    with pytest.raises(SetupError, match="2025-04-01-preview"):
        Place.find("azure", ROOT, api_version="april")


@pytest.mark.parametrize("wrong", [{}, "pics", {"gpt-image-2": ""}, {"gpt-image-2": 3}, ["pics"]])
def test_what_maps_nothing_is_refused(wrong: Any) -> None:
    """Deployments that are no mapping of names are an InputError that shows one."""
    with pytest.raises(InputError, match="deployments="):
        Place.find("azure", ROOT, deployments=wrong)


def test_two_models_cannot_share_a_deployment() -> None:
    """A deployment serves one model: the ledger would not know which."""
    with pytest.raises(InputError, match="two models"):
        Place.find("azure", ROOT, deployments={"gpt-image-1": "pics", "gpt-image-2": "pics"})


@pytest.mark.parametrize("settings", [{"api_version": "v1"}, {"deployments": {"a": "b"}}])
@pytest.mark.parametrize(("name", "url"), [("openai", None), (None, "http://127.0.0.1:8000/v1")])
def test_azures_settings_are_azures_alone(
    name: str | None, url: str | None, settings: dict[str, Any]
) -> None:
    """Elsewhere a version or deployments are refused rather than dropped."""
    with pytest.raises(InputError, match="Azure"):
        Place.find(name, url, **settings)


def test_the_default_model_is_one_that_is_deployed() -> None:
    """Where deployments are named, the first of them is the default, but for the usual one."""
    one = Place.find("azure", ROOT, deployments={"gpt-image-1.5": "a", "gpt-image-1": "b"})
    both = Place.find("azure", ROOT, deployments={"gpt-image-1.5": "a", "gpt-image-2": "b"})
    assert (one.default_model, both.default_model) == ("gpt-image-1.5", "gpt-image-2")


def test_a_deployment_and_its_model_have_one_name_in_the_ledger() -> None:
    """Asked for by model or by deployment it is the same picture."""
    place = Place.find("azure", ROOT, deployments={"gpt-image-2": "pics"})
    assert place.bare("pics") == place.bare("gpt-image-2") == "gpt-image-2"
    assert (place.on_wire("gpt-image-2"), place.on_wire("gpt-image-1")) == ("pics", "gpt-image-1")


# --- how it is asked ------------------------------------------------------------------------


def test_the_v1_endpoint_is_asked_with_azures_header(at_azure: AtAzure) -> None:
    """At the v1 endpoint the deployment is the model of the body, and the key is in api-key."""
    with Server(success) as server:
        response = at_azure(server, deployments={"gpt-image-1": "pics"}).ask(fox())
        (asked,) = server.asked
    assert response.data == picture()
    assert asked.line == "POST /openai/v1/images/generations HTTP/1.1"
    assert asked.headers["api-key"] == KEY
    assert "authorization" not in asked.headers
    assert asked.json["model"] == "pics"


def test_the_classic_endpoint_is_asked_by_deployment(at_azure: AtAzure) -> None:
    """With a dated version the deployment is part of the address, and the version its query."""
    with Server(success) as server:
        settings = {"deployments": {"gpt-image-1": "pics"}, "api_version": "2025-04-01-preview"}
        at_azure(server, **settings).ask(fox())
        (asked,) = server.asked
    assert asked.line == (
        "POST /openai/deployments/pics/images/generations?api-version=2025-04-01-preview HTTP/1.1"
    )
    assert asked.headers["api-key"] == KEY
    assert "authorization" not in asked.headers


def test_an_undated_version_is_passed_to_the_v1_endpoint(at_azure: AtAzure) -> None:
    """``preview`` is a version of the v1 endpoint, and its query."""
    with Server(success) as server:
        at_azure(server, api_version="preview").ask(fox())
    assert server.asked[0].line == (
        "POST /openai/v1/images/generations?api-version=preview HTTP/1.1"
    )


@pytest.mark.parametrize("version", [None, "2025-04-01-preview"])
def test_no_other_key_of_the_environment_leaks_in(
    at_azure: AtAzure, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    """Keys, tokens and an organisation for elsewhere are not sent to Azure."""
    names = ("OPENAI_API_KEY", "OPENAI_ORG_ID", "AZURE_OPENAI_AD_TOKEN", "OPENAI_ADMIN_KEY")
    for name in (*names, "OPENAI_PROJECT_ID", "AZURE_OPENAI_API_KEY"):
        monkeypatch.setenv(name, "sk-of-somebody-else")
    with Server(success) as server:
        at_azure(server, api_version=version).ask(fox())
    assert "sk-of-somebody-else" not in str(server.asked[0])


def test_a_missing_deployment_says_what_to_name(at_azure: AtAzure) -> None:
    """Azure's word for an unknown deployment is answered with how deployments are named."""
    body = {"error": {"code": "DeploymentNotFound", "message": "The API deployment is not there."}}
    with (
        Server(lambda asked: answer(404, body)) as server,
        pytest.raises(RejectedError, match="deployments="),
    ):
        at_azure(server).ask(fox())


def test_azures_content_filter_is_a_refusal(at_azure: AtAzure) -> None:
    """What Azure's filter stops is refused, as by OpenAI's safety system."""
    body = {"error": {"code": "contentFilter", "message": "Your task failed as a result."}}
    with (
        Server(lambda asked: answer(400, body)) as server,
        pytest.raises(RefusedError),
    ):
        at_azure(server).ask(fox())
