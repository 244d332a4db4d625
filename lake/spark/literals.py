"""Python values as Spark literals, in one call each: a call for every value costs more than the query."""

from collections.abc import Iterable

from pyspark.sql import Column
from pyspark.sql import functions as F


def text_list(values: Iterable[str]) -> Column:
    """An array literal of texts."""
    return F.expr(f"array({_listed(values)})")


def is_one_of(name: str, values: Iterable[str]) -> Column:
    """Whether the text in a column is one of these."""
    return F.expr(f"`{name}` IN ({_listed(values)})")


def _listed(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for value in values)
