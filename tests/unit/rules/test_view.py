"""The dual-read view: the committed SQL is what the contracts say, in the shape of the newest version."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from lake.errors import ContractError
from lake.rules import layout
from lake.rules.contract import Column
from lake.rules.held_view import VIEWS as HELD
from lake.rules.held_view import render_held_view
from lake.rules.view import presto_type, render_view
from tests.builders import CONTRACTS, TRANSACTIONS, run_id

VIEWS = Path(__file__).parents[3] / "sql" / "views"
DATASETS = [*CONTRACTS.datasets("silver"), *CONTRACTS.datasets("gold")]
V2 = replace(
    TRANSACTIONS,
    schema_version="v2",
    columns=(replace(TRANSACTIONS.columns[0], type="bigint"), *TRANSACTIONS.columns[1:], Column("n", "int")),
)


def render(*versions: object) -> str:
    return render_view(versions, CONTRACTS.lineage)  # type: ignore[arg-type]


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_committed_view_is_fresh(dataset: str) -> None:
    expected = render_view(CONTRACTS.versions(dataset), CONTRACTS.added_columns(dataset))
    assert (VIEWS / f"{dataset}.sql").read_text() == expected


@pytest.mark.parametrize("name", HELD)
def test_the_committed_view_of_quarantine_is_fresh_and_names_every_column(name: str) -> None:
    expected = render_held_view("transactions", CONTRACTS.quarantine, name)
    assert (VIEWS / f"transactions_{name}.sql").read_text() == expected
    columns = sqlglot.parse_one(expected, read="athena").named_selects
    assert columns == [each.name for each in (*CONTRACTS.quarantine.columns, *CONTRACTS.quarantine.partition_columns)]


def test_no_view_is_left_over() -> None:
    held = {f"{each}_{name}" for each in CONTRACTS.datasets("silver") for name in HELD}
    assert {path.stem for path in VIEWS.glob("*.sql")} == {*DATASETS, *held}


def test_its_shape_is_that_of_the_newest_active_version() -> None:
    select = sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena")
    names = [each.name for each in (*V2.columns, *CONTRACTS.lineage)]
    assert [each.alias for each in select.selects] == [*names, "schema_v", "year", "month"]
    assert select.selects[0].this.to.sql("athena") == "BIGINT"
    older = sqlglot.parse_one(render(TRANSACTIONS, replace(V2, status="deprecated")), read="athena")
    assert "n" not in [each.alias for each in older.selects]


def test_it_reads_one_table_so_that_a_moving_row_is_seen_once() -> None:
    tables = list(sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena").find_all(exp.Table))
    assert [each.name for each in tables] == ["transactions_all"]


def test_the_version_of_a_row_is_that_of_its_file() -> None:
    place = layout.table_place("silver", "transactions", "v2")
    file = layout.uri("silver", f"{place.attempt(run_id(), 'jr_1')}/year=2024/month=03/part-0.parquet")
    pattern = re.search(r"'(/schema_v=.*?)'", render(TRANSACTIONS, V2))
    assert pattern
    found = re.search(pattern[1], file)
    assert found
    assert found[1] == "v2"


def test_nothing_is_selected_by_star_and_everything_is_cast() -> None:
    for select in sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena").find_all(exp.Select):
        assert all(isinstance(each.this, exp.Cast) for each in select.selects)


def test_a_dataset_without_an_active_version_has_no_view() -> None:
    with pytest.raises(ContractError, match="no version of transactions is active"):
        render(replace(TRANSACTIONS, status="closed"))


@pytest.mark.parametrize(
    ("hive", "presto"),
    [("string", "varchar"), ("int", "integer"), ("decimal(18,4)", "decimal(18, 4)"), ("bigint", "bigint")],
)
def test_types(hive: str, presto: str) -> None:
    assert presto_type(hive) == presto


def test_a_nested_type_is_refused() -> None:
    with pytest.raises(ContractError, match="nested"):
        presto_type("array<string>")
