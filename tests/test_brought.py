"""What a replay brings along: stars, remarks and votes of what is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagelab import Comparison, Lab
from imagelab.simulator import Fault, Simulator
from tests.insight.test_manifests import note, said

TIERS = ["low", "high"]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Comparison]:
    """Two samples of two tiers, one of each noted of, and a refusal with a remark."""
    faults = [Fault.moderated_input().only(word="refused")]
    with (
        Simulator(faults=faults) as simulator,
        Lab("simulator", base_url=simulator.url, path=tmp_path_factory.mktemp("lab")) as lab,
    ):
        found = lab.compare(["a fox", "a fox refused"], quality=TIERS, samples=2)
        note(found, 0, star=True, remark="first")
        note(found, 3, star=False, remark="second")
        note(found, 5, star=False, remark="asked them why")
        yield found


@pytest.fixture(scope="module")
def packed(recorded: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a ZIP."""
    return recorded.zip(tmp_path_factory.mktemp("zip") / "noted.zip")


def test_a_replay_brings_stars_and_remarks_along(
    recorded: Comparison, packed: Path, open_lab: Callable[..., Lab]
) -> None:
    """Each picture has what was noted of it, and so has a refusal; the gallery finds them."""
    lab = open_lab(replay=packed)
    again = lab.compare(["a fox", "a fox refused"], quality=TIERS, samples=2)
    assert said(again) == said(recorded)
    assert [tile.remark for tile in again.grid()._board.tiles] == [
        remark for _, remark in said(recorded)
    ]
    assert lab.gallery(star=True).found == [again[0].id]


def test_a_star_taken_back_in_a_replay_stays_so(packed: Path, open_lab: Callable[..., Lab]) -> None:
    """Running the cell again brings nothing back that was changed here."""
    lab = open_lab(replay=packed)
    first = lab.compare("a fox", quality="low", samples=2)
    note(first, 0, star=False, remark="not so good")
    assert said(lab.compare("a fox", quality="low", samples=2)) == [
        (False, "not so good"),
        (False, ""),
    ]


def test_a_part_brings_its_own_notes(packed: Path, open_lab: Callable[..., Lab]) -> None:
    """What is not asked for brings nothing; a sample too many is the first again, and its note."""
    lab = open_lab(replay=packed)
    assert said(lab.compare("a fox", quality="low", samples=3)) == [
        (True, "first"),
        (False, ""),
        (True, "first"),
    ]
    assert set(lab.log["remark"].dropna()) == {"first"}


def test_the_same_request_of_another_provider_is_another_picture(
    packed: Path, open_lab: Callable[..., Lab]
) -> None:
    """A provider that was connected to a replay answers for itself: of that nothing was said."""
    lab = open_lab(replay=packed)
    lab.connect("simulator")
    again = lab.generate("a fox", quality="low")
    beside = lab.compare("a fox", quality="low", provider=[again.provider, "simulator"])
    assert [star for star, _ in said(beside)] == [True, False]


def test_a_replay_of_a_later_zip_brings_all_its_votes(
    open_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """Two ZIPs of one comparison, replayed in one folder: each has the votes there were then."""
    lab = open_lab()
    found = lab.compare("a fox", quality=TIERS)
    for number, rater in enumerate(["ann", "ben"], start=1):
        found.add_votes([(found[0], found[1], "right")], rater=rater)  # type: ignore[list-item]
        replay = open_lab(replay=found.zip(tmp_path / f"{number}.zip"))
        for _ in range(2):
            assert len(replay.compare("a fox", quality=TIERS).votes) == number
