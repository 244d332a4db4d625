"""How a query fails: Athena's error names, and DuckDB's errors under those names."""

import re

import duckdb

USER, SYSTEM = 2, 1


class QueryError(Exception):
    """A query failed as Athena would report it: `CODE: message`."""

    def __init__(self, code: str, message: str, category: int = USER) -> None:
        super().__init__(f"{code}: {message}")
        self.category = category


_COLUMN = re.compile(r'olumn "([^"]+)" (?:not found|referenced)|does not have a column named "([^"]+)"')


def as_query_error(error: Exception) -> QueryError:
    """The failure under the name Athena gives it."""
    if isinstance(error, QueryError):
        return error
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    column = _COLUMN.search(text)
    if isinstance(error, duckdb.BinderException) and column:
        name = (column[1] or column[2]).lower()
        return QueryError("COLUMN_NOT_FOUND", f"line 1:1: Column '{name}' cannot be resolved")
    if "Division by zero" in text or "division by zero" in text:
        return QueryError("DIVISION_BY_ZERO", "Division by zero")
    if isinstance(error, duckdb.CatalogException) and "Function" in text:
        return QueryError("FUNCTION_NOT_FOUND", text)
    if isinstance(error, duckdb.ConversionException):
        return QueryError("INVALID_CAST_ARGUMENT", text)
    if isinstance(error, duckdb.OutOfRangeException):
        return QueryError("NUMERIC_VALUE_OUT_OF_RANGE", text)
    if isinstance(error, duckdb.BinderException | duckdb.ParserException | duckdb.CatalogException):
        return QueryError("SYNTAX_ERROR", text)
    return QueryError("GENERIC_INTERNAL_ERROR", text, SYSTEM)
