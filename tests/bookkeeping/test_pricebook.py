from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.errors import InputError, RecordError

OpenLab = Callable[..., Lab]


def test_a_price_of_ones_own_is_what_pictures_cost_from_then_on(lab: Lab) -> None:
    """What was paid before stays; what comes after costs the new price, and says which."""
    before = lab.generate("a fox")
    added = lab.prices.add("gpt-image-1", image_out=20, source="our contract")
    after = lab.generate("an owl")
    words = after.usage.text_input_tokens or 0
    assert after.cost_nano == 272 * 20_000 + words * 5_000 == after.quoted_nano
    assert after.price == added.id
    rows = {row["id"]: row for row in lab._session.ledger.rows()}
    assert rows[before.id]["cost_nano"] == before.cost_nano == 272 * 40_000 + words * 5_000


def test_a_price_of_ones_own_is_kept(open_lab: OpenLab) -> None:
    """The next lab on the same path goes by it."""
    open_lab().prices.add("gpt-image-1", image_out=20)
    assert open_lab().quote("a fox").nano == 272 * 20_000 + 8 * 5_000


def test_a_price_that_holds_later_changes_nothing_today(lab: Lab) -> None:
    """A price from next year on is not today's."""
    before = lab.quote("a fox").nano
    lab.prices.add("gpt-image-1", image_out=1, since="2999-01-01")
    assert lab.quote("a fox").nano == before
    assert lab.reprice(at="2999-01-01").words == "at the prices of 2999-01-01"


def test_reprice_tells_what_history_would_have_cost(lab: Lab) -> None:
    """The whole way: pictures, a price, and the difference it would have made."""
    lab.compare("a fox", quality=["low", "medium"])
    spent = lab.spent_usd
    lab.prices.add("gpt-image-1", image_out=20)
    found = lab.reprice()
    assert found.was_usd == pytest.approx(spent)
    assert found.difference_usd == pytest.approx(-(272 + 1056) * 20e-6)
    assert lab.spent_usd == spent
    assert lab.reprice(model="gpt-image-2").frame["new_model"].unique() == ["gpt-image-2"]


def test_the_prices_show_themselves(lab: Lab) -> None:
    """In a cell: what holds today here, what is unknown said so; the table has every row."""
    lab.prices.add("gpt-image-1", image_out=20, source="our <b>contract")
    shown = lab.prices._repr_html_()
    assert "<td>gpt-image-1</td>" in shown
    assert "our &lt;b&gt;contract" in shown
    assert "unknown" in shown
    assert lab.prices.frame.index[-1].endswith(":own")
    assert "1 added" in repr(lab.prices)


def test_a_file_may_be_given(open_lab: OpenLab, tmp_path: Path) -> None:
    """Prices that a team shares are read from the file that is named, and added to it."""
    file = tmp_path / "team.toml"
    file.write_text('[[price]]\nmodel = "gpt-image-1"\nsince = 2026-01-01\nimage_out = 20\n')
    lab = open_lab(prices=file)
    assert lab.quote("a fox").nano == 272 * 20_000 + 8 * 5_000
    lab.prices.add("gpt-image-1-mini", image_out=7)
    assert "gpt-image-1-mini" in file.read_text()
    assert not (lab.path / "prices.toml").exists()


def test_a_file_that_is_not_there_is_an_error(open_lab: OpenLab, tmp_path: Path) -> None:
    """A misspelt file is told of, rather than the catalogue's prices silently held."""
    with pytest.raises(RecordError, match=r"taem\.toml"):
        open_lab(prices=tmp_path / "taem.toml")


def test_a_broken_file_opens_no_lab_and_touches_nothing(open_lab: OpenLab) -> None:
    """Prices that cannot be read stop the lab before money is held at wrong ones."""
    lab = open_lab()
    file = lab.path / "prices.toml"
    file.write_text("[[price]\n")
    with pytest.raises(RecordError, match="Mend it"):
        open_lab()
    assert file.read_text() == "[[price]\n"


def test_what_cannot_be_written_is_not_added(lab: Lab) -> None:
    """A price that the disk refuses does not hold for this kernel alone."""
    (lab.path / "prices.toml").mkdir()
    before = lab.quote("a fox").nano
    with pytest.raises(RecordError):
        lab.prices.add("gpt-image-1", image_out=20)
    assert lab.quote("a fox").nano == before


def test_a_wrong_call_names_what_is_meant(lab: Lab) -> None:
    """A misspelt kind is an InputError that suggests the right word."""
    with pytest.raises(InputError, match="image_out"):
        lab.prices.add("gpt-image-1", image_otu=3)  # type: ignore[call-arg]


def test_a_price_for_another_provider(lab: Lab) -> None:
    """A price may be another provider's; it is then no price here."""
    before = lab.quote("a fox").nano
    row = lab.prices.add("gpt-image-1", image_out=20, provider="azure", since=dt.date(2026, 1, 1))
    assert row.provider == "azure"
    assert lab.quote("a fox").nano == before
    assert row.id in lab.prices.today("azure").index


def test_the_simulator_is_probed(lab: Lab) -> None:
    """Asked what it serves, the simulator lists the catalogue; nothing is billed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = lab.probe()
    assert "gpt-image-1" in found.served
    assert (found.new, found.repriced) == ((), ())
    assert lab.spent_usd == 0
