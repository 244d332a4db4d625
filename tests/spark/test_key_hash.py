"""The number that stands for a key while duplicates are looked for."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.spark.duplicates import key_hash, partition_of, with_key_hash

pytestmark = pytest.mark.spark

CONTRACT = load_contracts(contracts_root()).newest("transactions")
ROWS = [(year, month, f"TX-{n}") for year in (-1, 0, 1969, 2024, 9999) for month in (1, 12) for n in range(50)]


def test_it_tells_the_partition_and_is_never_below_zero(spark: SparkSession) -> None:
    rows = spark.createDataFrame(ROWS, "year int, month int, _raw_transaction_id string")
    hashed = rows.withColumn("hash", key_hash(CONTRACT))
    told = (each.alias(f"in_{name}") for name, each in partition_of(F.col("hash"), CONTRACT).items())
    found = hashed.select("*", *told).collect()
    assert len({row["hash"] for row in found}) == len(ROWS)
    assert all(row["hash"] >= 0 for row in found)
    assert all((row["in_year"], row["in_month"]) == (row["year"], row["month"]) for row in found)


def test_what_is_promoted_has_the_same(spark: SparkSession) -> None:
    rows = spark.createDataFrame(ROWS, "year int, month int, _raw_transaction_id string")
    ours = {row["hash"] for row in rows.select(key_hash(CONTRACT).alias("hash")).collect()}
    current = spark.createDataFrame(ROWS, "year int, month int, transaction_id string")
    assert {row["_key_hash"] for row in with_key_hash(current, CONTRACT).collect()} == ours
