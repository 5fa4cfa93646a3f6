from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.futile import Futile, ends
from imagelab.records.ledger import Ledger, Outcome
from imagelab.request import Generation
from imagelab.sweep import Cell
from tests.records.rows import held
from tests.sessions import fox


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger without rows."""
    with contextlib.closing(Ledger(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def failed(ledger: Ledger, kind: str, said: str = "No.") -> Generation:
    """Give a picture that failed in this way."""
    outcome = Outcome(status="failed", billed="no", cost_nano=0, error_kind=kind, error=said)
    return ledger.settle(held(ledger, kind), outcome)


def cell(provider: str | None = None, **settings: str) -> Cell:
    """Make a cell that asks this provider."""
    return Cell(0, {}, fox(**settings), 1, provider)


@pytest.mark.parametrize("kind", ["KeyRefusedError", "QuotaError", "UnreachableError"])
def test_what_every_request_would_meet_makes_the_rest_futile(ledger: Ledger, kind: str) -> None:
    """After such an error of the only provider nothing need be asked anywhere."""
    met = Futile([None])
    met.learn(failed(ledger, kind), None)
    assert met.everywhere == met.why(cell()) == "No."


@pytest.mark.parametrize("kind", ["RateLimitError", "RejectedError", "RefusedError"])
def test_what_one_request_met_makes_nothing_futile(ledger: Ledger, kind: str) -> None:
    """What is said of one request only says nothing of the others."""
    met = Futile([None])
    met.learn(failed(ledger, kind), None)
    assert met.everywhere is met.why(cell()) is None


def test_one_of_two_providers_is_given_up_alone(ledger: Ledger) -> None:
    """What one provider refuses the other may still do; when both refuse, the last is named."""
    met = Futile(["a", "b"])
    met.learn(failed(ledger, "QuotaError", "a has no credit"), "a")
    assert (met.why(cell("a")), met.why(cell("b"))) == ("a has no credit", None)
    assert met.everywhere is None
    met.learn(failed(ledger, "KeyRefusedError", "b knows no such key"), "b")
    assert met.everywhere == "b knows no such key"


def test_a_model_that_is_gone_stops_its_own_pictures_only(ledger: Ledger) -> None:
    """Other models are asked for, and this model at other providers."""
    met = Futile(["a", "b"])
    met.learn(failed(ledger, "ModelGoneError", "It is retired."), "a")
    assert met.why(cell("a")) == "It is retired."
    assert met.why(cell("b")) is met.why(cell("a", model="gpt-image-2")) is None
    assert met.everywhere is None


@pytest.mark.parametrize(
    ("kind", "would"), [("QuotaError", True), ("ModelGoneError", True), ("SpoiltError", False)]
)
def test_an_error_that_others_meet_ends_a_run(ledger: Ledger, kind: str, would: bool) -> None:
    """A run that met nothing else has only such an error to show."""
    assert ends(failed(ledger, kind)) is would
