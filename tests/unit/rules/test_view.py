"""The dual-read view: the committed SQL is what the contracts say; versions are united column by column."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from lake.errors import ContractError
from lake.rules.contract import Column
from lake.rules.view import presto_type, render_view
from tests.builders import CONTRACTS, TRANSACTIONS

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


def test_two_versions_have_the_same_columns_in_the_same_order() -> None:
    union = sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena")
    assert isinstance(union, exp.Union)
    one, two = union.left, union.right
    assert [each.alias for each in one.selects] == [each.alias for each in two.selects]
    types = [[each.this.to.sql("athena") for each in side.selects] for side in (one, two)]
    assert types[0] == types[1]


def test_a_column_the_old_version_lacks_is_a_typed_null() -> None:
    sql = render(TRANSACTIONS, V2)
    assert sql.count("CAST(NULL AS varchar) AS channel") == 1
    assert sql.count("CAST(NULL AS integer) AS n") == 1
    assert sql.index("CAST('v1' AS varchar)") < sql.index("UNION ALL") < sql.index("CAST('v2' AS varchar)")


def test_nothing_is_selected_by_star_and_everything_is_cast() -> None:
    for select in sqlglot.parse_one(render(TRANSACTIONS, V2), read="athena").find_all(exp.Select):
        assert all(isinstance(each.this, exp.Cast) for each in select.selects)


def test_a_version_leaves_the_view_when_it_is_archived() -> None:
    for status in ("deprecated", "closed"):
        assert "transactions_v1" in render(replace(TRANSACTIONS, status=status), V2)
    assert "transactions_v1" not in render(replace(TRANSACTIONS, status="archived"), V2)


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
