"""Parquet files that somebody names: a manifest or a run summary; never the catalog, never a listing."""

from collections.abc import Sequence

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def read_files(spark: SparkSession, uris: Sequence[str], below: str | None, fields: str) -> DataFrame:
    """The columns of `fields` (DDL). Partition columns, as text, come from the paths under `below`."""
    reader = spark.read.schema(fields)
    return (reader.option("basePath", below) if below else reader).parquet(*uris)


def in_path(name: str) -> Value:
    """A partition column as the path of the row's file says, for files read without a common root.

    A common root would let folders above, like `run_id=`, take the place of the column of that name.
    """
    return F.regexp_extract(F.col("_metadata.file_path"), f"/{name}=([^/]+)/", 1)
