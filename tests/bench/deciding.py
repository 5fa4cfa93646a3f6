"""Statistics against known truth: ``python -m tests.bench.deciding [TRIALS]``.

Simulated voters with known strengths. How often the 95 % intervals hold the truth; how often
what the stopping rule settles is right; how many votes it needs where pairs are chosen, by those
it needs where they are drawn by lot; how long 100,000 votes take. A thousand trials take some
fifteen minutes on one core.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import numpy as np

from imagelab.deciding.contest import RANDOM_SHARE
from imagelab.deciding.ranking import rank, strength, win_rate
from imagelab.deciding.strengths import fit
from imagelab.vote import Vote
from tests.deciding.contests import field
from tests.deciding.voters import Voters, contest

SHAPES = ((2, 20), (2, 40), (3, 40), (4, 60), (6, 120))
"""How many levels, and after how many votes in all the intervals are looked at."""


def intervals(trials: int) -> None:
    """Print how often strengths and win rates lie in their intervals."""
    for levels, votes in SHAPES:
        held = [_held(levels, votes, trial) for trial in range(trials)]
        strong, rate = np.mean([one for part in held for one in part], axis=0)
        print(f"{levels} levels, {votes} votes: strength {strong:.1%}, win rate {rate:.1%}")


def _held(levels: int, votes: int, trial: int) -> list[tuple[bool, bool]]:
    random = np.random.default_rng([levels, trial])
    drawn = random.normal(0, 1, levels)
    voters = Voters(drawn - drawn.mean(), random)
    made = fit(voters.vote_at_random(votes))
    found = []
    for level in range(levels):
        strong, rate = strength(made, level), win_rate(made, level)
        found.append(
            (
                bool(strong.low <= voters.strengths[level] <= strong.high),
                bool(rate.low <= voters.true_score(level) <= rate.high),
            )
        )
    return found


def stopping(trials: int, levels: int) -> None:
    """Print how often the rule is right, and what choosing pairs saves."""
    used = {}
    for name, by_lot in (("chosen", RANDOM_SHARE), ("by lot", 1.0)):
        ended = []
        for trial in range(trials):
            strengths = np.random.default_rng([levels, trial]).normal(0, 1, levels)
            voters = Voters(strengths, np.random.default_rng([levels, trial, 1]))
            ended.append(contest(voters, by_lot=by_lot, every=1 if by_lot < 1 else 4))
        votes = [one.votes for one in ended]
        used[name] = float(np.mean(votes))
        print(
            f"{levels} levels, pairs {name}: right {np.mean([one.right for one in ended]):.1%}, "
            f"settled {np.mean([one.settled for one in ended]):.1%}, "
            f"votes {np.mean(votes):.0f} on average, {np.median(votes):.0f} in the middle",
            flush=True,
        )
    print(f"{levels} levels: {used['chosen'] / used['by lot']:.0%} of the votes that lots need")


def speed(votes: int = 100_000) -> None:
    """Print how long it takes to rank many votes, intervals included."""
    random = np.random.default_rng(5)
    for levels, rounds in ((4, 25), (50, 2)):
        made = field(levels=levels, rounds=rounds)
        pairs = np.array(made.pairs)[random.integers(len(made.pairs), size=votes)]
        said = random.choice(["left", "right", "tie"], size=votes)
        now = datetime(2026, 11, 25, tzinfo=UTC)
        given = [
            Vote(
                rater=f"rater {at % 7}",
                left=int(left),
                right=int(right),
                winner=winner,
                by=("quality",),
                source="human",
                time=now,
            )
            for at, ((left, right), winner) in enumerate(zip(pairs, said, strict=True))
        ]
        began = time.perf_counter()
        rows = len(rank(made, given).frame)
        seconds = time.perf_counter() - began
        print(f"{votes:,} votes on {rows} levels ranked in {seconds:.2f} s")


if __name__ == "__main__":
    TRIALS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    speed()
    intervals(TRIALS)
    stopping(TRIALS, 4)
    stopping(TRIALS // 10, 6)
