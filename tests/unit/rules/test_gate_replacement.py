"""The gate for replacements: a good one passes, and each single fault refuses it, in words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lake.rules.gate import silver_reasons
from lake.rules.gate_replacement import replacement_reasons
from lake.rules.plan import Plan, PlannedPartition
from lake.rules.summary import REPLACE, Base, Counts, PartitionComparison, PartitionFiles, RunSummary
from tests.builders import MARCH, TRANSACTIONS, JobOutput, Rows, lake_on, plan_of, source

APRIL = "year=2024/month=04"
BASE = Base(3, "00000003-r")
SOURCE = source(100)


def plan() -> Plan:
    planned = (PlannedPartition(MARCH, BASE), PlannedPartition(APRIL))
    return replace(plan_of(1, SOURCE), mode=REPLACE, partitions=planned)


def summary(**changes: Any) -> RunSummary:
    """March with 60 rows for 62, April with none; 30 rows are of other months."""
    made = JobOutput(lake_on(), plan()).silver((Rows(rows=60),))
    march = replace(made.partitions[0], base=BASE)
    found = replace(
        made,
        mode=REPLACE,
        counts=Counts(100, 60, 5, 0, 5, 30),
        outside={SOURCE.source_id: 30},
        partitions=(march, PartitionFiles(APRIL, 0, ())),
        comparison=(PartitionComparison(MARCH, 62, 60, 1, 3, 2), PartitionComparison(APRIL, 0, 0, 0, 0, 0)),
    )
    return replace(found, **changes)


def reasons(found: RunSummary) -> list[str]:
    return list(replacement_reasons(found, plan()))


def test_a_good_replacement_passes() -> None:
    assert reasons(summary()) == []


def test_a_run_that_adds_needs_none_of_this() -> None:
    added = JobOutput(lake_on(), plan_of(1)).silver()
    assert list(replacement_reasons(added, plan_of(1))) == []


def test_rows_of_other_months_are_no_share_of_the_quality() -> None:
    """5 of 70 rows of its own are more than 5 %, 5 of all 100 would be just as many."""
    answer = list(silver_reasons(summary(), plan(), TRANSACTIONS))
    assert answer == ["5 of 70 records quarantined (7.14%), allowed is less than 5.00%"]


def test_a_run_whose_rows_all_lie_outside_has_no_bad_one() -> None:
    nothing = summary(counts=Counts(100, 0, 0, 0, 0, 100))
    assert list(silver_reasons(nothing, plan(), TRANSACTIONS)) == []
    lost = summary(counts=Counts(100, 0, 0, 0, 0, 99))
    assert any("rows are not conserved" in each for each in silver_reasons(lost, plan(), TRANSACTIONS))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": "append"}, "the run's mode is append, planned was replace"),
        ({"partitions": summary().partitions[:1]}, f"partition {APRIL} was planned and is missing"),
        (
            {"partitions": (*summary().partitions, PartitionFiles("year=2024/month=05", 0, ()))},
            "partition year=2024/month=05 was not planned",
        ),
        (
            {"partitions": (replace(summary().partitions[0], base=None), summary().partitions[1])},
            "was planned to follow snapshot 00000003-r, the run followed nothing",
        ),
        ({"comparison": summary().comparison[1:]}, f"partition {MARCH} was not compared"),
        (
            {"comparison": (replace(summary().comparison[0], rows_after=59), summary().comparison[1])},
            "60 rows written, but the comparison says 62 before - 3 removed + 1 added = 59 after",
        ),
        (
            {"comparison": (replace(summary().comparison[0], added=2), summary().comparison[1])},
            "62 before - 3 removed + 2 added = 60 after",
        ),
        ({"outside": {}}, "30 rows outside, by source they are 0"),
        ({"outside": {"unknown": 30}}, "rows outside of source unknown, which the plan does not name"),
    ],
)
def test_each_fault_is_told(changes: Mapping[str, Any], words: str) -> None:
    assert any(words in reason for reason in reasons(summary(**changes))), reasons(summary(**changes))


def test_a_run_that_adds_leaves_no_row_outside() -> None:
    adding = replace(plan(), mode="append", partitions=())
    found = summary(mode="append")
    assert "30 rows outside, but a run that adds takes the rows of every partition" in list(
        replacement_reasons(found, adding)
    )
