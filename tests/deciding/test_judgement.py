"""How far to trust a judge: agreement with people, beyond chance, and with itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagelab.deciding.judgement import Judgement, kappa
from imagelab.vote import Vote, Winner
from tests.deciding.contests import field, vote

STEPS = st.lists(st.tuples(st.integers(-1, 1), st.integers(-1, 1)), min_size=1, max_size=60)


def judgement(judge: list[Vote], people: list[Vote]) -> Judgement:
    """Make a judgement of votes alone."""
    return Judgement(
        field=field(levels=3, rounds=4),
        model="gpt-4o",
        rater="judge:gpt-4o",
        asked=(),
        votes=tuple(judge),
        people=tuple(people),
        left={},
        simulated=False,
    )


def said(left: int, right: int, winner: Winner, **changes: Any) -> Vote:
    """Make a judge's vote."""
    return vote(left, right, winner, source="judge", rater="judge:gpt-4o", **changes)


def test_agreement_counts_peoples_votes_whatever_the_sides() -> None:
    """A person who saw the pair the other way round agrees all the same."""
    made = judgement(
        [said(1, 11, "right"), said(11, 1, "left"), said(1001, 1011, "left")],
        [vote(11, 1, "left"), vote(1, 11, "left"), vote(1001, 1011, "left"), vote(1, 21, "left")],
    )
    assert (made.agreement.part, made.agreement.whole) == (2, 3)


def test_contradictory_orders_are_a_tie() -> None:
    """A judge that always says left has said of a pair that both are as good."""
    made = judgement([said(1, 11, "left"), said(11, 1, "left")], [vote(1, 11, "tie")])
    assert made.agreement.value == 1
    assert made.consistency.part == 0
    assert made.side_bias.value == 1


def test_a_skip_is_no_vote_to_agree_with() -> None:
    """What a person passed over tells nothing."""
    made = judgement([said(1, 11, "left")], [vote(1, 11, "skip")])
    assert made.agreement.value is None
    assert "No person has voted" in str(made)


def test_kappa_takes_chance_out() -> None:
    """Cohen's own arithmetic: 20 and 15 of 50 the same, 0.4 beyond chance."""
    pairs = [(1, 1)] * 20 + [(1, -1)] * 5 + [(-1, 1)] * 10 + [(-1, -1)] * 15
    assert kappa(pairs) == pytest.approx(0.4)


@given(STEPS)
def test_kappa_never_passes_one(pairs: list[tuple[int, int]]) -> None:
    """It is one at most, the same for either order of raters, and one only where all agree."""
    found = kappa(pairs)
    assert found == pytest.approx(kappa([(b, a) for a, b in pairs]))
    if found is not None:
        assert found <= 1 + 1e-12
        assert (found > 1 - 1e-12) == all(a == b for a, b in pairs)


def test_who_always_says_the_same_tells_nothing_beyond_chance() -> None:
    """With a rater that never varies kappa is not known, and the sentence says so."""
    judge = [said(1000 * r + 1, 1000 * r + 11, "right") for r in range(4)]
    made = judgement(judge, [vote(one.left, one.right, "right") for one in judge])
    assert made.kappa is None
    assert made.kappa_interval is None
    assert "nobody can tell that from chance" in str(made)


def test_the_interval_of_kappa_holds_it_and_is_steady() -> None:
    """Drawn anew by pairs, it is the same every time and holds the value."""
    winners: list[Winner] = ["left", "right", "left", "right"]
    judge = [said(1000 * r + 1, 1000 * r + 11, one) for r, one in enumerate(winners)]
    people = [vote(one.left, one.right, one.winner) for one in judge[:3]]
    people += [vote(3001, 3011, "left"), vote(1, 11, "left", rater="ben")]
    first, second = judgement(judge, people), judgement(judge, people)
    assert first.kappa_interval == second.kappa_interval
    assert first.kappa is not None
    assert first.kappa_interval is not None
    assert first.kappa_interval[0] <= first.kappa <= first.kappa_interval[1]
    assert "Cohen's kappa" in str(first)
