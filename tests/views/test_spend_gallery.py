"""Spend and gallery from the Python side, on a real lab."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from imagelab import Lab
from imagelab.catalog.money import show
from imagelab.errors import InputError
from imagelab.simulator import Fault, Simulator
from imagelab.views.gallery import Gallery


def until(true: Callable[[], object]) -> None:
    """Wait for something to become true."""
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not become true")


def test_the_purse_is_followed(open_lab: Callable[..., Lab]) -> None:
    """What another lab on the same ledger spends is seen, and a closed view looks no more."""
    lab = open_lab(budget=1)
    spend = lab.spend(by="day")
    assert repr(spend) == "Spend($0 spent, $1.00 left of $1.00 (simulated money))"
    open_lab().generate("a fox")
    until(lambda: spend.figures["spent"] == "$0.011")
    assert spend.tables["quality"][0]["pictures"] == 1
    watch = next(iter(lab._watches))
    spend.close()
    watch.join(30)
    assert watch.is_over


def test_money_at_risk_is_told_in_words_too(open_lab: Callable[..., Lab]) -> None:
    """What was perhaps billed takes from the budget, and the line says so."""
    with Simulator(faults=[Fault.drop().only(times=1)]) as server:
        lab = open_lab("openai", base_url=server.url, api_key="k" * 20, budget=1)
        lab.compare("a fox")
        held = lab.compare("a fox")[0].hold_nano
        spend = lab.spend()
        left = show(10**9 - held)
        assert repr(spend) == (
            f"Spend($0 spent, {show(held)} at risk, {left} left of $1.00 (real money))"
        )
        spend.close()


def test_a_closed_lab_feeds_no_view(tmp_path: Any) -> None:
    """With its lab a view's thread ends."""
    lab = Lab(path=tmp_path)
    views = [lab.spend(), lab.gallery()]
    watches = list(lab._watches)
    lab.close()
    assert [watch.is_over and not watch._thread.is_alive() for watch in watches] == [True, True]
    for view in views:
        view.close()


def test_by_is_one_of_three(lab: Lab) -> None:
    """A wrong way to add up is an input error that says what was meant."""
    spend = lab.spend()
    with pytest.raises(InputError, match="not 'tier'"):
        spend.by = "tier"
    with pytest.raises(InputError, match="Did you mean model"):
        lab.spend(by="modle")
    assert spend.by == "quality"


@pytest.fixture
def gallery(lab: Lab) -> Gallery:
    """A gallery of three pictures, the newest of them an owl."""
    for prompt in ("a red fox", "a boat", "an owl"):
        lab.generate(prompt)
    return lab.gallery()


def test_everything_is_there_newest_first(gallery: Gallery) -> None:
    """Without a search the gallery has every row."""
    assert gallery.found == [3, 2, 1]
    assert repr(gallery) == "Gallery(3 pictures)"


def test_it_is_searched_from_python_and_from_the_page(gallery: Gallery) -> None:
    """Words, a tier and a day narrow what is found; what is no day is refused or said."""
    gallery.prompt = "owl"
    assert gallery.found == [3]
    gallery.set_state({"prompt": "", "quality": "high"})
    assert gallery.found == []
    gallery.set_state({"quality": "", "since": "tomorrow"})
    assert "is a day such as" in gallery.problem
    with pytest.raises(InputError, match="is a day such as"):
        gallery.until = "tomorrow"
    gallery.since = ""
    assert (gallery.found, gallery.problem) == ([3, 2, 1], "")


def test_a_picture_leads_back_to_its_row_and_request(
    lab: Lab, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened, its generation and its request are there, and the page gets row and Python."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(gallery, "send", lambda content, buffers=None: told.append(content))
    assert (gallery.generation, gallery.request) == (None, None)
    gallery._handle_custom_msg({"kind": "facts", "position": 2}, [])
    assert gallery.generation is not None
    assert gallery.generation.prompt == "a boat"
    assert gallery.request == gallery.generation.request
    facts = dict(told[0]["facts"])
    assert (facts["row"], facts["prompt"], facts["cost"]) == ("2", "a boat", "$0.011")
    assert told[0]["code"].startswith('lab.generate("a boat"')


def test_stars_are_searched_for(gallery: Gallery, lab: Lab) -> None:
    """A star that is given in the view is found by the next search."""
    gallery._handle_custom_msg({"kind": "note", "position": 1, "star": True, "remark": "fine"}, [])
    assert lab.gallery(star=True).found == [1]
    gallery.selected = [1, 3, 1]
    assert [one.id for one in gallery.selection] == [1, 3]


def test_rows_are_told_as_they_come_into_sight(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page asks for rows and thumbnails by id; ids that are not there are left out."""
    told: list[tuple[Any, Any]] = []
    monkeypatch.setattr(
        gallery, "send", lambda content, buffers=None: told.append((content, buffers))
    )
    gallery._handle_custom_msg({"kind": "rows", "positions": [3, 99]}, [])
    gallery._handle_custom_msg({"kind": "thumbnails", "positions": [3, 99]}, [])
    assert [row["label"] for row in told[0][0]["rows"]] == ["an owl"]
    assert [bool(data) for data in told[1][1]] == [True, False]


def test_what_comes_later_is_seen(lab: Lab, gallery: Gallery) -> None:
    """A picture that is made while the gallery is open stands in it by itself."""
    lab.generate("a whale")
    until(lambda: gallery.found == [4, 3, 2, 1])
    gallery.close()
