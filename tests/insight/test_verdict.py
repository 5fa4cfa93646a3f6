"""The verdict: the level to take, in words, table and chart, or why there is none yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import matplotlib.figure
import pytest
from PIL import Image

from imagelab.deciding.field import Entry, Field
from imagelab.insight.verdict import Verdict, decide
from imagelab.vote import Vote, Winner
from tests.deciding.contests import field, vote, votes

COSTS = (11_000_000, 42_000_000, 167_000_000)


def priced(**changes: Any) -> Field:
    """Make a field whose levels cost what the three tiers cost."""
    made = field(**changes)
    entries = {
        number: replace(one, generation=replace(one.generation, cost_nano=COSTS[one.level]))
        for number, one in made.entries.items()
    }
    return replace(made, entries=entries)


def said(one: int, other: int, winner: Winner, times: int, rounds: int = 2) -> list[Vote]:
    """Let a duel between two levels end so, so many times, spread over the rounds."""
    given = []
    for at in range(times):
        base = 1000 * (at % rounds)
        given.append(vote(base + 10 * one + 1, base + 10 * other + 1, winner, at=at))
    return given


def clear() -> list[Vote]:
    """Level 0 loses, levels 1 and 2 win as often against each other."""
    high = said(2, 0, "left", 30) + said(2, 1, "left", 36) + said(1, 2, "left", 30)
    return high + said(2, 1, "tie", 120) + said(1, 0, "left", 26) + said(2, 0, "right", 2)


def verdict(given: list[Vote], made: Field | None = None, *, simulated: bool = False) -> Verdict:
    """Give the verdict on votes."""
    return decide(made or priced(), given, simulated=simulated)


def test_the_cheapest_level_that_is_not_clearly_worse() -> None:
    """Medium is as good as high, low is not: medium is the level to take, and why."""
    found = verdict(clear())
    assert found.settled
    assert found.choice == "level 1"
    places = {one.level: one.place for one in found.levels}
    assert places["level 0"] == "worse"
    assert sorted([places["level 1"], places["level 2"]]) == ["as good", "best"]
    answer = "Take 'level 1': as good as 'level 2' at a quarter of its price"
    assert found.sentences[0].startswith(answer)


def test_a_dear_level_that_is_better_is_the_one_to_take() -> None:
    """Where every cheaper one is worse, the dearest is it, and an extra win has a price."""
    given = said(2, 0, "left", 30) + said(2, 1, "left", 25) + said(1, 2, "left", 3)
    found = verdict(given + said(1, 0, "left", 20) + said(0, 1, "left", 4))
    assert found.choice == "level 2"
    assert "no cheaper one is as good" in found.sentences[0]
    high = found.levels[2]
    score = float(found.fit.odds.score[2, 0])
    assert high.nano_per_win == round((COSTS[2] - COSTS[0]) / (score - 0.5))


def test_too_few_votes_say_so() -> None:
    """Three votes settle nothing: no level is named, and how many are missing is guessed."""
    found = verdict(said(2, 0, "left", 3))
    assert found.choice is None
    assert found.sentences[0].startswith("Too few votes to say: 3 so far")
    assert found.to_go > 3
    assert {one.place for one in found.levels} == {"open", "leads"}


def test_what_is_known_already_is_said() -> None:
    """Where one level is settled and another open, the first is named."""
    found = verdict(said(2, 0, "left", 30) + said(2, 1, "left", 3) + said(1, 2, "left", 2))
    assert found.choice is None
    assert "Known already: 'level 0' is worse than 'level 2'" in found.sentences[0]


def test_no_votes_at_all() -> None:
    """Without votes there is a sentence, no chart and no error."""
    found = verdict([])
    assert found.choice is None
    assert found.sentences == [
        "No votes by quality yet, so no verdict: comparison.vote(...) asks for them."
    ]
    assert "<table" not in found.page


def test_skips_alone_are_no_votes() -> None:
    """Skipping everything says nothing."""
    assert verdict(said(0, 1, "skip", 5)).sentences[0].startswith("No votes")


def test_all_ties_take_the_cheapest() -> None:
    """Where all are as good, the cheapest is the level to take."""
    given = said(0, 1, "tie", 60) + said(1, 2, "tie", 60) + said(0, 2, "tie", 60)
    assert verdict(given).choice == "level 0"


def test_prices_that_are_as_good_as_equal_do_not_choose() -> None:
    """Of two that are as good and cost the same but for a prompt's words, it takes the better."""
    made = priced(levels=2)
    entries = {
        number: replace(e, generation=replace(e.generation, cost_nano=11_000_000 + e.level))
        for number, e in made.entries.items()
    }
    given = said(1, 0, "left", 110) + said(0, 1, "left", 100) + said(0, 1, "tie", 300)
    found = verdict(given, replace(made, entries=entries))
    assert found.choice == "level 1"
    assert "all cost much the same" in found.sentences[0]
    assert found.levels[1].nano_per_win is None


def test_contradictory_votes_settle_nothing() -> None:
    """A beats B beats C beats A, five times each: too few votes to say."""
    given = said(0, 1, "left", 5) + said(1, 2, "left", 5) + said(2, 0, "left", 5)
    assert verdict(given).choice is None


def test_unknown_costs_are_not_guessed() -> None:
    """A level whose cost nobody knows is not called cheap."""
    made = priced()
    entries: dict[int, Entry] = {
        number: replace(e, generation=replace(e.generation, cost_nano=None)) if e.level == 1 else e
        for number, e in made.entries.items()
    }
    found = verdict(clear(), replace(made, entries=entries))
    assert found.choice is None
    assert "unknown of: 'level 1'" in found.sentences[0]
    assert found.frame["cost_usd"].isna().tolist() == [False, True, False]


def test_prompts_that_differ_are_named() -> None:
    """Where the votes of one prompt settle the opposite, the prompt is named."""
    most = [v for r in range(1, 4) for v in _in_round(r, 1, 0, 30)]
    found = verdict(most + _in_round(0, 0, 1, 20), priced(levels=2, rounds=4))
    assert found.choice == "level 1"
    assert list(found.differs) == ["prompt 0"]
    assert any("It differs for 'prompt 0'" in words for words in found.sentences)


def _in_round(number: int, winner: int, loser: int, times: int) -> list[Vote]:
    base = 1000 * number
    return votes([(base + 10 * winner + 1, base + 10 * loser + 1, "left")] * times)


def test_simulated_pictures_say_so() -> None:
    """A verdict on drawn pictures says that it is no evidence."""
    assert "SIMULATED" in verdict(clear(), simulated=True).sentences[-1]
    assert "SIMULATED" not in verdict(clear()).text


def test_levels_are_told_apart_from_samples() -> None:
    """With two samples each, a level that always wins differs more than samples do."""
    made = priced(levels=2, rounds=6, samples=2)
    given = [
        vote(1000 * r + 10 + s, 1000 * r + t, "left")
        for r in range(6)
        for s in (1, 2)
        for t in (1, 2)
    ]
    found = verdict(given, made).samples
    assert found is not None
    assert found.chance <= 0.05
    assert "Levels differ more than two samples" in found.words


def test_the_luck_of_the_draw_is_not_ruled_out() -> None:
    """Where one sample of each level always wins, it is the sample and not the level."""
    made = priced(levels=2, rounds=6, samples=2)
    given = [
        vote(1000 * r + 10 + s, 1000 * r + t, "left" if s > t else "right" if t > s else "tie")
        for r in range(6)
        for s in (1, 2)
        for t in (1, 2)
    ]
    found = verdict(given, made).samples
    assert found is not None
    assert found.chance > 0.3


def test_too_few_samples_cannot_tell() -> None:
    """With one prompt of two levels and two samples no deal is rare enough."""
    made = priced(levels=2, rounds=1, samples=2)
    given = votes([(11, 1, "left"), (12, 2, "left"), (11, 2, "left"), (12, 1, "left")])
    found = verdict(given, made).samples
    assert found is not None
    assert "cannot tell" in found.words
    assert verdict(clear()).samples is None


def test_the_chart_is_drawn_on_axes_that_are_given() -> None:
    """It returns the axes, with a line per level, its name and its price."""
    axes = matplotlib.figure.Figure().add_subplot()
    found = verdict(clear())
    assert found.plot(axes) is axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [r"level 2   \$0.167", r"level 1   \$0.042", r"level 0   \$0.011"]


def test_the_chart_is_a_picture(tmp_path: Any) -> None:
    """Alone it is a PNG file, the same bytes every time."""
    found = verdict(clear())
    (tmp_path / "chart.png").write_bytes(found.chart)
    with Image.open(tmp_path / "chart.png") as drawn:
        assert drawn.format == "PNG"
    assert verdict(clear()).chart == found.chart


def test_words_and_table_are_escaped() -> None:
    """A level or a prompt called like markup stays text."""
    made = replace(priced(), levels=("<b>x</b>", "<i>y</i>", "<script>z"))
    page = verdict(clear(), made).page
    assert not any(tag in page for tag in ("<b>x", "<i>y", "<script>"))


def test_text_has_the_table_and_the_answer() -> None:
    """A terminal gets the same facts."""
    text = verdict(clear()).text
    assert "Take 'level 1': as good as 'level 2'" in text
    assert "$0.042" in text
    assert repr(verdict(clear())).startswith("Verdict(Take 'level 1': as good")


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_votes_changes_nothing(seed: int) -> None:
    """Shuffled votes give the same verdict, word for word."""
    import random

    shuffled = clear()
    random.Random(seed).shuffle(shuffled)
    assert verdict(shuffled).text == verdict(clear()).text
