"""Partition paths and months."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import InvalidRequestError
from lake.rules import partition

MONTHS = st.builds(lambda y, m: f"{y:04d}-{m:02d}", st.integers(2000, 2100), st.integers(1, 12))


@given(MONTHS)
def test_a_month_survives_the_way_to_a_path_and_back(month: str) -> None:
    assert partition.month_of(partition.silver_path(month)) == month
    assert partition.month_of(partition.gold_path(month)) == month
    assert partition.path(partition.values(partition.silver_path(month))) == partition.silver_path(month)


@given(MONTHS, st.integers(0, 40))
def test_months_between_are_consecutive(first: str, count: int) -> None:
    last = first
    for _ in range(count):
        last = partition.month_before(last)
    months = partition.months_between(last, first)
    assert (months[0], months[-1], len(months)) == (last, first, count + 1)
    assert [partition.month_before(each) for each in months[1:]] == months[:-1]


def test_months_backwards_are_none() -> None:
    assert partition.months_between("2024-03", "2024-02") == []


@pytest.mark.parametrize("text", ["2024", "2024-13", "march", "2024-3"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        partition.first_day(text)


@pytest.mark.parametrize(
    ("text", "layer", "path"),
    [
        ("2024-03", "silver", "year=2024/month=03"),
        ("2024-03", "gold", "as_of_month=2024-03"),
        ("2024-03-31", "quarantine", "ingest_date=2024-03-31"),
        ("year=2024/month=03/", "silver", "year=2024/month=03"),
    ],
)
def test_a_person_names_a_partition_as_they_like(text: str, layer: str, path: str) -> None:
    assert partition.named(text, layer) == path


@pytest.mark.parametrize(
    ("text", "layer"), [("2024-3", "silver"), ("2024-13", "gold"), ("2024-03", "quarantine"), ("March", "silver")]
)
def test_what_is_no_partition_is_said_so(text: str, layer: str) -> None:
    with pytest.raises(InvalidRequestError, match="expected"):
        partition.named(text, layer)
