"""Rankings: tables, one-sided ends, raters, and what does not change them."""

from __future__ import annotations

import numpy as np
import pytest

from imagelab.deciding import agreement
from imagelab.deciding.ranking import rank
from imagelab.errors import InputError
from imagelab.vote import Vote, Winner
from tests.deciding.contests import field, vote, votes

THREE = votes(
    [(1, 11, "right"), (11, 21, "tie"), (21, 1, "left"), (11, 1, "left"), (1, 21, "left")] * 4
    + [(1001, 1011, "left"), (1011, 1021, "skip")]
)
"""Votes in two rounds on three levels; level 1 and 2 beat level 0."""


def test_levels_are_ranked_with_their_counts() -> None:
    """The strongest level stands first, with what it won, tied and lost."""
    frame = rank(field(), THREE).frame
    assert list(frame.index) == ["level 1", "level 2", "level 0"]
    assert frame.loc["level 1", ["wins", "ties", "losses"]].tolist() == [8, 4, 1]
    assert frame["strength"].sum() == pytest.approx(0, abs=1e-9)
    assert (frame["low"] <= frame["strength"]).all()
    assert (frame["strength"] <= frame["high"]).all()


def test_the_order_of_votes_changes_nothing() -> None:
    """Shuffled votes give the same table and the same words, to the last digit."""
    made, order = field(), np.random.default_rng(4).permutation(len(THREE))
    one, other = rank(made, THREE), rank(made, [THREE[at] for at in order])
    assert one.frame.equals(other.frame)
    assert one.rounds.equals(other.rounds)
    assert one.trust == other.trust


def test_rounds_have_a_table_each() -> None:
    """By prompt there is a row for every level of every prompt that was voted on."""
    rounds = rank(field(rounds=3), THREE).rounds
    assert list(dict.fromkeys(rounds.index.get_level_values("prompt"))) == ["prompt 0", "prompt 1"]
    assert rounds.loc[("prompt 1", "level 0"), "wins"] == 1


def test_the_matrix_says_who_beat_whom() -> None:
    """The row beat the column so often."""
    assert rank(field(), THREE).matrix.loc["level 1", "level 0"] == 8


@pytest.mark.parametrize("given", [[], [vote(1, 11, "skip")], [vote(1, 99, "left")]])
def test_without_votes_there_is_no_ranking(given: list[Vote]) -> None:
    """No votes, skips alone or votes on other pictures: an error that names the remedy."""
    with pytest.raises(InputError, match=r"no votes by quality.*comparison\.vote"):
        rank(field(), given)


def test_a_level_that_never_lost_has_one_end() -> None:
    """Its strength reaches to infinity and its win rate to one."""
    frame = rank(field(levels=2), votes([(1, 11, "right")] * 8)).frame
    assert frame.loc["level 1", "high"] == np.inf
    assert frame.loc["level 1", "win_high"] == 1.0
    assert frame.loc["level 0", "low"] == -np.inf


def test_it_is_told_in_a_cell_and_in_a_line() -> None:
    """The line says the order, the cell the model by its name."""
    made = rank(field(), THREE)
    assert repr(made) == "Ranking(level 1 > level 2 > level 0; 21 votes)"
    assert "Davidson" in made._repr_html_()


def test_levels_are_escaped() -> None:
    """A level called like markup stays text."""
    from dataclasses import replace

    made = replace(field(levels=2), levels=("<b>x</b>", "y"))
    assert "<b>x" not in rank(made, votes([(1, 11, "left")]))._repr_html_()


# -- raters ---------------------------------------------------------------------------------


def test_raters_who_always_agree() -> None:
    """Alpha is 1 where two say the same of every pair, whatever the sides."""
    said = [vote(1, 11, "left"), vote(1, 21, "right"), vote(11, 21, "tie")]
    same = [vote(11, 1, "right", rater="bob"), vote(21, 1, "left", rater="bob")]
    assert agreement.alpha([*said, *same]) == pytest.approx(1)


def test_raters_who_never_agree() -> None:
    """Alpha is below 0 where two say the opposite of every pair."""
    said = [vote(1, 11, "left"), vote(1, 21, "right")]
    other = [vote(1, 11, "right", rater="bob"), vote(1, 21, "left", rater="bob")]
    assert (agreement.alpha([*said, *other]) or 0) < 0


def test_alpha_as_the_textbook_has_it() -> None:
    """Four units, two raters, worked by hand: 1 - observed / expected disagreement."""
    pairs = [(1, 11), (1, 21), (11, 21), (1, 31)]
    ann = [
        vote(*pair, winner)
        for pair, winner in zip(pairs, ("left", "left", "tie", "right"), strict=True)
    ]
    bob = [
        vote(*pair, winner, rater="bob")
        for pair, winner in zip(pairs, ("left", "tie", "tie", "right"), strict=True)
    ]
    # Said: -1 -1 0 1 and -1 0 0 1, so three times -1, three times 0, twice 1. Observed: one
    # pair of eight values differs by 1. Expected, over 56 ordered pairs of values:
    expected = 2 * (3 * 3 * 1 + 3 * 2 * 4 + 3 * 2 * 1) / (8 * 7)
    observed = 2 * 1 / 8
    assert agreement.alpha([*ann, *bob]) == pytest.approx(1 - observed / expected)


def test_agreement_does_not_hang_on_which_picture_came_first() -> None:
    """Two levels whose pictures came in another order give the same alpha."""
    said: tuple[Winner, ...] = ("left", "left", "tie", "right", "left")
    other: tuple[Winner, ...] = ("left", "tie", "tie", "right", "right")
    for first, second in ((1, 2), (2, 1)):
        votes_of = [
            vote(10 * at + first, 10 * at + second, winner, rater=rater)
            for rater, words in (("ann", said), ("bob", other))
            for at, winner in enumerate(words)
        ]
        levels = {10 * at + side: side == second for at in range(5) for side in (1, 2)}
        found = agreement.alpha(votes_of, levels)
        # By hand: 10 values, -1 four times, 0 and 1 three times each.
        assert found == pytest.approx(1 - (2 * 5 / 10) / (2 * 69 / 90))


def test_one_rater_agrees_with_nobody() -> None:
    """With one rater, or one answer only, nobody can tell agreement from chance."""
    assert agreement.alpha([vote(1, 11, "left")]) is None
    assert agreement.alpha([vote(1, 11, "left"), vote(1, 11, "left", rater="bob")]) is None
    assert agreement.alpha([]) is None


def test_side_bias_counts_left_of_what_was_decided() -> None:
    """Ties and skips are no side."""
    share = agreement.side_bias(
        votes([(1, 11, w) for w in ("left", "left", "right", "tie", "skip")])
    )
    assert (share.part, share.whole) == (2, 3)
    low, high = share.interval
    assert 0.2 < low < 2 / 3 < high < 0.95


def test_consistency_compares_what_a_rater_said_again() -> None:
    """The same pair with sides swapped: the same picture won, or it did not."""
    given = votes([(1, 11, "left"), (11, 1, "right"), (1, 21, "tie"), (21, 1, "left")])
    assert agreement.consistency(given).part == 1
    assert agreement.consistency(given).whole == 2
    others = [vote(1, 11, "left"), vote(1, 11, "right", rater="bob")]
    assert agreement.consistency(others).value is None


def test_every_rater_has_a_row() -> None:
    """Votes, ties, skips, side and time of each."""
    given = [
        *votes([(1, 11, "left"), (1, 11, "skip")]),
        vote(1, 11, "tie", rater="bob", seconds=None),
    ]
    table = rank(field(), given).raters
    assert table.loc["ann", ["votes", "skips", "seconds"]].tolist() == [1, 1, 2.0]
    assert table.loc["bob", "ties"] == 1
