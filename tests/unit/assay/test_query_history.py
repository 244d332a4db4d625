"""Which tables a query reads, and who asked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assay.query_history import Read, reads_since, tables_read

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAVED = "SELECT count(*)\nFROM transactions_v1;"


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM transactions_v1", {"transactions_v1"}),
        (
            'SELECT 1 FROM "assay_local"."Transactions_V1" a JOIN transactions b ON true',
            {"transactions_v1", "transactions"},
        ),
        ("WITH transactions_v1 AS (SELECT * FROM transactions) SELECT * FROM transactions_v1", {"transactions"}),
        ("SELECT * FROM other.transactions_v1", set()),
        ("SELECT 'transactions_v1' -- FROM transactions_v1", set()),
        ("SELECT FROM WHERE (", set()),
    ],
)
def test_the_tables_of_a_query(sql: str, tables: set[str]) -> None:
    assert tables_read(sql, "assay_local") == tables


class History:
    """Athena and CloudTrail, as far as readers go: two workgroups, a few queries, newest first."""

    database = "assay_local"

    def __init__(self, queries: dict[str, list[dict[str, Any]]]) -> None:
        self.queries = queries
        self.asked: list[str] = []

    def client(self, service: str) -> Any:
        return self

    def list_work_groups(self, NextToken: str = "") -> dict[str, Any]:  # noqa: N803 - boto3's names
        names = sorted(self.queries)
        return (
            {"WorkGroups": [{"Name": names[1]}]}
            if NextToken
            else {"WorkGroups": [{"Name": names[0]}], "NextToken": "2"}
        )

    def get_paginator(self, operation: str) -> Any:
        answers = {
            "list_query_executions": lambda WorkGroup: {  # noqa: N803
                "QueryExecutionIds": [each["QueryExecutionId"] for each in self.queries[WorkGroup]]
            },
            "list_named_queries": lambda WorkGroup: {"NamedQueryIds": ["n1"] if WorkGroup == "analysts" else []},  # noqa: N803
            "lookup_events": lambda **_: {
                "Events": [
                    {"Username": "jane", "CloudTrailEvent": '{"responseElements": {"queryExecutionId": "analysts-0"}}'},
                    {"Username": "joe", "CloudTrailEvent": '{"responseElements": null}'},
                ]
            },
        }

        class Pages:
            def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
                return [answers[operation](**arguments)]

        return Pages()

    def batch_get_query_execution(self, QueryExecutionIds: list[str]) -> dict[str, Any]:  # noqa: N803
        self.asked += QueryExecutionIds
        known = {each["QueryExecutionId"]: each for group in self.queries.values() for each in group}
        return {"QueryExecutions": [known[each] for each in QueryExecutionIds]}

    def batch_get_named_query(self, NamedQueryIds: list[str]) -> dict[str, Any]:  # noqa: N803
        return {"NamedQueries": [{"Name": "all rows", "QueryString": SAVED}]}


def execution(number: str, sql: str, day: int = 20, state: str = "SUCCEEDED") -> dict[str, Any]:
    at = datetime(2026, 11, day, tzinfo=UTC)
    context = {"Database": "assay_local"}
    status = {"State": state, "SubmissionDateTime": at}
    return {"QueryExecutionId": number, "Query": sql, "Status": status, "QueryExecutionContext": context}


def test_readers_are_told_by_workgroup_user_and_saved_query() -> None:
    asked = "select COUNT(*)  from transactions_v1"
    history = History(
        {
            "analysts": [
                execution("analysts-0", " SELECT count(*) FROM transactions_v1 "),
                execution("analysts-1", "SELECT 1 FROM transactions_v1", state="FAILED"),
                execution("analysts-2", asked, day=1),
            ],
            "tools": [execution("tools-0", "SELECT 1 FROM transactions_v1, transactions")],
        }
    )
    found = reads_since(history, datetime(2026, 11, 10, tzinfo=UTC))  # type: ignore[arg-type]
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert found == [
        Read("transactions_v1", "analysts", "jane", "all rows", at),
        Read("transactions", "tools", "somebody", "", at),
        Read("transactions_v1", "tools", "somebody", "", at),
    ]
