"""Generated programs: driver and executor are one here, so each is compiled once."""

from typing import Any

from pyspark.sql import SparkSession

from lake.spark.programs import share_programs


def test_driver_and_executor_share_a_program_that_one_of_them_compiled(spark: SparkSession) -> None:
    share_programs(spark)
    jvm: Any = spark.sparkContext._jvm
    compiled = jvm.org.apache.spark.metrics.source.CodegenMetrics.METRIC_COMPILATION_TIME()
    before = compiled.getCount()
    # no other test has this number in a query, so that its program is not there yet
    assert spark.range(1).selectExpr("id + 15485863 AS n").collect()[0].n == 15485863
    assert compiled.getCount() == before + 1
