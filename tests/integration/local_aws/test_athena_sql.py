"""Athena's SQL means on DuckDB what it means on Trino; what Trino refuses is refused."""

from pathlib import Path

import duckdb
import pytest

from local_aws.athena.dialect import bind, parse, parse_query
from local_aws.athena.failures import QueryError, as_query_error
from local_aws.athena.footers import Footers
from local_aws.athena.results import Result
from local_aws.athena.session import Session
from local_aws.errors import AwsError
from tests.integration.local_aws.lakehouse import PARQUET, Lake, parquet, table

ROWS = """
SELECT 'a' AS key, 7 AS n, CAST(10.00 AS DECIMAL(18,2)) AS amount, DATE '2024-01-31' AS day,
  TIMESTAMP '2024-01-31 12:30:45.123456' AS at, ['x', 'y'] AS tags, MAP {'k': 'v'} AS extra,
  [{'code': 'BAD', 'field': 'amount'}, {'code': 'LATE', 'field': 'at'}] AS errors
UNION ALL
SELECT 'b', 2, CAST(3.00 AS DECIMAL(18,2)), DATE '2024-03-01', TIMESTAMP '2024-03-01 00:00:00', [], MAP {}, []
"""
COLUMNS = [
    ("key", "string"),
    ("n", "bigint"),
    ("amount", "decimal(18,2)"),
    ("day", "date"),
    ("at", "timestamp"),
    ("tags", "array<string>"),
    ("extra", "map<string,string>"),
    ("errors", "array<struct<code:string,field:string>>"),
]


@pytest.fixture(scope="module")
def lake() -> Lake:
    lake = Lake()
    lake.put("s3://silver/t/part.parquet", parquet(ROWS))
    lake.add("db", table("t", COLUMNS, PARQUET, "s3://silver/t/", []))
    return lake


def run(lake: Lake, folder: Path, sql: str) -> Result:
    session = Session(lake, lake, "db", folder, Footers(), None)
    try:
        return session.select(parse_query(sql))
    finally:
        session.connection.close()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("query-cache")


@pytest.mark.parametrize(
    ("expression", "text", "kind"),
    [
        ("7 / 2", "3", "integer"),
        ("-7 / 2", "-3", "integer"),
        ("sum(n) / count(*)", "4", "bigint"),
        ("CAST(9007199254740993 AS bigint) / 1", "9007199254740993", "bigint"),
        ("sum(amount) / 3", "4.33", "decimal(38,2)"),
        ("avg(amount)", "6.50", "decimal(38,2)"),
        ("sum(amount)", "13.00", "decimal(38,2)"),
        ("DECIMAL '1.20'", "1.20", "decimal(3,2)"),
        ("CAST(2.5e0 AS bigint)", "3", "bigint"),
        ("CAST(-2.5e0 AS integer)", "-3", "integer"),
        ("1e10", "1.0E10", "double"),
        ("CAST(1 AS double) / 3", "0.3333333333333333", "double"),
        ("0e0 / 0", "NaN", "double"),
        ("date_diff('month', max(day), DATE '2024-03-31')", "0", "bigint"),
        ("date_diff('day', TIMESTAMP '2024-01-31 12:00:00', TIMESTAMP '2024-02-01 11:00:00')", "0", "bigint"),
        ("date_add('month', 1, min(day))", "2024-02-29", "date"),
        ("date_trunc('month', min(day))", "2024-01-01", "date"),
        ("DATE '2024-03-31' - INTERVAL '1' MONTH", "2024-02-29", "date"),
        ("min(at)", "2024-01-31 12:30:45.123", "timestamp"),
        ("date_format(min(at), '%Y-%m')", "2024-01", "varchar"),
        ("date_parse('2024-05', '%Y-%m')", "2024-05-01 00:00:00.000", "timestamp"),
        ("from_iso8601_date('2024-05-01')", "2024-05-01", "date"),
        ("regexp_replace('a1b2', '([a-z])(\\d)', '$2$1')", "1a2b", "varchar"),
        ("regexp_like('abc', 'b+')", "true", "boolean"),
        ("approx_distinct(key)", "2", "bigint"),
        ("count_if(n > 2)", "1", "bigint"),
        ("max_by(key, n)", "a", "varchar"),
        ("try_cast('x' AS integer)", None, "integer"),
        ("try(1 / 0)", None, "integer"),
        ("coalesce(max(CAST(NULL AS varchar)), '')", "", "varchar"),
        ("array_join(array_agg(key ORDER BY key DESC), '+')", "b+a", "varchar"),
        ("ARRAY[1, 2]", "[1, 2]", "array(integer)"),
        ("cardinality(ARRAY[1, 2])", "2", "bigint"),
        ("element_at(ARRAY[1, 2], 5)", None, "integer"),
        ("json_extract_scalar('{\"a\": {\"b\": 5}}', '$.a.b')", "5", "varchar"),
        ("lower('AbC') || upper('x')", "abcX", "varchar"),
        ("split_part('a/b/c', '/', 2)", "b", "varchar"),
        ("row_number() OVER (ORDER BY 1)", "1", "bigint"),
    ],
)
def test_an_expression(lake: Lake, cache: Path, expression: str, text: str | None, kind: str) -> None:
    grouped = "over" not in expression.lower()
    source = (
        "t" if grouped and any(f"({name}" in expression for name in ("n", "amount", "day", "at", "key", "*")) else None
    )
    result = run(lake, cache, f"SELECT {expression} AS found" + (f" FROM {source}" if source else ""))
    assert (result.rows[0][0], result.types[0]) == (text, kind)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT key, tag FROM t CROSS JOIN UNNEST(tags) AS u (tag) ORDER BY tag", [["a", "x"], ["a", "y"]]),
        ("SELECT e.code FROM t CROSS JOIN UNNEST(errors) AS e (code, field) ORDER BY 1", [["BAD"], ["LATE"]]),
        ("SELECT code, field FROM t, UNNEST(errors) AS e (code, field) WHERE code = 'LATE'", [["LATE", "at"]]),
        ("SELECT k, v FROM t CROSS JOIN UNNEST(extra) AS m (k, v)", [["k", "v"]]),
        ("SELECT errors[1].code FROM t WHERE key = 'a'", [["BAD"]]),
        ("SELECT extra['k'] FROM t WHERE key = 'a'", [["v"]]),
        ("SELECT element_at(extra, 'gone') FROM t WHERE key = 'a'", [[None]]),
        ("SELECT filter(tags, x -> x <> 'x'), transform(errors, e -> e.code) FROM t WHERE n = 7",
         [["[y]", "[BAD, LATE]"]]),
        ("SELECT u.x, u.n FROM (VALUES (ARRAY['a', 'b'])) v (arr) CROSS JOIN UNNEST(arr) WITH ORDINALITY AS u (x, n)"
         " ORDER BY 2", [["a", "1"], ["b", "2"]]),
        ("SELECT extra FROM t ORDER BY key", [["{k=v}"], ["{}"]]),
        ("SELECT key, cardinality(extra), cardinality(tags) FROM t ORDER BY key", [["a", "1", "2"], ["b", "0", "0"]]),
        ('SELECT DISTINCT "$path" FROM t', [["s3://silver/t/part.parquet"]]),
        ("SELECT key FROM T WHERE Day >= DATE '2024-02-01'", [["b"]]),
        ("SELECT key, sum(n) OVER (ORDER BY key) FROM t ORDER BY 1", [["a", "7"], ["b", "9"]]),
        ("SELECT n % 2, (sum(amount) / 2) / 3 FROM t GROUP BY 1 ORDER BY 1", [["0", "0.50"], ["1", "1.67"]]),
        ("SELECT key FROM t WHERE amount / n > 1.45", [["b"]]),
    ],
)  # fmt: skip
def test_a_query(lake: Lake, cache: Path, query: str, rows: list[list[str | None]]) -> None:
    assert run(lake, cache, query).rows == rows


def test_columns_without_name_are_named_as_on_athena(lake: Lake, cache: Path) -> None:
    result = run(lake, cache, "SELECT key, count(*), max(n) AS most, sum(n) FROM t GROUP BY key")
    assert result.names == ["key", "_col1", "most", "_col3"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT * FROM t WHERE n = '7'", "TYPE_MISMATCH: line 1:1: Cannot apply operator: bigint = varchar"),
        ("SELECT * FROM t WHERE key BETWEEN 1 AND 2", "TYPE_MISMATCH"),
        ("SELECT * FROM t WHERE n IN ('7', '8')", "TYPE_MISMATCH"),
        ("SELECT * FROM t WHERE day >= '2024-01-01'", "TYPE_MISMATCH"),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("SELECT amount / (n - n) FROM t", "DIVISION_BY_ZERO"),
        ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT"),
        ("SELECT nope(1)", "FUNCTION_NOT_FOUND"),
        ("SELECT nope FROM t", "COLUMN_NOT_FOUND: line 1:1: Column 'nope' cannot be resolved"),
        ("SELECT t.nope FROM t", "COLUMN_NOT_FOUND"),
        ("SELECT * FROM nope", "TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.db.nope' does not exist"),
        ("SELECT * FROM information_schema.tables", "NOT_SUPPORTED"),
        ("SELECT key, count(*) FROM t", "SYNTAX_ERROR"),
        ("SELECT e.code FROM t CROSS JOIN UNNEST(errors) AS u (e)", "MISMATCHED_COLUMN_ALIASES"),
        ("DELETE FROM t", "NOT_SUPPORTED"),
        ("CREATE TABLE copy AS SELECT * FROM t", "NOT_SUPPORTED"),
    ],
)
def test_what_fails_fails_with_athenas_name(lake: Lake, cache: Path, query: str, code: str) -> None:
    with pytest.raises((QueryError, duckdb.Error)) as failure:
        run(lake, cache, query)
    assert str(as_query_error(failure.value)).startswith(code)


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT FROM x WHERE", "SELECT (1", "SELECT 1; SELECT 2", ""])
def test_a_syntax_error_is_refused_at_submission(sql: str) -> None:
    with pytest.raises(AwsError, match="InvalidRequestException"):
        parse(sql)


def test_parameters_are_bound_in_order() -> None:
    bound = bind(
        parse_query("SELECT * FROM t WHERE year = ? AND id LIKE ? AND x IN (?, ?)"), ["2024", "'a%'", "1", "2"]
    )
    assert bound.sql("athena").endswith("WHERE year = 2024 AND id LIKE 'a%' AND x IN (1, 2)")


def test_a_wrong_number_of_parameters_is_told() -> None:
    with pytest.raises(QueryError, match="expected 2 but found 1"):
        bind(parse_query("SELECT ?, ?"), ["1"])
