"""Athena over Glue and S3: manifests, projection, stored types, JSON tables, views."""

import pytest

from tests.integration.local_aws.athena_lake import COLUMNS, Lake, lake_with_sales
from tests.integration.local_aws.aws import Aws
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


@pytest.fixture(scope="module")
def lake(aws: Aws) -> Lake:
    return lake_with_sales(aws)


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
