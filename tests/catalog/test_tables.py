from __future__ import annotations

import pandas as pd
import pytest

from imagelab.catalog import models, prices, tables
from imagelab.errors import ModelError


def test_the_table_of_models_has_a_row_each() -> None:
    """The models stand in the catalogue's order, found by id."""
    assert list(tables.models().index) == [model.id for model in models.all_models()]


def test_days_are_days() -> None:
    """Release and shutdown are dates, and missing where no day is known."""
    table = tables.models()
    assert table.loc["gpt-image-1", "shutdown"] == pd.Timestamp("2026-10-23")
    assert table["shutdown"].isna()["gpt-image-2"]
    assert pd.api.types.is_datetime64_dtype(table["released"])


def test_an_unknown_capability_is_missing() -> None:
    """Where sources disagree about batches the cell is missing, not False."""
    batch = tables.models()["batch"]
    assert batch["gpt-image-2"]
    assert batch["gpt-image-2.5-flare"] is pd.NA


def test_lists_are_written_out() -> None:
    """Tiers are one readable cell."""
    assert tables.models().loc["gpt-image-1", "tiers"] == "low, medium, high"


def test_no_successor_is_missing_not_a_word() -> None:
    """A model without a successor has a missing cell rather than the word None."""
    assert tables.models()["successor"].isna()["gpt-image-2"]


def test_prices_are_dollars_per_million() -> None:
    """The row of GPT Image 1 reads $5 in and $40 out per million tokens."""
    row = tables.prices().loc["openai/gpt-image-1/standard@2025-04-23"]
    assert (row["text_in"], row["image_out"]) == (5.0, 40.0)


def test_an_unknown_price_is_missing() -> None:
    """What Vercel asks for image input is NaN among floats, not 0."""
    table = tables.prices()
    assert (table.dtypes[list(prices.KINDS)] == "float64").all()
    assert table["image_in"].isna()["vercel/gpt-image-2/standard@2026-04-21"]
    assert not (table[list(prices.KINDS)] == 0).any(axis=None)


def test_prices_of_one_model() -> None:
    """Asked for one model, by any of its names, the table holds its rows only."""
    table = tables.prices("openai/gpt-image-2-2026-04-21")
    assert set(table["model"]) == {"gpt-image-2"}
    assert set(table["provider"]) == {"openai", "vercel", "azure"}


def test_prices_of_no_model() -> None:
    """A misspelt model is an error, not an empty table."""
    with pytest.raises(ModelError, match="Did you mean"):
        tables.prices("gpt-image2")


def test_the_table_of_providers() -> None:
    """The providers are found by name; the simulator has neither address nor key."""
    table = tables.providers()
    assert list(table.index) == ["openai", "vercel", "azure", "simulator"]
    assert table.loc["openai", "key_env"] == "OPENAI_API_KEY"
    assert table.loc["simulator", ["base_url", "key_env"]].isna().all()


def test_providers_are_compared_for_one_model() -> None:
    """For one model the table shows each provider's name of it and prices."""
    table = tables.providers("gpt-image-1")
    providers = ["openai", "vercel", "azure", "simulator"]
    assert table.loc["vercel", "model"] == "openai/gpt-image-1"
    assert table["image_out"].to_dict() == dict.fromkeys(providers, 40.0)


def test_providers_are_compared_by_the_picture() -> None:
    """For one model the table shows what a square picture of each tier costs at each provider."""
    row = tables.providers("gpt-image-1").loc["openai"]
    assert (row["low_usd"], row["high_usd"]) == (0.01088, 0.1664)
    assert tables.providers("gpt-image-2.6-flare")["low_usd"].isna().all()


def test_a_provider_may_end_a_model_on_a_day_of_its_own() -> None:
    """Azure serves the mini for longer than OpenAI, and the table shows both days."""
    table = tables.providers("gpt-image-1-mini")
    assert table.loc["openai", "shutdown"] == pd.Timestamp("2026-12-01")
    assert table.loc["azure", "shutdown"] == pd.Timestamp("2027-04-07")


def test_a_provider_without_a_known_price_still_has_a_row() -> None:
    """Where a provider's price is unknown its cells are missing."""
    row = tables.providers("gpt-image-2.6-flare").loc["vercel"]
    assert row["model"] == "openai/gpt-image-2.6-flare"
    assert row[["text_in", "image_out", "since", "source"]].isna().all()


def test_the_tables_hold_nothing_that_depends_on_the_day() -> None:
    """Two readings are equal, and no column tells a model's state today."""
    assert tables.models().equals(tables.models())
    assert "state" not in tables.models().columns
