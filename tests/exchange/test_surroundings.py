from __future__ import annotations

import sys
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.errors import SetupError
from tests.exchange.conftest import Ask
from tests.servers import Server, picture, success
from tests.sessions import fox

FAR = "https://images.example.test/v1"
VARIABLES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_PROXY")

WRONG = [
    ("ALL_PROXY", "socks4://user:hidden@127.0.0.1:1", "http://host:port"),
    ("ALL_PROXY", "foo://127.0.0.1:1", "http://host:port"),
    ("all_proxy", "foo://127.0.0.1:1", "http://host:port"),
    ("HTTPS_PROXY", "http://user:hidden@[::1", "http://host:port"),
    ("http_proxy", "http://127.0.0.1:port", "http://host:port"),
    ("SSL_CERT_FILE", "/no/such/file.pem", "in PEM form"),
    ("SSL_CERT_FILE", __file__, "in PEM form"),
]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have none of the machine's own settings."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(("name", "value", "remedy"), WRONG)
def test_what_the_environment_has_wrong_is_named(
    at: Ask, monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    """A proxy or certificates that cannot be used are a SetupError with the variable's name."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SetupError, match=f"{name}.*nothing was sent.*{remedy}") as caught:
        at(FAR)
    assert "hidden" not in str(caught.value)


def test_a_socks_proxy_names_the_package_that_it_needs(
    at: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the package for them, a SOCKS proxy says how to install it."""
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(SetupError, match=r"SOCKS proxy of ALL_PROXY .*pip install socksio"):
        at(FAR)


def test_only_the_variable_that_is_wrong_is_named(at: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good proxy beside a bad one is not blamed."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "socks4://127.0.0.1:9")
    with pytest.raises(SetupError, match="The proxy of HTTPS_PROXY cannot"):
        at(FAR)


def test_nothing_is_held_where_the_environment_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error comes before any money is set aside, and leaves no row."""
    monkeypatch.setenv("ALL_PROXY", "socks4://127.0.0.1:1")
    with Lab(base_url=FAR, api_key="sk-test-0123456789", path=tmp_path) as lab:
        with pytest.raises(SetupError, match="ALL_PROXY"):
            lab.generate("a fox")
        assert len(lab.log) == 0


@pytest.mark.parametrize(("name", "value", "remedy"), WRONG)
def test_a_server_on_this_machine_needs_none_of_it(
    at: Ask, monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    """What is wrong with the way out does not matter to who stays here."""
    monkeypatch.setenv(name, value)
    with Server(success) as server:
        assert at(server.url).ask(fox()).data == picture()
