"""Athena SQL from the command line."""

import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from assay.console import CommandError
from assay.target import Target


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
    columns, rows = _results(client, query_id, execution.get("StatementType") == "DML")
    statistics = execution.get("Statistics", {})
    return Answer(
        columns, rows, statistics.get("DataScannedInBytes", 0), statistics.get("TotalExecutionTimeInMillis", 0)
    )


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
