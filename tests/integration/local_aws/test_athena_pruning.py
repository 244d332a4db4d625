"""Athena reads the partitions a query needs and no others, through views too, and never lists data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.athena import session as module
from local_aws.athena.dialect import parse_query
from local_aws.athena.footers import Footers
from local_aws.athena.pruning import Need
from local_aws.athena.session import Session
from tests.integration.local_aws.lakehouse import Lake, add_months, view

V1 = [("id", "string"), ("account", "string"), ("amount", "decimal(18,2)")]
V2 = [*V1, ("channel", "string")]
VALUES = "'{year}-{month}-' || i AS id, 'acc-' || (i % 3) AS account, CAST(i AS DECIMAL(18,2)) AS amount"
BOTH = """
SELECT id, account, amount, CAST(NULL AS varchar) AS channel, 'v1' AS schema_version, year, month FROM db.sales_v1
UNION ALL
SELECT id, account, amount, channel, 'v2' AS schema_version, year, month FROM db.sales_v2
"""
COLUMNS = [
    ("id", "varchar"),
    ("account", "varchar"),
    ("amount", "decimal(18,2)"),
    ("channel", "varchar"),
    ("schema_version", "varchar"),
    ("year", "integer"),
    ("month", "integer"),
]


@pytest.fixture(scope="module")
def lake() -> Lake:
    lake = Lake()
    add_months(lake, "sales_v1", [(2023, m) for m in (11, 12)] + [(2024, m) for m in (1, 2, 3)], VALUES, V1)
    add_months(lake, "sales_v2", [(2024, m) for m in (3, 4, 5)], VALUES + ", 'web' AS channel", V2)
    lake.add("db", view("sales", BOTH, COLUMNS, "db"))
    lake.add(
        "db",
        view(
            "monthly",
            "SELECT s.year, s.month, sum(s.amount) AS total, count(*) AS n FROM sales s GROUP BY 1, 2",
            [("year", "integer"), ("month", "integer"), ("total", "decimal(38,2)"), ("n", "bigint")],
            "db",
        ),
    )
    return lake


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("query-cache")


@pytest.fixture
def session(lake: Lake, tmp_path: Path) -> Iterator[Session]:
    """A query with an empty cache, so that every read shows."""
    lake.calls.clear()
    session = Session(lake, lake, "db", tmp_path, Footers(), None)
    yield session
    session.connection.close()


def months_read(lake: Lake) -> list[str]:
    """The partitions whose manifests were read: `v1 2024-03`."""
    found = [call.split("/") for call in lake.calls if call.startswith("GET") and call.endswith("symlink.txt")]
    return sorted(f"{parts[1][-2:]} {parts[3][5:]}-{parts[4][6:]}" for parts in found)


@pytest.mark.parametrize(
    ("where", "months"),
    [
        ("year = 2024 AND month = 3", ["v1 2024-03", "v2 2024-03"]),
        ("year = 2024 AND month IN (4, 5)", ["v2 2024-04", "v2 2024-05"]),
        ("year = 2024 AND month BETWEEN 2 AND 3", ["v1 2024-02", "v1 2024-03", "v2 2024-03"]),
        ("year < 2024", ["v1 2023-11", "v1 2023-12"]),
        ("year * 100 + month >= 202404", ["v2 2024-04", "v2 2024-05"]),
        ("(year = 2023 AND month = 12) OR (year = 2024 AND month = 1)", ["v1 2023-12", "v1 2024-01"]),
        ("NOT year = 2024 AND month > 11", ["v1 2023-12"]),
        ("schema_version = 'v2' AND month = 3 AND year = 2024", ["v1 2024-03", "v2 2024-03"]),
        ("year = 2024 AND month = 5 AND amount > 3 AND channel = 'web'", ["v2 2024-05"]),
        (
            "date_parse(concat(cast(year as varchar), '-', cast(month as varchar)), '%Y-%c') < date '2023-12-01'",
            ["v1 2023-11"],
        ),
    ],
)
def test_a_view_over_two_versions_reads_only_the_months_asked_for(
    lake: Lake, session: Session, where: str, months: list[str]
) -> None:
    session.select(parse_query(f"SELECT id, amount FROM sales WHERE {where}"))
    assert months_read(lake) == months


@pytest.mark.parametrize(
    ("query", "months"),
    [
        ("SELECT total FROM monthly WHERE year = 2023 AND month = 11", ["v1 2023-11"]),
        (
            "WITH recent AS (SELECT * FROM sales) SELECT count(*) FROM recent r WHERE r.year = 2024 AND r.month = 5",
            ["v2 2024-05"],
        ),
        (
            "SELECT a.id FROM sales_v1 a JOIN sales_v2 b ON a.id = b.id AND b.month = 3 WHERE a.year=2024 AND a.month=3"
            " AND b.year = 2024",
            ["v1 2024-03", "v2 2024-03"],
        ),
        (
            "SELECT a.id FROM sales_v2 a LEFT JOIN sales_v1 b ON a.id = b.id AND b.year = 2024 AND b.month = 1"
            " WHERE a.month = 4 AND a.year = 2024",
            ["v1 2024-01", "v2 2024-04"],
        ),
        (
            "SELECT id FROM sales_v1 WHERE year = 2024 AND month = 1"
            " UNION ALL SELECT id FROM sales_v1 WHERE year = 2023 AND month = 12",
            ["v1 2023-12", "v1 2024-01"],
        ),
        (
            "SELECT id FROM sales_v2 v WHERE month = 5 AND EXISTS (SELECT 1 FROM sales_v1 w WHERE w.year = 2023)",
            ["v1 2023-11", "v1 2023-12", "v2 2024-05"],
        ),
        (
            # a window that lies within a month: the month is taken whole, or not at all
            "SELECT * FROM (SELECT id, month, row_number() OVER (PARTITION BY month, account ORDER BY id) n"
            " FROM sales_v2) WHERE month = 5 AND n = 1",
            ["v2 2024-05"],
        ),
    ],
)
def test_conditions_are_followed_through_ctes_joins_unions_and_subqueries(
    lake: Lake, session: Session, query: str, months: list[str]
) -> None:
    session.select(parse_query(query))
    assert months_read(lake) == months


NOT_PRUNED = [
    # A row number counts all rows of its window, so the months outside the condition matter to it.
    "SELECT * FROM (SELECT id, month, row_number() OVER (ORDER BY id) n FROM sales_v2) WHERE month = 5",
    "SELECT * FROM (SELECT id, month, row_number() OVER (PARTITION BY account ORDER BY id) n FROM sales_v2)"
    " WHERE month = 5",
    "SELECT * FROM (SELECT id, month FROM sales_v2 ORDER BY id LIMIT 25) WHERE month = 5",
    # The nullable side of an outer join: its absent rows are answers.
    "SELECT a.id, b.month FROM sales_v2 a LEFT JOIN sales_v2 b ON a.id = b.id WHERE b.month IS NULL OR b.month = 5",
    "SELECT a.id, b.id FROM sales_v2 a FULL JOIN sales_v2 b ON a.id = b.id WHERE a.month = 5",
    # A condition on what was summed up says nothing about the rows.
    "SELECT * FROM (SELECT account, max(month) AS month FROM sales_v2 GROUP BY account) WHERE month = 5",
]


@pytest.mark.parametrize("query", NOT_PRUNED)
def test_nothing_is_left_out_where_that_could_change_the_answer(lake: Lake, session: Session, query: str) -> None:
    session.select(parse_query(query))
    assert {"v2 2024-03", "v2 2024-04", "v2 2024-05"} <= set(months_read(lake))


QUERIES = [
    *NOT_PRUNED,
    "SELECT year, month, count(*), sum(amount) FROM sales WHERE year = 2024 GROUP BY 1, 2",
    "SELECT * FROM monthly WHERE month = 3",
    "SELECT m.total, s.id FROM monthly m JOIN sales s ON s.month = m.month AND s.year = m.year WHERE m.month = 4",
    "SELECT schema_version, count(*) FROM sales WHERE month IN (3, 4) OR amount > 8 GROUP BY 1",
    "SELECT id FROM sales_v1 WHERE month IN (2, 3) EXCEPT SELECT id FROM sales_v2 WHERE month = 3",
    "SELECT id FROM sales a WHERE month = (SELECT max(month) FROM sales_v1 WHERE year = 2024)",
    "SELECT id FROM sales_v1 WHERE NOT EXISTS (SELECT 1 FROM sales_v2 b WHERE b.month = sales_v1.month)",
    "SELECT DISTINCT month FROM (SELECT month, year FROM sales UNION SELECT month, year FROM monthly) WHERE year=2023",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_answer_is_the_same_with_and_without_pruning(
    lake: Lake, cache: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    pruned = Session(lake, lake, "db", cache, Footers(), None).select(parse_query(query))
    monkeypatch.setattr(module, "needs", lambda _: dict[tuple[str, str], Need]())
    whole = Session(lake, lake, "db", cache, Footers(), None).select(parse_query(query))
    assert sorted(map(str, pruned.rows)) == sorted(map(str, whole.rows))
    assert pruned.rows, "a query without rows would prove nothing"


def test_one_listing_of_the_manifests_and_none_of_the_data(lake: Lake, session: Session) -> None:
    session.select(parse_query("SELECT count(id) FROM sales_v1"))
    assert [call for call in lake.calls if call.startswith("LIST")] == ["LIST silver/sales_v1/current/"]


def test_one_month_needs_only_its_own_listing(lake: Lake, session: Session) -> None:
    session.select(parse_query("SELECT count(id) FROM sales_v1 WHERE year = 2024 AND month = 2"))
    assert [call for call in lake.calls if call.startswith("LIST")] == [
        "LIST silver/sales_v1/current/year=2024/month=02/"
    ]


def test_bytes_are_those_of_the_columns_read(lake: Lake, cache: Path) -> None:
    def scanned(query: str) -> int:
        session = Session(lake, lake, "db", cache, Footers(), None)
        session.select(parse_query(query))
        return session.scanned

    everything = scanned("SELECT * FROM sales_v1")
    one_column = scanned("SELECT amount FROM sales_v1")
    assert 0 < scanned("SELECT amount FROM sales_v1 WHERE month = 1") < one_column < everything
    assert scanned("SELECT amount FROM (SELECT * FROM sales) WHERE schema_version = 'v1'") > one_column
    assert scanned("SELECT count(*) FROM sales_v1") == 0
