"""The quarantine files of a run that replaces: what still waits, without what is valid now, with what failed anew."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import partition
from lake.rules.summary import PartitionFiles
from lake.spark.reuse import balanced, kept
from transforms.held import CONTENT, Held
from transforms.job_run import JobRun
from transforms.quarantine import errors_in
from transforms.written import NOTHING, Written, base_of, write_files


@dataclass(frozen=True)
class Requarantined:
    """The replaced days. `known` rows wait or are condemned already; `carried` ones only moved to a new file."""

    files: Written
    errors: dict[str, int]
    new: int
    known: int
    carried: int
    recovered: int


UNCHANGED = Requarantined(NOTHING, {}, 0, 0, 0, 0)


def requarantine(run: JobRun, failed: DataFrame | None, recovered: DataFrame | None, held: Held) -> Requarantined:
    """Write the days that change anew. Days in which nothing fails anew and nothing recovers are left alone."""
    known = 0
    if failed is not None and held.known is not None:
        failed = kept(failed)
        known = failed.join(held.known, CONTENT, "left_semi").count()
        failed = failed.join(held.known, CONTENT, "left_anti")
    leaving = {} if recovered is None or held.waiting is None else _by_day(held.waiting.join(recovered, CONTENT))
    coming = {} if failed is None else _by_day(failed)
    days = sorted({*leaving, *coming})
    if not days:
        return Requarantined(NOTHING, {}, 0, known, 0, 0)
    files = _write(run, _rows(failed, recovered, held, days), held, days)
    new = sum(coming.values())
    return Requarantined(files, errors_in(run, files), new, known, files.rows - new, sum(leaving.values()))


def _rows(failed: DataFrame | None, recovered: DataFrame | None, held: Held, days: list[str]) -> DataFrame:
    still = None
    if held.waiting is not None:
        still = held.waiting.where(F.col("ingest_date").isin(days))
        still = still if recovered is None else still.join(recovered, CONTENT, "left_anti").select(*still.columns)
    found = [each for each in (still, failed) if each is not None]
    return found[0].unionByName(found[1]) if len(found) > 1 else found[0]


def _write(run: JobRun, rows: DataFrame, held: Held, days: list[str]) -> Written:
    promised = run.lake.contracts.quarantine
    rows = balanced(rows, promised.partition_columns)
    files = write_files(run, held.place, rows, promised.partition_columns, "row_id", held.bases)
    filled = {part.partition: part for part in files.partitions}
    names = [partition.path({"ingest_date": day}) for day in days]
    parts = (filled.get(name) or PartitionFiles(name, 0, (), base_of(held.bases.get(name))) for name in names)
    return Written(tuple(parts), files.columns)


def _by_day(rows: DataFrame) -> dict[str, int]:
    return {row["ingest_date"]: row["count"] for row in rows.groupBy("ingest_date").count().collect()}
