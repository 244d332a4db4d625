"""Condemned rows whose values are taken away: their days of quarantine written anew, without what they held."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.rules.held_state import ERASED
from lake.rules.snapshot import Pointer
from lake.rules.summary import PartitionComparison
from lake.spark.entries import ROW, Event, following, no_errors
from lake.spark.reuse import balanced, kept
from transforms.held import entries_of
from transforms.job_run import JobRun
from transforms.quarantine import promised_names, write_entries
from transforms.written import Written


@dataclass(frozen=True)
class Erased:
    """What is left of the days: their files, and how many entries each had and has."""

    held: Written
    comparison: tuple[PartitionComparison, ...]


def erase_rows(run: JobRun, rows: DataFrame, bases: Mapping[str, Pointer]) -> Erased:
    """Write every entry of the days of these rows again but theirs, of which one is left that says what happened."""
    named = kept(rows.select(*ROW))
    days = _by_day(named)
    touched = {name: bases[name] for name in days}
    entries = entries_of(run, [uri for pointer in touched.values() for uri in pointer.uris])
    assert entries is not None, "the days of rows that were found there"
    theirs = entries.join(F.broadcast(named), [*ROW], "left_semi")
    before, removed = _by_day(entries), _by_day(theirs)
    others = entries.join(F.broadcast(named), [*ROW], "left_anti").select(*promised_names(run))
    left = others.unionByName(_traces(run, rows).select(*promised_names(run)))
    place = layout.quarantine_place(run.lake.buckets.quarantine, run.plan.dataset)
    held = write_entries(run, place, balanced(left, run.lake.contracts.quarantine.partition_columns), touched)
    after = {part.partition: part.rows for part in held.partitions}
    found = (
        PartitionComparison(name, before[name], after.get(name, 0), added, removed[name], 0)
        for name, added in sorted(days.items())
    )
    return Erased(held, tuple(found))


def _traces(run: JobRun, rows: DataFrame) -> DataFrame:
    """One entry for each row, the first it has from now on: who, when and why; what was tried, but no value of it.

    `row_hash` stays, so that a record that comes once more, or is read again, does not bring the row back.
    """
    details = run.plan.details
    event = Event(str(run.run_id), run.started_at, details["requested_by"])
    word = f"erased, approved by {details.get('approved_by', 'nobody')}: {details['reason']}"
    changes = {"state": F.lit(ERASED), "errors": no_errors()}
    traces = following(rows, event, changes, F.lit(word))
    last = F.size("retry_history") - 1
    blank = F.transform(
        "retry_history",
        lambda each, place: each.withField("changed", F.when(place == last, each["changed"]).otherwise("")),
    )
    promised = {each.name: each.type for each in run.lake.contracts.quarantine.columns}
    return traces.withColumns(
        {
            "retry_history": blank,
            "raw_record": F.lit(None).cast(promised["raw_record"]),
            "fields": F.lit(None).cast(promised["fields"]),
            "previous_state": F.lit(None).cast(promised["previous_state"]),
        }
    )


def _by_day(rows: DataFrame) -> dict[str, int]:
    counted = rows.groupBy("ingest_date").count().collect()
    return {partition.path({"ingest_date": each["ingest_date"]}): each["count"] for each in counted}
