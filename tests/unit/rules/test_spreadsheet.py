"""What a spreadsheet would run or change is guarded; what it leaves alone is not; nothing is lost either way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.rules.spreadsheet import GUARD, escape, unescape

FORMULAS = ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-2", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1"]
FULL_WIDTH = ["＝1+1", "＋1", "＠x"]
CHANGED = ["00123", "1234e5", "12345678901234567", "1,000.00", "12.50", "-12.50", "50%", "€5", "1/2", "(5)", ".5"]
MOMENTS = ["2024-03-31", "2024-03-31T23:59:59Z", "31/12/2024 10:00", "12:30", "MAR1", "dec-5", "Juni 7", "März 1"]
LEFT_ALONE = ["", "GBP", "TX-2024-0000001", "Zoë", "Café Nero", "مرحبا", "日本", "N/A", "a=b"]


@pytest.mark.parametrize(
    "text", [*FORMULAS, *FULL_WIDTH, *CHANGED, *MOMENTS, "true", "FALSE", " padded", "'quoted", "''"]
)
def test_what_a_spreadsheet_would_touch_becomes_text(text: str) -> None:
    assert escape(text) == GUARD + text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_it_leaves_alone_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


@given(st.text())
def test_nothing_is_lost(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.text(min_size=1))
def test_no_cell_starts_like_a_formula(text: str) -> None:
    assert escape(text)[0] not in "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("typed", ["12.50", "GBP", "-12.50", ""])
def test_what_a_person_types_is_taken_as_it_is(typed: str) -> None:
    assert unescape(typed) == typed
