"""Which changes a new schema version may bring: every wrong one is told, with what to do about it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lake.errors import ContractError
from lake.rules.change import ADDITIVE, BREAKING, IDENTICAL
from lake.rules.contract import Contract, read_contract
from lake.rules.evolution import Comparison, compare, require_additive
from tests.builders import CONTRACTS, TRANSACTIONS

TEXT = (Path(__file__).parents[3] / "contracts" / "transactions" / "v1.yaml").read_text()
Document = dict[str, Any]
Edit = Callable[[Document], object]


def v2(*edits: Edit) -> Contract:
    """v1 as somebody edited it, called v2."""
    document: Document = yaml.safe_load(TEXT)
    _set(document, "schemaVersion", "v2")
    for edit in edits:
        edit(document)
    return read_contract(yaml.safe_dump(document), "transactions/v2.yaml")


def verdict_of(*edits: Edit) -> Comparison:
    return compare(TRANSACTIONS, v2(*edits))


def columns(document: Document) -> list[Document]:
    found: list[Document] = document["schema"][0]["properties"]
    return found


def column(document: Document, name: str) -> Document:
    return next(each for each in columns(document) if each["name"] == name)


def _set(node: Document, name: str, value: object) -> None:
    kept = [each for each in node.get("customProperties", []) if each["property"] != name]
    node["customProperties"] = [*kept, {"property": name, "value": value}]


def add(**properties: object) -> Edit:
    new = {"name": "channel", "logicalType": "string", "physicalType": "string", **properties}
    return lambda document: columns(document).insert(5, new)


def change(which: str, **properties: object) -> Edit:
    return lambda document: column(document, which).update(properties)


def rule(name: str, **options: object) -> Edit:
    return lambda document: column(document, name).setdefault("logicalTypeOptions", {}).update(options)


def extra(name: str, **values: object) -> Edit:
    return lambda document: [_set(column(document, name), key, value) for key, value in values.items()]


def policy(name: str, value: object) -> Edit:
    return lambda document: _set(document, name, value)


def remove(name: str) -> Edit:
    return lambda document: columns(document).remove(column(document, name))


def swap(document: Document) -> None:
    found = columns(document)
    found[1], found[2] = found[2], found[1]


def derived_from_another(document: Document) -> None:
    add(name="booked_at", physicalType="timestamp")(document)
    for name in ("year", "month"):
        extra(name, derivedFrom="booked_at")(document)


def one_decimal_less(document: Document) -> None:
    extra("currency", withdrawnCodes=[{"code": "HRK", "minorUnit": 1, "withdrawn": "2023-01-15"}])(document)


# what somebody did, what they are told, and why it may not be
WRONG: dict[str, tuple[Edit, str, str]] = {
    "a column renamed": (
        change("account_id", name="customer_id"),
        "column 'account_id' seems to be renamed to 'customer_id'",
        "keep 'account_id' and describe it better",
    ),
    "a column removed": (remove("amount"), "column 'amount' is gone", "readers who name it fail; keep it"),
    "a new column that is required": (add(required=True), "'channel' is new and required", "it must be nullable"),
    "a type narrowed": (
        change("amount", physicalType="decimal(12,2)"),
        "column 'amount': type was decimal(18,4), is decimal(12,2)",
        "files that are there hold the old type, and no job reads them as another; add a column beside it",
    ),
    "a type widened": (change("amount", physicalType="decimal(20,4)"), "is decimal(20,4)", "add a column beside it"),
    "a type changed": (
        change("transaction_at", physicalType="string"),
        "column 'transaction_at': type was timestamp, is string",
        "no job reads them as another",
    ),
    "another key": (
        change("account_id", primaryKey=True),
        "column 'account_id': part of the key was False, is True",
        "which rows are duplicates would change",
    ),
    "other partitions": (
        remove("month"),
        "the partitions were year int of transaction_at, month int of transaction_at, now they are year int",
        "files and paths of before would not fit",
    ),
    "partitions of another moment": (derived_from_another, "now they are year int of booked_at", "promoted as a unit"),
    "another unit": (
        extra("amount", currencyColumn="account_id"),
        "unit (currencyColumn) was currency, is account_id",
        "the same number would mean another amount",
    ),
    "another minor unit": (one_decimal_less, "HRK had 2 decimals, has 1", "another minor unit"),
    "a pattern tightened": (
        rule("transaction_id", pattern="^[A-Z]+$"),
        "column 'transaction_id' has another pattern",
        "nobody can tell whether it takes everything",
    ),
    "a minimum raised": (
        rule("amount", minimum=0),
        "column 'amount': minimum was -10000000000, is 0",
        "rows that are there already may break it",
    ),
    "a maximum lowered": (
        rule("transaction_at", maximum="2029-12-31T23:59:59Z"),
        "maximum was 2039-12-31T23:59:59Z, is 2029",
        "producers' files that were good would be refused",
    ),
    "texts made shorter": (rule("account_id", maxLength=64), "maxLength was 128, is 64", "may break it"),
    "another classification": (
        change("account_id", classification="public"),
        "classification was restricted, is public",
        "access was granted for the one it had",
    ),
    "a required column made optional": (
        change("account_id", required=False),
        "required was True, is False",
        "readers count on a value",
    ),
    "another source column": (
        extra("account_id", source="AccountNumber"),
        "source column was CustomerID, is AccountNumber",
        "ask for the old header",
    ),
    "columns in another order": (swap, "the columns were transaction_id, account_id, amount", "keep the order"),
    "another delimiter": (
        policy("csv", {"delimiter": ";"}),
        "csv dialect was (',',",
        "read before its version is known",
    ),
    "kept for a shorter time": (
        lambda document: document.update(slaProperties=[{"property": "retention", "value": 2, "unit": "y"}]),
        "retention was 7 years, is 2",
        "readers were promised rows for longer",
    ),
    "a smaller projection": (
        extra("year", projection={"type": "integer", "range": "2015,2039", "digits": 4}),
        "partition 'year': projection was",
        "no longer find every partition",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_change_is_breaking_and_told_with_a_reason(name: str) -> None:
    edit, what, why = WRONG[name]
    found = verdict_of(edit)
    assert found.verdict == BREAKING
    assert any(what in each.what and why in each.why for each in found.breaking), [*map(str, found.changes)]


@pytest.mark.parametrize(
    ("new", "what", "why"),
    [
        (["card", "cash", "cheque"], "oneOf was cash, card, cheque", "put new values at the end"),
        (["cash", "card"], "oneOf was cash, card, cheque, is cash, card", "rows that hold cheque are there already"),
    ],
    ids=["reordered", "shortened"],
)
def test_an_enum_is_neither_reordered_nor_shortened(new: list[str], what: str, why: str) -> None:
    old = v2(extra("currency", oneOf=["cash", "card", "cheque"]))
    (change,) = compare(old, v2(extra("currency", oneOf=new))).breaking
    assert what in change.what
    assert why in change.why


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (add(), "column 'channel' string is new and nullable"),
        (rule("amount", minimum=-20000000000), "minimum was -10000000000, is -20000000000"),
        (rule("transaction_id", maxLength=80), "maxLength was 64, is 80"),
        (lambda document: column(document, "account_id").pop("logicalTypeOptions"), "no longer has a pattern"),
        (change("amount", description="Signed amount."), "has another description"),
        (policy("gate", {"maxQuarantineRate": 0.1}), "gate changed"),
        (policy("csv", {"extraColumns": "ignore"}), "policy for headers changed"),
        (extra("year", projection={"type": "integer", "range": "2000,2049", "digits": 4}), "projection was"),
    ],
)
def test_what_asks_nothing_of_anybody_is_additive(edit: Edit, told: str) -> None:
    found = verdict_of(edit)
    assert found.verdict == ADDITIVE
    assert any(told in change.what for change in found.changes)


def test_a_version_that_changes_nothing_is_identical() -> None:
    assert verdict_of().verdict == IDENTICAL
    assert verdict_of().changes == ()


def test_enum_values_may_be_added_at_the_end() -> None:
    old, new = v2(extra("currency", oneOf=["cash"])), v2(extra("currency", oneOf=["cash", "card"]))
    assert compare(old, new).verdict == ADDITIVE
    assert compare(new, v2()).verdict == ADDITIVE
    assert compare(v2(), new).verdict == BREAKING


def test_a_version_that_breaks_its_predecessor_is_not_loaded() -> None:
    with pytest.raises(ContractError, match=r"transactions v2 does not follow v1: column 'amount' is gone.*Next: make"):
        require_additive([TRANSACTIONS, v2(remove("amount"))])


@pytest.mark.parametrize("dataset", [*CONTRACTS.datasets("silver"), *CONTRACTS.datasets("gold")])
def test_the_shipped_versions_follow_each_other(dataset: str) -> None:
    require_additive(CONTRACTS.versions(dataset))


def test_the_second_version_of_transactions_adds_one_nullable_column() -> None:
    found = compare(TRANSACTIONS, CONTRACTS.get("transactions", "v2"))
    assert found.verdict == ADDITIVE
    assert [each.what for each in found.changes if "column" in each.what] == [
        "column 'merchant_category' string is new and nullable"
    ]
