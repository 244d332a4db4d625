"""Scenario 5, what people hear: whatever keeps a run from its end, a mail says what happened and what to do."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assay import runs
from assay.__main__ import app
from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.pipeline import outcome

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]

RAISES = "raise ValueError('the disk of the moon is full')\n"
SLEEPS = "import time\ntime.sleep(120)\n"


@contextmanager
def job_is(target: Target, script: str) -> Iterator[None]:
    """While the block lasts, bronze_to_silver is another script."""
    command = target.client("glue").get_job(JobName=f"{target.name}-bronze-to-silver")["Job"]["Command"]
    bucket, _, key = command["ScriptLocation"].removeprefix("s3://").partition("/")
    s3 = target.client("s3")
    good = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=script.encode())
    try:
        yield
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=good)


@contextmanager
def whole_run_takes_at_most(target: Target, seconds: int) -> Iterator[None]:
    """While the block lasts, an execution of the newest version times out so early."""
    states = target.client("stepfunctions")
    good = states.describe_state_machine(stateMachineArn=target.state_machine)["definition"]
    short = json.dumps({**json.loads(good), "TimeoutSeconds": seconds})
    states.update_state_machine(stateMachineArn=target.state_machine, definition=short)
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=target.state_machine, definition=good)


def delivered(target: Target, folder: Path, name: str, day: str) -> Any:
    file = pipeline.write_csv(folder / f"{name}.csv", pipeline.rows_for(day[:7], 20, name))
    return pipeline.deliver(target, file, day)


def running(target: Target, delivery: Any) -> str:
    """The run that takes a delivery, once its job is at work."""
    run_id = str(pipeline.ingest.find_claim(target, "transactions", delivery, 60)["run_id"])
    job = f"{target.name}-bronze-to-silver"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        states = target.client("glue").get_job_runs(JobName=job)["JobRuns"]
        if any(each["JobRunState"] == "RUNNING" and each["Arguments"].get("--run_id") == run_id for each in states):
            return run_id
        time.sleep(0.3)
    raise AssertionError(f"the job of {run_id} does not run")


def mail_about(target: Target, run_id: str, *words: str) -> list[str]:
    """The lines of the one mail about a run: the first tells what happened, the last what to do."""
    found = pipeline.mails_about(target, run_id, *words)
    assert len(found) == 1, [each["subject"] for each in found] or "no mail"
    lines: list[str] = found[0]["body"].splitlines()
    assert lines[-1].startswith("What to do: ")
    assert any(line.startswith("Is data at risk? No. ") for line in lines)
    return lines


def told(*arguments: str) -> str:
    """What `assay …` prints."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_job_that_fails_is_told_with_its_first_error_and_its_log(target: Target, tmp_path: Path) -> None:
    with job_is(target, RAISES):
        story = pipeline.finish(target, delivered(target, tmp_path, "raises", "2024-10-31"))
    assert outcome(story).startswith("failed")
    lines = mail_about(target, story["run"])
    assert lines[0] == "Run of transactions failed in IngestToSilver: ValueError: the disk of the moon is full"
    text = "\n".join(lines)
    for words in (
        "Dataset: transactions", f"Run: {story['run']}", "ingest_date=2024-10-31/raises.csv", "Traceback",
        f"Context: s3://{target.bucket('control')}/runs/{story['run']}/_FAILED.json", "Runbook: docs/runbooks/",
        "https://eu-west-1.console.aws.amazon.com/states/home", "Nothing was promoted", "Build: ",
    ):  # fmt: skip
        assert words in text
    assert lines[-1].endswith(f"assay runs again {story['run']} --env local")


def test_the_story_of_a_failed_run_is_told(target: Target) -> None:
    (mail,) = pipeline.mails_about(target, "the disk of the moon is full")
    run_id = next(line for line in mail["body"].splitlines() if line.startswith("Run: ")).removeprefix("Run: ")
    text = told("runs", "show", run_id)
    for words in (
        "failed in IngestToSilver", "ValueError: the disk of the moon is full", "Traceback", "data at risk?",
        "assay runs again", "console.aws.amazon.com", "docs/runbooks/failed-run.md", "PlanRun",
    ):  # fmt: skip
        assert words in text, text
    failure = json.loads(told("runs", "show", run_id, "--json"))["failure"]
    assert failure["attempts"] >= 1 and failure["job"]["log_tail"] and failure["links"]["job run"]
    assert run_id in told("cost", "--days", "1")


def test_a_run_aborted_by_hand_leaves_its_context_and_frees_what_it_held(target: Target, tmp_path: Path) -> None:
    with job_is(target, SLEEPS):
        delivery = delivered(target, tmp_path, "aborted", "2024-11-28")
        run_id = running(target, delivery)
        target.client("stepfunctions").stop_execution(
            executionArn=target.execution(run_id), error="ByHand", cause="it reads the wrong file"
        )
        lines = mail_about(target, run_id)
    assert lines[0] == "Run of transactions was aborted in IngestToSilver: it reads the wrong file"
    assert outcome(runs.story(target, run_id)).startswith("failed (IngestToSilver: ByHand")
    again = told("runs", "again", run_id, "--json")
    assert json.loads(again)["outcome"] == "succeeded"


def test_a_run_that_takes_too_long_is_told(target: Target) -> None:
    """A second run takes the source that the failed one gave back."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-event-too1ong"
    keys = ["transactions/ingest_date=2024-10-31/raises.csv"]
    request = {"run_id": run_id, "dataset": "transactions", "kind": "event", "execution_arn": "", "details": {}}
    trigger = {"type": "request", "keys": keys, "version_id": None, "again": False}
    given = json.dumps({**request, "trigger": trigger})
    with job_is(target, SLEEPS), whole_run_takes_at_most(target, 8):
        client = target.client("stepfunctions")
        client.start_execution(stateMachineArn=target.state_machine, name=run_id, input=given)
        lines = mail_about(target, run_id)
    assert lines[0] == "Run of transactions timed out in IngestToSilver: the run as a whole took longer than it may"
    assert json.loads(told("runs", "show", run_id, "--json"))["failure"]["error"] == "States.Timeout"


def test_a_refused_run_is_told_with_its_reasons(target: Target, tmp_path: Path) -> None:
    rows = pipeline.rows_for("2024-12", 90, "ref") + pipeline.rows_for("2024-12", 10, "ref-bad", amount="1e5")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "refused.csv", rows), "2024-12-30")
    assert outcome(story).startswith("refused")
    lines = mail_about(target, story["run"])
    assert lines[0].startswith("Run of transactions was refused: 10 of 100 records quarantined")
    assert "- rows with errors: BAD_TYPE 10" in lines
    assert "Runbook: docs/runbooks/refused-run.md" in lines


def test_a_missing_run_is_told(target: Target) -> None:
    event = json.dumps({"scheduled_time": "2039-01-02T06:00:00Z"})
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-check-freshness", Payload=event)
    assert json.loads(answer["Payload"].read())["missed"] == ["transactions"]
    (mail,) = pipeline.mails_about(target, "transactions is not fresh")
    lines = mail["body"].splitlines()
    assert "its contract allows 26" in lines[0]
    assert (lines[-2], lines[-1]) == (
        "Runbook: docs/runbooks/freshness.md",
        "What to do: see whether runs begin and how they end: assay runs --env local",
    )  # fmt: skip


def test_an_alarm_is_told_in_words(target: Target) -> None:
    target.client("cloudwatch").set_alarm_state(
        AlarmName=f"{target.name}-dispatch-throttled", StateValue="ALARM", StateReason="Threshold Crossed: 3 > 0"
    )
    (mail,) = pipeline.mails_about(target, "Deliveries wait: dispatch is throttled.")
    assert "- Threshold Crossed: 3 > 0" in mail["body"].splitlines()


def test_an_event_that_cannot_be_put_in_words_is_mailed_as_it_came(target: Target) -> None:
    entry = {"Source": "assay", "DetailType": "Never Heard Of", "Detail": '{"environment": "local", "odd": "0815"}'}
    target.client("events").put_events(Entries=[entry])
    (mail,) = pipeline.mails_about(target, '"odd": "0815"')
    assert "could not be put in words" in mail["subject"]


@contextmanager
def nobody_can_be_told(target: Target) -> Iterator[None]:
    """While the block lasts, tell_people raises whatever it gets."""
    client, name = target.client("lambda"), f"{target.name}-tell-people"
    handler = client.get_function_configuration(FunctionName=name)["Handler"]
    client.update_function_configuration(FunctionName=name, Handler="functions.no_such_function.handler")
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Handler=handler)


def test_what_tell_people_itself_gave_up_on_is_mailed_as_it_came(target: Target) -> None:
    detail = json.dumps({"environment": "local", "dataset": "transactions", "reason": "the words are gone"})
    with nobody_can_be_told(target):
        entry = {"Source": "assay", "DetailType": "Run Failed", "Detail": detail}
        target.client("events").put_events(Entries=[entry])
        (mail,) = pipeline.mails_about(target, "the words are gone")
    found = json.loads(mail["body"])
    assert found["requestPayload"]["detail"]["reason"] == "the words are gone"
    assert "tell-people" in found["requestContext"]["functionArn"]
    assert found["responsePayload"]["errorType"] == "Runtime.ImportModuleError"


def test_the_numbers_of_a_run_are_in_the_log_where_cloudwatch_finds_them(target: Target) -> None:
    lines = [
        json.loads(event["message"])
        for event in target.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{target.name}-finish-run", filterPattern='"CloudWatchMetrics"'
        )["events"]
        if event["message"].startswith("{")
    ]
    runs_counted = [line for line in lines if "RunsRefused" in line]
    assert runs_counted and all(line["environment"] == "local" and line["run_id"] for line in runs_counted)
    assert {"RowsValid", "RowsQuarantined", "QuarantinePercent", "RunSeconds", "RunCostUsd"} <= set(runs_counted[0])
    assert {line["state"] for line in lines if "StateSeconds" in line} >= {"PlanRun", "IngestToSilver"}
