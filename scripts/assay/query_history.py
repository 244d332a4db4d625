"""Who read which table: Athena's own history of queries, with the people behind them where CloudTrail knows them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from assay.target import Target

UNKNOWN = "somebody"
_BATCH = 50


@dataclass(frozen=True)
class Read:
    """One query that read a table."""

    table: str
    workgroup: str
    user: str
    saved_query: str
    at: datetime


def reads_since(target: Target, since: datetime) -> list[Read]:
    """Every read of the environment's tables and views by a query that succeeded since then, in all workgroups."""
    athena = target.client("athena")
    users = _users(target, since)
    return [
        read for group in _workgroups(athena) for read in _of_workgroup(athena, group, target.database, since, users)
    ]


def tables_read(sql: str, database: str) -> set[str]:
    """Names of the tables and views of a database that a statement reads; none if it cannot be parsed."""
    # imported here: it takes a moment, and only this command needs it
    import sqlglot  # noqa: PLC0415
    from sqlglot import exp  # noqa: PLC0415

    try:
        statement = sqlglot.parse_one(sql, read="athena")
    except sqlglot.errors.ParseError:
        return set()
    named_inside = {each.alias for each in statement.find_all(exp.CTE)}
    return {
        each.name.lower()
        for each in statement.find_all(exp.Table)
        if each.db.lower() in {"", database} and (each.db or each.name not in named_inside)
    }


def _of_workgroup(athena: Any, group: str, database: str, since: datetime, users: dict[str, str]) -> Iterator[Read]:
    saved = _saved_queries(athena, group)
    for execution in _executions(athena, group, since):
        default = execution.get("QueryExecutionContext", {}).get("Database", "")
        sql, at = execution["Query"], execution["Status"]["SubmissionDateTime"]
        found = tables_read(sql, database) if default in {"", database} or database in sql else set()
        user = users.get(execution["QueryExecutionId"], UNKNOWN)
        for table in sorted(found):
            yield Read(table, group, user, saved.get(_plain(sql), ""), at)


def _workgroups(athena: Any) -> Iterator[str]:
    """Their names; boto3 has no paginator for this list."""
    token: dict[str, str] = {}
    while True:
        page = athena.list_work_groups(**token)
        yield from (each["Name"] for each in page["WorkGroups"])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _executions(athena: Any, group: str, since: datetime) -> Iterator[dict[str, Any]]:
    """Those that succeeded, newest first; the history is in that order, so it is left at the first old one."""
    for page in _pages(athena, "list_query_executions", WorkGroup=group):
        ids = page["QueryExecutionIds"]
        for start in range(0, len(ids), _BATCH):
            batch = athena.batch_get_query_execution(QueryExecutionIds=ids[start : start + _BATCH])["QueryExecutions"]
            recent = [each for each in batch if each["Status"]["SubmissionDateTime"] >= since]
            yield from (each for each in recent if each["Status"]["State"] == "SUCCEEDED")
            if len(recent) < len(batch):
                return


def _saved_queries(athena: Any, group: str) -> dict[str, str]:
    ids = [each for page in _pages(athena, "list_named_queries", WorkGroup=group) for each in page["NamedQueryIds"]]
    found: dict[str, str] = {}
    for start in range(0, len(ids), _BATCH):
        named = athena.batch_get_named_query(NamedQueryIds=ids[start : start + _BATCH])["NamedQueries"]
        found |= {_plain(each["QueryString"]): each["Name"] for each in named}
    return found


def _users(target: Target, since: datetime) -> dict[str, str]:
    """Who started each query, by CloudTrail's event history (90 days); empty where that may not be read."""
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "StartQueryExecution"}]
    try:
        pages = list(_pages(target.client("cloudtrail"), "lookup_events", LookupAttributes=wanted, StartTime=since))
    except ClientError:
        return {}
    return {
        query_id: each.get("Username", UNKNOWN)
        for page in pages
        for each in page["Events"]
        if (query_id := _query_id(each["CloudTrailEvent"]))
    }


def _query_id(event: str) -> str:
    return str((json.loads(event).get("responseElements") or {}).get("queryExecutionId", ""))


def _pages(client: Any, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    yield from client.get_paginator(operation).paginate(**arguments)


def _plain(sql: str) -> str:
    """Two spellings of one query: spaces and a final semicolon do not count."""
    return " ".join(sql.split()).rstrip("; ")
