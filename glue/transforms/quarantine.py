"""The quarantine files of a run. A row whose content waits there already is not opened twice."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.spark.current import read_files
from lake.spark.split import Origin
from transforms.job_run import JobRun, pointers
from transforms.written import NOTHING, Written, write_files


@dataclass(frozen=True)
class Quarantined:
    """The files, how many rows have each error code, and how many rows were waiting already."""

    files: Written
    errors: dict[str, int]
    known: int


NONE = Quarantined(NOTHING, {}, 0)


def quarantine(run: JobRun, rows: DataFrame, origin: Origin) -> Quarantined:
    """Write the rows that are new to quarantine. A condemned row needs an approval, so it is not new either."""
    bucket, dataset = run.lake.buckets.quarantine, origin.contract.dataset
    place, condemned = layout.quarantine_place(bucket, dataset), layout.condemned_place(bucket, dataset)
    days = sorted({partition.path({"ingest_date": each.ingest_date}) for each in origin.sources})
    bases = pointers(run, place, days)
    waiting = [*bases.values(), *pointers(run, condemned, days).values()]
    uris = [uri for pointer in waiting for uri in pointer.uris]
    known = 0
    if uris:
        # by content, not by name: a crashed run tried again and a file delivered twice both bring the same rows
        contents = read_files(run.spark, uris, None, "row_hash string")
        known = rows.join(contents, "row_hash", "left_semi").count()
        rows = rows.join(contents, "row_hash", "left_anti")
    promised = run.lake.contracts.quarantine
    files = write_files(run, place, rows, promised.partition_columns, "row_id", bases)
    return Quarantined(files, errors_in(run, files), known)


def errors_in(run: JobRun, files: Written) -> dict[str, int]:
    """This run's rows with each error code, as written. A row that has a code in two columns counts once."""
    if not files.uris:
        return {}
    rows = read_files(run.spark, files.uris, None, "run_id string, errors array<struct<code:string>>")
    codes = rows.where(F.col("run_id") == str(run.run_id)).select(
        F.explode(F.array_distinct("errors.code")).alias("code")
    )
    counts = {row["code"]: row["count"] for row in codes.groupBy("code").count().collect()}
    return dict(sorted(counts.items()))
