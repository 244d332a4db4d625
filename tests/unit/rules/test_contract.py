"""Contracts: read, checked, and told what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lake.bundle import contracts_root
from lake.errors import ContractError, InvalidRequestError
from lake.rules.contract import Contract, load_contracts, read_contract

V1 = Path(__file__).parents[3] / "contracts" / "transactions" / "v1.yaml"


def read_changed(change: Callable[[dict[str, Any]], None]) -> Contract:
    document = yaml.safe_load(V1.read_text())
    change(document)
    return read_contract(yaml.safe_dump(document), "transactions/v1.yaml")


def test_the_shipped_contracts_are_read() -> None:
    contracts = load_contracts(contracts_root())
    transactions = contracts.get("transactions", "v1")
    assert transactions.header == (
        "TransactionID",
        "CustomerID",
        "TransactionAmount",
        "Currency",
        "TransactionTimestamp",
    )
    assert [column.name for column in transactions.key] == ["transaction_id"]
    assert [column.name for column in transactions.partition_columns] == ["year", "month"]
    assert transactions.thresholds.max_quarantine_rate == 0.05
    assert [each.dataset for each in contracts.built_from("transactions")] == ["account_balances", "monthly_activity"]
    assert [column.name for column in contracts.lineage][:2] == ["row_id", "row_hash"]


def test_an_unknown_dataset_names_the_known_ones() -> None:
    with pytest.raises(InvalidRequestError, match="no contract for dataset 'orders'; there are: account_balances"):
        load_contracts(contracts_root()).versions("orders")


def _column(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["schema"][0]["properties"] if each["name"] == name)


def _custom(node: dict[str, Any], name: str) -> Any:
    return next(each for each in node["customProperties"] if each["property"] == name)


def _rename(document: dict[str, Any]) -> None:
    _column(document, "amount")["name"] = "Amount"


def _no_key(document: dict[str, Any]) -> None:
    del _column(document, "transaction_id")["primaryKey"]


def _optional_key(document: dict[str, Any]) -> None:
    _column(document, "transaction_id")["required"] = False


def _rate(document: dict[str, Any]) -> None:
    _custom(document, "gate")["value"]["maxQuarantineRate"] = 5


def _no_projection(document: dict[str, Any]) -> None:
    _column(document, "year")["customProperties"] = []


def _half_a_range(document: dict[str, Any]) -> None:
    _custom(_column(document, "year"), "projection")["value"]["range"] = "2010"


def _bad_pattern(document: dict[str, Any]) -> None:
    _column(document, "transaction_id")["logicalTypeOptions"]["pattern"] = "(["


def _bad_type(document: dict[str, Any]) -> None:
    _column(document, "amount")["physicalType"] = "money"


def _bad_trigger(document: dict[str, Any]) -> None:
    _custom(document, "trigger")["value"] = "always"


def _twice(document: dict[str, Any]) -> None:
    _custom(_column(document, "currency"), "source")["value"] = "CustomerID"


def _dangling(document: dict[str, Any]) -> None:
    _custom(_column(document, "amount"), "currencyColumn")["value"] = "money"


def _control_character(document: dict[str, Any]) -> None:
    _column(document, "currency")["customProperties"].append({"property": "oneOf", "value": ["EUR", "U\x1eSD"]})


def _other_name(document: dict[str, Any]) -> None:
    document["schema"][0]["name"] = "payments"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_rename, "'Amount' is not lower case"),
        (_no_key, "no column is the primaryKey"),
        (_optional_key, "key column 'transaction_id' must be required"),
        (_rate, "maxQuarantineRate is 5"),
        (_no_projection, "'year' has no projection"),
        (_half_a_range, "'year' needs a projection range of two ends"),
        (_bad_pattern, "pattern that does not compile"),
        (_bad_type, "physicalType 'money'"),
        (_bad_trigger, "trigger is 'always', expected one of on_ready_marker, on_request, per_object, schedule"),
        (_twice, "source column 'CustomerID' is declared twice"),
        (_dangling, "refers to 'money'"),
        (_control_character, "column 'currency' allows 'U\\x1eSD', which holds a control character"),
        (_other_name, "expected transactions v1"),
    ],
)
def test_a_wrong_contract_is_refused_with_the_reason(change: Callable[[dict[str, Any]], None], told: str) -> None:
    with pytest.raises(ContractError) as refused:
        read_changed(change)
    assert told in str(refused.value)
    assert "transactions/v1.yaml" in str(refused.value)


@pytest.mark.parametrize("text", ["[", "just text", "schema: []", "{}"])
def test_what_is_no_contract_is_refused(text: str) -> None:
    with pytest.raises(ContractError):
        read_contract(text, "transactions/v1.yaml")


def _rename_and_rate(document: dict[str, Any]) -> None:
    _rename(document)
    _rate(document)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ContractError) as refused:
        read_changed(_rename_and_rate)
    assert "lower case" in str(refused.value)
    assert "maxQuarantineRate" in str(refused.value)
