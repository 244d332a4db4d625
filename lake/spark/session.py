"""The Spark session of a job: what correctness needs. Sizes, memory and endpoints come from outside."""

from typing import Any

from pyspark.sql import SparkSession

from lake.spark.programs import share_programs

CODEC = "spark.sql.parquet.compression.codec"
LEVEL = "parquet.compression.codec.zstd.level"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # hashes are hex digits: snappy leaves them as they are, zstd halves them, and at level 1 it costs no more time
    CODEC: "zstd",
    LEVEL: "1",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    # column pruning would let the CSV reader skip the check of a record's length
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    # month=03 is text in a path; it must not come back as the number 3
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # a method longer than this is never compiled by the JVM; Spark then splits it into smaller ones
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # rows of a few partitions need no sort before they are written; beyond that many open files the rest is sorted
    "spark.sql.maxConcurrentOutputFileWriters": "8",
    # most groups here are as many as rows: a first, small map in front of the real one only costs a look
    "spark.sql.codegen.aggregate.map.twolevel.enabled": "false",
    # what comes sorted by its groups needs no map of them
    "spark.sql.execution.replaceHashWithSortAgg": "true",
    # safe, because nothing reads an attempt's folder before its run summary names the files
    "mapreduce.fileoutputcommitter.algorithm.version": "2",
    # `_SUCCESS` is the name of our run summary; Spark's empty file of that name would be confusing
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}

# what must be known before Spark starts: works of one job that run side by side get equal shares of the cores
AT_START: dict[str, Any] = {"spark.scheduler.mode": "FAIR"}


def spark_session(name: str) -> SparkSession:
    """The running session, or a new one, with the settings every job relies on."""
    spark = SparkSession.builder.appName(name).config(map=AT_START).getOrCreate()
    for key, value in SETTINGS.items():
        spark.conf.set(key, value)
    _remember_classes(spark)
    share_programs(spark)
    return spark


def _remember_classes(spark: SparkSession) -> None:
    """Look up once what pyspark looks up for every column: the JVM goes through all its jars, several times, for each.

    A name without its package is tried in every package that pyspark has imported.
    """
    jvm: Any = spark.sparkContext._jvm
    for name in ("functions", "PythonUtils", "PythonSQLUtils"):
        setattr(jvm, name, getattr(jvm, name))
