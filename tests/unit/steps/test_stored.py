"""What a schema version holds is read from the commits of its dataset."""

from lake.rules import layout
from lake.steps.promote_run import promote_run
from lake.steps.stored import Stored, stored
from tests.builders import BUCKETS, SILVER, JobOutput, Rows, lake_on, plan_of, run_id, source, write_plan
from tests.fakes import MemoryStore

APRIL = "year=2024/month=04"


def test_an_untouched_version_holds_nothing() -> None:
    assert stored(MemoryStore(), SILVER) == Stored(0, 0, None)


def test_rows_of_all_current_partitions_and_the_last_write() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    for number in (1, 2):
        plan = write_plan(lake, plan_of(number, source(30)))
        rows = [Rows(rows=10, first=f"{number}a", last=f"{number}b"), Rows(APRIL, 20, f"{number}a", f"{number}b")]
        JobOutput(lake, plan).silver(rows)
        assert stored(store, SILVER).rows == 30 * (number - 1)
        promote_run(lake, run_id(number), "silver")
    assert stored(store, SILVER) == Stored(60, 2, run_id(2).at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_rows_of_another_version_are_not_counted() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    JobOutput(lake, write_plan(lake, plan_of(1, source(10)))).silver()
    promote_run(lake, run_id(1), "silver")
    assert stored(store, layout.table_place(BUCKETS.silver, "transactions", "v2")) == Stored(0, 0, None)
