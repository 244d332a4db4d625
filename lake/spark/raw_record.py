"""A record as it arrived, rebuilt for the few rows that need it."""

from collections.abc import Callable, Sequence
from functools import reduce

from pyspark.sql import Column as Value
from pyspark.sql import functions as F

from lake.rules.contract import Dialect
from lake.spark import columns
from lake.spark.read import FileShape


def raw_record(shapes: Sequence[FileShape], dialect: Dialect) -> Value:
    """The record's text: kept for a malformed one, else its fields in file order, quoted where they must be."""
    rebuilt = _by_shape(
        shapes, lambda shape: F.concat_ws(dialect.delimiter, *(_quoted(n, dialect) for n in shape.names))
    )
    return F.coalesce(F.col(columns.CORRUPT), rebuilt)


def fields_by_name(shapes: Sequence[FileShape]) -> Value:
    """Source name to text, in file order; fields without text and malformed records have none."""
    named = _by_shape(
        shapes,
        lambda shape: F.map_from_arrays(
            F.array(*(F.lit(name) for name in shape.header)), F.array(*(F.col(name) for name in shape.names))
        ),
    )
    return F.when(F.col(columns.CORRUPT).isNull(), F.map_filter(named, lambda _, text: text.isNotNull()))


def _by_shape(shapes: Sequence[FileShape], build: Callable[[FileShape], Value]) -> Value:
    first, *others = shapes
    return reduce(
        lambda rest, shape: F.when(F.col(columns.SOURCE).isin(*shape.positions), build(shape)).otherwise(rest),
        others,
        build(first),
    )


def _quoted(name: str, dialect: Dialect) -> Value:
    text, quote = F.coalesce(F.col(name), F.lit("")), dialect.quote
    special = [dialect.delimiter, quote, "\n", "\r"]
    needs = reduce(lambda one, other: one | other, (text.contains(each) for each in special))
    escaped = F.replace(text, F.lit(quote), F.lit(dialect.escape + quote))
    return F.when(needs, F.concat(F.lit(quote), escaped, F.lit(quote))).otherwise(text)
