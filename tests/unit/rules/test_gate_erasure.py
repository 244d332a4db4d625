"""The gate of a run that erases: whatever else of the day is missing, moved or miscounted refuses it."""

from dataclasses import replace
from typing import Any

import pytest

from lake.rules.gate_erasure import erasure_reasons
from lake.rules.promotion import next_snapshot
from lake.rules.summary import Counts, FileEntry, PartitionComparison, PartitionFiles, RunSummary
from tests.builders import JobOutput, lake_on, plan_of

DAY = "ingest_date=2024-03-31"


def part(rows: int, waiting: int, condemned: int) -> PartitionFiles:
    file = FileEntry("s3://q/f", rows, 1, "r", "a", "z", states={"open": rows}, waiting=waiting, condemned=condemned)
    return PartitionFiles(DAY, rows, (file,))


WRITTEN = JobOutput(lake_on(), plan_of()).silver()
# nine entries of five rows: two are open, two condemned; one of those has three entries and is erased
BEFORE = {DAY: next_snapshot(WRITTEN, "quarantine", part(9, 2, 2), None, "now")}
GOOD = replace(
    WRITTEN,
    partitions=(),
    counts=Counts(2, 0, outside=1, erased=1),
    quarantine=(part(7, 2, 1),),
    comparison=(PartitionComparison(DAY, 9, 7, 1, 3, 0),),
)


def reasons(summary: RunSummary) -> list[str]:
    return list(erasure_reasons(summary, BEFORE))


def test_all_others_of_the_day_are_as_they_were() -> None:
    assert reasons(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"partitions": WRITTEN.partitions}, "wrote to silver"),
        ({"quarantine": (part(6, 2, 1),)}, "7 after by the comparison, 9 before and 6 after by the files"),
        ({"quarantine": (part(7, 1, 1),)}, "2 rows were open, 1 would be"),
        ({"quarantine": (part(7, 2, 0),)}, "2 rows were condemned and 1 of them are erased, but 0 would be"),
        ({"quarantine": ()}, "nothing is left of ingest_date=2024-03-31"),
        ({"comparison": ()}, "was not compared with what it replaces"),
        ({"comparison": (PartitionComparison(DAY, 8, 7, 1, 2, 0),)}, "8 entries before"),
        ({"comparison": (PartitionComparison(DAY, 9, 7, 1, 2, 0),)}, "- 2 removed + 1 added are not 7 after"),
        ({"counts": Counts(2, 0, erased=2)}, "1 entries tell of an erased row, the counts say 2"),
    ],
)
def test_anything_else_is_a_reason_to_refuse(changes: dict[str, Any], words: str) -> None:
    assert any(words in each for each in reasons(replace(GOOD, **changes))), reasons(replace(GOOD, **changes))


def test_a_day_that_is_not_as_the_run_read_it_is_refused() -> None:
    assert "was not compared" in next(iter(erasure_reasons(GOOD, {})))
