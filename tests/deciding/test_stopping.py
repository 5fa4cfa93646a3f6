"""When votes are enough, and which two levels come next."""

from __future__ import annotations

import numpy as np
import pytest

from imagelab.deciding import stopping as deciding
from imagelab.deciding.strengths import Counts, fit, odds_of
from tests.deciding.voters import Voters, contest


def counts(wins: list[list[float]], ties: list[list[float]] | None = None) -> Counts:
    """Make counts from lists."""
    one = np.array(wins, dtype=float)
    return Counts(one, np.zeros_like(one) if ties is None else np.array(ties, dtype=float))


def test_without_votes_nothing_is_sure() -> None:
    """No votes: no claim is settled, and the next pair may be any."""
    made = fit(counts([[0, 0, 0]] * 3))
    said = deciding.claims(made)
    assert not any(claim.settled for claim in said)
    assert deciding.sureness(said) < 0.01
    assert np.ptp(deciding.teaching(made, said)[np.triu_indices(3, 1)]) < 1.0


def test_a_clear_lead_is_settled() -> None:
    """Twenty to one settles that the other is worse."""
    (claim,) = deciding.claims(fit(counts([[0, 20], [1, 0]])))
    assert (claim.says, claim.settled) == ("worse", True)


def test_a_few_votes_settle_nothing_however_clear() -> None:
    """Nine to nothing is too few."""
    (claim,) = deciding.claims(fit(counts([[0, 9], [0, 0]])))
    assert claim.sure > 0.95
    assert not claim.settled


def test_many_even_votes_settle_that_levels_are_close() -> None:
    """A thousand to a thousand settles that there is no difference to speak of."""
    (claim,) = deciding.claims(fit(counts([[0, 1000], [1000, 0]])))
    assert (claim.says, claim.settled) == ("close", True)


def test_a_lead_at_the_margin_is_worse_and_not_close() -> None:
    """Six to four is worse once it is sure: the best wins more than half."""
    (claim,) = deciding.claims(fit(counts([[0, 600], [400, 0]])))
    assert (claim.says, claim.settled) == ("worse", True)


@pytest.mark.parametrize("nu", [0.0, 0.5, 3.0])
def test_the_margin_is_sixty_per_cent_of_the_points(nu: float) -> None:
    """At the margin the stronger takes 60 %, whatever share is tied."""
    lead = deciding.margin_of(nu)
    point = np.array([lead / 2, -lead / 2, *([np.log(nu)] if nu else [])])
    assert odds_of(point, bool(nu)).score[0, 1] == pytest.approx(0.6)


def test_the_next_pair_is_between_the_best_and_what_is_open() -> None:
    """Two at the top, two far below: the two at the top teach most."""
    wins = [[0, 9, 20, 20], [8, 0, 20, 20], [1, 1, 0, 9], [1, 1, 9, 0]]
    made = fit(counts(wins))
    taught = deciding.teaching(made, deciding.claims(made))
    assert set(np.unravel_index(taught.argmax(), taught.shape)) == {0, 1}


def test_what_is_settled_needs_no_more_votes() -> None:
    """A settled contest has nothing to go; a narrow one has many."""
    assert deciding.votes_to_go(fit(counts([[0, 60], [5, 0]]))) == 0
    assert deciding.votes_to_go(fit(counts([[0, 22], [18, 0]]))) > 50


def test_the_rule_is_right_and_choosing_pairs_saves_votes() -> None:
    """Over seeded voters what is settled is right, with at most 60 % of the votes lots need."""
    chosen, lots = [], []
    for trial in range(4):
        strengths = np.random.default_rng([6, trial]).normal(0, 2.0, 6)
        for by_lot, kept in ((0.15, chosen), (1.0, lots)):
            voters = Voters(strengths, np.random.default_rng([6, trial, 1]))
            kept.append(contest(voters, by_lot=by_lot, every=4))
    assert all(one.settled for one in chosen)
    assert np.mean([one.right for one in chosen]) >= 0.95
    assert np.sum([one.votes for one in chosen]) <= 0.6 * np.sum([one.votes for one in lots])
