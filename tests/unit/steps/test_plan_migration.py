"""The plan of a migration: months that hold older versions, as they are now, and only towards the newest version."""

from dataclasses import replace

import pytest

from lake.errors import InvalidRequestError
from lake.rules.contract import Contracts
from lake.rules.run import RunKind
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.lake import Lake
from lake.steps.plan_run import NOTHING_TO_DO, PLANNED, plan_run
from lake.steps.promote_run import promote_run
from lake.steps.summaries import read_plan
from tests.builders import CONTRACTS, MARCH, TRANSACTIONS, JobOutput, Rows, lake_on, plan_of, run_id, source, write_plan
from tests.fakes import MemoryExecutions, execution_arn

V2 = replace(TRANSACTIONS, schema_version="v2")
BOTH: Contracts = replace(CONTRACTS, by_version={**CONTRACTS.by_version, ("transactions", "v2"): V2})


def lake_with_march() -> Lake:
    lake = lake_on(contracts=BOTH)
    plan = write_plan(lake, plan_of(1, source(10)))
    JobOutput(lake, plan).silver((Rows(MARCH, 10),))
    promote_run(lake, run_id(1), "silver")
    return lake


def request(**details: str) -> RunRequest:
    name = str(run_id(2, "migrate"))
    return RunRequest(
        name, "transactions", RunKind.MIGRATE, Trigger(REQUEST), execution_arn(name), details=dict(details)
    )


def test_a_month_of_an_older_version_is_planned_with_its_base() -> None:
    lake = lake_with_march()
    answer = plan_run(lake, MemoryExecutions(), request(to="v2", first="2024-02", last="2024-04"))
    assert (answer.outcome, answer.sources) == (PLANNED, 0)
    plan = read_plan(lake, run_id(2, "migrate"))
    assert (plan.mode, plan.schema_version, plan.contract_sha256) == ("replace", "v2", V2.fingerprint)
    (only,) = plan.partitions
    assert only.base is not None
    assert (only.partition, only.base.snapshot_id) == (MARCH, f"00000001-{run_id(1)}")


def test_months_without_an_older_version_need_nothing() -> None:
    answer = plan_run(lake_with_march(), MemoryExecutions(), request(to="v2", first="2024-01", last="2024-02"))
    assert (answer.outcome, answer.reasons) == (
        NOTHING_TO_DO,
        ("every month from 2024-01 to 2024-02 is of v2 already",),
    )


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"to": "v1", "first": "2024-01", "last": "2024-02"}, "can only move to v2"),
        ({"to": "v9", "first": "2024-01", "last": "2024-02"}, "has no contract v9"),
        ({"to": "v2", "first": "2024-01"}, "needs its first and its last month"),
        ({"to": "v2", "first": "2024-1", "last": "2024-02"}, "is not a month"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(details: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        plan_run(lake_with_march(), MemoryExecutions(), request(**details))
