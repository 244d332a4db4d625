"""The next version is the newest one with a new number and new columns at the end."""

import pytest

from lake.bundle import contracts_root
from lake.errors import InvalidRequestError
from lake.rules.contract import read_contract
from lake.rules.evolution import compare
from lake.rules.next_version import NewColumn, next_version_text, parse_column
from tests.builders import CONTRACTS

DATASETS = ["transactions", "account_balances"]


@pytest.mark.parametrize("dataset", DATASETS)
def test_it_is_an_additive_successor(dataset: str) -> None:
    newest = CONTRACTS.versions(dataset)[-1]
    number = int(newest.schema_version[1:]) + 1
    text = (contracts_root() / dataset / f"{newest.schema_version}.yaml").read_text()
    columns = [parse_column("vat:decimal(18,4):VAT"), parse_column("checked_at:timestamp")]
    found = next_version_text(text, number, newest.partition_columns[0].name, columns)
    successor = read_contract(found, f"{dataset}/v{number}.yaml")
    assert (successor.schema_version, successor.version) == (f"v{number}", f"{number}.0.0")
    assert compare(newest, successor).verdict == "additive"
    assert [each.name for each in successor.columns[-2:]] == ["vat", "checked_at"]
    assert [each.source for each in successor.columns[-2:]] == ["VAT", None]


def test_without_columns_nothing_but_the_number_changes() -> None:
    text = (contracts_root() / "transactions" / "v2.yaml").read_text()
    found = next_version_text(text, 3, "year", [])
    changed = [(a, b) for a, b in zip(text.splitlines(), found.splitlines(), strict=True) if a != b]
    assert [new.strip() for _, new in changed] == [
        "id: urn:assay:contract:transactions:v3",
        "version: 3.0.0",
        "value: v3",
    ]


def test_a_column_is_name_type_and_source() -> None:
    assert parse_column("vat:decimal(18,4):VAT amount") == NewColumn("vat", "decimal(18,4)", "VAT amount")
    for wrong in ("vat", "VAT:string", "vat:decimal(18)", ""):
        with pytest.raises(InvalidRequestError, match="expected name:type"):
            parse_column(wrong)
