"""A contract's rules as data."""

from dataclasses import replace

from lake.bundle import contracts_root
from lake.rules.checks import CurrencyScale, KnownCurrency, Parses, checks_of, iso_minor_units, rule_set_of
from lake.rules.contract import load_contracts

CONTRACT = load_contracts(contracts_root()).get("transactions", "v1")


def test_every_rule_of_the_contract_is_a_check() -> None:
    found = [(check.column, check.code) for check in checks_of(CONTRACT)]
    assert found == [
        ("transaction_id", "MISSING_VALUE"),
        ("transaction_id", "TOO_LONG"),
        ("transaction_id", "BAD_PATTERN"),
        ("account_id", "MISSING_VALUE"),
        ("account_id", "TOO_LONG"),
        ("account_id", "BAD_PATTERN"),
        ("amount", "MISSING_VALUE"),
        ("amount", "BAD_TYPE"),
        ("amount", "OUT_OF_RANGE"),
        ("amount", "AMOUNT_SCALE"),
        ("currency", "MISSING_VALUE"),
        ("currency", "UNKNOWN_CURRENCY"),
        ("transaction_at", "MISSING_VALUE"),
        ("transaction_at", "BAD_TIMESTAMP"),
        ("transaction_at", "OUT_OF_RANGE"),
    ]


def test_currencies_come_from_iso_4217_with_their_minor_units() -> None:
    units = iso_minor_units()
    assert (units["GBP"], units["JPY"], units["KWD"], units["CLF"]) == (2, 0, 3, 4)
    assert not {"XXX", "XAU", "DEM", "HRK", "gbp"} & set(units)


def test_a_withdrawn_code_keeps_its_day_and_its_minor_unit() -> None:
    known = next(check for check in checks_of(CONTRACT) if isinstance(check, KnownCurrency))
    scale = next(check for check in checks_of(CONTRACT) if isinstance(check, CurrencyScale))
    assert ("HRK", "2023-01-15") in {(each.code, each.withdrawn) for each in known.withdrawn}
    assert known.valid_on == "transaction_at"
    assert dict(scale.minor_units)["HRK"] == 2


def test_a_check_says_in_words_what_it_expects() -> None:
    parses = next(check for check in checks_of(CONTRACT) if isinstance(check, Parses) and check.column == "amount")
    assert parses.expected == "a decimal(18,4) such as -12.50"


def test_the_rule_set_changes_with_a_rule_and_not_with_a_description() -> None:
    first, *rest = CONTRACT.columns
    described = replace(CONTRACT, columns=(replace(first, description="other words"), *rest))
    tightened = replace(CONTRACT, columns=(replace(first, max_length=10), *rest))
    assert rule_set_of(described) == rule_set_of(CONTRACT)
    assert rule_set_of(tightened) != rule_set_of(CONTRACT)
