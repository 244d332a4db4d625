"""Two works of one job at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pyspark.sql import SparkSession

from lake.spark.programs import share_programs

First = TypeVar("First")
Second = TypeVar("Second")
POOL = "spark.scheduler.pool"
ASIDE = "aside"


def side_by_side(spark: SparkSession, first: Callable[[], First], aside: Callable[[], Second]) -> tuple[First, Second]:
    """The answers of both. `aside` has a pool of the scheduler to itself, so that it need not wait for all of `first`.

    Few rows are one task, which alone would leave the other cores idle. See
    https://spark.apache.org/docs/3.5.6/job-scheduling.html#fair-scheduler-pools.
    """

    def in_its_pool() -> Second:
        share_programs(spark)
        spark.sparkContext.setLocalProperty(POOL, ASIDE)
        return aside()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(in_its_pool)
        return first(), other.result()
