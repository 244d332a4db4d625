"""A small Spark job that loads what real jobs load: CSV in, checks, join, window, Parquet out, S3A. Run as a script."""

import contextlib
import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F


def main(folder: str) -> None:
    """Write and read a few rows in `folder`, and touch S3A at an address where nobody listens."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.sql.maxConcurrentOutputFileWriters", "8")
        .config("spark.hadoop.fs.s3.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
        .config("spark.hadoop.fs.s3a.endpoint", "http://127.0.0.1:9")
        .config("spark.hadoop.fs.s3a.attempts.maximum", "1")
        .config("spark.hadoop.fs.s3a.retry.limit", "1")
        .config("spark.hadoop.fs.s3a.path.style.access", "true")
        .getOrCreate()
    )
    rows = spark.range(200).select(
        F.concat(F.lit("id-"), "id").alias("key"), F.format_number(F.col("id") / 7, 2).alias("amount")
    )
    rows.write.csv(f"{folder}/csv", header=True, compression="gzip")
    fields = "key string, amount string, broken string"
    read = spark.read.csv(f"{folder}/csv", header=True, schema=fields, columnNameOfCorruptRecord="broken")
    checked = read.select(
        "key",
        F.expr("try_cast(amount as decimal(18,2))").alias("amount"),
        F.expr("try_to_timestamp('2024-01-02T03:04:05Z')").alias("at"),
        F.filter(F.array(F.when(~F.col("key").rlike("^id-"), F.lit("BAD"))), lambda code: code.isNotNull()).alias("e"),
        F.sha2(F.concat_ws("|", "key", "amount"), 256).alias("hash"),
    ).withColumn("row", F.row_number().over(Window.partitionBy("key").orderBy("hash")))
    months = checked.cache().withColumn("month", F.month("at"))
    months.hint("rebalance").write.partitionBy("month").parquet(f"{folder}/parquet")
    months.coalesce(1).groupBy("month").agg(F.xxhash64(F.max("key"))).collect()
    again = spark.read.parquet(f"{folder}/parquet")
    again.where("amount > 1 AND key IN ('id-1', 'id-2')").join(F.broadcast(checked), "key", "left_anti").groupBy(
        "month"
    ).agg(F.sum("amount")).collect()
    with contextlib.suppress(Exception):  # the connection is refused: only the classes were wanted
        spark.read.parquet("s3://bucket/key").count()
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
