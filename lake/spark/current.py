"""Parquet files that somebody names: a manifest or a run summary; never the catalog, never a listing."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession


def read_files(spark: SparkSession, uris: Sequence[str], below: str | None, fields: str) -> DataFrame:
    """The columns of `fields` (DDL). Partition columns, as text, come from the paths under `below`."""
    reader = spark.read.schema(fields)
    return (reader.option("basePath", below) if below else reader).parquet(*uris)
