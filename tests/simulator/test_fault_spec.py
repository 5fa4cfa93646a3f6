"""Faults as words of the command line."""

from __future__ import annotations

import pytest

from imagelab.errors import InputError
from imagelab.simulator import Fault
from imagelab.simulator.fault_spec import parse
from imagelab.simulator.faults import KINDS

SPECS = [
    ("slow:3", Fault.slow(3)),
    ("slow:seconds=0.5,word=red fox", Fault.slow(0.5).only(word="red fox")),
    ("429", Fault.too_many()),
    ("429:retry-after=2,times=3", Fault.too_many(retry_after=2).only(times=3)),
    ("429:2", Fault.too_many(retry_after=2)),
    ("429:retry_after_ms=300", Fault.too_many(retry_after_ms=300)),
    ("429:date=5", Fault.too_many(date=5)),
    ("500", Fault.fail(500)),
    ("503:text=Too busy,every=4", Fault.fail(503, text="Too busy").only(every=4)),
    ("fail:502,billed=yes", Fault.fail(502, billed=True)),
    ("500:billed=true", Fault.fail(500, billed=True)),
    ("401", Fault.bad_key()),
    ("403:times=1", Fault.unverified().only(times=1)),
    ("hang-up:chance=0.1,seed=7", Fault.hang_up().only(chance=0.1, seed=7)),
    ("wrong-size:300x200", Fault.wrong_size("300x200")),
    ("extra-tokens:9,after=2", Fault.extra_tokens(9).only(after=2)),
    ("cut-stream:2", Fault.cut_stream(2)),
    ("stream-error:partials=0,text=Busy", Fault.stream_error(0, text="Busy")),
    ("retired:404", Fault.retired(404)),
    ("moderated_output", Fault.moderated_output()),
]


@pytest.mark.parametrize(("spec", "fault"), SPECS)
def test_a_spec_is_the_fault_it_describes(spec: str, fault: Fault) -> None:
    """NAME[:FIGURE][,key=value...] gives the same fault as Python does."""
    assert parse(spec) == fault


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_written(kind: str) -> None:
    """Each kind has a spec, with dashes for underscores."""
    figure = ":1" if kind in ("slow", "refuse", "trickle") else ""
    assert parse(kind.replace("_", "-") + figure).kind == kind


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("nonsense", "Known are slow"),
        ("", "Known are slow"),
        ("only:times=1", "Known are slow"),
        ("418", "401, 403, 429"),
        ("slow", "needs seconds"),
        ("slow:fast", "does not fit seconds"),
        ("slow:3,loudness=2", "It takes seconds, times"),
        ("cut:3", "It takes times"),
        ("500:billed=perhaps", "does not fit billed"),
        ("cut:times=0", "at least once"),
        ("wrong_size:99999x99999", "8,192 pixels an edge"),
        ("extra_tokens:-5", "0 to 10,000,000,000 tokens, not -5"),
    ],
)
def test_a_wrong_spec_says_what_is_right(spec: str, hint: str) -> None:
    """A spec that is not understood is an InputError with what there is."""
    with pytest.raises(InputError, match=hint):
        parse(spec)
