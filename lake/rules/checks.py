"""A contract's rules as data: engine-neutral checks, compiled elsewhere (lake.spark.checks)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from iso4217 import Currency

from lake.rules.contract import Column, Contract, WithdrawnCode

MALFORMED_RECORD = "MALFORMED_RECORD"
BAD_ENCODING = "BAD_ENCODING"
MISSING_VALUE = "MISSING_VALUE"
BAD_TYPE = "BAD_TYPE"
BAD_TIMESTAMP = "BAD_TIMESTAMP"
BAD_PATTERN = "BAD_PATTERN"
TOO_LONG = "TOO_LONG"
OUT_OF_RANGE = "OUT_OF_RANGE"
NOT_ALLOWED = "NOT_ALLOWED"
UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"
AMOUNT_SCALE = "AMOUNT_SCALE"
KEY_CONFLICT = "KEY_CONFLICT"
CODES = (
    MALFORMED_RECORD,
    BAD_ENCODING,
    MISSING_VALUE,
    BAD_TYPE,
    BAD_TIMESTAMP,
    BAD_PATTERN,
    TOO_LONG,
    OUT_OF_RANGE,
    NOT_ALLOWED,
    UNKNOWN_CURRENCY,
    AMOUNT_SCALE,
    KEY_CONFLICT,
)


@dataclass(frozen=True)
class Check:
    """One rule about one column. All checks but Present pass on a missing value.

    `expected` is the rule in words, for people. A check that needs the typed value (`InRange`, `CurrencyScale`)
    passes where the value has no type, because `Parses` has already spoken.
    """

    code: str
    column: str
    expected: str


@dataclass(frozen=True)
class Present(Check):
    """The field is not empty or blank."""


@dataclass(frozen=True)
class Parses(Check):
    """The text is a value of the Hive type, written in one exact way."""

    type: str


@dataclass(frozen=True)
class Matches(Check):
    """The text matches a (Java) regular expression as a whole."""

    pattern: str


@dataclass(frozen=True)
class NotLonger(Check):
    """The text has at most `length` characters."""

    length: int


@dataclass(frozen=True)
class InRange(Check):
    """The typed value lies between two ends, both included."""

    type: str
    minimum: str | None
    maximum: str | None


@dataclass(frozen=True)
class OneOf(Check):
    """The text is one of the allowed values."""

    allowed: tuple[str, ...]


@dataclass(frozen=True)
class KnownCurrency(Check):
    """The code is in force, or was on the day in the column `valid_on` (typed timestamp)."""

    codes: tuple[str, ...]
    withdrawn: tuple[WithdrawnCode, ...]
    valid_on: str | None


@dataclass(frozen=True)
class CurrencyScale(Check):
    """The amount has no more decimals than the minor unit of the currency in another column."""

    currency_column: str
    minor_units: tuple[tuple[str, int], ...]


def checks_of(contract: Contract) -> tuple[Check, ...]:
    """Every check of a contract's source columns, in the order in which errors are reported."""
    return tuple(check for column in contract.source_columns for check in _column_checks(column, contract))


def rule_set_of(contract: Contract) -> str:
    """Fingerprint of a contract's checks: it changes when a rule changes, not when a description does."""
    return hashlib.sha256(repr(checks_of(contract)).encode()).hexdigest()[:16]


@cache
def iso_minor_units() -> dict[str, int]:
    """Minor unit of every ISO 4217 code in force that has one (source: ISO 4217 table A.1)."""
    return {each.code: each.exponent for each in Currency if each.exponent is not None}


def _column_checks(column: Column, contract: Contract) -> Iterator[Check]:
    if column.required:
        yield Present(MISSING_VALUE, column.name, "a value")
    yield from _text_checks(column)
    if column.minimum is not None or column.maximum is not None:
        words = f"between {column.minimum} and {column.maximum}"
        yield InRange(OUT_OF_RANGE, column.name, words, column.type, column.minimum, column.maximum)
    if column.code_list == "iso4217":
        yield _known_currency(column)
    if column.currency_column is not None:
        yield _currency_scale(column, contract.column(column.currency_column))


def _text_checks(column: Column) -> Iterator[Check]:
    if column.type == "timestamp":
        yield Parses(BAD_TIMESTAMP, column.name, "an ISO 8601 moment such as 2024-03-31T23:59:59Z", column.type)
    elif column.type != "string":
        yield Parses(BAD_TYPE, column.name, f"a {column.type} such as {_example(column.type)}", column.type)
    if column.max_length is not None:
        yield NotLonger(TOO_LONG, column.name, f"at most {column.max_length} characters", column.max_length)
    if column.pattern is not None:
        yield Matches(BAD_PATTERN, column.name, f"text like {column.pattern}", column.pattern)
    if column.one_of:
        yield OneOf(NOT_ALLOWED, column.name, "one of " + ", ".join(column.one_of), column.one_of)


def _known_currency(column: Column) -> KnownCurrency:
    codes = tuple(sorted(iso_minor_units()))
    expected = "an ISO 4217 code in force on the day of the transaction"
    return KnownCurrency(UNKNOWN_CURRENCY, column.name, expected, codes, column.withdrawn, column.valid_on)


def _currency_scale(column: Column, currency: Column) -> CurrencyScale:
    units = {**{each.code: each.minor_unit for each in currency.withdrawn}, **iso_minor_units()}
    expected = f"no more decimals than the minor unit of {currency.name}"
    return CurrencyScale(AMOUNT_SCALE, column.name, expected, currency.name, tuple(sorted(units.items())))


def _example(hive_type: str) -> str:
    return {"boolean": "true", "date": "2024-03-31"}.get(hive_type, "-12.50" if "decimal" in hive_type else "12")
