"""Text to typed value: a pattern guards each type, so that a cast never guesses.

Without the guard `1e5`, ` 12`, `2024` and `1.23456` would all become something.
"""

import re

from pyspark.sql import Column as Value
from pyspark.sql import functions as F

from lake.errors import ContractError
from lake.rules.contract import Column
from lake.spark import columns

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_PATTERNS = {
    "tinyint": r"[+-]?\d{1,3}",
    "smallint": r"[+-]?\d{1,5}",
    "int": r"[+-]?\d{1,10}",
    "bigint": r"[+-]?\d{1,19}",
    "float": r"[+-]?\d{1,17}(?:\.\d{1,17})?",
    "double": r"[+-]?\d{1,17}(?:\.\d{1,17})?",
    "boolean": r"true|false",
    "date": r"\d{4}-\d\d-\d\d",
    "timestamp": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?",
}


def whole(pattern: str) -> str:
    """A Java pattern that must match a text as a whole, its last line break included."""
    return rf"\A(?:{pattern})\z"


def missing(column: Column) -> Value:
    """The source field is absent, empty or blank."""
    field = F.col(columns.raw(column))
    return field.isNull() | (F.trim(field) == "")


def parsed(column: Column) -> Value:
    """The typed value of a source field, null where the text is not written the one exact way."""
    name = columns.raw(column)
    text = f"`{name}`"
    if column.type == "timestamp":
        # without its Z the text means the same in UTC; with it, Spark compiles two patterns for every value
        bare = f"cast(substring(cast({text} as binary), 1, octet_length({text}) - 1) as string)"
        text = f"if(endswith({text}, 'Z'), {bare}, {text})"
    return F.when(F.col(name).rlike(whole(_pattern(column.type))), F.expr(f"try_cast({text} as {column.type})"))


def value(column: Column) -> Value:
    """A contract column of a judged frame: text columns are kept only once, as they came."""
    if column.type != "string":
        return F.col(column.name)
    return F.when(~missing(column), F.col(columns.raw(column)))


def clean_value(column: Column) -> Value:
    """A contract column of a clean row: a required text is there, so nobody looks again."""
    return F.col(columns.raw(column)) if column.type == "string" and column.required else value(column)


def canonical(column: Column, typed: Value) -> Value:
    """The one text of a typed value; equal values give equal texts, however they were written."""
    return F.unix_micros(typed).cast("string") if column.type == "timestamp" else typed.cast("string")


def _pattern(hive_type: str) -> str:
    decimal = _DECIMAL.fullmatch(hive_type)
    if decimal:
        precision, scale = int(decimal[1]), int(decimal[2])
        fraction = rf"(?:\.\d{{1,{scale}}})?" if scale else ""
        return rf"[+-]?\d{{1,{max(precision - scale, 1)}}}{fraction}"
    if hive_type not in _PATTERNS:
        raise ContractError(
            f"no source column can have the type {hive_type}; there are decimal, string, {[*_PATTERNS]}"
        )
    return _PATTERNS[hive_type]
