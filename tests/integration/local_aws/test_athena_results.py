"""Athena's queries and results: pages, limits, prepared statements, and what whoever asks may read."""

import awswrangler
import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.settings import REGION, client_environment
from tests.integration.local_aws.athena_lake import Lake, lake_with_sales
from tests.integration.local_aws.aws import Aws, Json, allow, until


@pytest.fixture(scope="module")
def lake(aws: Aws) -> Lake:
    return lake_with_sales(aws)


class TestResults:
    def test_null_and_the_empty_text_stay_apart(self, lake: Lake) -> None:
        assert lake.rows("SELECT '' AS a, CAST(NULL AS varchar) AS b, 'q\"u,o\nte' AS c") == [("", None, 'q"u,o\nte')]

    def test_results_come_in_pages(self, lake: Lake, aws: Aws) -> None:
        query = lake.query("SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n)")
        pages = (
            aws.root("athena").get_paginator("get_query_results").paginate(QueryExecutionId=query["QueryExecutionId"])
        )
        sizes = [len(page["ResultSet"]["Rows"]) for page in pages]
        assert (sum(sizes), max(sizes)) == (2501, 1000)

    def test_a_prepared_statement_is_executed(self, lake: Lake, aws: Aws) -> None:
        text = "SELECT id FROM sales WHERE month = ? AND id LIKE ?"
        aws.root("athena").create_prepared_statement(
            StatementName="by_month", WorkGroup=lake.group, QueryStatement=text
        )
        assert lake.rows("EXECUTE by_month USING 2, 'b%'") == [("b",)]
        assert lake.rows("EXECUTE by_month", ExecutionParameters=["1", "'a'"]) == [("a",)]
        assert lake.rows("SELECT id FROM sales WHERE month = ?", ExecutionParameters=["2"]) == [("b",)]
        with pytest.raises(ClientError, match="was not found"):
            lake.query("EXECUTE unknown_statement")

    def test_awswrangler_reads_a_result(self, lake: Lake, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in client_environment(aws.port).items():
            monkeypatch.setenv(name, value)
        session = boto3.Session("test", "test", region_name=REGION)
        where = {"database": lake.database, "workgroup": lake.group, "boto3_session": session}
        frame = awswrangler.athena.read_sql_query(
            "SELECT id, amount, month, month > 1 AS late FROM sales ORDER BY id", ctas_approach=False, **where
        )
        assert frame.to_dict("list")["id"] == ["a", "b"]
        assert [str(amount) for amount in frame["amount"]] == ["1.50", "2.50"]
        assert (list(frame["month"]), list(frame["late"])) == ([1, 2], [False, True])
        described = awswrangler.athena.describe_table("sales", **where)
        assert list(described["Column Name"]) == ["id", "amount", "year", "month"]
        assert list(described["Partition"]) == [False, False, True, True]

    def test_the_primary_workgroup_enforces_nothing(self, lake: Lake, aws: Aws) -> None:
        found = aws.root("athena").get_work_group(WorkGroup="primary")["WorkGroup"]["Configuration"]
        assert found["EnforceWorkGroupConfiguration"] is False
        place = {"OutputLocation": f"s3://{lake.bucket}/mine/"}
        query = aws.queried("SELECT 1", ResultConfiguration=place)
        assert query["ResultConfiguration"]["OutputLocation"].startswith(place["OutputLocation"])

    def test_bytes_scanned_are_told_and_limited(self, lake: Lake, aws: Aws) -> None:
        assert lake.query("SELECT amount FROM sales")["Statistics"]["DataScannedInBytes"] > 0
        group = aws.name("group")
        settings = {
            "ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/results/"},
            "BytesScannedCutoffPerQuery": 10,
        }
        aws.root("athena").create_work_group(Name=group, Configuration=settings)
        status = aws.queried("SELECT * FROM sales", lake.database, WorkGroup=group)["Status"]
        assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Bytes scanned limit was exceeded")

    def test_a_syntax_error_starts_no_query(self, lake: Lake) -> None:
        with pytest.raises(ClientError, match="InvalidRequestException"):
            lake.query("SELEC 1")

    def test_a_query_can_be_stopped(self, lake: Lake, aws: Aws) -> None:
        athena = aws.root("athena")
        numbers = "UNNEST(sequence(1, 1000000))"
        endless = f"SELECT count(*) FROM {numbers} a (x) CROSS JOIN {numbers} b (y) WHERE x * y % 7 = 1"
        query = athena.start_query_execution(QueryString=endless, WorkGroup=lake.group)["QueryExecutionId"]

        def state() -> str:
            return str(athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"])

        until(10, lambda: state() == "RUNNING")
        athena.stop_query_execution(QueryExecutionId=query)
        assert state() == "CANCELLED"

    def test_the_same_request_sent_twice_is_one_query(self, lake: Lake, aws: Aws) -> None:
        named = {"QueryString": "SELECT 1", "WorkGroup": lake.group, "ClientRequestToken": "t" * 32}
        ids = {aws.root("athena").start_query_execution(**named)["QueryExecutionId"] for _ in range(2)}
        assert len(ids) == 1

    def test_past_queries_are_listed(self, lake: Lake, aws: Aws) -> None:
        newest = lake.query("SELECT 42")["QueryExecutionId"]
        found = aws.root("athena").list_query_executions(WorkGroup=lake.group)["QueryExecutionIds"]
        assert found[0] == newest


class TestPermissions:
    """A query reads the catalog and S3, and writes its result, as whoever asked."""

    def run_as(self, lake: Lake, aws: Aws, *statements: Json) -> Json:
        role = aws.role(allow("athena:*"), *statements)
        status: Json = aws.queried(
            "SELECT id FROM sales", lake.database, client=aws.assumed("athena", role), WorkGroup=lake.group
        )["Status"]
        return status

    def test_a_caller_with_all_of_them_gets_an_answer(self, lake: Lake, aws: Aws) -> None:
        assert self.run_as(lake, aws, allow("glue:Get*"), allow("s3:*"))["State"] == "SUCCEEDED"

    @pytest.mark.parametrize(
        ("statements", "reason"),
        [
            ([allow("s3:*")], "PERMISSION_DENIED"),
            ([allow("glue:Get*"), allow(["s3:ListBucket", "s3:PutObject"])], "HIVE_CANNOT_OPEN_SPLIT"),
            ([allow("glue:Get*"), allow(["s3:GetObject", "s3:PutObject"])], "HIVE_CANNOT_OPEN_SPLIT"),
            ([allow("glue:Get*"), allow(["s3:GetObject", "s3:ListBucket"])], "PERMISSION_DENIED"),
        ],
    )
    def test_a_caller_who_lacks_one_fails(self, lake: Lake, aws: Aws, statements: list[Json], reason: str) -> None:
        status = self.run_as(lake, aws, *statements)
        assert status["State"] == "FAILED"
        assert status["StateChangeReason"].startswith(reason)
