"""The server's own count of what it billed."""

from __future__ import annotations

from imagelab.simulator import Billed, BilledRow, Simulator
from tests.simulator.wire import ask, unpainted


def test_a_bill_is_exact_to_the_nano_dollar(simulator: Simulator) -> None:
    """A low gpt-image-1 picture of a 3-token prompt costs 9 x 5000 + 272 x 40000 nano-dollars."""
    answer = ask(simulator, model="gpt-image-1", prompt="a red fox", size="1024x1024")
    assert answer.json["usage"]["input_tokens"] == 9
    assert simulator.billed.nano == 9 * 5_000 + 272 * 40_000


def test_a_row_says_what_was_billed(simulator: Simulator) -> None:
    """The row has request id, model, tier, size, pictures, tokens and nano-dollars."""
    answer = unpainted(simulator, n=2)
    usage = answer.json["usage"]
    text, image = usage["input_tokens"], usage["output_tokens"]
    assert simulator.billed.rows == (
        BilledRow(
            request_id=answer.headers["x-request-id"],
            model="gpt-image-2",
            quality="low",
            size="1024x640",
            pictures=2,
            text_tokens=text,
            image_tokens=image,
            nano=text * 5_000 + image * 30_000,
        ),
    )


def test_bills_add_up_by_model(simulator: Simulator) -> None:
    """Pictures and nano-dollars are counted by model, and their sums are the totals."""
    unpainted(simulator, n=2)
    unpainted(simulator, model="gpt-image-1", size="1024x1024")
    assert simulator.billed.pictures_by_model == {"gpt-image-2": 2, "gpt-image-1": 1}
    assert sum(simulator.billed.nano_by_model.values()) == simulator.billed.nano
    assert simulator.billed.pictures == 3


def test_what_has_no_price_is_not_counted_as_nothing() -> None:
    """A row without a price stays out of the sum and is counted as unpriced."""
    billed = Billed()
    billed.add(BilledRow("req_1", "m", "low", "1024x1024", 1, 1, 1, None))
    assert (billed.nano, billed.unpriced, billed.pictures) == (0, 1, 1)
    assert billed.nano_by_model == {}


def test_bills_can_be_forgotten(simulator: Simulator) -> None:
    """After clear the count begins anew."""
    unpainted(simulator)
    simulator.billed.clear()
    assert repr(simulator.billed) == "Billed(pictures=0, nano=0)"
