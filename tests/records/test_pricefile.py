from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.catalog.prices import KINDS
from imagelab.errors import InputError, RecordError
from imagelab.records import pricefile

ROW = {"model": "gpt-image-2", "since": dt.date(2026, 12, 1), "image_out": "27.50"}


def test_no_file_is_no_price(tmp_path: Path) -> None:
    """Without a file there is nothing over the catalogue."""
    assert pricefile.load(tmp_path / "prices.toml", "openai") == ()


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    """Rows stand under [[price]]; numbers may be written with or without quotes."""
    file = tmp_path / "prices.toml"
    file.write_text(
        '[[price]]\nmodel = "openai/gpt-image-2"\nsince = 2026-12-01\nimage_out = 27.5\n'
        'text_in = "4"\nsource = "our contract"\n'
    )
    (price,) = pricefile.load(file, "openai")
    assert (price.provider, price.model, price.lane) == ("openai", "gpt-image-2", "standard")
    assert (price.image_out, price.text_in, price.text_cached) == (27_500, 4_000, None)
    assert (price.layer, price.source, price.since) == ("own", "our contract", ROW["since"])


def test_what_is_added_stands_at_the_end(tmp_path: Path) -> None:
    """Adding a row leaves what people wrote, comments too, as it is."""
    file = tmp_path / "prices.toml"
    hand = (
        '# mine\n[[price]]\nmodel = "gpt-image-1"   # dear\nsince = 2026-01-01\nimage_out = "39"\n'
    )
    file.write_text(hand)
    pricefile.append(file, pricefile.price_of(ROW, "openai"))
    assert file.read_text().startswith(hand)
    assert [one.model for one in pricefile.load(file, "openai")] == ["gpt-image-1", "gpt-image-2"]


def test_a_new_file_says_what_it_is(tmp_path: Path) -> None:
    """The first row makes the file, with words that explain it; no draft is left."""
    file = tmp_path / "prices.toml"
    pricefile.append(file, pricefile.price_of(ROW, "openai"))
    assert file.read_text().startswith("# Prices of your own")
    assert [path.name for path in tmp_path.iterdir()] == ["prices.toml"]


@given(
    kinds=st.dictionaries(
        st.sampled_from(KINDS), st.integers(0, 10**9), min_size=1, max_size=len(KINDS)
    ),
    source=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
)
def test_what_is_added_is_read_again_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, kinds: dict[str, int], source: str
) -> None:
    """Any price and any source come back from the file exactly as they were added."""
    file = tmp_path_factory.mktemp("prices") / "prices.toml"
    dollars = {kind: Decimal(nano) / 1000 for kind, nano in kinds.items()}
    given_row = {"model": "m", "since": "2026-12-01", "source": source, "until": "2027-01-01"}
    price = pricefile.price_of({**given_row, **dollars}, "mine")
    pricefile.append(file, price)
    assert pricefile.load(file, "other") == (price,)
    assert price.kinds == kinds


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"image_out": None}, "text_in"),
        ({"image_out": -1}, "-1"),
        ({"image_out": "cheap"}, "cheap"),
        ({"image_out": 0.0001}, "tenth of a cent"),
        ({"image_out": 1e-12}, "tenth of a cent"),
        ({"image_otu": 3}, "Did you mean image_out"),
        ({"model": None}, "model"),
        ({"model": 7}, "model"),
        ({"since": None}, "since"),
        ({"since": "yesterday"}, "2026-12-01"),
        ({"since": 20261201}, "2026-12-01"),
        ({"until": "2026-12-01"}, "cannot end"),
        ({"lane": "slow"}, "standard and batch"),
        ({"provider": 3}, "provider"),
    ],
)
def test_what_is_no_price_is_refused(changes: dict[str, Any], said: str) -> None:
    """A row that says no price, day or model is an InputError that says what is wanted."""
    with pytest.raises(InputError, match=said):
        pricefile.price_of({**ROW, **changes}, "openai")


@pytest.mark.parametrize(
    "text",
    [
        "[[price]\n",
        'price = "27"\n',
        "[price]\nmodel = 3\n",
        "price = [3]\n",
        "\x00",
        "[[price]]\n",
    ],
)
def test_a_file_that_is_no_price_list_is_named(tmp_path: Path, text: str) -> None:
    """A file that cannot be read as prices is a RecordError that names it, and is left alone."""
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(RecordError, match=r"prices\.toml.*Mend it"):
        pricefile.load(file, "openai")
    assert file.read_text() == text


def test_a_row_is_named_by_its_number(tmp_path: Path) -> None:
    """Of many rows the wrong one is named."""
    file = tmp_path / "prices.toml"
    good = '[[price]]\nmodel = "m"\nsince = 2026-12-01\nimage_out = 3\n'
    file.write_text(f"{good}{good.replace('3', '-3')}")
    with pytest.raises(RecordError, match="number 2"):
        pricefile.load(file, "openai")


def test_bytes_that_are_no_text_are_no_price_list(tmp_path: Path) -> None:
    """A file of other bytes is a RecordError."""
    file = tmp_path / "prices.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordError, match="cannot be read"):
        pricefile.load(file, "openai")


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    """Adding to a file that is no TOML fails, and leaves it."""
    file = tmp_path / "prices.toml"
    file.write_text("[[price]\n")
    with pytest.raises(RecordError, match="cannot be written"):
        pricefile.append(file, pricefile.price_of(ROW, "openai"))
    assert file.read_text() == "[[price]\n"
