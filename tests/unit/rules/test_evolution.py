"""Which changes a new schema version may bring."""

from dataclasses import replace

import pytest

from lake.bundle import contracts_root
from lake.errors import ContractError
from lake.rules.contract import Column, Contract, load_contracts
from lake.rules.evolution import broken_rules, require_additive

V1 = load_contracts(contracts_root()).newest("transactions")


def followed_by(*columns: Column, **changes: object) -> Contract:
    return replace(V1, schema_version="v2", columns=columns or V1.columns, **changes)  # type: ignore[arg-type]


def test_nullable_additions_are_fine() -> None:
    added = Column("merchant_category", "string", source="MerchantCategory")
    assert list(broken_rules(V1, followed_by(*V1.columns, added))) == []
    assert list(broken_rules(V1, followed_by())) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (followed_by(*V1.columns, Column("extra", "string", required=True)), "'extra' is new and required"),
        (followed_by(*V1.columns[1:]), "'transaction_id' is gone"),
        (followed_by(replace(V1.columns[0], name="id"), *V1.columns[1:]), "'transaction_id' is gone"),
        (followed_by(replace(V1.columns[0], type="bigint"), *V1.columns[1:]), "type was string, is bigint"),
        (followed_by(replace(V1.columns[0], key=False), *V1.columns[1:]), "part of the key was True, is False"),
        (followed_by(replace(V1.columns[0], required=False), *V1.columns[1:]), "required was True, is False"),
        (followed_by(partition_columns=V1.partition_columns[:1]), "the partition columns changed"),
    ],
)
def test_anything_else_is_told(new: Contract, told: str) -> None:
    assert any(told in rule for rule in broken_rules(V1, new))


def test_a_version_that_breaks_its_predecessor_is_not_loaded() -> None:
    broken = followed_by(*V1.columns[1:])
    with pytest.raises(ContractError, match="transactions v2 does not follow v1: column 'transaction_id' is gone"):
        require_additive([V1, broken])
    require_additive([V1, followed_by()])
