"""Which pictures may meet, by which factors, and how votes are counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagelab.deciding.field import field_of
from imagelab.errors import InputError
from imagelab.sweep import Sweep
from tests.deciding.contests import field, field_by, vote, votes
from tests.insight.making import all_came, cells_of


def test_pictures_of_one_prompt_and_two_tiers_meet() -> None:
    """Two prompts and three tiers: three pairs of each prompt."""
    made = field_by(Sweep(["a fox", "an owl"], quality=["low", "medium", "high"]))
    assert made.levels == ("low", "medium", "high")
    assert made.rounds == ("a fox", "an owl")
    assert len(made.pairs) == 6


def test_other_factors_are_equal_where_pictures_meet() -> None:
    """Compared by quality, pictures of two sizes never meet."""
    sweep = Sweep("a fox", quality=["low", "high"], size=["1024x1024", "1024x1536"])
    made = field_by(sweep, "quality")
    assert len(made.pairs) == 2
    assert made.rounds == ("a fox · 1024x1024", "a fox · 1024x1536")


def test_several_factors_make_levels_of_their_combinations() -> None:
    """By quality and size there are four levels in one round."""
    sweep = Sweep("a fox", quality=["low", "high"], size=["1024x1024", "1024x1536"])
    made = field_by(sweep, ["quality", "size"])
    assert made.levels[0] == "low · 1024x1024"
    assert (len(made.levels), len(made.pairs)) == (4, 6)


def test_prompts_are_compared_with_each_other() -> None:
    """By prompt the levels are the prompts, and no prompt is shown with a pair."""
    made = field_by(Sweep(["a fox", "a fox, at night"], quality=["low", "high"]), "prompt")
    assert made.levels == ("a fox", "a fox, at night")
    assert made.rounds == ("low", "high")
    assert {entry.prompt for entry in made.entries.values()} == {""}


def test_a_variable_is_compared_within_its_template() -> None:
    """By style pictures of one animal meet, and the prompt leaves the style open."""
    sweep = Sweep("a {animal}, {style}", animal=["fox", "owl"], style=["oil", "ink"])
    made = field_by(sweep, "style")
    assert made.levels == ("oil", "ink")
    assert made.rounds == ("a fox, {style}", "a owl, {style}")


def test_samples_of_one_level_do_not_meet() -> None:
    """Two samples of two tiers: four pairs, none within a tier."""
    made = field_by(Sweep("a fox", quality=["low", "high"], samples=2))
    assert (made.samples, len(made.pairs)) == (2, 4)


def test_what_varies_most_plainly_is_compared() -> None:
    """Without a word it is the quality, or the only factor that varies."""
    assert field_by(Sweep(["a fox", "an owl"], quality=["low", "high"])).by == ("quality",)
    assert field_by(Sweep(["a fox", "an owl"])).by == ("prompt",)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("qualty", "Did you mean quality"),
        ("model", "does not vary"),
        (3, "a factor or a list"),
        ([], "a factor or a list"),
    ],
)
def test_what_cannot_be_compared(by: Any, said: str) -> None:
    """A wrong factor is refused, naming those there are."""
    with pytest.raises(InputError, match=said):
        field_by(Sweep(["a fox", "an owl"], quality=["low", "high"]), by)


def test_one_level_is_no_contest() -> None:
    """A single picture has nobody to meet."""
    with pytest.raises(InputError, match="nothing to compare"):
        field_by(Sweep("a fox"))


def test_more_than_fifty_levels_are_refused() -> None:
    """A contest of 51 is too large, and says so; one of 50 is not."""
    prompts = [f"fox {number}" for number in range(51)]
    with pytest.raises(InputError, match="between 2 and 50 levels; there are pictures of 51"):
        field_by(Sweep(prompts))
    assert len(field_by(Sweep(prompts[:50])).pairs) == 1225


def test_no_two_pictures_differ_in_it_alone() -> None:
    """Pictures that always differ in two factors cannot meet by one of them."""
    sweep = Sweep("a fox", quality=["low", "high"], size=["1024x1024", "1024x1536"])
    cells = [cell for cell in cells_of(sweep) if cell.position in (0, 3)]
    factors = {"quality": ("low", "high"), "size": ("1024x1024", "1024x1536")}
    with pytest.raises(InputError, match="No two pictures differ in quality alone"):
        field_of(cells, all_came(cells), factors, "quality")


def test_votes_are_counted_whatever_the_sides() -> None:
    """A victory counts for the level, left or right; ties count for both."""
    made = field(levels=2, rounds=1)
    given = votes([(1, 11, "left"), (11, 1, "right"), (1, 11, "right"), (1, 11, "tie")])
    found = made.counts(given)
    assert found.wins.tolist() == [[0, 2], [1, 0]]
    assert found.ties.tolist() == [[0, 1], [1, 0]]
    assert found.votes == 4


def test_skips_undone_votes_and_foreign_pictures_do_not_count() -> None:
    """Only votes that say something of two pictures that may meet are counted."""
    made = field(levels=2, rounds=2)
    given = [
        vote(1, 11, "skip"),
        vote(1, 11, "left", undone=True),
        vote(1, 99, "left"),
        vote(1, 1001, "left"),
    ]
    assert made.counts(given).votes == 0


def test_counts_do_not_hang_on_the_order_of_votes() -> None:
    """Shuffled votes give the same counts."""
    made = field(levels=3, rounds=1)
    given = votes([(1, 11, "left"), (11, 21, "tie"), (21, 1, "right")] * 5)
    order = np.random.default_rng(1).permutation(len(given))
    again = made.counts([given[at] for at in order])
    assert (again.wins == made.counts(given).wins).all()


def test_a_round_is_counted_alone() -> None:
    """Votes of one prompt do not count for another."""
    made = field(levels=2, rounds=2)
    given = votes([(1, 11, "left"), (1001, 1011, "right")])
    assert made.counts_by_round(given)["prompt 0"].wins.tolist() == [[0, 1], [0, 0]]
