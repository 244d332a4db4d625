"""The way of a run, read from the history of its execution; and how long it took."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from lake.rules.timings import timings
from lake.rules.visit import JobUse, Visit, visits

START = datetime(2024, 4, 1, 2, tzinfo=UTC)
RUN = {"Id": "jr_1", "JobName": "job", "JobRunState": "SUCCEEDED", "ExecutionTime": 42, "MaxCapacity": 2.0}


def history(*events: tuple[int, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"timestamp": START + timedelta(seconds=at), "type": kind, **more} for at, kind, more in events]


def entered(at: int, name: str) -> tuple[int, str, dict[str, Any]]:
    return at, "TaskStateEntered", {"stateEnteredEventDetails": {"name": name}}


WAY = history(
    (0, "ExecutionStarted", {}),
    entered(0, "PlanRun"),
    (0, "TaskScheduled", {}),
    (1, "TaskFailed", {"taskFailedEventDetails": {"error": "StoreError", "cause": "no JSON"}}),
    (3, "TaskScheduled", {}),
    (4, "TaskSucceeded", {"taskSucceededEventDetails": {"output": '{"Payload": {}}'}}),
    (4, "TaskStateExited", {}),
    entered(4, "IngestToSilver"),
    (4, "TaskScheduled", {}),
    (50, "TaskFailed", {"taskFailedEventDetails": {"error": "States.TaskFailed", "cause": json.dumps(RUN)}}),
)


def test_states_have_times_tries_and_jobs() -> None:
    plan, ingest = visits(WAY)
    assert (plan.state, plan.seconds(START), plan.tries, plan.job) == ("PlanRun", 4, 2, None)
    assert (ingest.ended, ingest.tries, ingest.job) == (None, 1, JobUse("job", "jr_1", 42, 2.0))


def test_the_record_counts_the_state_that_works_up_to_now() -> None:
    found = timings("run-1", visits(WAY), START + timedelta(seconds=60))
    assert [(each.state, each.seconds) for each in found.states] == [("PlanRun", 4), ("IngestToSilver", 56)]
    assert found.seconds == 60


def test_an_output_that_is_no_job_run_is_none() -> None:
    for text in ("[1]", "null", "", '{"JobName": "no state"}'):
        way = history(entered(0, "S"), (1, "TaskSucceeded", {"taskSucceededEventDetails": {"output": text}}))
        assert visits(way)[0].job is None


def test_a_clock_that_is_behind_makes_no_negative_time() -> None:
    at = datetime(2024, 4, 1, 2, 0, 1, tzinfo=UTC)
    assert Visit("FailRun", at).seconds(at.replace(second=0)) == 0
