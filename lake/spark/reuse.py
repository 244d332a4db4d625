"""Compute once, use many times."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from lake.rules.contract import Column


def balanced(rows: DataFrame, partition_columns: Sequence[Column] = ()) -> DataFrame:
    """Rows of one partition together: small partitions share a task, large ones are spread over several."""
    names = ", ".join(f"`{each.name}`" for each in partition_columns)
    hint = f"REBALANCE({names})" if names else "REBALANCE"
    # the hint takes columns in SQL only; DataFrame.hint passes them on as text
    return rows.sparkSession.sql(f"SELECT /*+ {hint} */ * FROM {{rows}}", rows=rows)


def kept(rows: DataFrame, partition_columns: Sequence[Column] = ()) -> DataFrame:
    """The same rows, balanced, and backed by the shuffle files of that exchange.

    They are computed here and now, and every job on the result starts from those files. `cache` would encode them a
    second time; `localCheckpoint` would hold them as objects in memory.
    """
    frame = balanced(rows, partition_columns)
    spark = frame.sparkSession
    found = frame._jdf.queryExecution().toRdd()
    return DataFrame(spark._jsparkSession.internalCreateDataFrame(found, frame._jdf.schema(), False), spark)
