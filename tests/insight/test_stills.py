"""Static pictures of a comparison: seen without kernel, script or network."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from imagelab.insight import stills
from imagelab.insight.layout import lay_out
from imagelab.sweep import Sweep
from tests.insight.making import FOXES, all_came, board_of, cells_of, lost, picture

SMALL = {at: stills.thumbnail(picture(64, 64)) for at in range(6)}


class Reader(HTMLParser):
    """Collects tags, their attributes and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep one tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep the text, styles aside."""
        if self.tags[-1:] and self.tags[-1][0] != "style":
            self.words += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def test_every_picture_is_inside_the_html() -> None:
    """Pictures are data URIs: nothing is fetched."""
    images = Reader(stills.html(board_of(), SMALL)).named("img")
    assert len(images) == 6
    assert all(str(image["src"]).startswith("data:image/webp;base64,") for image in images)


def test_pictures_are_described() -> None:
    """Every picture has a description with its prompt and tier."""
    images = Reader(stills.html(board_of(), SMALL)).named("img")
    assert images[4]["alt"] == "a blue fox, medium"


def test_captions_name_price_and_tier() -> None:
    """Under a picture stand its price and its tier."""
    words = " ".join(Reader(stills.html(board_of(), SMALL)).words.split())
    assert "$0.042 medium" in words


def test_sums_are_there() -> None:
    """Row, column and overall sums are written out."""
    words = Reader(stills.html(board_of(), SMALL)).words
    assert all(amount in words for amount in ("$0.220", "$0.084", "$0.440"))


def test_prompts_cannot_inject_markup() -> None:
    """A prompt that is HTML is shown as text."""
    evil = Sweep('<script>alert(1)</script>"><img onerror=x>', quality=["low", "high"])
    page = Reader(stills.html(board_of(evil), {}))
    assert not page.named("script")
    assert not page.named("img")


def test_trouble_says_its_status_and_reason() -> None:
    """A picture that did not come shows its status, and why, in its place."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {**all_came(cells), 0: lost(cells[0], "refused")})
    others = {at: small for at, small in SMALL.items() if at != 0}
    words = " ".join(Reader(stills.html(board, others)).words.split())
    assert "It refused." in words
    assert "refused not billed · low" in words


def test_nothing_depends_on_the_day_or_the_seconds() -> None:
    """Two runs that differ in seconds, rows and picture names make the same HTML."""
    cells = cells_of(FOXES)
    slow = lay_out(cells, all_came(cells, seconds=77.7, picture="f" * 64))
    assert stills.html(slow, SMALL) == stills.html(board_of(), SMALL)


def test_simulated_pictures_say_so() -> None:
    """A board from the simulator carries the words about its pictures and prices."""
    board = board_of()
    simulated = replace(board, tiles=tuple(replace(tile, simulated=True) for tile in board.tiles))
    assert "simulated pictures, real prices" in Reader(stills.html(simulated, {})).words
    assert "simulated" not in Reader(stills.html(board, {})).words


def test_the_style_stays_inside() -> None:
    """Every rule of the static pictures starts at a class of imagelab's or a notebook's output."""
    style = re.search(r"<style>(.*?)</style>", stills.html(board_of(), SMALL), re.DOTALL)[1]
    own = (
        ".il-static",
        ".jp-OutputArea:has(.il-live)",
        ".jp-OutputArea-child:has(",
        "#container>div",
    )
    rules = [rule.strip() for rule in style.split("}") if rule.strip()]
    assert [rule for rule in rules if not rule.startswith(own)] == []


def test_alone_it_hides_nothing() -> None:
    """Where no live view stands beside them, the pictures touch no other output."""
    assert "jp-OutputArea" not in stills.html(board_of(), SMALL, hide_live=False)


def test_thumbnails_of_other_pictures_are_left_out() -> None:
    """Only what is on the board is in the HTML."""
    assert stills.html(board_of(), {**SMALL, 99: b"other"}) == stills.html(board_of(), SMALL)


def test_plain_text_has_a_line_for_each_row() -> None:
    """In a terminal a comparison is a line per prompt, and one for the sum."""
    assert stills.text(board_of()).splitlines() == [
        "a red fox: low $0.011, medium $0.042, high $0.167",
        "a blue fox: low $0.011, medium $0.042, high $0.167",
        "6 pictures, $0.440",
    ]


def test_dollars_are_no_formulas() -> None:
    """All HTML for notebooks tells MathJax to leave it alone: two dollar signs are money."""
    made = [stills.html(board_of(), SMALL), stills.line("$1 and $2"), stills.ended()]
    outer = [Reader(one).tags[0][1]["class"] for one in made]
    assert all("mathjax_ignore" in str(classes) for classes in outer)


def test_missing_pictures_are_in_the_sum() -> None:
    """The line under the pictures counts those that came, of all that were asked for."""
    cells = cells_of(FOXES)
    board = lay_out(cells, {0: all_came(cells)[0]})
    assert "1 of 6 pictures · $0.011" in Reader(stills.html(board, {})).words


def test_what_all_share_is_under_the_pictures() -> None:
    """Static pictures name the model and the size."""
    assert "gpt-image-1 · 1024x1024" in Reader(stills.html(board_of(), SMALL)).words


def test_without_styles_rows_and_columns_keep_their_shape() -> None:
    """Alignment stands inline, and all columns have one width, for where styles are stripped."""
    read = Reader(stills.html(board_of(), SMALL))
    aligned = [str(cell.get("style")) for cell in read.named("th") + read.named("td")]
    assert all("text-align:left" in style for style in aligned)
    assert len({col["style"] for col in read.named("col")}) == 1


def test_without_styles_a_sheet_that_follows_stands_alone() -> None:
    """The pictures are hidden until their own style shows them, but only before a sheet."""
    followed = Reader(stills.html(board_of(), SMALL, sheet_follows=True))
    assert followed.tags[0][1]["hidden"] == "hidden"
    assert "hidden" not in Reader(stills.html(board_of(), SMALL)).tags[0][1]


def test_any_two_pictures_can_be_wiped_without_a_kernel() -> None:
    """Below the pictures stand two lists of all of them and a slider, shut until wanted."""
    read = Reader(stills.html(board_of(), SMALL))
    assert len(read.named("option")) == 12
    assert [one["type"] for one in read.named("input")] == ["range"]
    assert "open" not in read.named("details")[0]


def test_a_wipe_begins_with_the_ends_of_the_first_row() -> None:
    """The first tier is on the left and the last one on the right."""
    options = Reader(stills.html(board_of(), SMALL)).named("option")
    assert [at for at, one in enumerate(options) if "selected" in one] == [0, 6 + 2]


def test_a_wipe_takes_no_second_copy_of_a_picture() -> None:
    """Each picture's bytes are in the HTML once."""
    assert stills.html(board_of(), SMALL).count("data:image/webp") == 6


def test_one_picture_is_not_wiped() -> None:
    """Where there are not two pictures there is no wipe."""
    assert not Reader(stills.html(board_of(), {0: SMALL[0]})).named("details")


def test_a_wipe_may_stand_open() -> None:
    """What is shown for the sake of its wipe has it open at once."""
    opened = Reader(stills.html(board_of(), SMALL, wipe_open=True)).named("details")
    assert "open" in opened[0]


def test_the_lists_of_a_wipe_follow_the_board() -> None:
    """Pictures are listed in the order in which they stand, whatever their positions are."""
    turned = lay_out(cells_of(FOXES), all_came(cells_of(FOXES)), rows="quality", columns="prompt")
    words = Reader(stills.html(turned, SMALL)).words
    assert words.index("a red fox, low") < words.index("a blue fox, low")
    assert words.index("a blue fox, low") < words.index("a red fox, medium")
