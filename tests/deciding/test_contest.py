"""A contest: which pair comes next, and when it ends."""

from __future__ import annotations

from collections import Counter

import numpy as np

from imagelab.deciding.contest import APART, Contest
from imagelab.deciding.field import Field
from imagelab.vote import Winner
from tests.deciding.contests import field, vote, votes


def contest(made: Field, seed: int = 1, rater: str = "ann") -> Contest:
    """Open a contest without votes."""
    return Contest(made, [], rater, np.random.default_rng(seed))


def run(one: Contest, most: int, winner: Winner = "tie") -> list[tuple[int, int]]:
    """Vote until nothing more comes, or so often."""
    shown = []
    while len(shown) < most and (pair := one.choose()) is not None:
        one.votes.append(vote(*pair, winner, at=len(shown)))
        shown.append(pair)
    return shown


def test_every_pair_comes_and_hardly_any_twice() -> None:
    """All pairs are shown once, but for repetitions with sides swapped, some votes later."""
    made = field(levels=3, rounds=4)
    shown = run(contest(made), 1000)
    seen = Counter(tuple(sorted(pair)) for pair in shown)
    assert set(seen) == set(made.pairs)
    assert max(seen.values()) <= 2
    for pair, times in seen.items():
        if times == 2:
            first, second = [at for at, one in enumerate(shown) if tuple(sorted(one)) == pair]
            assert second - first >= APART
            assert shown[first] == shown[second][::-1]


def test_some_pairs_are_repeated() -> None:
    """Over many votes a few pairs come again, so that consistency can be told."""
    shown = run(contest(field(levels=3, rounds=40)), 90)
    repeated = len(shown) - len({tuple(sorted(pair)) for pair in shown})
    assert 1 <= repeated <= 20


def test_sides_are_drawn_by_lot() -> None:
    """The higher level stands left about as often as right."""
    made = field(levels=2, rounds=200)
    shown = run(contest(made), 200)
    left = sum(made.entries[one].level > made.entries[other].level for one, other in shown)
    assert 75 <= left <= 125


def test_prompts_take_turns() -> None:
    """No prompt comes often before another has come."""
    made = field(levels=4, rounds=5)
    rounds = [made.entries[one].round for one, _ in run(contest(made), 10)]
    assert max(Counter(rounds).values()) <= 4


def test_a_rater_goes_on_where_it_stopped() -> None:
    """Pairs that a rater voted on do not come again for that rater; for another they do."""
    made = field(levels=2, rounds=3)
    given = votes([(1, 11, "left"), (1001, 1011, "left")])
    ann = Contest(made, given, "ann", np.random.default_rng(1))
    bob = Contest(made, given, "bob", np.random.default_rng(1))
    assert sorted(ann.choose() or ()) == [2001, 2011]
    assert (ann.standing().unseen, bob.standing().unseen) == (1, 3)


def test_pictures_that_are_gone_are_not_shown() -> None:
    """A pair with a picture that is gone is left out; its votes still count."""
    one = contest(field(levels=2, rounds=2))
    one.votes += votes([(1, 11, "left")])
    one.gone.add(1001)
    assert one.choose() is None
    assert one.standing().votes == 1


def test_standing_tells_how_far_and_how_sure() -> None:
    """Everybody's votes count for how sure it is, one's own for how far."""
    made = field(levels=2, rounds=40)
    others = [vote(1000 * r + 1, 1000 * r + 11, "left", at=r, rater="bob") for r in range(30)]
    now = Contest(made, others, "ann", np.random.default_rng(1)).standing()
    assert (now.votes, now.own, now.unseen) == (30, 0, 40)
    assert now.settled
    assert now.sure > 0.99


def test_fifty_levels_are_chosen_from_at_once() -> None:
    """With 50 levels and four prompts there is a next pair among 4,900."""
    made = field(levels=50, rounds=4)
    assert len(made.pairs) == 4900
    assert len(run(contest(made), 3)) == 3
