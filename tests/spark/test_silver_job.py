"""The silver job as a whole."""

import pytest

from tests.spark.disk_lake import DiskLake, csv

pytestmark = pytest.mark.spark


def test_every_record_ends_somewhere(lake: DiskLake) -> None:
    summary = lake.ingest_and_promote(
        csv(
            "T1,A,10.5,EUR,2024-03-01T10:00:00Z",
            "T2,A,-3.25,USD,2024-02-29 23:59:59",
            "T1,A,10.50,EUR,2024-03-01T10:00:00Z",
            "T1,A,11,EUR,2024-03-01T10:00:00Z",
            "T3,A,x,EUR,2024-03-01T10:00:00Z",
            "T4,A",
        )
    )
    print(summary)
    for r in lake.silver(summary):
        print(r)
    for r in lake.quarantine(summary):
        print(r)
    gold = lake.build_gold(summary.run_id)
    print(gold)
    lake.promote_gold(summary.run_id)
    assert summary.counts.accounted == 6
    assert 0
