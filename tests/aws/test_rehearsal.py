"""A smoke test sees in the log of tell_people whether a failure was told, and how; against moto."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assay import rehearsal
from assay.rehearsal import Rehearsal
from assay.target import Target
from lake.errors import SmokeTestError
from tests.aws.conftest import Aws

GROUP, RUN = "/aws/lambda/assay-tell-people", "20240401T020000Z-promote-0123456789ab"
TOLD = {
    "subject": "Assay test: Run of canary failed in PlanRun: there is no such run",
    "about": RUN,
    "in_words": True,
    "rehearsed": True,
    "message_id": "mail-1",
}


def logged(aws: Aws, *lines: str) -> None:
    aws.logs.create_log_group(logGroupName=GROUP)
    aws.logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    events = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
    aws.logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events)


def answered(**changes: Any) -> str:
    return json.dumps({"level": "INFO", "message": "answered", "answer": {**TOLD, **changes}})


def require_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "TOLD_SECONDS", 0)
    Rehearsal(Target("test", "assay"), "canary-1").require_told(RUN, datetime.now(UTC) - timedelta(minutes=5))


def test_a_failure_that_was_told_in_words_is_well(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    logged(aws, "START", answered(about="another"), f"{RUN} is no JSON", json.dumps([RUN]), answered())
    require_told(monkeypatch)


def test_a_failure_that_nobody_hears_of_fails_the_smoke_test(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    logged(aws, answered(about="another"))
    with pytest.raises(SmokeTestError, match="nobody would have heard of it") as raised:
        require_told(monkeypatch)
    assert raised.value.execution_arn.endswith(f":execution:assay-pipeline:{RUN}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"in_words": False},
        {"message_id": ""},
        {"rehearsed": False},
        {"subject": "Assay test: Run of canary failed in an unknown step: States.TaskFailed"},
    ],
)
def test_a_failure_that_was_told_badly_fails_it_too(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    logged(aws, answered(**wrong))
    with pytest.raises(SmokeTestError, match="was to be told with its state"):
        require_told(monkeypatch)
