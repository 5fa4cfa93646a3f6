"""Tables made to be read."""

from __future__ import annotations

import pytest

from imagelab.bookkeeping.costs import costs, log_frame
from imagelab.errors import InputError
from imagelab.insight.tables import styled
from tests.bookkeeping.test_costs import rows

LOG = log_frame(rows({}, {"quality": "high", "cost_nano": 1_670_000_000}))


def test_dollars_are_written_as_people_read_them() -> None:
    """Money has its sign and digits, shares are percents."""
    page = styled(costs(LOG, totals=True)).to_html()
    assert all(words in page for words in ("$0.011", "$1.67", "99.3%"))


def test_equal_tables_make_equal_html() -> None:
    """A notebook that is run again saves the same table; another one has ids of its own."""
    assert styled(costs(LOG)).to_html() == styled(costs(LOG)).to_html()
    assert styled(costs(LOG)).uuid != styled(costs(LOG, "size")).uuid


def test_no_address_in_memory_rests_in_a_notebook() -> None:
    """What a notebook keeps beside the HTML is the same in the next run, on any day."""
    assert repr(styled(costs(LOG, totals=True))) == "Styled table of 3 rows and 5 columns"


def test_prompts_cannot_inject_markup() -> None:
    """A prompt that is HTML is a heading of plain text."""
    log = log_frame(rows({"prompt": "<script>alert(1)</script>"}))
    page = styled(costs(log, "prompt"), "<b>title</b>").to_html()
    assert "<script>" not in page
    assert "<b>" not in page


def test_unknown_money_is_no_zero() -> None:
    """Where no cost is known stands a dash, and over time a note counts what is missing."""
    log = log_frame(rows({"cost_nano": None, "status": "unknown", "billed": "perhaps"}))
    assert "–" in styled(costs(log)).to_html()
    page = styled(costs(log, over="month")).to_html()
    assert "1 picture of unknown cost not counted" in page
    assert "$0" not in page


def test_dollars_are_no_formulas() -> None:
    """MathJax leaves the table alone."""
    assert "mathjax_ignore" in styled(costs(LOG)).to_html()


def test_what_is_no_table_is_said() -> None:
    """Styling something else is an input error that shows how."""
    with pytest.raises(InputError, match=r"lab\.costs"):
        styled(3)  # type: ignore[arg-type]
