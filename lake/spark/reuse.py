"""Read and shuffle once, use many times."""

from pyspark.sql import DataFrame


def shuffled_once(frame: DataFrame) -> DataFrame:
    """The same rows, backed by the shuffle files of this frame's last exchange.

    Every job on the result starts from those files: the source is neither read nor parsed again. The frame must
    end in an exchange. `cache` and `localCheckpoint` would hold the rows a second time, in memory or on disk.
    """
    spark = frame.sparkSession
    plan = frame._jdf.queryExecution()
    rows = spark._jsparkSession.internalCreateDataFrame(plan.toRdd(), frame._jdf.schema(), False)
    return DataFrame(rows, spark)
