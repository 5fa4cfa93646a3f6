"""The report: one file that tells a comparison."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imagelab import Comparison, Lab
from imagelab.errors import InputError, RecordError
from imagelab.insight import report
from imagelab.insight.report import Section
from tests.insight.making import board_of, picture
from tests.insight.test_stills import Reader

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \"'"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One lab for all the facts here."""
    with Lab(path=tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pair(lab: Lab) -> Comparison:
    """A prompt that is markup, at two tiers."""
    return lab.compare(f"a fox {EVIL}", quality=["low", "medium"])


def write(made: Comparison, folder: Path, **options: object) -> str:
    """Write the report and read it."""
    return made.report(folder / "report.html", **options).read_text()  # type: ignore[arg-type]


def test_it_is_one_complete_file_that_fetches_nothing(pair: Comparison, tmp_path: Path) -> None:
    """Pictures are inside it, nothing is linked to, and its policy forbids all fetching."""
    page = write(pair, tmp_path)
    assert page.startswith("<!doctype html>")
    assert page.count("data:image/webp") == 2
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "default-src &#39;none&#39;" in page


def test_only_its_own_script_may_run(pair: Comparison, tmp_path: Path) -> None:
    """The policy names the digest of the one script that is there."""
    page = write(pair, tmp_path)
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"&#39;sha256-{digest}&#39;" in page.replace("&#43;", "+")


def test_prompts_are_escaped_everywhere(pair: Comparison, tmp_path: Path) -> None:
    """A prompt, a title and a section of markup are shown as text."""
    words = Section(title=EVIL, words=EVIL, table=pd.DataFrame({EVIL: [EVIL]}, index=[EVIL]))
    read = Reader(write(pair, tmp_path, title=EVIL, sections=[words]))
    assert len(read.named("script")) == 2
    assert not [image for image in read.named("img") if "onerror" in image]


def test_it_tells_costs_parameters_and_code(pair: Comparison, tmp_path: Path) -> None:
    """What it cost, what was asked for and how to ask again stand below the pictures."""
    words = Reader(write(pair, tmp_path)).words
    assert "Quoted $0.053, paid $0.053 (simulated money)." in words
    assert "low, medium" in words
    assert "lab.compare(" in words


def test_sections_stand_first(pair: Comparison, tmp_path: Path) -> None:
    """A verdict is read before the pictures."""
    words = Reader(write(pair, tmp_path, sections=[Section(title="Verdict")])).words
    assert words.index("Verdict") < words.index("a fox")


def test_votes_are_told_before_the_pictures(lab: Lab, pair: Comparison, tmp_path: Path) -> None:
    """Verdict, ranking and win matrix are there by themselves; without votes nothing is."""
    assert "Verdict" not in Reader(write(pair, tmp_path)).words
    voted = lab.compare("an owl", quality=["low", "high"], model=["gpt-image-1", "gpt-image-2"])
    low, high = voted["low", "gpt-image-1"], voted["high", "gpt-image-1"]
    voted.add_votes([(low, high, "right")] * 12, by="quality")  # type: ignore[list-item]
    page = Reader(write(voted, tmp_path))
    assert len([one for one in page.named("img") if "figure" in (one.get("class") or "")]) == 2
    assert page.words.index("Verdict") < page.words.index("Take high") < page.words.index("Ranking")
    assert page.words.index("Davidson") < page.words.index("an owl")
    voted.add_votes([(low, voted["low", "gpt-image-2"], "tie")], by="model")  # type: ignore[list-item]
    words = Reader(write(voted, tmp_path)).words
    assert words.index("Verdict by quality") < words.index("Ranking by model")


def test_a_picture_that_is_gone_hides_no_other(lab: Lab, tmp_path: Path) -> None:
    """Where a file was deleted the report says so, and shows the rest."""
    made = lab.compare("a hare", quality=["low", "medium"])
    made[0].path.unlink()  # type: ignore[union-attr]
    page = write(made, tmp_path)
    assert page.count("data:image/webp") == 1
    assert "The file of this picture is gone." in Reader(page).words


def test_pictures_are_of_the_size_that_is_asked(pair: Comparison, tmp_path: Path) -> None:
    """A smaller side makes a smaller file."""
    assert len(write(pair, tmp_path, side=64)) < len(write(pair, tmp_path)) / 2


def test_pictures_can_be_enlarged_and_laid_over_each_other(
    pair: Comparison, tmp_path: Path
) -> None:
    """Each picture is a labelled box to tick; the wipe has a slider that says what it does."""
    boxes = Reader(write(pair, tmp_path)).named("input")
    assert [box["type"] for box in boxes] == ["checkbox", "checkbox", "range"]
    assert all(box["aria-label"] for box in boxes)


def test_sixty_pictures_stay_below_six_megabytes() -> None:
    """Without a size they are made as large as fits, and that is not small."""
    fine = np.random.default_rng(0).normal(128, 12, (320, 320, 3)).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(fine).save(out, "JPEG", quality=90)
    made = report.shrunk(dict.fromkeys(range(60), out.getvalue()), None)
    assert 1_000_000 < sum(map(len, made.values())) * 4 / 3 < 5_700_000


def test_pictures_that_do_not_shrink_well_are_made_smaller() -> None:
    """Pure noise fits too: it is scaled down until it does."""
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    made = report.shrunk(dict.fromkeys(range(5), out.getvalue()), None, most=100_000)
    assert sum(map(len, made.values())) * 4 / 3 < 100_000


def test_few_pictures_are_large() -> None:
    """Two pictures keep 1024 pixels."""
    made = report.shrunk({0: picture(1200, 600)}, None)
    assert Image.open(io.BytesIO(made[0])).width == 1024


def test_a_place_that_cannot_be_written_is_said(pair: Comparison, tmp_path: Path) -> None:
    """No folder, no file: the error names the place, and nothing half-written stays."""
    with pytest.raises(RecordError, match="no-such"):
        pair.report(tmp_path / "no-such" / "report.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [{"side": 3}, {"sections": ["verdict"]}])
def test_wrong_options_are_said(
    pair: Comparison, tmp_path: Path, options: dict[str, object]
) -> None:
    """A size that makes no sense, and a section that is none, are input errors."""
    with pytest.raises(InputError):
        pair.report(tmp_path / "report.html", **options)  # type: ignore[arg-type]


def test_a_board_without_pictures_is_a_report_too() -> None:
    """Where nothing came, the report says so and has no wipe to offer."""
    page = report.render(board_of(rows={}), {}, title="x", parameters={}, code="")
    assert "0 of 6 pictures" in Reader(page).words
