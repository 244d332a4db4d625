"""Athena over Glue and S3: manifests, projection, stored types, JSON tables, results, permissions."""

from typing import Any

import awswrangler
import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.settings import REGION, client_environment
from tests.integration.local_aws.aws import Aws, Json, allow, until
from tests.integration.local_aws.lakehouse import (
    JSON_LINES,
    MONTHLY,
    PARQUET,
    SYMLINK,
    YEAR_MONTH,
    parquet,
    table,
    view,
)

COLUMNS = [("id", "string"), ("amount", "decimal(18,2)")]


class Lake:
    """A database, a bucket and a workgroup of the local AWS."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.bucket = aws.bucket()
        self.database = aws.name("db").replace("-", "_")
        self.group = aws.name("group")
        aws.root("glue").create_database(DatabaseInput={"Name": self.database})
        place = {"OutputLocation": f"s3://{self.bucket}/results/"}
        settings = {"EnforceWorkGroupConfiguration": True, "ResultConfiguration": place}
        aws.root("athena").create_work_group(Name=self.group, Configuration=settings)

    def put(self, key: str, body: bytes | str) -> str:
        content = body.encode() if isinstance(body, str) else body
        self.aws.root("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def add(self, described: Json) -> None:
        self.aws.root("glue").create_table(DatabaseName=self.database, TableInput=described)

    def query(self, sql: str, **settings: Any) -> Json:
        return self.aws.queried(sql, self.database, WorkGroup=self.group, **settings)

    def rows(self, sql: str, **settings: Any) -> list[tuple[str | None, ...]]:
        return self.aws.rows(self.query(sql, **settings))

    def failure(self, sql: str, **settings: Any) -> str:
        status = self.query(sql, **settings)["Status"]
        assert status["State"] == "FAILED", status
        return str(status["StateChangeReason"])

    def publish(self, name: str, year: int, month: int, select: str) -> None:
        """Write a file and make the month's manifest name it."""
        uri = self.put(f"{name}/runs/{self.aws.name('run')}/part-0.parquet", parquet(select))
        self.put(f"{name}/current/year={year}/month={month:02d}/symlink.txt", f"{uri}\n")

    def published(self, name: str, columns: list[tuple[str, str]] | None = None, **properties: str) -> None:
        location = f"s3://{self.bucket}/{name}/current/"
        self.add(table(name, columns or COLUMNS, SYMLINK, location, YEAR_MONTH, **{**MONTHLY, **properties}))


@pytest.fixture(scope="module")
def lake(aws: Aws) -> Lake:
    lake = Lake(aws)
    lake.published("sales")
    lake.publish("sales", 2024, 1, "SELECT 'a' AS id, CAST(1.50 AS DECIMAL(18,2)) AS amount")
    lake.publish("sales", 2024, 2, "SELECT 'b' AS id, CAST(2.50 AS DECIMAL(18,2)) AS amount")
    return lake


class TestManifests:
    def test_the_files_a_manifest_names_are_the_table(self, lake: Lake) -> None:
        assert lake.rows("SELECT id, amount, year, month FROM sales ORDER BY id") == [
            ("a", "1.50", "2024", "1"),
            ("b", "2.50", "2024", "2"),
        ]

    def test_a_changed_manifest_is_seen_at_once(self, lake: Lake) -> None:
        lake.published("moving")
        lake.publish("moving", 2024, 1, "SELECT 'old' AS id, CAST(1 AS DECIMAL(18,2)) AS amount")
        assert lake.rows("SELECT id FROM moving") == [("old",)]
        lake.publish("moving", 2024, 1, "SELECT 'new' AS id, CAST(1 AS DECIMAL(18,2)) AS amount")
        assert lake.rows("SELECT id FROM moving") == [("new",)]

    def test_a_line_that_leads_nowhere_fails_the_query(self, lake: Lake) -> None:
        lake.published("dangling")
        lake.put("dangling/current/year=2024/month=01/symlink.txt", f"s3://{lake.bucket}/gone.parquet\n")
        assert lake.failure("SELECT * FROM dangling").startswith("HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split")

    def test_a_table_without_data_is_empty(self, lake: Lake) -> None:
        lake.published("empty")
        assert lake.rows("SELECT count(*), max(amount) FROM empty") == [("0", None)]

    def test_a_month_outside_the_projected_range_is_not_read(self, lake: Lake) -> None:
        lake.published("early")
        lake.publish("early", 1999, 1, "SELECT 'x' AS id, CAST(1 AS DECIMAL(18,2)) AS amount")
        assert lake.rows("SELECT count(*) FROM early") == [("0",)]


class TestProjection:
    def test_enum_and_date(self, lake: Lake) -> None:
        keys = [("dataset", "string"), ("month", "string")]
        properties = {
            "projection.enabled": "true",
            "projection.dataset.type": "enum",
            "projection.dataset.values": "sales,returns",
            "projection.month.type": "date",
            "projection.month.format": "yyyy-MM",
            "projection.month.range": "2023-11,NOW",
            "projection.month.interval": "1",
            "projection.month.interval.unit": "MONTHS",
        }
        location = f"s3://{lake.bucket}/summaries/"
        lake.add(
            table(
                "summaries",
                [("n", "bigint"), ("counts", "map<string,bigint>")],
                JSON_LINES,
                location,
                keys,
                **properties,
            )
        )
        for dataset, month, n in (("sales", "2023-12", 1), ("sales", "2024-01", 2), ("other", "2024-01", 3)):
            lake.put(
                f"summaries/dataset={dataset}/month={month}/run.json", f'{{"n": {n}, "counts": {{"valid": {n}}}}}\n'
            )
        assert lake.rows("SELECT n, counts['valid'], dataset, month FROM summaries ORDER BY n") == [
            ("1", "1", "sales", "2023-12"),
            ("2", "2", "sales", "2024-01"),
        ]
        assert lake.rows("SELECT n FROM summaries WHERE month >= '2024-01'") == [("2",)]

    def test_an_injected_key_needs_an_equality(self, lake: Lake) -> None:
        properties = {"projection.enabled": "true", "projection.run_id.type": "injected"}
        location = f"s3://{lake.bucket}/audit/"
        lake.add(table("runs", [("id", "string")], SYMLINK, location, [("run_id", "string")], **properties))
        for run in ("r1", "r2"):
            uri = lake.put(f"data/{run}.parquet", parquet(f"SELECT 'of-{run}' AS id"))
            lake.put(f"audit/run_id={run}/symlink.txt", f"{uri}\n")
        assert lake.rows("SELECT id, run_id FROM runs WHERE run_id = 'r2'") == [("of-r2", "r2")]
        assert len(lake.rows("SELECT id FROM runs WHERE run_id IN ('r1', 'r2', 'r3')")) == 2
        assert lake.rows("SELECT r.id FROM (SELECT * FROM runs) r WHERE 'r1' = r.run_id") == [("of-r1",)]
        for where in ("", " WHERE run_id > 'r1'", " WHERE run_id = id"):
            assert lake.failure(f"SELECT id FROM runs{where}").startswith("CONSTRAINT_VIOLATION")

    @pytest.mark.parametrize(("name", "value"), [("projection.year.type", "int"), ("projection.month.range", None)])
    def test_a_wrong_or_missing_property_is_told(self, lake: Lake, name: str, value: str | None) -> None:
        properties = {key: kept for key, kept in {**MONTHLY, name: value}.items() if kept is not None}
        table_name = lake.aws.name("broken").replace("-", "_")
        location = f"s3://{lake.bucket}/broken/"
        lake.add(table(table_name, COLUMNS, SYMLINK, location, YEAR_MONTH, **properties))
        assert name in lake.failure(f"SELECT * FROM {table_name}")

    def test_registered_partitions_are_read_without_projection(self, lake: Lake) -> None:
        location = f"s3://{lake.bucket}/registered/"
        lake.add(table("registered", [("id", "string")], PARQUET, location, [("day", "string")]))
        lake.put("registered/day=1/a.parquet", parquet("SELECT 'one' AS id"))
        lake.put("registered/day=2/a.parquet", parquet("SELECT 'two' AS id"))
        storage = {**PARQUET, "Columns": [], "Location": location + "day=1/"}
        partition = {"Values": ["1"], "StorageDescriptor": storage}
        lake.aws.root("glue").create_partition(
            DatabaseName=lake.database, TableName="registered", PartitionInput=partition
        )
        assert lake.rows("SELECT id, day FROM registered") == [("one", "1")]


class TestStoredTypes:
    def test_a_column_of_another_type_is_bad_data_when_it_is_read(self, lake: Lake) -> None:
        lake.published("bad", [("id", "string"), ("amount", "bigint")])
        lake.publish("bad", 2024, 1, "SELECT 'a' AS id, 'text' AS amount")
        reason = lake.failure("SELECT amount FROM bad")
        assert reason.startswith("HIVE_BAD_DATA: Field amount's type BYTE_ARRAY in parquet file s3://")
        assert lake.rows("SELECT id FROM bad") == [("a",)]

    @pytest.mark.parametrize(
        ("declared", "stored", "read"),
        [
            ("bigint", "CAST(7 AS INTEGER)", "7"),
            ("double", "CAST(0.5 AS FLOAT)", "0.5"),
            ("decimal(18,2)", "CAST(1.5 AS DECIMAL(9,1))", "1.50"),
            ("timestamp", "TIMESTAMPTZ '2024-01-01 00:00:00+00'", "2024-01-01 00:00:00.000"),
            ("array<struct<a:int>>", "[{'a': 1}]", "[{a=1}]"),
        ],
    )
    def test_a_narrower_type_is_read(self, lake: Lake, declared: str, stored: str, read: str) -> None:
        assert self._read(lake, declared, stored) == [(read,)]

    @pytest.mark.parametrize(
        ("declared", "stored"),
        [("int", "CAST(7 AS BIGINT)"), ("decimal(9,1)", "CAST(1.55 AS DECIMAL(18,2))"), ("date", "'2024-01-01'")],
    )
    def test_a_wider_or_another_type_is_bad_data(self, lake: Lake, declared: str, stored: str) -> None:
        with pytest.raises(AssertionError, match="HIVE_BAD_DATA"):
            self._read(lake, declared, stored)

    def test_a_column_the_files_do_not_have_is_null(self, lake: Lake) -> None:
        lake.published("grown", [*COLUMNS, ("channel", "string")])
        lake.publish("grown", 2024, 1, "SELECT 'a' AS id, CAST(1 AS DECIMAL(18,2)) AS amount")
        lake.publish("grown", 2024, 2, "SELECT 'b' AS id, CAST(1 AS DECIMAL(18,2)) AS amount, 'web' AS channel")
        assert lake.rows("SELECT id, channel FROM grown ORDER BY id") == [("a", None), ("b", "web")]

    @staticmethod
    def _read(lake: Lake, declared: str, stored: str) -> list[tuple[str | None, ...]]:
        name = lake.aws.name("typed").replace("-", "_")
        lake.put(f"{name}/a.parquet", parquet(f"SELECT {stored} AS found"))
        lake.add(table(name, [("found", declared)], PARQUET, f"s3://{lake.bucket}/{name}/", []))
        return lake.rows(f"SELECT found FROM {name}")


class TestViews:
    def test_a_view_reads_views_of_other_databases(self, lake: Lake, aws: Aws) -> None:
        inner = f"SELECT id, amount, year, month FROM {lake.database}.sales"
        columns = [("id", "varchar"), ("amount", "decimal(18,2)"), ("year", "integer"), ("month", "integer")]
        lake.add(view("all_sales", inner, columns, lake.database))
        other = Lake(aws)
        outer = f"SELECT s.month, sum(s.amount) AS total FROM {lake.database}.all_sales s GROUP BY 1"
        other.add(view("totals", outer, [("month", "integer"), ("total", "decimal(38,2)")], other.database))
        assert other.rows("SELECT * FROM totals ORDER BY month") == [("1", "1.50"), ("2", "2.50")]

    @pytest.mark.parametrize(
        ("sql", "columns", "code"),
        [
            ("SELECT id, amount FROM sales", [("id", "varchar")], "VIEW_IS_STALE"),
            ("SELECT gone AS id FROM sales", [("id", "varchar")], "INVALID_VIEW"),
            ("SELECT * FROM {name}", [("id", "varchar")], "INVALID_VIEW"),
        ],
    )
    def test_a_broken_view_is_told(self, lake: Lake, sql: str, columns: list[tuple[str, str]], code: str) -> None:
        name = lake.aws.name("broken").replace("-", "_")
        lake.add(view(name, sql.format(name=name), columns, lake.database))
        assert lake.failure(f"SELECT * FROM {name}").startswith(code)

    def test_views_are_made_shown_and_dropped(self, lake: Lake) -> None:
        assert lake.query("CREATE VIEW made AS SELECT id, count(*) n FROM sales GROUP BY id")["StatementType"] == "DDL"
        assert lake.rows("SELECT n FROM made ORDER BY id") == [("1",), ("1",)]
        assert lake.failure("CREATE VIEW made AS SELECT 1 x").startswith("TABLE_ALREADY_EXISTS")
        lake.query("CREATE OR REPLACE VIEW made AS SELECT 1 x")
        assert lake.rows("SELECT x FROM made") == [("1",)]
        shown = lake.aws.root("athena").get_query_results(
            QueryExecutionId=lake.query("SHOW CREATE VIEW made")["QueryExecutionId"]
        )
        lines = [row["Data"][0]["VarCharValue"] for row in shown["ResultSet"]["Rows"]]
        assert lines == [f'CREATE VIEW "{lake.database}"."made" AS', "SELECT 1 x"]
        lake.query("DROP VIEW made")
        assert lake.failure("SELECT * FROM made").startswith("TABLE_NOT_FOUND")


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
