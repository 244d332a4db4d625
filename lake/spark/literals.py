"""Python values as Spark literals."""

from collections.abc import Iterable

from pyspark.sql import Column
from pyspark.sql import functions as F


def text_list(values: Iterable[str]) -> Column:
    """An array literal of texts."""
    return F.array(*(F.lit(value) for value in values))
