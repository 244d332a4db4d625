"""How a query fails: Athena's error names, and DuckDB's errors under those names."""

import re

import duckdb

USER, SYSTEM = 2, 1
DIVISION = "Division by zero"


class QueryError(Exception):
    """A query failed as Athena would report it: `CODE: message`."""

    def __init__(self, code: str, message: str, category: int = USER) -> None:
        super().__init__(f"{code}: {message}")
        self.category = category


_COLUMN = re.compile(r'olumn "([^"]+)" (?:not found|referenced)|does not have a column named "([^"]+)"')


# DuckDB's error class, what its text must contain, and Athena's name; the first that fits counts.
_NAMES: tuple[tuple[type[Exception], str, str], ...] = (
    (duckdb.Error, DIVISION, "DIVISION_BY_ZERO"),
    (duckdb.CatalogException, "Function", "FUNCTION_NOT_FOUND"),
    (duckdb.ConversionException, "", "INVALID_CAST_ARGUMENT"),
    (duckdb.OutOfRangeException, "", "NUMERIC_VALUE_OUT_OF_RANGE"),
    (duckdb.BinderException, "", "SYNTAX_ERROR"),
    (duckdb.ParserException, "", "SYNTAX_ERROR"),
    (duckdb.CatalogException, "", "SYNTAX_ERROR"),
)


def as_query_error(error: Exception) -> QueryError:
    """The failure under the name Athena gives it."""
    if isinstance(error, QueryError):
        return error
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    column = _COLUMN.search(text)
    if isinstance(error, duckdb.BinderException) and column:
        name = (column[1] or column[2]).lower()
        return QueryError("COLUMN_NOT_FOUND", f"line 1:1: Column '{name}' cannot be resolved")
    for kind, part, code in _NAMES:
        if isinstance(error, kind) and part in text:
            return QueryError(code, DIVISION if part == DIVISION else text)
    return QueryError("GENERIC_INTERNAL_ERROR", text, SYSTEM)
