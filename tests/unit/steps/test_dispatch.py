"""Dispatch: an event becomes one run, however often it comes."""

import json
from pathlib import Path
from typing import Any

import pytest

from lake.rules.json_record import from_json
from lake.rules.trigger import Ignored, RunRequest
from lake.steps.dispatch import DispatchAnswer, dispatch
from tests.builders import lake_on
from tests.fakes import Mailbox, MemoryExecutions

EVENTS = Path(__file__).parents[2] / "events"


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", ["object_created", "schedule", "request"])
def test_an_event_that_comes_twice_starts_one_run(name: str) -> None:
    executions = MemoryExecutions()
    first, second = (dispatch(lake_on(), executions, Mailbox(), event(name)) for _ in range(2))
    assert isinstance(first, DispatchAnswer)
    assert isinstance(second, DispatchAnswer)
    assert (first.started, second.started) == (True, False)
    assert (first.run_id, first.execution_arn) == (second.run_id, second.execution_arn)
    assert list(executions.started) == [first.run_id]


def test_the_machine_gets_what_plan_run_needs() -> None:
    executions = MemoryExecutions()
    dispatch(lake_on(), executions, Mailbox(), event("object_created"))
    ((run_id, payload),) = executions.started.items()
    found = from_json(RunRequest, payload, "the input")
    assert (found.run_id, found.dataset, found.trigger.type) == (run_id, "transactions", "object")


@pytest.mark.parametrize(
    ("key", "mails"),
    [
        ("transactions/ingest_date=2024-03-31/_a.csv", 0),
        ("transactions/a.csv", 1),
        ("payments/ingest_date=2024-03-31/a.csv", 1),
    ],
)
def test_an_ignored_object_starts_nothing_and_a_lost_one_is_told(key: str, mails: int) -> None:
    executions, mailbox = MemoryExecutions(), Mailbox()
    given = event("object_created")
    given["detail"]["object"]["key"] = key
    assert isinstance(dispatch(lake_on(), executions, mailbox, given), Ignored)
    assert executions.started == {}
    assert len(mailbox.mails) == mails
    assert all(key in body for _, body in mailbox.mails)
