from __future__ import annotations

import datetime as dt

import pytest

from imagelab.bookkeeping import probing
from imagelab.catalog import models
from imagelab.catalog.prices import Book, Price
from imagelab.exchange.listing import Listing, Offer
from imagelab.exchange.place import Place

OPENAI = Place.find("openai", None)
OWN = Place.find(None, "http://127.0.0.1:8000/v1")
FAR, PAST = dt.date(2999, 1, 1), dt.date(2026, 10, 23)


def offered(model: str, **said: object) -> Offer:
    """One model as a provider lists it."""
    return Offer(model=model, listed_as=model, **said)  # type: ignore[arg-type]


def finding(*offers: Offer, of: str, place: Place = OPENAI) -> probing.Finding:
    """Find one model in a comparison."""
    probe = probing.compare(Listing(offers=offers), place, Book())
    return next(one for one in probe.findings if one.model == of)


def test_a_list_as_catalogued_has_nothing_to_tell() -> None:
    """Where the provider serves what the catalogue says, nothing is new, retired or repriced."""
    offers = [
        offered(model.id, shutdown=model.shutdown, tells_shutdown=True)
        for model in models.all_models()
        if model.shutdown is None
    ]
    probe = probing.compare(Listing(offers=tuple(offers)), OPENAI, Book())
    assert (probe.new, probe.retiring, probe.repriced) == ((), (), ())
    assert set(probe.served) == {offer.model for offer in offers}


def test_a_model_that_the_catalogue_does_not_know_is_new() -> None:
    """A new model is told of."""
    found = finding(offered("gpt-image-9"), of="gpt-image-9")
    assert (found.verdict, found.listed) == ("new", True)


def test_what_is_catalogued_and_not_listed_is_missed() -> None:
    """A model that should be there and is not counts as retired, with what followed it."""
    found = finding(of="gpt-image-2")
    assert (found.verdict, found.listed) == ("not listed", False)
    assert finding(of="gpt-image-1").verdict == "retired"
    assert "gpt-image-2.5-sunburst" in finding(of="gpt-image-1").note


def test_an_address_of_ones_own_misses_nothing() -> None:
    """A server of one's own serves what it likes: what is not there is not missed."""
    probe = probing.compare(Listing(offers=(offered("sdxl"),)), OWN, Book())
    assert [one.model for one in probe.findings] == ["sdxl"]


def test_a_last_day_that_the_catalogue_does_not_know() -> None:
    """A shutdown that was announced since shows with its day."""
    found = finding(offered("gpt-image-2", shutdown=FAR, tells_shutdown=True), of="gpt-image-2")
    assert (found.verdict, found.last_day) == ("retiring", FAR)
    assert "last day 2999-01-01, catalogued as not set" in found.note


def test_a_model_that_came_back() -> None:
    """A model that the catalogue holds for retired, and that is served, is back."""
    open_end = finding(offered("gpt-image-1", tells_shutdown=True), of="gpt-image-1")
    as_dated = finding(offered("gpt-image-1", shutdown=PAST, tells_shutdown=True), of="gpt-image-1")
    assert (open_end.verdict, as_dated.verdict) == ("back", "back")


def test_who_says_nothing_of_last_days_keeps_the_catalogues() -> None:
    """A list without last days does not say that there are none."""
    found = finding(offered("gpt-image-2"), of="gpt-image-2")
    assert (found.verdict, found.note) == ("as catalogued", "")


def test_a_changed_price_is_told_with_both() -> None:
    """A price that differs from what is known shows old and new."""
    found = finding(
        offered("gpt-image-2", kinds={"image_out": 28_000, "text_in": 5_000}), of="gpt-image-2"
    )
    assert found.price_changes == {"image_out": (30_000, 28_000)}
    assert "image_out $28 per million, was $30" in found.note


def test_prices_of_ones_own_are_known_prices() -> None:
    """What the person has written down already is no change; what was read before still is."""
    row = Price("openai", "gpt-image-2", "standard", PAST, PAST, "x", image_out=28_000, layer="own")
    offer = Listing(offers=(offered("gpt-image-2", kinds={"image_out": 28_000}),))
    assert probing.compare(offer, OPENAI, Book([row])).repriced == ()


def test_a_probe_shows_itself() -> None:
    """In a cell it is a sentence and a table; its table has a row for each model."""
    probe = probing.compare(Listing(offers=(offered("gpt-<b>9"),)), OPENAI, Book())
    shown = probe._repr_html_()
    assert "1 listed, 1 new" in shown
    assert "gpt-&lt;b&gt;9" in shown
    assert "<b>9" not in shown
    assert list(probe.frame.columns) == ["listed", "verdict", "last_day", "note"]
    assert probe.frame.loc["gpt-image-1-mini", "last_day"] == dt.datetime(2026, 12, 1)


@pytest.mark.parametrize("place", [OPENAI, OWN])
def test_a_list_that_cannot_be_read_tells_nothing(place: Place) -> None:
    """Nonsense at /models retires nobody: the problem is told in words."""
    probe = probing.compare(Listing(problem="it is no list"), place, Book())
    assert (probe.findings, probe.retired) == ((), ())
    assert "it is no list" in repr(probe)
    assert "it is no list" in probe._repr_html_()
    assert probe.frame.empty
