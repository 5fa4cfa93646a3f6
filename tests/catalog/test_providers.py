from __future__ import annotations

import pytest

from imagelab.catalog import models, providers
from imagelab.errors import SetupError


def test_four_providers_have_names() -> None:
    """OpenAI, Vercel's gateway, Azure and the simulator can be named."""
    names = [one.name for one in providers.all_providers()]
    assert names == ["openai", "vercel", "azure", "simulator"]


@pytest.mark.parametrize(
    ("name", "address", "variable", "prefix", "model"),
    [
        ("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "", "gpt-image-2"),
        (
            "vercel",
            "https://ai-gateway.vercel.sh/v1",
            "AI_GATEWAY_API_KEY",
            "openai/",
            "gpt-image-2",
        ),
        ("azure", None, "AZURE_OPENAI_API_KEY", "", "gpt-image-2"),
        ("simulator", None, None, "", "gpt-image-1"),
    ],
)
def test_each_is_reached_its_own_way(
    name: str, address: str | None, variable: str | None, prefix: str, model: str
) -> None:
    """Each provider has its address, the variable of its key, its prefix and its default."""
    one = providers.get(name)
    assert (one.base_url, one.key_env, one.model_prefix, one.default_model) == (
        address,
        variable,
        prefix,
        model,
    )


def test_only_the_simulator_is_simulated() -> None:
    """Money is real at every named provider but the simulator."""
    assert [one.name for one in providers.all_providers() if one.simulated] == ["simulator"]


def test_every_default_model_is_catalogued() -> None:
    """The default model of every provider is one that the catalogue knows."""
    assert all(models.find(one.default_model) for one in providers.all_providers())


def test_an_unknown_provider_is_none_to_find() -> None:
    """Looking for a provider that has no row gives None."""
    assert providers.find("localhost:8000") is None


def test_an_unknown_provider_is_an_error_to_get() -> None:
    """Asking for an unknown provider names the known ones, the likely one and base_url."""
    with pytest.raises(SetupError) as caught:
        providers.get("opnai")
    message = str(caught.value)
    assert "'openai'" in message
    assert "openai, vercel, azure, simulator" in message
    assert "base_url=" in message


@pytest.mark.parametrize("name", ["nope", "ollama", "gpt-image-1"])
def test_a_far_off_provider_gets_no_guess(name: str) -> None:
    """Nothing is suggested for a name like no other, but the known ones are listed."""
    with pytest.raises(SetupError, match=r"^(?!.*Did you mean).*openai, vercel, azure, simulator"):
        providers.get(name)


def test_a_key_in_place_of_a_name_stands_in_no_message() -> None:
    """Whoever gives a key where a provider belongs does not find it in the error."""
    with pytest.raises(SetupError, match="A key was given") as refused:
        providers.get("sk-proj-abcdefgh12345678")
    assert "abcdefgh" not in str(refused.value)
