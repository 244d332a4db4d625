"""When the years of a contract are over."""

from datetime import date

import pytest

from lake.rules.retention import kept_too_long


@pytest.mark.parametrize(
    ("delivered", "years", "today", "over"),
    [
        ("2017-03-31", 7, "2024-03-30", False),
        ("2017-03-31", 7, "2024-03-31", True),
        ("2016-02-29", 7, "2023-02-27", False),
        ("2016-02-29", 7, "2023-02-28", True),
        ("2024-03-31", 1, "2024-03-31", False),
    ],
)
def test_a_day_of_delivery_is_kept_for_the_years_of_the_contract(
    delivered: str, years: int, today: str, over: bool
) -> None:
    assert kept_too_long(delivered, years, date.fromisoformat(today)) is over
