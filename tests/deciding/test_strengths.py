"""Strengths of levels: equal to other libraries where the models coincide, true where known."""

from __future__ import annotations

import choix
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from imagelab.deciding.ranking import strength, win_rate
from imagelab.deciding.strengths import Counts, bounds, fit, root
from tests.deciding.voters import Voters

PLAIN = Counts(
    np.array([[0, 7, 9, 4], [3, 0, 6, 8], [2, 5, 0, 6], [1, 2, 5, 0]], dtype=float),
    np.zeros((4, 4)),
)
"""Four levels that all won and lost, without a tie."""

TIED = Counts(
    PLAIN.wins,
    np.array([[0, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 4], [0, 1, 4, 0]], dtype=float),
)


def duels(counts: Counts) -> list[tuple[int, int]]:
    """Write counts out as pairs of winner and loser."""
    size = len(counts.wins)
    return [(i, j) for i in range(size) for j in range(size) for _ in range(int(counts.wins[i, j]))]


def along(level: int, size: int, length: int) -> np.ndarray:
    """Give the direction of one level's strength against the mean."""
    direction = np.zeros(length)
    direction[:size] = -1 / size
    direction[level] += 1
    return direction


@pytest.mark.parametrize("ridge", [0.05, 0.5, 2.0])
def test_without_ties_it_equals_choix(ridge: float) -> None:
    """Plain Bradley-Terry with a normal prior gives what choix gives, to a millionth.

    choix takes alpha times the sum of squares off the log likelihood: its prior's variance is
    1 / (2 alpha), whatever its docstring says.
    """
    theirs = choix.opt_pairwise(4, duels(PLAIN), alpha=ridge / 2, tol=1e-12)
    assert np.abs(fit(PLAIN, ridge=ridge).strengths - (theirs - theirs.mean())).max() < 1e-6


def test_without_ties_and_prior_it_equals_statsmodels() -> None:
    """A logit of victories gives the same strengths and standard errors, to a millionth."""
    rows, won, lost = [], [], []
    for i in range(4):
        for j in range(i + 1, 4):
            row = np.zeros(4)
            row[i], row[j] = 1, -1
            rows.append(row[1:])  # the first is their zero
            won.append(PLAIN.wins[i, j])
            lost.append(PLAIN.wins[j, i])
    model = sm.GLM(np.array([won, lost]).T, np.array(rows), family=sm.families.Binomial())
    theirs = model.fit(tol=1e-12)
    ours = fit(PLAIN, ridge=0.0)
    assert np.abs(ours.strengths[1:] - ours.strengths[0] - theirs.params).max() < 1e-6
    spread = ours.covariance
    errors = [spread[i, i] + spread[0, 0] - 2 * spread[0, i] for i in (1, 2, 3)]
    assert np.abs(np.sqrt(errors) - theirs.bse).max() < 1e-6


def test_with_ties_it_equals_statsmodels() -> None:
    """Davidson's model is a log-linear one: a Poisson regression gives the same, to a millionth."""
    rows, seen, place = [], [], 0
    for i in range(4):
        for j in range(i + 1, 4):
            pair = np.zeros(6)
            pair[place] = 1
            place += 1
            outcomes = ((1.0, 0.0, PLAIN.wins[i, j]), (0.0, 1.0, PLAIN.wins[j, i]))
            for one, other, count in (*outcomes, (0.5, 0.5, TIED.ties[i, j])):
                strong = np.zeros(4)
                strong[i], strong[j] = one, other
                rows.append([*pair, *strong[1:], float(one == other)])
                seen.append(count)
    theirs = sm.GLM(np.array(seen), np.array(rows), family=sm.families.Poisson()).fit(tol=1e-12)
    ours = fit(TIED, ridge=0.0)
    assert np.abs(ours.strengths[1:] - ours.strengths[0] - theirs.params[6:9]).max() < 1e-6
    assert abs(np.log(ours.nu) - theirs.params[9]) < 1e-6
    errors = [
        ours.covariance[i, i] + ours.covariance[0, 0] - 2 * ours.covariance[0, i] for i in (1, 2, 3)
    ]
    assert np.abs(np.sqrt(errors) - theirs.bse[6:9]).max() < 1e-6
    assert abs(np.sqrt(ours.covariance[4, 4]) - theirs.bse[9]) < 1e-6


def test_an_interval_ends_where_the_likelihood_has_fallen_by_its_share() -> None:
    """At both ends twice the loss of log likelihood is the square of Student's quantile."""
    made = fit(TIED)
    for end in bounds(made, along(1, 4, 5)):
        assert 2 * (made.height - end.height) == pytest.approx(made.reach**2, rel=1e-6)


@pytest.mark.parametrize("votes", [5, 21, 80, 100_000])
def test_intervals_of_few_votes_reach_farther(votes: int) -> None:
    """They reach as far as Student's quantile says, and with many votes as the normal one."""
    made = fit(Counts(np.array([[0, votes - 2.0], [2, 0]]), np.zeros((2, 2))))
    assert made.reach == pytest.approx(t.ppf(0.975, votes - 1), rel=0.02)


def test_the_signed_root_changes_its_sign_at_the_estimate() -> None:
    """A value below the estimate is some standard errors below, one above it above."""
    made, direction = fit(TIED), along(0, 4, 5)
    assert root(made, direction, 0.0) > 0 > root(made, direction, 9.0)


def test_a_level_that_never_lost_has_an_interval_with_one_end() -> None:
    """Six victories and no defeat: bounded below, and by nothing above."""
    made = fit(Counts(np.array([[0, 6.0], [0, 0]]), np.zeros((2, 2))))
    strong, weak = strength(made, 0), strength(made, 1)
    assert 0 < strong.low < strong.value < strong.high == np.inf
    assert weak.low == -np.inf < weak.value < weak.high < 0
    rate = win_rate(made, 0)
    assert 0.5 < rate.low < rate.value < rate.high == 1.0


def test_a_tie_bounds_a_level_that_never_lost() -> None:
    """Who tied is not infinitely stronger."""
    ties = np.array([[0, 1.0], [1, 0]])
    made = fit(Counts(np.array([[0, 6.0], [0, 0]]), ties))
    assert strength(made, 0).high < np.inf


def test_a_share_is_bounded_by_those_that_can_be_compared() -> None:
    """Two that tie each other and never lost to a third: half of their share is about a half."""
    wins, ties = np.zeros((3, 3)), np.zeros((3, 3))
    wins[0, 2] = wins[1, 2] = 30
    ties[0, 1] = ties[1, 0] = 36
    rate = win_rate(fit(Counts(wins, ties)), 0)
    assert 0.7 < rate.low < rate.value < rate.high < 0.8


def test_two_levels_that_never_lost_to_the_rest_have_no_upper_end() -> None:
    """Two that beat each other and everybody else float above the others together."""
    wins = np.array([[0, 3, 5], [2, 0, 5], [0, 0, 0]], dtype=float)
    made = fit(Counts(wins, np.zeros((3, 3))))
    ends = [strength(made, level) for level in range(3)]
    assert [np.isinf(one.high) for one in ends] == [True, True, False]
    assert [np.isinf(one.low) for one in ends] == [False, False, True]


def test_levels_that_never_met_the_others_have_no_ends_at_all() -> None:
    """Nothing is known of a level without votes."""
    wins = np.array([[0, 3, 0], [2, 0, 0], [0, 0, 0]], dtype=float)
    one = strength(fit(Counts(wins, np.zeros((3, 3)))), 2)
    assert (one.low, one.high) == (-np.inf, np.inf)


def test_all_ties_make_all_levels_equal() -> None:
    """Where nobody ever won, every strength is nought, and every interval holds it."""
    ties = np.full((3, 3), 4.0) - 4 * np.eye(3)
    made = fit(Counts(np.zeros((3, 3)), ties))
    assert np.abs(made.strengths).max() < 1e-9
    assert all(strength(made, level).low < 0 < strength(made, level).high for level in range(3))


def test_contradictory_votes_make_levels_equal() -> None:
    """A beats B beats C beats A: all are equal."""
    wins = np.array([[0, 5, 0], [0, 0, 5], [5, 0, 0]], dtype=float)
    assert np.abs(fit(Counts(wins, np.zeros((3, 3)))).strengths).max() < 1e-9


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 10_000)), max_size=12)
)
def test_whatever_the_counts_there_is_an_answer(counted: list[tuple[int, int, int]]) -> None:
    """Any counts give finite strengths, whose mean is 0, within their intervals."""
    wins = np.zeros((5, 5))
    for one, other, count in counted:
        if one != other:
            wins[one, other] += count
    made = fit(Counts(wins, np.zeros((5, 5))))
    assert np.isfinite(made.strengths).all()
    assert abs(made.strengths.sum()) < 1e-6
    for level in range(5):
        one = strength(made, level)
        assert one.low <= one.value <= one.high


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 450 intervals of seeded voters 93 to 97 % hold the true strength."""
    held = []
    for trial in range(150):
        random = np.random.default_rng([3, trial])
        drawn = random.normal(0, 1, 3)
        voters = Voters(drawn - drawn.mean(), random)
        made = fit(voters.vote_at_random(60))
        for level in range(3):
            one = strength(made, level)
            held.append(one.low <= voters.strengths[level] <= one.high)
    assert 0.93 <= np.mean(held) <= 0.97
