"""A backfill on moto's S3 and Step Functions: the real functions, one after the other, each called twice."""

import io
import json
from importlib import import_module
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from functions import wiring
from lake.aws.store import S3Store
from lake.aws.task_tokens import StepFunctionsTokens
from lake.errors import AccessDeniedError, NotFoundError
from lake.rules import layout
from lake.rules.backfill import Backfill
from lake.rules.run import RunId
from lake.steps.answer_approval import answer_approval
from lake.steps.backfills import find_backfill
from lake.steps.declare_backfill import BackfillRequest, declare_backfill
from lake.steps.start_backfill import start_backfill
from lake.steps.summaries import read_plan
from tests.aws.conftest import REGION, Aws
from tests.builders import BUCKETS, KEY, MARCH, SILVER, JobOutput, Rows, csv_body
from tests.fakes import MemoryTokens

ANN = "arn:aws:iam::123456789012:user/ann"


def call(name: str, **event: Any) -> dict[str, Any]:
    """A function's answer; it is asked twice and says the same."""
    handler = import_module(f"functions.{name}").handler
    first, second = handler(event, None), handler(event, None)
    assert {k: v for k, v in first.items() if k != "finished_at"} == {
        k: v for k, v in second.items() if k != "finished_at"
    }
    return dict(json.loads(json.dumps(second)))


def dispatched(event: dict[str, Any]) -> dict[str, Any]:
    """The run an event leads to, as its functions are told of it."""
    answer = import_module("functions.dispatch").handler(event, None)
    return {"run_id": answer["run_id"], "execution_arn": answer["execution_arn"], "dataset": "transactions"}


def ingested(aws: Aws) -> None:
    aws.s3.put_object(Bucket=BUCKETS.bronze, Key=KEY, Body=csv_body(10))
    answer = call(
        "dispatch", trigger="request", dataset="transactions", keys=[KEY], requested_at="2024-04-01T02:00:00Z"
    )
    run = {
        "run_id": answer["run_id"],
        "execution_arn": answer["execution_arn"],
        "dataset": "transactions",
        "kind": "event",
    }
    call("plan_run", **run, trigger={"type": "request", "keys": [KEY]}, details={})
    JobOutput(wiring.lake(), read_plan(wiring.lake(), RunId(run["run_id"]))).silver((Rows(rows=10),))
    call("promote_run", **run, layer="silver")
    call("finish_run", **run, outcome="succeeded", reasons=[])


def declared() -> Backfill:
    return declare_backfill(
        wiring.lake(), BackfillRequest("transactions", "2024-03", "too strict", ANN, "2024-06-20T10:00:00Z")
    )


def test_from_function_to_function(aws: Aws) -> None:
    ingested(aws)
    backfill = declared()
    lake, tokens = wiring.lake(), MemoryTokens({"the-token"})
    event = start_backfill(lake, backfill, ANN)
    run = dispatched(event) | {"kind": "backfill"}
    details = event["details"]
    assert call("plan_run", **run, trigger={"type": "request"}, details=details)["approval"] is True
    asked = call(
        "ask_approval", run_id=run["run_id"], dataset="transactions", details=details, subject="start",
        hours=72, token="the-token",
    )  # fmt: skip
    assert "the-token" not in json.dumps(asked)
    answer_approval(lake, tokens, find_backfill(lake, backfill.backfill_id), "approved", ANN, "fine")
    assert call("begin_backfill", **run)["decision"] == "go"
    JobOutput(lake, read_plan(lake, RunId(run["run_id"]))).replacement((Rows(rows=10),))
    assert call("read_run_summary", **run, layer="silver")["decision"] == "promote"
    assert call("compare_run", **run) == {"decision": "go", "reasons": [], "approval": False}
    assert call("begin_promotion", **run)["decision"] == "go"
    assert call("promote_run", **run, layer="silver")["promoted"] == 1
    assert call("finish_run", **run, outcome="succeeded", reasons=[])["outcome"] == "succeeded"
    assert find_backfill(lake, backfill.backfill_id).status == "promoted"
    latest = json.loads(aws.s3.get_object(Bucket=BUCKETS.silver, Key=SILVER.latest(MARCH))["Body"].read())
    assert (latest["approved_by"], latest["mode"], latest["sequence"]) == (ANN, "replace", 2)
    subjects = [subject for subject, _ in aws.told()]
    assert all("waits to begin" in subject for subject in subjects) and subjects


def test_the_token_is_in_no_log_line(aws: Aws) -> None:
    ingested(aws)
    event = start_backfill(wiring.lake(), declared(), ANN)
    run = dispatched(event)
    call("plan_run", **run, kind="backfill", trigger={"type": "request"}, details=event["details"])
    written = io.StringIO()
    handler: Any = wiring.logger.registered_handler
    before = handler.setStream(written)
    try:
        call("ask_approval", **run, details=event["details"], subject="start", hours=72, token="the-token")
    finally:
        handler.setStream(before)
    assert run["run_id"] in written.getvalue()
    assert "the-token" not in written.getvalue()


def test_a_run_that_nobody_approved_does_not_begin(aws: Aws) -> None:
    ingested(aws)
    event = start_backfill(wiring.lake(), declared(), ANN)
    run = dispatched(event)
    call("plan_run", **run, kind="backfill", trigger={"type": "request"}, details=event["details"])
    with pytest.raises(NotFoundError, match="nobody was asked about its start"):
        call("begin_backfill", **run)


def test_late_objects_start_one_run(aws: Aws) -> None:
    key = "transactions/ingest_date=2024-06-10/late.csv"
    aws.s3.put_object(Bucket=BUCKETS.bronze, Key=key, Body=csv_body(3))
    event = {"dataset": "transactions", "scheduled_time": "2024-06-20T03:00:00Z"}
    found = call("find_late", **event)
    assert found["found"] == 1
    described = aws.states.describe_execution(
        executionArn=aws.machine_arn.replace(":stateMachine:", ":execution:") + f":{found['run_id']}"
    )
    assert json.loads(described["input"])["trigger"]["keys"] == [key]
    assert call("find_late", **{**event, "scheduled_time": "2024-09-20T03:00:00Z"})["found"] == 0


def test_an_old_version_is_copied_inside_s3_even_when_its_object_is_deleted(aws: Aws) -> None:
    body = b"x" * 20_000_000
    version = aws.s3.put_object(Bucket=BUCKETS.bronze, Key=KEY, Body=body, Tagging="a=b")["VersionId"]
    aws.s3.put_object(Bucket=BUCKETS.bronze, Key=KEY, Body=b"new")
    aws.s3.delete_object(Bucket=BUCKETS.bronze, Key=KEY)
    store, copy = S3Store(aws.s3), "runs/r/sources/s/a.csv"
    etag = store.head(BUCKETS.bronze, KEY, version).etag
    for _ in range(2):
        store.copy_version(BUCKETS.bronze, KEY, version, BUCKETS.control, copy, {"source-etag": etag})
    found = store.head(BUCKETS.control, copy)
    assert (found.size, found.metadata) == (len(body), {"source-etag": etag})
    assert found.stored_at.startswith("20")
    assert aws.s3.get_object(Bucket=BUCKETS.control, Key=copy)["Body"].read() == body


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_nobody_waits_for_is_told(code: str) -> None:
    client = boto3.client("stepfunctions", REGION, aws_access_key_id="x", aws_secret_access_key="x")
    tokens = StepFunctionsTokens(client)
    with Stubber(client) as stub:
        stub.add_client_error("send_task_success", code)
        stub.add_client_error("send_task_failure", code)
        stub.add_client_error("send_task_success", "AccessDeniedException")
        assert tokens.succeed("token", "{}") is False
        assert tokens.fail("token", "ApprovalDeniedError", "no") is False
        with pytest.raises(AccessDeniedError) as told:
            tokens.succeed("the-token", "{}")
    assert "the-token" not in str(told.value)


def test_the_records_of_people_are_written_by_compare_and_swap(aws: Aws) -> None:
    ingested(aws)
    backfill = declared()
    key = layout.backfill("transactions", backfill.backfill_id)
    store = wiring.lake().store
    etag = store.head(BUCKETS.control, key).etag
    assert (
        declare_backfill(
            wiring.lake(), BackfillRequest("transactions", "2024-03", "too strict", ANN, "2024-06-20T10:00:00Z")
        )
        == backfill
    )
    assert store.head(BUCKETS.control, key).etag == etag
