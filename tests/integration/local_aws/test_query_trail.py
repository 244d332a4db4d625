"""CloudTrail's event history on the local AWS: who started which query, by the name of the caller."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.local_aws.aws import Aws, allow


@pytest.fixture
def asked(aws: Aws) -> dict[str, str]:
    """Two queries by id: one of root, one of somebody who took a role."""
    place = {"OutputLocation": f"s3://{aws.bucket()}/"}
    role = aws.role(allow(["athena:*", "glue:*", "s3:*"]))
    mine = aws.queried("SELECT 1", ResultConfiguration=place)
    theirs = aws.queried("SELECT 2", client=aws.assumed("athena", role), ResultConfiguration=place)
    assert theirs["Status"]["State"] == "SUCCEEDED"
    assert theirs["Statistics"]["TotalExecutionTimeInMillis"] >= 0
    return {mine["QueryExecutionId"]: "root", theirs["QueryExecutionId"]: "test"}


def looked_up(aws: Aws, since: datetime, name: str = "StartQueryExecution") -> dict[str, str]:
    wanted = [{"AttributeKey": "EventName", "AttributeValue": name}]
    events = aws.root("cloudtrail").lookup_events(LookupAttributes=wanted, StartTime=since)["Events"]
    return {
        json.loads(each["CloudTrailEvent"])["responseElements"]["queryExecutionId"]: each["Username"] for each in events
    }


def test_it_names_who_started_a_query(aws: Aws, asked: dict[str, str]) -> None:
    found = looked_up(aws, datetime.now(UTC) - timedelta(hours=1))
    assert {query: found.get(query) for query in asked} == asked


def test_it_looks_back_only_as_far_as_it_is_asked_to(aws: Aws, asked: dict[str, str]) -> None:
    assert looked_up(aws, datetime.now(UTC) + timedelta(hours=1)) == {}
    assert looked_up(aws, datetime.now(UTC) - timedelta(hours=1), "GetQueryResults") == {}
