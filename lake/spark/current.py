"""Parquet files that somebody names: a manifest or a run summary; never the catalog, never a listing."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lake.rules import layout


def read_files(spark: SparkSession, uris: Sequence[str], below: str | None, fields: str) -> DataFrame:
    """The columns of `fields` (DDL). Partition columns, as text, come from the paths under `below`."""
    reader = spark.read.schema(fields)
    return (reader.option("basePath", below) if below else reader).parquet(*uris)


def read_versions(spark: SparkSession, uris: Sequence[str], fields: str) -> DataFrame:
    """The columns of `fields` (DDL) and the partition, as text, of files of several schema versions.

    A column that a version does not have is null there.
    """
    by_folder: dict[str, list[str]] = {}
    for uri in uris:
        by_folder.setdefault(layout.runs_above(uri), []).append(uri)
    frames = [read_files(spark, found, folder, fields) for folder, found in sorted(by_folder.items())]
    return reduce(lambda one, other: one.unionByName(other), frames)


def in_path(name: str) -> Value:
    """A partition column as the path of the row's file says, for files read without a common root.

    A common root would let folders above, like `run_id=`, take the place of the column of that name.
    """
    return F.regexp_extract(F.col("_metadata.file_path"), f"/{name}=([^/]+)/", 1)
