"""DataFrames to Parquet, one folder a partition. There is no overwrite here: the folder of an attempt is new."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from lake.rules.contract import Column


def balanced(rows: DataFrame, partition_columns: Sequence[Column]) -> DataFrame:
    """Rows of one partition together, small partitions in one task, large ones spread over several."""
    names = ", ".join(f"`{each.name}`" for each in partition_columns)
    # the hint takes columns in SQL only; DataFrame.hint passes them on as text
    return rows.sparkSession.sql(f"SELECT /*+ REBALANCE({names}) */ * FROM {{rows}}", rows=rows)


def write(rows: DataFrame, folder: str, partition_columns: Sequence[Column]) -> None:
    """Write rows below a folder that must be empty. Raises AnalysisException when it is not."""
    rows.write.mode("error").partitionBy(*(each.name for each in partition_columns)).parquet(folder)
