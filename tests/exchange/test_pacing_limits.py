"""How near a pacer keeps to limits, in a world of its own time: the whole crowd, no waiting."""

from __future__ import annotations

import pytest

from tests.exchange.pacing_world import TOKENS, Provider

WAYS = {
    "headers": ["headers", "words", "delay"],
    "words": ["words", "delay"],
    "delay": ["delay"],
    "nothing": [],
}
IN_FLIGHT = 250

ways = pytest.mark.parametrize("says", WAYS.values(), ids=WAYS)


@ways
@pytest.mark.parametrize("seconds", [0.2, 8.0, 25.0])
@pytest.mark.parametrize("limit", [20, 60, 240, 500])
def test_at_the_limit_the_pace_is_kept(limit: int, seconds: float, says: list[str]) -> None:
    """Once under way, at least 97 % of what is allowed comes, and under 2 % is turned away."""
    provider = Provider(says, seconds, images_per_minute=limit)
    provider.ask(3 * limit, IN_FLIGHT)
    began, turned_away = provider.world.now, provider.turned_away
    provider.ask(10 * limit, IN_FLIGHT)
    assert 7 * 60 / (provider.world.now - began) >= 0.97
    assert (provider.turned_away - turned_away) / (7 * limit) < 0.02


@ways
@pytest.mark.parametrize("seconds", [0.2, 8.0, 25.0])
def test_learning_a_limit_costs_little(seconds: float, says: list[str]) -> None:
    """From the first picture of a provider on, four minutes' worth keep to the same bounds."""
    limit = 240
    provider = Provider(says, seconds, images_per_minute=limit)
    took = provider.ask(4 * limit, IN_FLIGHT)
    assert (3 * 60 + seconds) / took >= 0.97
    assert provider.turned_away / (4 * limit) < 0.02


@pytest.mark.parametrize("says", [WAYS["headers"], WAYS["words"]], ids=["headers", "words"])
def test_a_limit_of_tokens_is_kept_too(says: list[str]) -> None:
    """What counts tokens is paced as well as what counts pictures."""
    provider = Provider(says, 8.0, tokens_per_minute=240 * TOKENS)
    took = provider.ask(4 * 240, IN_FLIGHT)
    assert (3 * 60 + 8) / took >= 0.97
    assert provider.turned_away / (4 * 240) < 0.02


@pytest.mark.parametrize("says", [WAYS["headers"], WAYS["words"]], ids=["headers", "words"])
def test_the_lowest_tier_turns_one_away(says: list[str]) -> None:
    """Five pictures a minute are found out with one 429, and kept to from then on."""
    provider = Provider(says, 25.0, images_per_minute=5)
    took = provider.ask(50, IN_FLIGHT)
    assert provider.turned_away == 1
    assert (9 * 60 + 25) / took >= 0.97
