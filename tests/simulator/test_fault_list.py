"""Whose turn it is: which requests a fault hits."""

from __future__ import annotations

import pytest

from imagelab.errors import InputError
from imagelab.simulator import Fault, Faults


def hits(faults: Faults, count: int, prompt: str = "a fox") -> list[str]:
    """Return for each of ``count`` requests the kinds that hit it, joined."""
    picked = [faults.pick(prompt, size_is_auto=False) for _ in range(count)]
    return ["+".join(fault.kind for fault in one) for one in picked]


def test_a_fault_without_conditions_hits_every_request() -> None:
    """As it stands a fault always applies."""
    assert hits(Faults(Fault.cut()), 3) == ["cut", "cut", "cut"]


def test_times_wears_a_fault_out() -> None:
    """times=2 hits two requests and then no more."""
    assert hits(Faults(Fault.cut().only(times=2)), 4) == ["cut", "cut", "", ""]


def test_every_spaces_a_fault() -> None:
    """every=3 hits the third, the sixth and so on."""
    assert hits(Faults(Fault.cut().only(every=3)), 6) == ["", "", "cut", "", "", "cut"]


def test_after_lets_the_first_ones_go() -> None:
    """after=2 spares two requests."""
    assert hits(Faults(Fault.cut().only(after=2)), 4) == ["", "", "cut", "cut"]


def test_conditions_combine() -> None:
    """after, every and times hold together."""
    fault = Fault.cut().only(after=1, every=2, times=1)
    assert hits(Faults(fault), 5) == ["", "", "cut", "", ""]


def test_a_word_chooses_prompts() -> None:
    """`word` hits prompts that contain it, whatever the case, and counts only those."""
    faults = Faults(Fault.cut().only(word="FOX", every=2))
    assert hits(faults, 1, "a wolf") == [""]
    assert hits(faults, 2, "a red fox") == ["", "cut"]


def test_chance_is_the_same_for_the_same_seed() -> None:
    """The same seed hits the same requests."""
    fault = Fault.cut().only(chance=0.5, seed=7)
    assert hits(Faults(fault), 50) == hits(Faults(fault), 50)


def test_another_seed_hits_others() -> None:
    """Two seeds do not hit the same requests."""
    one, two = (Fault.cut().only(chance=0.5, seed=seed) for seed in (1, 2))
    assert hits(Faults(one), 50) != hits(Faults(two), 50)


def test_chance_hits_its_share() -> None:
    """Of 2000 requests at a chance of 0.1 about 200 are hit."""
    assert 150 <= hits(Faults(Fault.cut().only(chance=0.1)), 2000).count("cut") <= 250


def test_the_first_that_applies_is_served() -> None:
    """Of two faults the first is served until it is worn out; then the second begins."""
    faults = Faults(Fault.cut().only(times=1), Fault.empty().only(times=1))
    assert hits(faults, 3) == ["cut", "empty", ""]


def test_delays_come_on_top() -> None:
    """`slow` applies together with the other fault."""
    assert hits(Faults(Fault.slow(1), Fault.cut(), Fault.slow(2)), 1) == ["slow+cut+slow"]


def test_what_was_served_is_counted() -> None:
    """`served` counts by kind."""
    faults = Faults(Fault.slow(1), Fault.cut().only(times=1))
    hits(faults, 2)
    assert faults.served == {"slow": 2, "cut": 1}


def test_hanging_up_has_turns_of_its_own() -> None:
    """hang_up is asked for connections and never hits a request that was read."""
    faults = Faults(Fault.hang_up().only(every=2))
    assert hits(faults, 2) == ["", ""]
    assert [faults.hangs_up() for _ in range(4)] == [False, True, False, True]


def test_clear_removes_all() -> None:
    """After clear nothing goes wrong."""
    faults = Faults(Fault.cut())
    faults.clear()
    assert (len(faults), list(faults), hits(faults, 1)) == (0, [], [""])


def test_only_faults_can_be_added() -> None:
    """Anything but a Fault is an InputError that says what to do."""
    with pytest.raises(InputError, match=r"Fault\.slow"):
        Faults().add("slow")  # type: ignore[arg-type]


def test_a_fault_is_a_value() -> None:
    """only() returns a copy; equal orders are equal."""
    fault = Fault.slow(3)
    assert fault.only(times=2) == Fault.slow(3).only(times=2) != fault
