"""Compaction on real files: fewer of them, the same rows, and a proof that would notice if they were not."""

from itertools import pairwise

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.errors import PointerMovedError
from lake.rules import layout
from lake.rules.run import RunId
from lake.rules.snapshot import Snapshot
from lake.spark.same_rows import differing, row_sets
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.read_run_summary import read_run_summary
from tests.spark.disk_lake import DiskLake, csv, row
from transforms.compact import compact, into_files

pytestmark = pytest.mark.spark

MARCH, FEBRUARY = "year=2024/month=03", "year=2024/month=02"


def current(lake: DiskLake, name: str) -> Snapshot:
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    pointer = read_pointer(lake.lake.store, place, name)
    assert pointer is not None
    return current_snapshot(lake.lake.store, place, pointer)


def rows_of(lake: DiskLake, snapshot: Snapshot) -> list[tuple[object, ...]]:
    return sorted(map(tuple, lake.spark.read.parquet(*(file.uri for file in snapshot.files)).collect()), key=str)


def two_months_of_small_files(lake: DiskLake) -> None:
    for day in range(1, 4):
        lake.ingest_and_promote(
            csv(
                row(f"M{day}", f"{day}.25", f"2024-03-0{day}T10:00:00Z"), row(f"F{day}", at=f"2024-02-0{day}T00:00:00Z")
            )
        )


def test_many_small_files_become_one_and_no_row_changes(lake: DiskLake) -> None:
    two_months_of_small_files(lake)
    before = {name: current(lake, name) for name in (FEBRUARY, MARCH)}
    summary = lake.compact("2024-01", "2024-12")

    assert [(part.partition, len(part.files), part.rows) for part in summary.partitions] == [
        (FEBRUARY, 1, 3), (MARCH, 1, 3),
    ]  # fmt: skip
    assert [(each.rows_before, each.rows_after, each.difference) for each in summary.proofs] == [(3, 3, 0)] * 2
    assert all(each.sum_before == each.sum_after != "0" for each in summary.proofs)
    assert summary.columns == {
        each.name: each.type for each in (*lake.contract().columns, *lake.lake.contracts.lineage)
    }
    assert read_run_summary(lake.lake, RunId(summary.run_id), "silver").reasons == ()
    lake.promote(summary)
    for name, old in before.items():
        new = current(lake, name)
        assert rows_of(lake, new) == rows_of(lake, old)
        assert (new.mode, new.sequence, new.parent, new.rows) == ("replace", 4, old.snapshot_id, old.rows)
        assert len(new.sources) == 3


def test_a_row_keeps_the_run_that_wrote_it_however_often_it_is_compacted(lake: DiskLake) -> None:
    two_months_of_small_files(lake)
    runs = {each[-1] for each in rows_of(lake, current(lake, MARCH))}
    assert len(runs) == 3
    lake.promote(lake.compact("2024-03", "2024-03"))
    lake.ingest_and_promote(csv(row("M8", at="2024-03-08T00:00:00Z")))
    before = rows_of(lake, current(lake, MARCH))
    lake.promote(lake.compact("2024-03", "2024-03"))
    assert rows_of(lake, current(lake, MARCH)) == before
    assert len({each[-1] for each in before}) == 4
    assert current(lake, MARCH).sequence == 6


def test_an_append_after_a_compaction_finds_its_duplicates(lake: DiskLake) -> None:
    two_months_of_small_files(lake)
    lake.promote(lake.compact("2024-03", "2024-03"))
    again = lake.ingest_and_promote(csv(row("M1", "1.25", "2024-03-01T10:00:00Z"), row("M9")))
    assert (again.counts.duplicate, again.counts.valid) == (1, 1)
    assert current(lake, MARCH).rows == 4
    assert len(current(lake, FEBRUARY).files) == 3


def test_a_large_month_is_split_by_key(spark: SparkSession) -> None:
    rows = spark.range(10_000).selectExpr("lpad(id, 6, '0') AS key")
    parts = [sorted(each) for each in into_files(rows, 3, ["key"]).select("key").rdd.glom().collect()]
    assert len(parts) == 3
    parts.sort()
    assert all(one[-1] < other[0] for one, other in pairwise(parts))
    assert into_files(rows, 1, ["key"]).rdd.getNumPartitions() == 1


def test_a_partition_that_moved_is_not_compacted(lake: DiskLake) -> None:
    two_months_of_small_files(lake)
    summary = lake.compact("2024-03", "2024-03")
    run_id = RunId(summary.run_id)
    lake.forget(lake.buckets.silver, f"transactions/schema_v=v1/runs/run_id={run_id}/_SUCCESS")
    lake.ingest_and_promote(csv(row("M7", at="2024-03-07T00:00:00Z")))
    with pytest.raises(PointerMovedError, match="plan again"):
        compact(lake.job_run(run_id, "jr_2"))


def test_a_row_set_notices_what_a_count_does_not(spark: SparkSession) -> None:
    fields = "year string, month string, a string, b string"
    one = spark.createDataFrame([("2024", "03", "x", None), ("2024", "03", "y", "1"), ("2024", "02", "z", "1")], fields)
    moved = one.select("year", "month", F.col("b").alias("a"), F.col("a").alias("b"))
    keys = ["year", "month"]
    assert row_sets(one, keys) == row_sets(one.orderBy(F.desc("a")).select("b", "a", "month", "year"), keys)
    same = row_sets(one, keys)
    other = row_sets(moved, keys)
    assert {key: found.rows for key, found in same.items()} == {key: found.rows for key, found in other.items()}
    assert all(same[key].total != other[key].total for key in same)
    assert differing(one, one, keys) == {}
    assert differing(one, moved, keys) == {("2024", "03"): 4, ("2024", "02"): 2}
