from __future__ import annotations

import pytest

from imagelab.catalog import providers
from imagelab.errors import MissingKeyError, SetupError
from imagelab.exchange.place import Place

KEY = "sk-test-0123456789abcdefghij"

VARIABLES = (
    "IMAGELAB_PROVIDER",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "AI_GATEWAY_API_KEY",
)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


# --- who ------------------------------------------------------------------------------------


def test_nothing_said_is_the_simulator() -> None:
    """A lab that is told nothing uses the simulator: simulated money, nothing to reach."""
    place = Place.find(None, None)
    assert (place.name, place.simulated, place.base_url) == ("simulator", True, None)


def test_the_environment_names_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """IMAGELAB_PROVIDER is the provider of a lab that names none."""
    monkeypatch.setenv("IMAGELAB_PROVIDER", "openai")
    assert Place.find(None, None).name == "openai"


def test_a_named_provider_stands_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that is named is used, whatever IMAGELAB_PROVIDER says."""
    monkeypatch.setenv("IMAGELAB_PROVIDER", "openai")
    assert Place.find("vercel", None).name == "vercel"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty IMAGELAB_PROVIDER says nothing."""
    monkeypatch.setenv("IMAGELAB_PROVIDER", "")
    assert Place.find(None, None).name == "simulator"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://API.OpenAI.com:443/v1/", "openai"),
        ("https://ai-gateway.vercel.sh/v1", "vercel"),
    ],
)
def test_a_providers_own_address_is_that_provider(address: str, name: str) -> None:
    """Where no name is given the address tells: the same provider's pictures are not paid twice."""
    assert Place.find(None, address).name == name


def test_an_address_that_only_resembles_a_providers_is_another() -> None:
    """A host that only ends or begins alike is somebody else."""
    assert Place.find(None, "https://api.openai.com.example/v1").name == "api.openai.com.example"


def test_the_environment_does_not_touch_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """IMAGELAB_PROVIDER does not name a base_url that was given: it would pay as somebody else."""
    monkeypatch.setenv("IMAGELAB_PROVIDER", "simulator")
    place = Place.find(None, "http://127.0.0.1:8000/v1")
    assert (place.name, place.simulated) == ("127.0.0.1:8000", False)


@pytest.mark.parametrize("name", ["simulator", "openai", "vercel"])
def test_a_named_provider_is_as_catalogued(name: str) -> None:
    """A provider of the catalogue has its own address, default model, prefix and list prices."""
    place, known = Place.find(name, None), providers.get(name)
    assert (place.name, place.base_url, place.default_model) == (
        name,
        known.base_url,
        known.default_model,
    )
    assert (place.model_prefix, place.simulated) == (known.model_prefix, known.simulated)
    assert (place.catalogued, place.cost_basis) == (True, "list")


def test_an_unknown_provider_is_refused_with_a_guess() -> None:
    """A provider that is not known is a SetupError that suggests the right word."""
    with pytest.raises(SetupError, match="openai"):
        Place.find("opnai", None)


# --- where ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("https://images.example.com/v1", "images.example.com"),
        ("http://[::1]:9/v1", "[::1]:9"),
    ],
)
def test_an_address_is_known_by_host_and_port(url: str, name: str) -> None:
    """A base_url without a name is known by its host and port, whatever path follows."""
    assert Place.find(None, url).name == name
    assert Place.find(None, url + "/more").name == name


def test_the_letters_of_a_host_do_not_matter() -> None:
    """A host written in capitals is the same provider: its pictures are not paid for twice."""
    one = Place.find(None, "https://Images.Example.com/v1")
    assert one.name == Place.find(None, "https://images.example.com/v1").name


def test_the_usual_port_does_not_matter() -> None:
    """A port that goes without saying, said or not, is the same provider."""
    said = Place.find(None, "https://images.example.com:443/v1")
    assert said.name == Place.find(None, "https://images.example.com/v1").name


def test_an_address_may_have_a_name() -> None:
    """A base_url with a name of one's own is known by the name."""
    place = Place.find("mine", "http://127.0.0.1:8000/v1")
    assert (place.name, place.base_url) == ("mine", "http://127.0.0.1:8000/v1")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "https://images.example.com/v1"])
def test_an_address_is_real_money_at_assumed_prices(url: str) -> None:
    """A base_url counts as real money at assumed prices, and may have models of its own."""
    place = Place.find(None, url)
    assert (place.simulated, place.cost_basis, place.catalogued) == (False, "assumed", False)


def test_a_simulator_elsewhere_is_simulated() -> None:
    """A simulator at an address of its own is simulated money."""
    place = Place.find("simulator", "http://127.0.0.1:8111/v1")
    assert (place.name, place.simulated) == ("simulator", True)


@pytest.mark.parametrize("host", ["simulator", "openai", "vercel"])
def test_a_host_named_like_a_provider_is_not_that_provider(host: str) -> None:
    """A host that is called like a provider, as in a compose file, does not share its pictures."""
    place = Place.find(None, f"http://{host}/v1")
    assert place.name != host
    assert place.simulated is False


@pytest.mark.parametrize(
    "url",
    [
        "example.com/v1",
        "ftp://example.com",
        "http://",
        "",
        "/v1",
        "http://[::1/v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:port/v1",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """A base_url that is no web address is a SetupError that shows what one looks like."""
    with pytest.raises(SetupError, match=r"https://api\.example\.com/v1"):
        Place.find(None, url)


@pytest.mark.parametrize("end", ["?key=a", "#top", " ", "?"])
def test_an_address_that_no_path_fits_behind_is_refused(end: str) -> None:
    """A query, a fragment or a space would stand in the midst of what is asked; none is shown."""
    with pytest.raises(SetupError, match="paths of the API") as caught:
        Place.find(None, f"https://api.example.org/v1{end}")
    assert "key=a" not in str(caught.value)


@pytest.mark.parametrize("url", [5, b"https://api.example.com/v1", ["https://api.example.com"]])
def test_what_is_no_text_is_no_address(url: object) -> None:
    """A base_url that is no text is a SetupError that shows what one looks like."""
    with pytest.raises(SetupError, match=r"https://api\.example\.com/v1; got"):
        Place.find(None, url)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["ftp://user:{}@example.com", "http://user:{}@[::1/v1"])
def test_a_password_is_not_repeated_where_the_address_is_wrong_too(url: str) -> None:
    """A base_url that is no address does not have its password shown either."""
    with pytest.raises(SetupError) as caught:
        Place.find(None, url.format(KEY))
    assert KEY not in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    """A base_url with a password is a SetupError that says api_key and hides the password."""
    with pytest.raises(SetupError, match="api_key") as caught:
        Place.find(None, f"https://user:{KEY}@example.com/v1")
    assert KEY not in str(caught.value)


def test_an_openai_address_of_the_environment_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OPENAI_BASE_URL in effect is used, shows in the title, and its prices are assumed."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example.com/v1")
    place = Place.find("openai", None)
    assert place.base_url == "https://proxy.example.com/v1"
    assert "https://proxy.example.com/v1 (from OPENAI_BASE_URL)" in place.title
    assert (place.cost_basis, place.from_environment) == ("assumed", True)


@pytest.mark.parametrize("name", ["simulator", "vercel"])
def test_an_openai_address_is_openais_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """OPENAI_BASE_URL does not touch other providers."""
    before = Place.find(name, None)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example.com/v1")
    assert Place.find(name, None) == before


def test_an_address_stands_over_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A base_url that is given is used, whatever OPENAI_BASE_URL says."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example.com/v1")
    place = Place.find("openai", "http://127.0.0.1:8000/v1")
    assert (place.base_url, place.from_environment) == ("http://127.0.0.1:8000/v1", False)
    assert "OPENAI_BASE_URL" not in place.title


def test_an_address_in_the_environment_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OPENAI_BASE_URL that is no web address is a SetupError."""
    monkeypatch.setenv("OPENAI_BASE_URL", "proxy.example.com")
    with pytest.raises(SetupError, match=r"proxy\.example\.com"):
        Place.find("openai", None)


def test_the_organisation_is_openais_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_ORG_ID and OPENAI_PROJECT_ID are read for OpenAI and for nobody else."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    openai = Place.find("openai", None)
    assert (openai.organization, openai.project) == ("org-1", "proj-1")
    for other in (
        Place.find("vercel", None),
        Place.find(None, None),
        Place.find(None, "http://127.0.0.1:8000/v1"),
    ):
        assert (other.organization, other.project) == (None, None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://LOCALHOST:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://127.0.0.1.example.com/v1", False),
        ("https://localhost.example.com/v1", False),
    ],
)
def test_loopback_is_known(url: str | None, expected: bool) -> None:
    """A server on this machine is known as such, and no other is taken for one."""
    assert Place.find("simulator", url).is_loopback is expected


# --- the key --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("vercel", "AI_GATEWAY_API_KEY")]
)
def test_a_missing_key_names_the_variable(provider: str, variable: str) -> None:
    """A missing key is a MissingKeyError that names the variable and the simulator."""
    with pytest.raises(MissingKeyError, match=rf"{variable}.*simulator needs no key"):
        Place.find(provider, None).key(None, None)


@pytest.mark.parametrize(
    ("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("vercel", "AI_GATEWAY_API_KEY")]
)
def test_a_key_is_read_from_the_usual_variable(
    monkeypatch: pytest.MonkeyPatch, provider: str, variable: str
) -> None:
    """Each provider's key is read from its own variable; a line break around it is dropped."""
    monkeypatch.setenv(variable, f" {KEY}\n")
    assert Place.find(provider, None).key(None, None) == KEY


def test_a_key_is_read_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """api_key_env names another variable, which alone is then read."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-usual")
    monkeypatch.setenv("MY_KEY", KEY)
    assert Place.find("openai", None).key(None, "MY_KEY") == KEY
    with pytest.raises(MissingKeyError, match="OTHER_KEY"):
        Place.find("openai", None).key(None, "OTHER_KEY")


def test_a_given_key_stands_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is given is used, whatever the environment says."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-usual")
    assert Place.find("openai", None).key(KEY, None) == KEY


@pytest.mark.parametrize(
    "key", ["sk-one two", "sk-\u201cquoted\u201d", "sk-a\nb", "sk-\x00"], ids=ascii
)
def test_a_key_that_cannot_be_one_is_refused_and_not_repeated(key: str) -> None:
    """A key with spaces or odd letters is a MissingKeyError that does not repeat it."""
    with pytest.raises(MissingKeyError, match="Copy it again") as caught:
        Place.find("openai", None).key(key, None)
    assert key not in str(caught.value)


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_missing(key: str) -> None:
    """A key of nothing but spaces is a missing key."""
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        Place.find("openai", None).key(key, None)


def test_an_empty_key_for_an_address_says_api_key() -> None:
    """Where no variable is the usual one, an empty key's remedy is no made-up variable."""
    with pytest.raises(MissingKeyError) as caught:
        Place.find(None, "http://127.0.0.1:8000/v1").key("", None)
    assert "environment variable api_key" not in str(caught.value)


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:8000/v1"])
def test_the_simulator_needs_no_key(url: str | None) -> None:
    """The simulator, here or elsewhere, is asked with a key that is not empty and no secret."""
    assert Place.find("simulator", url).key(None, None)
