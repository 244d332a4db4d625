"""Sources that a run had which failed: what it had promoted of them neither comes again nor waits on."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.spark import columns
from lake.spark.current import read_versions
from lake.spark.duplicates import Losers, sent
from lake.spark.entries import Event, newest
from lake.spark.judge import partition_text
from lake.spark.reuse import kept
from lake.spark.split import Origin
from transforms.held import CONTENT, Held, contents, entries_of
from transforms.job_run import JobRun, pointers
from transforms.quarantine import PRODUCER, promised_names
from transforms.quarantine_replacement import recovered_entries


@dataclass(frozen=True)
class Again:
    """Of the sources that were taken before: their rows that are not there, their entries, contents that silver has."""

    rows: DataFrame
    held: Held
    in_silver: DataFrame


@dataclass(frozen=True)
class There:
    """`rows`: those of a run that are to be sorted out; `known`: how many others are there already."""

    rows: DataFrame
    known: int = 0
    again: Again | None = None


def what_is_there(run: JobRun, rows: DataFrame, origin: Origin) -> There:
    """Judged rows without those that silver has, and those that people have settled since."""
    again = [position for position, each in enumerate(origin.sources) if each.taken_before]
    if not again:
        return There(rows)
    theirs = F.col(columns.SOURCE).isin(again)
    held, has = _held(run, origin, again), kept(_in_silver(run, rows.where(theirs), origin, again))
    if held.newest is None and has.isEmpty():
        return There(rows)
    known_as, settled = kept(contents(rows.where(theirs), origin)), held.settled()
    met = kept(_met(known_as, has if settled is None else has.unionByName(settled)))
    known = met.count()
    left = kept(rows.join(sent(met, known), columns.ROW, "left_anti"), origin.contract.partition_columns)
    # silver has a row under every content that it may be known by
    in_silver = known_as.join(_met(known_as, has), columns.ROW).select(*CONTENT).distinct()
    return There(left, known, Again(left.where(theirs), held, in_silver))


def recovered(run: JobRun, there: There, losers: Losers | None, origin: Origin) -> DataFrame | None:
    """The next entry of each row that waited, and that silver has now or gets from this run; None where none waited."""
    if there.again is None:
        return None
    coming = there.again.held.recovered(there.again.rows, losers, origin)
    found = there.again.in_silver if coming is None else coming.unionByName(there.again.in_silver)
    event = Event(str(run.run_id), run.started_at, PRODUCER)
    entries = next(recovered_entries(there.again.held, kept(found), event), None)
    return None if entries is None else kept(entries.select(*promised_names(run)))


def _met(known_as: DataFrame, contents_there: DataFrame) -> DataFrame:
    return known_as.join(contents_there, CONTENT, "left_semi").select(columns.ROW).distinct()


def _held(run: JobRun, origin: Origin, again: list[int]) -> Held:
    """The newest entries of the rows of these sources."""
    place = layout.quarantine_place(run.lake.buckets.quarantine, origin.contract.dataset)
    sources = [origin.sources[each] for each in again]
    bases = pointers(run, place, {partition.path({"ingest_date": each.ingest_date}) for each in sources})
    entries = entries_of(run, [uri for pointer in bases.values() for uri in pointer.uris])
    if entries is None:
        return Held(place, bases, None)
    theirs = kept(newest(entries.where(F.col("source_id").isin([each.source_id for each in sources]))))
    return Held(place, bases, None if theirs.isEmpty() else theirs)


def _in_silver(run: JobRun, ours: DataFrame, origin: Origin, again: list[int]) -> DataFrame:
    """Contents of these sources that silver has as they were delivered, in the months that their rows are of."""
    contract = origin.contract
    place = layout.table_place(run.lake.buckets.silver, contract.dataset, contract.schema_version)
    names = [partition_text(each).alias(each.name) for each in contract.partition_columns]
    months = {partition.path(row.asDict()) for row in ours.select(*names).na.drop().distinct().collect()}
    uris = [uri for pointer in pointers(run, place, sorted(months)).values() for uri in pointer.uris]
    if not uris:
        return run.spark.createDataFrame([], "row_hash string")
    found = read_versions(run.spark, uris, "row_hash string, source_id string, attempt_count int")
    theirs = F.col("source_id").isin([origin.sources[each].source_id for each in again])
    return found.where(theirs & (F.col("attempt_count") == 0)).select(*CONTENT).distinct()
