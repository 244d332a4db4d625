"""The dual-read view: the committed SQL is what the contracts say; versions are united column by column."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from lake.errors import ContractError
from lake.rules import layout
from lake.rules.contract import Column
from lake.rules.view import presto_type, render_view
from tests.builders import CONTRACTS, TRANSACTIONS, run_id

VIEWS = Path(__file__).parents[3] / "sql" / "views"
V2 = replace(
    TRANSACTIONS, schema_version="v2", columns=(*TRANSACTIONS.columns, Column("channel", "string"), Column("n", "int"))
)


def render(*versions: object) -> str:
    return render_view(versions, CONTRACTS.lineage)  # type: ignore[arg-type]


@pytest.mark.parametrize("dataset", CONTRACTS.datasets("silver"))
def test_the_committed_view_is_fresh(dataset: str) -> None:
    assert (VIEWS / f"{dataset}.sql").read_text() == render(*CONTRACTS.versions(dataset))


def test_no_view_is_left_over() -> None:
    assert {path.stem for path in VIEWS.glob("*.sql")} == set(CONTRACTS.datasets("silver"))


def test_all_versions_are_read_as_one_table_in_the_shape_of_the_newest() -> None:
    """Two tables would be read one after the other, and a month that moves between them twice or not at all."""
    view = sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena")
    assert isinstance(view, exp.Select)
    assert [each.name for each in view.find_all(exp.Table)] == ["transactions_all"]
    assert [each.alias for each in view.selects] == [
        *(each.name for each in (*V2.columns, *CONTRACTS.lineage)),
        "schema_v",
        *(each.name for each in V2.partition_columns),
    ]


def test_the_version_of_a_row_is_that_of_its_file() -> None:
    found = re.search(r"REGEXP_EXTRACT\(\"\$path\", '(.*)', 1\)", render(TRANSACTIONS))
    place = layout.table_place("b", "transactions", "v12")
    address = layout.uri("b", f"{place.run(run_id())}/attempt=a/year=2024/month=03/part-0.parquet")
    assert found is not None
    assert re.findall(found[1], address) == ["v12"]


def test_nothing_is_selected_by_star_and_everything_is_cast() -> None:
    for select in sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena").find_all(exp.Select):
        assert all(isinstance(each.this, exp.Cast) for each in select.selects)


def test_a_version_that_is_not_active_gives_no_shape() -> None:
    assert "channel" not in render(TRANSACTIONS, replace(V2, status="draft"))
    assert "channel" in render(replace(TRANSACTIONS, status="closed"), V2)


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
