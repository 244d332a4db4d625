"""Files of quarantine tell how many rows fail with each code, so that the daily mail needs to read no row."""

from collections import defaultdict
from dataclasses import replace
from urllib.parse import unquote

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.rules.summary import PartitionFiles, RunSummary
from lake.spark.current import read_files


def with_reasons(spark: SparkSession, summary: RunSummary) -> RunSummary:
    """The summary with `errors` in each of its quarantine files, as written; a code in two columns counts once."""
    uris = [file.uri for part in (*summary.quarantine, *summary.condemned) for file in part.files]
    if not uris:
        return summary
    found = _counted(spark, uris)
    return replace(summary, quarantine=_told(summary.quarantine, found), condemned=_told(summary.condemned, found))


def _counted(spark: SparkSession, uris: list[str]) -> dict[str, dict[str, int]]:
    rows = read_files(spark, uris, None, "errors array<struct<code:string>>")
    codes = rows.select(F.col("_metadata.file_path").alias("file"), F.explode(F.array_distinct("errors.code")))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in codes.groupBy("file", "col").count().orderBy("col").collect():
        counts[_name(unquote(row["file"]))][row["col"]] = row["count"]
    return counts


def _told(parts: tuple[PartitionFiles, ...], found: dict[str, dict[str, int]]) -> tuple[PartitionFiles, ...]:
    return tuple(
        replace(part, files=tuple(replace(file, errors=found.get(_name(file.uri), {})) for file in part.files))
        for part in parts
    )


def _name(address: str) -> str:
    """The end of an address that tells files of one run apart; the scheme is not the same everywhere."""
    return address.rpartition("/attempt=")[2]
