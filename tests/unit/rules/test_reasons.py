"""Reasons stay small enough for Step Functions' state, whatever there are."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lake.rules.reasons import MOST, shortened


@given(st.lists(st.text(max_size=5000).map(lambda text: text * 3), max_size=120))
def test_they_fit_into_the_state(reasons: list[str]) -> None:
    found = shortened(reasons)
    assert len(json.dumps(found, ensure_ascii=False)) < 64 * 1024
    assert len(found) <= MOST + 1
    assert (found[-1] == f"and {len(reasons) - MOST} more") is (len(reasons) > MOST) if found else not reasons


def test_few_short_reasons_stay_as_they_are() -> None:
    assert shortened(["a", "b"]) == ("a", "b")
