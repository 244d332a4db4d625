"""Projection: a partition outside a table's range would be invisible to Athena, so the gate must know."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import ContractError
from lake.rules.contract import Column, Projection
from lake.rules.partition import month_path
from lake.rules.projection import uncovered
from tests.builders import CONTRACTS, TRANSACTIONS

TODAY = date(2024, 4, 15)
MONTH = (Column("as_of_month", "string", projection=Projection("date", "2010-01,NOW+1MONTHS", format="yyyy-MM")),)
DAY = CONTRACTS.quarantine.partition_columns


@given(st.dates(date(2010, 1, 1), date(2039, 12, 31)))
def test_every_month_of_the_contract_is_covered(day: date) -> None:
    assert uncovered(month_path(day.year, day.month), TRANSACTIONS.partition_columns, TODAY) is None


@pytest.mark.parametrize(
    "partition",
    ["year=2009/month=12", "year=2040/month=01", "year=2024/month=13", "year=2024/month=3", "year=x/month=03"],
)
def test_what_athena_would_not_find(partition: str) -> None:
    assert "is outside what Athena looks at" in str(uncovered(partition, TRANSACTIONS.partition_columns, TODAY))


def test_other_keys_are_told() -> None:
    answer = uncovered("as_of_month=2024-03", TRANSACTIONS.partition_columns, TODAY)
    assert answer == "partition as_of_month=2024-03 has the keys as_of_month, expected year, month"


@pytest.mark.parametrize(
    ("columns", "partition", "is_covered"),
    [
        (MONTH, "as_of_month=2010-01", True),
        (MONTH, "as_of_month=2009-12", False),
        (MONTH, "as_of_month=2024-05", True),
        (MONTH, "as_of_month=2024-06", False),
        (MONTH, "as_of_month=2024-05-01", False),
        (DAY, "ingest_date=2025-04-15", True),
        (DAY, "ingest_date=2025-04-16", False),
        (DAY, "ingest_date=2010-01-01", True),
    ],
)
def test_now_moves_with_the_clock(columns: tuple[Column, ...], partition: str, is_covered: bool) -> None:
    assert (uncovered(partition, columns, TODAY) is None) is is_covered


@pytest.mark.parametrize(
    ("end", "last"), [("NOW", "2024-04-15"), ("NOW-3DAYS", "2024-04-12"), ("NOW-2YEARS", "2022-04-15")]
)
def test_offsets(end: str, last: str) -> None:
    column = (Column("d", "string", projection=Projection("date", f"2010-01-01,{end}", format="yyyy-MM-dd")),)
    assert uncovered(f"d={last}", column, TODAY) is None
    following = date.fromordinal(date.fromisoformat(last).toordinal() + 1)
    assert uncovered(f"d={following}", column, TODAY)


def test_a_range_in_other_words_is_a_fault_of_the_contract() -> None:
    column = (Column("d", "string", projection=Projection("date", "2010-01-01,NOW+1WEEKS", format="yyyy-MM-dd")),)
    with pytest.raises(ContractError, match=r"NOW\+1WEEKS"):
        uncovered("d=2024-01-01", column, TODAY)
