"""The canary's rows, judged by the contract, become what the smoke test expects."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lake.rules.canary import DATASET, HEADER, canary_of, problems_of_balances, problems_of_summary
from lake.rules.late import is_closed
from tests.builders import CONTRACTS

CANARY = canary_of("d1", date(2024, 3, 31))


def test_the_file_has_the_header_of_its_contract_and_as_many_rows_as_are_expected() -> None:
    rows = list(csv.reader(io.StringIO(CANARY.text)))
    assert tuple(rows[0]) == HEADER == CONTRACTS.newest(DATASET).header
    assert len(rows) - 1 == CANARY.counts["input"]
    assert CANARY.counts["input"] == sum(
        CANARY.counts[each] for each in ("valid", "quarantined", "condemned", "duplicate")
    )
    assert len({tuple(row) for row in rows[1:]}) == len(rows) - 1 - CANARY.counts["duplicate"]


def test_balances_go_on_from_the_late_month() -> None:
    assert CANARY.balances == [
        ("2024-01", Decimal("60.00")),
        ("2024-02", Decimal("60.00")),
        ("2024-03", Decimal("95.00")),
    ]


@given(st.dates(date(2020, 1, 1), date(2039, 12, 31)))
def test_the_late_month_is_closed_and_the_other_is_open_on_every_day(today: date) -> None:
    canary, days = canary_of("d", today), CONTRACTS.newest(DATASET).closed_after_days
    assert is_closed(canary.late_month, today, days)
    assert not is_closed(canary.month, today, days)
    assert canary_of("d", today + timedelta(days=0)) == canary


def test_what_was_counted_otherwise_is_named() -> None:
    assert problems_of_summary(CANARY, CANARY.counts, CANARY.late) == []
    found = problems_of_summary(CANARY, {**CANARY.counts, "quarantined": 0, "valid": 10}, {})
    assert found == [
        "valid: expected 7 rows, found 10",
        "quarantined: expected 3 rows, found 0",
        "late rows: expected {'2024-01': 2}, found {}",
    ]


def test_what_gold_says_otherwise_is_named() -> None:
    assert problems_of_balances(CANARY, list(reversed(CANARY.balances))) == []
    (found,) = problems_of_balances(CANARY, [("2024-01", Decimal("60"))])
    assert "expected 2024-01 60.00, 2024-02 60.00, 2024-03 95.00, found 2024-01 60.00" in found
