"""On which line of its file a record is: known where one task reads the file from its start, null anywhere else."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column as Value
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.rules.plan import Source
from lake.spark import columns


def line_number(spark: SparkSession, sources: Sequence[Source]) -> Value:
    """The line, the header being the first. The first task counts its rows from 0, in `_row`; nothing else is read."""
    if len(sources) > 1 or not (sources[0].line_each and _one_task_reads(spark, sources[0])):
        return F.lit(None)
    # rows of any other task would have higher numbers than there are records
    return F.when(F.col(columns.ROW) < sources[0].records, F.col(columns.ROW) + 2)


def _one_task_reads(spark: SparkSession, source: Source) -> bool:
    """Whether Spark cannot split the file: compressed, or no larger than what it never cuts."""
    jvm: Any = spark._jsparkSession
    conf = jvm.sessionState().conf()
    return bool(source.compression) or source.size <= min(conf.filesOpenCostInBytes(), conf.filesMaxPartitionBytes())
