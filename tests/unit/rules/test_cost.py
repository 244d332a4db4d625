"""What runs cost: every number is one of the record's, or one of the price table's."""

import pytest

from lake.errors import InvalidRequestError
from lake.rules.backfill_cost import estimate
from lake.rules.backfill_events import _usd
from lake.rules.cost import Cost, cost_of, queries_cost
from lake.rules.prices import find_prices, price_table, prices
from lake.rules.timings import StateTime, Timings
from lake.rules.visit import JobUse

PRICE = prices("eu-west-1")
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
    assert cost_of(RUN, 1, 1, PRICE).glue == pytest.approx((180 + 60) / 3600 * 4 * 0.44)


def test_every_try_of_a_state_is_a_transition() -> None:
    assert cost_of(RUN, 1, 1, PRICE).step_functions == pytest.approx(6 * 0.000025)


def test_a_run_without_jobs_costs_next_to_nothing() -> None:
    assert 0 < cost_of(Timings("r", RUN.states[:2]), 0, 0, PRICE).total < 0.001


def test_more_partitions_are_more_requests() -> None:
    assert cost_of(RUN, 1, 60, PRICE).s3 > cost_of(RUN, 1, 1, PRICE).s3 > 0


def test_a_query_is_billed_for_ten_megabytes_at_least_and_a_failed_one_not() -> None:
    assert queries_cost([1], PRICE).athena == pytest.approx(10485760 / 1e12 * 5)
    assert queries_cost([10**12, 0], PRICE).athena == pytest.approx(5)


def test_costs_add_up() -> None:
    assert (Cost(glue=1.0, s3=0.5) + Cost(athena=0.25, functions=0.125)).total == 1.875


def test_the_table_says_as_of_when_and_every_price_is_one() -> None:
    assert len(price_table().as_of) == 10
    assert all(price > 0 for each in price_table().regions.values() for price in vars(each).values())


def test_a_region_that_nobody_knows_has_no_costs_instead_of_those_of_another() -> None:
    with pytest.raises(InvalidRequestError, match=r"ap-south-1 is not known: .* has prices of eu-west-1, us"):
        prices("ap-south-1")
    assert find_prices("ap-south-1") is None
    assert estimate([1], [1], "ap-south-1").cost_usd is None
    assert _usd(None) == "in a region whose prices are not known"


def test_what_was_never_looked_up_is_said_to_be_assumed() -> None:
    assert "all but the price of Glue are assumed" in price_table().about("eu-west-1")
    assert "assumed" not in price_table().about("us-east-1")
    assert set(price_table().assumed) <= set(price_table().regions)


def test_the_estimate_of_backfills_uses_the_same_prices() -> None:
    found = estimate([10**10], [1], "eu-west-1", dpus=10)
    assert found.cost_usd == round(found.dpu_hours * PRICE.glue_dpu_hour, 2)
