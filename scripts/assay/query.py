"""Athena SQL from the command line."""

import csv
import io
import sys
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from assay.console import CommandError
from assay.target import Target
from lake.rules.layout import split_uri

# a field may be as long as a record
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Answer:
    """The rows of a query as text, and what it cost."""

    columns: list[str]
    rows: list[list[str | None]]
    scanned_bytes: int
    milliseconds: int


def ask(target: Target, sql: str) -> Answer:
    """Run one statement in the environment's workgroup and database."""
    client = target.client("athena")
    query_id, execution = _run(target, client, sql)
    columns, rows = _results(client, query_id, execution.get("StatementType") == "DML")
    statistics = execution.get("Statistics", {})
    return Answer(
        columns, rows, statistics.get("DataScannedInBytes", 0), statistics.get("TotalExecutionTimeInMillis", 0)
    )


def download(target: Target, sql: str) -> list[dict[str, str]]:
    """The rows of a SELECT that may answer very many, by column: its result file in one read, not in pages of 1,000.

    The file does not tell NULL from the empty text; both are empty here.
    """
    _, execution = _run(target, target.client("athena"), sql)
    bucket, key = split_uri(execution["ResultConfiguration"]["OutputLocation"])
    body: bytes = target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def _run(target: Target, client: Any, sql: str) -> tuple[str, dict[str, Any]]:
    """A statement's id and its execution, which succeeded."""
    try:
        started = client.start_query_execution(
            QueryString=sql, WorkGroup=target.name, QueryExecutionContext={"Database": target.database}
        )
    except ClientError as error:
        raise CommandError(f"Athena refused the query: {error.response['Error']['Message']}") from error
    query_id = started["QueryExecutionId"]
    execution = _wait(client, query_id)
    if execution["Status"]["State"] != "SUCCEEDED":
        reason = execution["Status"].get("StateChangeReason", execution["Status"]["State"])
        raise CommandError(f"the query failed: {reason}")
    return query_id, execution


def _wait(client: Any, query_id: str) -> dict[str, Any]:
    while True:
        execution = client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if execution["Status"]["State"] not in {"QUEUED", "RUNNING"}:
            return dict(execution)
        time.sleep(0.1)


def _results(client: Any, query_id: str, headed: bool) -> tuple[list[str], list[list[str | None]]]:
    rows: list[list[str | None]] = []
    columns: list[str] = []
    for page in client.get_paginator("get_query_results").paginate(QueryExecutionId=query_id):
        columns = [each["Name"] for each in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
        rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]
    return columns, rows[1:] if headed else rows
