"""Step Functions, SNS, CloudWatch and its logs behind their ports, against moto."""

import json
import time
from typing import Any, cast

import boto3
import pytest

from lake.aws.clock import SystemClock
from lake.aws.events import EventBus
from lake.aws.executions import StepFunctions
from lake.aws.job_logs import GlueLogs
from lake.aws.metrics import NAMESPACE, EmbeddedMetrics
from lake.aws.notify import Mail
from lake.aws.settings import Settings
from lake.errors import InvalidRequestError, NotFoundError, StoreError
from lake.rules.event import Event, EventKind
from tests.aws.conftest import REGION, TOPIC, Aws
from tests.builders import BUCKETS, run_id

NAME = str(run_id())


def test_a_run_is_started_once_whatever_its_input(aws: Aws) -> None:
    executions = StepFunctions(aws.states, aws.machine_arn)
    arn, started = executions.start(NAME, '{"a": 1}')
    assert started
    assert arn.endswith(f":execution:assay-pipeline:{NAME}")
    assert executions.start(NAME, '{"a": 2}') == (arn, False)
    aws.states.stop_execution(executionArn=arn)
    assert executions.start(NAME, '{"a": 1}') == (arn, False)
    assert len(aws.states.list_executions(stateMachineArn=aws.machine_arn)["executions"]) == 1


def test_an_execution_is_found_through_an_alias(aws: Aws) -> None:
    arn, _ = StepFunctions(aws.states, aws.machine_arn).start(NAME, "{}")
    assert StepFunctions(aws.states, f"{aws.machine_arn}:live")._execution_arn(NAME) == arn


def test_an_execution_runs_until_it_is_over(aws: Aws) -> None:
    executions = StepFunctions(aws.states, aws.machine_arn)
    arn, _ = executions.start(NAME, "{}")
    assert executions.is_running(arn)
    aws.states.stop_execution(executionArn=arn)
    assert not executions.is_running(arn)


@pytest.mark.parametrize("arn", ["unknown", "by hand"])
def test_an_execution_nobody_knows_is_over(aws: Aws, arn: str) -> None:
    known = aws.machine_arn.replace(":stateMachine:", ":execution:")
    assert not StepFunctions(aws.states, aws.machine_arn).is_running(f"{known}:{arn}")


def test_a_machine_that_is_not_there_is_an_error(aws: Aws) -> None:
    with pytest.raises(StoreError, match=f"could not start run {NAME}"):
        StepFunctions(aws.states, aws.machine_arn + "x").start(NAME, "{}")


def test_a_subject_is_short_plain_and_on_one_line(aws: Aws) -> None:
    sent = Mail(boto3.client("sns", REGION), TOPIC + "alerts").send("Läuft\nnicht " + "x" * 200, "Grund: ä")
    ((subject, body),) = aws.mails()
    assert subject == ("L?uft?nicht " + "x" * 200)[:100]
    assert body == "Grund: ä"
    assert sent, "SNS gives each mail an id"


def test_numbers_are_counted_by_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    EmbeddedMetrics("test").count("transactions", "run-1", {"RowsValid": 7, "RowsQuarantined": 1})
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert set(directive["Dimensions"][0]) == {"environment", "dataset"}
    assert line["run_id"] == "run-1"
    assert (line["environment"], line["dataset"]) == ("test", "transactions")
    assert (line["RowsValid"], line["RowsQuarantined"]) == ([7.0], [1.0])


def test_the_time_of_a_state_is_a_metric_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    EmbeddedMetrics("test").count("transactions", "run-1", {"StateSeconds": 1.5}, state="BuildGold")
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert set(directive["Dimensions"][0]) == {"environment", "dataset", "state"}
    assert directive["Metrics"] == [{"Name": "StateSeconds", "Unit": "Seconds"}]
    assert (line["state"], line["StateSeconds"]) == ("BuildGold", [1.5])


def test_an_event_reaches_the_bus_as_its_contract_says(aws: Aws) -> None:
    event = Event(EventKind.DRIFT_FOUND, "test", reason="1 resource", changes=("a: update",))
    EventBus(boto3.client("events", REGION)).tell(event)
    ((subject, body),) = aws.told()
    assert subject == "Assay test: The stack test is not as its last deployment left it: 1 resource"
    assert "- a: update" in body


def test_an_event_that_the_bus_does_not_take_is_an_error() -> None:
    class Full:
        def put_events(self, Entries: list[dict[str, str]]) -> dict[str, object]:  # noqa: N803
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "later"}]}

    with pytest.raises(StoreError, match="did not take 'Drift Found': ThrottlingException: later"):
        EventBus(cast(Any, Full())).tell(Event(EventKind.DRIFT_FOUND, "test"))


def test_the_tail_of_a_job_runs_logs_in_the_order_of_time(aws: Aws) -> None:
    prefix, now = "/aws-glue/jobs/locked-role", int(time.time() * 1000)
    for kind in ("error", "output"):
        group = f"{prefix}/bronze-to-silver/{kind}"
        aws.logs.create_log_group(logGroupName=group)
        for stream in ("jr_1-driver", "jr_9-driver"):
            aws.logs.create_log_stream(logGroupName=group, logStreamName=stream)
            events = [{"timestamp": now + n, "message": f"{kind} of {stream} {n}\n"} for n in range(60)]
            aws.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    lines = GlueLogs(aws.logs, prefix).tail("bronze-to-silver", "jr_1")
    assert len(lines) == 40
    assert set(lines[-2:]) == {"error of jr_1-driver 59", "output of jr_1-driver 59"}
    with pytest.raises(NotFoundError):
        GlueLogs(aws.logs, prefix).tail("bronze-to-silver", "jr_2")
    with pytest.raises(NotFoundError):
        GlueLogs(aws.logs, prefix).tail("silver-to-gold", "jr_1")


def test_the_clock_tells_utc_seconds() -> None:
    moment = SystemClock().now()
    assert (len(moment), moment[10], moment[-1]) == (20, "T", "Z")


def test_settings_come_from_the_environment(aws: Aws) -> None:
    found = Settings.from_env()
    assert (found.environment, found.buckets, found.build_id) == ("test", BUCKETS, "build1")


def test_every_missing_variable_is_named() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        Settings.from_env({"ASSAY_ENVIRONMENT": "test", "ASSAY_BUILD_ID": ""})
    assert "ASSAY_BUILD_ID" in str(caught.value)
    assert "ASSAY_BUCKET_GOLD" in str(caught.value)
    assert "ASSAY_ENVIRONMENT" not in str(caught.value)
