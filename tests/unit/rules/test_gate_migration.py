"""The gate for migrations: the same rows pass, and any other row refuses, in words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lake.rules.gate_migration import migration_reasons
from lake.rules.plan import Plan
from lake.rules.summary import AmountChange, Counts, PartitionComparison, RunSummary
from tests.builders import MARCH, JobOutput, lake_on, plan_of, source

COMPARED = PartitionComparison(MARCH, 10, 10, 0, 0, 0, (AmountChange("amount", "EUR", "5", "5"),))


def plan() -> Plan:
    return replace(plan_of(1), sources=(), mode="replace", kind="migrate")


def summary(**changes: Any) -> RunSummary:
    found = replace(JobOutput(lake_on(), plan_of(1)).silver(), counts=Counts(10, 10), comparison=(COMPARED,))
    return replace(found, **changes)


def test_the_same_rows_pass() -> None:
    assert list(migration_reasons(summary(), plan(), 10)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": Counts(10, 9)}, "10 rows before, 9 written"),
        ({"counts": Counts(10, 10, 1)}, "10 rows before, 11 written"),
        ({"comparison": (replace(COMPARED, changed=1),)}, "0 rows added, 0 removed, 1 changed"),
        ({"comparison": (replace(COMPARED, added=1, removed=1),)}, "1 rows added, 1 removed, 0 changed"),
        (
            {"comparison": (replace(COMPARED, amounts=(AmountChange("amount", "EUR", "5", "4"),)),)},
            "amount in EUR was 5, is 4",
        ),
    ],
)
def test_each_difference_is_told(changes: Mapping[str, Any], words: str) -> None:
    assert any(words in reason for reason in migration_reasons(summary(**changes), plan(), 10))


def test_a_migration_reads_no_source() -> None:
    with_source = replace(plan(), sources=(source(),))
    assert "its plan names 1 sources" in next(iter(migration_reasons(summary(), with_source, 10)))
