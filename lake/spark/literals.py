"""Python values as Spark literals, in a few calls each: a call for every value costs more than the query.

As SQL, a list of all currencies would keep Spark's parser busy for longer than a small file takes.
"""

from collections.abc import Iterable
from typing import Any

from pyspark import SparkContext
from pyspark.sql import Column
from pyspark.sql import functions as F

# between the values of a list on its way to the JVM: no contract allows it in one, and addresses have it encoded
_BETWEEN = "\x1e"


def text_list(values: Iterable[str]) -> Column:
    """An array literal of texts."""
    return Column(_jvm().functions.lit(_between().split(_BETWEEN.join(values), -1)))


def is_one_of(name: str, values: Iterable[str]) -> Column:
    """Whether the text in a column is one of these."""
    listed = list(values)
    # empty texts at the end would be left out
    found = _between().splitAsStream(_BETWEEN.join([*listed, "end"])).limit(len(listed)).toList()
    return Column(F.col(name)._jc.isInCollection(found))


def _between() -> Any:
    return _jvm().java.util.regex.Pattern.compile(_BETWEEN)


def _jvm() -> Any:
    context: Any = SparkContext._active_spark_context
    return context._jvm
