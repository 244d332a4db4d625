"""Gold that fell behind is found: a run that ended between silver and gold must not leave old balances for good."""

from typing import Any

from lake.rules import layout
from lake.steps.lake import Lake
from lake.steps.promote_run import promote_run
from tests.builders import BUCKETS, SILVER, TRANSACTIONS, JobOutput, Rows, lake_on, plan_of, run_id, source, write_plan
from transforms.gold_behind import months_behind
from transforms.job_run import JobRun

BALANCES = layout.table_place(BUCKETS.gold, "account_balances", "v1")
MONTHS = ("2024-02", "2024-03")


def promote_silver(lake: Lake, number: int, *months: str) -> None:
    plan = write_plan(lake, plan_of(number, source(20)))
    rows = [Rows(f"year=2024/month={month[5:]}", 10, f"{number}a", f"{number}z") for month in months]
    JobOutput(lake, plan).silver(rows)
    promote_run(lake, run_id(number), "silver")


def promote_gold(lake: Lake, number: int, *months: str) -> None:
    JobOutput(lake, plan_of(number, source(20))).gold(months)
    promote_run(lake, run_id(number), "gold")


def behind(lake: Lake) -> set[str]:
    no_spark: Any = None
    run = JobRun(lake, no_spark, run_id(9), plan_of(9), "jr_9", "now")
    return months_behind(run, TRANSACTIONS, SILVER, BALANCES)


def test_nothing_is_behind_after_a_whole_run() -> None:
    lake = lake_on()
    assert behind(lake) == set()
    promote_silver(lake, 1, *MONTHS)
    promote_gold(lake, 1, *MONTHS)
    assert behind(lake) == set()


def test_a_run_that_ended_after_silver_leaves_its_months_behind() -> None:
    lake = lake_on()
    promote_silver(lake, 1, *MONTHS)
    promote_gold(lake, 1, *MONTHS)
    promote_silver(lake, 2, "2024-03")
    assert behind(lake) == {"2024-03"}
    promote_gold(lake, 2, *MONTHS)
    assert behind(lake) == set()
