"""What a table holds is read from its manifests."""

from lake.steps.promote_run import promote_run
from lake.steps.stored import Stored, stored
from tests.builders import SILVER, JobOutput, Rows, lake_on, plan_of, run_id, source, write_plan
from tests.fakes import MemoryStore

APRIL = "year=2024/month=04"


def test_an_untouched_table_holds_nothing() -> None:
    assert stored(MemoryStore(), SILVER) == Stored(0, 0, None)


def test_rows_of_all_current_partitions_and_the_last_write() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    plan = plan_of(1, source(30))
    write_plan(lake, plan)
    JobOutput(lake, plan).silver([Rows(rows=10), Rows(APRIL, 20)])
    assert stored(store, SILVER).rows == 0
    promote_run(lake, run_id(1), "silver")
    assert stored(store, SILVER) == Stored(30, 2, lake.clock.now())
