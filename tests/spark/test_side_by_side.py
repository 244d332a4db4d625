"""Two works of a job at once: equal shares of the cores, and no failure of either is lost."""

import pytest
from pyspark.sql import SparkSession

from lake.spark.side_by_side import ASIDE, POOL, side_by_side

pytestmark = pytest.mark.spark


def test_both_answer_and_only_the_one_aside_is_in_its_pool(spark: SparkSession) -> None:
    def pool() -> str | None:
        spark.range(1).count()
        return spark.sparkContext.getLocalProperty(POOL)

    assert spark.sparkContext.getConf().get("spark.scheduler.mode") == "FAIR"
    assert side_by_side(spark, pool, pool) == (None, ASIDE)
    assert pool() is None


@pytest.mark.parametrize("which", [0, 1])
def test_a_failure_of_either_is_the_failure_of_both(spark: SparkSession, which: int) -> None:
    def fail() -> int:
        raise ValueError("told")

    works = [lambda: 1, lambda: 1]
    works[which] = fail
    with pytest.raises(ValueError, match="told"):
        side_by_side(spark, *works)
