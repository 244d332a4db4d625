"""Types of the three systems: Glue (Hive), Athena (Trino), DuckDB; and which stored type a declared one reads."""

import re

from sqlglot import exp

_INTEGERS = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT"]
_FLOATS = ["FLOAT", "DOUBLE"]
_ATHENA_NAMES = {
    "int128": "bigint",
    "uinteger": "bigint",
    "ubigint": "bigint",
    "real": "float",
    "json": "varchar",
    "timestamp_s": "timestamp",
    "timestamp_ms": "timestamp",
    "timestamp_ns": "timestamp",
    "interval": "interval day to second",
}
_TEXT = re.compile(r"\bTEXT(\(\d+\))?")
_INT = re.compile(r"\bINT\b")


def from_glue(text: str) -> exp.DataType:
    """A type of the Glue catalog."""
    return exp.DataType.build(text, dialect="hive")


def to_duckdb(kind: exp.DataType) -> str:
    """The type for DuckDB; lengths of texts and digits of times are not its business."""
    text = _INT.sub("INTEGER", _TEXT.sub("VARCHAR", kind.sql("duckdb", identify=True)))
    return re.sub(r"TIMESTAMP\(\d+\)", "TIMESTAMP", text)


def to_athena(duckdb_type: str) -> str:
    """A DuckDB result type as Athena names it: `decimal(18,2)`, `varchar`, `array(integer)`."""
    if duckdb_type.strip('"') == "NULL":
        return "unknown"
    text = exp.DataType.build(duckdb_type, dialect="duckdb").sql("trino").lower().replace(", ", ",")
    return _ATHENA_NAMES.get(text, text)


def reads(declared: str, stored: str) -> bool:
    """Whether Athena reads a Parquet column stored as DuckDB type `stored` where `declared` is declared."""
    if declared == stored:
        return True
    for widening in (_INTEGERS, _FLOATS):
        if declared in widening and stored in widening:
            return widening.index(stored) <= widening.index(declared)
    if declared.startswith("DECIMAL") and stored.startswith("DECIMAL"):
        return _decimal_fits(declared, stored)
    if declared == "TIMESTAMP":
        return stored.startswith("TIMESTAMP")
    if declared == "VARCHAR":
        return stored in ("BLOB", "ENUM", "UUID", "JSON")
    return is_nested(declared) and is_nested(stored)


def is_nested(duckdb_type: str) -> bool:
    """Whether the type is a list, a struct or a map."""
    return duckdb_type.endswith("[]") or duckdb_type.startswith(("STRUCT", "MAP"))


def _decimal_fits(declared: str, stored: str) -> bool:
    wide, wide_scale = (int(number) for number in re.findall(r"\d+", declared))
    narrow, narrow_scale = (int(number) for number in re.findall(r"\d+", stored))
    return narrow_scale <= wide_scale and narrow - narrow_scale <= wide - wide_scale
