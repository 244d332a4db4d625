"""Names and texts written into DuckDB's SQL. (Bound list parameters would make DuckDB import pandas: a second.)"""

from collections.abc import Iterable


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """A list of text literals."""
    return "[" + ", ".join(text(value) for value in values) + "]"
