"""What runs cost: every number is one of the record's, or one of the price table's."""

import pytest

from lake.rules.backfill_cost import USD_PER_DPU_HOUR
from lake.rules.cost import Cost, cost_of, prices, queries_cost
from lake.rules.timings import StateTime, Timings
from lake.rules.visit import JobUse

RUN = Timings(
    "run-1",
    (
        StateTime("PlanRun", 2.0, 2),
        StateTime("IsPlanned", 0.0, 0),
        StateTime("IngestToSilver", 200.0, 1, JobUse("job", "jr_1", 180, 4.0)),
        StateTime("BuildGold", 50.0, 1, JobUse("job", "jr_2", 20, 4.0)),
    ),
)


def test_jobs_are_billed_by_the_second_a_minute_at_least() -> None:
    assert cost_of(RUN, 1, 1).glue == pytest.approx((180 + 60) / 3600 * 4 * 0.44)


def test_every_try_of_a_state_is_a_transition() -> None:
    assert cost_of(RUN, 1, 1).step_functions == pytest.approx(6 * 0.000025)


def test_a_run_without_jobs_costs_next_to_nothing() -> None:
    assert 0 < cost_of(Timings("r", RUN.states[:2]), 0, 0).total < 0.001


def test_more_partitions_are_more_requests() -> None:
    assert cost_of(RUN, 1, 60).s3 > cost_of(RUN, 1, 1).s3 > 0


def test_a_query_is_billed_for_ten_megabytes_at_least_and_a_failed_one_not() -> None:
    assert queries_cost([1]).athena == pytest.approx(10485760 / 1e12 * 5)
    assert queries_cost([10**12, 0]).athena == pytest.approx(5)


def test_costs_add_up() -> None:
    assert (Cost(glue=1.0, s3=0.5) + Cost(athena=0.25, functions=0.125)).total == 1.875


def test_the_table_says_of_where_and_when_and_the_estimate_of_backfills_uses_the_same_price() -> None:
    assert prices().region and len(prices().as_of) == 10
    assert prices().glue_dpu_hour == USD_PER_DPU_HOUR
