"""The quarantine files of a run that ingests. A row whose content is there already is not opened a second time."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.rules.correction import RETRY
from lake.rules.held_state import ERASED
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.spark.entries import Event, following, newest
from lake.spark.reuse import kept
from lake.spark.split import Origin
from lake.steps.current import current_partitions, current_snapshot
from transforms.file_reasons import with_reasons
from transforms.held import entries_of
from transforms.job_run import JobRun, pointers
from transforms.written import NOTHING, Written, write_files

PRODUCER = "the producer"


@dataclass(frozen=True)
class Quarantined:
    """The files, how many rows were opened, how many were there already, how many open ones silver has now."""

    files: Written
    opened: int
    known: int
    recovered: int = 0


NONE = Quarantined(NOTHING, 0, 0)


def quarantine(
    run: JobRun, rows: DataFrame, count: int, origin: Origin, recovered: DataFrame | None = None
) -> Quarantined:
    """Open the rows whose content is new; one that was delivered before is noted in the history of that row.

    `recovered`: entries of rows that wait no more.
    """
    place = layout.quarantine_place(run.lake.buckets.quarantine, origin.contract.dataset)
    bases = _days(run, place, origin)
    noted = 0
    if len(origin.sources) > 1:
        rows = once(rows)
    uris = [uri for pointer in bases.values() for uri in pointer.uris]
    names = entries_of(run, uris, ("row_id", "row_hash", "source_id", "revision"))
    if names is not None:
        there = names.select("row_hash", "row_id", F.col("source_id").alias("_first")).distinct()
        rows = kept(rows)
        again = kept(rows.select("row_hash", "source_id").distinct().join(there, "row_hash"))
        rows = rows.join(again.select("row_hash").distinct(), "row_hash", "left_anti")
        others = again.where("source_id <> _first")
        noted = others.select("row_hash").distinct().count()
        if noted:
            rows = rows.unionByName(_delivered_again(run, uris, others, rows.columns))
    left = 0 if recovered is None else recovered.count()
    if recovered is not None:
        rows = rows.unionByName(recovered.select(*rows.columns))
    files = write_entries(run, place, rows, bases)
    opened = files.rows - noted - left
    return Quarantined(files, opened, count - opened, left)


def write_entries(run: JobRun, place: Place, rows: DataFrame, bases: dict[str, Pointer]) -> Written:
    """Write entries by day of delivery, in the order of row ids: who looks for a few reads a few pages."""
    promised = run.lake.contracts.quarantine
    ordered = rows.sortWithinPartitions("ingest_date", "row_id")
    written = write_files(run, place, ordered, promised.partition_columns, "row_id", bases)
    return with_reasons(run.spark, promised, written, run.plan.details.get("action", RETRY) == RETRY)


def promised_names(run: JobRun) -> list[str]:
    """The columns of quarantine, in their order."""
    quarantine = run.lake.contracts.quarantine
    return [each.name for each in (*quarantine.columns, *quarantine.partition_columns)]


def _days(run: JobRun, place: Place, origin: Origin) -> dict[str, Pointer]:
    """The days of the run's sources, and every other one in which rows wait or were erased."""
    own = {partition.path({"ingest_date": each.ingest_date}) for each in origin.sources}
    found = pointers(run, place, sorted({*own, *current_partitions(run.lake.store, place)}))
    return {name: each for name, each in found.items() if name in own or _asks_for_a_look(run, place, each)}


def _asks_for_a_look(run: JobRun, place: Place, pointer: Pointer) -> bool:
    files = current_snapshot(run.lake.store, place, pointer).files
    return sum(each.opened for each in files) > 0 or any(each.states.get(ERASED) for each in files)


def once(rows: DataFrame) -> DataFrame:
    """Of equal records in several sources those of the first source only."""
    first = Window.partitionBy("row_hash").orderBy("ingest_date", "source_id")
    marked = rows.withColumn("_first", F.first("source_id").over(first))
    return marked.where("source_id = _first").drop("_first")


def _delivered_again(run: JobRun, uris: Sequence[str], others: DataFrame, names: Sequence[str]) -> DataFrame:
    """The next entry of each row that came once more, in another source than its own."""
    others = others.groupBy("row_hash").agg(
        F.min("row_id").alias("row_id"), F.array_join(F.array_sort(F.collect_set("source_id")), ", ").alias("_sources")
    )
    entries = entries_of(run, uris)
    assert entries is not None, "the files that the names came from"
    held = newest(entries.join(F.broadcast(others.select("row_id", "_sources")), "row_id"))
    event = Event(str(run.run_id), run.started_at, PRODUCER)
    what = F.concat(F.lit("delivered again in source "), F.col("_sources"))
    return following(held, event, {}, what).select(*names)
