"""What Step Functions and the control bucket say about runs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from assay.console import USAGE, CommandError
from assay.target import Target
from lake.errors import InvalidRunIdError
from lake.rules import layout
from lake.rules.run import RunId
from lake.rules.visit import Visit, visits

OVER = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


@dataclass(frozen=True)
class Execution:
    """A run as Step Functions sees it."""

    run_id: str
    arn: str
    status: str
    started: datetime
    ended: datetime | None
    request: dict[str, Any]
    error: str
    cause: str


def parse(run_id: str) -> RunId:
    """A run id that a person typed."""
    try:
        return RunId(run_id)
    except InvalidRunIdError as error:
        raise CommandError(str(error), USAGE) from error


def describe(target: Target, run_id: str) -> Execution:
    """One run's execution."""
    try:
        found = target.client("stepfunctions").describe_execution(executionArn=target.execution(run_id))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            where = target.environment
            raise CommandError(f"there is no run {run_id} in {where}; see: assay runs --env {where}", USAGE) from error
        raise
    return Execution(
        run_id,
        found["executionArn"],
        found["status"],
        found["startDate"],
        found.get("stopDate"),
        json.loads(found.get("input") or "{}"),
        found.get("error", ""),
        found.get("cause", ""),
    )


def latest(target: Target, limit: int) -> list[dict[str, Any]]:
    """The newest executions, newest first."""
    client = target.client("stepfunctions")
    found = client.list_executions(stateMachineArn=target.state_machine, maxResults=limit)["executions"]
    return sorted(found, key=lambda each: each["startDate"], reverse=True)[:limit]


def timeline(target: Target, run_id: str) -> list[Visit]:
    """The states of a run, in order, with their times."""
    return visits(_history(target, run_id))


def read_json(target: Target, key: str, bucket: str = "") -> dict[str, Any] | None:
    """A record of the control bucket (or another), or None."""
    try:
        body = target.client("s3").get_object(Bucket=bucket or target.bucket("control"), Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            return None
        raise
    found: dict[str, Any] = json.loads(body)
    return found


def ledger_entry(target: Target, dataset: str, run_id: str) -> dict[str, Any] | None:
    """A run's line in the run ledger; None while the run works."""
    return read_json(target, layout.ledger_entry(dataset, parse(run_id)))


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def _history(target: Target, run_id: str) -> Iterator[dict[str, Any]]:
    pages = target.client("stepfunctions").get_paginator("get_execution_history")
    for page in pages.paginate(executionArn=target.execution(run_id)):
        yield from page["events"]
