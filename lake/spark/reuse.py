"""Compute once, use many times."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules.contract import Column


def balanced(rows: DataFrame, partition_columns: Sequence[Column] = ()) -> DataFrame:
    """Rows of one partition together: small partitions share a task, large ones are spread over several."""
    # DataFrame.hint passes names on as text, and SQL needs a view to be made and dropped
    names = [F.col(each.name)._jc.expr() for each in partition_columns]
    return DataFrame(rows._jdf.hint("rebalance", rows._jseq(names)), rows.sparkSession)


def kept(rows: DataFrame, partition_columns: Sequence[Column] = ()) -> DataFrame:
    """The same rows, balanced, and backed by the shuffle files of that exchange.

    They are computed here and now, and every job on the result starts from those files. `cache` would encode them a
    second time; `localCheckpoint` would hold them as objects in memory.
    """
    return as_planned(balanced(rows, partition_columns))


def as_planned(rows: DataFrame) -> DataFrame:
    """The same rows, planned here and now: every exchange is done, and what follows the last of them is repeated.

    For what is little after its last exchange, this saves the one that `kept` adds.
    """
    spark = rows.sparkSession
    found = rows._jdf.queryExecution().toRdd()
    return DataFrame(spark._jsparkSession.internalCreateDataFrame(found, rows._jdf.schema(), False), spark)


def together(rows: DataFrame) -> DataFrame:
    """Rows so few that one task takes them all: what groups or sorts them needs no exchange."""
    return rows.coalesce(1)
