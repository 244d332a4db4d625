"""The rendered view over files of two schema versions: one table, one manifest a month, each row once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lake.rules.contract import Column
from lake.rules.view import presto_type, render_view
from local_aws.athena.dialect import parse_query
from local_aws.athena.footers import Footers
from local_aws.athena.session import Session
from tests.builders import CONTRACTS, TRANSACTIONS
from tests.integration.local_aws.lakehouse import MONTHLY, SYMLINK, YEAR_MONTH, Lake, parquet, table, view

V1 = replace(TRANSACTIONS, columns=(*TRANSACTIONS.columns[:3],))
V2 = replace(V1, schema_version="v2", columns=(*V1.columns, Column("category", "string")))
LINEAGE = CONTRACTS.lineage[:2]
HOME = "s3://silver/transactions"


def file(lake: Lake, version: str, month: str, *rows: tuple[str, str]) -> str:
    """A data file with the columns of its version."""
    category = {"v1": "", "v2": ", 'food' AS category"}[version]
    select = " UNION ALL ".join(
        f"SELECT '{key}' AS transaction_id, 'A' AS account_id, CAST({amount} AS DECIMAL(18,4)) AS amount{category}, "
        f"'r-{key}' AS row_id, 'h' AS row_hash"
        for key, amount in rows
    )
    uri = f"{HOME}/schema_v={version}/runs/run_id=r/attempt=a/year=2024/month={month}/part-{rows[0][0]}.parquet"
    return lake.put(uri, parquet(select))


def commit(lake: Lake, month: str, *uris: str) -> None:
    """The one manifest of a month."""
    lake.put(f"{HOME}/current/year=2024/month={month}/symlink.txt", "".join(f"{uri}\n" for uri in uris))


@pytest.fixture
def lake() -> Lake:
    """January in v1, February in both versions, March in v2."""
    made = Lake()
    commit(made, "01", file(made, "v1", "01", ("a", "1"), ("b", "2")))
    commit(made, "02", file(made, "v1", "02", ("c", "3")), file(made, "v2", "02", ("d", "4")))
    commit(made, "03", file(made, "v2", "03", ("e", "5")))
    columns = [(each.name, each.type) for each in (*V2.columns, *LINEAGE)]
    made.add("db", table("transactions_all", columns, SYMLINK, f"{HOME}/current/", YEAR_MONTH, **MONTHLY))
    shown = [*columns, ("schema_v", "string"), *YEAR_MONTH]
    described = [(name, presto_type(kind)) for name, kind in shown]
    made.add("db", view("transactions", render_view([V1, V2], LINEAGE), described, "db"))
    return made


@pytest.fixture
def session(lake: Lake, tmp_path: Path) -> Iterator[Session]:
    yield Session(lake, lake, "db", tmp_path, Footers(), None)


def answer(session: Session, query: str) -> list[tuple[str | None, ...]]:
    """Rows as the API gives them: every value is text."""
    return [tuple(row) for row in session.select(parse_query(query)).rows]


def test_every_row_is_there_once_with_its_version_and_what_it_lacks_is_null(session: Session) -> None:
    query = "SELECT transaction_id, category, schema_v, month FROM transactions ORDER BY 1"
    assert answer(session, query) == [
        ("a", None, "v1", "1"),
        ("b", None, "v1", "1"),
        ("c", None, "v1", "2"),
        ("d", "food", "v2", "2"),
        ("e", "food", "v2", "3"),
    ]


def test_a_month_without_the_new_column_answers_as_well(session: Session) -> None:
    assert answer(session, "SELECT count(*), count(category) FROM transactions WHERE month = 1") == [("2", "0")]


def test_only_the_months_that_are_asked_for_are_read(lake: Lake, session: Session) -> None:
    lake.calls.clear()
    assert answer(session, "SELECT sum(amount) FROM transactions WHERE year = 2024 AND month = 2")
    assert [call for call in lake.calls if call.startswith("LIST")] == [
        "LIST silver/transactions/current/year=2024/month=02/"
    ]
    assert all("month=02" in call for call in lake.calls)


def test_one_write_moves_a_month_to_the_new_version(lake: Lake, tmp_path: Path) -> None:
    query = "SELECT schema_v, count(*), count(DISTINCT transaction_id) FROM transactions WHERE month = 1 GROUP BY 1"
    before = answer(Session(lake, lake, "db", tmp_path, Footers(), None), query)
    moved = file(lake, "v2", "01", ("a", "1"), ("b", "2"))
    assert answer(Session(lake, lake, "db", tmp_path, Footers(), None), query) == before == [("v1", "2", "2")]
    commit(lake, "01", moved)
    assert answer(Session(lake, lake, "db", tmp_path, Footers(), None), query) == [("v2", "2", "2")]
