"""The rendered view over files of two versions: typed NULLs, the version of each row, only the months asked for."""

from pathlib import Path

import pytest

from lake.bundle import contracts_root
from lake.rules.contract import Column, load_contracts
from lake.rules.view import presto_type, render_view
from local_aws.athena.dialect import parse_query
from local_aws.athena.footers import Footers
from local_aws.athena.session import Session
from tests.integration.local_aws.lakehouse import MONTHLY, SYMLINK, YEAR_MONTH, Lake, parquet, table, view

CONTRACTS = load_contracts(contracts_root())
V1, V2 = (CONTRACTS.get("transactions", each) for each in ("v1", "v2"))
# months of each version; in 2017-06 files of both lie beside each other
MONTHS = {"v1": [(2017, month) for month in (3, 4, 5, 6)], "v2": [(2017, 6), (2017, 7)]}
VALUES = {
    "string": "'x'",
    "int": "1",
    "timestamp": "TIMESTAMPTZ '{year}-{month:02d}-01 00:00:00+00'",
    "decimal(18,4)": "CAST(1.5 AS DECIMAL(18,4))",
}


@pytest.fixture(scope="module")
def lake() -> Lake:
    lake = Lake()
    manifests: dict[str, list[str]] = {}
    for version, months in MONTHS.items():
        for year, month in months:
            partition = f"year={year}/month={month:02d}"
            uri = f"s3://silver/transactions/schema_v={version}/runs/run_id=r/{partition}/part-0.parquet"
            manifests.setdefault(partition, []).append(lake.put(uri, parquet(_rows(version, year, month))))
    for partition, uris in manifests.items():
        lake.put(f"s3://silver/transactions/current/{partition}/symlink.txt", "".join(f"{each}\n" for each in uris))
    declared = [(each.name, each.type) for each in (*V2.columns, *CONTRACTS.lineage)]
    lake.add(
        "db", table("transactions_all", declared, SYMLINK, "s3://silver/transactions/current/", YEAR_MONTH, **MONTHLY)
    )
    sql = render_view([V1, V2], CONTRACTS.lineage)
    shape = [*declared, ("schema_v", "string"), *YEAR_MONTH]
    lake.add("db", view("transactions", sql, [(name, presto_type(kind)) for name, kind in shape], "db"))
    return lake


def _rows(version: str, year: int, month: int) -> str:
    columns: list[Column] = [*(V1 if version == "v1" else V2).columns, *CONTRACTS.lineage]
    values = ", ".join(f"{VALUES[each.type].format(year=year, month=month)} AS {each.name}" for each in columns)
    return f"SELECT {values} FROM range(10)"


def ask(lake: Lake, cache: Path, sql: str) -> list[tuple[object, ...]]:
    session = Session(lake, lake, "db", cache, Footers(), None)
    try:
        return sorted(tuple(row) for row in session.select(parse_query(sql)).rows)
    finally:
        session.connection.close()


def test_each_row_says_its_version_and_what_it_lacks_is_null(lake: Lake, tmp_path: Path) -> None:
    sql = "SELECT month, schema_v, merchant_category, count(*) FROM transactions WHERE year = 2017 GROUP BY 1, 2, 3"
    found = [tuple(map(str, row)) for row in ask(lake, tmp_path, sql)]
    assert sorted(found) == [
        ("3", "v1", "None", "10"),
        ("4", "v1", "None", "10"),
        ("5", "v1", "None", "10"),
        ("6", "v1", "None", "10"),
        ("6", "v2", "x", "10"),
        ("7", "v2", "x", "10"),
    ]


@pytest.mark.parametrize(
    ("where", "months"),
    [
        ("year = 2017 AND month = 3", ["v1 03"]),
        ("year = 2017 AND month = 6", ["v1 06", "v2 06"]),
        ("year = 2017 AND month BETWEEN 5 AND 7", ["v1 05", "v1 06", "v2 06", "v2 07"]),
        ("year = 2016", []),
        ("schema_v = 'v2' AND year = 2017 AND month = 6", ["v1 06", "v2 06"]),
    ],
)
def test_only_the_months_asked_for_are_read(lake: Lake, tmp_path: Path, where: str, months: list[str]) -> None:
    lake.calls.clear()
    ask(lake, tmp_path, f"SELECT transaction_id, schema_v FROM transactions WHERE {where}")
    files = [call.split("schema_v=")[1] for call in lake.calls if call.startswith("GET") and "part-0" in call]
    assert sorted(f"{each[:2]} {each.split('month=')[1][:2]}" for each in files) == months


def test_one_manifest_is_read_for_a_month_of_two_versions(lake: Lake, tmp_path: Path) -> None:
    """So a reader cannot see one version before and the other after a promotion."""
    lake.calls.clear()
    ask(lake, tmp_path, "SELECT count(amount) FROM transactions WHERE year = 2017 AND month = 6")
    assert [call for call in lake.calls if call.startswith("GET") and call.endswith("symlink.txt")] == [
        "GET silver/transactions/current/year=2017/month=06/symlink.txt"
    ]


def test_the_new_column_is_not_scanned_where_no_file_has_it(lake: Lake, tmp_path: Path) -> None:
    sql = "SELECT count(merchant_category) FROM transactions WHERE year = 2017 AND month = 3"
    assert [tuple(map(str, row)) for row in ask(lake, tmp_path, sql)] == [("0",)]
