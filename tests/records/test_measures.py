"""Measures of pictures in the ledger."""

from __future__ import annotations

from imagelab.records import measures
from imagelab.records.ledger import Ledger

PICTURE, OTHER = "a" * 64, "b" * 64


def test_what_was_measured_is_read_back(ledger: Ledger) -> None:
    """Numbers, truths, texts and missing values keep their kinds."""
    values = {"sharp": 1.5, "many": 3, "clear": True, "look": "ü", "none": None}
    measures.keep(ledger, PICTURE, values, dict.fromkeys(values, "1"))
    read = measures.read(ledger)
    assert {name: found[PICTURE] for name, found in read.items()} == values
    assert type(read["clear"][PICTURE]) is bool


def test_another_version_replaces_the_older(ledger: Ledger) -> None:
    """A picture has one value of each name: what the newest function measured."""
    measures.keep(ledger, PICTURE, {"sharp": 1}, {"sharp": "old"})
    measures.keep(ledger, PICTURE, {"sharp": 2}, {"sharp": "new"})
    assert measures.read(ledger) == {"sharp": {PICTURE: 2}}


def test_what_another_version_measured_is_not_known(ledger: Ledger) -> None:
    """Asked for by version, only that version's values are given."""
    measures.keep(ledger, PICTURE, {"sharp": 1}, {"sharp": "old"})
    measures.keep(ledger, OTHER, {"sharp": 2}, {"sharp": "new"})
    assert measures.read(ledger, {"sharp": "new"}) == {"sharp": {OTHER: 2}}
    assert measures.read(ledger, {"other": "new"}) == {"other": {}}
